/* What goes to the room: checked, formatted from typed messages, and put into the outbox. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/name.h"
#include "core/session/inside.h"
#include "core/session/logins.h"
#include "core/wire/hash.h"
#include "core/wire/line.h"

enum { DEFAULT_TIMEOUT_MS = 10000, MAX_LINE = MR_LIMIT_FRAME_OUT_TEXT };

static int say_why(char *why, size_t size, int err, const char *text)
{
    if (why)
        snprintf(why, size, "%s", text);
    return err;
}

int mr_session_check_online(const struct mr_session *session, char *why, size_t why_size)
{
    if (session->state != MR_SESSION_ONLINE)
        return say_why(why, why_size, MR_EOFFLINE,
                       "You are not in a room. Use /login or /connect first.");
    if (session->said_exit)
        return say_why(why, why_size, MR_EOFFLINE, "You are leaving the room.");
    return MR_OK;
}

int mr_session_queue(struct mr_session *session, const char *line, size_t len,
                     enum mr_outbox_place place, char *why, size_t why_size)
{
    int err = mr_session_check_online(session, why, why_size);
    if (err != MR_OK)
        return err;
    err = mr_outbox_add(session->outbox, line, len, place);
    switch (err) {
    case MR_OK:
        return MR_OK;
    case MR_EBUSY:
        return say_why(why, why_size, err, "Too many lines wait to be sent. Wait a moment.");
    case MR_EINVAL:
        return say_why(why, why_size, err, "There is nothing to send.");
    case MR_ELIMIT:
        return say_why(why, why_size, err, "This is too long to be sent.");
    default:
        mr_session_break(session, err);
        return say_why(why, why_size, err, "This could not be sent.");
    }
}

int mr_session_send_line(struct mr_session *session, const struct mr_line *line, char *why,
                         size_t why_size)
{
    struct mr_buf text;
    mr_buf_init(&text, MAX_LINE);
    int err = mr_line_format_to_room(line, &text);
    if (err == MR_OK)
        err = mr_session_queue(session, mr_buf_str(&text), mr_buf_len(&text), MR_OUTBOX_BACK, why,
                               why_size);
    else
        say_why(why, why_size, err,
                err == MR_ELIMIT ? "This is too long to be sent." : "This cannot be sent.");
    mr_buf_wipe(&text);
    return err;
}

int mr_session_check_name(const char *user, char *why, size_t why_size)
{
    if (mr_name_valid(user, strlen(user)))
        return MR_OK;
    return say_why(why, why_size, MR_EINVAL, "This is no user name.");
}

/* Whether an old room might take the line for /mine, however it splits words; then *s is the rest.
 */
static bool looks_like_mine(const char *line, struct mr_span *s)
{
    static const char word[] = "/mine";
    size_t len = sizeof(word) - 1;
    line += strspn(line, " \t\v\f");
    if (strlen(line) < len || !mr_str_equal_fold(line, len, word, len))
        return false;
    line += len;
    if (*line != '\0' && !strchr(" \t\v\f", *line))
        return false;
    *s = mr_str_trim(line, strlen(line));
    return true;
}

int mr_session_raw(struct mr_session *session, const char *line, char *why, size_t why_size)
{
    size_t len = strlen(line);
    struct mr_span s;
    if (len == 0)
        return say_why(why, why_size, MR_EINVAL, "There is nothing to send.");
    if (strpbrk(line, "\n\r"))
        return say_why(why, why_size, MR_EINVAL, "A line has no line ends in it.");
    if (!mr_utf8_valid(line, len))
        return say_why(why, why_size, MR_EINVAL, "This line is not UTF-8.");
    int err = mr_session_check_online(session, why, why_size);
    if (err != MR_OK)
        return err;
    if (looks_like_mine(line, &s)) {
        char copy[MR_WORK_S_BYTES + 1] = "";
        if (s.len == MR_WORK_S_BYTES)
            memcpy(copy, s.at, s.len);
        return mr_session_submit(session, copy, why, why_size);
    }
    /* Else the goodbye of the room would look like a reason to come back. */
    if (strcmp(line, "/exit") == 0) {
        mr_session_logout(session);
        return MR_OK;
    }
    session->paid_ms = mr_loop_now_ms(session->options.loop);
    return mr_session_queue(session, line, len, MR_OUTBOX_BACK, why, why_size);
}

