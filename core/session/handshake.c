/* From the open connection to the room: the handshake, and the stream's other callbacks. */
#include <string.h>
#include <time.h>

#include <moonroom/errors.h>

#include "core/session/inside.h"
#include "core/session/logins.h"

enum { CONGESTED = 65536 /* bytes that wait in the stream before the outbox holds back */ };

static void step_login(struct mr_session *session);

static void on_handshake_timeout(void *ctx)
{
    struct mr_session *session = ctx;
    char text[MR_SESSION_TEXT];
    mr_reason_timeout(session, text, sizeof(text));
    mr_session_end(session, "timeout", text);
}

int mr_session_write(struct mr_session *session, int err)
{
    if (err == MR_OK)
        err = mr_stream_write(session->stream, mr_buf_data(&session->frame),
                              mr_buf_len(&session->frame));
    mr_buf_wipe(&session->frame);
    /* The stream's own end tells more. */
    return err == MR_ECLOSED ? MR_OK : err;
}

static void on_quiet_login(void *ctx)
{
    struct mr_session *session = ctx;
    mr_timer_stop(&session->quiet);
    mr_login_client_quiet(session->login);
    step_login(session);
}

static int acknowledge_key(struct mr_session *session)
{
    time_t now = (time_t)mr_loop_time(session->options.loop);
    struct tm local;
    session->state = MR_SESSION_INFO;
    if (!localtime_r(&now, &local))
        memset(&local, 0, sizeof(local));
    return mr_session_write(session, mr_login_client_ack1(session->login, &local, &session->frame));
}

static int send_text(void *ctx, const char *text, size_t len, size_t lines)
{
    struct mr_session *session = ctx;
    mr_buf_clear(&session->frame);
    int err =
        mr_session_write(session, mr_envelope_seal(session->sealer, text, len, &session->frame));
    if (err == MR_OK)
        session->lines_out += lines;
    if (err == MR_OK && session->watch)
        session->watch(session->watch_ctx, true, text, len);
    return err;
}

static bool may_send(void *ctx)
{
    const struct mr_session *session = ctx;
    return mr_stream_queued(session->stream) < CONGESTED;
}

static void on_send_failed(void *ctx, int err)
{
    mr_session_break(ctx, err);
}

static int become_online(struct mr_session *session)
{
    struct mr_login_info info = *mr_login_client_info(session->login);
    const struct mr_outbox_options outbox = {.loop = session->options.loop,
                                             .send = send_text,
                                             .ready = may_send,
                                             .failed = on_send_failed,
                                             .ctx = session};
    int err = mr_session_write(session, mr_login_client_ack2(session->login, &session->frame));
    if (err == MR_OK)
        err = mr_login_client_finish(session->login, &session->sealer, &session->reader);
    if (err == MR_OK)
        err = mr_outbox_new(&outbox, &session->outbox);
    if (err != MR_OK)
        return err;
    mr_login_client_free(session->login);
    session->login = NULL;
    mr_timer_stop(&session->handshake);
    mr_timer_stop(&session->quiet);
    session->state = MR_SESSION_ONLINE;
    session->online_ms = mr_loop_now_ms(session->options.loop);
    mr_room_enter(&session->room, &info, session->name, mr_loop_time(session->options.loop));
    mr_mine_enter(&session->mine, session->room_name);
    return MR_OK;
}

/* A login that worked is the one to offer next time. */
static void note_login(struct mr_session *session)
{
    char hash[MR_LIMIT_CREDENTIAL_HASH + 1];
    if (!session->remembered || !session->logins_path)
        return;
    if (mr_logins_hash(session->logins_path, session->room_name, session->name, hash,
                       sizeof(hash)) == MR_OK)
        mr_logins_remember(session->logins_path, session->room_name, session->name, hash);
    mr_wipe(hash, sizeof(hash));
}

static void enter_room(struct mr_session *session)
{
    uint64_t connection = session->connection;
    int err = become_online(session);
    if (err != MR_OK) {
        mr_session_end_internal(session, err);
        return;
    }
    note_login(session);
    mr_log_write(session->options.log, MR_LOG_INFO, "%s: logged in as %s", session->room_name,
                 session->name);
    MR_EMIT(&session->emitter, MR_EVENT_LOGIN, MR_TEXT_FIELD("name", session->name),
            MR_BOOL_FIELD("registered", session->registering),
            MR_INT_FIELD("balance", session->room.balance),
            MR_INT_FIELD("cookies", session->room.cookies));
    if (session->connection != connection)
        return;
    MR_EMIT(&session->emitter, MR_EVENT_BLOCK, MR_TEXT_FIELD("prev_hash", session->room.prev_hash),
            MR_INT_FIELD("zeros", session->room.zeros));
    if (session->connection == connection)
        mr_session_read_frames(session);
}

