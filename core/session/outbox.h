/* The outbox: lines on their way to the room, at the pace a room allows.
 *
 * MR_LIMIT_OUTBOX_BURST lines may go at once, then MR_LIMIT_OUTBOX_RATE a second. A line for an
 * idle room goes at once; lines that pile up are joined with LF into one text of at most
 * MR_LIMIT_FRAME_OUT_TEXT bytes, so that a burst costs few frames. What waits is bounded.
 */
#ifndef MR_SESSION_OUTBOX_H
#define MR_SESSION_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "core/runtime/loop.h"

struct mr_outbox;

struct mr_outbox_options {
    struct mr_loop *loop;
    /* Sends one text, a frame of its own. After an error nothing is sent any more. */
    int (*send)(void *ctx, const char *text, size_t len, size_t lines);
    /* Whether the stream takes more. When it was not and is again: mr_outbox_kick(). */
    bool (*ready)(void *ctx);
    /* From the loop: sending failed, for good. */
    void (*failed)(void *ctx, int err);
    void *ctx;
};

enum mr_outbox_place {
    MR_OUTBOX_BACK,  /* in its turn */
    MR_OUTBOX_FRONT, /* before the others, in turns with them: a found block cannot wait long */
    MR_OUTBOX_EXIT   /* in its turn, but without regard to the pace */
};

int mr_outbox_new(const struct mr_outbox_options *options, struct mr_outbox **out);
void mr_outbox_free(struct mr_outbox **outbox);

/* Takes one line without LF. MR_EBUSY when too many wait (MR_LIMIT_OUTBOX_LINES), MR_EINVAL for an
 * empty line, MR_ELIMIT for one that fits no frame; anything else is for good. */
int mr_outbox_add(struct mr_outbox *outbox, const char *line, size_t len,
                  enum mr_outbox_place place);
/* Drops the lines added with MR_OUTBOX_FRONT that still wait. Returns whether there was one. */
bool mr_outbox_drop_front(struct mr_outbox *outbox);
/* How many lines wait. */
size_t mr_outbox_count(const struct mr_outbox *outbox);
/* Sends what may be sent now. */
void mr_outbox_kick(struct mr_outbox *outbox);

#endif
