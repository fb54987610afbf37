/* One script from its beginning to its end: states, who waits for what, and what comes after a
 * failure. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/script/life.h"
#include "core/script/reader.h"
#include "core/script/run.h"
#include "core/script/watch.h"

struct mr_script_waiter {
    struct mr_script_waiter *next;
    mr_script_fn *fn;
    void *ctx;
};

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
void mr_script_copy(char *out, size_t size, const char *text)
{
    size_t len = mr_utf8_cut(text, strlen(text), size - 1);
    memcpy(out, text, len);
    out[len] = '\0';
}

void mr_script_drop(struct mr_script_edition *edition)
{
    free(edition->source);
    mr_manifest_free(&edition->manifest);
    memset(edition, 0, sizeof *edition);
}

void mr_script_move(struct mr_script_edition *to, struct mr_script_edition *from)
{
    mr_script_drop(to);
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

void mr_script_await(struct mr_script *script, mr_script_fn *fn, void *ctx, int err,
                     const char *text)
{
    if (err == MR_OK) {
        add_waiter(script, fn, ctx);
    } else if (fn) {
        fn(ctx, err, text);
    }
}

void mr_script_settle(struct mr_script *script, int err, const char *text)
{
    struct mr_script_waiter *waiter = script->waiters;
    script->waiters = NULL;
    mr_script_unhold(script);
    while (waiter) {
        struct mr_script_waiter *next = waiter->next;
        waiter->fn(waiter->ctx, err, text);
        free(waiter);
        waiter = next;
    }
}

void mr_script_hold(struct mr_script *script)
{
    if (!script->holds) {
        script->holds = true;
        mr_commands_hold(script->scripts->core->commands);
    }
}

void mr_script_unhold(struct mr_script *script)
{
    if (script->holds && !script->scripts->freeing) {
        script->holds = false;
        mr_commands_release(script->scripts->core->commands);
    }
}

/* Ends -------------------------------------------------------------------------------------- */

void mr_script_emit(struct mr_script *script, enum mr_event event, const char *code,
                    const char *text)
{
    cJSON *data = cJSON_CreateObject();
    if (data && mr_json_set_string(data, "name", mr_script_name(script)) == MR_OK && code) {
        (void)mr_json_set_string(data, "code", code);
        (void)mr_json_set_string(data, "text", text);
    }
    (void)mr_hooks_emit(script->scripts->core->hooks, event, data);
}

void mr_script_release(struct mr_script *script)
{
    mr_script_filters_release(script);
    mr_run_free(&script->run);
    mr_store_close(&script->store);
    mr_settings_undeclare(script->scripts->core->settings, script);
}

/* What a required filter was to look at does not come through without it. */
static void tell_of_held(struct mr_script *script)
{
    char kinds[64];
    if (!script->scripts->freeing && mr_script_filters_hold(script, kinds, sizeof kinds)) {
        mr_script_tell(script, true,
                       "Its filter is required: %s is held back. /script load %s starts it again, "
                       "/script unload %s lets everything through.",
                       kinds, script->asked, mr_script_name(script));
    }
}

void mr_script_ended(struct mr_script *script, enum mr_script_state state, const char *code,
                     const char *text)
{
    script->state = state;
    mr_timer_stop(&script->timer);
    if (script->kind == MR_SCRIPT_STRATEGY) {
        mr_strategy_gone(script->scripts->strategy, script);
    }
    tell_of_held(script);
    mr_script_emit(script, MR_EVENT_SCRIPT_ENDED, code, text);
    int err = *code ? mr_error_by_name(code) : MR_OK;
    mr_script_settle(script, err, text);
    mr_scripts_ended(script);
}

static void check_soon(void *ctx)
{
    struct mr_script *script = ctx;
    mr_timer_stop(&script->timer);
    mr_script_check(script);
}

/* From the loop: whoever begins hears of a failure later, and no process is freed while it speaks.
 */
int mr_script_check_later(struct mr_script *script)
{
    mr_timer_stop(&script->timer);
    return mr_timer_start(script->scripts->core->loop, 0, 0, check_soon, script, &script->timer);
}

/* The shipped file in the place of the user's that does not load. */
static bool fall_back(struct mr_script *script)
{
    char why[MR_SCRIPT_WHY];
    struct mr_found shipped;
    const struct mr_found *found =
        script->coming.found.path[0] ? &script->coming.found : &script->now.found;
    if (!found->overrides || mr_find_script(script->scripts->core->paths, script->asked, true,
                                            &shipped, why, sizeof why) < 0) {
        return false;
    }
    mr_script_tell(script, true, "The shipped %s is used instead.", shipped.shown);
    mr_script_drop(&script->now);
    mr_script_drop(&script->coming);
    script->coming.found = shipped;
    script->coming.stands_in = true;
    mr_script_check_later(script);
    return true;
}

