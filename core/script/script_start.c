/* Starting the process of a script, and putting a new one in the place of the old. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/script/life.h"

static void on_overrun(void *ctx, const char *what, bool often)
{
    struct mr_script *script = ctx;
    script->overruns++;
    mr_script_filters_overrun(script);
    if (often) {
        mr_process_kill(script->process, "timeout",
                        "it took too long for the third time in a minute");
    } else {
        mr_script_tell(script, true, "takes too long over %s", what);
    }
}

static void running(struct mr_script *script)
{
    cJSON_Delete(script->saved);
    script->saved = NULL;
    script->reloading = false;
    mr_script_drop(&script->before);
    script->state = MR_SCRIPT_RUNNING;
    mr_process_forget_slowest(script->process);
    script->started_ms = mr_loop_now_ms(script->scripts->core->loop);
    mr_script_filters_ready(script);
    mr_script_emit(script, MR_EVENT_SCRIPT_LOADED, NULL, NULL);
    mr_script_settle(script, MR_OK, mr_script_name(script));
}

static void on_restored(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_script *script = ctx;
    (void)result;
    if (err == MR_ECLOSED) {
        return;
    }
    if (err < 0) {
        mr_script_tell(script, true, "Its state could not be restored: %s", text);
    }
    running(script);
}

static void on_loaded(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_script *script = ctx;
    (void)result;
    if (err == MR_ECLOSED || script->state != MR_SCRIPT_STARTING) {
        return;
    }
    if (err < 0) {
        mr_process_kill(script->process, mr_error_name(err), text);
        return;
    }
    if (!script->saved) {
        running(script);
        return;
    }
    cJSON *params = cJSON_CreateObject();
    if (params && cJSON_AddItemReferenceToObject(params, "state", script->saved) &&
        mr_process_ask(script->process, "restore", params, "restoring its state",
                       MR_LIMIT_SAVE_TIME, on_restored, script) == MR_OK) {
        cJSON_Delete(params);
        return;
    }
    cJSON_Delete(params);
    on_restored(script, MR_ELIMIT, mr_error_text(MR_ELIMIT), NULL);
}

/* What plugins have added: the script's proxies are made from it. */
static int add_methods(cJSON *params, const struct mr_process *process)
{
    cJSON *methods = mr_api_added(mr_process_core(process)->api);
    return methods ? mr_json_set(params, "methods", methods) : MR_OK;
}

int mr_script_ask_load(struct mr_scripts *scripts, struct mr_process *process,
                       const struct mr_script_edition *edition, const char *kind,
                       uint64_t allowance_ms, mr_rpc_answer_fn *fn, void *ctx)
{
    cJSON *params = cJSON_CreateObject();
    int err = params ? mr_json_set_string(params, "kind", kind) : MR_ENOMEM;
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
        err = mr_script_add_clock(scripts, params);
    }
    if (err == MR_OK) {
        err = mr_process_ask(process, "load", params, "loading", allowance_ms, fn, ctx);
    }
    cJSON_Delete(params);
    return err;
}

static void on_request(void *ctx, const cJSON *id, const char *method, const cJSON *params)
{
    mr_script_on_request(ctx, id, method, params);
}

static void on_drain(void *ctx)
{
    mr_script_on_drain(ctx);
}

static int start_process(struct mr_script *script)
{
    static const char *const kind_names[] = {"script", "strategy", "test"};
    static const struct mr_process_callbacks callbacks = {on_request, on_overrun, on_drain,
                                                          mr_script_on_end};
    struct mr_scripts *scripts = script->scripts;
    bool strategy = script->kind == MR_SCRIPT_STRATEGY;
    const char *granted[MR_MANIFEST_NEEDS + 1];
    mr_script_granted(script, granted);
    const struct mr_caller_options caller = {
        .kind = script->kind == MR_SCRIPT_TEST ? MR_CALLER_RPC : MR_CALLER_SCRIPT,
        .name = script->now.manifest.name,
        .grants = granted,
        .how = mr_script_how,
        .notify = mr_script_on_notify,
        .ctx = script,
    };
    struct mr_process_options options = {
        .name = script->now.manifest.name, .job_fd = -1, .no_deadline = strategy};
    if (strategy) {
        options.job_fd = mr_strategy_job_fd(scripts->strategy);
        if (options.job_fd < 0) {
            return options.job_fd;
        }
    }
    int err = mr_caller_new(scripts->core->api, &caller, &script->caller);
    if (err == MR_OK) {
        err = mr_process_start(scripts->core, &options, &callbacks, script, &script->process);
    }
    if (err == MR_OK) {
        mr_script_tell_withheld(script);
        err = mr_script_ask_load(scripts, script->process, &script->now, kind_names[script->kind],
                                 MR_LIMIT_LOAD_TIME, on_loaded, script);
    }
    return err;
}

void mr_script_start(struct mr_script *script)
{
    char why[MR_SCRIPT_WHY] = "";
    script->state = MR_SCRIPT_STARTING;
    int err = mr_manifest_declare(&script->now.manifest, script->scripts->core->settings, script,
                                  why, sizeof why);
    if (err == MR_OK) {
        err = start_process(script);
    }
    if (err < 0) {
        mr_script_release(script);
        mr_script_failed(script, err, *why ? why : mr_error_text(err));
    }
}

/* Reloading: the old process saves and goes, then the new one starts --------------------------- */

static void make_place(struct mr_script *script)
{
    cJSON *params = cJSON_CreateObject();
    mr_timer_stop(&script->timer);
    mr_script_hold(script);
    script->state = MR_SCRIPT_STOPPING;
    script->swapping = true;
    if (params && mr_json_set_string(params, "code", mr_error_name(MR_ERELOADED)) == MR_OK) {
        (void)mr_process_ask(script->process, "unload", params, "unloading", 0, NULL, NULL);
    }
    cJSON_Delete(params);
    mr_process_expect_end(script->process, MR_LIMIT_SAVE_TIME, "", "reloaded");
}

static void on_saved(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_script *script = ctx;
    if (err == MR_ECLOSED || !script->timer) {
        return; /* it ended, or took too long: that has gone its way */
    }
    const cJSON *state = cJSON_GetObjectItemCaseSensitive(result, "state");
    if (err < 0) {
        mr_script_tell(script, true, "Its state could not be saved: %s", text);
    } else if (state && !cJSON_IsNull(state)) {
        script->saved = cJSON_Duplicate(state, true);
    }
    make_place(script);
}

static void save_took_too_long(void *ctx)
{
    struct mr_script *script = ctx;
    mr_script_tell(script, true, "Its state could not be saved in time.");
    make_place(script);
}

void mr_script_swap(struct mr_script *script)
{
    int err = mr_timer_start_real(script->scripts->core->loop, MR_LIMIT_SAVE_TIME, 0,
                                  save_took_too_long, script, &script->timer);
    if (err == MR_OK) {
        err = mr_process_ask(script->process, "save", NULL, "saving its state", MR_LIMIT_SAVE_TIME,
                             on_saved, script);
    }
    if (err < 0) {
        make_place(script);
    }
}
