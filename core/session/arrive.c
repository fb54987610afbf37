/* What comes from the room: frames to lines, lines to facts and events. */
#include <stdlib.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/name.h"
#include "core/runtime/json.h"
#include "core/session/arrive.h"
#include "core/session/logins.h"

enum {
    USERS_MS = 50 /* joins and parts of so long are told together; longer where
                     telling costs more */
};

struct mr_span mr_arrive_trim(struct mr_span span)
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

void mr_arrive_tell_users(struct mr_session *session)
{
    if (session->room.users_changed && !session->users)
        mr_timer_start(session->options.loop, USERS_MS + session->room.user_count / 8, 0, on_users,
                       session, &session->users);
}

void mr_arrive_saw(struct mr_session *session, struct mr_span name)
{
    mr_room_joined(&session->room, name);
    mr_arrive_tell_users(session);
}

/* Talk: what others say and the room tells goes through the filters before anybody hears of it. It
 * keeps its own order there; what changes facts never goes that way. */

static void on_filtered(void *ctx, bool dropped, cJSON *item)
{
    struct mr_session *session = ctx;
    int event = mr_event_find(mr_json_string(item, "kind"));
    cJSON_DeleteItemFromObjectCaseSensitive(item, "kind");
    if (dropped || event < 0)
        cJSON_Delete(item);
    else if (mr_hooks_emit(session->options.hooks, (enum mr_event)event, item) != MR_OK)
        mr_log_write(session->options.log, MR_LOG_ERROR, "the event %s is lost",
                     mr_event_name((enum mr_event)event));
}

static void talk(struct mr_session *session, enum mr_event event, const struct mr_field *fields,
                 size_t count)
{
    struct mr_filters *filters = session->options.filters;
    if (!filters || mr_filters_idle(filters, MR_FILTER_INCOMING)) {
        mr_emit(&session->emitter, event, fields, count);
        return;
    }
    cJSON *item = mr_emitter_object(&session->emitter, fields, count);
    int err = item ? mr_json_set_string(item, "kind", mr_event_name(event)) : MR_ENOMEM;
    if (err == MR_OK)
        err = mr_filters_pass(filters, MR_FILTER_INCOMING, item, true, on_filtered, session);
    else
        cJSON_Delete(item);
    if (err != MR_OK)
        mr_log_write(session->options.log, MR_LOG_ERROR, "a line did not reach the filters: %s",
                     mr_error_text(err));
}

/* talk() with its fields written out. */
#define TALK(session, event, ...)                                                                  \
    talk(session, event, (const struct mr_field[]){__VA_ARGS__},                                   \
         sizeof((const struct mr_field[]){__VA_ARGS__}) / sizeof(struct mr_field))

static void on_chat(struct mr_session *session, const struct mr_arrival *arrival)
{
    const struct mr_line *line = &arrival->line;
    mr_arrive_saw(session, line->name);
    TALK(session, MR_EVENT_MESSAGE, MR_SPAN_FIELD("from", line->name),
         MR_SPAN_FIELD("text", line->text), MR_TEXT_FIELD("chat", "Lobby"),
         MR_BOOL_FIELD("self", is_me(session, line->name)), MR_SPAN_FIELD("raw", arrival->raw));
}

void mr_arrive_text(struct mr_session *session, struct mr_span text, struct mr_span raw)
{
    TALK(session, MR_EVENT_SERVER_MESSAGE, MR_SPAN_FIELD("text", mr_arrive_trim(text)),
         MR_SPAN_FIELD("raw", raw));
}

void mr_arrive_error(struct mr_session *session, struct mr_span text, struct mr_span raw)
{
    MR_EMIT(&session->emitter, MR_EVENT_ERROR, MR_SPAN_FIELD("text", mr_arrive_trim(text)),
            MR_SPAN_FIELD("raw", raw));
}

static void on_whisper(struct mr_session *session, const struct mr_arrival *arrival)
{
    const struct mr_line *line = &arrival->line;
    bool echo = line->type == MR_LINE_WHISPER_ECHO;
    if (mr_span_is(line->name, "Server")) {
        mr_arrive_text(session, line->text, arrival->raw);
        return;
    }
    mr_arrive_saw(session, line->name);
    TALK(session, MR_EVENT_WHISPER, MR_SPAN_FIELD("from", line->name),
         MR_SPAN_FIELD("to", echo ? line->to : me(session)), MR_SPAN_FIELD("text", line->text),
         MR_SPAN_FIELD("chat", echo ? line->to : line->name),
         MR_BOOL_FIELD("self", is_me(session, line->name)), MR_SPAN_FIELD("raw", arrival->raw));
}

static void on_presence(struct mr_session *session, const struct mr_arrival *arrival)
{
    if (arrival->line.type == MR_LINE_JOINED)
        mr_room_joined(&session->room, arrival->line.name);
    else if (!is_me(session, arrival->line.name))
        mr_room_left(&session->room, arrival->line.name);
    mr_arrive_tell_users(session);
    mr_arrive_text(session, arrival->line.text, arrival->raw);
}

/* Numbers */