void mr_script_failed(struct mr_script *script, int err, const char *text)
{
    char why[MR_SCRIPT_WHY];
    if (script->reload != MR_RELOAD_NONE) {
        mr_reload_failed(script, err, text);
        return;
    }
    mr_script_copy(why, sizeof why, text);
    mr_script_tell(
        script, true, "%s could not be loaded.\n%s",
        script->coming.found.path[0] ? script->coming.found.shown : script->now.found.shown, why);
    if (!fall_back(script)) {
        mr_script_ended(script, MR_SCRIPT_ENDED, mr_error_name(err), why);
    }
}

void mr_script_overrun(struct mr_script *script, const char *what, bool often)
{
    script->overruns++;
    mr_script_filters_overrun(script);
    if (often) {
        mr_process_kill(script->run->process, "timeout",
                        "it took too long for the third time in a minute");
        return;
    }
    mr_script_tell(script, true, "takes too long over %s", what);
}

void mr_script_on_end(struct mr_script *script, const char *code, const char *text)
{
    char why[MR_SCRIPT_WHY];
    char error[32];
    mr_script_copy(why, sizeof why, text);
    mr_script_copy(error, sizeof error, code);
    mr_script_release(script);
    if (script->state == MR_SCRIPT_STARTING) {
        int err = *error ? mr_error_by_name(error) : MR_ECLOSED;
        mr_script_failed(script, err, why);
    } else if (script->state == MR_SCRIPT_STOPPING) {
        mr_script_ended(script, MR_SCRIPT_ENDED, "", "unloaded");
    } else if (script->reload != MR_RELOAD_NONE) {
        mr_reload_inherit(script, why);
    } else {
        bool suspended = strcmp(error, "timeout") == 0;
        script->died = true;
        mr_script_tell(script, true, "Ended: %s. /script load %s starts it again.", why,
                       script->asked);
        mr_script_ended(script, suspended ? MR_SCRIPT_SUSPENDED : MR_SCRIPT_ENDED, error, why);
    }
}

/* From outside ------------------------------------------------------------------------------ */

static enum mr_script_kind kind_of(const struct mr_found *found, enum mr_script_trust trust)
{
    if (trust == MR_TRUST_ALL) {
        return MR_SCRIPT_TEST;
    }
    return strcmp(found->folder, "strategies") == 0 ? MR_SCRIPT_STRATEGY : MR_SCRIPT_PLAIN;
}

int mr_script_begin(struct mr_scripts *scripts, const struct mr_found *found, const char *asked,
                    enum mr_script_trust trust, mr_script_fn *fn, void *ctx, struct mr_script **out)
{
    struct mr_script *script = calloc(1, sizeof *script);
    if (!script) {
        return MR_ENOMEM;
    }
    script->scripts = scripts;
    script->trust = trust;
    script->kind = kind_of(found, trust);
    script->coming.found = *found;
    script->asked = strdup(asked);
    int err = script->asked ? mr_script_check_later(script) : MR_ENOMEM;
    if (err < 0) {
        free(script->asked);
        free(script);
        return err;
    }
    add_waiter(script, fn, ctx);
    if (strcmp(mr_script_name(script), "commands") == 0) {
        mr_script_hold(script);
    }
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

void mr_script_stop(struct mr_script *script, uint64_t within_ms, mr_script_fn *fn, void *ctx)
{
    if (!script->run) {
        mr_script_filters_forget(script->scripts, mr_script_name(script));
    }
    if (!mr_script_alive(script)) {
        if (fn) {
            fn(ctx, MR_OK, "");
        }
        return;
    }
    if (script->state != MR_SCRIPT_STOPPING) {
        /* Whoever waits for it to come up waits in vain. */
        mr_reload_cancel(script);
        mr_script_settle(script, MR_ECANCELED, "It was unloaded meanwhile.");
    }
    if (!script->run) {
        /* Still being checked, or asked about: nothing of it runs yet. */
        mr_timer_stop(&script->timer);
        mr_reader_free(&script->reader);
        add_waiter(script, fn, ctx);
        mr_script_ended(script, MR_SCRIPT_ENDED, "", "unloaded");
        return;
    }
    mr_timer_stop(&script->timer);
    if (script->state != MR_SCRIPT_STOPPING) {
        script->state = MR_SCRIPT_STOPPING;
        (void)mr_process_ask(script->run->process, "unload", NULL, "unloading", 0, NULL, NULL);
    }
    add_waiter(script, fn, ctx);
    mr_process_expect_end(script->run->process, within_ms, "", "unloaded");
}

void mr_script_free(struct mr_script *script)
{
    mr_timer_stop(&script->timer);
    mr_script_release(script);
    mr_run_free(&script->heir);
    while (script->leaving) {
        struct mr_run *run = script->leaving;
        script->leaving = run->next;
        mr_run_free(&run);
    }
    mr_reader_free(&script->reader);
    mr_script_settle(script, MR_ECANCELED, mr_error_text(MR_ECANCELED));
    mr_script_drop(&script->now);
    mr_script_drop(&script->coming);
    mr_script_parts_free(script);
    free(script->asked);
    free(script);
}
