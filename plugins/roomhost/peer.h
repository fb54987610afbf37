/*
 * One connection: bytes in, lines out, and back.
 *
 * A peer goes through the handshake, then through lines, one at a time: after on_line() the next
 * one comes when mr_peer_next() was called, or at once if on_line() returned true. So answers have
 * the order of the questions, whatever each of them needs. What the other end sends meanwhile waits
 * in the system, whose buffers bound it.
 *
 * Whatever fails ends in on_gone(), after which, as after mr_peer_close() and mr_peer_drop(), the
 * pointer is no longer the owner's. None of these functions calls back from inside.
 */
#ifndef MR_ROOMHOST_PEER_H
#define MR_ROOMHOST_PEER_H

#include "core/base/str.h"
#include "core/wire/line.h"
#include "core/wire/login.h"

#include <stdbool.h>
#include <stdint.h>

struct uv_loop_s;
struct mr_peer;

struct mr_peer_callbacks {
    /* Somebody wants in: answer with mr_peer_accept() or mr_peer_refuse(), now or later. */
    void (*on_credentials)(void *owner, const struct mr_login_credentials *credentials);
    /* Acknowledgement 1 is here: fill in the info frame. */
    void (*on_info)(void *owner, struct mr_login_info *info);
    /* Acknowledgement 2 is here: from now on there are lines. */
    void (*on_open)(void *owner);
    /* true: the next one may come; false: it waits for mr_peer_next(). A frame without a line comes
     * as one of type MR_LINE_EMPTY, because it costs what others cost; empty lines do not come. */
    bool (*on_line)(void *owner, const struct mr_line *line);
    void (*on_gone)(void *owner, const char *why);
};

/* What all peers of a room share. */
struct mr_peers {
    struct uv_loop_s *loop;
    struct mr_rsa_key *key;
    const struct mr_peer_callbacks *callbacks;
    struct mr_span farewell; /* to one that is let go for what it sent */
    unsigned join_delay_ms;  /* between two frames to one peer */
    unsigned alive;          /* peers whose memory is not freed yet */
    struct mr_peer *todo;    /* peers with lines to send or to hand out */
    uint8_t scratch[65536];  /* what was just read */
};

/* Does what the functions below have put off: sends lines, hands out lines, lets go who does not
 * read. Call it once in every turn of the loop, before it waits. */
void mr_peers_turn(struct mr_peers *peers);

/* Takes a connected socket over, also on failure. */
int mr_peer_new(struct mr_peers *peers, int fd, void *owner, struct mr_peer **out);

void mr_peer_accept(struct mr_peer *peer);
/* Says why, then closes. */
void mr_peer_refuse(struct mr_peer *peer, const char *sentence);
/* Queues one formatted message. Nothing is sent before on_open(). */
void mr_peer_send(struct mr_peer *peer, struct mr_span line);
void mr_peer_next(struct mr_peer *peer);
/* Sends what is queued, tells the other end that nothing more comes, and waits a little for its
 * goodbye. */
void mr_peer_close(struct mr_peer *peer);
/* Closes at once. */
void mr_peer_drop(struct mr_peer *peer);

#endif
