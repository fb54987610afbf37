/* The plugin: `moonroom mine` and `moonroom bench`, each in a process of its own; and in the client
 * the methods with which scripts let the engine search. */
#include "plugins/miner/apart.h"
#include "plugins/miner/bench.h"
#include "plugins/miner/engine/priority.h"
#include "plugins/miner/once.h"
#include "plugins/miner/serve.h"
#include "plugins/miner/supervisor/supervisor.h"

#include "core/base/exit.h"

#include <moonroom/errors.h>
#include <moonroom/plugin.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

MR_PLUGIN_MANIFEST("miner", MR_VERSION);

struct plugin {
    struct mr_subcommand mine, bench;
    struct mr_supervisor *supervisor;
};

/* The modes that all commands have. -1: this one goes on. */
static int begin(enum mr_mine_command command, int argc, char **argv,
                 struct mr_mine_options *options)
{
    char why[512] = "";
    if (mr_mine_options_parse(command, argc, argv, options, why, sizeof why) != MR_OK) {
        fprintf(stderr, "moonroom %s: %s\nTry 'moonroom %s --help'.\n", argv[0], why, argv[0]);
        return MR_EXIT_USAGE;
    }
    if (options->mode == MR_MINE_HELP)
        mr_mine_options_help(command);
    else if (options->mode == MR_MINE_VERSION)
        printf("moonroom %s %s\n", argv[0], MR_VERSION);
    else
        return -1;
    return MR_EXIT_OK;
}

static int once(void *ctx)
{
    return mr_once_run(ctx);
}

static int run_mine(void *ctx, int argc, char **argv)
{
    struct mr_mine_options options;
    (void)ctx;
    int code = begin(MR_MINE_SEARCH, argc, argv, &options);
    if (code >= 0)
        return code;
    if (options.follow && mr_priority_follow(options.parent) != 0) {
        fprintf(stderr, "moonroom mine: the parent process has gone\n");
        return MR_EXIT_FAILED;
    }
    if (options.mode == MR_MINE_RPC) {
        signal(SIGPIPE, SIG_IGN);
        mr_priority_last();
        return mr_serve_run();
    }
    code = mr_apart_run(once, &options);
    if (code < 0)
        fprintf(stderr, "moonroom mine: a process cannot be started\n");
    return code < 0 ? MR_EXIT_FAILED : code;
}

static int run_bench(void *ctx, int argc, char **argv)
{
    struct mr_mine_options options;
    (void)ctx;
    int code = begin(MR_MINE_BENCH, argc, argv, &options);
    return code >= 0 ? code : mr_bench_run(&options);
}

static int init(const struct mr_host *host, void **state)
{
    struct plugin *plugin = calloc(1, sizeof *plugin);
    if (!plugin)
        return MR_ENOMEM;
    plugin->mine = (struct mr_subcommand){
        .name = "mine", .help = "search for a solution of one block", .run = run_mine};
    plugin->bench = (struct mr_subcommand){
        .name = "bench", .help = "measure how fast this machine mines", .run = run_bench};
    int err = host->add_subcommand(host->core, &plugin->mine);
    if (err >= 0)
        err = host->add_subcommand(host->core, &plugin->bench);
    if (err >= 0)
        err = mr_supervisor_new(host, &plugin->supervisor);
    if (err < 0)
        free(plugin);
    else
        *state = plugin;
    return err;
}

static void stop(void *state)
{
    struct plugin *plugin = state;
    mr_supervisor_free(&plugin->supervisor);
    free(plugin);
}

const struct mr_plugin moonroom_plugin = {
    .abi = MR_PLUGIN_ABI,
    .size = sizeof(struct mr_plugin),
    .name = "miner",
    .init = init,
    .stop = stop,
};
