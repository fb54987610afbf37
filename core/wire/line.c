/* Names of types, and the lists inside messages. */
#include "core/wire/line.h"

#include "core/base/limits.h"
#include "core/base/name.h"

#include <moonroom/errors.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *mr_line_type_name(enum mr_line_type type)
{
    static const char *const names[MR_LINE_TYPES] = {
        [MR_LINE_EMPTY] = "empty",
        [MR_LINE_BAD] = "bad",
        [MR_LINE_CHAT] = "chat",
        [MR_LINE_PING] = "ping",
        [MR_LINE_SEND_WHISPER] = "send_whisper",
        [MR_LINE_REQUEST_ACTIVE] = "request_active",
        [MR_LINE_KICK] = "kick",
        [MR_LINE_MINE] = "mine",
        [MR_LINE_REQUEST_LEADERBOARD] = "request_leaderboard",
        [MR_LINE_REQUEST_HASH] = "request_hash",
        [MR_LINE_REQUEST_COST] = "request_cost",
        [MR_LINE_BUY] = "buy",
        [MR_LINE_PAY] = "pay",
        [MR_LINE_DELETE_ACCOUNT] = "delete_account",
        [MR_LINE_CHANGE_PASSWORD] = "change_password",
        [MR_LINE_EXIT] = "exit",
        [MR_LINE_TEXT] = "text",
        [MR_LINE_SERVER] = "server",
        [MR_LINE_SERVER_ERROR] = "server_error",
        [MR_LINE_WHISPER] = "whisper",
        [MR_LINE_WHISPER_ECHO] = "whisper_echo",
        [MR_LINE_JOINED] = "joined",
        [MR_LINE_LEFT] = "left",
        [MR_LINE_KICKED] = "kicked",
        [MR_LINE_ACTIVE] = "active",
        [MR_LINE_COST] = "cost",
        [MR_LINE_BALANCE] = "balance",
        [MR_LINE_COOKIES] = "cookies",
        [MR_LINE_NEW_HASH] = "new_hash",
        [MR_LINE_LEADERBOARD] = "leaderboard",
        [MR_LINE_DELETE_ERROR] = "delete_error",
        [MR_LINE_PASSWORD_ERROR] = "password_error",
        [MR_LINE_PASSWORD_DONE] = "password_done",
    };
    return (unsigned)type < MR_LINE_TYPES ? names[type] : "unknown";
}

bool mr_leaderboard_next(struct mr_span *list, struct mr_span *name, int64_t *coins)
{
    for (;;) {
        struct mr_span word = mr_str_word(list);
        if (word.len == 0)
            return false;
        const char *comma = memchr(word.at, ',', word.len);
        if (!comma)
            continue;
        struct mr_span who = {word.at, (size_t)(comma - word.at)};
        struct mr_span number = {comma + 1, word.len - who.len - 1};
        /* Some rooms write "Bob,100," with a comma behind. */
        if (number.len > 0 && number.at[number.len - 1] == ',')
            number.len--;
        if (!mr_name_valid(who.at, who.len) ||
            mr_str_to_i64(number.at, number.len, INT64_MIN, INT64_MAX, coins) != MR_OK)
            continue;
        *name = who;
        return true;
    }
}

int mr_leaderboard_add(struct mr_buf *list, struct mr_span name, int64_t coins)
{
    char entry[MR_LIMIT_NAME + 32];
    if (!mr_name_valid(name.at, name.len))
        return MR_EINVAL;
    int len = snprintf(entry, sizeof entry, "%s%.*s,%" PRId64, mr_buf_len(list) ? " " : "",
                       (int)name.len, name.at, coins);
    size_t header = strlen("/update_leaderboard ");
    if (header + mr_buf_len(list) + (size_t)len > MR_LIMIT_FRAME_OUT_TEXT)
        return MR_ELIMIT;
    return mr_buf_append(list, entry, (size_t)len);
}

bool mr_active_next(struct mr_span *list, struct mr_span *name)
{
    while (list->len > 0) {
        const char *lf = memchr(list->at, '\n', list->len);
        struct mr_span line = {list->at, lf ? (size_t)(lf - list->at) : list->len};
        size_t step = line.len + (lf ? 1 : 0);
        *list = (struct mr_span){list->at + step, list->len - step};
        line = mr_str_trim(line.at, line.len);
        if (mr_name_valid(line.at, line.len)) {
            *name = line;
            return true;
        }
    }
    return false;
}

int mr_active_add(struct mr_buf *list, struct mr_span name)
{
    char entry[MR_LIMIT_NAME + 2];
    if (!mr_name_valid(name.at, name.len))
        return MR_EINVAL;
    int len = snprintf(entry, sizeof entry, "%s%.*s", mr_buf_len(list) ? "\n" : "", (int)name.len,
                       name.at);
    size_t header = strlen("Server> Active users: \n");
    if (header + mr_buf_len(list) + (size_t)len > MR_LIMIT_FRAME_OUT_TEXT)
        return MR_ELIMIT;
    return mr_buf_append(list, entry, (size_t)len);
}

const char *mr_line_without_secret(struct mr_span line)
{
    struct mr_line parsed;
    mr_line_parse_from_client(line, &parsed);
    if (parsed.type == MR_LINE_DELETE_ACCOUNT)
        return "/delacc H";
    if (parsed.type == MR_LINE_CHANGE_PASSWORD)
        return "/changepass H H";
    /* One with a mistake in it may hold a secret as well. */
    if (parsed.type == MR_LINE_BAD && line.len > 4 &&
        (memcmp(line.at, "/del", 4) == 0 || memcmp(line.at, "/cha", 4) == 0 ||
         memcmp(line.at, "/new", 4) == 0))
        return "/?";
    return NULL;
}
