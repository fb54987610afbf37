#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/work.h"
#include "core/wire/line.h"

#include <moonroom/errors.h>

#include <string.h>

static struct mr_span skip(struct mr_span span, size_t len)
{
    return (struct mr_span){span.at + len, span.len - len};
}

static bool starts(struct mr_span span, const char *prefix)
{
    return mr_str_starts(span.at, span.len, prefix);
}

/* Takes a prefix off the front if it is there. */
static bool take(struct mr_span *span, const char *prefix)
{
    if (!starts(*span, prefix))
        return false;
    *span = skip(*span, strlen(prefix));
    return true;
}

/* Takes a suffix off the end if it is there. */
static bool take_end(struct mr_span *span, const char *suffix)
{
    size_t len = strlen(suffix);
    if (span->len < len || memcmp(span->at + span->len - len, suffix, len) != 0)
        return false;
    span->len -= len;
    return true;
}

static bool is_name(struct mr_span span)
{
    return mr_name_valid(span.at, span.len);
}

static bool has_byte(struct mr_span span, char byte)
{
    return span.len > 0 && memchr(span.at, byte, span.len);
}

static void bad(struct mr_line *line, const char *why)
{
    *line = (struct mr_line){.type = MR_LINE_BAD, .why = why};
}

static struct mr_span next_line(struct mr_span *text)
{
    const char *lf = memchr(text->at, '\n', text->len);
    struct mr_span line = {text->at, lf ? (size_t)(lf - text->at) : text->len};
    *text = skip(*text, line.len + (lf ? 1 : 0));
    return line;
}

/* ---- From a room ---- */

/* What a number of coins, cookies or a price may be: JSON and Lua carry it without loss. */
static const int64_t number_max = 1000000000000000;

static int parse_number(struct mr_span text, int64_t *out)
{
    text = mr_str_trim(text.at, text.len);
    return mr_str_to_i64(text.at, text.len, -number_max, number_max, out);
}

static void parse_change(struct mr_span text, enum mr_line_type type, struct mr_line *line)
{
    line->type = type;
    if (parse_number(text, &line->number) != MR_OK)
        bad(line, "a change of coins or cookies that is no number");
}

static void parse_leaderboard(struct mr_span text, bool old_spelling, struct mr_line *line)
{
    *line = (struct mr_line){.type = MR_LINE_LEADERBOARD,
                             .list = mr_str_trim(text.at, text.len),
                             .number = old_spelling};
}

/* A line without ">" that begins with "/". */
static void parse_room_command(struct mr_span text, struct mr_line *line)
{
    struct mr_span rest = text;
    if (take(&rest, "/balance ")) {
        parse_change(rest, MR_LINE_BALANCE, line);
    } else if (take(&rest, "/cookies ")) {
        parse_change(rest, MR_LINE_COOKIES, line);
    } else if (take(&rest, "/newHash ")) {
        rest = mr_str_trim(rest.at, rest.len);
        *line = (struct mr_line){.type = MR_LINE_NEW_HASH, .text = rest};
        if (!mr_work_hash_valid(rest.at, rest.len))
            bad(line, "a new hash that is none");
    } else if (take(&rest, "/update_leaderboard ") || mr_span_is(text, "/update_leaderboard")) {
        parse_leaderboard(rest, false, line);
    } else if (take(&rest, "/updateLeaderboard ") || mr_span_is(text, "/updateLeaderboard")) {
        parse_leaderboard(rest, true, line);
    } else if (take(&rest, "/ping ") || mr_span_is(text, "/ping")) {
        rest = mr_span_is(text, "/ping") ? skip(text, text.len) : rest;
        *line = (struct mr_line){.type = MR_LINE_PING, .text = rest};
    } else if (take(&rest, "/e delacc ") || take(&rest, "/e delacc")) {
        *line = (struct mr_line){.type = MR_LINE_DELETE_ERROR, .text = rest};
    } else if (take(&rest, "/e changepass ") || take(&rest, "/e changepass")) {
        *line = (struct mr_line){.type = MR_LINE_PASSWORD_ERROR, .text = rest};
    } else {
        bad(line, "an unknown command from the room");
    }
}

