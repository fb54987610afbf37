#include "core/app/make_core.h"

#include <moonroom/errors.h>
#include <stdlib.h>

static int make_runtime(struct mr_core *core, const struct mr_make_core *options,
                        const char *settings_path)
{
    int err = mr_loop_new(&core->loop);
    if (err == MR_OK) {
        err = mr_hooks_new(&core->hooks);
    }
    if (err == MR_OK) {
        err = mr_filters_new(&core->filters);
    }
    if (err == MR_OK && options->epoch > 0) {
        mr_loop_use_virtual_clock(core->loop, options->epoch);
        mr_hooks_set_clock(core->hooks, core->loop);
        mr_filters_set_clock(core->filters, core->loop);
    }
    return err == MR_OK ? mr_settings_new(settings_path, core->hooks, core->log, &core->settings)
                        : err;
}

static int make_api(struct mr_core *core)
{
    const struct mr_caller_options user = {.kind = MR_CALLER_USER, .name = "you"};
    int err = mr_api_new(&core->api);
    if (err == MR_OK) {
        err = mr_commands_new(core->loop, &core->commands);
    }
    return err == MR_OK ? mr_caller_new(core->api, &user, &core->user) : err;
}

int mr_make_core(struct mr_core *core, const struct mr_make_core *options)
{
    static const struct mr_make_core usual = {0};
    char *settings_path = mr_paths_join(core->paths->config, "settings.json");
    char *logins_path = mr_paths_join(core->paths->config, "logins.json");
    int err = settings_path && logins_path ? MR_OK : MR_ENOMEM;
    options = options ? options : &usual;
    if (err == MR_OK) {
        err = make_runtime(core, options, settings_path);
    }
    if (err == MR_OK) {
        const struct mr_session_options session = {.loop = core->loop,
                                                   .hooks = core->hooks,
                                                   .settings = core->settings,
                                                   .log = core->log,
                                                   .filters = core->filters,
                                                   .dial = options->dial,
                                                   .dial_ctx = options->dial_ctx,
                                                   .logins_path = logins_path};
        err = mr_session_new(&session, &core->session);
    }
    if (err == MR_OK) {
        err = make_api(core);
    }
    free(settings_path);
    free(logins_path);
    return err;
}

void mr_free_core_api(struct mr_core *core)
{
    mr_caller_free(&core->user);
    mr_commands_free(core->commands);
    mr_session_free(core->session);
    mr_api_free(core->api);
    mr_settings_free(core->settings);
}

void mr_free_core_runtime(struct mr_core *core)
{
    mr_filters_free(core->filters);
    mr_hooks_free(core->hooks);
    mr_loop_free(core->loop);
}