static void wait_for_silence(struct mr_session *session)
{
    int ms = mr_login_client_wait_ms(session->login);
    int err = mr_timer_start(session->options.loop, (uint64_t)ms, 0, on_quiet_login, session,
                             &session->quiet);
    if (err != MR_OK)
        mr_session_end_internal(session, err);
}

static void step_login(struct mr_session *session)
{
    int err = MR_OK;
    mr_timer_stop(&session->quiet);
    while (err == MR_OK) {
        int verdict = mr_login_client_next(session->login);
        if (verdict == MR_LOGIN_KEY) {
            err = acknowledge_key(session);
            continue;
        }
        if (verdict == MR_LOGIN_WAIT)
            wait_for_silence(session);
        else if (verdict == MR_LOGIN_INFO)
            enter_room(session);
        else if (verdict == MR_LOGIN_REFUSED)
            mr_session_end_refused(session, mr_login_client_refusal(session->login));
        else if (verdict < 0)
            mr_session_end_protocol(session, verdict, mr_login_client_problem(session->login));
        return;
    }
    mr_session_end_internal(session, err);
}

/* The stream */

static void on_open(void *ctx)
{
    struct mr_session *session = ctx;
    session->state = MR_SESSION_KEYS;
    int err =
        mr_session_write(session, mr_login_client_credentials(session->login, &session->frame));
    if (err == MR_OK)
        err = mr_timer_start(session->options.loop, session->options.handshake_ms, 0,
                             on_handshake_timeout, session, &session->handshake);
    if (err != MR_OK) {
        mr_session_end_internal(session, err);
        return;
    }
    MR_EMIT(&session->emitter, MR_EVENT_CONNECT, MR_TEXT_FIELD("address", session->room_name),
            MR_TEXT_FIELD("transport", "legacy"), MR_BOOL_FIELD("secure", false));
}

static void on_read(void *ctx, const uint8_t *bytes, size_t len)
{
    struct mr_session *session = ctx;
    bool online = session->state == MR_SESSION_ONLINE;
    int err = online ? mr_frame_reader_push(session->reader, bytes, len)
                     : mr_login_client_push(session->login, bytes, len);
    if (err != MR_OK)
        mr_session_end_protocol(session, err, "the room sends too much at once");
    else if (online)
        mr_session_read_frames(session);
    else
        step_login(session);
}

/* What is left in the wire machines at the end of the stream may still mean something. */
static void read_the_rest(struct mr_session *session)
{
    if (session->state == MR_SESSION_ONLINE) {
        session->draining = true;
        mr_frame_reader_quiet(session->reader);
        mr_session_read_frames(session);
    } else if (session->state == MR_SESSION_KEYS || session->state == MR_SESSION_INFO) {
        mr_login_client_quiet(session->login);
        step_login(session);
    }
}

static void end_of_stream(struct mr_session *session, int err, const char *detail)
{
    char text[MR_SESSION_TEXT];
    if (session->said_exit) {
        mr_session_end(session, "closed", "");
    } else if (mr_requests_outstanding(session->requests, MR_REQUEST_DELETE_ACCOUNT, NULL, NULL,
                                       NULL)) {
        /* The room closes all connections of an account that is gone. */
        mr_session_deleted(session);
        mr_session_end(session, "closed", "");
    } else if (session->state == MR_SESSION_KEYS && err == MR_OK) {
        /* Closing without a word is how some rooms refuse a login. */
        mr_session_end_refused(session, mr_span_of(""));
    } else {
        mr_reason_lost(session, err, detail, text, sizeof(text));
        mr_session_end(session, "lost", text);
    }
}

static void on_close(void *ctx, int err, const char *detail)
{
    struct mr_session *session = ctx;
    char text[MR_SESSION_TEXT];
    const char *code;
    if (session->state == MR_SESSION_CONNECTING) {
        mr_reason_unreachable(session, err, detail, text, sizeof(text), &code);
        mr_session_end(session, code, text);
    } else {
        uint64_t connection = session->connection;
        read_the_rest(session);
        if (session->connection == connection)
            end_of_stream(session, err, detail);
    }
    mr_requests_run(session->requests);
}

static void on_drain(void *ctx)
{
    struct mr_session *session = ctx;
    if (session->outbox)
        mr_outbox_kick(session->outbox);
}

const struct mr_stream_callbacks mr_session_stream_callbacks = {on_open, on_read, on_close,
                                                                on_drain};
