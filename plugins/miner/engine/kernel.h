/*
 * The seam between the search and the kernels that hash.
 *
 * An attempt is the SHA-512 of one solution S and prev_hash (core/base/work.h). A kernel does many
 * of them at once, one in each lane of its vectors. It is fast because of what it does not do:
 * S varies in two words of its message block only, W[8] (called y) and the upper six bytes of
 * W[10] (called x), and everything that follows from the rest, from y alone or from x alone is
 * computed once, outside the kernel (prepare.c). Names are those of FIPS 180-4: W[t] the message
 * schedule, K[t] the constants, a to h the working variables, H the hash value, s0 and s1 the
 * functions of the schedule.
 *
 * Plain data and pure functions: a worker thread has its own of each, nothing is shared.
 */
#ifndef MR_MINER_KERNEL_H
#define MR_MINER_KERNEL_H

#include "core/base/sha512.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    MR_LANES_MAX = 24, /* a bit of uint32_t each */
    MR_CONTEXTS = 256  /* values of y that are kept prepared */
};

/* What follows from the block that is mined on, the filler and the worker's number. */
struct mr_block {
    uint64_t hash[8];                   /* H before the block in which S varies */
    uint64_t w[16];                     /* W[0..15] of that block; W[8] and W[10] hold no x and y */
    uint64_t kw14, kw15, kw16;          /* K[t] + W[t] of rounds whose W[t] is constant */
    uint64_t kw18, kw20, kw22;          /* the same */
    uint64_t rest27, rest29;            /* W[t] without s1(W[t-2]) */
    uint64_t rest30, rest31;            /* W[t] without s1(W[t-2]) and W[t-7] */
    uint64_t kw_last[MR_SHA512_ROUNDS]; /* K[t] + W[t] of the constant block behind it */
    bool last;                          /* whether there is that block: S + prev_hash has it */
};

/* What follows from y besides: the working variables as far as x does not matter, and the shares of
 * y in later words. What is a after round 7 is b after round 8, c after round 9 and d after
 * round 10, and likewise e, f, g and h. */
struct mr_context {
    uint64_t a10, e10;            /* a and e after round 10, without W[10] */
    uint64_t a9, a8, a7;          /* a after rounds 9, 8, 7 */
    uint64_t e9, e8;              /* e after rounds 9, 8 */
    uint64_t hkw11, hkw12, hkw13; /* h + K[t] + W[t] of rounds 11, 12, 13 */
    uint64_t y23, y24;            /* shares of W[23] and W[24] */
};

/* What follows from x, a value for each lane, and the words that all lanes share beside them. */
enum mr_row {
    MR_ROW_W10,
    MR_ROW_KW17, /* K[t] + W[t] of rounds whose W[t] depends on x alone */
    MR_ROW_KW19,
    MR_ROW_KW21,
    MR_ROW_X23, /* W[t] without its share of y */
    MR_ROW_X24,
    MR_ROW_REST25, /* W[t] without s1(W[t-2]) */
    MR_ROW_REST26,
    MR_ROW_REST28,
    MR_ROW_W16,                  /* W[16] to W[23], for the schedule from W[32] on. */
    MR_ROW_W23 = MR_ROW_W16 + 7, /* The kernel writes this row. */
    MR_ROWS
};

/* Row after row, each as long as the kernel has lanes. */
struct mr_lanes {
    alignas(64) uint64_t words[MR_ROWS * MR_LANES_MAX];
};

/* Hashes every x of the lanes with the contexts from `from` to `count` - 1. Stops at the first
 * context that has a digest whose first word is at most `limit`, returns its index, and sets a bit
 * in *hits for each lane in which that is so. Returns count, and no hits, if there is none. */
typedef unsigned mr_kernel_fn(const struct mr_block *block, const struct mr_context *contexts,
                              unsigned from, unsigned count, struct mr_lanes *lanes, uint64_t limit,
                              uint32_t *hits);

struct mr_kernel {
    const char *name;
    unsigned lanes; /* attempts for each context */
    bool (*supported)(void);
    mr_kernel_fn *sweep;
    /* Does the operations of `attempts` attempts, of the same kinds and numbers, but none of them
     * waits for another: what the processor's execution units could do at best. NULL if unknown. */
    uint64_t (*saturate)(uint64_t attempts);
};

extern const struct mr_kernel mr_kernel_scalar;
extern const struct mr_kernel mr_kernel_scalar_bmi2;
extern const struct mr_kernel mr_kernel_avx2;
extern const struct mr_kernel mr_kernel_avx512;

#endif
