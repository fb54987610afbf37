/* Starting the process of a script that none works for yet. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/script/life.h"
#include "core/script/run.h"
#include "core/script/watch.h"

void mr_script_running(struct mr_script *script)
{
    script->state = MR_SCRIPT_RUNNING;
    mr_process_forget_slowest(script->run->process);
    script->started_ms = mr_loop_now_ms(script->scripts->core->loop);
    mr_script_parts_settle(script);
    mr_script_emit(script, MR_EVENT_SCRIPT_LOADED, NULL, NULL);
}

static void on_loaded(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_script *script = ctx;
    (void)result;
    if (err == MR_ECLOSED || script->state != MR_SCRIPT_STARTING) {
        return;
    }
    if (err < 0) {
        mr_process_kill(script->run->process, mr_error_name(err), text);
        return;
    }
    script->state = MR_SCRIPT_RUNNING;
    mr_script_filters_ready(script);
    mr_script_running(script);
    mr_script_settle(script, MR_OK, mr_script_name(script));
}

/* What plugins have added: the script's proxies are made from it. */
static int add_methods(cJSON *params, const struct mr_process *process)
{
    cJSON *methods = mr_api_added(mr_process_core(process)->api);
    return methods ? mr_json_set(params, "methods", methods) : MR_OK;
}

const char *mr_script_kind_name(const struct mr_script *script)
{
    static const char *const names[] = {"script", "strategy", "test"};
    return names[script->kind];
}

int mr_script_ask_load(struct mr_script *script, struct mr_process *process,
                       const struct mr_script_edition *edition, const char *kind, bool staged,
                       mr_rpc_answer_fn *fn, void *ctx)
{
    cJSON *params = cJSON_CreateObject();
    int err = params ? mr_json_set_string(params, "kind", kind) : MR_ENOMEM;
    if (err == MR_OK) {
        err = mr_json_set_bool(params, "staged", staged);
    }
    if (err == MR_OK) {
        err = mr_json_set_string(params, "name", edition->manifest.name);
    }
    if (err == MR_OK) {
        err = mr_json_set_string(params, "version", edition->manifest.version);
    }
    if (err == MR_OK) {
        err = mr_json_set_string(params, "path", edition->found.shown);
    }
    if (err == MR_OK) {
        err = mr_json_set_string(params, "source", edition->source);
    }
    if (err == MR_OK) {
        err = add_methods(params, process);
    }
    if (err == MR_OK) {
        err = mr_script_add_clock(script->scripts, params);
    }
    if (err == MR_OK) {
        err = mr_process_ask(process, "load", params, "loading", MR_LIMIT_LOAD_TIME, fn, ctx);
    }
    cJSON_Delete(params);
    return err;
}

void mr_script_start(struct mr_script *script)
{
    char why[MR_SCRIPT_WHY] = "";
    script->state = MR_SCRIPT_STARTING;
    int err = mr_manifest_declare(&script->now.manifest, script->scripts->core->settings, script,
                                  why, sizeof why);
    if (err == MR_OK) {
        err = mr_run_new(script, &script->now, MR_RUN_LIVE, &script->run);
    }
    if (err == MR_OK) {
        mr_script_tell_withheld(script, &script->now);
        err = mr_script_ask_load(script, script->run->process, &script->now,
                                 mr_script_kind_name(script), false, on_loaded, script);
    }
    if (err < 0) {
        mr_script_release(script);
        mr_script_failed(script, err, *why ? why : mr_error_text(err));
    }
}
