/*
 * What the processor could do at best, measured: as many operations of each kind as an attempt in
 * the order S + prev_hash has, evenly mixed, on registers that do not wait for each other, and
 * without the memory. Included by a kernel's file behind rounds.h. Besides the macros of that it
 * wants
 *
 *   OPERATIONS                 operations on a vector in an attempt
 *   MIX(S, L, A)               30 of them in the right proportion: shifts and rotations S(i),
 * logical ones L(i), additions A(i); i, 0 to 14, goes round twice SHIFT(x), LOGIC(x, y)      one of
 * each KEEP(v)                    makes the compiler believe that v has changed
 *
 * An attempt is 69 rounds (11 to 79) and 80 of the constant block. Each has Sigma0, Sigma1, Ch and
 * Maj; the schedule has 48 sigma0 and 55 sigma1; all together have 1,114 additions.
 */
enum { MIXED = 30 };

#define SET(i, word)                                                                               \
    r##i = word;                                                                                   \
    KEEP(r##i);
#define S(i) SET(i, SHIFT(r##i))
#define L(i) SET(i, LOGIC(r##i, k))
#define A(i) SET(i, ADD(r##i, k))

static uint64_t saturate(uint64_t attempts)
{
    V k = ALL(mr_sha512_k[0]);
    V r0 = k, r1 = k, r2 = k, r3 = k, r4 = k, r5 = k, r6 = k, r7 = k, r8 = k, r9 = k, r10 = k;
    V r11 = k, r12 = k, r13 = k, r14 = k;
    uint64_t done = 0;
    for (; done * WIDTH * MIXED < attempts * OPERATIONS; done++) {
        MIX(S, L, A)
    }
    return done * WIDTH * MIXED / OPERATIONS;
}
