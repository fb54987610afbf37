#include "core/script/run.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"
#include "core/script/life.h"

enum { WHAT = 64 };

/* Something that waits for the end of the switch. */
struct mr_run_message {
    struct mr_run_message *next;
    char *params; /* JSON */
    char method[16];
    char what[WHAT];
};

const struct mr_script_edition *mr_run_edition(const struct mr_run *run)
{
    return run->role == MR_RUN_HEIR ? &run->script->coming : &run->script->now;
}

static struct mr_run *find_run(struct mr_script *script, const struct mr_caller *caller)
{
    if (script->run && script->run->caller == caller) {
        return script->run;
    }
    if (script->heir && script->heir->caller == caller) {
        return script->heir;
    }
    struct mr_run *run = script->leaving;
    while (run && run->caller != caller) {
        run = run->next;
    }
    return run;
}

struct mr_run *mr_run_of_call(struct mr_scripts *scripts, struct mr_call *call)
{
    const struct mr_caller *caller = mr_call_caller(call);
    struct mr_run *run = NULL;
    for (struct mr_script *s = caller ? scripts->first : NULL; s && !run; s = s->next) {
        run = find_run(s, caller);
    }
    if (!run) {
        mr_call_fail(call, MR_EUNSUPPORTED, "Only a script can ask for this.");
    }
    return run;
}

/* What is for it ------------------------------------------------------------------------------- */

static void message_free(struct mr_run_message *message)
{
    cJSON_free(message->params);
    free(message);
}

static void keep(struct mr_run *run, const char *method, const cJSON *params)
{
    char *text = mr_json_print(params);
    size_t size = text ? strlen(text) : 0;
    struct mr_run_message *message =
        text && run->queued + size <= MR_LIMIT_SCRIPT_QUEUE - MR_LIMIT_RPC_LINE
            ? calloc(1, sizeof *message)
            : NULL;
    if (!message) {
        cJSON_free(text);
        mr_run_lose(run, method);
        return;
    }
    message->params = text;
    snprintf(message->method, sizeof message->method, "%s", method);
    mr_run_describe(method, params, message->what, sizeof message->what);
    *(run->first ? &run->last->next : &run->first) = message;
    run->last = message;
    run->queued += size;
}

static struct mr_run_message *take_first(struct mr_run *run)
{
    struct mr_run_message *message = run->first;
    run->first = message->next;
    run->queued -= strlen(message->params);
    return message;
}

void mr_run_deliver(struct mr_run *run)
{
    while (run->first) {
        struct mr_run_message *message = take_first(run);
        mr_run_send(run, message->method, message->params, message->what);
        message_free(message);
    }
}

void mr_run_forget(struct mr_run *run)
{
    while (run->first) {
        message_free(take_first(run));
    }
}

static void on_notify(void *ctx, const char *method, const cJSON *params)
{
    struct mr_run *run = ctx;
    const struct mr_script *script = run->script;
    bool held = mr_reload_holds(script);
    if (!run->process || run->role == MR_RUN_LEAVING || script->state == MR_SCRIPT_STOPPING ||
        (run->role == MR_RUN_HEIR && !held)) {
        return;
    }
    if (held) {
        keep(run, method, params);
        return;
    }
    /* Before any text is made of it: a script may have hundreds of handlers of one large event. The
     * rest of the queue is for answers. */
    char *text = NULL;
    if (mr_process_queued(run->process) <= MR_LIMIT_SCRIPT_QUEUE - MR_LIMIT_RPC_LINE) {
        text = mr_json_print(params);
    }
    if (text) {
        char what[WHAT];
        mr_run_describe(method, params, what, sizeof what);
        mr_run_send(run, method, text, what);
    } else {
        mr_run_lose(run, method);
    }
    cJSON_free(text);
}

/* The process ------------------------------------------------------------------------------- */

static void on_request(void *ctx, const cJSON *id, const char *method, const cJSON *params)
{
    mr_run_on_request(ctx, id, method, params);
}

static void on_drain(void *ctx)
{
    mr_run_on_drain(ctx);
}

static void on_overrun(void *ctx, const char *what, bool often)
{
    struct mr_run *run = ctx;
    if (run->role == MR_RUN_LIVE) {
        mr_script_overrun(run->script, what, often);
    } else {
        char text[128];
        snprintf(text, sizeof text, "it takes too long over %.60s", what);
        mr_process_kill(run->process, "timeout", text);
    }
}

