/* Mining goes behind everything else that the machine does. */
#ifndef MR_MINER_PRIORITY_H
#define MR_MINER_PRIORITY_H

#include <sys/types.h>

/* Puts this process last: a session of its own (Linux weighs niceness within a session first), 19
 * in the session's autogroup, nice 19. What a kernel does not have is left out. Before any thread
 * is started: threads inherit it. */
void mr_priority_last(void);

/* Lets the process die with its parent, killed. parent: its process id, 0 for whoever it is now.
 * Returns -1 if the parent has gone already. */
int mr_priority_follow(pid_t parent);

#endif
