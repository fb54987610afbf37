/*
 * When the next frame may be sent to an old client.
 *
 * It reads at most 2048 bytes at once and takes what it has read for whole frames. So it gets no
 * more than that in any 200 ms: then frames that it reads late, and together, still are whole. When
 * more has to be said than goes through that, the time is shortened, down to 20 ms.
 *
 * Pure: the time, in milliseconds of a steady clock, is given.
 */
#ifndef MR_ROOMHOST_SPACING_H
#define MR_ROOMHOST_SPACING_H

#include <stddef.h>
#include <stdint.h>

enum { MR_SPACING_BYTES = 2048, MR_SPACING_FRAMES = 10 };

struct mr_spacing {
    struct {
        uint64_t at_ms;
        size_t bytes;
    } sent[MR_SPACING_FRAMES]; /* oldest first */
    unsigned count;
};

/* Zeroed: nothing was sent. */

/* In how many milliseconds 2048 bytes may be sent while that many wait: 200 to 20. */
uint64_t mr_spacing_window(size_t waiting);

/* The earliest time for a frame of at most that many bytes: now or later. It is at least gap_ms
 * after the last one. */
uint64_t mr_spacing_when(struct mr_spacing *spacing, size_t bytes, uint64_t window_ms,
                         uint64_t gap_ms, uint64_t now_ms);

/* A frame was sent. */
void mr_spacing_sent(struct mr_spacing *spacing, size_t bytes, uint64_t now_ms);

#endif
