#include "core/api/methods.h"

#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/record.h"
#include "core/base/log.h"
#include "core/runtime/json.h"

struct mr_methods {
    struct mr_client_methods *client;
    struct mr_complete_methods *complete;
    struct mr_http_methods *http;
    struct mr_recorder *recorder;
};

void mr_methods_answer(struct mr_call *call, int err, const char *why)
{
    if (err < 0) {
        mr_call_fail(call, err, "%s", why);
    } else {
        mr_call_return(call, cJSON_CreateTrue());
    }
}

void mr_methods_answered(void *ctx, int err, const char *text, const cJSON *value)
{
    struct mr_call *call = ctx;
    if (err < 0) {
        mr_call_fail(call, err, "%s", text);
    } else {
        mr_call_return(call, cJSON_Duplicate(value, true));
    }
}

static void log_write(void *ctx, struct mr_call *call, const cJSON *params)
{
    static const enum mr_log_level levels[] = {MR_LOG_ERROR, MR_LOG_WARN, MR_LOG_INFO,
                                               MR_LOG_DEBUG};
    struct mr_core *core = ctx;
    const char *level = mr_json_string(params, "level");
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcmp(level, mr_log_level_name(levels[i])) == 0) {
            mr_log_write(core->log, levels[i], "%s: %s", mr_caller_name(mr_call_caller(call)),
                         mr_json_string(params, "text"));
            mr_call_return(call, cJSON_CreateTrue());
            return;
        }
    }
    mr_call_fail(call, MR_EINVAL, "level must be one of debug, info, warn, error");
}

int mr_methods_new(struct mr_core *core, struct mr_methods **out)
{
    int (*const binds[])(struct mr_core *) = {
        mr_methods_bind_chat,     mr_methods_bind_hooks, mr_methods_bind_timers,
        mr_methods_bind_settings, mr_methods_bind_coins, mr_methods_bind_mine,
        mr_methods_bind_process,  mr_methods_bind_fs,
    };
    *out = calloc(1, sizeof **out);
    int err = *out ? mr_api_bind(core->api, "log.write", log_write, core) : MR_ENOMEM;
    for (size_t i = 0; err == MR_OK && i < sizeof binds / sizeof binds[0]; i++) {
        err = binds[i](core);
    }
    if (err == MR_OK) {
        err = mr_client_methods_new(core, &(*out)->client);
    }
    if (err == MR_OK) {
        err = mr_complete_methods_new(core, &(*out)->complete);
    }
    if (err == MR_OK) {
        err = mr_http_methods_new(core, &(*out)->http);
    }
    if (err == MR_OK) {
        err = mr_recorder_new(core, &(*out)->recorder);
    }
    if (err < 0) {
        mr_methods_free(out);
    }
    return err;
}

void mr_methods_free(struct mr_methods **methods)
{
    if (!*methods) {
        return;
    }
    mr_recorder_free(&(*methods)->recorder);
    mr_http_methods_free(&(*methods)->http);
    mr_complete_methods_free(&(*methods)->complete);
    mr_client_methods_free(&(*methods)->client);
    free(*methods);
    *methods = NULL;
}