static void on_balance(struct mr_session *session, const struct mr_arrival *arrival)
{
    int64_t change = arrival->line.number;
    uint64_t now = mr_loop_now_ms(session->options.loop);
    mr_room_add(&session->room.balance, change);
    if (change < 0) {
        if (mr_requests_outstanding(session->requests, MR_REQUEST_BUY, NULL, NULL, NULL))
            mr_answer_part_of_buy(session, "coins", change);
        else if (session->paid_ms == 0 || now - session->paid_ms > MR_LIMIT_MINE_ANSWER)
            mr_mine_fined(&session->mine);
    }
    MR_EMIT(&session->emitter, MR_EVENT_BALANCE, MR_INT_FIELD("change", change),
            MR_INT_FIELD("balance", session->room.balance));
}

static void on_cookies(struct mr_session *session, const struct mr_arrival *arrival)
{
    int64_t change = arrival->line.number;
    mr_room_add(&session->room.cookies, change);
    if (change > 0)
        mr_answer_part_of_buy(session, "cookies", change);
    MR_EMIT(&session->emitter, MR_EVENT_COOKIES, MR_INT_FIELD("change", change),
            MR_INT_FIELD("cookies", session->room.cookies));
}

static void on_new_hash(struct mr_session *session, const struct mr_arrival *arrival)
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

/* The end */

void mr_session_deleted(struct mr_session *session)
{
    if (session->logins_path)
        mr_logins_forget(session->logins_path, session->room_name, session->name);
    mr_requests_answer(session->requests, MR_REQUEST_DELETE_ACCOUNT, NULL, cJSON_CreateTrue());
}

static void on_kicked(struct mr_session *session, const struct mr_arrival *arrival)
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
    session->kicked_by_room = by_room;
    MR_EMIT(&session->emitter, MR_EVENT_KICKED, MR_SPAN_FIELD("by", arrival->line.name));
    if (session->connection == connection)
        mr_session_end(session, "kicked", "The room has ended this connection.");
}

static void on_bad(struct mr_session *session, const struct mr_arrival *arrival)
{
    mr_log_write(session->options.log, MR_LOG_DEBUG, "%s: dropped %s: %.*s", session->room_name,
                 arrival->line.why ? arrival->line.why : "a line", (int)arrival->raw.len,
                 arrival->raw.at);
}

static void on_text(struct mr_session *session, const struct mr_arrival *arrival)
{
    mr_arrive_text(session, arrival->line.text, arrival->raw);
}

typedef void handler(struct mr_session *session, const struct mr_arrival *arrival);

static handler *const handlers[MR_LINE_TYPES] = {
    [MR_LINE_BAD] = on_bad,
    [MR_LINE_CHAT] = on_chat,
    [MR_LINE_PING] = mr_answer_ping,
    [MR_LINE_TEXT] = on_text,
    [MR_LINE_SERVER] = on_text,
    [MR_LINE_SERVER_ERROR] = mr_answer_error,
    [MR_LINE_WHISPER] = on_whisper,
    [MR_LINE_WHISPER_ECHO] = on_whisper,
    [MR_LINE_JOINED] = on_presence,
    [MR_LINE_LEFT] = on_presence,
    [MR_LINE_KICKED] = on_kicked,
    [MR_LINE_ACTIVE] = mr_answer_active,
    [MR_LINE_COST] = mr_answer_cost,
    [MR_LINE_BALANCE] = on_balance,
    [MR_LINE_COOKIES] = on_cookies,
    [MR_LINE_NEW_HASH] = on_new_hash,
    [MR_LINE_LEADERBOARD] = mr_answer_leaderboard,
    [MR_LINE_DELETE_ERROR] = mr_answer_account_error,
    [MR_LINE_PASSWORD_ERROR] = mr_answer_account_error,
    [MR_LINE_PASSWORD_DONE] = mr_answer_password_done,
};

/* Takes lines from the text until its end, or until nobody takes more. Returns false when this
 * connection is over, and the text with it. */
static bool handle_lines(struct mr_session *session, struct mr_span *text)
{
    uint64_t connection = session->connection;
    struct mr_arrival arrival;
    const char *begin = text->at;
    while (!mr_session_is_held(session) &&
           mr_line_next_from_room(text, me(session), &arrival.line)) {
        arrival.raw = (struct mr_span){begin, (size_t)(text->at - begin)};
        begin = text->at;
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

/* The lines that were left of the last frame. */
static bool handle_rest(struct mr_session *session)
{
    size_t len = mr_buf_len(&session->rest);
    struct mr_span text = {mr_buf_str(&session->rest), len};
    if (len == 0)
        return true;
    if (!handle_lines(session, &text))
        return false;
    mr_buf_consume(&session->rest, len - text.len);
    return true;
}

static bool handle_text(struct mr_session *session, struct mr_span text)
{
    if (session->watch)
        session->watch(session->watch_ctx, false, text.at, text.len);
    if (!handle_lines(session, &text))
        return false;
    int err = mr_buf_append(&session->rest, text.at, text.len);
    if (err != MR_OK)
        mr_session_break(session, err);
    return err == MR_OK;
}

bool mr_session_is_held(const struct mr_session *session)
{
    return !session->draining && (session->held || session->filters_full);
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
    if (mr_session_is_held(session)) {
        /* The filters may have been full before we came into this room. */
        mr_stream_pause(session->stream);
        return;
    }
    if (!handle_rest(session))
        return;
    do {
        if (mr_session_is_held(session))
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
