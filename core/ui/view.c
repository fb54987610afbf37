#include "core/ui/view.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/safe_text.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/ui/markup.h"

enum { DRAWN_MAX = MR_LIMIT_SHOWN_LINE * 2 };

void mr_view_line_init(struct mr_view_line *line)
{
    memset(line, 0, sizeof *line);
    mr_buf_init(&line->drawn, DRAWN_MAX);
    mr_buf_init(&line->elsewhere, DRAWN_MAX);
    mr_buf_init(&line->plain, DRAWN_MAX);
}

void mr_view_line_free(struct mr_view_line *line)
{
    mr_buf_free(&line->drawn);
    mr_buf_free(&line->elsewhere);
    mr_buf_free(&line->plain);
}

static bool word_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c >= 0x80;
}

bool mr_view_mentions(const char *text, const char *name)
{
    size_t len = strlen(name);
    size_t text_len = strlen(text);

    for (size_t i = 0; len > 0 && i + len <= text_len; i++) {
        bool begins = i == 0 || !word_char((unsigned char)text[i - 1]);

        if (begins && mr_str_equal_fold(text + i, len, name, len) &&
            !word_char((unsigned char)text[i + len])) {
            return true;
        }
    }
    return false;
}

/* Safe copies of the strings that most events have. */
struct words {
    struct mr_safe_text from, to, text, name;
};

static int word(const cJSON *data, const char *key, size_t max, struct mr_safe_text *out)
{
    const char *value = mr_json_string(data, key);

    return mr_safe_text_make(value ? value : "", value ? strlen(value) : 0, max, out);
}

static int words_make(const cJSON *data, struct words *words)
{
    memset(words, 0, sizeof *words);
    int err = word(data, "from", 64, &words->from);

    if (err == MR_OK) {
        err = word(data, "to", 64, &words->to);
    }
    if (err == MR_OK) {
        err = word(data, "text", MR_LIMIT_SHOWN_LINE, &words->text);
    }
    if (err == MR_OK) {
        err = word(data, "name", 64, &words->name);
    }
    return err;
}

static void words_free(struct words *words)
{
    mr_safe_text_free(&words->from);
    mr_safe_text_free(&words->to);
    mr_safe_text_free(&words->text);
    mr_safe_text_free(&words->name);
}

static int put_time(const struct mr_view *view, const cJSON *data, struct mr_buf *out)
{
    char text[64];
    struct mr_safe_text safe = {0};
    time_t when = (time_t)mr_json_int(data, "time", 0);
    struct tm tm;

    if (!view->style->time_format[0] || !localtime_r(&when, &tm) ||
        strftime(text, sizeof text, view->style->time_format, &tm) == 0) {
        return MR_OK;
    }
    int err = mr_safe_text_make(text, strlen(text), sizeof text, &safe);

    if (err == MR_OK) {
        err = mr_buf_printf(out, "%s%s%s ", mr_style_open(view->style, MR_ROLE_TIME), safe.text,
                            mr_style_close(view->style));
    }
    mr_safe_text_free(&safe);
    return err;
}

/* "TIME text", the text in one colour. */
static int put_line(const struct mr_view *view, const cJSON *data, const char *color,
                    const char *text, struct mr_buf *out)
{
    int err = put_time(view, data, out);

    return err < 0 ? err
                   : mr_buf_printf(out, "%s%s%s", color, text,
                                   color[0] ? mr_style_close(view->style) : "");
}

/* Whether text is "* NAME does something", the form of /me; *rest is what the person does. */
static bool is_action(const char *text, const char *name)
{
    size_t len = strlen(name);

    return len > 0 && strncmp(text, "* ", 2) == 0 && strncmp(text + 2, name, len) == 0 &&
           text[2 + len] == ' ';
}

/* "TIME name> text", the name in a colour of its own. */
static int put_said(const struct mr_view *view, const cJSON *data, const struct words *words,
                    const char *name_color, const char *text_color, struct mr_buf *out)
{
    const char *close = mr_style_close(view->style);
    int err = put_time(view, data, out);

    if (err < 0) {
        return err;
    }
    if (is_action(words->text.text, words->from.text)) {
        return mr_buf_printf(out, "%s%s%s", text_color[0] ? text_color : name_color,
                             words->text.text, text_color[0] || name_color[0] ? close : "");
    }
    return mr_buf_printf(out, "%s%s>%s %s%s%s", name_color, words->from.text,
                         name_color[0] ? close : "", text_color, words->text.text,
                         text_color[0] ? close : "");
}

static int put_plain(const struct words *words, struct mr_view_line *line)
{
    return mr_buf_printf(&line->plain, "%s> %s", words->from.text, words->text.text);
}

static int draw_message(const struct mr_view *view, const cJSON *data, const struct words *words,
                        struct mr_view_line *line)
{
    char own[MR_STYLE_SGR];
    const char *self = mr_style_open(view->style, MR_ROLE_SELF);
    bool mine = mr_json_bool(data, "self", false);