int mr_session_pay(struct mr_session *session, const char *user, int64_t coins, char *why,
                   size_t why_size)
{
    int err = mr_session_check_name(user, why, why_size);
    if (err == MR_OK && coins <= 0)
        err = say_why(why, why_size, MR_EINVAL, "You can pay one coin or more.");
    if (err == MR_OK && coins > 1000000000000000)
        err = say_why(why, why_size, MR_EINVAL, "So many coins do not exist.");
    if (err == MR_OK)
        err = mr_session_check_online(session, why, why_size);
    if (err != MR_OK)
        return err;
    session->paid_ms = mr_loop_now_ms(session->options.loop);
    return mr_session_send_line(
        session, &(struct mr_line){.type = MR_LINE_PAY, .to = mr_span_of(user), .number = coins},
        why, why_size);
}

int mr_session_kick(struct mr_session *session, const char *user, char *why, size_t why_size)
{
    int err = mr_session_check_name(user, why, why_size);
    if (err == MR_OK)
        err = mr_session_check_online(session, why, why_size);
    if (err != MR_OK)
        return err;
    return mr_session_send_line(
        session, &(struct mr_line){.type = MR_LINE_KICK, .to = mr_span_of(user)}, why, why_size);
}

/* Questions */

/* Asks with a formatted line. */
static int ask(struct mr_session *session, enum mr_request_kind kind, const char *arg,
               const struct mr_line *line, uint64_t timeout_ms, mr_request_fn *fn, void *ctx,
               char *why, size_t why_size)
{
    struct mr_buf text;
    int err = mr_session_check_online(session, why, why_size);
    if (err != MR_OK)
        return err;
    mr_buf_init(&text, MAX_LINE);
    err = mr_line_format_to_room(line, &text);
    if (err != MR_OK)
        say_why(why, why_size, err, "The room cannot be asked this.");
    else {
        err = mr_requests_add(session->requests, kind, arg, mr_buf_str(&text), mr_buf_len(&text),
                              timeout_ms ? timeout_ms : DEFAULT_TIMEOUT_MS, fn, ctx);
        if (err != MR_OK)
            say_why(why, why_size, err,
                    err == MR_EBUSY ? "Too many questions wait for an answer."
                                    : "There is no memory left.");
    }
    mr_buf_wipe(&text);
    return err;
}

/* A ping of its own kind each time, so that no other answer is taken for it. */
static int make_ping(struct mr_session *session, const char *arg, char *data, size_t size,
                     char *why, size_t why_size)
{
    if (!arg || !*arg)
        snprintf(data, size, "moonroom-%llu",
                 (unsigned long long)mr_requests_serial(session->requests));
    else if (strlen(arg) < size && !strpbrk(arg, ">\n\r"))
        snprintf(data, size, "%s", arg);
    else
        return say_why(why, why_size, MR_EINVAL,
                       "The data of a ping has at most 256 bytes, no > and no line ends.");
    return MR_OK;
}

/* "item n", the number may be missing. */
static int parse_buy(const char *arg, struct mr_line *line, char *why, size_t why_size)
{
    struct mr_span rest = mr_span_of(arg ? arg : "");
    line->item = mr_str_word(&rest);
    struct mr_span count = mr_str_word(&rest);
    line->number = 1;
    if (line->item.len == 0 || rest.len != 0)
        return say_why(why, why_size, MR_EINVAL, "Say what to buy, and perhaps how many.");
    if (count.len > 0 &&
        mr_str_to_i64(count.at, count.len, 1, MR_LIMIT_BUY_COUNT, &line->number) != MR_OK)
        return say_why(why, why_size, MR_EINVAL, "You can buy 1 to 1000 at once.");
    return MR_OK;
}

int mr_session_request(struct mr_session *session, enum mr_request_kind kind, const char *arg,
                       uint64_t timeout_ms, mr_request_fn *fn, void *ctx, char *why,
                       size_t why_size)
{
    static const enum mr_line_type types[] = {
        [MR_REQUEST_ACTIVE] = MR_LINE_REQUEST_ACTIVE,
        [MR_REQUEST_LEADERBOARD] = MR_LINE_REQUEST_LEADERBOARD,
        [MR_REQUEST_HASH] = MR_LINE_REQUEST_HASH,
        [MR_REQUEST_PING] = MR_LINE_PING,
        [MR_REQUEST_COST] = MR_LINE_REQUEST_COST,
        [MR_REQUEST_BUY] = MR_LINE_BUY,
    };
    char data[MR_LIMIT_PING_DATA + 1] = "";
    int err = MR_OK;
    if ((size_t)kind >= sizeof(types) / sizeof(types[0]))
        return say_why(why, why_size, MR_EINVAL, "This question needs a password.");
    struct mr_line line = {.type = types[kind]};
    if (kind == MR_REQUEST_PING) {
        err = make_ping(session, arg, data, sizeof(data), why, why_size);
        arg = data;
        line.text = mr_span_of(data);
    } else if (kind == MR_REQUEST_COST) {
        line.item = mr_span_of(arg ? arg : "");
        if (line.item.len == 0)
            err = say_why(why, why_size, MR_EINVAL, "Say whose price you want to know.");
    } else if (kind == MR_REQUEST_BUY) {
        err = parse_buy(arg, &line, why, why_size);
    } else {
        arg = NULL;
    }
    if (err != MR_OK)
        return err;
    return ask(session, kind, arg, &line, timeout_ms, fn, ctx, why, why_size);
}

