/* The command /script: its table of subcommands. */
#include <moonroom/errors.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/runtime/json.h"
#include "core/script/command.h"

static const struct {
    const char *name;
    bool named; /* it has to be told which script */
    bool more;  /* it takes more words behind the name */
    mr_script_command_fn *fn;
} table[] = {
    {"list", false, false, mr_script_command_list},
    {"info", true, false, mr_script_command_info},
    {"top", false, false, mr_script_command_top},
    {"load", true, false, mr_script_command_load},
    {"unload", true, false, mr_script_command_unload},
    {"reload", true, false, mr_script_command_reload},
    {"install", true, false, mr_script_command_install},
    {"remove", true, false, mr_script_command_remove},
    {"new", true, false, mr_script_command_new},
    {"edit", true, false, mr_script_command_edit},
    {"grants", false, false, mr_script_command_grants},
    {"grant", true, true, mr_script_command_grant},
    {"revoke", true, true, mr_script_command_revoke},
};

enum { ROWS = sizeof table / sizeof table[0], SPEC = 256 };

void mr_script_command_print(struct mr_scripts *scripts, const char *style, const char *format, ...)
{
    char text[MR_COMMAND_TEXT];
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

void mr_script_command_table(struct mr_scripts *scripts, cJSON *header, cJSON *rows)
{
    cJSON *params = cJSON_CreateObject();
    bool ready = params && rows && cJSON_AddItemReferenceToObject(params, "rows", rows);
    if (ready && (!header || cJSON_AddItemReferenceToObject(params, "header", header))) {
        mr_api_call(scripts->core->api, scripts->self, "ui.table", params, NULL, NULL);
    }
    cJSON_Delete(params);
    cJSON_Delete(rows);
    cJSON_Delete(header);
}

void mr_script_command_row(cJSON *rows, const char *const *cells, int count)
{
    cJSON *row = rows ? cJSON_CreateStringArray(cells, count) : NULL;
    if (row && !cJSON_AddItemToArray(rows, row)) {
        cJSON_Delete(row);
    }
}

struct mr_script *mr_script_command_find(struct mr_scripts *scripts, const char *name)
{
    struct mr_script *script = mr_scripts_find(scripts, name);
    if (!script) {
        mr_script_command_print(scripts, "error",
                                "No script called %s is loaded; /script list shows them.", name);
    }
    return script;
}

void mr_script_command_confirm(struct mr_scripts *scripts, const char *question, mr_done_fn *fn,
                               void *ctx)
{
    cJSON *params = cJSON_CreateObject();
    if (params && mr_json_set_string(params, "question", question) == MR_OK &&
        mr_json_set_bool(params, "default", false) == MR_OK) {
        mr_api_call(scripts->core->api, scripts->self, "ui.confirm", params, fn, ctx);
    } else {
        fn(ctx, MR_ENOMEM, mr_error_text(MR_ENOMEM), NULL);
    }
    cJSON_Delete(params);
}

bool mr_script_command_taken(struct mr_scripts *scripts, const char *name)
{
    cJSON *list = mr_commands_list(scripts->core->commands);
    bool taken = false;
    for (const cJSON *entry = list ? list->child : NULL; entry; entry = entry->next) {
        const char *other = mr_json_string(entry, "name");
        const cJSON *aliases = cJSON_GetObjectItemCaseSensitive(entry, "aliases");
        taken = taken || (other && strcmp(other, name) == 0);
        for (const cJSON *alias = aliases ? aliases->child : NULL; alias; alias = alias->next) {
            taken = taken || strcmp(alias->valuestring, name) == 0;
        }
    }
    cJSON_Delete(list);
    return taken;
}

static void run(void *ctx, const cJSON *args, const char *chat)
{
    struct mr_scripts *scripts = ctx;
    const char *what = mr_json_string(args, "what");
    const char *name = mr_json_string(args, "name");
    const char *rest = mr_json_string(args, "rest");
    (void)chat;
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(table[i].name, what ? what : "list") != 0) {
            continue;
        }
        if (table[i].named && !name) {
            mr_script_command_print(scripts, "error", "Which one? /script %s NAME", what);
        } else if (rest && !table[i].more) {
            mr_script_command_print(scripts, "error",
                                    "/script %s takes one name; '%.60s' is too "
                                    "much.",
                                    what, rest);
        } else {
            table[i].fn(scripts, name ? name : "", rest ? rest : "");
        }
    }
}

int mr_script_command_add(struct mr_scripts *scripts)
{
    char spec_text[SPEC] = "[what:";
    char why[MR_COMMAND_WHY];
    size_t len = strlen(spec_text);
    for (size_t i = 0; i < ROWS; i++) {
        len += (size_t)snprintf(spec_text + len, sizeof spec_text - len, "%s%s", i > 0 ? "|" : "",
                                table[i].name);
    }
    snprintf(spec_text + len, sizeof spec_text - len, "=list] [name:script] [rest:text]");
    const struct mr_command_spec spec = {
        .name = "script",
        .args = spec_text,
        .help = "List, load, edit, install scripts, and more.",
        .details =
            "A script is a Lua file, or a folder with init.lua, in the scripts folder of your "
            "configuration; a path loads it from anywhere. `top` shows what each costs, `new` "
            "makes "
            "one to begin with, `edit` opens one in your editor, `install` takes one from somebody "
            "else and asks first. The file `autoload` in that folder names those that are loaded "
            "at "
            "the start, one a line.",
        .owner = "core",
        /* What is not here changes texts, or what scripts may do. */
        .for_scripts = "list info top load unload reload grants",
    };
    return mr_commands_add(scripts->core->commands, &spec, run, scripts, &scripts->command, why,
                           sizeof why);
}
