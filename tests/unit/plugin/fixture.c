/* A plugin for the tests; what is wrong with it is chosen by the macros that CMakeLists.txt sets.
 * Whatever of it runs leaves a line in the file named by FIXTURE_TRACE. */
#include <moonroom/plugin.h>

#include <stdio.h>
#include <stdlib.h>

#ifndef FIXTURE_ABI
#define FIXTURE_ABI MR_PLUGIN_ABI
#endif
#ifndef FIXTURE_SIZE
#define FIXTURE_SIZE sizeof(struct mr_plugin)
#endif
#ifndef FIXTURE_INIT
#define FIXTURE_INIT 0
#endif
#ifndef FIXTURE_CALLED
#define FIXTURE_CALLED FIXTURE_NAME
#endif

static void trace(const char *what)
{
    const char *path = getenv("FIXTURE_TRACE");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file)
        return;
    fprintf(file, "%s %s\n", FIXTURE_NAME, what);
    fclose(file);
}

__attribute__((constructor)) static void constructor(void)
{
    trace("constructor");
}

#ifdef FIXTURE_MANIFEST
__attribute__((used, section(MR_PLUGIN_SECTION))) static const char manifest[] = FIXTURE_MANIFEST;
#else
MR_PLUGIN_MANIFEST(FIXTURE_NAME, "1.0");
#endif

#ifndef FIXTURE_NO_SYMBOL
static int run(void *ctx, int argc, char **argv)
{
    (void)ctx;
    (void)argv;
    return argc;
}

static int init(const struct mr_host *host, void **state)
{
    static const struct mr_subcommand command = {FIXTURE_NAME, "a test", run, NULL};
    trace("init");
    *state = NULL;
    host->log(host->core, MR_HOST_LOG_INFO, "a line of " FIXTURE_NAME "\033[31m");
    if (host->abi != MR_PLUGIN_ABI || host->size < sizeof *host)
        return -22;
    int err = host->add_subcommand(host->core, &command);
    return err < 0 ? err : FIXTURE_INIT;
}

static void stop(void *state)
{
    (void)state;
    trace("stop");
}

const struct mr_plugin moonroom_plugin = {
    .abi = FIXTURE_ABI,
    .size = FIXTURE_SIZE,
    .name = FIXTURE_CALLED,
    .init = init,
    .stop = stop,
};
#endif
