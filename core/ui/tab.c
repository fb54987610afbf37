/* Tab: what the word at the cursor could be is asked of whoever knows, and the word is completed
 * when the answer comes, if line and cursor are still the same. */
#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>

#include "core/runtime/json.h"
#include "core/ui/complete.h"
#include "core/ui/parts.h"

struct mr_tab {
    struct mr_ui *ui;
    struct mr_caller *caller; /* an answer still under way is forgotten with it */
    char *line; /* up to the cursor, as it was when Tab was pressed; NULL: nothing asked */
    size_t point, start;
    const char *key; /* of the objects that are the answer; NULL: it is words */
    cJSON *known;    /* words that are known here, to which the answer is added */
};

static void forget(struct mr_tab *tab)
{
    free(tab->line);
    tab->line = NULL;
    cJSON_Delete(tab->known);
    tab->known = NULL;
}

/* --- candidates that are known here -------------------------------------------------------------
 */

static cJSON *commands(struct mr_ui *ui)
{
    cJSON *list = mr_commands_list(ui->core->commands);
    cJSON *names = mr_complete_pluck(list, "name");
    const cJSON *entry = NULL;

    cJSON_ArrayForEach(entry, list)
    {
        const cJSON *alias = NULL;

        cJSON_ArrayForEach(alias, cJSON_GetObjectItemCaseSensitive(entry, "aliases"))
        {
            if (names && cJSON_IsString(alias)) {
                cJSON_AddItemToArray(names, cJSON_CreateString(alias->valuestring));
            }
        }
    }
    cJSON_Delete(list);
    return names;
}

static cJSON *chats(struct mr_ui *ui)
{
    cJSON *names = cJSON_CreateArray();

    for (size_t i = 0; names && i < mr_chats_count(ui->chats); i++) {
        cJSON_AddItemToArray(names, cJSON_CreateString(mr_chats_at(ui->chats, i)->name));
    }
    return names;
}

static cJSON *users(struct mr_ui *ui)
{
    cJSON *names = mr_session_users(ui->core->session);

    for (size_t i = 0; names && i < mr_chats_count(ui->chats); i++) {
        const struct mr_chat *chat = mr_chats_at(ui->chats, i);

        if (chat->kind == MR_CHAT_PRIVATE) {
            cJSON_AddItemToArray(names, cJSON_CreateString(chat->name));
        }
    }
    return names;
}

static cJSON *settings(struct mr_ui *ui)
{
    cJSON *list = mr_settings_list(ui->core->settings);
    cJSON *names = mr_complete_pluck(list, "name");

    cJSON_Delete(list);
    return names;
}

/* What the setting named before may be set to. */
static cJSON *values(struct mr_ui *ui, const char *setting)
{
    cJSON *list = mr_settings_list(ui->core->settings);
    cJSON *names = NULL;
    const cJSON *row = NULL;

    cJSON_ArrayForEach(row, list)
    {
        const char *name = mr_json_string(row, "name");
        const char *type = mr_json_string(row, "type");
        const char *choices = mr_json_string(row, "choices");

        if (!name || strcmp(name, setting) != 0) {
            continue;
        }
        if (choices && choices[0]) {
            names = mr_complete_choices(choices);
        } else if (type && strcmp(type, "boolean") == 0) {
            names = mr_complete_choices("on|off");
        } else if (mr_json_string(row, "value")) {
            names = cJSON_CreateArray();
            cJSON_AddItemToArray(names, cJSON_CreateString(mr_json_string(row, "value")));
        }
    }
    cJSON_Delete(list);
    return names;
}

static cJSON *events(struct mr_ui *ui)
{
    cJSON *names = cJSON_CreateArray();

    (void)ui;
    for (int i = 0; names && i < MR_EVENT_COUNT; i++) {
        cJSON_AddItemToArray(names, cJSON_CreateString(mr_event_name((enum mr_event)i)));
    }
    return names;
}

static cJSON *functions(struct mr_ui *ui)
{
    cJSON *table = mr_api_describe(ui->core->api);
    cJSON *names = mr_complete_pluck(table, "name");

    cJSON_Delete(table);
    return names;
}

static cJSON *known(struct mr_ui *ui, const struct mr_completion_place *place)
{
    static const struct {
        const char *type;
        cJSON *(*fn)(struct mr_ui *ui);
    } table[] = {{"command", commands}, {"chat", chats},   {"user", users},
                 {"setting", settings}, {"event", events}, {"function", functions}};

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(place->type, table[i].type) == 0) {
            return table[i].fn(ui);
        }
    }
    if (strcmp(place->type, "value") == 0) {
        return values(ui, place->previous);
    }
    if (strcmp(place->type, "item") == 0) {
        return mr_complete_choices("cookie|adminStatus");
    }
    return strchr(place->type, '|') ? mr_complete_choices(place->type) : NULL;
}

