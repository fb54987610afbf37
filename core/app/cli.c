#include "core/app/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "core/app/start_plugins.h"
#include "core/base/exit.h"

enum option_id {
    OPT_HELP = 'h',
    OPT_VERSION = 'V',
    OPT_USER = 'u',
    OPT_LOCAL = 1000,
    OPT_RPC,
    OPT_TO,
    OPT_GRANT,
    OPT_HOME,
    OPT_PASSWORD_FILE,
    OPT_REGISTER,
    OPT_ACCEPT_TERMS,
    OPT_LISTEN,
    OPT_TRACE_SCRIPTS,
    OPT_VERBOSE,
    OPT_DESCRIBE_API,
    OPT_PLUGIN,
    OPT_PLUGINS,
};

struct row {
    int id;
    bool in_chat, in_run;
    const char *name;
    const char *argument; /* NULL: takes none */
    const char *help;
};

static const struct row rows[] = {
    {OPT_LOCAL, true, false, "local", NULL, "open a room on this machine and join it"},
    {OPT_RPC, true, false, "rpc", NULL, "speak JSON-RPC on standard input and output"},
    {OPT_TO, false, true, "to", "ADDRESS", "the room to join"},
    {OPT_GRANT, false, true, "grant", "LIST", "programs, files and account for scripts"},
    {OPT_USER, true, true, "user", "NAME", "log in under this name"},
    {OPT_PASSWORD_FILE, true, true, "password-file", "FILE", "read the password from FILE"},
    {OPT_REGISTER, true, true, "register", NULL, "make a new account"},
    {OPT_ACCEPT_TERMS, true, true, "accept-terms", NULL, "accept the Terms and Conditions"},
    {OPT_HOME, true, true, "home", "DIR", "keep all files below DIR, not in the XDG folders"},
    {OPT_LISTEN, true, true, "listen", "[=PATH]",
     "let programs of yours in through a private socket"},
    {OPT_PLUGIN, true, true, "plugin", "FILE.so", "load this native plugin"},
    {OPT_PLUGINS, true, false, "plugins", NULL, "list the native plugins there are and end"},
    {OPT_TRACE_SCRIPTS, true, true, "trace-scripts", "FILE",
     "write every message to and from scripts to FILE"},
    {OPT_VERBOSE, true, true, "verbose", NULL, "log more"},
    {OPT_DESCRIBE_API, true, false, "describe-api", NULL,
     "print the table of methods as JSON and end"},
    {OPT_HELP, true, true, "help", NULL, "show this help"},
    {OPT_VERSION, true, true, "version", NULL, "show the version"},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void print_options(bool run)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        char left[40];
        if (!(run ? row->in_run : row->in_chat)) {
            continue;
        }
        snprintf(left, sizeof left, "%s--%s%s%s",
                 row->id < 128 ? (char[]){'-', (char)row->id, ',', ' ', '\0'} : "    ", row->name,
                 row->argument && *row->argument != '[' ? "=" : "",
                 row->argument ? row->argument : "");
        printf("  %-28s %s\n", left, row->help);
    }
}

static void print_chat_help(void)
{
    fputs("Usage: moonroom [OPTION]... [ADDRESS]\n"
          "  or:  moonroom --local [OPTION]...\n"
          "  or:  moonroom --rpc [OPTION]... ADDRESS\n"
          "  or:  moonroom run SCRIPT... --to ADDRESS [OPTION]...\n"
          "  or:  moonroom host [OPTION]...\n"
          "  or:  moonroom mine [OPTION]...\n"
          "  or:  moonroom bench [OPTION]...\n"
          "  or:  moonroom plugin FILE.so SUBCOMMAND [ARGUMENT]...\n"
          "  or:  moonroom test [OPTION]... [PATH]...\n"
          "A chatroom client for the terminal whose behaviour lives in Lua scripts.\n"
          "\n"
          "ADDRESS is [legacy://]HOST[:PORT], port 1235 when none is given; without an\n"
          "ADDRESS the room of last time is joined. At the prompt, /help lists the\n"
          "commands. Without a terminal, lines are read from standard input, and what is\n"
          "said in the room is written to standard output as `name> text`.\n"
          "\n",
          stdout);
    print_options(false);
    fputs("\n"
          "`moonroom NAME --help` tells more about run, host, mine, bench and test.\n"
          "Exit codes: 0 all went well, 1 failure, 2 wrong usage, 3 the room could not be\n"
          "reached, 4 the login was refused, 5 the registration was refused, 6 kicked,\n"
          "7 the connection was lost.\n",
          stdout);
}

static void print_run_help(void)
{
    fputs("Usage: moonroom run SCRIPT... --to ADDRESS [OPTION]...\n"
          "Runs Lua scripts in a room, without a prompt, until they or the room end.\n"
          "What the scripts print goes to standard error. They are granted what their\n"
          "manifests name, except programs to run (process:NAME), files (fs:data) and\n"
          "account: those want --grant, with commas between several.\n"
          "\n",
          stdout);
    print_options(true);
}

