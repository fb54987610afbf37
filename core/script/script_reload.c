/* Putting a new edition in the place of one that works, without losing a message.
 *
 *   none ──> checking ──> loading ──────> saving ──────> restoring ──> none
 *            text,        the heir runs   the old one    the heir      the heir is the
 *            manifest,    the text; what  ends its       gets what     live one, the old
 *            permission   it registers    waits and      was saved     one leaves
 *                         is kept         saves
 *
 * Saving and restoring are the switch. Its begin is a point in the order of messages: what was sent
 * before is handled by the old process, for it reads its questions in order and `save` is the last.
 * What comes during the switch waits: events and calls (run.c), lines with the script's commands
 * (core/api/command.c), timers that fire (core/api/methods_timer.c), items of filters
 * (script_visit.c). The end is one step within a turn of the loop, commit() or mr_reload_failed().
 *
 * Where the old process dies by itself on the way, the heir takes over without it.
 */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"
#include "core/script/life.h"
#include "core/script/run.h"

bool mr_reload_holds(const struct mr_script *script)
{
    return script->reload == MR_RELOAD_SAVING || script->reload == MR_RELOAD_RESTORING;
}

/* The coming edition is given up, wherever it stands. */
static void abandon(struct mr_script *script)
{
    if (script->heir) {
        mr_script_filters_drop(script->heir);
        mr_run_leave(&script->heir, true);
    }
    if (script->reload != MR_RELOAD_NONE) {
        mr_timer_stop(&script->timer);
        script->reload = MR_RELOAD_NONE;
    }
}

/* The end of the switch ------------------------------------------------------------------------ */

/* What came after all this was asked for. */
static void go_on(struct mr_script *script, int err, const char *text)
{
    char why[MR_SCRIPT_WHY];
    bool again = script->again && script->state == MR_SCRIPT_RUNNING;
    mr_script_copy(why, sizeof why, text);
    script->again = false;
    mr_script_unhold(script);
    if (again) {
        mr_script_reload(script, NULL, NULL);
    }
    if (script->reload == MR_RELOAD_NONE) {
        mr_script_settle(script, err, why);
    }
}

static void commit(struct mr_script *script)
{
    char why[MR_SCRIPT_WHY];
    struct mr_settings *settings = script->scripts->core->settings;
    struct mr_run *old = script->run;
    mr_timer_stop(&script->timer);
    script->run = script->heir;
    script->heir = NULL;
    script->reload = MR_RELOAD_NONE;
    script->state = MR_SCRIPT_RUNNING;
    script->run->role = MR_RUN_LIVE;
    mr_settings_undeclare(settings, script);
    mr_script_move(&script->now, &script->coming);
    if (mr_manifest_declare(&script->now.manifest, settings, script, why, sizeof why) < 0) {
        mr_script_tell(script, true, "%s", why); /* it was checked: there is no memory */
    }
    (void)mr_rpc_notify(mr_process_rpc(script->run->process), "begin", NULL);
    mr_caller_go_live(script->run->caller, old ? old->caller : NULL);
    mr_script_filters_ready(script);
    mr_run_leave(&old, false);
    mr_run_deliver(script->run);
    if (script->kind == MR_SCRIPT_STRATEGY) {
        mr_strategy_replaced(script->scripts->strategy, script);
    }
    mr_script_running(script);
    go_on(script, MR_OK, mr_script_name(script));
}

/* The old process goes on, and with what came for it. */
static void resume(struct mr_script *script)
{
    struct mr_run *run = script->run;
    (void)mr_rpc_notify(mr_process_rpc(run->process), "resume", NULL);
    mr_caller_go_live(run->caller, NULL);
    mr_run_deliver(run);
    mr_script_filters_resume(script->scripts);
}

void mr_reload_failed(struct mr_script *script, int err, const char *text)
{
    char why[MR_SCRIPT_WHY];
    bool held = mr_reload_holds(script);
    mr_script_copy(why, sizeof why, text);
    abandon(script);
    mr_script_drop(&script->coming);
    if (!script->run) {
        mr_script_failed(script, err, why);
        return;
    }
    if (held) {
        resume(script);
    }
    mr_script_tell(script, true, "The new version was not loaded, the old one goes on.\n%s", why);
    go_on(script, err, why);
}

/* The switch --------------------------------------------------------------------------------- */

static void on_restored(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_run *run = ctx;
    char why[MR_SCRIPT_WHY];
    (void)result;
    if (err == MR_ECLOSED || run != run->script->heir) {
        return;
    }
    if (err < 0) {
        snprintf(why, sizeof why, "Its state could not be restored: %s", text);
        mr_reload_failed(run->script, err, why);
    } else {
        commit(run->script);
    }
}

static void restore(struct mr_script *script, const cJSON *state)
{
    cJSON *params = cJSON_CreateObject();
    bool whole = params && mr_json_set(params, "state", cJSON_Duplicate(state, true)) == MR_OK;
    int err = whole
                  ? mr_process_ask(script->heir->process, "restore", params, "restoring its state",
                                   MR_LIMIT_SAVE_TIME, on_restored, script->heir)
                  : MR_ENOMEM;
    cJSON_Delete(params);
    script->reload = MR_RELOAD_RESTORING;
    if (err < 0) {
        mr_reload_failed(script, err, mr_error_text(err));
    }
}

