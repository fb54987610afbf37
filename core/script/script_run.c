/* What a running script asks for and is told. */
#include <moonroom/errors.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/api/serve.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/script/command.h"
#include "core/script/life.h"
#include "core/script/run.h"

enum { TEXT = 12288, ERRORS_SHOWN = 5, ERROR_WINDOW_MS = 10000, WARNINGS = 100 };

/* The subscription to events.lost is kept here: that event is for one script alone. */
static const double lost_subscription = 1e9;

void mr_script_tell(struct mr_script *script, bool error, const char *format, ...)
{
    char text[TEXT];
    va_list args;
    struct mr_core *core = script->scripts->core;
    struct mr_caller *caller = script->run ? script->run->caller : NULL;
    /* Where the script has no caller (yet, or any more), the manager speaks of it by name. */
    int len = caller ? 0 : snprintf(text, sizeof text, "%s: ", mr_script_name(script));
    va_start(args, format);
    vsnprintf(text + len, sizeof text - (size_t)len, format, args);
    va_end(args);
    text[mr_utf8_cut(text, strlen(text), sizeof text - 1)] = '\0';
    mr_log_write(core->log, error ? MR_LOG_WARN : MR_LOG_INFO, "%s%s%s",
                 caller ? mr_script_name(script) : "", caller ? ": " : "", text);
    cJSON *params = cJSON_CreateObject();
    if (params && mr_json_set_string(params, "text", text) == MR_OK &&
        mr_json_set_string(params, "style", error ? "error" : "info") == MR_OK) {
        mr_api_call(core->api, caller ? caller : script->scripts->self, "ui.print", params, NULL,
                    NULL);
    }
    cJSON_Delete(params);
}

void mr_script_error(struct mr_script *script, const char *what, const char *text)
{
    uint64_t now = mr_loop_now_ms(script->scripts->core->loop);
    script->errors++;
    if (script->scripts->on_error) {
        char line[TEXT];
        snprintf(line, sizeof line, "%s: error in %s: %s", mr_script_name(script), what, text);
        script->scripts->on_error(script->scripts->on_error_ctx, line);
    }
    snprintf(script->last_error, sizeof script->last_error, "%s: %s", what ? what : "a handler",
             text ? text : "");
    script->last_error[strcspn(script->last_error, "\n")] = '\0';
    script->last_error[mr_utf8_cut(script->last_error, strlen(script->last_error),
                                   sizeof script->last_error)] = '\0';
    if (now - script->error_window_ms > ERROR_WINDOW_MS) {
        script->error_window_ms = now;
        script->errors_shown = 0;
    }
    script->errors_shown++;
    if (script->errors_shown <= ERRORS_SHOWN) {
        mr_script_tell(script, true, "Error in %s: %s", what, text);
    } else if (script->errors_shown == ERRORS_SHOWN + 1) {
        mr_script_tell(script, true, "More errors follow; they are counted in /script info %s.",
                       mr_script_name(script));
    }
}

/* A handler raised an error: the traceback and what triggered it. The script goes on. */
static void on_error(struct mr_script *script, const cJSON *params)
{
    const char *what = mr_json_string(params, "what");
    const char *text = mr_json_string(params, "text");
    mr_script_error(script, what ? what : "a handler", text ? text : "");
}

/* Something is probably not as its author meant it. A host that says more than ours does is no
 * script's. */
static void on_warning(struct mr_script *script, const cJSON *params)
{
    const char *text = mr_json_string(params, "text");
    if (text && script->warnings < WARNINGS) {
        script->warnings++;
        mr_script_tell(script, false, "Warning: %s", text);
    }
}

static bool is_lost(const cJSON *params)
{
    const char *name = mr_json_string(params, "name");
    return name && strcmp(name, "events.lost") == 0;
}

static bool is_lost_subscription(const cJSON *params)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(params, "id");
    return cJSON_IsNumber(id) && id->valuedouble == lost_subscription;
}

static void reply(struct mr_run *run, const cJSON *id, cJSON *result)
{
    (void)mr_rpc_reply(mr_process_rpc(run->process), id, result);
    cJSON_Delete(result);
}

