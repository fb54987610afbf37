/* What the user types: lines, questions, keys. */
#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/record.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/ui/parts.h"

enum { PAUSE_MS = 1500, QUESTION_MS = 2000 /* for a command to ask what it is about to ask */ };

/* --- the prompt ---------------------------------------------------------------------------------
 */

static const char *state_note(const struct mr_ui *ui)
{
    switch (mr_session_state(ui->core->session)) {
    case MR_SESSION_ONLINE:
        return NULL;
    case MR_SESSION_OFFLINE:
        return "offline";
    case MR_SESSION_CONNECTING:
    case MR_SESSION_KEYS:
    case MR_SESSION_INFO:
        break;
    }
    return "connecting";
}

void mr_ui_update_prompt(struct mr_ui *ui)
{
    struct mr_buf text;

    if (!ui->prompt || ui->closing) {
        return;
    }
    if (ui->asking) {
        mr_prompt_set(ui->prompt, mr_asks_prompt(ui->asks));
        return;
    }
    mr_buf_init(&text, 1024);
    if (mr_chats_prompt(ui->chats, &ui->style, state_note(ui), mr_ui_columns(ui), &text) == MR_OK) {
        mr_prompt_set(ui->prompt, mr_buf_str(&text));
    }
    mr_buf_free(&text);
}

static void keep_line(struct mr_ui *ui)
{
    const char *line = mr_prompt_line(ui->prompt, &ui->kept_point);

    free(ui->kept_line);
    ui->kept_line = line[0] ? strdup(line) : NULL;
    mr_prompt_set_line(ui->prompt, "", 0);
}

static void give_line_back(struct mr_ui *ui)
{
    mr_prompt_set_line(ui->prompt, ui->kept_line ? ui->kept_line : "", ui->kept_point);
    free(ui->kept_line);
    ui->kept_line = NULL;
    ui->kept_point = 0;
}

/* Whoever is in the middle of a line would type its rest, and Enter, into a question that comes up
 * now. It waits for a pause. */
static bool ask_later(struct mr_ui *ui)
{
    uint64_t since = mr_loop_now_ms(ui->core->loop) - ui->key_ms;

    mr_timer_stop(&ui->ask_later);
    return !ui->asking && mr_prompt_typed(ui->prompt) && since < PAUSE_MS &&
           mr_timer_start(ui->core->loop, PAUSE_MS - since, 0, mr_ui_ask_changed, ui,
                          &ui->ask_later) == MR_OK;
}

void mr_ui_ask_changed(void *ctx)
{
    struct mr_ui *ui = ctx;
    const struct mr_question *question = mr_asks_current(ui->asks);

    if (ui->closing || !ui->prompt || mr_asks_current_id(ui->asks) == ui->shown_question) {
        return;
    }
    if (question && ask_later(ui)) {
        return;
    }
    ui->shown_question = mr_asks_current_id(ui->asks);
    mr_prompt_end_secret(ui->prompt);
    if (question && !ui->asking) {
        ui->asking = true;
        keep_line(ui);
    } else if (!question && ui->asking) {
        ui->asking = false;
        give_line_back(ui);
    }
    mr_ui_update_prompt(ui);
    if (question && question->kind == MR_ASK_SECRET) {
        (void)mr_prompt_begin_secret(ui->prompt, mr_asks_prompt(ui->asks));
    }
    if (question) {
        mr_ui_await_done(ui, true);
    }
}

/* --- lines --------------------------------------------------------------------------------------
 */

static void command_done(void *ctx, int err, const char *text)
{
    struct mr_ui *ui = ctx;

    ui->commands_waiting--;
    if (err == MR_COMMAND_ASKS && !ui->asking) {
        mr_ui_await_question(ui, QUESTION_MS);
    } else {
        mr_ui_await_done(ui, true);
    }
    if (text && text[0]) {
        mr_ui_tell(ui, err < 0 ? MR_ROLE_ERROR : MR_ROLE_INFO, "%s", text);
    }
}

static int talk(struct mr_ui *ui, const struct mr_chat *chat, const char *line, char *why,
                size_t why_size)
{
    switch (chat->kind) {
    case MR_CHAT_NOTES:
        return mr_ui_note(ui, line);
    case MR_CHAT_PRIVATE:
        return mr_session_whisper(ui->core->session, chat->name, line, why, why_size);
    case MR_CHAT_LOBBY:
        break;
    }
    return mr_session_say(ui->core->session, line, why, why_size);
}

