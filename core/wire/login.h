/*
 * Both ends of the handshake, as state machines without sockets and clocks.
 *
 * Neither of its plain messages has an end that can be seen, so time decides: where next() answers
 * MR_LOGIN_WAIT, start a timer of mr_login_*_wait_ms(); if nothing was pushed when it fires (or at
 * the end of the stream) call quiet() and then next() again. The limit of the whole handshake
 * (MR_LIMIT_HANDSHAKE_TIME) is the caller's to keep.
 *
 * Client                                        Room
 *   new, credentials → send                       new
 *   push, next → MR_LOGIN_KEY                     push, next → MR_LOGIN_CREDENTIALS
 *   ack1 → send                                   accept → send, or refuse → send and close
 *   push, next → MR_LOGIN_INFO                    push, next → MR_LOGIN_ACK1
 *   ack2 → send, finish                           info → send
 *                                                 push, next → MR_LOGIN_DONE, finish
 * Send the output of each call in one write, with TCP_NODELAY: old peers read once. A room sends
 * nothing else before MR_LOGIN_DONE.
 *
 * A machine belongs to one thread. Errors are for good: close the connection then;
 * mr_login_*_problem() has a sentence about it.
 */
#ifndef MR_WIRE_LOGIN_H
#define MR_WIRE_LOGIN_H

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/base/work.h"
#include "core/wire/envelope.h"
#include "core/wire/frame.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum mr_login_verdict {
    MR_LOGIN_MORE = 0,        /* push more */
    MR_LOGIN_WAIT = 1,        /* push more, or tell of silence */
    MR_LOGIN_KEY = 2,         /* client: the room's key is here, send acknowledgement 1 */
    MR_LOGIN_INFO = 3,        /* client: logged in, send acknowledgement 2 */
    MR_LOGIN_REFUSED = 4,     /* client: refused, mr_login_client_refusal() has the reason */
    MR_LOGIN_CREDENTIALS = 5, /* room: somebody wants in, accept or refuse */
    MR_LOGIN_ACK1 = 6,        /* room: send the info frame */
    MR_LOGIN_DONE = 7         /* room: logged in */
};

/* What the room tells who has logged in. */
struct mr_login_info {
    int64_t coins;
    int64_t cookies;
    char prev_hash[MR_WORK_HASH_HEX + 1];
    int zeros; /* 0 to MR_LIMIT_ZEROS */
};

/* ---- The client's end ---- */

struct mr_login_client;

/* Begins a login, or with `registering` a registration. key is the client's own key of 249 to 256
 * bits; it stays the caller's and must outlive the machine and the reader that comes out of it.
 * name and hash (H, see core/wire/hash.h) are copied. MR_EINVAL for a name or hash that does not
 * fit the grammar, MR_ENOMEM, MR_ECRYPTO. */
int mr_login_client_new(struct mr_rsa_key *key, struct mr_span name, struct mr_span hash,
                        bool registering, struct mr_login_client **out);
void mr_login_client_free(struct mr_login_client *login);

/* Appends the credentials to out. It is secret: whoever reads it can log in. */
int mr_login_client_credentials(const struct mr_login_client *login, struct mr_buf *out);

/* Takes bytes as they came. What is more than a handshake may have is dropped, and next() fails. */
int mr_login_client_push(struct mr_login_client *login, const void *bytes, size_t len);
void mr_login_client_quiet(struct mr_login_client *login);

/* MR_LOGIN_MORE, WAIT, KEY, INFO or REFUSED; MR_EPROTOCOL, MR_ELIMIT, MR_EINVAL (a bad key),
 * MR_ENOMEM, MR_ECRYPTO. KEY, INFO and REFUSED are each given once. */
int mr_login_client_next(struct mr_login_client *login);
int mr_login_client_wait_ms(const struct mr_login_client *login);

/* After MR_LOGIN_REFUSED: what the room said, UTF-8, possibly empty; not safe to be shown as it is.
 * As long as the machine. */
struct mr_span mr_login_client_refusal(const struct mr_login_client *login);

/* After an error: a static sentence, never NULL. */
const char *mr_login_client_problem(const struct mr_login_client *login);

/* After MR_LOGIN_KEY: appends acknowledgement 1, which doubles as the notice "NAME is in at …"; the
 * time is local time. */
int mr_login_client_ack1(struct mr_login_client *login, const struct tm *local_time,
                         struct mr_buf *out);

/* After MR_LOGIN_INFO: what the room said. As long as the machine. */
const struct mr_login_info *mr_login_client_info(const struct mr_login_client *login);

/* After MR_LOGIN_INFO: appends acknowledgement 2. */
int mr_login_client_ack2(struct mr_login_client *login, struct mr_buf *out);

/* After acknowledgement 2: hands over the sealer and the reader, which holds what the room sent
 * behind the info frame. They are the caller's now; the machine is to be freed. MR_ESTATE. */
int mr_login_client_finish(struct mr_login_client *login, struct mr_sealer **sealer,
                           struct mr_frame_reader **reader);

/* ---- The room's end ---- */

struct mr_login_room;

/* What a client wants. The spans live as long as the machine. The client's key has been checked. */
struct mr_login_credentials {
    struct mr_span name; /* up to 256 bytes without LF, NUL and CR: check with mr_name_valid() */
    struct mr_span
        hash; /* H: 1 to MR_LIMIT_CREDENTIAL_HASH printable characters of ASCII, a secret */
    bool registering;
};

/* key is the room's own; it stays the caller's and must outlive the machine and the reader. */
int mr_login_room_new(struct mr_rsa_key *key, struct mr_login_room **out);
void mr_login_room_free(struct mr_login_room *login);

/* Takes bytes as they came. What is more than a handshake may have is dropped, and next() fails. */
int mr_login_room_push(struct mr_login_room *login, const void *bytes, size_t len);
void mr_login_room_quiet(struct mr_login_room *login);

/* MR_LOGIN_MORE, WAIT, CREDENTIALS, ACK1 or DONE; the errors of the client's end. After CREDENTIALS
 * it answers MORE until accept() or refuse() has been called. */
int mr_login_room_next(struct mr_login_room *login);
int mr_login_room_wait_ms(const struct mr_login_room *login);
const char *mr_login_room_problem(const struct mr_login_room *login);

/* After MR_LOGIN_CREDENTIALS. */
const struct mr_login_credentials *mr_login_room_credentials(const struct mr_login_room *login);

/* Appends the room's key line: the client may come in. */
int mr_login_room_accept(struct mr_login_room *login, struct mr_buf *out);

/* Appends a refusal: one plain sentence that is no number, UTF-8, at most MR_LIMIT_REFUSAL bytes;
 * encrypted where the client wanted to register, plain where it wanted to log in. Close behind it.
 * MR_EINVAL for a text that a client would take for a key. */
int mr_login_room_refuse(struct mr_login_room *login, const char *sentence, struct mr_buf *out);

/* After MR_LOGIN_ACK1: appends the info frame. MR_EINVAL for a bad prev_hash or zeros. */
int mr_login_room_info(struct mr_login_room *login, const struct mr_login_info *info,
                       struct mr_buf *out);

/* After MR_LOGIN_DONE: as mr_login_client_finish(). */
int mr_login_room_finish(struct mr_login_room *login, struct mr_sealer **sealer,
                         struct mr_frame_reader **reader);

#endif
