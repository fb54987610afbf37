#include "core/session/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <moonroom/errors.h>

#include "core/base/name.h"
#include "core/session/inside.h"
#include "core/session/logins.h"
#include "core/wire/hash.h"

enum {
    LEAVE_MS = 2000,  /* for the whole goodbye */
    FAREWELL_MS = 500 /* of that, for the room to close its end */
};

enum mr_session_state mr_session_state(const struct mr_session *session)
{
    return session->state;
}

const char *mr_session_state_name(enum mr_session_state state)
{
    static const char *const names[] = {
#define X(id, name) name,
        MR_SESSION_STATES(X)
#undef X
    };
    return (size_t)state < sizeof(names) / sizeof(names[0]) ? names[state] : "";
}

/* The end */

/* Gives back what belongs to the connection. What describes it stays for the last events. */
static void drop_connection(struct mr_session *session)
{
    session->connection++;
    session->state = MR_SESSION_OFFLINE;
    mr_timer_stop(&session->handshake);
    mr_timer_stop(&session->quiet);
    mr_timer_stop(&session->leaving);
    mr_timer_stop(&session->broken);
    mr_timer_stop(&session->users);
    mr_timer_stop(&session->parts);
    mr_timer_stop(&session->bought);
    mr_timer_stop(&session->unheld);
    mr_wipe(session->new_hash, sizeof(session->new_hash));
    mr_outbox_free(&session->outbox);
    mr_stream_close(&session->stream);
    mr_login_client_free(session->login);
    session->login = NULL;
    mr_frame_reader_free(session->reader);
    session->reader = NULL;
    mr_sealer_free(session->sealer);
    session->sealer = NULL;
    mr_rsa_key_free(session->key);
    session->key = NULL;
    mr_buf_wipe(&session->frame);
    mr_buf_clear(&session->rest);
    mr_mine_leave(&session->mine);
    mr_room_clear(&session->room);
}

void mr_session_end(struct mr_session *session, const char *code, const char *text)
{
    char sentence[MR_SESSION_TEXT], room[MR_SESSION_ROOM];
    const char *shown = session->told ? "" : text;
    if (session->state == MR_SESSION_OFFLINE)
        return;
    uint64_t delay = mr_session_plan_return(session, code);
    if (delay > 0)
        snprintf(sentence, sizeof(sentence), "%s%sTrying to come back in %llu seconds.", shown,
                 *shown ? " " : "", (unsigned long long)(delay + 999) / 1000);
    else
        snprintf(sentence, sizeof(sentence), "%s", shown);
    snprintf(room, sizeof(room), "%s", session->room_name);
    mr_log_write(session->options.log, MR_LOG_INFO, "%s: %s%s%s", room, code, *text ? ": " : "",
                 text);
    drop_connection(session);
    mr_requests_fail(session->requests, MR_EOFFLINE, "The connection to the room has ended.");
    MR_EMIT(&session->emitter, MR_EVENT_DISCONNECT, MR_TEXT_FIELD("address", room),
            MR_TEXT_FIELD("code", code), MR_TEXT_FIELD("text", sentence));
}

static void on_broken(void *ctx)
{
    struct mr_session *session = ctx;
    char text[MR_SESSION_TEXT];
    mr_reason_internal(session, session->broken_err, text, sizeof(text));
    mr_session_end(session, "lost", text);
}

void mr_session_break(struct mr_session *session, int err)
{
    if (session->state == MR_SESSION_OFFLINE || session->broken)
        return;
    session->broken_err = err;
    mr_timer_start(session->options.loop, 0, 0, on_broken, session, &session->broken);
}

void mr_session_end_internal(struct mr_session *session, int err)
{
    session->broken_err = err;
    on_broken(session);
}

/* The room said no. */
void mr_session_end_refused(struct mr_session *session, struct mr_span said)
{
    char text[MR_SESSION_TEXT];
    const char *code = session->registering ? "exists" : "bad_password";
    uint64_t connection = session->connection;
    mr_reason_refused(session, said, text, sizeof(text));
    session->told = true;
    MR_EMIT(&session->emitter, MR_EVENT_LOGIN_FAILED, MR_TEXT_FIELD("name", session->name),
            MR_TEXT_FIELD("code", code), MR_TEXT_FIELD("text", text),
            MR_BOOL_FIELD("registering", session->registering));
    if (session->connection == connection)
        mr_session_end(session, code, text);
}