/* A command, or talk in the chat in which it was typed. */
static void interpret(struct mr_ui *ui, const char *line, const char *chat_name)
{
    char why[MR_UI_WHY] = "";

    if (line[0] == '/') {
        ui->commands_waiting++;
        if (!ui->asking) {
            mr_ui_await_question(ui,
                                 MR_LIMIT_EARLY_COMMAND_TIME); /* its script may have to start */
        }
        mr_commands_run(ui->core->commands, line, chat_name, command_done, ui);
        return;
    }
    const struct mr_chat *chat = mr_chats_find(ui->chats, chat_name);

    if (!chat) {
        mr_ui_tell(ui, MR_ROLE_ERROR, "The chat with %s is closed; this was not sent: %s",
                   chat_name, line);
        return;
    }
    int err = talk(ui, chat, line, why, sizeof why);

    if (err < 0) {
        mr_ui_tell(ui, MR_ROLE_ERROR, "%s%s", why[0] ? why : mr_error_text(err),
                   ui->prompt ? " (The key Up brings the line back.)" : "");
    }
}

static void on_filtered(void *ctx, bool dropped, cJSON *item)
{
    struct mr_ui *ui = ctx;

    if (!dropped && !ui->closing) {
        interpret(ui, mr_json_string(item, "text"), mr_json_string(item, "chat"));
    }
    cJSON_Delete(item);
}

/* The way out of whatever a filter does is never filtered. */
static bool is_way_out(const char *line)
{
    size_t len = strcspn(line, " ");

    return (len == 7 && memcmp(line, "/script", len) == 0) ||
           (len == 5 && memcmp(line, "/quit", len) == 0);
}

void mr_ui_submit(struct mr_ui *ui, const char *line)
{
    struct mr_filters *filters = ui->core->filters;
    const char *chat = mr_chats_current(ui->chats)->name;

    if (mr_str_trim(line, strlen(line)).len == 0) {
        return;
    }
    if (is_way_out(line) || mr_filters_idle(filters, MR_FILTER_INPUT)) {
        interpret(ui, line, chat);
        return;
    }
    cJSON *item = cJSON_CreateObject();
    int err = MR_ENOMEM;

    if (item && mr_json_set_string(item, "text", line) == MR_OK &&
        mr_json_set_string(item, "chat", chat) == MR_OK) {
        err = mr_filters_pass(filters, MR_FILTER_INPUT, item, true, on_filtered, ui);
    } else {
        cJSON_Delete(item);
    }
    if (err < 0) {
        mr_ui_tell(ui, MR_ROLE_ERROR,
                   "Too many lines wait for a filter, this one was not taken. /script list shows "
                   "which script does not work.");
    }
}

/* Whether the word behind the slash is a command. What is not may be a mistyped one that asks for a
 * secret, so that only the word is kept. */
static bool is_command(struct mr_ui *ui, const char *line)
{
    cJSON *list = mr_commands_list(ui->core->commands);
    size_t len = strcspn(line + 1, " ");
    const cJSON *entry = NULL;
    bool found = false;

    cJSON_ArrayForEach(entry, list)
    {
        const cJSON *alias = NULL;
        const char *name = mr_json_string(entry, "name");

        found = found || (name && strlen(name) == len && strncmp(name, line + 1, len) == 0);
        cJSON_ArrayForEach(alias, cJSON_GetObjectItemCaseSensitive(entry, "aliases"))
        {
            found = found || (cJSON_IsString(alias) && strlen(alias->valuestring) == len &&
                              strncmp(alias->valuestring, line + 1, len) == 0);
        }
    }
    cJSON_Delete(list);
    return found;
}

static void remember(struct mr_ui *ui, const char *line)
{
    const char *kept = NULL;
    char *word = line[0] == '/' && !is_command(ui, line) ? strndup(line, strcspn(line, " ")) : NULL;

    (void)mr_history_add(ui->history, word ? word : line, &kept);
    mr_recorder_typed(ui->core->recorder, word ? word : line);
    free(word);
    if (kept) {
        mr_prompt_add_history(ui->prompt, kept);
    }
}

/* --- what the prompt calls ----------------------------------------------------------------------
 */

static bool vanishes(void *ctx, const char *line)
{
    const struct mr_ui *ui = ctx;

    return !ui->asking && line[0] != '\0' && line[0] != '/' &&
           (mr_session_state(ui->core->session) == MR_SESSION_ONLINE ||
            mr_chats_current(ui->chats)->kind == MR_CHAT_NOTES);
}

