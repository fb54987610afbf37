/* The command line: a table of options, from which parsing and --help follow. */
#ifndef MR_APP_CLI_H
#define MR_APP_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/limits.h"

enum mr_cli_mode {
    MR_CLI_CHAT,       /* moonroom [ADDRESS] */
    MR_CLI_LOCAL,      /* moonroom --local */
    MR_CLI_RUN,        /* moonroom run SCRIPT... --to ADDRESS */
    MR_CLI_RPC,        /* moonroom --rpc ADDRESS */
    MR_CLI_SUBCOMMAND, /* moonroom host ...: a plugin's program */
    MR_CLI_PLUGINS,    /* moonroom --plugins */
    MR_CLI_TEST,       /* moonroom test ...: tests of scripts */
    MR_CLI_HELP,       /* printed already */
    MR_CLI_API,        /* moonroom --describe-api */
};

/* All strings are the argument vector's. */
struct mr_cli {
    enum mr_cli_mode mode;
    const char *address;
    const char *home;
    const char *user;
    const char *grants; /* RUN: what --grant lists; may be NULL */
    const char *password_file;
    bool registering;
    bool accept_terms;
    bool verbose;
    bool listening;
    const char *listen_path;                   /* NULL: the usual one */
    const char *plugins[MR_LIMIT_PLUGINS + 1]; /* of --plugin, ended by NULL */
    size_t plugin_count;
    const char *trace_path; /* --trace-scripts */
    char **scripts;         /* RUN: ended by NULL */
    int rest_argc;          /* SUBCOMMAND: its own arguments, its name first */
    char **rest_argv;
};

/* Prints help, the version or what is wrong. 0, or MR_EXIT_USAGE. */
int mr_cli_parse(int argc, char **argv, struct mr_cli *out);

#endif
