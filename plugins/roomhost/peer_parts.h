/* What the two files of a peer share: its state, and how it ends. peer.c is the way in, peer_out.c
 * the way out. */
#ifndef MR_ROOMHOST_PEER_PARTS_H
#define MR_ROOMHOST_PEER_PARTS_H

#include "plugins/roomhost/outbox.h"
#include "plugins/roomhost/peer.h"
#include "plugins/roomhost/spacing.h"

#include <uv.h>

enum peer_state {
    PEER_HANDSHAKE, /* before acknowledgement 2; there is a `login` */
    PEER_OPEN,      /* lines; there are `sealer` and `reader` */
    PEER_CLOSING,   /* nobody's any more: sends its rest, waits for the other end */
    PEER_GONE       /* its handles are being closed */
};

struct mr_peer {
    struct mr_peers *peers;
    void *owner; /* NULL once it is nobody's */
    enum peer_state state;
    unsigned handles; /* still open */
    uv_tcp_t tcp;
    uv_timer_t deadline; /* of the handshake; of the goodbye */
    uv_timer_t quiet;    /* silence that means something */
    uv_timer_t flush;    /* the next frame's time */

    struct mr_login_room *login;
    struct mr_sealer *sealer;
    struct mr_frame_reader *reader;
    struct mr_span rest; /* of the text of the last frame, in the reader */
    bool waiting;        /* a line is being dealt with */
    bool ready;          /* it has been: the next one may come */
    bool ended;          /* the other end has said all it had to say */

    struct mr_outbox outbox;
    struct mr_buf out; /* what is being written */
    uv_write_t write;
    uv_shutdown_t shutdown;
    bool writing;
    bool shut;
    const char *broken; /* why it cannot go on; NULL: it can */
    struct mr_spacing spacing;

    bool in_todo;
    struct mr_peer *todo_next, **todo_link;
};

/* It has something to do in mr_peers_turn(). */
void mr_peer_todo(struct mr_peer *peer);

/* Closes its handles; its memory goes with the last of them. The owner is not told. */
void mr_peer_end(struct mr_peer *peer);

/* It ended by itself: the owner, if it still has one, is told. */
void mr_peer_gone(struct mr_peer *peer, const char *why);

/* The same in the next turn: callers need not expect to lose their peer. */
void mr_peer_break(struct mr_peer *peer, const char *why);

/* Writes peer->out: one segment where the system takes it at once. */
void mr_peer_write(struct mr_peer *peer);

/* Gives the owner what lines there are, one at a time, and reads on when it wants more. */
void mr_peer_hand_out(struct mr_peer *peer);

#endif
