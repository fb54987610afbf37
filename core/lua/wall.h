/*
 * The wall around a script's process.
 *
 * It goes up before any Lua state exists, and nothing takes it down. Behind it the process can read
 * and write the descriptors it has (its link and the log pipe), take memory up to its limit, ask
 * for the time and for random bytes, and end; every other system call kills it. It runs at the
 * lowest priority (MR_WALL_LAST; tests of scripts, which do nothing but wait for it, give another),
 * in a session of its own, and dies with its parent.
 */
#ifndef MR_LUA_WALL_H
#define MR_LUA_WALL_H

#include <stdbool.h>
#include <sys/types.h>

struct mr_job_page;

enum { MR_WALL_LAST = 19 };

/* What goes before the filter: session, priority, time zone, limits, and no descriptor besides 0 to
 * 3 (job_fd, if it is not -1, is mapped read-only to *job and closed). parent is the process that
 * must have started us; 0: not checked. Ends the process when the wall cannot be put up. */
void mr_wall_prepare(pid_t parent, int job_fd, int nice, const struct mr_job_page **job);

/* The filter. False, and a line on the log pipe, where the system has no seccomp: then the rest of
 * the wall stands. */
bool mr_wall_close(void);

#endif