static void on_line(void *ctx, const char *line)
{
    struct mr_ui *ui = ctx;

    if (!ui->asking) {
        remember(ui, line);
        mr_ui_submit(ui, line);
        return;
    }
    mr_recorder_typed(ui->core->recorder, line);
    if (!mr_asks_answer(ui->asks, line)) {
        const struct mr_question *question = mr_asks_current(ui->asks);

        if (question && question->kind == MR_ASK_YES_NO) {
            mr_ui_tell(ui, MR_ROLE_INFO, "Please type yes or no.");
        }
    }
}

static void on_secret(void *ctx, const struct mr_secret *secret)
{
    struct mr_ui *ui = ctx;

    mr_recorder_secret(ui->core->recorder);
    (void)mr_asks_answer_secret(ui->asks, secret);
}

/* Whether a script was running away: then the user is being asked about it. */
static void interrupted(void *ctx, int err, const char *text, const cJSON *result)
{
    (void)err;
    (void)text;
    *(bool *)ctx = cJSON_IsTrue(result);
}

static void on_interrupt(void *ctx, bool empty)
{
    struct mr_ui *ui = ctx;
    bool runaway = false;

    mr_ui_await_done(ui, false);
    if (ui->asking) {
        mr_asks_cancel(ui->asks);
        return;
    }
    /* Answered before it returns. */
    mr_api_call(ui->core->api, ui->core->user, "script.interrupt", NULL, interrupted, &runaway);
    if (empty && !runaway) {
        mr_ui_tell(ui, MR_ROLE_INFO, "Type /quit or press Ctrl-D to leave.");
    }
}

static void on_end(void *ctx)
{
    struct mr_ui *ui = ctx;

    if (ui->asking) {
        mr_asks_cancel(ui->asks);
    } else {
        ui->core->quit(ui->core->quit_ctx, 0);
    }
}

static void on_hangup(void *ctx)
{
    struct mr_ui *ui = ctx;

    ui->core->quit(ui->core->quit_ctx, 0);
}

static void on_tab(void *ctx)
{
    struct mr_ui *ui = ctx;

    if (!ui->asking) {
        mr_tab_press(ui->tab);
    }
}

static void on_chat_key(void *ctx, int number)
{
    mr_ui_chat_key(ctx, number);
}

static void on_paste(void *ctx, const char *text, bool cut)
{
    mr_ui_pasted(ctx, text, cut);
}

static void on_resize(void *ctx, int columns, int rows)
{
    struct mr_ui *ui = ctx;
    cJSON *data = cJSON_CreateObject();

    if (data && mr_json_set_int(data, "columns", columns) == MR_OK &&
        mr_json_set_int(data, "rows", rows) == MR_OK) {
        (void)mr_hooks_emit(ui->core->hooks, MR_EVENT_RESIZE, data);
    } else {
        cJSON_Delete(data);
    }
}

static void idle_now(void *ctx)
{
    struct mr_ui *ui = ctx;
    cJSON *data = cJSON_CreateObject();

    mr_timer_stop(&ui->idle);
    ui->is_idle = true;
    if (data && mr_json_set_int(data, "seconds",
                                mr_settings_int(ui->core->settings, "idle.seconds")) == MR_OK) {
        (void)mr_hooks_emit(ui->core->hooks, MR_EVENT_IDLE, data);
    } else {
        cJSON_Delete(data);
    }
}

static void on_key(void *ctx)
{
    struct mr_ui *ui = ctx;
    int64_t seconds = mr_settings_int(ui->core->settings, "idle.seconds");

    ui->key_ms = mr_loop_now_ms(ui->core->loop);
    mr_timer_stop(&ui->idle);
    (void)mr_timer_start(ui->core->loop, (uint64_t)(seconds > 0 ? seconds : 1) * 1000, 0, idle_now,
                         ui, &ui->idle);
    if (ui->is_idle) {
        ui->is_idle = false;
        (void)mr_hooks_emit(ui->core->hooks, MR_EVENT_ACTIVE, NULL);
    }
}

static void on_bound(void *ctx, const char *sequence)
{
    const struct mr_ui *ui = ctx;

    mr_ui_methods_press(ui->methods, sequence);
}

const struct mr_prompt_callbacks mr_ui_prompt_callbacks = {
    .vanishes = vanishes,
    .on_line = on_line,
    .on_secret = on_secret,
    .on_interrupt = on_interrupt,
    .on_end = on_end,
    .on_hangup = on_hangup,
    .on_tab = on_tab,
    .on_chat_key = on_chat_key,
    .on_paste = on_paste,
    .on_resize = on_resize,
    .on_key = on_key,
    .on_bound = on_bound,
};
