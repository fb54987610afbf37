/*
 * One worker's search: walks its space with a kernel, and checks what the kernel finds.
 *
 * What a kernel says is never believed: each lane it names is hashed again with the plain SHA-512
 * of core/base. Among them are the best digests so far, whether they solve the block or not, which
 * costs the kernel nothing: its limit is then merely the larger one of two.
 *
 * Belongs to one thread; some 30 KiB, aligned to cache lines.
 */
#ifndef MR_MINER_SEARCH_H
#define MR_MINER_SEARCH_H

#include "plugins/miner/engine/kernel.h"
#include "plugins/miner/engine/space.h"

/* What is looked for, and how. Plain data. */
struct mr_search_job {
    char prev_hash[MR_WORK_HASH_HEX];
    int zeros;
    enum mr_work_order order;
    char alphabet[MR_SPACE_LETTERS + 1]; /* ended by NUL */
    char prefix[MR_LIMIT_MINE_PREFIX + 1];
    const struct mr_kernel *kernel;
};

struct mr_solution {
    char s[MR_WORK_S_BYTES];
    uint8_t digest[MR_SHA512_BYTES];
};

struct mr_search {
    struct mr_lanes lanes;
    struct mr_block block;
    struct mr_context contexts[MR_CONTEXTS];
    unsigned count; /* contexts that are filled */
    struct mr_search_job job;
    struct mr_space space;
    uint64_t x, y; /* numbers of the first of the lanes, of the first of the contexts */
    bool exhausted;
    bool better;             /* best has changed; whoever has looked clears it */
    struct mr_solution best; /* the smallest digest so far; all ones before there is any */
};

typedef void mr_search_fn(void *ctx, const struct mr_solution *solution);

/* Begins at the front of the space of worker `number`; random as in mr_space_init(). */
void mr_search_begin(struct mr_search *search, const struct mr_search_job *job, uint64_t number,
                     const uint8_t *random);

/* Tries each y of the contexts with one set of x: 256 times the kernel's lanes at most, well under
 * a millisecond. Calls `found` for every solution among them. Returns the number of attempts; 0
 * when the space is exhausted. */
uint64_t mr_search_step(struct mr_search *search, mr_search_fn *found, void *ctx);

#endif
