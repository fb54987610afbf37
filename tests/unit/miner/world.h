/* What the tests of the miner share: other ways to compute the same. */
#ifndef TESTS_MINER_WORLD_H
#define TESTS_MINER_WORLD_H

#include "plugins/miner/engine/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Builds that watch every access take a hundred times as long. */
#if defined(MR_SANITIZED) || !defined(__OPTIMIZE__)
#define WORLD_SLOW 1
#else
#define WORLD_SLOW 0
#endif

/* `fast`, or `slow` in such a build and under valgrind. */
unsigned world_scale(unsigned fast, unsigned slow);

/* Numbers that look random and are the same in each run. */
uint64_t world_random(uint64_t *state);

/* A well-formed prev_hash for each seed. */
void world_prev(uint64_t seed, char prev_hash[static MR_WORK_HASH_HEX]);

/* The first word of a digest, by the plain SHA-512 of core/base. */
uint64_t world_word(enum mr_work_order order, const char *prev_hash, const char *s);

/* What a search has found, in a form that does not depend on the order. */
struct world_sum {
    uint64_t count, sum;
};

/* A mr_search_fn; ctx is a struct world_sum. */
void world_add(void *ctx, const struct mr_solution *solution);

/* Tries every x of `space` with each of its first `ys` y, with OpenSSL and nothing of ours. */
struct world_sum world_brute_force(const struct mr_search_job *job, const struct mr_space *space,
                                   uint64_t ys);

#endif
