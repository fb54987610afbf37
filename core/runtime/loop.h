/* The event loop: time, deferred work, watched descriptors, signals.
 *
 * One thread, one loop a process. Every callback runs from mr_loop_run(), never from inside a
 * function of this floor. A handle that was stopped never calls back again, also not in the same
 * turn. Stopping functions take the address of the pointer, clear it, and accept NULL there. The
 * only home of libuv in the core, with the other files of this folder.
 */
#ifndef MR_RUNTIME_LOOP_H
#define MR_RUNTIME_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct uv_loop_s;
struct mr_loop;
struct mr_timer;
struct mr_watch;
struct mr_signal;

typedef void mr_loop_fn(void *ctx);

int mr_loop_new(struct mr_loop **out);
/* Runs until mr_loop_stop(); returns at once when there is nothing left to wait for. */
int mr_loop_run(struct mr_loop *loop);
void mr_loop_stop(struct mr_loop *loop);
/* Closes whatever is left. Call it outside mr_loop_run(). */
void mr_loop_free(struct mr_loop *loop);
/* For plugins, which bring libuv handles of their own. */
struct uv_loop_s *mr_loop_uv(struct mr_loop *loop);

/* Monotonic milliseconds, as of now (not of the turn's begin). */
uint64_t mr_loop_now_ms(struct mr_loop *loop);
/* The same by the machine's clock, also where the loop's is virtual. */
uint64_t mr_loop_real_ms(void);
/* Seconds since 1970 by the clock on the wall; with a virtual clock by that one. */
int64_t mr_loop_time(const struct mr_loop *loop);
/* How often the loop found that over 1 s passed in which it did not run (suspend, SIGSTOP). Whoever
 * measures others' deadlines restarts them when this changed. */
unsigned mr_loop_gaps(const struct mr_loop *loop);

/* One shot when repeat_ms is 0; a one-shot timer that has fired is still to be stopped by its
 * owner. */
int mr_timer_start(struct mr_loop *loop, uint64_t delay_ms, uint64_t repeat_ms, mr_loop_fn *fn,
                   void *ctx, struct mr_timer **out);
/* The same by the machine's clock, also where the loop's is virtual: for what supervises processes,
 * which know no other. */
int mr_timer_start_real(struct mr_loop *loop, uint64_t delay_ms, uint64_t repeat_ms, mr_loop_fn *fn,
                        void *ctx, struct mr_timer **out);
void mr_timer_stop(struct mr_timer **timer);

/* A virtual clock, for tests of scripts: from now on no time passes but by mr_loop_advance(). The
 * wall's clock begins at epoch. Only for a loop without timers. */
void mr_loop_use_virtual_clock(struct mr_loop *loop, int64_t epoch);
bool mr_loop_is_virtual(const struct mr_loop *loop);
/* When the next virtual timer fires; false when there is none. */
bool mr_loop_next_timer(const struct mr_loop *loop, uint64_t *at_ms);
/* Sets the clock to at_ms, never back. What is due then fires in the next turns of the loop, in the
 * order of time, then of begin; so whoever wants scripts to act in between goes from one timer to
 * the next. */
void mr_loop_advance(struct mr_loop *loop, uint64_t at_ms);

/* Calls fn once, before the loop next waits. Order of calls is the order of deferring. It cannot be
 * taken back: ctx must live that long. */
int mr_loop_defer(struct mr_loop *loop, mr_loop_fn *fn, void *ctx);

/* Calls fn whenever fd is readable; fd stays the caller's. */
int mr_watch_start(struct mr_loop *loop, int fd, mr_loop_fn *fn, void *ctx, struct mr_watch **out);
void mr_watch_stop(struct mr_watch **watch);

int mr_signal_start(struct mr_loop *loop, int signum, mr_loop_fn *fn, void *ctx,
                    struct mr_signal **out);
void mr_signal_stop(struct mr_signal **signal);

#endif