/* --- completing ---------------------------------------------------------------------------------
 */

static void complete(struct mr_tab *tab, const cJSON *candidates)
{
    struct mr_ui *ui = tab->ui;
    size_t point = 0;
    const char *now = mr_prompt_line(ui->prompt, &point);
    const char *word = tab->line + tab->start;
    size_t len = tab->point - tab->start;
    struct mr_completion found;

    if (point != tab->point || strncmp(now, tab->line, point) != 0 ||
        mr_complete(word, len, candidates, &found) < 0) {
        return; /* typed on meanwhile */
    }
    if (found.count == 0) {
        mr_ui_ring(ui);
    } else if (strlen(found.insert) != len || strncmp(found.insert, word, len) != 0) {
        mr_prompt_replace(ui->prompt, tab->start, point, found.insert);
    } else {
        struct mr_buf lines;

        mr_buf_init(&lines, MR_LIMIT_SHOWN_TEXT);
        if (mr_completion_list(&found, mr_ui_columns(ui), &lines) == MR_OK) {
            mr_ui_print(ui, mr_buf_str(&lines));
        }
        mr_buf_free(&lines);
    }
    mr_completion_free(&found);
}

static void answered(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_tab *tab = ctx;
    const cJSON *word = NULL;

    (void)text;
    if (!tab->line) {
        return;
    }
    if (!tab->known && !tab->key && cJSON_GetArraySize(result) == 0) {
        forget(tab); /* nobody knows anything of such arguments: no bell */
        return;
    }
    cJSON *words = tab->key ? mr_complete_pluck(err == MR_OK ? result : NULL, tab->key)
                            : cJSON_Duplicate(err == MR_OK ? result : NULL, true);

    cJSON_ArrayForEach(word, tab->known)
    {
        if (words) {
            cJSON_AddItemToArray(words, cJSON_CreateString(word->valuestring));
        }
    }
    complete(tab, words ? words : tab->known);
    cJSON_Delete(words);
    forget(tab);
}

/* Asks whoever may know words of this type besides; the answer may come before this returns. */
static void ask_others(struct mr_tab *tab, const struct mr_completion_place *place,
                       const char *word)
{
    struct mr_api *api = tab->ui->core->api;
    bool script = strcmp(place->type, "script") == 0;

    if (script || strcmp(place->type, "strategy") == 0) {
        tab->key = "name";
        mr_api_call(api, tab->caller, script ? "script.list" : "mine.strategies", NULL, answered,
                    tab);
        return;
    }
    cJSON *params = cJSON_CreateObject();

    tab->key = NULL;
    if (!params || mr_json_set_string(params, "kind", place->type) < 0 ||
        mr_json_set_string(params, "word", word) < 0 ||
        mr_json_set_string(params, "previous", place->previous) < 0 ||
        mr_json_set_string(params, "owner", place->owner) < 0) {
        forget(tab);
    } else {
        mr_api_call(api, tab->caller, "complete.ask", params, answered, tab);
    }
    cJSON_Delete(params);
}

/* Where the last word of a line of talk begins. */
static size_t last_word(const char *line)
{
    const char *blank = strrchr(line, ' ');

    return blank ? (size_t)(blank - line) + 1 : 0;
}

void mr_tab_press(struct mr_tab *tab)
{
    struct mr_completion_place place = {.type = "user"};
    size_t point = 0;
    const char *line = mr_prompt_line(tab->ui->prompt, &point);

    if (tab->line) {
        return; /* the answer to the last press is on its way */
    }
    tab->line = strndup(line, point);
    if (!tab->line) {
        return;
    }
    tab->point = strlen(tab->line);
    if (tab->line[0] == '/') {
        mr_commands_place(tab->ui->core->commands, tab->line, &place);
        tab->start = place.start < tab->point ? place.start : tab->point;
    } else {
        tab->start = last_word(tab->line);
    }
    tab->known = known(tab->ui, &place);
    if (place.type[0]) {
        ask_others(tab, &place, tab->line + tab->start);
    } else {
        forget(tab);
    }
}

int mr_tab_new(struct mr_ui *ui, struct mr_tab **out)
{
    const struct mr_caller_options options = {.kind = MR_CALLER_USER, .name = "you"};
    struct mr_tab *tab = calloc(1, sizeof *tab);

    *out = tab;
    if (!tab) {
        return MR_ENOMEM;
    }
    tab->ui = ui;
    return mr_caller_new(ui->core->api, &options, &tab->caller);
}

void mr_tab_free(struct mr_tab *tab)
{
    if (!tab) {
        return;
    }
    mr_caller_free(&tab->caller);
    forget(tab);
    free(tab);
}
