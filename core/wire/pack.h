/*
 * Joining lines into texts of frames.
 *
 * Old clients read at most 2048 bytes at once and never put pieces together, so a text has at most
 * MR_LIMIT_FRAME_OUT_TEXT bytes. Lines that pile up for one peer are joined with LF; a multi-line
 * answer gets a frame of its own.
 *
 *     if (mr_pack_add(pack, line, len) == MR_ELIMIT) {
 *         seal and send mr_pack_text(pack); mr_pack_clear(pack);
 *         mr_pack_add(pack, line, len);
 *     }
 */
#ifndef MR_WIRE_PACK_H
#define MR_WIRE_PACK_H

#include "core/base/buf.h"
#include "core/base/str.h"

#include <stdbool.h>

struct mr_pack {
    struct mr_buf text;
    bool alone; /* a multi-line answer is in it */
};

void mr_pack_init(struct mr_pack *pack);
void mr_pack_free(struct mr_pack *pack);

/* Adds a formatted message (one line, or several of one answer). MR_ELIMIT if it does not fit
 * behind what is there: send that first. MR_EINVAL if it is empty or could not fit any text.
 * MR_ENOMEM. */
int mr_pack_add(struct mr_pack *pack, const char *line, size_t len);

/* The text so far, empty if there is none; good until the next call. */
struct mr_span mr_pack_text(const struct mr_pack *pack);

/* Empties it. */
void mr_pack_clear(struct mr_pack *pack);

#endif
