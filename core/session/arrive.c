/* What comes from the room: frames to lines, lines to facts and events. */
#include <stdlib.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/name.h"
#include "core/runtime/json.h"
#include "core/session/inside.h"
#include "core/session/logins.h"
#include "core/wire/line.h"

enum {
    USERS_MS = 50,          /* joins and parts of so long are told together */
    PARTS_MS = 300,         /* how long the next part of an answer may take */
    MAX_WHOLE_ACTIVE = 1950 /* bytes of names that surely came alone: a frame holds 2011 */
};

/* A line on its way: what it says, and how it came. */
struct arrival {
    struct mr_line line;
    struct mr_span raw;
};

static struct mr_span trim_end(struct mr_span span)
{
    while (span.len > 0 && span.at[span.len - 1] == ' ')
        span.len--;
    return span;
}

static struct mr_span me(const struct mr_session *session)
{
    return mr_span_of(session->name);
}

static bool is_me(const struct mr_session *session, struct mr_span name)
{
    return mr_span_is(name, session->name);
}

/* Users */

static void on_users(void *ctx)
{
    struct mr_session *session = ctx;
    mr_timer_stop(&session->users);
    session->room.users_changed = false;
    cJSON *users = mr_room_users(&session->room);
    MR_EMIT(&session->emitter, MR_EVENT_USERS, MR_VALUE_FIELD("users", users));
}

static void tell_users(struct mr_session *session)
{
    if (session->room.users_changed && !session->users)
        mr_timer_start(session->options.loop, USERS_MS, 0, on_users, session, &session->users);
}

static void saw(struct mr_session *session, struct mr_span name)
{
    mr_room_joined(&session->room, name);
    tell_users(session);
}

/* Talk */

static void on_chat(struct mr_session *session, const struct arrival *arrival)
{
    const struct mr_line *line = &arrival->line;
    saw(session, line->name);
    MR_EMIT(&session->emitter, MR_EVENT_MESSAGE, MR_SPAN_FIELD("from", line->name),
            MR_SPAN_FIELD("text", line->text), MR_TEXT_FIELD("chat", "Lobby"),
            MR_BOOL_FIELD("self", is_me(session, line->name)), MR_SPAN_FIELD("raw", arrival->raw));
}

static void on_server_text(struct mr_session *session, struct mr_span text, struct mr_span raw)
{
    MR_EMIT(&session->emitter, MR_EVENT_SERVER_MESSAGE, MR_SPAN_FIELD("text", trim_end(text)),
            MR_SPAN_FIELD("raw", raw));
}

static void on_whisper(struct mr_session *session, const struct arrival *arrival)
{
    const struct mr_line *line = &arrival->line;
    bool echo = line->type == MR_LINE_WHISPER_ECHO;
    if (mr_span_is(line->name, "Server")) {
        on_server_text(session, line->text, arrival->raw);
        return;
    }
    saw(session, line->name);
    MR_EMIT(&session->emitter, MR_EVENT_WHISPER, MR_SPAN_FIELD("from", line->name),
            MR_SPAN_FIELD("to", echo ? line->to : me(session)), MR_SPAN_FIELD("text", line->text),
            MR_SPAN_FIELD("chat", echo ? line->to : line->name),
            MR_BOOL_FIELD("self", is_me(session, line->name)), MR_SPAN_FIELD("raw", arrival->raw));
}

static void on_presence(struct mr_session *session, const struct arrival *arrival)
{
    if (arrival->line.type == MR_LINE_JOINED)
        mr_room_joined(&session->room, arrival->line.name);
    else if (!is_me(session, arrival->line.name))
        mr_room_left(&session->room, arrival->line.name);
    tell_users(session);
    on_server_text(session, arrival->line.text, arrival->raw);
}

/* Numbers */

static void finish_buy(struct mr_session *session)
{
    cJSON **part = mr_requests_part(session->requests, MR_REQUEST_BUY);
    cJSON *value = part ? *part : NULL;
    mr_timer_stop(&session->bought);
    if (!value)
        return;
    *part = NULL;
    mr_requests_answer(session->requests, MR_REQUEST_BUY, NULL, value);
}

static void on_bought(void *ctx)
{
    struct mr_session *session = ctx;
    finish_buy(session);
    mr_requests_run(session->requests);
}

