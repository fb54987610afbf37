/* One script from its file to its end. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/script/scripts.h"

enum { WHY = 4096 };

struct mr_script_waiter {
    struct mr_script_waiter *next;
    mr_script_fn *fn;
    void *ctx;
};

static void check(struct mr_script *script);
static void start(struct mr_script *script);

static const char *const state_names[] = {
#define X(id, name) name,
    MR_SCRIPT_STATES(X)
#undef X
};

const char *mr_script_state_name(const struct mr_script *script)
{
    return state_names[script->state];
}

const char *mr_script_name(const struct mr_script *script)
{
    if (script->now.manifest.name[0]) {
        return script->now.manifest.name;
    }
    return script->coming.manifest.name[0] ? script->coming.manifest.name
                                           : script->coming.found.name;
}

bool mr_script_alive(const struct mr_script *script)
{
    return script->state != MR_SCRIPT_ENDED && script->state != MR_SCRIPT_SUSPENDED;
}

/* Copies a text that may be longer, without cutting a character in two. */
static void copy(char *out, size_t size, const char *text)
{
    size_t len = mr_utf8_cut(text, strlen(text), size - 1);
    memcpy(out, text, len);
    out[len] = '\0';
}

static void drop_edition(struct mr_script_edition *edition)
{
    free(edition->source);
    mr_manifest_free(&edition->manifest);
    memset(edition, 0, sizeof *edition);
}

static void move_edition(struct mr_script_edition *to, struct mr_script_edition *from)
{
    drop_edition(to);
    *to = *from;
    memset(from, 0, sizeof *from);
}

/* Who waits --------------------------------------------------------------------------------- */

static void add_waiter(struct mr_script *script, mr_script_fn *fn, void *ctx)
{
    struct mr_script_waiter *waiter = fn ? calloc(1, sizeof *waiter) : NULL;
    if (waiter) {
        *waiter = (struct mr_script_waiter){script->waiters, fn, ctx};
        script->waiters = waiter;
    } else if (fn) {
        fn(ctx, MR_ENOMEM, mr_error_text(MR_ENOMEM));
    }
}

static void settle(struct mr_script *script, int err, const char *text)
{
    struct mr_script_waiter *waiter = script->waiters;
    script->waiters = NULL;
    if (script->holds && !script->scripts->freeing) {
        script->holds = false;
        mr_commands_release(script->scripts->core->commands);
    }
    while (waiter) {
        struct mr_script_waiter *next = waiter->next;
        waiter->fn(waiter->ctx, err, text);
        free(waiter);
        waiter = next;
    }
}

static void hold_commands(struct mr_script *script)
{
    if (!script->holds && strcmp(mr_script_name(script), "commands") == 0) {
        script->holds = true;
        mr_commands_hold(script->scripts->core->commands);
    }
}

/* Ends -------------------------------------------------------------------------------------- */

static void emit(struct mr_script *script, enum mr_event event, const char *code, const char *text)
{
    cJSON *data = cJSON_CreateObject();
    if (data && mr_json_set_string(data, "name", mr_script_name(script)) == MR_OK && code) {
        (void)mr_json_set_string(data, "code", code);
        (void)mr_json_set_string(data, "text", text);
    }
    (void)mr_hooks_emit(script->scripts->core->hooks, event, data);
}

/* What was registered in the script's name goes with its caller. */
static void release_process(struct mr_script *script)
{
    mr_timer_stop(&script->timer);
    mr_caller_free(&script->caller);
    mr_process_free(&script->process);
    mr_store_close(&script->store);
    mr_settings_undeclare(script->scripts->core->settings, script);
    script->wants_lost = false;
}

static void ended(struct mr_script *script, enum mr_script_state state, const char *code,
                  const char *text)
{
    script->state = state;
    script->reloading = script->swapping = false;
    cJSON_Delete(script->saved);
    script->saved = NULL;
    if (script->kind == MR_SCRIPT_STRATEGY) {
        mr_strategy_gone(script->scripts->strategy, script);
    }
    emit(script, MR_EVENT_SCRIPT_ENDED, code, text);
    int err = *code ? mr_error_by_name(code) : MR_OK;
    settle(script, err, text);
    mr_scripts_ended(script);
}