static bool parse_cost(struct mr_span text, struct mr_line *line)
{
    struct mr_span item = mr_str_trim(text.at, text.len);
    if (!take_end(&item, " coins.") && !take_end(&item, " coins"))
        return false;
    struct mr_span rest = item;
    item = mr_str_word(&rest);
    if (!take(&rest, "costs ") || parse_number(rest, &line->number) != MR_OK)
        return false;
    line->type = MR_LINE_COST;
    line->item = item;
    return true;
}

/* "NAME is in. ", "NAME is in at 2026-11-22 07:41:49." or "NAME has left. " */
static bool parse_presence(struct mr_span text, struct mr_line *line)
{
    struct mr_span rest = mr_str_trim(text.at, text.len);
    struct mr_span name = mr_str_word(&rest);
    if (!is_name(name))
        return false;
    if (mr_span_is(rest, "is in.") || starts(rest, "is in at "))
        line->type = MR_LINE_JOINED;
    else if (mr_span_is(rest, "has left."))
        line->type = MR_LINE_LEFT;
    else
        return false;
    line->name = name;
    line->text = text;
    return true;
}

static bool parse_kicked(struct mr_span text, struct mr_line *line)
{
    struct mr_span name = mr_str_trim(text.at, text.len);
    if (!take(&name, "You have been kicked by ") || !take_end(&name, ".") || !is_name(name))
        return false;
    line->type = MR_LINE_KICKED;
    line->name = name;
    return true;
}

static void parse_server(struct mr_span text, struct mr_line *line)
{
    struct mr_span rest = text;
    if (take(&rest, "/e ")) {
        line->type = MR_LINE_SERVER_ERROR;
        line->text = rest;
    } else if (mr_span_is(mr_str_trim(text.at, text.len),
                          "/w Your password has been successfully changed.")) {
        line->type = MR_LINE_PASSWORD_DONE;
    } else if (take(&rest, "/w ")) {
        line->type = MR_LINE_WHISPER;
        line->name = mr_span_of("Server");
        line->text = rest;
    } else if (mr_span_is(mr_str_trim(text.at, text.len), "Active users:")) {
        line->type = MR_LINE_ACTIVE;
        line->list = skip(text, text.len);
    } else if (!parse_kicked(text, line) && !parse_cost(text, line) &&
               !parse_presence(text, line)) {
        line->type = MR_LINE_SERVER;
        line->text = text;
    }
}

static void parse_whisper(struct mr_span name, struct mr_span me, struct mr_span text,
                          struct mr_line *line)
{
    struct mr_span rest = text;
    bool mine = name.len == me.len && me.len > 0 && memcmp(name.at, me.at, me.len) == 0;
    line->type = MR_LINE_WHISPER;
    line->name = name;
    line->text = text;
    if (!mine || !take(&rest, "To:"))
        return;
    const char *blank = memchr(rest.at, ' ', rest.len);
    struct mr_span to = {rest.at, blank ? (size_t)(blank - rest.at) : rest.len};
    if (!is_name(to))
        return;
    line->type = MR_LINE_WHISPER_ECHO;
    line->to = to;
    line->text = skip(rest, to.len + (blank ? 1 : 0));
}

void mr_line_parse_from_room(struct mr_span text, struct mr_span me, struct mr_line *line)
{
    *line = (struct mr_line){.type = MR_LINE_EMPTY};
    if (text.len == 0)
        return;
    if (has_byte(text, 0) || has_byte(text, '\n')) {
        bad(line, "a line with a NUL or a line feed in it");
        return;
    }
    const char *border = memchr(text.at, '>', text.len);
    if (!border && text.at[0] == '/') {
        parse_room_command(text, line);
        return;
    }
    struct mr_span name = {text.at, border ? (size_t)(border - text.at) : 0};
    if (!border || !is_name(name)) {
        line->type = MR_LINE_TEXT;
        line->text = text;
        return;
    }
    struct mr_span rest = skip(text, name.len + 1);
    take(&rest, " ");
    if (mr_span_is(name, "Server")) {
        parse_server(rest, line);
    } else if (take(&rest, "/w ")) {
        parse_whisper(name, me, rest, line);
    } else {
        *line = (struct mr_line){.type = MR_LINE_CHAT, .name = name, .text = rest};
    }
}