/* A purchase is told as a price and, for cookies, as cookies. */
static void part_of_buy(struct mr_session *session, const char *what, int64_t change)
{
    const char *asked;
    cJSON **part = mr_requests_part(session->requests, MR_REQUEST_BUY);
    if (!part || !mr_requests_outstanding(session->requests, MR_REQUEST_BUY, &asked, NULL, NULL))
        return;
    bool cookies = mr_str_starts(asked, strlen(asked), "cookie");
    bool first = *part == NULL;
    if (first)
        *part = cJSON_CreateObject();
    mr_json_set_int(*part, what, change);
    if (!first || !cookies ||
        mr_timer_start(session->options.loop, PARTS_MS, 0, on_bought, session, &session->bought) !=
            MR_OK)
        finish_buy(session);
}

static void on_balance(struct mr_session *session, const struct arrival *arrival)
{
    int64_t change = arrival->line.number;
    uint64_t now = mr_loop_now_ms(session->options.loop);
    mr_room_add(&session->room.balance, change);
    if (change < 0) {
        if (mr_requests_outstanding(session->requests, MR_REQUEST_BUY, NULL, NULL, NULL))
            part_of_buy(session, "coins", change);
        else if (session->paid_ms == 0 || now - session->paid_ms > MR_LIMIT_MINE_ANSWER)
            mr_mine_fined(&session->mine);
    }
    MR_EMIT(&session->emitter, MR_EVENT_BALANCE, MR_INT_FIELD("change", change),
            MR_INT_FIELD("balance", session->room.balance));
}

static void on_cookies(struct mr_session *session, const struct arrival *arrival)
{
    int64_t change = arrival->line.number;
    mr_room_add(&session->room.cookies, change);
    if (change > 0)
        part_of_buy(session, "cookies", change);
    MR_EMIT(&session->emitter, MR_EVENT_COOKIES, MR_INT_FIELD("change", change),
            MR_INT_FIELD("cookies", session->room.cookies));
}

static void on_new_hash(struct mr_session *session, const struct arrival *arrival)
{
    uint64_t connection = session->connection;
    cJSON *value = mr_emitter_string(&session->emitter, arrival->line.text);
    mr_requests_answer(session->requests, MR_REQUEST_HASH, NULL, value);
    /* The judgement is told before the new work. */
    mr_mine_new_hash(&session->mine, arrival->line.text);
    if (session->connection == connection && mr_room_new_hash(&session->room, arrival->line.text))
        MR_EMIT(&session->emitter, MR_EVENT_BLOCK,
                MR_TEXT_FIELD("prev_hash", session->room.prev_hash),
                MR_INT_FIELD("zeros", session->room.zeros));
}

/* Answers */

static void on_ping(struct mr_session *session, const struct arrival *arrival)
{
    uint64_t asked_ms;
    char data[MR_LIMIT_PING_DATA + 1];
    struct mr_span text = arrival->line.text;
    if (text.len >= sizeof(data) ||
        !mr_requests_outstanding(session->requests, MR_REQUEST_PING, NULL, &asked_ms, NULL))
        return;
    memcpy(data, text.at, text.len);
    data[text.len] = '\0';
    uint64_t ms = mr_loop_now_ms(session->options.loop) - asked_ms;
    if (mr_requests_answer(session->requests, MR_REQUEST_PING, data,
                           cJSON_CreateNumber((double)ms)) == MR_REQUEST_ANSWERED)
        MR_EMIT(&session->emitter, MR_EVENT_PING, MR_SPAN_FIELD("data", text),
                MR_INT_FIELD("ms", (int64_t)ms));
}

static cJSON *board_entries(struct mr_session *session, struct mr_span list)
{
    cJSON *entries = cJSON_CreateArray();
    struct mr_span name;
    int64_t coins;
    for (int i = 0; entries && i < MR_LIMIT_LEADERBOARD; i++) {
        if (!mr_leaderboard_next(&list, &name, &coins))
            break;
        cJSON *entry = cJSON_CreateObject();
        cJSON *who = mr_emitter_string(&session->emitter, name);
        if (!who || !cJSON_AddItemToObject(entry, "name", who))
            cJSON_Delete(who);
        cJSON_AddNumberToObject(entry, "coins", (double)coins);
        if (!cJSON_AddItemToArray(entries, entry))
            cJSON_Delete(entry);
    }
    return entries;
}

