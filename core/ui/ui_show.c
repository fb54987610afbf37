/* Events to the terminal: which chat a line belongs to, what is shown now, what goes to the log. */
#include <moonroom/errors.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/runtime/json.h"
#include "core/ui/chatlog.h"
#include "core/ui/parts.h"
#include "core/ui/wrap.h"

enum { INDENT = 2 }; /* of what follows a fold: it cannot be taken for another line */

void mr_ui_print(struct mr_ui *ui, const char *lines)
{
    struct mr_buf folded;

    if (ui->stage.shown) {
        ui->stage.shown(ui->stage.ctx, lines);
        return;
    }
    if (!ui->prompt) {
        fputs(lines, stderr);
        return;
    }
    mr_buf_init(&folded, (size_t)MR_LIMIT_SHOWN_TEXT * 8);
    if (mr_wrap(lines, mr_ui_columns(ui), INDENT, &folded) == MR_OK) {
        mr_prompt_print(ui->prompt, mr_buf_str(&folded));
    }
    mr_buf_free(&folded);
}

void mr_ui_print_in(struct mr_ui *ui, struct mr_chat *chat, const char *lines)
{
    for (const char *at = lines; *at;) {
        size_t len = strcspn(at, "\n");
        char *line = strndup(at, len);

        if (line) {
            (void)mr_chats_add_line(ui->chats, chat, line, false, false);
        }
        free(line);
        at += len + (at[len] == '\n');
    }
    if (chat == mr_chats_current(ui->chats)) {
        mr_ui_print(ui, lines);
    }
}

void mr_ui_tell(struct mr_ui *ui, enum mr_role role, const char *format, ...)
{
    struct mr_buf lines;
    char text[4096];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mr_buf_init(&lines, sizeof text * 4);
    if (mr_view_text(&ui->style, role, "", text, false, &lines) == MR_OK) {
        mr_ui_print(ui, mr_buf_str(&lines));
    }
    mr_buf_free(&lines);
}

size_t mr_ui_columns(const struct mr_ui *ui)
{
    return ui->prompt ? (size_t)mr_prompt_columns(ui->prompt) : 80;
}

const char *mr_ui_room(const struct mr_ui *ui)
{
    struct mr_room_facts facts;

    mr_session_facts(ui->core->session, &facts);
    return facts.address[0] ? facts.address : "offline";
}

const char *mr_ui_me(const struct mr_ui *ui)
{
    struct mr_room_facts facts;

    mr_session_facts(ui->core->session, &facts);
    return facts.name;
}

/* --- lines of events ----------------------------------------------------------------------------
 */

static void print_line(struct mr_ui *ui, struct mr_buf *line)
{
    if (mr_buf_append_byte(line, '\n') == MR_OK) {
        mr_ui_print(ui, mr_buf_str(line));
        mr_buf_truncate(line, mr_buf_len(line) - 1);
    }
}

/* A line of a private chat; when there are too many chats, the lobby has to do. */
static void show_in_chat(struct mr_ui *ui, struct mr_view_line *line)
{
    struct mr_chat *chat = NULL;

    if (mr_chats_open(ui->chats, line->kind, line->chat, &chat) < 0) {
        (void)mr_chats_add_line(ui->chats, mr_chats_at(ui->chats, 0), mr_buf_str(&line->elsewhere),
                                line->counts, line->mention);
        print_line(ui, &line->elsewhere);
        return;
    }
    (void)mr_chats_add_line(ui->chats, chat, mr_buf_str(&line->drawn), line->counts, line->mention);
    if (chat == mr_chats_current(ui->chats)) {
        print_line(ui, &line->drawn);
    } else if (mr_buf_len(&line->elsewhere) > 0) {
        print_line(ui, &line->elsewhere);
    }
}

void mr_ui_ring(struct mr_ui *ui)
{
    if (ui->stage.rang) {
        ui->stage.rang(ui->stage.ctx);
    } else {
        mr_prompt_bell(ui->prompt);
    }
}

