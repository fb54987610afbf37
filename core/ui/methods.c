/* The methods ui.*: what scripts show and ask. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/name.h"
#include "core/base/safe_text.h"
#include "core/runtime/json.h"
#include "core/ui/chatlog.h"
#include "core/ui/editor.h"
#include "core/ui/parts.h"
#include "core/ui/questions.h"
#include "core/ui/table.h"

/* The shipped commands speak for moonroom itself; everybody else's lines carry a name. */
static const char *shown_name(const struct mr_call *call)
{
    const struct mr_caller *caller = mr_call_caller(call);

    if (!caller || mr_caller_kind(caller) == MR_CALLER_USER ||
        strcmp(mr_caller_name(caller), "commands") == 0) {
        return "";
    }
    return mr_caller_name(caller);
}

static void done(struct mr_call *call, int err)
{
    if (err < 0) {
        mr_call_fail(call, err, "%s", mr_error_text(err));
    } else {
        mr_call_return(call, cJSON_CreateTrue());
    }
}

/* --- showing ------------------------------------------------------------------------------------
 */

static int role_of(const char *style)
{
    static const struct {
        const char *name;
        enum mr_role role;
    } roles[] = {{"plain", MR_ROLE_PLAIN},
                 {"info", MR_ROLE_INFO},
                 {"error", MR_ROLE_ERROR},
                 {"title", MR_ROLE_TITLE}};

    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (!style || strcmp(style, roles[i].name) == 0) {
            return (int)roles[i].role;
        }
    }
    return MR_EINVAL;
}

static void print(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;
    const char *name = mr_json_string(params, "chat");
    struct mr_chat *chat = name ? mr_chats_find(ui->chats, name) : mr_chats_current(ui->chats);
    int role = role_of(mr_json_string(params, "style"));
    struct mr_buf lines;

    if (role < 0) {
        mr_call_fail(call, MR_EINVAL, "style must be plain, info, error or title");
        return;
    }
    if (!chat) {
        mr_call_fail(call, MR_ENOTFOUND, "There is no chat of this name.");
        return;
    }
    if (!shown_name(call)[0] && ui->commands_waiting == 0) {
        mr_ui_await_done(ui, false); /* a command that speaks instead of asking */
    }
    mr_buf_init(&lines, (size_t)MR_LIMIT_SHOWN_TEXT * 4);
    int err = mr_view_text(&ui->style, (enum mr_role)role, shown_name(call),
                           mr_json_string(params, "text"), true, &lines);

    /* What is said into a chat by name is kept there; the rest is for now only. */
    if (err == MR_OK && name) {
        mr_ui_print_in(ui, chat, mr_buf_str(&lines));
    } else if (err == MR_OK) {
        mr_ui_print(ui, mr_buf_str(&lines));
    }
    mr_buf_free(&lines);
    done(call, err);
}

/* Rows that were drawn, under the name of who drew them. */
static int show_rows(struct mr_ui *ui, const struct mr_call *call, const struct mr_buf *rows)
{
    const char *who = shown_name(call);
    struct mr_buf lines;
    int err = MR_OK;

    mr_buf_init(&lines, (size_t)MR_LIMIT_SHOWN_TEXT * 4);
    for (const char *at = mr_buf_str(rows); *at && err == MR_OK;) {
        size_t len = strcspn(at, "\n") + 1;

        if (who[0]) {
            err = mr_view_text(&ui->style, MR_ROLE_SCRIPT, "", who, false, &lines);
            mr_buf_truncate(&lines, mr_buf_len(&lines) - (err == MR_OK));
            err = err == MR_OK ? mr_buf_append_str(&lines, "| ") : err;
        }
        err = err == MR_OK ? mr_buf_append(&lines, at, len) : err;
        at += len;
    }
    if (err == MR_OK) {
        mr_ui_print(ui, mr_buf_str(&lines));
    }
    mr_buf_free(&lines);
    return err;
}

static size_t room_for_rows(const struct mr_ui *ui, const struct mr_call *call)
{
    size_t name = strlen(shown_name(call));
    size_t columns = mr_ui_columns(ui);

    return columns > name + 12 ? columns - (name ? name + 2 : 0) : 10;
}

static void table(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;
    struct mr_buf rows;

    mr_buf_init(&rows, (size_t)MR_LIMIT_SHOWN_TEXT * 2);
    int err = mr_table_render(&ui->style, cJSON_GetObjectItemCaseSensitive(params, "rows"),
                              cJSON_GetObjectItemCaseSensitive(params, "header"),
                              room_for_rows(ui, call), &rows);

    if (err == MR_OK) {
        err = show_rows(ui, call, &rows);
    }
    mr_buf_free(&rows);
    if (err == MR_EINVAL) {
        mr_call_fail(call, err, "rows must be rows of strings, numbers and booleans");
    } else {
        done(call, err);
    }
}

