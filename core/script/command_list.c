/* /script list, info: what there is, and how it fares. */
#include <stdio.h>
#include <string.h>

#include "core/runtime/json.h"
#include "core/script/command.h"

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

void mr_script_command_info(struct mr_scripts *scripts, const char *name, const char *rest)
{
    const struct mr_script *script = mr_script_command_find(scripts, name);
    cJSON *facts = script ? mr_scripts_info(scripts, script) : NULL;
    cJSON *rows = facts ? cJSON_CreateArray() : NULL;
    (void)rest;
    for (const cJSON *value = facts ? facts->child : NULL; value; value = value->next) {
        add_value(rows, value);
    }
    cJSON_Delete(facts);
    mr_script_command_table(scripts, NULL, rows);
}