static void on_leaderboard(struct mr_session *session, const struct arrival *arrival)
{
    struct mr_span list = arrival->line.list;
    if (mr_room_board_twin(&session->room, list, mr_loop_now_ms(session->options.loop)))
        return;
    cJSON *entries = board_entries(session, list);
    if (mr_requests_answer(session->requests, MR_REQUEST_LEADERBOARD, NULL,
                           cJSON_Duplicate(entries, true)) == MR_REQUEST_SWALLOWED)
        cJSON_Delete(entries);
    else
        MR_EMIT(&session->emitter, MR_EVENT_LEADERBOARD, MR_VALUE_FIELD("entries", entries));
}

static void add_names(struct mr_session *session, cJSON *names, struct mr_span list)
{
    struct mr_span name;
    while (mr_active_next(&list, &name)) {
        if (cJSON_GetArraySize(names) >= MR_LIMIT_KNOWN_USERS)
            return;
        cJSON *value = mr_emitter_string(&session->emitter, name);
        if (!value || !cJSON_AddItemToArray(names, value))
            cJSON_Delete(value);
    }
}

static void finish_active(struct mr_session *session, cJSON *names)
{
    mr_room_set_users(&session->room, names, session->name);
    mr_requests_answer(session->requests, MR_REQUEST_ACTIVE, NULL, names);
    tell_users(session);
}

static void on_active_silence(void *ctx)
{
    struct mr_session *session = ctx;
    mr_timer_stop(&session->parts);
    cJSON **part = mr_requests_part(session->requests, MR_REQUEST_ACTIVE);
    if (part && *part) {
        cJSON *names = *part;
        *part = NULL;
        finish_active(session, names);
    }
    mr_requests_run(session->requests);
}

/* A list that nobody asked for is news: somebody sent the line by hand. */
static void show_active(struct mr_session *session, const struct arrival *arrival)
{
    struct mr_buf text;
    struct mr_span list = arrival->line.list, name;
    mr_buf_init(&text, MR_LIMIT_FRAME_CLIENT);
    int err = mr_buf_append_str(&text, "Active users:");
    while (err == MR_OK && mr_active_next(&list, &name)) {
        saw(session, name);
        err = mr_buf_printf(&text, " %.*s", (int)name.len, name.at);
    }
    on_server_text(session, (struct mr_span){mr_buf_str(&text), mr_buf_len(&text)}, arrival->raw);
    mr_buf_free(&text);
}

static void on_active(struct mr_session *session, const struct arrival *arrival)
{
    struct mr_span list = arrival->line.list;
    cJSON **part = mr_requests_part(session->requests, MR_REQUEST_ACTIVE);
    if (!part) {
        if (!mr_requests_late(session->requests, MR_REQUEST_ACTIVE))
            show_active(session, arrival);
        else if (list.len <= MAX_WHOLE_ACTIVE)
            mr_requests_answer(session->requests, MR_REQUEST_ACTIVE, NULL, cJSON_CreateArray());
        return;
    }
    if (!*part)
        *part = cJSON_CreateArray();
    add_names(session, *part, list);
    mr_timer_stop(&session->parts);
    if (list.len <= MAX_WHOLE_ACTIVE ||
        mr_timer_start(session->options.loop, PARTS_MS, 0, on_active_silence, session,
                       &session->parts) != MR_OK) {
        cJSON *names = *part;
        *part = NULL;
        finish_active(session, names);
    }
}

static void on_cost(struct mr_session *session, const struct arrival *arrival)
{
    char item[MR_LIMIT_ITEM + 1] = "";
    struct mr_span name = arrival->line.item;
    if (name.len < sizeof(item)) {
        memcpy(item, name.at, name.len);
        item[name.len] = '\0';
    }
    if (mr_requests_answer(session->requests, MR_REQUEST_COST, item,
                           cJSON_CreateNumber((double)arrival->line.number)) == MR_REQUEST_NOBODY)
        on_server_text(session,
                       (struct mr_span){arrival->raw.at + strlen("Server> "),
                                        arrival->raw.len - strlen("Server> ")},
                       arrival->raw);
}

/* Refusals */

static void on_error(struct mr_session *session, struct mr_span text, struct mr_span raw)
{
    MR_EMIT(&session->emitter, MR_EVENT_ERROR, MR_SPAN_FIELD("text", trim_end(text)),
            MR_SPAN_FIELD("raw", raw));
}

