/* mine.job, mine.verify, mine.submit. Starting and stopping strategies is the script manager's. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/api/methods.h"
#include "core/base/work.h"
#include "core/runtime/json.h"

enum { WHY = 256 };

static void job(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    struct mr_job now;
    (void)params;
    if (!mr_session_job(core->session, &now)) {
        mr_call_return(call, NULL);
        return;
    }
    cJSON *value = cJSON_CreateObject();
    if (!value || mr_json_set_string(value, "prev_hash", now.prev_hash) < 0 ||
        mr_json_set_int(value, "zeros", now.zeros) < 0 ||
        mr_json_set_string(value, "order", mr_work_order_name(now.order)) < 0 ||
        mr_json_set_int(value, "serial", (int64_t)now.serial) < 0) {
        cJSON_Delete(value);
        value = NULL;
    }
    mr_call_return(call, value);
}

static void verify(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    struct mr_job now;
    const char *s = mr_json_string(params, "s");
    if (!mr_session_job(core->session, &now)) {
        mr_call_fail(call, MR_EOFFLINE, "There is nothing to mine on: you are not in a room.");
        return;
    }
    bool good = mr_work_s_valid(s, strlen(s)) &&
                mr_work_verify(now.order, (int)now.zeros, now.prev_hash, s, NULL) == MR_OK;
    mr_call_return(call, cJSON_CreateBool(good));
}

static void submit(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY] = "";
    int err = mr_session_submit(core->session, mr_json_string(params, "s"), why, sizeof why);
    mr_methods_answer(call, err, why);
}

int mr_methods_bind_mine(struct mr_core *core)
{
    static const struct mr_binding rows[] = {
        {"mine.job", job}, {"mine.verify", verify}, {"mine.submit", submit}, {NULL, NULL}};
    return mr_api_bind_all(core->api, rows, core);
}
