/*
 * AVX2: four words a vector, two vectors at once.
 *
 * There is no rotation (two shifts and an xor make one, and of the three in a Sigma all six shifts
 * can be joined by xor; a rotation by whole bytes is one shuffle) and no function of three bits, so
 * a round has about twice the operations of AVX-512, on vectors of half the size. Two vectors have
 * sixteen working variables, as many as there are registers: some of them live in memory. That
 * costs less than a single vector loses by waiting for its own results.
 */
#include "plugins/miner/engine/kernel.h"

#include <immintrin.h>

#define WIDTH 4
#define VECTORS 2
#define LANES (WIDTH * VECTORS)
#define EACH(step, ...) step(0, __VA_ARGS__) step(1, __VA_ARGS__)

typedef __m256i V;
#define LOAD(p) _mm256_load_si256((const void *)(p))
#define STORE(p, v) _mm256_store_si256((void *)(p), v)
#define ALL(word) _mm256_set1_epi64x((long long)(word))
#define ADD(x, y) _mm256_add_epi64(x, y)
#define XOR(x, y) _mm256_xor_si256(x, y)
#define AND(x, y) _mm256_and_si256(x, y)
#define SHR(x, n) _mm256_srli_epi64(x, n)
#define ROR(x, n) XOR(SHR(x, n), _mm256_slli_epi64(x, 64 - (n)))
#define CH(e, f, g) XOR(g, AND(e, XOR(f, g)))
#define MAJ(a, b, c) XOR(b, AND(XOR(a, b), XOR(b, c)))
#define BIG0(a) XOR(XOR(ROR(a, 28), ROR(a, 34)), ROR(a, 39))
#define BIG1(e) XOR(XOR(ROR(e, 14), ROR(e, 18)), ROR(e, 41))
#define ROR8(w)                                                                                    \
    _mm256_shuffle_epi8(w, _mm256_set_epi8(8, 15, 14, 13, 12, 11, 10, 9, 0, 7, 6, 5, 4, 3, 2, 1,   \
                                           8, 15, 14, 13, 12, 11, 10, 9, 0, 7, 6, 5, 4, 3, 2, 1))
#define SMALL0(w) XOR(XOR(ROR(w, 1), ROR8(w)), SHR(w, 7))
#define SMALL1(w) XOR(XOR(ROR(w, 19), ROR(w, 61)), SHR(w, 6))

static inline uint32_t at_most(V v, uint64_t limit)
{
    /* AVX2 compares signed words only: turning the topmost bit makes that the same. */
    const V turn = ALL(UINT64_C(1) << 63);
    V more = _mm256_cmpgt_epi64(XOR(v, turn), XOR(ALL(limit), turn));
    return ~(uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(more)) & 0xf;
}
#define AT_MOST(v, limit) at_most(v, limit)

#include "plugins/miner/engine/rounds.h"

#define OPERATIONS 5968
/* clang-format off */
#define MIX(S, L, A) \
    L(0) S(1) A(2) L(3) S(4) L(5) S(6) A(7) L(8) S(9) L(10) A(11) S(12) L(13) L(14) \
    S(0) A(1) L(2) S(3) L(4) S(5) L(6) A(7) S(8) L(9) S(10) L(11) A(12) S(13) L(14)
/* clang-format on */
#define SHIFT(x) SHR(x, 1)
#define LOGIC(x, y) XOR(x, y)
#define KEEP(v) __asm__ volatile("" : "+x"(v))

#include "plugins/miner/engine/saturate.h"

static bool supported(void)
{
    return __builtin_cpu_supports("avx2");
}

const struct mr_kernel mr_kernel_avx2 = {
    .name = "avx2", .lanes = LANES, .supported = supported, .sweep = sweep, .saturate = saturate};