static void to_text(struct mr_span span, char *out, size_t size)
{
    span = mr_str_trim(span.at, span.len);
    size_t len = mr_utf8_cut(span.at, span.len, size - 1);
    memcpy(out, span.at, len);
    out[len] = '\0';
}

/* "bob is not here." answers a whisper or a kick. */
static bool is_of_a_user(struct mr_span text)
{
    static const char tail[] = " is not here.";
    text = mr_str_trim(text.at, text.len);
    size_t len = sizeof(tail) - 1;
    return text.len > len && memcmp(text.at + text.len - len, tail, len) == 0 &&
           mr_name_valid(text.at, text.len - len);
}

/* The questions that a room refuses with a plain error, which does not say what it is about: the
 * one that was sent first is meant. */
static bool refuse_oldest(struct mr_session *session, struct mr_span text)
{
    static const enum mr_request_kind kinds[] = {MR_REQUEST_COST, MR_REQUEST_BUY,
                                                 MR_REQUEST_LEADERBOARD};
    enum mr_request_kind oldest = MR_REQUEST_KINDS, late = MR_REQUEST_KINDS;
    uint64_t first = UINT64_MAX, serial;
    char sentence[512];
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (mr_requests_outstanding(session->requests, kinds[i], NULL, NULL, &serial) &&
            serial < first) {
            first = serial;
            oldest = kinds[i];
        }
        if (kinds[i] != MR_REQUEST_LEADERBOARD && mr_requests_late(session->requests, kinds[i]))
            late = kinds[i];
    }
    if (mr_mine_waits(&session->mine, &serial) && serial < first) {
        mr_mine_refused(&session->mine, trim_end(text));
        return true;
    }
    if (oldest == MR_REQUEST_KINDS)
        oldest = late;
    if (oldest == MR_REQUEST_KINDS)
        return mr_mine_late_refusal(&session->mine);
    to_text(text, sentence, sizeof(sentence));
    return mr_requests_refuse(session->requests, oldest, sentence) != MR_REQUEST_NOBODY;
}

static void on_server_error(struct mr_session *session, const struct arrival *arrival)
{
    if (is_of_a_user(arrival->line.text) || !refuse_oldest(session, arrival->line.text))
        on_error(session, arrival->line.text, arrival->raw);
}

static void on_account_error(struct mr_session *session, const struct arrival *arrival)
{
    enum mr_request_kind kind = arrival->line.type == MR_LINE_DELETE_ERROR
                                    ? MR_REQUEST_DELETE_ACCOUNT
                                    : MR_REQUEST_CHANGE_PASSWORD;
    char sentence[512];
    to_text(arrival->line.text, sentence, sizeof(sentence));
    if (!*sentence)
        snprintf(sentence, sizeof(sentence), "The room refused.");
    if (mr_requests_refuse(session->requests, kind, sentence) == MR_REQUEST_NOBODY)
        on_error(session, mr_span_of(sentence), arrival->raw);
}

/* A remembered login goes on to work. */
static void renew_login(struct mr_session *session)
{
    char before[MR_LIMIT_CREDENTIAL_HASH + 1];
    if (session->logins_path && *session->new_hash &&
        mr_logins_hash(session->logins_path, session->room_name, session->name, before,
                       sizeof(before)) == MR_OK)
        mr_logins_remember(session->logins_path, session->room_name, session->name,
                           session->new_hash);
    mr_wipe(before, sizeof(before));
    mr_wipe(session->new_hash, sizeof(session->new_hash));
}

static void on_password_done(struct mr_session *session, const struct arrival *arrival)
{
    renew_login(session);
    if (mr_requests_answer(session->requests, MR_REQUEST_CHANGE_PASSWORD, NULL,
                           cJSON_CreateTrue()) == MR_REQUEST_NOBODY)
        on_server_text(session, mr_span_of("Your password has been successfully changed."),
                       arrival->raw);
}

/* The end */

void mr_session_deleted(struct mr_session *session)
{
    if (session->logins_path)
        mr_logins_forget(session->logins_path, session->room_name, session->name);
    mr_requests_answer(session->requests, MR_REQUEST_DELETE_ACCOUNT, NULL, cJSON_CreateTrue());
}

