/* A program in a session of its own that still behaves as one in the foreground. */
#ifndef MR_MINER_APART_H
#define MR_MINER_APART_H

/* Runs fn(ctx) in a child with the lowest priority and returns its exit code; 128 and the signal if
 * one ended it. Meanwhile this process passes on what the terminal sends: Ctrl-C ends the child,
 * Ctrl-Z stops both. The child dies with this process. -1 if there can be no child. */
int mr_apart_run(int (*fn)(void *ctx), void *ctx);

#endif
