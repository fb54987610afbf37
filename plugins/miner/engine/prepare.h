/*
 * Everything of an attempt that is computed once for many: what a kernel is given (kernel.h).
 * Pure functions.
 */
#ifndef MR_MINER_PREPARE_H
#define MR_MINER_PREPARE_H

#include "core/base/work.h"
#include "plugins/miner/engine/kernel.h"

/* From the 86 bytes of an S of which the characters of x and y do not matter. */
void mr_prepare_block(struct mr_block *block, enum mr_work_order order,
                      const char prev_hash[static MR_WORK_HASH_HEX],
                      const char s[static MR_WORK_S_BYTES]);

/* From the eight characters of y, read as W[8]. */
void mr_prepare_context(struct mr_context *context, const struct mr_block *block, uint64_t y);

/* From the six characters of x, in the upper bytes of a word, for one lane of so many. */
void mr_prepare_lane(struct mr_lanes *lanes, unsigned lane, unsigned count,
                     const struct mr_block *block, uint64_t x);

/* The largest first word of a digest with this many leading hex zeros: a bound for the first 16;
 * whoever wants more has to look at the digest itself. */
uint64_t mr_prepare_limit(int zeros);

#endif
