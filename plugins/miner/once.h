/* `moonroom mine --prev ... --zeros ...`: one search, and its solution on standard output. */
#ifndef MR_MINER_ONCE_H
#define MR_MINER_ONCE_H

#include "plugins/miner/options.h"

/* Returns the exit code. */
int mr_once_run(const struct mr_mine_options *options);

#endif
