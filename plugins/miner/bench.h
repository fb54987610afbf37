/*
 * `moonroom bench`: how many attempts a second each kernel makes on one thread, and OpenSSL beside
 * it, in turns, so that all meet the same machine; then the engine on all threads.
 */
#ifndef MR_MINER_BENCH_H
#define MR_MINER_BENCH_H

#include "plugins/miner/options.h"

/* Returns the exit code. */
int mr_bench_run(const struct mr_mine_options *options);

#endif
