#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/work.h"
#include "core/wire/line.h"

#include <moonroom/errors.h>

#include <inttypes.h>
#include <string.h>

/* How a type is written. A "%" and a letter stand for a field, with the check it has to pass (see
 * append_field()); anything else stands for itself. */
struct form {
    enum mr_line_type type;
    const char *format;
};

static const struct form to_room[] = {
    {MR_LINE_CHAT, "%c"},
    {MR_LINE_PING, "/ping%p"},
    {MR_LINE_SEND_WHISPER, "/w %t %w"},
    {MR_LINE_REQUEST_ACTIVE, "/active"},
    {MR_LINE_KICK, "/a /kick %t"},
    {MR_LINE_MINE, "/mine %m"},
    {MR_LINE_REQUEST_LEADERBOARD, "/requestLeaderboard"},
    {MR_LINE_REQUEST_HASH, "/requestHash"},
    {MR_LINE_REQUEST_COST, "/cost %i"},
    {MR_LINE_BUY, "/buy %i%b"},
    {MR_LINE_PAY, "/pay %t %+"},
    {MR_LINE_DELETE_ACCOUNT, "/delacc %o"},
    {MR_LINE_CHANGE_PASSWORD, "/changepass %o %O"},
    {MR_LINE_EXIT, "/exit"},
};

static const struct form to_client[] = {
    {MR_LINE_CHAT, "%N> %c"},
    {MR_LINE_PING, "/ping%p"},
    {MR_LINE_TEXT, "%u"},
    {MR_LINE_SERVER, "Server> %s"},
    {MR_LINE_SERVER_ERROR, "Server> /e %e"},
    {MR_LINE_WHISPER, "%N> /w %w"},
    {MR_LINE_WHISPER_ECHO, "%N> /w To:%t %w"},
    {MR_LINE_JOINED, "Server> %n is in. "},
    {MR_LINE_LEFT, "Server> %n has left. "},
    /* Old clients leave only if the blank behind it is there. */
    {MR_LINE_KICKED, "Server> You have been kicked by %n. "},
    {MR_LINE_ACTIVE, "Server> Active users: \n%A"},
    {MR_LINE_COST, "Server> %i costs %d coins. "},
    {MR_LINE_BALANCE, "/balance %d"},
    {MR_LINE_COOKIES, "/cookies %d"},
    {MR_LINE_NEW_HASH, "/newHash %h"},
    {MR_LINE_LEADERBOARD, "/%k %L"},
    {MR_LINE_DELETE_ERROR, "/e delacc %q"},
    {MR_LINE_PASSWORD_ERROR, "/e changepass %q"},
    {MR_LINE_PASSWORD_DONE, "Server> /w Your password has been successfully changed."},
};

enum {
    SLASH_ALLOWED = 1, /* behind a command's word it cannot become a command */
    EMPTY_ALLOWED = 2,
    BORDER_REFUSED = 4 /* no ">", which would make a name of what stands before it */
};

static int append_text(struct mr_buf *out, struct mr_span text, size_t max, int rules)
{
    if (text.len == 0)
        return rules & EMPTY_ALLOWED ? MR_OK : MR_EINVAL;
    if (text.len > max)
        return MR_ELIMIT;
    if (memchr(text.at, '\n', text.len) || memchr(text.at, '\r', text.len) ||
        memchr(text.at, 0, text.len) || !mr_utf8_valid(text.at, text.len))
        return MR_EINVAL;
    if (!(rules & SLASH_ALLOWED) && text.at[0] == '/')
        return MR_EINVAL;
    if (rules & BORDER_REFUSED && memchr(text.at, '>', text.len))
        return MR_EINVAL;
    return mr_buf_append(out, text.at, text.len);
}

/* A run of printable ASCII: hashes, solutions, items. */
static int append_word(struct mr_buf *out, struct mr_span word, size_t min, size_t max)
{
    if (word.len < min)
        return MR_EINVAL;
    if (word.len > max)
        return MR_ELIMIT;
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] < 0x21 || word.at[i] > 0x7e)
            return MR_EINVAL;
    return mr_buf_append(out, word.at, word.len);
}

static int append_name(struct mr_buf *out, struct mr_span name)
{
    return mr_name_valid(name.at, name.len) ? mr_buf_append(out, name.at, name.len) : MR_EINVAL;
}

static int append_item(struct mr_buf *out, struct mr_span item)
{
    if (item.len > 0 && (item.at[0] == '/' || memchr(item.at, '>', item.len)))
        return MR_EINVAL;
    return append_word(out, item, 1, MR_LIMIT_ITEM);
}

static int append_hash(struct mr_buf *out, struct mr_span hash)
{
    return mr_work_hash_valid(hash.at, hash.len) ? mr_buf_append(out, hash.at, hash.len)
                                                 : MR_EINVAL;
}

static int append_ping(struct mr_buf *out, struct mr_span data)
{
    if (data.len == 0)
        return MR_OK;
    int error = mr_buf_append_byte(out, ' ');
    return error ? error
                 : append_text(out, data, MR_LIMIT_PING_DATA, SLASH_ALLOWED | BORDER_REFUSED);
}

