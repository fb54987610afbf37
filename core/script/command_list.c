/* /script list, info: what there is, and how it fares. */
#include <stdio.h>
#include <string.h>

#include "core/runtime/json.h"
#include "core/script/command.h"
#include "core/script/inspect.h"

static const char *text_of(const cJSON *entry, const char *key)
{
    const char *text = mr_json_string(entry, key);
    return text ? text : "";
}

void mr_script_command_list(struct mr_scripts *scripts, const char *name, const char *rest)
{
    cJSON *rows = cJSON_CreateArray();
    cJSON *all = mr_scripts_list(scripts);
    (void)name;
    (void)rest;
    for (const cJSON *entry = all ? all->child : NULL; entry; entry = entry->next) {
        const char *cells[] = {text_of(entry, "name"), text_of(entry, "state"),
                               text_of(entry, "version"), text_of(entry, "help")};
        mr_script_command_row(rows, cells, 4);
    }
    cJSON_Delete(all);
    mr_script_command_table(scripts, NULL, rows);
}

static void add_value(cJSON *rows, const cJSON *value)
{
    char text[MR_COMMAND_TEXT] = "";
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
        mr_script_command_row(rows, cells, 2);
    }
}

static void add_handler(cJSON *rows, const cJSON *handler)
{
    const char *what = text_of(handler, "what");
    const char *rests = mr_json_bool(handler, "disabled", false) ? " (disabled)" : "";
    const cJSON *ms = cJSON_GetObjectItemCaseSensitive(handler, "ms");
    const cJSON *slowest = cJSON_GetObjectItemCaseSensitive(handler, "slowest_ms");
    char cells[5][128];
    snprintf(cells[0], sizeof cells[0], "%.100s%s", what, rests);
    snprintf(cells[1], sizeof cells[1], "%lld", (long long)mr_json_int(handler, "calls", 0));
    snprintf(cells[2], sizeof cells[2], "%.1f ms", cJSON_IsNumber(ms) ? ms->valuedouble : 0);
    snprintf(cells[3], sizeof cells[3], "%.1f ms",
             cJSON_IsNumber(slowest) ? slowest->valuedouble : 0);
    snprintf(cells[4], sizeof cells[4], "%lld", (long long)mr_json_int(handler, "errors", 0));
    const char *row[] = {cells[0], cells[1], cells[2], cells[3], cells[4]};
    mr_script_command_row(rows, row, 5);
}

/* What the script has registered, as its process tells it. */
static void show_handlers(struct mr_scripts *scripts, const cJSON *handlers)
{
    static const char *const titles[] = {"handler", "calls", "time", "slowest", "errors"};
    cJSON *rows = cJSON_CreateArray();
    for (const cJSON *handler = handlers->child; handler; handler = handler->next) {
        add_handler(rows, handler);
    }
    mr_script_command_table(scripts, cJSON_CreateStringArray(titles, 5), rows);
}

static void inspected(void *ctx, const cJSON *facts)
{
    struct mr_scripts *scripts = ctx;
    cJSON *rows = facts && !scripts->freeing ? cJSON_CreateArray() : NULL;
    const cJSON *handlers = cJSON_GetObjectItemCaseSensitive(facts, "handlers");
    if (!rows) {
        return;
    }
    for (const cJSON *value = facts->child; value; value = value->next) {
        if (value != handlers) {
            add_value(rows, value);
        }
    }
    mr_script_command_table(scripts, NULL, rows);
    if (handlers && handlers->child) {
        show_handlers(scripts, handlers);
    }
}

void mr_script_command_info(struct mr_scripts *scripts, const char *name, const char *rest)
{
    struct mr_script *script = mr_script_command_find(scripts, name);
    (void)rest;
    if (script) {
        mr_script_inspect(script, NULL, inspected, scripts);
    }
}