    line->place = MR_VIEW_LOBBY;
    line->counts = !mine;
    line->mention = !mine && (mr_json_bool(data, "highlight", false) ||
                              mr_view_mentions(words->text.text, view->me));
    mr_style_of_name(view->style, words->from.text, own);
    int err = put_said(view, data, words, mine ? self : own,
                       mine            ? self
                       : line->mention ? mr_style_open(view->style, MR_ROLE_HIGHLIGHT)
                                       : "",
                       &line->drawn);

    return err == MR_OK ? put_plain(words, line) : err;
}

static int draw_whisper(const struct mr_view *view, const cJSON *data, const struct words *words,
                        struct mr_view_line *line)
{
    const char *color = mr_style_open(view->style, MR_ROLE_WHISPER);
    const char *chat = mr_json_string(data, "chat");
    bool mine = mr_json_bool(data, "self", false);
    int err = MR_OK;

    line->place = MR_VIEW_CHAT;
    line->kind = chat && strcmp(chat, view->me) == 0 ? MR_CHAT_NOTES : MR_CHAT_PRIVATE;
    snprintf(line->chat, sizeof line->chat, "%s", chat ? chat : "");
    line->counts = line->mention = !mine;
    err = put_said(view, data, words, mine ? mr_style_open(view->style, MR_ROLE_SELF) : color,
                   color, &line->drawn);
    if (err == MR_OK) {
        err = put_time(view, data, &line->elsewhere);
    }
    if (err == MR_OK) {
        err = mr_buf_printf(&line->elsewhere, "%s%s%s%s: %s%s", color, mine ? "to " : "",
                            mine ? words->to.text : words->from.text, mine ? "" : " whispers",
                            words->text.text, mr_style_close(view->style));
    }
    return err == MR_OK ? put_plain(words, line) : err;
}

static int draw_note(const struct mr_view *view, const cJSON *data, const struct words *words,
                     struct mr_view_line *line)
{
    const char *chat = mr_json_string(data, "chat");

    line->place = MR_VIEW_CHAT;
    line->kind = MR_CHAT_NOTES;
    snprintf(line->chat, sizeof line->chat, "%s", chat ? chat : "");
    int err = put_line(view, data, "", words->text.text, &line->drawn);

    if (err == MR_OK) {
        err = put_time(view, data, &line->elsewhere);
    }
    if (err == MR_OK) {
        err = mr_buf_printf(&line->elsewhere, "noted: %s", words->text.text);
    }
    return err == MR_OK ? mr_buf_printf(&line->plain, "%s> %s", line->chat, words->text.text) : err;
}

/* A line that is kept in the lobby and shown everywhere. */
static int draw_always(const struct mr_view *view, const cJSON *data, enum mr_role role,
                       const char *text, struct mr_view_line *line)
{
    line->place = MR_VIEW_ALWAYS;
    line->failure = role == MR_ROLE_ERROR;
    return put_line(view, data, mr_style_open(view->style, role), text, &line->drawn);
}

static int draw_server(const struct mr_view *view, const cJSON *data, const struct words *words,
                       struct mr_view_line *line)
{
    char text[MR_LIMIT_SHOWN_LINE + 16];

    snprintf(text, sizeof text, "Server> %s", words->text.text);
    return draw_always(view, data,
                       mr_json_bool(data, "highlight", false) ? MR_ROLE_HIGHLIGHT : MR_ROLE_SERVER,
                       text, line);
}

static int draw_failure(const struct mr_view *view, const cJSON *data, const struct words *words,
                        struct mr_view_line *line)
{
    if (words->text.len == 0) {
        return MR_OK;
    }
    return draw_always(view, data, MR_ROLE_ERROR, words->text.text, line);
}

static int draw_unsent(const struct mr_view *view, const cJSON *data, const struct words *words,
                       struct mr_view_line *line)
{
    struct mr_safe_text reason = {0};
    char text[MR_LIMIT_SHOWN_LINE + 300];
    int err = word(data, "reason", 256, &reason);

    if (err == MR_OK) {
        snprintf(text, sizeof text, "Not sent: \"%s\". %s", words->text.text, reason.text);
        err = draw_always(view, data, MR_ROLE_ERROR, text, line);
    }
    mr_safe_text_free(&reason);
    return err;
}

static int draw_rejected(const struct mr_view *view, const cJSON *data, const struct words *words,
                         struct mr_view_line *line)
{
    char text[512];

    snprintf(text, sizeof text, "The room refused your block%s%.400s", words->text.len ? ": " : ".",
             words->text.text);
    return draw_always(view, data, MR_ROLE_ERROR, text, line);
}

static int draw_accepted(const struct mr_view *view, const cJSON *data, const struct words *words,
                         struct mr_view_line *line)
{
    (void)words;
    return draw_always(view, data, MR_ROLE_INFO, "The room took your block.", line);
}