/* What a call counts, in prints: a changed setting is a file that is saved, a program a process. */
static unsigned weight_of(const char *method)
{
    if (strcmp(method, "settings.set") == 0 || strcmp(method, "fs.write") == 0 ||
        strcmp(method, "process.run") == 0) {
        return MR_LIMIT_SCRIPT_PRINTS / 20;
    }
    return strncmp(method, "ui.", 3) == 0 || strcmp(method, "log.write") == 0 ||
           strcmp(method, "fs.append") == 0;
}

/* A terminal takes what a person can read, and a disk is not without end. A script that prints or
 * logs more is not refused: it has to wait. */
static void pace(struct mr_run *run, const char *method)
{
    struct mr_script *script = run->script;
    uint64_t now = mr_loop_real_ms();
    unsigned weight = weight_of(method);
    if (weight == 0) {
        return;
    }
    if (now - script->print_window_ms >= 1000) {
        script->print_window_ms = now;
        script->prints = 0;
    }
    script->prints += weight;
    if (script->prints >= MR_LIMIT_SCRIPT_PRINTS) {
        mr_process_hold(run->process, script->print_window_ms + 1000 - now);
    }
}

/* Its process has no filter of system calls. Told once: it is so for all. */
static void tell_of_gap(struct mr_scripts *scripts)
{
    if (!scripts->gap_told) {
        scripts->gap_told = true;
        mr_script_command_print(
            scripts, "error",
            "This system has no seccomp, which keeps scripts from asking the system for anything. "
            "The rest of the wall stands: processes and memory of their own, limits, no files, no "
            "programs. A script that breaks out of Lua could reach more: load only those you "
            "trust.");
    }
}

/* What an heir may call, and a run that leaves: what only looks, what is registered (and in force
 * when the heir takes over), and what merely speaks to the author. */
static const char *const quiet_methods[] = {
    "script.source",   "script.list",     "script.info",       "settings.get",
    "settings.list",   "store.get",       "store.keys",        "log.write",
    "ui.print",        "ui.table",        "ui.bars",           "ui.current",
    "ui.chats",        "event.subscribe", "event.unsubscribe", "command.register",
    "command.remove",  "command.list",    "filter.register",   "filter.remove",
    "ui.bind",         "ui.unbind",       "complete.register", "complete.remove",
    "ui.sparkline",    "timer.start",     "timer.stop",        "chat.me",
    "chat.users",      "chat.room",       "client.terms",      "client.version",
    "wallet.balance",  "mine.job",        "mine.verify",       "mine.stats",
    "mine.strategies",
};

static bool is_quiet(const char *method)
{
    size_t i = 0;
    while (i < sizeof quiet_methods / sizeof quiet_methods[0] &&
           strcmp(quiet_methods[i], method) != 0) {
        i++;
    }
    return i < sizeof quiet_methods / sizeof quiet_methods[0];
}

/* The script of the old text still works: two of them must not speak at a time. */
static void refuse(struct mr_run *run, const cJSON *id, const char *method)
{
    char text[256];
    if (run->role == MR_RUN_LEAVING) {
        snprintf(text, sizeof text, "%.60s does nothing any more: the script was replaced", method);
    } else {
        snprintf(
            text, sizeof text,
            "%.60s does nothing while the script is loaded in the place of another edition; call "
            "it later, from a handler or timer.after(0, ...)",
            method);
        if (!run->told) {
            run->told = true;
            mr_script_tell(run->script, true, "While loading: %s", text);
        }
    }
    if (id) {
        (void)mr_rpc_reply_error(mr_process_rpc(run->process), id, MR_ESTATE, text);
    }
}

/* The settings of an heir are not declared yet: theirs are the values that they will have. */
static cJSON *coming_setting(const struct mr_run *run, const char *method, const cJSON *params)
{
    const char *name = mr_json_string(params, "name");
    bool asked = run->role == MR_RUN_HEIR && name && strcmp(method, "settings.get") == 0;
    return asked ? mr_manifest_setting(&run->script->coming.manifest,
                                       run->script->scripts->core->settings, name)
                 : NULL;
}