void mr_session_end_protocol(struct mr_session *session, int err, const char *problem)
{
    char text[MR_SESSION_TEXT];
    if (err == MR_ENOMEM || err == MR_ECRYPTO) {
        mr_session_end_internal(session, err);
        return;
    }
    mr_reason_protocol(session, problem, text, sizeof(text));
    mr_session_end(session, "protocol", text);
}

/* The begin */

static int check_login(const struct mr_session *session, const struct mr_address *address,
                       const char *name, char *why, size_t why_size)
{
    if (session->state != MR_SESSION_OFFLINE) {
        snprintf(why, why_size, "You are in a room already. Leave it first.");
        return MR_ESTATE;
    }
    if (address->explicit_tls) {
        snprintf(why, why_size, "This version speaks the old protocol only. Leave out tls://.");
        return MR_EUNSUPPORTED;
    }
    if (!mr_name_valid(name, strlen(name))) {
        const char *problem = mr_name_problem(name, strlen(name));
        snprintf(why, why_size, "%s", problem ? problem : "This is no user name.");
        return MR_EINVAL;
    }
    return MR_OK;
}

/* A connection that was given is open already; the same happens as with any, in the next turn. */
static void on_dialed(void *ctx)
{
    struct mr_session *session = ctx;
    mr_timer_stop(&session->quiet);
    mr_session_stream_callbacks.on_open(session);
}

static int dial(struct mr_session *session)
{
    int fd = session->options.dial(session->options.dial_ctx, &session->address);
    if (fd < 0)
        return fd;
    int err = mr_stream_open_fd(session->options.loop, fd, &mr_session_stream_callbacks, session,
                                &session->stream);
    return err == MR_OK
               ? mr_timer_start(session->options.loop, 0, 0, on_dialed, session, &session->quiet)
               : err;
}

static int start_connection(struct mr_session *session, const char *hash)
{
    int err = mr_rsa_key_generate(MR_RSA_CLIENT_BITS, &session->key);
    if (err == MR_OK)
        err = mr_login_client_new(session->key, mr_span_of(session->name), mr_span_of(hash),
                                  session->registering, &session->login);
    if (err == MR_OK && session->options.dial)
        err = dial(session);
    else if (err == MR_OK)
        err = mr_stream_connect(session->options.loop, session->address.host, session->address.port,
                                session->options.handshake_ms, &mr_session_stream_callbacks,
                                session, &session->stream);
    return err;
}

/* What was said in another room, and was still with the filters, is not for this one. */
static void begin_filters(struct mr_session *session)
{
    struct mr_filters *filters = session->options.filters;
    if (!filters)
        return;
    mr_filters_forget(filters, session);
    mr_filters_watch(filters, MR_FILTER_INCOMING, mr_session_filters_full, session);
}

static int begin(struct mr_session *session, const struct mr_address *address, const char *name,
                 const char *hash, bool registering, char *why, size_t why_size)
{
    session->address = *address;
    mr_address_format(address, session->room_name, sizeof(session->room_name));
    snprintf(session->name, sizeof(session->name), "%s", name);
    session->registering = registering;
    session->told = session->said_exit = session->exit_waits = session->kicked_by_room = false;
    session->held = session->draining = false;
    begin_filters(session);
    session->paid_ms = 0;
    session->lines_in = session->lines_out = 0;
    int err = mr_secret_set(&session->hash, hash, strlen(hash));
    if (err == MR_OK)
        err = start_connection(session, mr_secret_str(&session->hash));
    if (err != MR_OK) {
        drop_connection(session);
        snprintf(why, why_size, "%s cannot be connected to: %s.", session->room_name,
                 mr_error_text(err));
        return err;
    }
    session->connection++;
    session->state = MR_SESSION_CONNECTING;
    mr_log_write(session->options.log, MR_LOG_INFO, "%s: connecting as %s", session->room_name,
                 name);
    return MR_OK;
}

int mr_session_begin_again(struct mr_session *session, char *why, size_t why_size)
{
    struct mr_address address = session->address;
    char name[MR_LIMIT_NAME + 1], hash[MR_LIMIT_CREDENTIAL_HASH + 1];
    snprintf(name, sizeof(name), "%s", session->name);
    snprintf(hash, sizeof(hash), "%s", mr_secret_str(&session->hash));
    int err = begin(session, &address, name, hash, false, why, why_size);
    mr_wipe(hash, sizeof(hash));
    return err;
}

/* Characters, not bytes: each has one byte that does not go on with another. */
static size_t count_characters(const struct mr_secret *password)
{
    size_t count = 0;
    for (size_t i = 0; i < password->len; i++)
        count += (password->bytes[i] & 0xc0) != 0x80;
    return count;
}