static int draw_connect(const struct mr_view *view, const cJSON *data, const struct words *words,
                        struct mr_view_line *line)
{
    struct mr_safe_text address = {0};
    char text[512];
    int err = word(data, "address", 300, &address);

    (void)words;
    if (err == MR_OK && mr_json_bool(data, "secure", false)) {
        snprintf(text, sizeof text, "Connected to %s.", address.text);
        err = draw_always(view, data, MR_ROLE_INFO, text, line);
    } else if (err == MR_OK) {
        snprintf(text, sizeof text, "%s is insecure: it can be read and changed on the way.",
                 address.text);
        err = draw_always(view, data, MR_ROLE_INFO, text, line);
    }
    mr_safe_text_free(&address);
    return err;
}

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

static int draw_login(const struct mr_view *view, const cJSON *data, const struct words *words,
                      struct mr_view_line *line)
{
    char text[256];
    int64_t coins = mr_json_int(data, "balance", 0);
    int64_t cookies = mr_json_int(data, "cookies", 0);

    if (mr_json_bool(data, "registered", false)) {
        snprintf(text, sizeof text, "You are registered and in as %s. /help lists the commands.",
                 words->name.text);
    } else {
        snprintf(text, sizeof text, "You are in as %s, with %lld coin%s and %lld cookie%s.",
                 words->name.text, (long long)coins, plural(coins), (long long)cookies,
                 plural(cookies));
    }
    return draw_always(view, data, MR_ROLE_INFO, text, line);
}

static int draw_kicked(const struct mr_view *view, const cJSON *data, const struct words *words,
                       struct mr_view_line *line)
{
    struct mr_safe_text by = {0};
    char text[256];
    int err = word(data, "by", 64, &by);

    (void)words;
    if (err == MR_OK) {
        if (strcmp(by.text, "Server") == 0) {
            snprintf(text, sizeof text, "The room has closed this connection.");
        } else {
            snprintf(text, sizeof text, "You were thrown out by %s. /login tries to come back.",
                     by.text);
        }
        err = draw_always(view, data, MR_ROLE_ERROR, text, line);
    }
    mr_safe_text_free(&by);
    return err;
}

static int draw_money(const struct mr_view *view, const cJSON *data, const char *what,
                      struct mr_view_line *line)
{
    char text[128];
    int64_t change = mr_json_int(data, "change", 0);
    int64_t now = mr_json_int(data, what, 0);
    const char *unit = strcmp(what, "balance") == 0 ? "coin" : "cookie";

    if (change == 0) {
        return MR_OK;
    }
    snprintf(text, sizeof text, "%+lld %s%s: you have %lld.", (long long)change, unit,
             plural(change == -1 ? 1 : change), (long long)now);
    return draw_always(view, data, MR_ROLE_INFO, text, line);
}

static int draw_balance(const struct mr_view *view, const cJSON *data, const struct words *words,
                        struct mr_view_line *line)
{
    (void)words;
    return draw_money(view, data, "balance", line);
}

static int draw_cookies(const struct mr_view *view, const cJSON *data, const struct words *words,
                        struct mr_view_line *line)
{
    (void)words;
    return draw_money(view, data, "cookies", line);
}

typedef int draw_fn(const struct mr_view *view, const cJSON *data, const struct words *words,
                    struct mr_view_line *line);

static draw_fn *const drawers[MR_EVENT_COUNT] = {
    [MR_EVENT_MESSAGE] = draw_message,
    [MR_EVENT_WHISPER] = draw_whisper,
    [MR_EVENT_NOTE] = draw_note,
    [MR_EVENT_SERVER_MESSAGE] = draw_server,
    [MR_EVENT_ERROR] = draw_failure,
    [MR_EVENT_UNSENT] = draw_unsent,
    [MR_EVENT_CONNECT] = draw_connect,
    [MR_EVENT_LOGIN] = draw_login,
    [MR_EVENT_LOGIN_FAILED] = draw_failure,
    [MR_EVENT_DISCONNECT] = draw_failure,
    [MR_EVENT_KICKED] = draw_kicked,
    [MR_EVENT_BALANCE] = draw_balance,
    [MR_EVENT_COOKIES] = draw_cookies,
    [MR_EVENT_MINE_ACCEPTED] = draw_accepted,
    [MR_EVENT_MINE_REJECTED] = draw_rejected,
};

int mr_view_event(const struct mr_view *view, enum mr_event event, const cJSON *data,
                  struct mr_view_line *line)
{
    struct words words;
    int err = MR_OK;

    if ((int)event < 0 || event >= MR_EVENT_COUNT || !drawers[event]) {
        return MR_OK;
    }
    err = words_make(data, &words);
    if (err == MR_OK) {
        err = drawers[event](view, data, &words, line);
    }
    words_free(&words);
    return err;
}