static int append_count(struct mr_buf *out, int64_t count)
{
    if (count < 1 || count > MR_LIMIT_BUY_COUNT)
        return MR_EINVAL;
    return count == 1 ? MR_OK : mr_buf_printf(out, " %" PRId64, count);
}

/* Through the iterators, so that what goes out is what a client will read. */
static int append_leaderboard(struct mr_buf *out, struct mr_span list)
{
    struct mr_span name;
    int64_t coins;
    int entries = 0;
    while (mr_leaderboard_next(&list, &name, &coins)) {
        int error = mr_buf_printf(out, "%s%.*s,%" PRId64, entries++ ? " " : "", (int)name.len,
                                  name.at, coins);
        if (error)
            return error;
    }
    return entries ? MR_OK : MR_EINVAL;
}

static int append_names(struct mr_buf *out, struct mr_span list)
{
    struct mr_span name;
    int names = 0;
    while (mr_active_next(&list, &name)) {
        int error = mr_buf_printf(out, "%s%.*s", names++ ? "\n" : "", (int)name.len, name.at);
        if (error)
            return error;
    }
    return names ? MR_OK : MR_EINVAL;
}

static int append_text_field(struct mr_buf *out, char field, struct mr_span text)
{
    switch (field) {
    case 'c': /* chat */
        return append_text(out, text, MR_LIMIT_CHAT_TEXT, 0);
    case 'w': /* whisper */
        return append_text(out, text, MR_LIMIT_CHAT_TEXT, SLASH_ALLOWED);
    case 's': /* the room's own words */
        return append_text(out, text, MR_LIMIT_FRAME_OUT_TEXT, 0);
    case 'e': /* the same behind a command's word */
        return append_text(out, text, MR_LIMIT_FRAME_OUT_TEXT, SLASH_ALLOWED);
    case 'q': /* the same in a line without a name, where ">" would make text of the command */
        return append_text(out, text, MR_LIMIT_FRAME_OUT_TEXT, SLASH_ALLOWED | BORDER_REFUSED);
    case 'u': /* a line without a name */
        return append_text(out, text, MR_LIMIT_FRAME_OUT_TEXT, BORDER_REFUSED);
    case 'p': /* the data of a ping with the blank before it */
        return append_ping(out, text);
    case 'm': /* a solution */
        return append_word(out, text, MR_WORK_S_BYTES, MR_WORK_S_BYTES);
    case 'h': /* a prev_hash */
        return append_hash(out, text);
    case 'o': /* a password hash */
        return append_word(out, text, 1, MR_LIMIT_CREDENTIAL_HASH);
    default:
        return MR_EINTERNAL;
    }
}

static int append_field(struct mr_buf *out, char field, const struct mr_line *line)
{
    switch (field) {
    case 'n':
        return append_name(out, line->name);
    case 'N': /* a user: the room alone speaks as Server */
        return mr_span_is(line->name, "Server") ? MR_EINVAL : append_name(out, line->name);
    case 't':
        return append_name(out, line->to);
    case 'i':
        return append_item(out, line->item);
    case 'O':
        return append_word(out, line->item, 1, MR_LIMIT_CREDENTIAL_HASH);
    case 'b': /* how many, with the blank before it, left out for one */
        return append_count(out, line->number);
    case '+':
        return line->number > 0 ? mr_buf_printf(out, "%" PRId64, line->number) : MR_EINVAL;
    case 'd':
        return mr_buf_printf(out, "%" PRId64, line->number);
    case 'k':
        return mr_buf_append_str(out, line->number ? "updateLeaderboard" : "update_leaderboard");
    case 'L':
        return append_leaderboard(out, line->list);
    case 'A':
        return append_names(out, line->list);
    default:
        return append_text_field(out, field, line->text);
    }
}

static int append_form(struct mr_buf *out, const char *format, const struct mr_line *line)
{
    int error = MR_OK;
    for (const char *at = format; *at && !error; at++) {
        if (*at == '%')
            error = append_field(out, *++at, line);
        else
            error = mr_buf_append_byte(out, (uint8_t)*at);
    }
    return error;
}

static int format_line(const struct form *forms, size_t count, const struct mr_line *line,
                       struct mr_buf *out)
{
    size_t before = mr_buf_len(out);
    for (size_t i = 0; i < count; i++) {
        if (forms[i].type != line->type)
            continue;
        int error = append_form(out, forms[i].format, line);
        if (!error && mr_buf_len(out) - before > MR_LIMIT_FRAME_OUT_TEXT)
            error = MR_ELIMIT;
        if (error)
            mr_buf_truncate(out, before);
        return error;
    }
    return MR_EUNSUPPORTED;
}

int mr_line_format_to_room(const struct mr_line *line, struct mr_buf *out)
{
    return format_line(to_room, sizeof to_room / sizeof to_room[0], line, out);
}

int mr_line_format_to_client(const struct mr_line *line, struct mr_buf *out)
{
    return format_line(to_client, sizeof to_client / sizeof to_client[0], line, out);
}