static void leave_list(struct mr_run *run)
{
    struct mr_run **at = &run->script->leaving;
    while (*at && *at != run) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = run->next;
    }
}

static void on_end(void *ctx, const char *code, const char *text)
{
    struct mr_run *run = ctx;
    if (run->role == MR_RUN_LEAVING) {
        leave_list(run);
        mr_run_free(&run);
    } else if (run->role == MR_RUN_HEIR) {
        mr_reload_heir_ended(run->script, code, text);
    } else {
        mr_script_on_end(run->script, code, text);
    }
}

static int new_caller(struct mr_run *run, const struct mr_script_edition *edition,
                      enum mr_caller_stage stage)
{
    const char *granted[MR_MANIFEST_NEEDS + 1];
    mr_script_granted(run->script, edition, granted);
    const struct mr_caller_options caller = {
        .kind = run->script->kind == MR_SCRIPT_TEST ? MR_CALLER_RPC : MR_CALLER_SCRIPT,
        .name = edition->manifest.name,
        .grants = granted,
        .how = mr_script_how,
        .notify = on_notify,
        .ctx = run,
    };
    int err = mr_caller_new(run->script->scripts->core->api, &caller, &run->caller);
    if (err == MR_OK) {
        mr_caller_set_stage(run->caller, stage);
    }
    return err;
}

static int start_process(struct mr_run *run, const struct mr_script_edition *edition)
{
    static const struct mr_process_callbacks callbacks = {on_request, on_overrun, on_drain, on_end};
    const struct mr_script *script = run->script;
    bool strategy = script->kind == MR_SCRIPT_STRATEGY;
    struct mr_process_options options = {
        .name = edition->manifest.name, .job_fd = -1, .no_deadline = strategy};
    if (strategy) {
        options.job_fd = mr_strategy_job_fd(script->scripts->strategy);
        if (options.job_fd < 0) {
            return options.job_fd;
        }
    }
    return mr_process_start(script->scripts->core, &options, &callbacks, run, &run->process);
}

int mr_run_new(struct mr_script *script, const struct mr_script_edition *edition,
               enum mr_run_role role, struct mr_run **out)
{
    struct mr_run *run = calloc(1, sizeof *run);
    *out = NULL;
    if (!run) {
        return MR_ENOMEM;
    }
    run->script = script;
    run->role = role;
    int err = new_caller(run, edition, role == MR_RUN_HEIR ? MR_CALLER_STAGED : MR_CALLER_LIVE);
    if (err == MR_OK) {
        err = start_process(run, edition);
    }
    if (err < 0) {
        mr_run_free(&run);
        return err;
    }
    *out = run;
    return MR_OK;
}

void mr_run_free(struct mr_run **run_at)
{
    struct mr_run *run = *run_at;
    if (!run) {
        return;
    }
    *run_at = NULL;
    mr_caller_free(&run->caller);
    mr_process_free(&run->process);
    mr_run_forget(run);
    free(run);
}

static void say_goodbye(struct mr_run *run)
{
    cJSON *params = cJSON_CreateObject();
    if (params && mr_json_set_string(params, "code", mr_error_name(MR_ERELOADED)) == MR_OK) {
        (void)mr_process_ask(run->process, "unload", params, "unloading", MR_LIMIT_SAVE_TIME, NULL,
                             NULL);
    }
    cJSON_Delete(params);
    mr_process_expect_end(run->process, MR_LIMIT_SAVE_TIME, "", "reloaded");
}

void mr_run_leave(struct mr_run **run_at, bool kill)
{
    struct mr_run *run = *run_at;
    if (!run) {
        return;
    }
    *run_at = NULL;
    const struct mr_script_edition *edition = mr_run_edition(run);
    mr_run_forget(run);
    run->role = MR_RUN_LEAVING;
    run->next = run->script->leaving;
    run->script->leaving = run;
    /* What it registered goes; it may still look at things while it says goodbye. */
    mr_caller_free(&run->caller);
    if (kill) {
        mr_process_kill(run->process, "", "");
    } else if (new_caller(run, edition, MR_CALLER_STAGED) == MR_OK) {
        say_goodbye(run);
    } else {
        mr_process_kill(run->process, "", "");
    }
}