static void on_notified(void *ctx, bool dropped, cJSON *item)
{
    struct mr_ui *ui = ctx;

    if (!dropped && ui->prompt) {
        mr_ui_ring(ui);
    }
    cJSON_Delete(item);
}

/* The bell, where the filters of the kind notify do not mind. When they have too much to do
 * already, the user knows that something goes on. */
static void notify(struct mr_ui *ui, const struct mr_view_line *line, const char *kind,
                   const cJSON *data)
{
    struct mr_filters *filters = ui->core->filters;
    const char *chat = line->place == MR_VIEW_CHAT ? line->chat : MR_CHAT_LOBBY_NAME;
    const char *from = mr_json_string(data, "from");
    const char *text = mr_json_string(data, "text");

    if (!line->mention || !mr_settings_bool(ui->core->settings, "notify.bell")) {
        return;
    }
    if (mr_filters_idle(filters, MR_FILTER_NOTIFY)) {
        mr_ui_ring(ui);
        return;
    }
    cJSON *item = cJSON_CreateObject();

    if (!item || mr_json_set_string(item, "kind", kind) < 0 ||
        mr_json_set_string(item, "chat", chat) < 0 ||
        mr_json_set_string(item, "from", from ? from : "") < 0 ||
        mr_json_set_string(item, "text", text ? text : "") < 0) {
        cJSON_Delete(item);
        return;
    }
    (void)mr_filters_pass(filters, MR_FILTER_NOTIFY, item, true, on_notified, ui);
}

static void show_at_prompt(struct mr_ui *ui, struct mr_view_line *line)
{
    struct mr_chat *lobby = mr_chats_at(ui->chats, 0);

    if (line->place == MR_VIEW_CHAT) {
        show_in_chat(ui, line);
    } else {
        (void)mr_chats_add_line(ui->chats, lobby, mr_buf_str(&line->drawn), line->counts,
                                line->mention);
        if (line->place == MR_VIEW_ALWAYS || lobby == mr_chats_current(ui->chats)) {
            print_line(ui, &line->drawn);
        }
    }
    mr_ui_update_prompt(ui);
}

/* Without a prompt: talk to standard output, the rest to standard error. */
static void show_plainly(struct mr_ui *ui, struct mr_view_line *line)
{
    if (mr_buf_len(&line->plain) == 0) {
        if (ui->kind == MR_UI_PLAIN || line->failure) {
            print_line(ui, &line->drawn);
        }
    } else if (ui->kind == MR_UI_PLAIN) {
        puts(mr_buf_str(&line->plain));
        fflush(stdout);
    }
}

static void keep_log(struct mr_ui *ui, const struct mr_view_line *line, const cJSON *data)
{
    const char *chat = line->place == MR_VIEW_CHAT ? line->chat : MR_CHAT_LOBBY_NAME;

    if (mr_buf_len(&line->plain) == 0 || ui->kind == MR_UI_QUIET ||
        !mr_settings_bool(ui->core->settings, "log")) {
        return;
    }
    int err = mr_chatlog_write(ui->core->paths->state, mr_ui_room(ui), chat,
                               (time_t)mr_json_int(data, "time", 0), mr_buf_str(&line->plain));

    if (err < 0 && !ui->log_failed) {
        mr_ui_tell(ui, MR_ROLE_ERROR, "The chat log cannot be written (%s). /log off turns it off.",
                   mr_error_text(err));
    }
    ui->log_failed = err < 0;
}

/* Draws an event; false when there is nothing to show. */
static bool draw(const struct mr_ui *ui, const char *name, const cJSON *data,
                 struct mr_view_line *line)
{
    struct mr_view view = {&ui->style, mr_ui_me(ui)};
    int event = mr_event_find(name);

    mr_view_line_init(line);
    return event >= 0 && mr_view_event(&view, (enum mr_event)event, data, line) == MR_OK &&
           line->place != MR_VIEW_NOWHERE;
}

static void show(struct mr_ui *ui, const char *name, const cJSON *data, struct mr_view_line *line)
{
    if (ui->prompt) {
        show_at_prompt(ui, line);
        notify(ui, line, name, data);
    } else {
        show_plainly(ui, line);
    }
}