int mr_session_check_new_password(const struct mr_secret *password, char *why, size_t why_size)
{
    if (count_characters(password) >= MR_LIMIT_PASSWORD_MIN)
        return MR_OK;
    snprintf(why, why_size, "A new password has at least %d characters.",
             (int)MR_LIMIT_PASSWORD_MIN);
    return MR_EINVAL;
}

int mr_session_login(struct mr_session *session, const struct mr_address *address, const char *name,
                     const struct mr_secret *password, bool registering, char *why, size_t why_size)
{
    char hash[MR_SHA512_HEX + 1];
    int err = check_login(session, address, name, why, why_size);
    if (err == MR_OK && registering) {
        const char *problem = mr_name_problem(name, strlen(name));
        if (problem)
            snprintf(why, why_size, "%s", problem);
        err = problem ? MR_EINVAL : mr_session_check_new_password(password, why, why_size);
    }
    if (err != MR_OK)
        return err;
    err = mr_hash_credential(mr_secret_str(password), password->len, name, strlen(name), hash);
    if (err == MR_OK) {
        session->remembered = false;
        mr_session_forget_return(session);
        err = begin(session, address, name, hash, registering, why, why_size);
    } else {
        snprintf(why, why_size, "This password cannot be used: %s.", mr_error_text(err));
    }
    mr_wipe(hash, sizeof(hash));
    return err;
}

int mr_session_login_remembered(struct mr_session *session, const struct mr_address *address,
                                const char *name, char *why, size_t why_size)
{
    char hash[MR_LIMIT_CREDENTIAL_HASH + 1] = "", last[MR_LIMIT_NAME + 1], room[MR_SESSION_ROOM];
    bool has_hash;
    int err = session->logins_path ? MR_OK : MR_ENOTFOUND;
    mr_address_format(address, room, sizeof(room));
    if (err == MR_OK && !name) {
        err = mr_logins_last(session->logins_path, room, last, sizeof(last), &has_hash);
        name = last;
    }
    if (err == MR_OK)
        err = mr_logins_hash(session->logins_path, room, name, hash, sizeof(hash));
    if (err == MR_ENOTFOUND)
        snprintf(why, why_size, "No login is remembered for %s. Give name and password.", room);
    else if (err != MR_OK)
        snprintf(why, why_size, "The remembered logins cannot be read: %s.", mr_error_text(err));
    if (err == MR_OK)
        err = check_login(session, address, name, why, why_size);
    if (err == MR_OK) {
        session->remembered = true;
        mr_session_forget_return(session);
        err = begin(session, address, name, hash, false, why, why_size);
    }
    mr_wipe(hash, sizeof(hash));
    return err;
}

/* The goodbye */

static void on_leave_timeout(void *ctx)
{
    mr_session_abort(ctx);
}

/* Whether something that was said is still with the filters. */
static bool filtering(const struct mr_session *session)
{
    struct mr_filters *filters = session->options.filters;
    return filters && mr_filters_count(filters, MR_FILTER_OUTGOING) > 0;
}

void mr_session_logout(struct mr_session *session)
{
    if (session->state != MR_SESSION_ONLINE) {
        mr_session_abort(session);
        return;
    }
    if (session->leaving)
        return;
    bool idle = mr_session_flushed(session);
    int err = mr_timer_start(session->options.loop, idle ? FAREWELL_MS : LEAVE_MS, 0,
                             on_leave_timeout, session, &session->leaving);
    if (err != MR_OK)
        mr_session_abort(session);
    else if (filtering(session))
        session->exit_waits = true;
    else
        mr_session_say_exit(session);
}

void mr_session_say_exit(struct mr_session *session)
{
    session->exit_waits = false;
    session->said_exit = true;
    if (mr_outbox_add(session->outbox, "/exit", strlen("/exit"), MR_OUTBOX_EXIT) != MR_OK)
        mr_session_abort(session);
}

void mr_session_abort(struct mr_session *session)
{
    mr_session_forget_return(session);
    mr_session_end(session, "closed", "");
}

bool mr_session_caught_up(const struct mr_session *session)
{
    return session->state != MR_SESSION_ONLINE ||
           (!filtering(session) && mr_outbox_count(session->outbox) < MR_LIMIT_OUTBOX_BURST &&
            mr_stream_queued(session->stream) == 0);
}

