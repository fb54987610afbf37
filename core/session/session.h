/* The session: one connection to one room, from the address to the goodbye.
 *
 * A state machine over the wire floor and a stream. What happens is told through events
 * (events.def); these functions only start things. Nothing here talks to the terminal, and nothing
 * of floor 5 is known here. All text given in is UTF-8 and is refused with MR_EINVAL when it could
 * be taken for a command or holds LF, CR or NUL; `why` then says so in one sentence for the user.
 */
#ifndef MR_SESSION_SESSION_H
#define MR_SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/log.h"
#include "core/base/secret.h"
#include "core/base/work.h"
#include "core/runtime/filter.h"
#include "core/runtime/hook.h"
#include "core/runtime/loop.h"
#include "core/runtime/settings.h"

/* clang-format off */
#define MR_SESSION_STATES(X)                                                      \
    X(OFFLINE,     "offline")      /* no connection                            */ \
    X(CONNECTING,  "connecting")   /* TCP is being opened                      */ \
    X(KEYS,        "keys")         /* credentials sent, the room's key awaited */ \
    X(INFO,        "info")         /* acknowledged, the info frame awaited     */ \
    X(ONLINE,      "online")       /* in the room                              */
/* clang-format on */

enum mr_session_state {
#define X(id, name) MR_SESSION_##id,
    MR_SESSION_STATES(X)
#undef X
};

/* Where a room is. Parsed from [legacy://|tls://]host[:port]; IPv6 addresses in brackets. */
struct mr_address {
    char host[256];
    uint16_t port;        /* default 1235 */
    bool explicit_legacy; /* legacy:// was written */
    bool explicit_tls;    /* tls:// was written */
};

/* MR_EINVAL with a sentence in why. */
int mr_address_parse(const char *text, struct mr_address *out, char *why, size_t why_size);
/* "host:port" (brackets around IPv6); also the room's name in files and settings. */
void mr_address_format(const struct mr_address *address, char *out, size_t size);

struct mr_session;

struct mr_session_options {
    struct mr_loop *loop;
    struct mr_hooks *hooks;
    struct mr_settings *settings;
    struct mr_log *log;
    struct mr_filters *filters; /* NULL: nothing is filtered */
    /* Gives a socket that is connected to the room in place of a TCP connection, or a negative
     * error; NULL: TCP. */
    int (*dial)(void *ctx, const struct mr_address *address);
    void *dial_ctx;
    const char *logins_path; /* remembered logins (logins.h); NULL: none are kept */
    uint64_t handshake_ms;   /* time to connect, and then to log in; 0: MR_LIMIT_HANDSHAKE_TIME */
    uint64_t retry_ms;       /* before each try to come back; 0: 2 s, then longer and longer */
};

int mr_session_new(const struct mr_session_options *options, struct mr_session **out);
void mr_session_free(struct mr_session *session);

enum mr_session_state mr_session_state(const struct mr_session *session);
const char *mr_session_state_name(enum mr_session_state state);

/* Connects and logs in, or registers. A v5 connection carries its login in its first bytes, so
 * there is no connected state without a name. Ends in the event "login", or in "login_failed" and /
 * or "disconnect", whose code is one of: refused (TCP), not_found (no such host), timeout,
 * protocol, bad_password (login refused), exists (name taken or registration refused), kicked,
 * closed (we did), lost (the room went away). `text` of these events is one sentence that says what
 * to do. MR_ESTATE while a session is up. The password is wiped from the session once the hash is
 * made. */
int mr_session_login(struct mr_session *session, const struct mr_address *address, const char *name,
                     const struct mr_secret *password, bool registering, char *why,
                     size_t why_size);
/* The same with the stored hash of a remembered login. MR_ENOTFOUND if there is none. name may be
 * NULL: the one that was last used there. */
int mr_session_login_remembered(struct mr_session *session, const struct mr_address *address,
                                const char *name, char *why, size_t why_size);
/* Whether to come back by itself when a room shuts down (it kicks "by Server"): five tries in two
 * minutes, told by the usual events. Never after a person's kick. Off at first. Logging in, leaving
 * or aborting ends it. */
void mr_session_set_reconnect(struct mr_session *session, bool reconnect);
/* Whether it is waiting to come back; the state is offline then. */
bool mr_session_returning(const struct mr_session *session);

/* Leaves: queued lines first, then /exit, then the close (at most 2 s). */
void mr_session_logout(struct mr_session *session);
/* Closes at once. */
void mr_session_abort(struct mr_session *session);

/* What is said and whispered passes the filters of the kind outgoing first. MR_OK then says that it
 * was accepted; what is not sent after all is told by the event "unsent". MR_EBUSY when too much
 * waits for the filters. */
int mr_session_say(struct mr_session *session, const char *text, char *why, size_t why_size);
int mr_session_whisper(struct mr_session *session, const char *user, const char *text, char *why,
                       size_t why_size);