static void serve(struct mr_run *run, const cJSON *id, const char *method, const cJSON *params)
{
    cJSON *setting = id ? coming_setting(run, method, params) : NULL;
    if (setting) {
        reply(run, id, setting);
    } else if (id && strcmp(method, "event.subscribe") == 0 && is_lost(params)) {
        run->wants_lost = true;
        reply(run, id, cJSON_CreateNumber(lost_subscription));
    } else if (id && strcmp(method, "event.unsubscribe") == 0 && is_lost_subscription(params)) {
        run->wants_lost = false;
        reply(run, id, cJSON_CreateTrue());
    } else if (run->caller) {
        pace(run, method);
        mr_serve_request(run->script->scripts->core->api, run->caller, mr_process_rpc(run->process),
                         id, method, params);
    }
}

/* What only the one at work has to say of itself. */
static bool tell_of_itself(struct mr_run *run, const char *method, const cJSON *params)
{
    struct mr_script *script = run->script;
    bool live = run->role == MR_RUN_LIVE;
    if (strcmp(method, "filter.waits") == 0) {
        mr_script_filter_waits(run, params);
    } else if (strcmp(method, "strategy.attempts") == 0) {
        int64_t attempts = mr_json_int(params, "attempts", 0);
        if (live) {
            mr_strategy_attempts(script->scripts->strategy, script,
                                 attempts > 0 ? (uint64_t)attempts : 0);
        }
    } else if (strcmp(method, "strategy.ended") == 0) {
        if (live && script->kind == MR_SCRIPT_STRATEGY && script->state == MR_SCRIPT_RUNNING) {
            mr_script_tell(script, false, "The strategy has ended.");
            mr_script_stop(script, MR_LIMIT_SAVE_TIME, NULL, NULL);
        }
    } else {
        return false;
    }
    return true;
}

void mr_run_on_request(struct mr_run *run, const cJSON *id, const char *method, const cJSON *params)
{
    if (strcmp(method, "script.error") == 0) {
        on_error(run->script, params);
    } else if (strcmp(method, "script.warning") == 0) {
        on_warning(run->script, params);
    } else if (strcmp(method, "wall.gap") == 0) {
        tell_of_gap(run->script->scripts);
    } else if (tell_of_itself(run, method, params)) {
        return;
    } else if (run->role != MR_RUN_LIVE && !is_quiet(method)) {
        refuse(run, id, method);
    } else {
        serve(run, id, method, params);
    }
}

void mr_run_describe(const char *method, const cJSON *params, char *out, size_t size)
{
    const char *name = mr_json_string(params, "name");
    if (strcmp(method, "event") == 0 && name) {
        snprintf(out, size, "event %.40s", name);
    } else if (strcmp(method, "command") == 0 && name) {
        snprintf(out, size, "/%.40s", name);
    } else {
        snprintf(out, size, "a %.20s", method);
    }
}

void mr_run_lose(struct mr_run *run, const char *method)
{
    struct mr_script *script = run->script;
    script->lost++;
    run->lost_untold++;
    if (strcmp(method, "command") == 0) {
        mr_script_tell(script, true, "is busy and did not hear the command");
    } else if (run->lost_untold == 1) {
        mr_log_write(script->scripts->core->log, MR_LOG_WARN,
                     "%s does not keep up: events are lost to it", mr_script_name(script));
    }
}

void mr_run_send(struct mr_run *run, const char *method, const char *params, const char *what)
{
    const struct mr_script *script = run->script;
    uint64_t allowance =
        strcmp(method, "complete") == 0 ? MR_LIMIT_COMPLETION_TIME : MR_LIMIT_HANDLER_TIME;
    allowance = script->kind == MR_SCRIPT_STRATEGY ? 0 : allowance;
    run->script->calls++;
    if (mr_process_ask_text(run->process, method, params, what, allowance) < 0) {
        mr_run_lose(run, method);
    }
}

void mr_run_on_drain(struct mr_run *run)
{
    uint64_t lost = run->lost_untold;
    if (lost == 0 || run->role != MR_RUN_LIVE || mr_reload_holds(run->script)) {
        return;
    }
    run->lost_untold = 0;
    mr_script_tell(run->script, true, "does not keep up; %llu events were not sent to it",
                   (unsigned long long)lost);
    if (run->wants_lost) {
        char params[128];
        snprintf(params, sizeof params,
                 "{\"id\":%.0f,\"name\":\"events.lost\",\"data\":{\"count\":%llu}}",
                 lost_subscription, (unsigned long long)lost);
        mr_run_send(run, "event", params, "event events.lost");
    }
}
