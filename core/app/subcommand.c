#include "core/app/subcommand.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/base/exit.h"
#include "core/base/log.h"
#include "core/plugin/plugin.h"
#include "core/runtime/loop.h"
#include "core/runtime/paths.h"

/* Which plugin brings which subcommand: known before any plugin is loaded. */
static const struct {
    const char *subcommand;
    const char *plugin;
} homes[] = {{"host", "roomhost"}};

static const char *plugin_of(const char *subcommand)
{
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        if (strcmp(homes[i].subcommand, subcommand) == 0) {
            return homes[i].plugin;
        }
    }
    return NULL;
}

static int run(struct mr_plugins *plugins, int argc, char **argv)
{
    char why[512] = "";
    const char *name = plugin_of(argv[0]);
    int err = name ? mr_plugins_load(plugins, name, why, sizeof why) : MR_ENOTFOUND;
    const struct mr_subcommand *command =
        err == MR_OK ? mr_plugins_subcommand(plugins, argv[0]) : NULL;
    if (!command) {
        fprintf(stderr, "moonroom: %s\n", *why ? why : "there is no such subcommand");
        return MR_EXIT_FAILED;
    }
    return command->run(command->ctx, argc, argv);
}

int mr_subcommand_main(int argc, char **argv)
{
    struct mr_log log;
    struct mr_paths paths = {0};
    struct mr_loop *loop = NULL;
    struct mr_plugins *plugins = NULL;
    int code = MR_EXIT_FAILED;
    mr_log_init(&log, stderr, MR_LOG_INFO);
    int err = mr_paths_init(&paths, NULL);
    if (err == MR_OK) {
        err = mr_loop_new(&loop);
    }
    if (err == MR_OK) {
        err = mr_plugins_new(mr_loop_uv(loop), &log, paths.plugins, &plugins);
    }
    if (err == MR_OK) {
        code = run(plugins, argc, argv);
    } else {
        fprintf(stderr, "moonroom: could not start: %s\n", mr_error_text(err));
    }
    mr_plugins_stop(&plugins);
    mr_loop_free(loop);
    mr_paths_free(&paths);
    return code;
}
