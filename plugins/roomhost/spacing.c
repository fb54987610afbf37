#include "plugins/roomhost/spacing.h"

#include <string.h>

static void forget_first(struct mr_spacing *spacing)
{
    spacing->count--;
    memmove(spacing->sent, spacing->sent + 1, spacing->count * sizeof spacing->sent[0]);
}

uint64_t mr_spacing_when(struct mr_spacing *spacing, size_t bytes, uint64_t gap_ms, uint64_t now_ms)
{
    size_t sum = bytes < MR_SPACING_BYTES ? bytes : MR_SPACING_BYTES;
    uint64_t when = now_ms;
    while (spacing->count > 0 && now_ms - spacing->sent[0].at_ms >= MR_SPACING_WINDOW_MS)
        forget_first(spacing);
    if (spacing->count == 0)
        return now_ms;
    /* From the newest back: what does not fit any more has to be out of the window first. */
    for (unsigned i = spacing->count; i > 0 && when == now_ms; i--) {
        sum += spacing->sent[i - 1].bytes;
        if (sum > MR_SPACING_BYTES)
            when = spacing->sent[i - 1].at_ms + MR_SPACING_WINDOW_MS;
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
