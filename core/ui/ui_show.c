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
    if (line->mention && mr_settings_bool(ui->core->settings, "notify.bell")) {
        mr_prompt_bell(ui->prompt);
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

static void on_event(void *ctx, const char *name, const cJSON *data)
{
    struct mr_ui *ui = ctx;
    int event = mr_event_find(name);
    struct mr_view view = {&ui->style, mr_ui_me(ui)};
    struct mr_view_line line;

    if (event == MR_EVENT_DISCONNECT && ui->refused) {
        ui->refused = false;
        mr_ui_update_prompt(ui);
        return;
    }
    ui->refused = event == MR_EVENT_LOGIN_FAILED;
    mr_view_line_init(&line);
    if (event >= 0 && mr_view_event(&view, (enum mr_event)event, data, &line) == MR_OK &&
        line.place != MR_VIEW_NOWHERE) {
        keep_log(ui, &line, data);
        if (ui->prompt) {
            show_at_prompt(ui, &line);
        } else {
            show_plainly(ui, &line);
        }
    }
    mr_view_line_free(&line);
    mr_ui_update_prompt(ui);
}

int mr_ui_show_start(struct mr_ui *ui)
{
    static const enum mr_event shown[] = {
        MR_EVENT_CONNECT,       MR_EVENT_DISCONNECT,    MR_EVENT_LOGIN,   MR_EVENT_LOGIN_FAILED,
        MR_EVENT_MESSAGE,       MR_EVENT_WHISPER,       MR_EVENT_NOTE,    MR_EVENT_SERVER_MESSAGE,
        MR_EVENT_ERROR,         MR_EVENT_KICKED,        MR_EVENT_BALANCE, MR_EVENT_COOKIES,
        MR_EVENT_MINE_ACCEPTED, MR_EVENT_MINE_REJECTED,
    };
    int err = MR_OK;

    /* Early: whoever answers to a message sees his line below it. */
    for (size_t i = 0; i < sizeof shown / sizeof shown[0] && err == MR_OK; i++) {
        err =
            mr_hooks_listen(ui->core->hooks, mr_event_name(shown[i]), -100, ui, on_event, ui, NULL);
    }
    return err;
}
