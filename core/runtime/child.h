/* Child processes: started, watched to their end, killed.
 *
 * A child inherits only the descriptors that are named. It runs in a session of its own, so that
 * what the terminal sends to its foreground group (Ctrl-C, a hang-up) does not reach it. Its death
 * is reported once, by on_exit, from the loop; a caller that also reads a pipe of the child waits
 * for both (the pipe may still hold output).
 */
#ifndef MR_RUNTIME_CHILD_H
#define MR_RUNTIME_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/runtime/loop.h"

struct mr_child;

struct mr_child_options {
    const char *file;        /* absolute path */
    const char *const *argv; /* ended by NULL, argv[0] included */
    const char *const *env;  /* ended by NULL; NULL: ours */
    bool foreground;         /* stays in our session: what the terminal sends is for it as well */
    const char *folder;      /* where it starts; NULL: ours */
    const int *fds;          /* the child's descriptor i is a copy of fds[i]; -1: /dev/null */
    size_t fds_count;        /* at least 3 */
};

/* status: exit code, or -1 when a signal ended it; signum: that signal or 0. */
typedef void mr_child_exit_fn(void *ctx, int64_t status, int signum);

/* The descriptors in options->fds stay the caller's, who closes its copies afterwards. */
int mr_child_start(struct mr_loop *loop, const struct mr_child_options *options,
                   mr_child_exit_fn *on_exit, void *ctx, struct mr_child **out);
int mr_child_pid(const struct mr_child *child);
int mr_child_kill(struct mr_child *child, int signum);
/* Kills it with all that it has started, unless it has ended: then those are on their own. */
void mr_child_kill_all(struct mr_child *child);
/* User plus system CPU time that the child used so far, microseconds (/proc/PID/stat); 0 if
 * unknown. */
uint64_t mr_child_cpu_us(const struct mr_child *child);
/* Kills it if it still runs, reaps it, and never calls back. */
void mr_child_free(struct mr_child **child);

/* A connected pair of close-on-exec stream sockets. */
int mr_child_socketpair(int fds[2]);

#endif