static int usage(const char *complaint, const char *what)
{
    fprintf(stderr, "moonroom: %s%s\nTry 'moonroom --help'.\n", complaint, what);
    return MR_EXIT_USAGE;
}

static int takes(const struct row *row)
{
    if (!row->argument) {
        return no_argument;
    }
    return *row->argument == '[' ? optional_argument : required_argument;
}

static void fill_long_options(struct option *out, bool run)
{
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (run ? rows[i].in_run : rows[i].in_chat) {
            out[count++] = (struct option){rows[i].name, takes(&rows[i]), NULL, rows[i].id};
        }
    }
    out[count] = (struct option){0};
}

/* Keeps one option. */
static void take(struct mr_cli *cli, int id, const char *argument)
{
    switch (id) {
    case OPT_LOCAL:
        cli->mode = MR_CLI_LOCAL;
        break;
    case OPT_RPC:
        cli->mode = MR_CLI_RPC;
        break;
    case OPT_DESCRIBE_API:
        cli->mode = MR_CLI_API;
        break;
    case OPT_PLUGIN:
        cli->plugins[cli->plugin_count++] = argument;
        break;
    case OPT_PLUGINS:
        cli->mode = MR_CLI_PLUGINS;
        break;
    case OPT_TO:
        cli->address = argument;
        break;
    case OPT_GRANT:
        cli->grants = argument;
        break;
    case OPT_HOME:
        cli->home = argument;
        break;
    case OPT_USER:
        cli->user = argument;
        break;
    case OPT_PASSWORD_FILE:
        cli->password_file = argument;
        break;
    case OPT_REGISTER:
        cli->registering = true;
        break;
    case OPT_LISTEN:
        cli->listening = true;
        cli->listen_path = argument;
        break;
    case OPT_TRACE_SCRIPTS:
        cli->trace_path = argument;
        break;
    case OPT_ACCEPT_TERMS:
        cli->accept_terms = true;
        break;
    default:
        cli->verbose = true;
        break;
    }
}

static int parse_options(int argc, char **argv, struct mr_cli *out, bool run)
{
    struct option options[ROWS + 1];
    fill_long_options(options, run);
    optind = 1;
    for (int id; (id = getopt_long(argc, argv, "hVu:", options, NULL)) != -1;) {
        if (id == '?') {
            fputs("Try 'moonroom --help'.\n", stderr);
            return MR_EXIT_USAGE;
        }
        if (id == OPT_HELP) {
            out->mode = MR_CLI_HELP;
            if (run) {
                print_run_help();
            } else {
                print_chat_help();
            }
            return 0;
        }
        if (id == OPT_VERSION) {
            out->mode = MR_CLI_HELP;
            puts("moonroom " MR_VERSION);
            return 0;
        }
        if (id == OPT_PLUGIN && out->plugin_count == MR_LIMIT_PLUGINS) {
            return usage("too many plugins, the first too many is ", optarg);
        }
        take(out, id, optarg);
    }
    return 0;
}

static int parse_run(int argc, char **argv, struct mr_cli *out)
{
    int code = parse_options(argc, argv, out, true);
    if (code != 0 || out->mode == MR_CLI_HELP) {
        return code;
    }
    if (optind == argc) {
        return usage("run needs at least one SCRIPT", "");
    }
    if (!out->address) {
        return usage("run needs --to ADDRESS", "");
    }
    out->scripts = argv + optind;
    return 0;
}

int mr_cli_parse(int argc, char **argv, struct mr_cli *out)
{
    *out = (struct mr_cli){.mode = MR_CLI_CHAT};
    if (argc > 1 && strcmp(argv[1], "run") == 0) {
        out->mode = MR_CLI_RUN;
        return parse_run(argc - 1, argv + 1, out);
    }
    if (argc > 1 && (mr_shipped_plugin_of(argv[1]) || strcmp(argv[1], "plugin") == 0)) {
        *out = (struct mr_cli){
            .mode = MR_CLI_SUBCOMMAND, .rest_argc = argc - 1, .rest_argv = argv + 1};
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "test") == 0) {
        *out = (struct mr_cli){.mode = MR_CLI_TEST, .rest_argc = argc - 1, .rest_argv = argv + 1};
        return 0;
    }
    int code = parse_options(argc, argv, out, false);
    if (code != 0 || out->mode == MR_CLI_HELP || out->mode == MR_CLI_API ||
        out->mode == MR_CLI_PLUGINS) {
        return code;
    }
    if (argc - optind > 1) {
        return usage("one ADDRESS is enough, this is one too many: ", argv[optind + 1]);
    }
    if (optind < argc) {
        out->address = argv[optind];
    }
    if (out->mode == MR_CLI_LOCAL && out->address) {
        return usage("--local opens a room of its own and takes no ADDRESS", "");
    }
    if (out->mode == MR_CLI_RPC && !out->address) {
        return usage("--rpc needs an ADDRESS", "");
    }
    return 0;
}