/* A line as it is. A raw /mine still passes the verifier and the pacer. */
int mr_session_raw(struct mr_session *session, const char *line, char *why, size_t why_size);
int mr_session_pay(struct mr_session *session, const char *user, int64_t coins, char *why,
                   size_t why_size);
int mr_session_kick(struct mr_session *session, const char *user, char *why, size_t why_size);

/* Questions to the room. One outstanding a kind, first in first out; identical ones share an
 * answer. The callback comes exactly once, from the loop: MR_OK with a value (borrowed) that
 * depends on the kind, or an error with a sentence: timeout, offline, refused (the room's /e line).
 *   ACTIVE           arg -                  -> ["alice", "bob"]
 *   LEADERBOARD      arg -                  -> [{"name": "bob", "coins": 10}]
 *   HASH             arg -                  -> "prev_hash"
 *   PING             arg data or NULL       -> milliseconds
 *   COST             arg item               -> coins
 *   BUY              arg "item n"           -> {"coins": -20, "cookies": 2} as far as told
 *   CHANGE_PASSWORD  secrets                -> true
 *   DELETE_ACCOUNT   secret                 -> true (the connection ends)
 */
enum mr_request_kind {
    MR_REQUEST_ACTIVE,
    MR_REQUEST_LEADERBOARD,
    MR_REQUEST_HASH,
    MR_REQUEST_PING,
    MR_REQUEST_COST,
    MR_REQUEST_BUY,
    MR_REQUEST_CHANGE_PASSWORD,
    MR_REQUEST_DELETE_ACCOUNT,
    MR_REQUEST_KINDS
};

typedef void mr_request_fn(void *ctx, int err, const char *text, const cJSON *value);

int mr_session_request(struct mr_session *session, enum mr_request_kind kind, const char *arg,
                       uint64_t timeout_ms, mr_request_fn *fn, void *ctx, char *why,
                       size_t why_size);
int mr_session_change_password(struct mr_session *session, const struct mr_secret *old_password,
                               const struct mr_secret *new_password, mr_request_fn *fn, void *ctx,
                               char *why, size_t why_size);
int mr_session_delete_account(struct mr_session *session, const struct mr_secret *password,
                              mr_request_fn *fn, void *ctx, char *why, size_t why_size);

/* Stops reading what the room sends, or goes on: for listeners that cannot keep up. A new
 * connection begins without. */
void mr_session_hold(struct mr_session *session, bool hold);

/* Whether the lines given in have left the filters, and no more of them wait than may go at once:
 * whoever gives many in waits for this between them. */
bool mr_session_caught_up(const struct mr_session *session);

/* Whether every line given in has left the filters and has been handed to the system. */
bool mr_session_flushed(const struct mr_session *session);

/* What we know of the room. Strings live until the next turn of the loop; "" and 0 when offline. */
struct mr_room_facts {
    const char *name;      /* our name */
    const char *address;   /* "host:port" */
    const char *local;     /* our end, "address:port" */
    const char *peer;      /* theirs */
    const char *transport; /* "legacy" */
    unsigned peer_key_bits;
    int64_t balance;
    int64_t cookies;
    int64_t login_time; /* seconds since 1970, 0 when offline */
    uint64_t lines_in, lines_out;
};

void mr_session_facts(const struct mr_session *session, struct mr_room_facts *out);
/* Names seen so far (from /active, joins, parts and messages), sorted: an array of strings that the
 * caller deletes. */
cJSON *mr_session_users(const struct mr_session *session);

/* Has fn told of what passes between us and the room, as text: of each frame that came (sent is
 * false), whose lines are parted by LF, and of each that goes. What went may hold hashes of
 * passwords: see mr_line_without_secret(). NULL ends it. */
typedef void mr_session_text_fn(void *ctx, bool sent, const char *text, size_t len);

void mr_session_watch(struct mr_session *session, mr_session_text_fn *fn, void *ctx);

/* Mining. The job is what to mine on now; false when offline. `serial` grows with every change. */
struct mr_job {
    char prev_hash[129]; /* 128 lower-case hex digits and NUL */
    unsigned zeros;
    enum mr_work_order order;
    uint64_t serial;
};

bool mr_session_job(const struct mr_session *session, struct mr_job *out);
/* Verifies s (86 bytes and NUL) against the job and queues it. MR_EUNVERIFIED when the digest does
 * not fit (nothing is sent), MR_EBUSY when the pace is exceeded (one at a time until the room
 * answered or 5 s passed, at most 4 a second), MR_EOFFLINE. Then events mine.found and accepted /
 * rejected / stale. */
int mr_session_submit(struct mr_session *session, const char *s, char *why, size_t why_size);

struct mr_mine_counts {
    uint64_t found, accepted, rejected, stale, unverified;
};

void mr_session_mine_counts(const struct mr_session *session, struct mr_mine_counts *out);

#endif
