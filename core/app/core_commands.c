#include "core/app/core_commands.h"

static void quit(void *ctx, const cJSON *args, const char *chat)
{
    struct mr_core *core = ctx;
    (void)args;
    (void)chat;
    core->quit(core->quit_ctx, 0);
}

int mr_core_commands_add(struct mr_core *core)
{
    static const char *const aliases[] = {"exit", NULL};
    const struct mr_command_spec spec = {
        .name = "quit",
        .args = "",
        .help = "Leave the room and end moonroom.",
        .aliases = aliases,
        .owner = "core",
    };
    char why[128];
    /* The table removes it when it is freed. */
    struct mr_command *command;
    return mr_commands_add(core->commands, &spec, quit, core, &command, why, sizeof why);
}