static void bars(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;
    struct mr_buf rows;

    mr_buf_init(&rows, (size_t)MR_LIMIT_SHOWN_TEXT * 2);
    int err = mr_bars_render(&ui->style, cJSON_GetObjectItemCaseSensitive(params, "rows"),
                             room_for_rows(ui, call), &rows);

    if (err == MR_OK) {
        err = show_rows(ui, call, &rows);
    }
    mr_buf_free(&rows);
    if (err == MR_EINVAL) {
        mr_call_fail(call, err, "rows must be rows of a label and a number");
    } else {
        done(call, err);
    }
}

static void sparkline(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;
    struct mr_buf rows;

    mr_buf_init(&rows, (size_t)MR_LIMIT_SHOWN_TEXT * 2);
    int err = mr_sparkline_render(&ui->style, cJSON_GetObjectItemCaseSensitive(params, "values"),
                                  cJSON_GetObjectItemCaseSensitive(params, "label"),
                                  room_for_rows(ui, call), &rows);

    if (err == MR_OK) {
        err = show_rows(ui, call, &rows);
    }
    mr_buf_free(&rows);
    if (err == MR_EINVAL) {
        mr_call_fail(call, err, "values must be numbers");
    } else {
        done(call, err);
    }
}

/* A line that stands out, and the bell: whoever may notify was given leave by the user, so this
 * does not ask the setting of what else rings. */
static void notify(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;
    const char *title = mr_json_string(params, "title");
    struct mr_buf text;
    struct mr_buf lines;

    mr_buf_init(&text, MR_LIMIT_RPC_LINE);
    mr_buf_init(&lines, (size_t)MR_LIMIT_SHOWN_TEXT * 4);
    int err = title && title[0] ? mr_buf_printf(&text, "%s: ", title) : MR_OK;

    if (err == MR_OK) {
        err = mr_buf_append_str(&text, mr_json_string(params, "text"));
    }
    if (err == MR_OK) {
        err = mr_view_text(&ui->style, MR_ROLE_HIGHLIGHT, shown_name(call), mr_buf_str(&text),
                           false, &lines);
    }
    mr_buf_free(&text);
    if (err == MR_OK) {
        mr_ui_print(ui, mr_buf_str(&lines));
        if (ui->prompt) {
            mr_ui_ring(ui);
        }
    }
    mr_buf_free(&lines);
    done(call, err);
}

static void clear(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;

    (void)params;
    if (!ui->prompt) {
        mr_call_fail(call, MR_EUNSUPPORTED, "There is no screen to clear.");
        return;
    }
    mr_chat_clear(ui->chats, mr_chats_current(ui->chats));
    mr_prompt_clear_screen(ui->prompt);
    done(call, MR_OK);
}

/* --- chats --------------------------------------------------------------------------------------
 */

static const char *kind_name(enum mr_chat_kind kind)
{
    return kind == MR_CHAT_LOBBY ? "lobby" : kind == MR_CHAT_PRIVATE ? "private" : "notes";
}

static cJSON *describe(const struct mr_ui *ui, size_t index)
{
    const struct mr_chat *chat = mr_chats_at(ui->chats, index);
    cJSON *row = cJSON_CreateObject();

    if (!row || mr_json_set_int(row, "index", (int64_t)index + 1) < 0 ||
        mr_json_set_string(row, "name", chat->name) < 0 ||
        mr_json_set_string(row, "kind", kind_name(chat->kind)) < 0 ||
        mr_json_set_int(row, "unread", chat->unread) < 0 ||
        mr_json_set_bool(row, "current", chat == mr_chats_current(ui->chats)) < 0) {
        cJSON_Delete(row);
        return NULL;
    }
    return row;
}

static void chats(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;
    cJSON *list = cJSON_CreateArray();

    (void)params;
    for (size_t i = 0; list && i < mr_chats_count(ui->chats); i++) {
        cJSON_AddItemToArray(list, describe(ui, i));
    }
    mr_call_return(call, list);
}

static void current(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;

    (void)params;
    mr_call_return(call, describe(ui, mr_chats_index(ui->chats, mr_chats_current(ui->chats))));
}

static void open_chat(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;
    const char *name = mr_json_string(params, "name");
    struct mr_chat *chat = mr_chats_find(ui->chats, name);
    const char *me = mr_ui_me(ui);
    int err = MR_OK;

    if (!chat && !mr_name_valid(name, strlen(name))) {
        mr_call_fail(call, MR_EINVAL, "Nobody can have this name.");
        return;
    }
    if (!chat) {
        err = mr_chats_open(ui->chats, strcmp(name, me) == 0 ? MR_CHAT_NOTES : MR_CHAT_PRIVATE,
                            name, &chat);
    }
    if (err == MR_ELIMIT) {
        mr_call_fail(call, err, "%d chats are open; close one with /close.", MR_LIMIT_CHATS);
        return;
    }
    if (err == MR_OK) {
        mr_ui_switch(ui, chat);
    }
    done(call, err);
}