static void check_soon(void *ctx)
{
    struct mr_script *script = ctx;
    mr_timer_stop(&script->timer);
    check(script);
}

/* From the loop: whoever begins hears of a failure later, and no process is freed while it speaks.
 */
static int check_later(struct mr_script *script)
{
    mr_timer_stop(&script->timer);
    return mr_timer_start(script->scripts->core->loop, 0, 0, check_soon, script, &script->timer);
}

/* The edition that is checked or starts will not do. What worked before goes on or comes back; the
 * shipped file takes the place of the user's. */
static void failed(struct mr_script *script, int err, const char *text)
{
    char why[WHY];
    copy(why, sizeof why, text);
    if (script->process && script->state == MR_SCRIPT_RUNNING) {
        drop_edition(&script->coming);
        script->reloading = false;
        mr_script_tell(script, true, "The new version was not loaded, the old one goes on.\n%s",
                       why);
        settle(script, err, why);
        return;
    }
    struct mr_found *found =
        script->coming.found.path[0] ? &script->coming.found : &script->now.found;
    struct mr_found shipped;
    if (script->before.source) {
        move_edition(&script->now, &script->before);
        script->reloading = false;
        mr_script_tell(script, true, "The new version does not load, the old one comes back.\n%s",
                       why);
        start(script);
        settle(script, err, why);
        return;
    }
    mr_script_tell(script, true, "%s could not be loaded.\n%s", found->shown, why);
    if (found->overrides && mr_find_script(script->scripts->core->paths, script->asked, true,
                                           &shipped, why, sizeof why) == MR_OK) {
        mr_script_tell(script, true, "The shipped %s is used instead.", shipped.shown);
        drop_edition(&script->now);
        drop_edition(&script->coming);
        script->coming.found = shipped;
        check_later(script);
        return;
    }
    ended(script, MR_SCRIPT_ENDED, mr_error_name(err), why);
}

static void on_end(void *ctx, const char *code, const char *text)
{
    struct mr_script *script = ctx;
    char why[WHY];
    char error[32];
    copy(why, sizeof why, text);
    copy(error, sizeof error, code);
    release_process(script);
    if (script->swapping) {
        script->swapping = false;
        move_edition(&script->before, &script->now);
        move_edition(&script->now, &script->coming);
        start(script);
    } else if (script->state == MR_SCRIPT_STARTING) {
        int err = *error ? mr_error_by_name(error) : MR_ECLOSED;
        failed(script, err, why);
    } else if (script->state == MR_SCRIPT_STOPPING) {
        ended(script, MR_SCRIPT_ENDED, "", "unloaded");
    } else {
        bool suspended = strcmp(error, "timeout") == 0;
        script->died = true;
        mr_script_tell(script, true, "Ended: %s. /script load %s starts it again.", why,
                       script->asked);
        ended(script, suspended ? MR_SCRIPT_SUSPENDED : MR_SCRIPT_ENDED, error, why);
    }
}

static void on_overrun(void *ctx, const char *what, bool often)
{
    struct mr_script *script = ctx;
    script->overruns++;
    if (often) {
        mr_process_kill(script->process, "timeout",
                        "it took too long for the third time in a minute");
    } else {
        mr_script_tell(script, true, "takes too long over %s", what);
    }
}

/* Starting ---------------------------------------------------------------------------------- */

static void running(struct mr_script *script)
{
    cJSON_Delete(script->saved);
    script->saved = NULL;
    script->reloading = false;
    drop_edition(&script->before);
    script->state = MR_SCRIPT_RUNNING;
    script->started_ms = mr_loop_now_ms(script->scripts->core->loop);
    emit(script, MR_EVENT_SCRIPT_LOADED, NULL, NULL);
    settle(script, MR_OK, mr_script_name(script));
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

static int ask_load(struct mr_process *process, const struct mr_script_edition *edition,
                    const char *kind, uint64_t allowance_ms, mr_rpc_answer_fn *fn, void *ctx)
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
    static const struct mr_process_callbacks callbacks = {on_request, on_overrun, on_drain, on_end};
    struct mr_scripts *scripts = script->scripts;
    bool strategy = script->kind == MR_SCRIPT_STRATEGY;
    const struct mr_caller_options caller = {
        .kind = MR_CALLER_SCRIPT,
        .name = script->now.manifest.name,
        .grants = (const char *const *)script->now.manifest.needs,
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
        err = ask_load(script->process, &script->now, strategy ? "strategy" : "script",
                       MR_LIMIT_LOAD_TIME, on_loaded, script);
    }
    return err;
}

