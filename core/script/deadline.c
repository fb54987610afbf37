#include "core/script/deadline.h"

#include <string.h>

#include "core/base/limits.h"

/* After a miss so much more of its own time, then it is stuck: well within a second. */
enum { GRACE_MS = 600 };

/* The process' clock and ours are read at different moments and in different grains. */
enum { TOLERANCE_PERCENT = 90 };

enum { MISSES = sizeof((struct mr_deadline *)0)->misses_ms / sizeof(uint64_t) };

_Static_assert((int)MISSES == (int)MR_LIMIT_SCRIPT_OVERRUNS, "as many misses as are counted");

void mr_deadline_start(struct mr_deadline *deadline, uint64_t allowance_ms,
                       const struct mr_moment *at)
{
    mr_deadline_progress(deadline, allowance_ms);
    deadline->fresh = false;
    deadline->base_ms = at->now_ms;
    deadline->base_cpu_us = at->cpu_us;
    deadline->gaps = at->gaps;
}

void mr_deadline_progress(struct mr_deadline *deadline, uint64_t allowance_ms)
{
    deadline->allowance_ms = allowance_ms;
    deadline->fresh = true;
    deadline->missed = false;
}

static bool used_up(const struct mr_deadline *deadline, const struct mr_moment *now, uint64_t ms)
{
    uint64_t own_us = now->cpu_us - deadline->base_cpu_us;
    return now->now_ms - deadline->base_ms >= ms && own_us >= ms * 10 * TOLERANCE_PERCENT;
}

enum mr_verdict mr_deadline_check(struct mr_deadline *deadline, const struct mr_moment *now)
{
    if (deadline->allowance_ms == 0) {
        return MR_DEADLINE_KEPT;
    }
    if (deadline->fresh || deadline->gaps != now->gaps) {
        deadline->fresh = false;
        deadline->base_ms = now->now_ms;
        deadline->base_cpu_us = now->cpu_us;
        deadline->gaps = now->gaps;
        return MR_DEADLINE_KEPT;
    }
    if (deadline->missed) {
        return used_up(deadline, now, deadline->allowance_ms + GRACE_MS) ? MR_DEADLINE_STUCK
                                                                         : MR_DEADLINE_KEPT;
    }
    if (!used_up(deadline, now, deadline->allowance_ms)) {
        return MR_DEADLINE_KEPT;
    }
    deadline->missed = true;
    memmove(deadline->misses_ms + 1, deadline->misses_ms,
            sizeof deadline->misses_ms - sizeof deadline->misses_ms[0]);
    deadline->misses_ms[0] = now->now_ms;
    return MR_DEADLINE_MISSED;
}

bool mr_deadline_exhausted(const struct mr_deadline *deadline, uint64_t now_ms)
{
    uint64_t oldest = deadline->misses_ms[MISSES - 1];
    return oldest != 0 && now_ms - oldest <= MR_LIMIT_OVERRUN_WINDOW;
}
