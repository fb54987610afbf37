/* How the engine's threads wake the one that owns it: a descriptor to poll. */
#ifndef MR_MINER_WAKER_H
#define MR_MINER_WAKER_H

/* A descriptor that mr_waker_wake() makes readable, or -1. The caller closes it. */
int mr_waker_open(void);

/* From any thread; ctx points to the descriptor. */
void mr_waker_wake(void *ctx);

/* Makes it unreadable again. */
void mr_waker_clear(int fd);

#endif