bool mr_session_flushed(const struct mr_session *session)
{
    return session->state != MR_SESSION_ONLINE ||
           (!filtering(session) && mr_outbox_count(session->outbox) == 0 &&
            mr_stream_queued(session->stream) == 0);
}

/* Listeners and filters that cannot keep up */

static void on_unheld(void *ctx)
{
    struct mr_session *session = ctx;
    mr_timer_stop(&session->unheld);
    mr_session_read_frames(session);
}

static void hold(struct mr_session *session, bool was_held)
{
    if (session->state != MR_SESSION_ONLINE || mr_session_is_held(session) == was_held)
        return;
    if (!was_held) {
        mr_timer_stop(&session->unheld);
        mr_stream_pause(session->stream);
        return;
    }
    mr_stream_resume(session->stream);
    /* What was read already comes first, and from the loop. */
    if (mr_timer_start(session->options.loop, 0, 0, on_unheld, session, &session->unheld) != MR_OK)
        mr_session_break(session, MR_ENOMEM);
}

void mr_session_hold(struct mr_session *session, bool held)
{
    bool was_held = mr_session_is_held(session);
    if (session->state != MR_SESSION_ONLINE)
        return;
    session->held = held;
    hold(session, was_held);
}

void mr_session_filters_full(void *ctx, bool full)
{
    struct mr_session *session = ctx;
    bool was_held = mr_session_is_held(session);
    session->filters_full = full;
    hold(session, was_held);
}

/* Life */

static int send_request(void *ctx, const char *line, size_t len)
{
    return mr_session_queue(ctx, line, len, MR_OUTBOX_BACK, NULL, 0);
}

static int send_block(void *ctx, const char *line, size_t len)
{
    return mr_session_queue(ctx, line, len, MR_OUTBOX_FRONT, NULL, 0);
}

static bool take_back_block(void *ctx)
{
    struct mr_session *session = ctx;
    return session->outbox && mr_outbox_drop_front(session->outbox);
}

static uint64_t next_serial(void *ctx)
{
    struct mr_session *session = ctx;
    return mr_requests_serial(session->requests);
}

int mr_session_new(const struct mr_session_options *options, struct mr_session **out)
{
    *out = NULL;
    struct mr_session *session = calloc(1, sizeof(*session));
    if (!session)
        return MR_ENOMEM;
    session->options = *options;
    if (session->options.handshake_ms == 0)
        session->options.handshake_ms = MR_LIMIT_HANDSHAKE_TIME;
    mr_room_init(&session->room);
    mr_buf_init(&session->frame, MR_LIMIT_HANDSHAKE);
    /* What was read as Latin-1 has at most twice its bytes. */
    mr_buf_init(&session->rest, 2 * (size_t)MR_LIMIT_FRAME_CLIENT);
    mr_emitter_init(&session->emitter, options->hooks, options->log);
    const struct mr_requests_options requests = {.loop = options->loop,
                                                 .send = send_request,
                                                 .ctx = session,
                                                 .late_ms = MR_LIMIT_LATE_ANSWER};
    const struct mr_mine_options mine = {.loop = options->loop,
                                         .settings = options->settings,
                                         .emitter = &session->emitter,
                                         .room = &session->room,
                                         .send = send_block,
                                         .take_back = take_back_block,
                                         .serial = next_serial,
                                         .ctx = session};
    int err = MR_OK;
    if (options->logins_path && !(session->logins_path = strdup(options->logins_path)))
        err = MR_ENOMEM;
    if (err == MR_OK)
        err = mr_secret_init(&session->hash, MR_LIMIT_CREDENTIAL_HASH);
    if (err == MR_OK)
        err = mr_mine_init(&session->mine, &mine, options->logins_path);
    if (err == MR_OK)
        err = mr_requests_new(&requests, &session->requests);
    if (err != MR_OK) {
        mr_session_free(session);
        return err;
    }
    *out = session;
    return MR_OK;
}

void mr_session_free(struct mr_session *session)
{
    if (!session)
        return;
    if (session->options.filters)
        mr_filters_forget(session->options.filters, session);
    drop_connection(session);
    mr_timer_stop(&session->retry);
    mr_secret_free(&session->hash);
    mr_requests_free(&session->requests);
    mr_mine_free(&session->mine);
    mr_emitter_free(&session->emitter);
    mr_buf_free(&session->frame);
    mr_buf_free(&session->rest);
    free(session->logins_path);
    free(session);
}

void mr_session_watch(struct mr_session *session, mr_session_text_fn *fn, void *ctx)
{
    session->watch = fn;
    session->watch_ctx = ctx;
}