static void on_kicked(struct mr_session *session, const struct arrival *arrival)
{
    uint64_t connection = session->connection;
    bool by_room = mr_span_is(arrival->line.name, "Server");
    bool deleting =
        mr_requests_outstanding(session->requests, MR_REQUEST_DELETE_ACCOUNT, NULL, NULL, NULL);
    if (by_room && deleting)
        mr_session_deleted(session);
    if (by_room && (deleting || session->said_exit)) {
        mr_session_end(session, "closed", "");
        return;
    }
    session->told = true;
    MR_EMIT(&session->emitter, MR_EVENT_KICKED, MR_SPAN_FIELD("by", arrival->line.name));
    if (session->connection == connection)
        mr_session_end(session, "kicked", "The room has ended this connection.");
}

static void on_bad(struct mr_session *session, const struct arrival *arrival)
{
    mr_log_write(session->options.log, MR_LOG_DEBUG, "%s: dropped %s: %.*s", session->room_name,
                 arrival->line.why ? arrival->line.why : "a line", (int)arrival->raw.len,
                 arrival->raw.at);
}

static void on_text(struct mr_session *session, const struct arrival *arrival)
{
    on_server_text(session, arrival->line.text, arrival->raw);
}

typedef void handler(struct mr_session *session, const struct arrival *arrival);

static handler *const handlers[MR_LINE_TYPES] = {
    [MR_LINE_BAD] = on_bad,
    [MR_LINE_CHAT] = on_chat,
    [MR_LINE_PING] = on_ping,
    [MR_LINE_TEXT] = on_text,
    [MR_LINE_SERVER] = on_text,
    [MR_LINE_SERVER_ERROR] = on_server_error,
    [MR_LINE_WHISPER] = on_whisper,
    [MR_LINE_WHISPER_ECHO] = on_whisper,
    [MR_LINE_JOINED] = on_presence,
    [MR_LINE_LEFT] = on_presence,
    [MR_LINE_KICKED] = on_kicked,
    [MR_LINE_ACTIVE] = on_active,
    [MR_LINE_COST] = on_cost,
    [MR_LINE_BALANCE] = on_balance,
    [MR_LINE_COOKIES] = on_cookies,
    [MR_LINE_NEW_HASH] = on_new_hash,
    [MR_LINE_LEADERBOARD] = on_leaderboard,
    [MR_LINE_DELETE_ERROR] = on_account_error,
    [MR_LINE_PASSWORD_ERROR] = on_account_error,
    [MR_LINE_PASSWORD_DONE] = on_password_done,
};

/* Returns false when this connection is over, and the text with it. */
static bool handle_text(struct mr_session *session, struct mr_span text)
{
    uint64_t connection = session->connection;
    struct arrival arrival;
    const char *begin = text.at;
    while (mr_line_next_from_room(&text, me(session), &arrival.line)) {
        arrival.raw = (struct mr_span){begin, (size_t)(text.at - begin)};
        begin = text.at;
        if (arrival.raw.len > 0 && arrival.raw.at[arrival.raw.len - 1] == '\n')
            arrival.raw.len--;
        if (!handlers[arrival.line.type])
            continue;
        session->lines_in++;
        handlers[arrival.line.type](session, &arrival);
        mr_requests_run(session->requests);
        if (session->connection != connection)
            return false;
    }
    return true;
}

static void on_quiet(void *ctx)
{
    struct mr_session *session = ctx;
    mr_timer_stop(&session->quiet);
    mr_frame_reader_quiet(session->reader);
    mr_session_read_frames(session);
}

static const char *problem(int err)
{
    return err == MR_ELIMIT ? "a message is too long" : "it is no message for us";
}

void mr_session_read_frames(struct mr_session *session)
{
    struct mr_frame frame;
    int verdict;
    mr_timer_stop(&session->quiet);
    do {
        if (session->held)
            return;
        verdict = mr_frame_reader_next(session->reader, &frame);
        if (verdict == MR_FRAME_TEXT &&
            !handle_text(session, (struct mr_span){frame.text, frame.len}))
            return;
    } while (verdict == MR_FRAME_TEXT);
    if (verdict < 0)
        mr_session_end_protocol(session, verdict, problem(verdict));
    else if (verdict == MR_FRAME_WAIT &&
             mr_timer_start(session->options.loop, MR_LIMIT_FRAME_QUIET, 0, on_quiet, session,
                            &session->quiet) != MR_OK)
        mr_session_break(session, MR_ENOMEM);
}
