#include "core/app/bare.h"

#include <moonroom/errors.h>
#include <stdio.h>

int mr_bare_init(struct mr_bare *bare, const char *home)
{
    struct mr_core *core = &bare->core;
    *bare = (struct mr_bare){0};
    mr_log_init(&bare->log, stderr, MR_LOG_INFO);
    core->log = &bare->log;
    core->paths = &bare->paths;
    int err = mr_paths_init(&bare->paths, home);
    if (err == MR_OK) {
        err = mr_loop_new(&core->loop);
    }
    if (err == MR_OK) {
        err = mr_hooks_new(&core->hooks);
    }
    if (err == MR_OK) {
        err = mr_filters_new(&core->filters);
    }
    if (err == MR_OK) {
        err = mr_settings_new(NULL, core->hooks, core->log, &core->settings);
    }
    if (err == MR_OK) {
        err = mr_api_new(&core->api);
    }
    if (err < 0) {
        mr_bare_free(bare);
    }
    return err;
}

void mr_bare_free(struct mr_bare *bare)
{
    mr_api_free(bare->core.api);
    mr_settings_free(bare->core.settings);
    mr_filters_free(bare->core.filters);
    mr_hooks_free(bare->core.hooks);
    mr_loop_free(bare->core.loop);
    mr_paths_free(&bare->paths);
}
