/* The inside of a session, shared by the files that make it up.
 *
 * session.c  begin and end, and what lies around a connection
 * handshake.c  from the open connection to the room
 * arrive.c   what comes from the room: lines to facts and events
 * answer.c   of that, what somebody has asked for
 * reconnect.c  coming back to a room that shut down
 * say.c      what is said: checked, filtered
 * send.c     what goes to the room: checked, formatted, into the outbox
 * room.c     what we know of the room
 * mine.c     found blocks: verified, paced, judged
 * reason.c   the sentences for every way it can fail
 *
 * An event may be answered by anything, also by the end of this connection and the begin of
 * another. Whoever emits and goes on afterwards compares session->connection with what it was.
 */
#ifndef MR_SESSION_INSIDE_H
#define MR_SESSION_INSIDE_H

#include "core/base/limits.h"
#include "core/runtime/stream.h"
#include "core/session/event.h"
#include "core/session/mine.h"
#include "core/session/outbox.h"
#include "core/session/request.h"
#include "core/session/room.h"
#include "core/session/session.h"
#include "core/wire/hash.h"
#include "core/wire/login.h"

enum { MR_SESSION_ROOM = 300, MR_SESSION_TEXT = 1024 };

struct mr_session {
    struct mr_session_options options;
    char *logins_path;
    enum mr_session_state state;
    uint64_t connection; /* grows with every begin and every end */

    struct mr_address address;
    char room_name[MR_SESSION_ROOM]; /* "host:port" */
    char name[MR_LIMIT_NAME + 1];
    bool registering;
    bool remembered; /* the login came from the file */

    struct mr_stream *stream;
    struct mr_timer *handshake; /* it must be done by then */
    struct mr_timer *quiet;     /* silence that means something to the wire */
    struct mr_timer *leaving;   /* the goodbye must be done by then */
    struct mr_timer *broken;    /* something failed where it could not be told */
    struct mr_timer *users;     /* who is here changed, and is told soon */
    struct mr_timer *parts;     /* the list of users may go on */
    struct mr_timer *bought;    /* what was bought may still be told */
    struct mr_timer *unheld;
    int broken_err;
    bool told; /* the end was announced by an event of its own */
    bool said_exit;
    bool reconnect; /* mr_session_set_reconnect() */
    bool kicked_by_room;
    unsigned returns;                 /* tries to come back so far */
    struct mr_timer *retry;           /* the next one */
    struct mr_secret hash;            /* what logs in again; empty when nothing will */
    uint64_t online_ms;               /* since when we are in */
    bool exit_waits;                  /* we leave once the filters have let go what was said */
    bool held;                        /* mr_session_hold() */
    bool filters_full;                /* the filters have as much as they take */
    bool draining;                    /* the stream has ended: all that is left is read now */
    struct mr_buf rest;               /* lines of a frame behind which reading stopped */
    uint64_t paid_ms;                 /* when coins may last have been spent by hand */
    char new_hash[MR_SHA512_HEX + 1]; /* of a change of the password under way */

    struct mr_rsa_key *key;
    struct mr_login_client *login;
    struct mr_sealer *sealer;
    struct mr_frame_reader *reader;
    struct mr_buf frame; /* being sealed */

    struct mr_emitter emitter;
    struct mr_room room;
    struct mr_mine mine;
    struct mr_outbox *outbox;
    struct mr_requests *requests;
    uint64_t lines_in, lines_out;
    mr_session_text_fn *watch; /* mr_session_watch() */
    void *watch_ctx;
};

/* session.c */

/* Ends the connection: everything is given back, the outstanding answered, "disconnect" emitted
 * with this code and sentence. Nothing may be touched afterwards but what is told by `connection`.
 */
void mr_session_end(struct mr_session *session, const char *code, const char *text);
/* The same from where nothing may end: in the next turn, as a mistake of ours or a lack of memory.
 */
void mr_session_break(struct mr_session *session, int err);

/* The same with the reason, and, for a refusal, "login_failed" before it. */
void mr_session_end_internal(struct mr_session *session, int err);
void mr_session_end_refused(struct mr_session *session, struct mr_span said);
void mr_session_end_protocol(struct mr_session *session, int err, const char *problem);
/* MR_EINVAL and a sentence for a password that no new account should have. */
int mr_session_check_new_password(const struct mr_secret *password, char *why, size_t why_size);

/* The same login once more. */
int mr_session_begin_again(struct mr_session *session, char *why, size_t why_size);

/* reconnect.c */

/* At an end, before the connection is dropped: in how many ms it will be tried again, 0: not. */
uint64_t mr_session_plan_return(struct mr_session *session, const char *code);
void mr_session_forget_return(struct mr_session *session);

/* handshake.c */

extern const struct mr_stream_callbacks mr_session_stream_callbacks;

/* Writes session->frame, which was filled with this result, and wipes it. */
int mr_session_write(struct mr_session *session, int err);

/* arrive.c */

/* Handles all frames that are whole, unless nobody takes more. */
void mr_session_read_frames(struct mr_session *session);
/* Whether listeners or filters have enough for now. */
bool mr_session_is_held(const struct mr_session *session);
/* For mr_filters_watch(). */
void mr_session_filters_full(void *session, bool full);
/* The account is gone, as was asked. */
void mr_session_deleted(struct mr_session *session);

/* send.c: each with a sentence in why, if it is not NULL. */

struct mr_line;

int mr_session_check_online(const struct mr_session *session, char *why, size_t why_size);
int mr_session_check_name(const char *user, char *why, size_t why_size);
/* Formats and queues. */
int mr_session_send_line(struct mr_session *session, const struct mr_line *line, char *why,
                         size_t why_size);
/* Queues a formatted line. */
int mr_session_queue(struct mr_session *session, const char *line, size_t len,
                     enum mr_outbox_place place, char *why, size_t why_size);

/* Says goodbye, with everything said before it in the outbox. */
void mr_session_say_exit(struct mr_session *session);

/* reason.c: each writes one sentence for the user. */

void mr_reason_unreachable(const struct mr_session *session, int err, const char *detail, char *out,
                           size_t size, const char **code);
void mr_reason_refused(const struct mr_session *session, struct mr_span said, char *out,
                       size_t size);
void mr_reason_protocol(const struct mr_session *session, const char *problem, char *out,
                        size_t size);
void mr_reason_lost(const struct mr_session *session, int err, const char *detail, char *out,
                    size_t size);
void mr_reason_timeout(const struct mr_session *session, char *out, size_t size);
void mr_reason_internal(const struct mr_session *session, int err, char *out, size_t size);

#endif
