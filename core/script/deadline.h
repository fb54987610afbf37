/* Deadlines: whether a process still keeps up with what it was asked.
 *
 * A process answers its requests in order, so one watch a process is enough: the clock starts when
 * a request is handed to an idle process and again at each answer. The allowance is that of the
 * oldest open request. Time counts against it only where the process used it itself: one that
 * waits, or that the system gave no time, has missed nothing. A gap in which the core itself did
 * not run starts the clock again.
 *
 * Pure: time and CPU time are given in.
 */
#ifndef MR_SCRIPT_DEADLINE_H
#define MR_SCRIPT_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

enum mr_verdict {
    MR_DEADLINE_KEPT,   /* nothing to say */
    MR_DEADLINE_MISSED, /* said once for each miss */
    MR_DEADLINE_STUCK,  /* missed, and still no answer after a grace: the process is to be killed */
};

struct mr_deadline {
    uint64_t allowance_ms; /* of the oldest open request; 0: none is open */
    uint64_t base_ms;
    uint64_t base_cpu_us;
    unsigned gaps;
    bool fresh;            /* the clock starts at the next look */
    bool missed;           /* said already */
    uint64_t misses_ms[3]; /* when the last ones were, newest first; 0: never */
};

struct mr_moment {
    uint64_t now_ms;
    uint64_t cpu_us; /* of the process so far */
    unsigned gaps;   /* mr_loop_gaps() */
};

/* The oldest open request changed: it has so long, from `at` on. 0: none is open any more. */
void mr_deadline_start(struct mr_deadline *deadline, uint64_t allowance_ms,
                       const struct mr_moment *at);
/* The same without a moment: the clock starts when mr_deadline_check() is next called. */
void mr_deadline_progress(struct mr_deadline *deadline, uint64_t allowance_ms);

enum mr_verdict mr_deadline_check(struct mr_deadline *deadline, const struct mr_moment *now);

/* Whether the misses of the last minute are enough to suspend the script. */
bool mr_deadline_exhausted(const struct mr_deadline *deadline, uint64_t now_ms);

#endif
