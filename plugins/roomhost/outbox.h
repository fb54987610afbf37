/*
 * Lines that wait to be sent to one connection.
 *
 * They keep their order, and those that pile up are joined into texts that fit the frames an old
 * client can read. There is a limit, MR_LIMIT_ROOM_OUTBOX: a connection whose lines pile up beyond
 * it does not read.
 */
#ifndef MR_ROOMHOST_OUTBOX_H
#define MR_ROOMHOST_OUTBOX_H

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/wire/pack.h"

#include <stdbool.h>

struct mr_outbox {
    struct mr_buf waiting; /* each: its length in two bytes, then the line */
    struct mr_pack pack;
};

void mr_outbox_init(struct mr_outbox *outbox);
void mr_outbox_free(struct mr_outbox *outbox);

/* Adds a formatted message of at most MR_LIMIT_FRAME_OUT_TEXT bytes. MR_ELIMIT when the outbox is
 * full, MR_EINVAL for an empty or too long one, MR_ENOMEM. */
int mr_outbox_add(struct mr_outbox *outbox, struct mr_span line);

bool mr_outbox_empty(const struct mr_outbox *outbox);

/* About how many bytes of text wait, not less than there are. */
size_t mr_outbox_bytes(const struct mr_outbox *outbox);

/* Takes out the text of the next frame; good until the next call. Empty if nothing waits. MR_ENOMEM
 * leaves everything as it was. */
int mr_outbox_next(struct mr_outbox *outbox, struct mr_span *text);

#endif
