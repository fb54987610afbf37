/* The command /script: what is loaded, and loading more. */
#include <moonroom/errors.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/runtime/json.h"
#include "core/script/scripts.h"

enum { WHY = 512, TEXT = 4352, STOP_MS = 500 };

static void print(struct mr_scripts *scripts, const char *style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void print(struct mr_scripts *scripts, const char *style, const char *format, ...)
{
    char text[TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cJSON *params = cJSON_CreateObject();
    if (params && mr_json_set_string(params, "text", text) == MR_OK &&
        mr_json_set_string(params, "style", style) == MR_OK) {
        mr_api_call(scripts->core->api, scripts->self, "ui.print", params, NULL, NULL);
    }
    cJSON_Delete(params);
}

/* rows is taken. */
static void print_table(struct mr_scripts *scripts, cJSON *rows)
{
    cJSON *params = cJSON_CreateObject();
    if (params && rows && cJSON_AddItemReferenceToObject(params, "rows", rows)) {
        mr_api_call(scripts->core->api, scripts->self, "ui.table", params, NULL, NULL);
    }
    cJSON_Delete(params);
    cJSON_Delete(rows);
}

static void add_row(cJSON *rows, const char *const *cells, int count)
{
    cJSON *row = rows ? cJSON_CreateStringArray(cells, count) : NULL;
    if (row && !cJSON_AddItemToArray(rows, row)) {
        cJSON_Delete(row);
    }
}

static const char *text_of(const cJSON *entry, const char *key)
{
    const char *text = mr_json_string(entry, key);
    return text ? text : "";
}

static void list(struct mr_scripts *scripts)
{
    cJSON *rows = cJSON_CreateArray();
    cJSON *all = mr_scripts_list(scripts);
    for (const cJSON *entry = all ? all->child : NULL; entry; entry = entry->next) {
        const char *cells[] = {text_of(entry, "name"), text_of(entry, "state"),
                               text_of(entry, "version"), text_of(entry, "help")};
        add_row(rows, cells, 4);
    }
    cJSON_Delete(all);
    print_table(scripts, rows);
}

static void add_value(cJSON *rows, const cJSON *value)
{
    char text[TEXT] = "";
    size_t len = 0;
    if (cJSON_IsString(value)) {
        snprintf(text, sizeof text, "%s", value->valuestring);
    } else if (cJSON_IsNumber(value)) {
        snprintf(text, sizeof text, "%.0f", value->valuedouble);
    }
    for (const cJSON *item = cJSON_IsArray(value) ? value->child : NULL; item; item = item->next) {
        int put =
            snprintf(text + len, sizeof text - len, "%s%s", len > 0 ? " " : "", item->valuestring);
        if (put < 0 || (size_t)put >= sizeof text - len) {
            break;
        }
        len += (size_t)put;
    }
    const char *cells[] = {value->string, text};
    if (*text) {
        add_row(rows, cells, 2);
    }
}

static void info(struct mr_scripts *scripts, const struct mr_script *script)
{
    cJSON *rows = cJSON_CreateArray();
    cJSON *facts = mr_scripts_info(scripts, script);
    for (const cJSON *value = facts ? facts->child : NULL; value; value = value->next) {
        add_value(rows, value);
    }
    cJSON_Delete(facts);
    print_table(scripts, rows);
}

/* Failures of a script's text were told already, by the script itself. */
static void loaded(void *ctx, int err, const char *text)
{
    if (err == MR_OK) {
        print(ctx, "info", "%s is loaded.", text);
    }
}

static void reloaded(void *ctx, int err, const char *text)
{
    if (err == MR_OK) {
        print(ctx, "info", "%s is loaded anew.", text);
    } else if (err == MR_EBUSY || err == MR_ENOTFOUND) {
        print(ctx, "error", "%s", text);
    }
}

static void unloaded(void *ctx, int err, const char *text)
{
    (void)text;
    if (err == MR_OK) {
        print(ctx, "info", "Unloaded.");
    }
}

static void load(struct mr_scripts *scripts, const char *name)
{
    char why[WHY];
    if (mr_scripts_open(scripts, name, MR_TRUST_ASK, loaded, scripts, why, sizeof why) < 0) {
        print(scripts, "error", "%s", why);
    }
}

static void with_script(struct mr_scripts *scripts, const char *what, const char *name)
{
    struct mr_script *script = mr_scripts_find(scripts, name);
    if (!script) {
        print(scripts, "error", "No script called %s is loaded; /script list shows them.", name);
    } else if (strcmp(what, "info") == 0) {
        info(scripts, script);
    } else if (strcmp(what, "unload") == 0) {
        mr_script_stop(script, STOP_MS, unloaded, scripts);
    } else if (mr_script_alive(script)) {
        mr_script_reload(script, reloaded, scripts);
    } else {
        load(scripts, script->asked);
    }
}

static void run(void *ctx, const cJSON *args, const char *chat)
{
    struct mr_scripts *scripts = ctx;
    const char *what = mr_json_string(args, "what");
    const char *name = mr_json_string(args, "name");
    (void)chat;
    if (!what || strcmp(what, "list") == 0) {
        list(scripts);
    } else if (!name) {
        print(scripts, "error", "Which one? /script %s NAME", what);
    } else if (strcmp(what, "load") == 0) {
        load(scripts, name);
    } else {
        with_script(scripts, what, name);
    }
}

int mr_script_command_add(struct mr_scripts *scripts)
{
    static const struct mr_command_spec spec = {
        .name = "script",
        .args = "[what:list|load|unload|reload|info=list] [name:script]",
        .help = "List scripts; load, unload, reload or show one.",
        .details =
            "A script is a Lua file, or a folder with init.lua, in the scripts folder of your "
            "configuration; a path loads it from anywhere. The file `autoload` in that folder "
            "names those that are loaded at the start, one a line.",
        .owner = "core",
    };
    char why[WHY];
    return mr_commands_add(scripts->core->commands, &spec, run, scripts, &scripts->command, why,
                           sizeof why);
}