static int hash_password(const struct mr_session *session, const struct mr_secret *password,
                         char *hash, char *why, size_t why_size)
{
    int err = mr_session_check_online(session, why, why_size);
    if (err != MR_OK)
        return err;
    err = mr_hash_credential(mr_secret_str(password), password->len, session->name,
                             strlen(session->name), hash);
    if (err != MR_OK)
        say_why(why, why_size, err, "This password cannot be used.");
    return err;
}

int mr_session_change_password(struct mr_session *session, const struct mr_secret *old_password,
                               const struct mr_secret *new_password, mr_request_fn *fn, void *ctx,
                               char *why, size_t why_size)
{
    char before[MR_SHA512_HEX + 1] = "", after[MR_SHA512_HEX + 1] = "";
    int err = mr_session_check_new_password(new_password, why, why_size);
    if (err == MR_OK &&
        mr_requests_outstanding(session->requests, MR_REQUEST_CHANGE_PASSWORD, NULL, NULL, NULL))
        err = say_why(why, why_size, MR_EBUSY, "The password is being changed already.");
    if (err == MR_OK)
        err = hash_password(session, old_password, before, why, why_size);
    if (err == MR_OK)
        err = hash_password(session, new_password, after, why, why_size);
    if (err == MR_OK)
        err = ask(session, MR_REQUEST_CHANGE_PASSWORD, NULL,
                  &(struct mr_line){.type = MR_LINE_CHANGE_PASSWORD,
                                    .text = mr_span_of(before),
                                    .item = mr_span_of(after)},
                  DEFAULT_TIMEOUT_MS, fn, ctx, why, why_size);
    if (err == MR_OK)
        memcpy(session->new_hash, after, sizeof(after));
    mr_wipe(before, sizeof(before));
    mr_wipe(after, sizeof(after));
    return err;
}

int mr_session_delete_account(struct mr_session *session, const struct mr_secret *password,
                              mr_request_fn *fn, void *ctx, char *why, size_t why_size)
{
    char hash[MR_SHA512_HEX + 1] = "";
    int err = hash_password(session, password, hash, why, why_size);
    if (err == MR_OK)
        err = ask(session, MR_REQUEST_DELETE_ACCOUNT, NULL,
                  &(struct mr_line){.type = MR_LINE_DELETE_ACCOUNT, .text = mr_span_of(hash)},
                  DEFAULT_TIMEOUT_MS, fn, ctx, why, why_size);
    mr_wipe(hash, sizeof(hash));
    return err;
}

/* Mining and facts */

bool mr_session_job(const struct mr_session *session, struct mr_job *out)
{
    return mr_mine_job(&session->mine, out);
}

int mr_session_submit(struct mr_session *session, const char *s, char *why, size_t why_size)
{
    int err = mr_session_check_online(session, why, why_size);
    return err == MR_OK ? mr_mine_submit(&session->mine, s, why, why_size) : err;
}

void mr_session_mine_counts(const struct mr_session *session, struct mr_mine_counts *out)
{
    *out = session->mine.counts;
}

void mr_session_facts(const struct mr_session *session, struct mr_room_facts *out)
{
    *out =
        (struct mr_room_facts){.name = "", .address = "", .local = "", .peer = "", .transport = ""};
    if (session->state == MR_SESSION_OFFLINE)
        return;
    out->name = session->name;
    out->address = session->room_name;
    out->local = mr_stream_local(session->stream);
    out->peer = mr_stream_peer(session->stream);
    out->transport = "legacy";
    /* A frame of nothing is one block and its end. */
    if (session->sealer)
        out->peer_key_bits = 8 * (unsigned)(mr_sealer_frame_len(session->sealer, 0) - MR_FRAME_LF);
    out->balance = session->room.balance;
    out->cookies = session->room.cookies;
    out->login_time = session->room.login_time;
    out->lines_in = session->lines_in;
    out->lines_out = session->lines_out;
}

cJSON *mr_session_users(const struct mr_session *session)
{
    return mr_room_users(&session->room);
}