bool mr_line_next_from_room(struct mr_span *text, struct mr_span me, struct mr_line *line)
{
    if (text->len == 0)
        return false;
    mr_line_parse_from_room(next_line(text), me, line);
    if (line->type != MR_LINE_ACTIVE)
        return true;
    /* The names behind the header, as far as the lines are names. */
    struct mr_span rest = *text;
    line->list = (struct mr_span){text->at, 0};
    while (rest.len > 0) {
        struct mr_span name = next_line(&rest);
        name = mr_str_trim(name.at, name.len);
        if (name.len > 0 && !is_name(name))
            break;
        line->list.len = (size_t)(rest.at - line->list.at);
        *text = rest;
    }
    return true;
}

/* ---- From a client ---- */

/* The word of a command that takes exactly one. */
static bool one_word(struct mr_span rest, struct mr_span *word)
{
    *word = mr_str_word(&rest);
    return word->len > 0 && rest.len == 0;
}

static bool is_hash(struct mr_span span)
{
    for (size_t i = 0; i < span.len; i++)
        if (span.at[i] < 0x21 || span.at[i] > 0x7e)
            return false;
    return span.len > 0 && span.len <= MR_LIMIT_CREDENTIAL_HASH;
}

static const char *client_whisper(struct mr_span rest, struct mr_line *line)
{
    line->type = MR_LINE_SEND_WHISPER;
    const char *blank = memchr(rest.at, ' ', rest.len);
    line->to = (struct mr_span){rest.at, blank ? (size_t)(blank - rest.at) : rest.len};
    line->text = blank ? skip(rest, line->to.len + 1) : skip(rest, rest.len);
    if (!is_name(line->to) || line->text.len == 0)
        return "Usage: /w user text";
    return line->text.len > MR_LIMIT_CHAT_TEXT ? "This text is too long." : NULL;
}

static const char *client_ping(struct mr_span rest, struct mr_line *line)
{
    line->type = MR_LINE_PING;
    line->text = rest;
    return rest.len > MR_LIMIT_PING_DATA ? "The data of a ping has at most 256 bytes." : NULL;
}

static const char *client_admin(struct mr_span rest, struct mr_line *line)
{
    line->type = MR_LINE_KICK;
    struct mr_span word = mr_str_word(&rest);
    if (!mr_span_is(word, "/kick") || !one_word(rest, &line->to) || !is_name(line->to))
        return "Usage: /a /kick user";
    return NULL;
}

static const char *client_mine(struct mr_span rest, struct mr_line *line)
{
    line->type = MR_LINE_MINE;
    if (!one_word(rest, &line->text) || !mr_work_s_valid(line->text.at, line->text.len))
        return "A solution is 86 printable characters.";
    return NULL;
}

static bool is_item(struct mr_span span)
{
    for (size_t i = 0; i < span.len; i++)
        if (span.at[i] < 0x21 || span.at[i] > 0x7e)
            return false;
    return span.len > 0 && span.len <= MR_LIMIT_ITEM && !has_byte(span, '>');
}

static const char *client_cost(struct mr_span rest, struct mr_line *line)
{
    line->type = MR_LINE_REQUEST_COST;
    return one_word(rest, &line->item) && is_item(line->item) ? NULL : "Usage: /cost item";
}