static void on_saved(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_run *run = ctx;
    struct mr_script *script = run->script;
    char why[MR_SCRIPT_WHY];
    /* What an earlier switch had asked for, before it was given up, is of no use. */
    bool last = --run->saves == 0;
    if (err == MR_ECLOSED || !last || run != script->run || script->reload != MR_RELOAD_SAVING) {
        return;
    }
    const cJSON *state = cJSON_GetObjectItemCaseSensitive(result, "state");
    if (err < 0) {
        snprintf(why, sizeof why, "Its state could not be saved: %s", text);
        mr_reload_failed(script, err, why);
    } else if (state && !cJSON_IsNull(state)) {
        restore(script, state);
    } else {
        commit(script);
    }
}

static void took_too_long(void *ctx)
{
    struct mr_script *script = ctx;
    mr_reload_failed(script, MR_ETIMEOUT,
                     script->reload == MR_RELOAD_SAVING
                         ? "Its state could not be saved in time."
                         : "Its state could not be restored in time.");
}

static void begin_switch(struct mr_script *script)
{
    if (!script->run) {
        commit(script);
        return;
    }
    script->reload = MR_RELOAD_SAVING;
    mr_script_hold(script);
    mr_caller_set_stage(script->run->caller, MR_CALLER_HELD);
    int err = mr_timer_start_real(script->scripts->core->loop, MR_LIMIT_SWITCH_TIME, 0,
                                  took_too_long, script, &script->timer);
    if (err == MR_OK) {
        err = mr_process_ask(script->run->process, "save", NULL, "saving its state",
                             MR_LIMIT_SAVE_TIME, on_saved, script->run);
        script->run->saves += err == MR_OK;
    }
    if (err < 0) {
        mr_reload_failed(script, err,
                         err == MR_ELIMIT ? "It is too busy; try again in a moment."
                                          : mr_error_text(err));
    }
}

/* Loading ------------------------------------------------------------------------------------ */

static void on_loaded(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_run *run = ctx;
    (void)result;
    if (err == MR_ECLOSED || run != run->script->heir) {
        return;
    }
    if (err < 0) {
        mr_reload_failed(run->script, err, text);
    } else {
        begin_switch(run->script);
    }
}

static int check_name(const struct mr_script *script, char *why, size_t size)
{
    const char *name = script->now.manifest.name;
    if (strcmp(name, script->coming.manifest.name) == 0) {
        return MR_OK;
    }
    snprintf(why, size, "It calls itself %s now; type /script unload %s, then load it.",
             script->coming.manifest.name, name);
    return MR_EINVAL;
}

void mr_reload_load(struct mr_script *script)
{
    char why[MR_SCRIPT_WHY] = "";
    int err = check_name(script, why, sizeof why);
    if (err == MR_OK) {
        err = mr_manifest_check(&script->coming.manifest, why, sizeof why);
    }
    if (err == MR_OK) {
        err = mr_run_new(script, &script->coming, MR_RUN_HEIR, &script->heir);
    }
    script->reload = MR_RELOAD_LOADING;
    if (err == MR_OK) {
        mr_script_tell_withheld(script, &script->coming);
        err = mr_script_ask_load(script, script->heir->process, &script->coming,
                                 mr_script_kind_name(script), true, on_loaded, script->heir);
    }
    if (err < 0) {
        mr_reload_failed(script, err, *why ? why : mr_error_text(err));
    }
}

/* From outside ------------------------------------------------------------------------------ */

void mr_reload_heir_ended(struct mr_script *script, const char *code, const char *text)
{
    struct mr_run *heir = script->heir;
    char why[MR_SCRIPT_WHY];
    int err = *code ? mr_error_by_name(code) : MR_ECLOSED;
    mr_script_copy(why, sizeof why, text);
    mr_script_filters_drop(heir);
    script->heir = NULL;
    mr_run_free(&heir);
    mr_reload_failed(script, err, why);
}

void mr_reload_inherit(struct mr_script *script, const char *text)
{
    enum mr_reload was = script->reload;
    mr_script_tell(script, true, "Ended: %s. The new version takes its place.", text);
    mr_script_hold(script);
    if (was == MR_RELOAD_CHECKING) {
        script->again = false;
        script->reload = MR_RELOAD_NONE;
        script->state = script->asking ? MR_SCRIPT_ASKING : MR_SCRIPT_CHECKING;
        mr_script_drop(&script->now);
        return;
    }
    script->state = MR_SCRIPT_STARTING;
    if (was == MR_RELOAD_SAVING) {
        commit(script);
    }
}

void mr_reload_cancel(struct mr_script *script)
{
    abandon(script);
    script->again = false;
    mr_script_unhold(script);
}

void mr_script_reload(struct mr_script *script, mr_script_fn *fn, void *ctx)
{
    char why[MR_SCRIPT_WHY];
    struct mr_found found;
    if (script->state != MR_SCRIPT_RUNNING) {
        snprintf(why, sizeof why, "%s is %s; try again in a moment.", mr_script_name(script),
                 mr_script_state_name(script));
        mr_script_await(script, fn, ctx, MR_EBUSY, why);
        return;
    }
    int err =
        mr_find_script(script->scripts->core->paths, script->asked, false, &found, why, sizeof why);
    if (err < 0) {
        mr_script_await(script, fn, ctx, err, why);
        return;
    }
    mr_script_await(script, fn, ctx, MR_OK, "");
    /* One after the other: whoever saves faster than the text loads sees each step, and the last.
     */
    if (script->reload != MR_RELOAD_NONE || script->asking) {
        script->again = true;
        return;
    }
    mr_script_drop(&script->coming);
    script->coming.found = found;
    script->reload = MR_RELOAD_CHECKING;
    mr_script_check(script);
}
