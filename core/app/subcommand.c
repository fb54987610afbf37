#include "core/app/subcommand.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/bare.h"
#include "core/app/start_plugins.h"
#include "core/base/exit.h"
#include "core/runtime/json.h"

static int run(struct mr_plugins *plugins, int argc, char **argv)
{
    const struct mr_subcommand *command = mr_plugins_subcommand(plugins, argv[0]);
    if (!command) {
        fprintf(stderr, "moonroom: there is no subcommand %s\n", argv[0]);
        return MR_EXIT_FAILED;
    }
    return command->run(command->ctx, argc, argv);
}

/* `host ...` */
static int run_shipped(struct mr_core *core, struct mr_plugins *plugins, int argc, char **argv)
{
    char why[512] = "there is no such subcommand";
    const char *name = mr_shipped_plugin_of(argv[0]);
    if (!name || mr_plugins_load_named(plugins, core->paths->plugins, name, why, sizeof why) < 0) {
        fprintf(stderr, "moonroom: %s\n", why);
        return MR_EXIT_FAILED;
    }
    return run(plugins, argc, argv);
}

/* `plugin FILE.so SUBCOMMAND ...` */
static int run_named(struct mr_plugins *plugins, int argc, char **argv)
{
    char why[512];
    if (argc < 3 || argv[1][0] == '-') {
        bool help = argc == 2 && strcmp(argv[1], "--help") == 0;
        fputs("Usage: moonroom plugin FILE.so SUBCOMMAND [ARGUMENT]...\n"
              "Runs a subcommand that a native plugin brings.\n",
              help ? stdout : stderr);
        return help ? MR_EXIT_OK : MR_EXIT_USAGE;
    }
    const char *const paths[] = {argv[1], NULL};
    if (mr_load_named_plugins(plugins, paths, why, sizeof why) < 0) {
        fprintf(stderr, "moonroom: %s\n", why);
        return MR_EXIT_FAILED;
    }
    return run(plugins, argc - 2, argv + 2);
}

int mr_subcommand_main(int argc, char **argv)
{
    struct mr_bare bare;
    struct mr_plugins *plugins = NULL;
    int code = MR_EXIT_FAILED;
    int err = mr_bare_init(&bare, NULL);
    if (err == MR_OK) {
        err = mr_plugins_new(&bare.core, &plugins);
        if (err == MR_OK) {
            code = strcmp(argv[0], "plugin") == 0 ? run_named(plugins, argc, argv)
                                                  : run_shipped(&bare.core, plugins, argc, argv);
        }
        mr_plugins_stop(&plugins);
        mr_bare_free(&bare);
    }
    if (err < 0) {
        fprintf(stderr, "moonroom: could not start: %s\n", mr_error_text(err));
    }
    return code;
}

int mr_describe_api_main(const char *home, const char *const *paths)
{
    struct mr_bare bare;
    struct mr_plugins *plugins = NULL;
    char why[512] = "";
    char *text = NULL;
    int err = mr_bare_init(&bare, home);
    if (err == MR_OK) {
        err = mr_plugins_new(&bare.core, &plugins);
        if (err == MR_OK) {
            err = mr_load_named_plugins(plugins, paths, why, sizeof why);
        }
        if (err == MR_OK) {
            cJSON *table = mr_api_describe(bare.core.api);
            text = table ? mr_json_print(table) : NULL;
            cJSON_Delete(table);
        }
        mr_plugins_stop(&plugins);
        mr_bare_free(&bare);
    }
    if (!text) {
        fprintf(stderr, "moonroom: %s\n", *why ? why : mr_error_text(err < 0 ? err : MR_ENOMEM));
        return MR_EXIT_FAILED;
    }
    puts(text);
    cJSON_free(text);
    return MR_EXIT_OK;
}
