#include "plugins/roomhost/spacing.h"

#include "core/base/limits.h"

#include <string.h>

/* How much may wait before an old client's comfort counts less, and before it does not count. */
enum { CALM_BYTES = 16384, CROWDED_BYTES = 65536 };

static void forget_first(struct mr_spacing *spacing)
{
    spacing->count--;
    memmove(spacing->sent, spacing->sent + 1, spacing->count * sizeof spacing->sent[0]);
}

uint64_t mr_spacing_window(size_t waiting)
{
    uint64_t longest = MR_LIMIT_JOIN_DELAY, shortest = MR_LIMIT_JOIN_DELAY_MIN;
    if (waiting <= CALM_BYTES)
        return longest;
    if (waiting >= CROWDED_BYTES)
        return shortest;
    return longest - (longest - shortest) * (waiting - CALM_BYTES) / (CROWDED_BYTES - CALM_BYTES);
}

uint64_t mr_spacing_when(struct mr_spacing *spacing, size_t bytes, uint64_t window_ms,
                         uint64_t gap_ms, uint64_t now_ms)
{
    size_t sum = bytes < MR_SPACING_BYTES ? bytes : MR_SPACING_BYTES;
    uint64_t when = now_ms;
    while (spacing->count > 0 && now_ms - spacing->sent[0].at_ms >= window_ms)
        forget_first(spacing);
    if (spacing->count == 0)
        return now_ms;
    /* From the newest back: what does not fit any more has to be out of the window first. */
    for (unsigned i = spacing->count; i > 0 && when == now_ms; i--) {
        sum += spacing->sent[i - 1].bytes;
        if (sum > MR_SPACING_BYTES)
            when = spacing->sent[i - 1].at_ms + window_ms;
    }
    uint64_t gap_end = spacing->sent[spacing->count - 1].at_ms + gap_ms;
    return when < gap_end ? gap_end : when;
}

void mr_spacing_sent(struct mr_spacing *spacing, size_t bytes, uint64_t now_ms)
{
    if (spacing->count == MR_SPACING_FRAMES)
        forget_first(spacing);
    spacing->sent[spacing->count].at_ms = now_ms;
    spacing->sent[spacing->count++].bytes = bytes;
}
