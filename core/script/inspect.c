#include "core/script/inspect.h"

#include <moonroom/errors.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"
#include "core/script/run.h"

struct inspection {
    cJSON *facts;
    struct mr_timer *timer;
    mr_inspect_fn *fn; /* NULL: it was called */
    void *ctx;
};

static void tell(struct inspection *inspection)
{
    mr_inspect_fn *fn = inspection->fn;
    mr_timer_stop(&inspection->timer);
    inspection->fn = NULL;
    if (fn) {
        fn(inspection->ctx, inspection->facts);
    }
}

static void timed_out(void *ctx)
{
    tell(ctx);
}

/* Also when the process ends first: then without a result. */
static void answered(void *ctx, int err, const char *text, const cJSON *result)
{
    struct inspection *inspection = ctx;
    (void)text;
    if (err == MR_OK && inspection->fn && cJSON_IsArray(result)) {
        (void)mr_json_set(inspection->facts, "handlers", cJSON_Duplicate(result, true));
    }
    tell(inspection);
    cJSON_Delete(inspection->facts);
    free(inspection);
}

static int ask(struct mr_script *script, struct inspection *inspection)
{
    int err = mr_timer_start(script->scripts->core->loop, MR_LIMIT_HANDLER_TIME, 0, timed_out,
                             inspection, &inspection->timer);
    if (err == MR_OK) {
        err = mr_process_ask(script->run->process, "handlers", NULL, "a question about it",
                             MR_LIMIT_HANDLER_TIME, answered, inspection);
    }
    return err;
}

void mr_script_inspect(struct mr_script *script, const struct mr_caller *asker, mr_inspect_fn *fn,
                       void *ctx)
{
    cJSON *facts = mr_scripts_info(script->scripts, script);
    bool asks = facts && script->state == MR_SCRIPT_RUNNING && script->run &&
                script->kind == MR_SCRIPT_PLAIN && asker != script->run->caller;
    struct inspection *inspection = asks ? calloc(1, sizeof *inspection) : NULL;
    if (inspection) {
        *inspection = (struct inspection){.facts = facts, .fn = fn, .ctx = ctx};
        if (ask(script, inspection) == MR_OK) {
            return;
        }
        mr_timer_stop(&inspection->timer);
        free(inspection);
    }
    fn(ctx, facts);
    cJSON_Delete(facts);
}
