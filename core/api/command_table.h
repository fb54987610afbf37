/* Inside the api: the rows of the command table, for running and for completion. */
#ifndef MR_API_COMMAND_TABLE_H
#define MR_API_COMMAND_TABLE_H

#include "core/api/command.h"
#include "core/api/command_args.h"

enum { MR_COMMAND_NAME = 32, MR_COMMAND_ALIASES = 8 };

struct mr_command {
    struct mr_commands *commands;
    struct mr_command *next; /* in order of name */
    char name[MR_COMMAND_NAME];
    char aliases[MR_COMMAND_ALIASES][MR_COMMAND_NAME];
    size_t alias_count;
    char *help;
    char *details; /* NULL: none */
    char *owner;
    const struct mr_caller *caller; /* NULL: the core's or a plugin's */
    struct mr_args args;
    bool asks;
    const char *for_scripts; /* as in struct mr_command_spec */
    mr_command_fn *fn;
    void *ctx;
};

/* The script whose commands are moonroom's own. */
#define MR_COMMANDS_OWNER "commands"

/* Keeps the names of a command for its owner, until the commands script is up again: while it is
 * away nobody takes them, and reads what is typed behind them. */
void mr_command_reserve(const struct mr_command *command);

struct mr_command *mr_commands_first(const struct mr_commands *commands);
/* Whether it can be typed: it does not belong to a script that is still being loaded. */
bool mr_command_in_force(const struct mr_command *command);
/* By name or alias, of those in force; NULL if there is none. */
struct mr_command *mr_commands_find(const struct mr_commands *commands, const char *name);

#endif
