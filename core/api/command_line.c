/* What the command table tells: the list for /help, and the place of a word for completion. */
#include <stdio.h>
#include <string.h>

#include "core/api/command_table.h"
#include "core/runtime/json.h"

static cJSON *describe(const struct mr_command *command)
{
    cJSON *entry = cJSON_CreateObject();
    cJSON *aliases = entry ? cJSON_AddArrayToObject(entry, "aliases") : NULL;
    char usage[256];
    char full[320];
    mr_args_usage(&command->args, usage, sizeof usage);
    snprintf(full, sizeof full, "/%s%s%s", command->name, *usage ? " " : "", usage);
    if (!aliases || mr_json_set_string(entry, "name", command->name) < 0 ||
        mr_json_set_string(entry, "usage", full) < 0 ||
        mr_json_set_string(entry, "help", command->help) < 0 ||
        mr_json_set_string(entry, "owner", command->owner) < 0 ||
        (command->details && mr_json_set_string(entry, "details", command->details) < 0)) {
        cJSON_Delete(entry);
        return NULL;
    }
    for (size_t i = 0; i < command->alias_count; i++) {
        cJSON_AddItemToArray(aliases, cJSON_CreateString(command->aliases[i]));
    }
    return entry;
}

cJSON *mr_commands_list(const struct mr_commands *commands)
{
    cJSON *list = cJSON_CreateArray();
    for (const struct mr_command *c = mr_commands_first(commands); list && c; c = c->next) {
        if (!mr_command_in_force(c)) {
            continue;
        }
        cJSON *entry = describe(c);
        if (!entry || !cJSON_AddItemToArray(list, entry)) {
            cJSON_Delete(entry);
            cJSON_Delete(list);
            return NULL;
        }
    }
    return list;
}

void mr_commands_place(const struct mr_commands *commands, const char *line,
                       struct mr_completion_place *out)
{
    *out = (struct mr_completion_place){.start = strlen(line)};
    if (line[0] != '/') {
        return;
    }
    size_t name_end = 1 + strcspn(line + 1, " ");
    if (line[name_end] == '\0') {
        snprintf(out->type, sizeof out->type, "command");
        out->start = 1;
        return;
    }
    char name[MR_COMMAND_NAME * 2];
    snprintf(name, sizeof name, "%.*s", (int)(name_end < 60 ? name_end - 1 : 60), line + 1);
    const struct mr_command *command = mr_commands_find(commands, name);
    if (!command) {
        return;
    }
    snprintf(out->owner, sizeof out->owner, "%s", command->owner);
    /* The word under the cursor is the last one, or an empty one behind a blank. */
    size_t offset = name_end;
    size_t index = 0;
    struct mr_arg_word word;
    while (mr_args_next_word(line, &offset, &word)) {
        if (line[word.end] == '\0') {
            out->start = word.start;
            break;
        }
        mr_args_unquote(line, &word, out->previous, sizeof out->previous);
        index++;
    }
    if (index < command->args.count) {
        snprintf(out->type, sizeof out->type, "%s", command->args.list[index].type);
    } else {
        out->start = strlen(line);
    }
}