static void on_filtered(void *ctx, bool dropped, cJSON *item)
{
    struct mr_ui *ui = ctx;
    struct mr_view_line line;
    const char *name = mr_json_string(item, "kind");

    if (!dropped && !ui->closing) {
        if (draw(ui, name, item, &line)) {
            show(ui, name, item, &line);
        }
        mr_view_line_free(&line);
    }
    cJSON_Delete(item);
}

/* Talk is seen by the filters of the kind display; the rest keeps its place among it. */
static void filter(struct mr_ui *ui, const char *name, const cJSON *data)
{
    static const enum mr_event talk[] = {MR_EVENT_MESSAGE, MR_EVENT_WHISPER, MR_EVENT_NOTE,
                                         MR_EVENT_SERVER_MESSAGE, MR_EVENT_ERROR};
    bool visible = false;
    cJSON *item = cJSON_Duplicate(data, true);

    for (size_t i = 0; i < sizeof talk / sizeof talk[0]; i++) {
        visible = visible || strcmp(mr_event_name(talk[i]), name) == 0;
    }
    if (!item || mr_json_set_string(item, "kind", name) < 0 ||
        mr_json_set_bool(item, "highlight", false) < 0) {
        cJSON_Delete(item);
        return;
    }
    int err = mr_filters_pass(ui->core->filters, MR_FILTER_DISPLAY, item, visible, on_filtered, ui);

    if (err < 0) {
        mr_log_write(ui->core->log, MR_LOG_WARN, "a line is not shown: too many wait for a filter");
    }
}

static void on_event(void *ctx, const char *name, const cJSON *data)
{
    struct mr_ui *ui = ctx;
    int event = mr_event_find(name);
    struct mr_view_line line;

    if (event == MR_EVENT_DISCONNECT && ui->refused) {
        ui->refused = false;
        mr_ui_update_prompt(ui);
        return;
    }
    ui->refused = event == MR_EVENT_LOGIN_FAILED;
    if (event == MR_EVENT_CONNECT || event == MR_EVENT_LOGIN_FAILED) {
        mr_ui_await_done(ui, false); /* a login that had nothing to ask */
    }
    if (draw(ui, name, data, &line)) {
        keep_log(ui, &line, data);
        if (mr_filters_idle(ui->core->filters, MR_FILTER_DISPLAY)) {
            show(ui, name, data, &line);
        } else {
            filter(ui, name, data);
        }
    }
    mr_view_line_free(&line);
    mr_ui_update_prompt(ui);
}

/* The filters have enough to do: nothing more is read from the room until they have done it. */
static void on_full(void *ctx, bool full)
{
    const struct mr_ui *ui = ctx;

    mr_session_hold(ui->core->session, full);
}

int mr_ui_show_start(struct mr_ui *ui)
{
    static const enum mr_event shown[] = {
        MR_EVENT_CONNECT,       MR_EVENT_DISCONNECT,    MR_EVENT_LOGIN,   MR_EVENT_LOGIN_FAILED,
        MR_EVENT_MESSAGE,       MR_EVENT_WHISPER,       MR_EVENT_NOTE,    MR_EVENT_SERVER_MESSAGE,
        MR_EVENT_ERROR,         MR_EVENT_KICKED,        MR_EVENT_BALANCE, MR_EVENT_COOKIES,
        MR_EVENT_MINE_ACCEPTED, MR_EVENT_MINE_REJECTED, MR_EVENT_UNSENT,
    };
    int err = MR_OK;

    mr_filters_watch(ui->core->filters, MR_FILTER_DISPLAY, on_full, ui);
    /* Early: whoever answers to a message sees his line below it. */
    for (size_t i = 0; i < sizeof shown / sizeof shown[0] && err == MR_OK; i++) {
        err =
            mr_hooks_listen(ui->core->hooks, mr_event_name(shown[i]), -100, ui, on_event, ui, NULL);
    }
    return err;
}
