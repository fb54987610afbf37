/* Ctrl-C on a runaway: a script that keeps the machine busy and does not come back.
 *
 * It would be stopped by its deadline in a moment; here the user decides instead, and while the
 * question stands the deadline waits.
 */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/runtime/json.h"
#include "core/script/command.h"
#include "core/script/run.h"

/* Of its own time; a handler that does its work is long done. */
enum { RUNAWAY_MS = 250, QUESTION = 256 };

static struct mr_script *find_runaway(struct mr_scripts *scripts, const char **what, uint64_t *us)
{
    struct mr_script *worst = NULL;
    *us = (uint64_t)RUNAWAY_MS * 1000 - 1;
    for (struct mr_script *script = scripts->first; script; script = script->next) {
        const char *at = "";
        uint64_t used = script->run ? mr_process_busy_us(script->run->process, &at) : 0;
        if (used > *us) {
            worst = script;
            *us = used;
            *what = at;
        }
    }
    return worst;
}

static struct mr_script *find_by_pid(struct mr_scripts *scripts, int pid)
{
    for (struct mr_script *script = scripts->first; script; script = script->next) {
        if (script->run && mr_process_pid(script->run->process) == pid) {
            return script;
        }
    }
    return NULL;
}

static void killed(void *ctx, int err, const char *text)
{
    (void)err;
    (void)text;
    mr_script_command_print(ctx, "info", "It is stopped and unloaded.");
}

static void decide(struct mr_script *script, const char *word)
{
    struct mr_scripts *scripts = script->scripts;
    size_t len = strlen(word);
    if (strncasecmp(word, "suspend", len) == 0) {
        mr_process_kill(script->run->process, "timeout", "suspended by you");
    } else if (strncasecmp(word, "kill", len) == 0) {
        /* As /script unload, but it says no goodbye: it would not hear. */
        mr_script_stop(script, 0, killed, scripts);
    } else {
        mr_script_command_print(scripts, "info", "%s may take its time; Ctrl-C asks again.",
                                mr_script_name(script));
    }
}

static bool is_choice(const char *word)
{
    static const char *const words[] = {"continue", "suspend", "kill"};
    size_t len = strlen(word);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (len > 0 && strncasecmp(words[i], word, len) == 0) {
            return true;
        }
    }
    return false;
}

static void ask(struct mr_scripts *scripts, const char *question);

static void answered(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_scripts *scripts = ctx;
    struct mr_script *script = find_by_pid(scripts, scripts->runaway_pid);
    const char *word = cJSON_GetStringValue(result);
    (void)text;
    if (script && err == MR_OK && word && !is_choice(word)) {
        ask(scripts, "Please type continue, suspend or kill:");
        return;
    }
    scripts->runaway_pid = 0;
    if (!script || !mr_process_is_patient(script->run->process)) {
        mr_script_command_print(scripts, "info", "It has come to its end by itself.");
    } else if (err < 0 || !word) {
        mr_process_be_patient(script->run->process, false); /* no decision: its deadline decides */
    } else {
        decide(script, word);
    }
}

static void ask(struct mr_scripts *scripts, const char *question)
{
    cJSON *params = cJSON_CreateObject();
    if (params && mr_json_set_string(params, "question", question) == MR_OK &&
        mr_json_set_string(params, "default", "continue") == MR_OK) {
        mr_api_call(scripts->core->api, scripts->self, "ui.input", params, answered, scripts);
    } else {
        answered(scripts, MR_ENOMEM, "", NULL);
    }
    cJSON_Delete(params);
}

/* Answers whether there was a runaway; then the user is being asked. */
static void interrupt(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_scripts *scripts = ctx;
    char question[QUESTION];
    const char *what = "";
    uint64_t us;
    struct mr_script *script = find_runaway(scripts, &what, &us);
    (void)params;
    if (script && scripts->runaway_pid == 0) {
        snprintf(question, sizeof question,
                 "%s is busy with %s (%.1f s). Continue, suspend or kill it?",
                 mr_script_name(script), what, (double)us / 1e6);
        scripts->runaway_pid = mr_process_pid(script->run->process);
        mr_process_be_patient(script->run->process, true);
        ask(scripts, question);
    }
    mr_call_return(call, cJSON_CreateBool(script != NULL));
}

static const struct mr_binding rows[] = {{"script.interrupt", interrupt}, {NULL, NULL}};

int mr_script_runaway_bind(struct mr_scripts *scripts)
{
    return mr_api_bind_all(scripts->core->api, rows, scripts);
}

void mr_script_runaway_unbind(struct mr_scripts *scripts)
{
    mr_api_unbind(scripts->core->api, rows[0].name);
}
