/* What tests of scripts need besides: a file of tests as a script, a clock that is told, quiet. */
#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>

#include "core/runtime/json.h"
#include "core/script/life.h"
#include "core/script/run.h"

struct loading {
    mr_scripts_fn *fn;
    void *ctx;
};

struct silence {
    size_t open;
    mr_loop_fn *fn;
    void *ctx;
};

static void loaded(void *ctx, int err, const char *text)
{
    struct loading *loading = ctx;
    loading->fn(loading->ctx, err, text, NULL);
    free(loading);
}

int mr_scripts_load_for_test(struct mr_scripts *scripts, const char *name_or_path, bool test,
                             mr_scripts_fn *fn, void *ctx, char *why, size_t why_size)
{
    struct loading *loading = malloc(sizeof *loading);
    if (!loading) {
        return MR_ENOMEM;
    }
    *loading = (struct loading){fn, ctx};
    enum mr_script_trust trust = test ? MR_TRUST_ALL : MR_TRUST_TEST;
    int err = mr_scripts_open(scripts, name_or_path, trust, loaded, loading, why, why_size);
    if (err < 0) {
        free(loading);
    }
    return err;
}

int mr_scripts_ask_test(struct mr_scripts *scripts, const char *method, const cJSON *params,
                        uint64_t allowance_ms, mr_scripts_fn *fn, void *ctx)
{
    for (const struct mr_script *script = scripts->first; script; script = script->next) {
        if (script->kind == MR_SCRIPT_TEST && script->run) {
            return mr_process_ask(script->run->process, method, params, "a test", allowance_ms, fn,
                                  ctx);
        }
    }
    return MR_ENOTFOUND;
}

void mr_scripts_set_up_test(struct mr_scripts *scripts, uint64_t seed,
                            void (*fn)(void *ctx, const char *text), void *ctx)
{
    scripts->seed = seed;
    scripts->on_error = fn;
    scripts->on_error_ctx = ctx;
}

int mr_script_add_clock(struct mr_scripts *scripts, cJSON *params)
{
    struct mr_loop *loop = scripts->core->loop;
    if (scripts->seed == 0) {
        return MR_OK;
    }
    /* Each process gets numbers of its own. */
    int err = mr_json_set_int(params, "seed", (int64_t)(scripts->seed++ % 1000000000));
    return err == MR_OK ? mr_json_set_int(params, "time", mr_loop_time(loop)) : err;
}

void mr_scripts_tell_time(struct mr_scripts *scripts)
{
    cJSON *params = cJSON_CreateObject();
    int err =
        params ? mr_json_set_int(params, "time", mr_loop_time(scripts->core->loop)) : MR_ENOMEM;
    for (struct mr_script *script = scripts->first; err == MR_OK && script; script = script->next) {
        struct mr_run *const runs[] = {script->run, script->heir};
        for (size_t i = 0; i < 2; i++) {
            if (runs[i]) {
                (void)mr_rpc_notify(mr_process_rpc(runs[i]->process), "clock", params);
            }
        }
    }
    cJSON_Delete(params);
}

bool mr_scripts_in_transit(const struct mr_scripts *scripts)
{
    for (const struct mr_script *script = scripts->first; script; script = script->next) {
        if (script->kind == MR_SCRIPT_TEST) {
            continue; /* it is the one that waits */
        }
        if (script->state == MR_SCRIPT_CHECKING || script->state == MR_SCRIPT_STARTING ||
            script->state == MR_SCRIPT_STOPPING || script->heir || script->leaving ||
            (script->reload == MR_RELOAD_CHECKING && script->reader)) {
            return true;
        }
    }
    return false;
}

uint64_t mr_scripts_traffic(const struct mr_scripts *scripts)
{
    uint64_t sum = 0;
    for (const struct mr_script *script = scripts->first; script; script = script->next) {
        bool counts = script->run && script->kind != MR_SCRIPT_STRATEGY;
        sum += counts ? mr_process_traffic(script->run->process) : 0;
    }
    return sum;
}

static void let_go(struct silence *silence)
{
    if (--silence->open == 0) {
        silence->fn(silence->ctx);
        free(silence);
    }
}

static void answered(void *ctx, int err, const char *text, const cJSON *result)
{
    (void)err;
    (void)text;
    (void)result;
    let_go(ctx);
}

int mr_scripts_await_quiet(struct mr_scripts *scripts, mr_loop_fn *fn, void *ctx)
{
    struct silence *silence = malloc(sizeof *silence);
    if (!silence) {
        return MR_ENOMEM;
    }
    *silence = (struct silence){1, fn, ctx};
    for (struct mr_script *script = scripts->first; script; script = script->next) {
        bool up = script->state == MR_SCRIPT_RUNNING || script->kind == MR_SCRIPT_TEST;
        if (script->run && up && script->kind != MR_SCRIPT_STRATEGY) {
            silence->open++;
            if (mr_process_ask_quiet(script->run->process, answered, silence) < 0) {
                silence->open--;
            }
        }
    }
    let_go(silence);
    return MR_OK;
}
