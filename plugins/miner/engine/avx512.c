/*
 * AVX-512: eight words a vector, three vectors at once.
 *
 * What a round needs are single instructions here: rotation (vprorq), and any function of three
 * bits (vpternlogq), which takes its truth table as a number: 0xca is Ch, 0xe8 Maj, 0x96 the xor of
 * three. Three times eight working variables are 24 of the 32 registers. Two vectors leave the
 * units idle while results are on their way, a fourth would not fit.
 */
#include "plugins/miner/engine/kernel.h"

#include <immintrin.h>

#define WIDTH 8
#define VECTORS 3
#define LANES (WIDTH * VECTORS)
#define EACH(step, ...) step(0, __VA_ARGS__) step(1, __VA_ARGS__) step(2, __VA_ARGS__)

typedef __m512i V;
#define LOAD(p) _mm512_load_si512(p)
#define STORE(p, v) _mm512_store_si512(p, v)
#define ALL(word) _mm512_set1_epi64((long long)(word))
#define ADD(x, y) _mm512_add_epi64(x, y)
#define ROR(x, n) _mm512_ror_epi64(x, n)
#define XOR3(x, y, z) _mm512_ternarylogic_epi64(x, y, z, 0x96)
#define CH(e, f, g) _mm512_ternarylogic_epi64(e, f, g, 0xca)
#define MAJ(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0xe8)
#define BIG0(a) XOR3(ROR(a, 28), ROR(a, 34), ROR(a, 39))
#define BIG1(e) XOR3(ROR(e, 14), ROR(e, 18), ROR(e, 41))
#define SMALL0(w) XOR3(ROR(w, 1), ROR(w, 8), _mm512_srli_epi64(w, 7))
#define SMALL1(w) XOR3(ROR(w, 19), ROR(w, 61), _mm512_srli_epi64(w, 6))
#define AT_MOST(v, limit) (uint32_t) _mm512_cmple_epu64_mask(v, ALL(limit))

#include "plugins/miner/engine/rounds.h"

#define OPERATIONS 3016
/* clang-format off */
#define MIX(S, L, A) \
    S(0) A(1) L(2) S(3) A(4) S(5) L(6) A(7) S(8) A(9) L(10) S(11) A(12) S(13) L(14) \
    A(0) S(1) A(2) S(3) L(4) A(5) S(6) A(7) S(8) L(9) A(10) S(11) L(12) A(13) S(14)
/* clang-format on */
#define SHIFT(x) ROR(x, 14)
#define LOGIC(x, y) XOR3(x, y, y)
#define KEEP(v) __asm__ volatile("" : "+v"(v))

#include "plugins/miner/engine/saturate.h"

static bool supported(void)
{
    return __builtin_cpu_supports("avx512f");
}

const struct mr_kernel mr_kernel_avx512 = {
    .name = "avx512", .lanes = LANES, .supported = supported, .sweep = sweep, .saturate = saturate};