static void start(struct mr_script *script)
{
    char why[WHY] = "";
    script->state = MR_SCRIPT_STARTING;
    int err = mr_manifest_declare(&script->now.manifest, script->scripts->core->settings, script,
                                  why, sizeof why);
    if (err == MR_OK) {
        err = start_process(script);
    }
    if (err < 0) {
        release_process(script);
        failed(script, err, *why ? why : mr_error_text(err));
    }
}

/* Reloading: the old process saves and goes, then the new one starts --------------------------- */

static void make_place(struct mr_script *script)
{
    cJSON *params = cJSON_CreateObject();
    mr_timer_stop(&script->timer);
    hold_commands(script);
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

static void swap(struct mr_script *script)
{
    int err = mr_timer_start(script->scripts->core->loop, MR_LIMIT_SAVE_TIME, 0, save_took_too_long,
                             script, &script->timer);
    if (err == MR_OK) {
        err = mr_process_ask(script->process, "save", NULL, "saving its state", MR_LIMIT_SAVE_TIME,
                             on_saved, script);
    }
    if (err < 0) {
        make_place(script);
    }
}

/* Permission -------------------------------------------------------------------------------- */

static void permitted(struct mr_script *script)
{
    if (script->process) {
        swap(script);
        return;
    }
    move_edition(&script->now, &script->coming);
    start(script);
}

static void refused(struct mr_script *script)
{
    failed(script, MR_EDENIED, "It was not permitted what it needs.");
}

static bool is_checking(const struct mr_script *script)
{
    return script->state == MR_SCRIPT_CHECKING ||
           (script->state == MR_SCRIPT_RUNNING && script->reloading);
}

static void on_confirmed(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_script *script = ctx;
    const struct mr_script_edition *edition = &script->coming;
    const char *const *needs = (const char *const *)edition->manifest.needs;
    char why[WHY];
    if (script->state != MR_SCRIPT_ASKING && !is_checking(script)) {
        return;
    }
    if (err < 0) {
        snprintf(why, sizeof why,
                 "It needs more than every script may, and you could not be asked: %s", text);
        failed(script, MR_EDENIED, why);
        return;
    }
    bool yes = cJSON_IsTrue(result);
    err = mr_grants_record(script->scripts->grants, edition->found.path, needs,
                           yes ? MR_GRANT_YES : MR_GRANT_NO);
    if (err < 0) {
        mr_log_write(script->scripts->core->log, MR_LOG_WARN, "a permission was not saved: %s",
                     mr_error_text(err));
    }
    if (yes) {
        permitted(script);
    } else {
        refused(script);
    }
}

static void ask_user(struct mr_script *script)
{
    struct mr_buf question;
    cJSON *params = cJSON_CreateObject();
    const struct mr_script_edition *edition = &script->coming;
    mr_buf_init(&question, WHY + MR_FIND_PATH);
    int err = mr_grants_question(edition->manifest.name, edition->found.path,
                                 (const char *const *)edition->manifest.needs, &question);
    if (err == MR_OK) {
        err = params ? mr_json_set_string(params, "question", mr_buf_str(&question)) : MR_ENOMEM;
    }
    mr_buf_free(&question);
    if (err < 0) {
        cJSON_Delete(params);
        failed(script, err, mr_error_text(err));
        return;
    }
    if (script->state != MR_SCRIPT_RUNNING) {
        script->state = MR_SCRIPT_ASKING;
    }
    mr_api_call(script->scripts->core->api, script->scripts->self, "ui.confirm", params,
                on_confirmed, script);
    cJSON_Delete(params);
}

static void permit(struct mr_script *script)
{
    const struct mr_script_edition *edition = &script->coming;
    if (edition->found.shipped || script->trust == MR_TRUST_NAMED ||
        mr_manifest_is_modest(&edition->manifest)) {
        permitted(script);
        return;
    }
    enum mr_grant grant = mr_grants_find(script->scripts->grants, edition->found.path,
                                         (const char *const *)edition->manifest.needs);
    if (grant == MR_GRANT_YES) {
        permitted(script);
    } else if (grant == MR_GRANT_NO && script->trust == MR_TRUST_KEEP) {
        refused(script);
    } else {
        ask_user(script);
    }
}

/* The manifest, in a process of its own -------------------------------------------------------- */

static bool name_is_free(struct mr_script *script)
{
    const char *name = script->coming.manifest.name;
    for (struct mr_script *other = script->scripts->first; other; other = other->next) {
        if (other != script && mr_script_alive(other) && strcmp(mr_script_name(other), name) == 0) {
            return false;
        }
    }
    /* What the commands script prints carries no name. */
    return strcmp(name, "commands") != 0 || strcmp(script->coming.found.folder, "commands") == 0;
}

static void on_manifest(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_script *script = ctx;
    char why[WHY];
    if (err == MR_ECLOSED) {
        return; /* on_reader_end tells why */
    }
    mr_process_kill(script->reader, "", "");
    if (!is_checking(script)) {
        return;
    }
    copy(why, sizeof why, text);
    if (err == MR_OK) {
        err =
            mr_manifest_read(cJSON_GetObjectItemCaseSensitive(result, "manifest"),
                             script->coming.found.name, &script->coming.manifest, why, sizeof why);
    }
    if (err == MR_OK && !name_is_free(script)) {
        snprintf(why, sizeof why, "A script called %s is there already.",
                 script->coming.manifest.name);
        err = MR_EEXISTS;
    }
    if (err < 0) {
        failed(script, err, why);
    } else {
        permit(script);
    }
}

static void on_reader_request(void *ctx, const cJSON *id, const char *method, const cJSON *params)
{
    (void)ctx;
    (void)id;
    (void)method;
    (void)params; /* a manifest is data: nothing is answered */
}

static void on_reader_overrun(void *ctx, const char *what, bool often)
{
    struct mr_script *script = ctx;
    (void)what;
    (void)often;
    mr_process_kill(script->reader, "timeout", "its manifest takes too long to read");
}

static void on_reader_end(void *ctx, const char *code, const char *text)
{
    struct mr_script *script = ctx;
    char why[WHY];
    char error[32];
    copy(why, sizeof why, text);
    copy(error, sizeof error, code);
    mr_process_free(&script->reader);
    if (*error && is_checking(script)) {
        failed(script, mr_error_by_name(error), why);
    }
}

static int start_reader(struct mr_script *script)
{
    static const struct mr_process_callbacks callbacks = {on_reader_request, on_reader_overrun,
                                                          NULL, on_reader_end};
    const struct mr_process_options options = {.name = script->coming.found.name, .job_fd = -1};
    int err =
        mr_process_start(script->scripts->core, &options, &callbacks, script, &script->reader);
    return err == MR_OK ? ask_load(script->reader, &script->coming, "manifest",
                                   MR_LIMIT_MANIFEST_TIME, on_manifest, script)
                        : err;
}

static int read_source(struct mr_script *script, char *why, size_t why_size)
{
    struct mr_buf text;
    mr_buf_init(&text, MR_LIMIT_SCRIPT_SOURCE);
    int err = mr_find_read(script->coming.found.path, &text);
    if (err == MR_OK) {
        script->coming.source = mr_buf_take(&text);
        err = script->coming.source ? MR_OK : MR_ENOMEM;
    }
    if (err == MR_ELIMIT) {
        snprintf(why, why_size, "It is larger than %d KiB.", MR_LIMIT_SCRIPT_SOURCE / 1024);
    } else if (err < 0) {
        snprintf(why, why_size, "It cannot be read: %s.",
                 err == MR_EINVAL ? "it is no UTF-8 text" : mr_error_text(err));
    }
    mr_buf_free(&text);
    return err;
}

static void check(struct mr_script *script)
{
    char why[WHY] = "";
    if (script->state != MR_SCRIPT_RUNNING) {
        script->state = MR_SCRIPT_CHECKING;
    }
    /* One that was killed a moment ago may still be on its way out. */
    mr_process_free(&script->reader);
    int err = read_source(script, why, sizeof why);
    if (err == MR_OK) {
        err = start_reader(script);
    }
    if (err < 0) {
        mr_process_free(&script->reader);
        failed(script, err, *why ? why : mr_error_text(err));
    }
}

/* From outside ------------------------------------------------------------------------------ */

int mr_script_begin(struct mr_scripts *scripts, const struct mr_found *found, const char *asked,
                    enum mr_script_trust trust, mr_script_fn *fn, void *ctx, struct mr_script **out)
{
    struct mr_script *script = calloc(1, sizeof *script);
    if (!script) {
        return MR_ENOMEM;
    }
    script->scripts = scripts;
    script->trust = trust;
    script->kind = strcmp(found->folder, "strategies") == 0 ? MR_SCRIPT_STRATEGY : MR_SCRIPT_PLAIN;
    script->coming.found = *found;
    script->asked = strdup(asked);
    int err = script->asked ? check_later(script) : MR_ENOMEM;
    if (err < 0) {
        free(script->asked);
        free(script);
        return err;
    }
    add_waiter(script, fn, ctx);
    hold_commands(script);
    struct mr_script **at = &scripts->first;
    while (*at) {
        at = &(*at)->next;
    }
    *at = script;
    if (script->kind == MR_SCRIPT_STRATEGY) {
        mr_strategy_begun(scripts->strategy, script);
    }
    *out = script;
    return MR_OK;
}

void mr_script_reload(struct mr_script *script, mr_script_fn *fn, void *ctx)
{
    char why[WHY];
    if (script->state != MR_SCRIPT_RUNNING || script->reloading) {
        snprintf(why, sizeof why, "%s is %s; try again in a moment.", mr_script_name(script),
                 script->reloading ? "being reloaded" : mr_script_state_name(script));
        fn(ctx, MR_EBUSY, why);
        return;
    }
    struct mr_found found;
    int err =
        mr_find_script(script->scripts->core->paths, script->asked, false, &found, why, sizeof why);
    if (err < 0) {
        fn(ctx, err, why);
        return;
    }
    add_waiter(script, fn, ctx);
    script->reloading = true;
    drop_edition(&script->coming);
    script->coming.found = found;
    check(script);
}

void mr_script_stop(struct mr_script *script, uint64_t within_ms, mr_script_fn *fn, void *ctx)
{
    if (!mr_script_alive(script)) {
        if (fn) {
            fn(ctx, MR_OK, "");
        }
        return;
    }
    if (!script->process) {
        /* Still being checked, or asked about: nothing of it runs yet. */
        mr_timer_stop(&script->timer);
        mr_process_free(&script->reader);
        add_waiter(script, fn, ctx);
        ended(script, MR_SCRIPT_ENDED, "", "unloaded");
        return;
    }
    mr_timer_stop(&script->timer);
    script->swapping = false;
    if (script->state != MR_SCRIPT_STOPPING) {
        script->state = MR_SCRIPT_STOPPING;
        (void)mr_process_ask(script->process, "unload", NULL, "unloading", 0, NULL, NULL);
    }
    add_waiter(script, fn, ctx);
    mr_process_expect_end(script->process, within_ms, "", "unloaded");
}

void mr_script_free(struct mr_script *script)
{
    release_process(script);
    mr_process_free(&script->reader);
    settle(script, MR_ECANCELED, mr_error_text(MR_ECANCELED));
    drop_edition(&script->now);
    drop_edition(&script->coming);
    drop_edition(&script->before);
    cJSON_Delete(script->saved);
    free(script->asked);
    free(script);
}