static const char *client_buy(struct mr_span rest, struct mr_line *line)
{
    line->type = MR_LINE_BUY;
    line->number = 1;
    line->item = mr_str_word(&rest);
    if (!is_item(line->item))
        return "Usage: /buy item [n]";
    if (rest.len == 0)
        return NULL;
    struct mr_span count;
    if (!one_word(rest, &count) ||
        mr_str_to_i64(count.at, count.len, 1, MR_LIMIT_BUY_COUNT, &line->number) != MR_OK)
        return "You can buy 1 to 1000 at once.";
    return NULL;
}

static const char *client_pay(struct mr_span rest, struct mr_line *line)
{
    struct mr_span count;
    line->type = MR_LINE_PAY;
    line->to = mr_str_word(&rest);
    if (!is_name(line->to) || !one_word(rest, &count) ||
        mr_str_to_i64(count.at, count.len, 1, number_max, &line->number) != MR_OK)
        return "Usage: /pay user coins";
    return NULL;
}

static const char *client_delete(struct mr_span rest, struct mr_line *line)
{
    line->type = MR_LINE_DELETE_ACCOUNT;
    return one_word(rest, &line->text) && is_hash(line->text) ? NULL : "Usage: /delacc hash";
}

static const char *client_password(struct mr_span rest, struct mr_line *line)
{
    line->type = MR_LINE_CHANGE_PASSWORD;
    line->text = mr_str_word(&rest);
    if (!is_hash(line->text) || !one_word(rest, &line->item) || !is_hash(line->item))
        return "Usage: /changepass old_hash new_hash";
    return NULL;
}

static const char *client_plain(struct mr_span rest, struct mr_line *line)
{
    (void)line;
    return mr_str_word(&rest).len == 0 ? NULL : "This command takes no arguments.";
}

static const struct {
    const char *word;
    enum mr_line_type type; /* of the commands without arguments */
    const char *(*parse)(struct mr_span rest, struct mr_line *line);
} client_commands[] = {
    {"/w", 0, client_whisper},
    {"/ping", 0, client_ping},
    {"/active", MR_LINE_REQUEST_ACTIVE, client_plain},
    {"/a", 0, client_admin},
    {"/mine", 0, client_mine},
    {"/requestLeaderboard", MR_LINE_REQUEST_LEADERBOARD, client_plain},
    {"/requestHash", MR_LINE_REQUEST_HASH, client_plain},
    {"/cost", 0, client_cost},
    {"/buy", 0, client_buy},
    {"/pay", 0, client_pay},
    {"/delacc", 0, client_delete},
    {"/changepass", 0, client_password},
    {"/newpass", 0, client_password},
    {"/exit", MR_LINE_EXIT, client_plain},
};

static const char *client_command(struct mr_span text, struct mr_line *line)
{
    const char *blank = memchr(text.at, ' ', text.len);
    struct mr_span word = {text.at, blank ? (size_t)(blank - text.at) : text.len};
    struct mr_span rest = skip(text, word.len + (blank ? 1 : 0));
    for (size_t i = 0; i < sizeof client_commands / sizeof client_commands[0]; i++) {
        if (!mr_span_is(word, client_commands[i].word))
            continue;
        line->type = client_commands[i].type;
        return client_commands[i].parse(rest, line);
    }
    return "Unknown command.";
}

void mr_line_parse_from_client(struct mr_span text, struct mr_line *line)
{
    const char *problem = NULL;
    *line = (struct mr_line){.type = MR_LINE_EMPTY};
    if (text.len == 0)
        return;
    if (has_byte(text, 0) || has_byte(text, '\n') || has_byte(text, '\r')) {
        problem = "A line has no line ends and no NUL in it.";
    } else if (text.at[0] == '/') {
        problem = client_command(text, line);
    } else {
        *line = (struct mr_line){.type = MR_LINE_CHAT, .text = text};
        if (text.len > MR_LIMIT_CHAT_TEXT)
            problem = "This text is too long.";
    }
    if (problem)
        bad(line, problem);
}

bool mr_line_next_from_client(struct mr_span *text, struct mr_line *line)
{
    if (text->len == 0)
        return false;
    mr_line_parse_from_client(next_line(text), line);
    return true;
}