static void close_chat(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;
    const char *name = mr_json_string(params, "name");
    struct mr_chat *chat = name ? mr_chats_find(ui->chats, name) : mr_chats_current(ui->chats);

    if (!chat) {
        mr_call_fail(call, MR_ENOTFOUND, "There is no chat with %.32s.", name);
        return;
    }
    if (chat->kind == MR_CHAT_LOBBY) {
        mr_call_fail(call, MR_EINVAL, "The lobby stays open; /logout leaves the room.");
        return;
    }
    if (chat == mr_chats_current(ui->chats)) {
        mr_ui_switch(ui, mr_chats_at(ui->chats, 0));
    }
    done(call, mr_chats_close(ui->chats, chat));
    mr_ui_update_prompt(ui);
}

static void note(void *ctx, struct mr_call *call, const cJSON *params)
{
    done(call, mr_ui_note(ctx, mr_json_string(params, "text")));
}

/* --- the past -----------------------------------------------------------------------------------
 */

static void history(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;
    int64_t wanted = mr_json_int(params, "n", 20);
    size_t count = mr_history_count(ui->history);
    size_t n = wanted < 0 ? 0 : (size_t)wanted;
    cJSON *list = cJSON_CreateArray();

    for (size_t i = count > n ? count - n : 0; list && i < count; i++) {
        cJSON_AddItemToArray(list, cJSON_CreateString(mr_history_at(ui->history, i)));
    }
    mr_call_return(call, list);
}

static void search(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;
    const char *word = mr_json_string(params, "word");
    int64_t n = mr_json_int(params, "n", 50);

    if (!word[0] || n < 1 || n > MR_LIMIT_SEARCH_LINES) {
        mr_call_fail(call, MR_EINVAL, "A word is needed, and a number of lines from 1 to %d.",
                     MR_LIMIT_SEARCH_LINES);
        return;
    }
    cJSON *found = mr_chatlog_search(ui->core->paths->state, mr_ui_room(ui), word, (size_t)n);

    if (!found) {
        mr_call_fail(call, MR_ENOMEM, "%s", mr_error_text(MR_ENOMEM));
        return;
    }
    mr_call_return(call, found);
}

/* --- binding ------------------------------------------------------------------------------------
 */

struct mr_ui_methods {
    struct mr_ui *ui;
    struct mr_questions *questions;
    struct mr_ui_keys *keys;
};

static void input(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;

    mr_questions_ask(ui->methods->questions, call, shown_name(call), params,
                     mr_json_bool(params, "secret", false) ? MR_ASK_SECRET : MR_ASK_LINE);
}

static void confirm(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;

    mr_questions_ask(ui->methods->questions, call, shown_name(call), params, MR_ASK_YES_NO);
}

static const struct mr_binding rows[] = {
    {"ui.print", print},
    {"ui.table", table},
    {"ui.bars", bars},
    {"ui.input", input},
    {"ui.sparkline", sparkline},
    {"ui.notify", notify},
    {"ui.confirm", confirm},
    {"ui.chats", chats},
    {"ui.current", current},
    {"ui.open", open_chat},
    {"ui.close", close_chat},
    {"ui.note", note},
    {"ui.clear", clear},
    {"ui.history", history},
    {"ui.search", search},
    {"ui.edit", mr_ui_edit},
    {NULL, NULL},
};

void mr_ui_methods_press(const struct mr_ui_methods *methods, const char *sequence)
{
    mr_ui_keys_press(methods->keys, sequence);
}

int mr_ui_methods_new(struct mr_ui *ui, struct mr_ui_methods **out)
{
    struct mr_ui_methods *methods = calloc(1, sizeof *methods);

    *out = methods;
    if (!methods) {
        return MR_ENOMEM;
    }
    methods->ui = ui;
    int err = mr_questions_new(ui, &methods->questions);

    if (err == MR_OK) {
        err = mr_ui_keys_new(ui, &methods->keys);
    }
    return err == MR_OK ? mr_api_bind_all(ui->core->api, rows, ui) : err;
}

void mr_ui_methods_free(struct mr_ui_methods *methods)
{
    if (!methods) {
        return;
    }
    for (const struct mr_binding *row = rows; row->name; row++) {
        mr_api_unbind(methods->ui->core->api, row->name);
    }
    mr_ui_keys_free(methods->keys);
    mr_questions_free(methods->questions);
    free(methods);
}
