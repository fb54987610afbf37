/* The command /lua: evaluates Lua in the process of a script.
 *
 * It belongs to the core, is no method, and no script can run it: whoever may call it acts with all
 * that the script may.
 */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/script/command.h"
#include "core/script/command_lua.h"
#include "core/script/life.h"
#include "core/script/run.h"

/* The shipped script whose process is used when none is named. */
static const char scratch_name[] = "scratch";

/* What was typed so far. While a question for its next line is open it hangs on the manager. */
struct mr_lua_input {
    struct mr_scripts *scripts;
    char script[MR_MANIFEST_NAME + 1];
    struct mr_buf code;
};

void mr_lua_input_free(struct mr_lua_input *input)
{
    if (input) {
        mr_buf_free(&input->code);
        free(input);
    }
}

static void evaluate(struct mr_lua_input *input);

static void on_next_line(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_scripts *scripts = ctx;
    struct mr_lua_input *input = scripts->lua_input;
    const char *line = cJSON_GetStringValue(result);
    (void)text;
    scripts->lua_input = NULL;
    if (err == MR_OK && line && mr_buf_append_byte(&input->code, '\n') == MR_OK &&
        mr_buf_append_str(&input->code, line) == MR_OK) {
        evaluate(input);
        return;
    }
    if (err == MR_OK) {
        mr_script_command_print(scripts, "error", "This is longer than a script may be.");
    }
    mr_lua_input_free(input);
}

/* Incomplete: the next line is asked for. */
static void ask_for_more(struct mr_lua_input *input)
{
    struct mr_scripts *scripts = input->scripts;
    cJSON *params = cJSON_CreateObject();
    bool ready = params && mr_json_set_string(params, "question", "lua ...") == MR_OK &&
                 mr_json_set_string(params, "default", "") == MR_OK;
    if (ready && !scripts->lua_input) {
        scripts->lua_input = input;
        mr_api_call(scripts->core->api, scripts->self, "ui.input", params, on_next_line, scripts);
    } else {
        mr_lua_input_free(input);
    }
    cJSON_Delete(params);
}

static void on_result(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_lua_input *input = ctx;
    struct mr_scripts *scripts = input->scripts;
    const char *shown = mr_json_string(result, "text");
    if (scripts->freeing) {
        mr_lua_input_free(input);
        return;
    }
    if (err == MR_OK && mr_json_bool(result, "more", false)) {
        ask_for_more(input);
        return;
    }
    if (err < 0) {
        mr_script_command_print(scripts, "error", "%s",
                                err == MR_ECLOSED ? "Its process ended over this." : text);
    } else if (shown && *shown) {
        mr_script_command_print(scripts, mr_json_bool(result, "failed", false) ? "error" : "plain",
                                "%s", shown);
    }
    mr_lua_input_free(input);
}

static void evaluate(struct mr_lua_input *input)
{
    struct mr_scripts *scripts = input->scripts;
    struct mr_script *script = mr_scripts_find(scripts, input->script);
    cJSON *params = cJSON_CreateObject();
    bool up = script && script->run && script->state == MR_SCRIPT_RUNNING;
    int err = up && !mr_reload_holds(script) ? MR_OK : MR_ESTATE;
    if (err == MR_OK) {
        err = params ? mr_json_set_string(params, "code", mr_buf_str(&input->code)) : MR_ENOMEM;
    }
    if (err == MR_OK) {
        uint64_t allowance = script->kind == MR_SCRIPT_STRATEGY ? 0 : MR_LIMIT_HANDLER_TIME;
        err = mr_process_ask(script->run->process, "eval", params, "/lua", allowance, on_result,
                             input);
    }
    cJSON_Delete(params);
    if (err < 0) {
        mr_script_command_print(scripts, "error", "%s does not run now: %s", input->script,
                                mr_error_text(err));
        mr_lua_input_free(input);
    }
}

static void scratch_ready(void *ctx, int err, const char *text)
{
    struct mr_lua_input *input = ctx;
    (void)text;
    if (err == MR_OK) {
        evaluate(input);
    } else {
        mr_lua_input_free(input); /* why was told by the script */
    }
}

/* In the scratch script, which is started where it does not run yet. */
static void evaluate_scratch(struct mr_lua_input *input)
{
    struct mr_scripts *scripts = input->scripts;
    const struct mr_script *script = mr_scripts_find(scripts, scratch_name);
    char why[MR_COMMAND_WHY];
    if (script && mr_script_alive(script)) {
        evaluate(input);
        return;
    }
    int err =
        mr_scripts_open(scripts, scratch_name, MR_TRUST_ASK, scratch_ready, input, why, sizeof why);
    if (err < 0) {
        mr_script_command_print(scripts, "error", "%s", why);
        mr_lua_input_free(input);
    }
}

/* The script that is named at the front, if one runs that is called so and code follows; then
 * *code is what follows. */
static const struct mr_script *named(struct mr_scripts *scripts, const char **code)
{
    char name[MR_MANIFEST_NAME + 1];
    size_t len = strcspn(*code, " ");
    const char *rest = *code + len + strspn(*code + len, " ");
    if (len >= sizeof name || !*rest) {
        return NULL;
    }
    snprintf(name, sizeof name, "%.*s", (int)len, *code);
    const struct mr_script *script = mr_scripts_find(scripts, name);
    if (!script || !mr_script_alive(script)) {
        return NULL;
    }
    *code = rest;
    return script;
}

static void run(void *ctx, const cJSON *args, const char *chat)
{
    struct mr_scripts *scripts = ctx;
    const char *code = mr_json_string(args, "code");
    const struct mr_script *script = named(scripts, &code);
    struct mr_lua_input *input = calloc(1, sizeof *input);
    (void)chat;
    if (!input) {
        return;
    }
    input->scripts = scripts;
    mr_buf_init(&input->code, MR_LIMIT_SCRIPT_SOURCE);
    snprintf(input->script, sizeof input->script, "%s",
             script ? mr_script_name(script) : scratch_name);
    if (mr_buf_append_str(&input->code, code) < 0) {
        mr_lua_input_free(input);
    } else if (script) {
        evaluate(input);
    } else {
        evaluate_scratch(input);
    }
}

int mr_lua_command_add(struct mr_scripts *scripts)
{
    static const struct mr_command_spec spec = {
        .name = "lua",
        .args = "<code:text>",
        .help = "Evaluate Lua in a script: /lua [SCRIPT] CODE.",
        .details = "Without the name of a running script at the front, the code runs in `scratch`, "
                   "a script of its own that may do what you may. What is not complete yet goes on "
                   "in the next line; Ctrl-C gives it up. Values are shown readably, and a global "
                   "that you set is there the next time.",
        .owner = "core",
        .for_scripts = "",
    };
    char why[MR_COMMAND_WHY];
    return mr_commands_add(scripts->core->commands, &spec, run, scripts, &scripts->lua_command, why,
                           sizeof why);
}
