/*
 * Scalar: one word a register, on any processor with 64 bits.
 *
 * A vector of one word. What it gains over a plain SHA-512 is what is prepared: most of it the
 * constant block's schedule. Ch and Maj are written with as few operations as there are; of Maj,
 * b ^ c is what a ^ b was a round before, which the compiler sees and keeps.
 */
#include "plugins/miner/engine/kernel.h"

#include <stddef.h>

#ifndef MR_SCALAR
#define MR_SCALAR mr_kernel_scalar
#define MR_SCALAR_SUPPORTED() true
#endif

#define WIDTH 1
#define VECTORS 1
#define LANES 1
#define EACH(step, ...) step(0, __VA_ARGS__)

typedef uint64_t V;
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define ALL(word) (word)
#define ADD(x, y) ((x) + (y))
#define ROR(x, n) ((x) >> (n) | (x) << (64 - (n)))
#define CH(e, f, g) ((g) ^ ((e) & ((f) ^ (g))))
#define MAJ(a, b, c) ((b) ^ (((a) ^ (b)) & ((b) ^ (c))))
#define BIG0(a) (ROR(a, 28) ^ ROR(a, 34) ^ ROR(a, 39))
#define BIG1(e) (ROR(e, 14) ^ ROR(e, 18) ^ ROR(e, 41))
#define SMALL0(w) (ROR(w, 1) ^ ROR(w, 8) ^ (w) >> 7)
#define SMALL1(w) (ROR(w, 19) ^ ROR(w, 61) ^ (w) >> 6)
#define AT_MOST(v, limit) (uint32_t)((v) <= (limit))

#include "plugins/miner/engine/rounds.h"

static bool supported(void)
{
    return MR_SCALAR_SUPPORTED();
}

/* What it could do at best is not known: compilers find ways with fewer operations. */
const struct mr_kernel MR_SCALAR = {
    .name = "scalar", .lanes = LANES, .supported = supported, .sweep = sweep, .saturate = NULL};
