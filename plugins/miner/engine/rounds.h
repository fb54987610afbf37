/*
 * The body of every kernel: the rounds of SHA-512 over a few vectors at once. No header in the
 * usual sense: a kernel's file says what a vector is and then includes it, once.
 *
 *   V                          the type of a vector of 64-bit words
 *   WIDTH, VECTORS, LANES      words in a vector, vectors worked on at the same time, their product
 *   EACH(step, ...)            step(0, ...) step(1, ...) and so on for each of the VECTORS
 *   LOAD(p), STORE(p, v), ALL(word)
 *   ADD(x, y)
 *   BIG0, BIG1, SMALL0, SMALL1 Sigma0, Sigma1, sigma0 and sigma1 of FIPS 180-4
 *   CH(e, f, g), MAJ(a, b, c)
 *   AT_MOST(v, limit)          a bit for each word that is at most that large, unsigned
 *
 * Several vectors are interleaved because an operation's result is there only after one or two
 * cycles, while the processor could begin four operations in each. The working variables stay in
 * registers (a0, a1 and a2 are the a of three vectors), the schedule in memory.
 *
 * The loops matter: the hot code has to fit the processor's cache of decoded instructions, so
 * rounds 11 to 31, which all differ, stand in a row, and rounds 32 to 79 and the constant block
 * behind are loops of eight rounds. After eight rounds the variables have their old names back, and
 * none has been moved.
 *
 * There is no way out before the end: the first word of a digest needs all 80 rounds.
 */

/* The names of the working variables after no, one, ... seven rounds: what was a is called b then.
 */
#define NAMES_0 a, b, c, d, e, f, g, h
#define NAMES_1 h, a, b, c, d, e, f, g
#define NAMES_2 g, h, a, b, c, d, e, f
#define NAMES_3 f, g, h, a, b, c, d, e
#define NAMES_4 e, f, g, h, a, b, c, d
#define NAMES_5 d, e, f, g, h, a, b, c
#define NAMES_6 c, d, e, f, g, h, a, b
#define NAMES_7 b, c, d, e, f, g, h, a

#define DECLARE(i, a, b, c, d, e, f, g, h) V a##i, b##i, c##i, d##i, e##i, f##i, g##i, h##i;

/* A round from where h + K[t] + W[t] is in h: T1 goes into h, d + T1, the next e, into d, and
 * T1 + T2, the next a, into h. Vectors do the four functions first, which wait for nothing of this
 * round (2 % of AVX-512, 5 % of AVX2); a single word has too few registers for that (7 %). */
#if WIDTH > 1
#define REST(i, a, b, c, d, e, f, g, h)                                                            \
    {                                                                                              \
        V big1 = BIG1(e##i), ch = CH(e##i, f##i, g##i);                                            \
        V big0 = BIG0(a##i), maj = MAJ(a##i, b##i, c##i);                                          \
        h##i = ADD(h##i, ch);                                                                      \
        h##i = ADD(h##i, big1);                                                                    \
        d##i = ADD(d##i, h##i);                                                                    \
        h##i = ADD(h##i, ADD(big0, maj));                                                          \
    }
#else
#define REST(i, a, b, c, d, e, f, g, h)                                                            \
    h##i = ADD(h##i, CH(e##i, f##i, g##i));                                                        \
    h##i = ADD(h##i, BIG1(e##i));                                                                  \
    d##i = ADD(d##i, h##i);                                                                        \
    h##i = ADD(h##i, MAJ(a##i, b##i, c##i));                                                       \
    h##i = ADD(h##i, BIG0(a##i));
#endif

/* A round whose K[t] + W[t] is one word for all lanes, and one where it is a row of the lanes. */
#define ROUND_ALL(i, a, b, c, d, e, f, g, h, word)                                                 \
    h##i = ADD(h##i, ALL(word));                                                                   \
    REST(i, a, b, c, d, e, f, g, h)
#define ROUND_ROW(i, a, b, c, d, e, f, g, h, name)                                                 \
    h##i = ADD(h##i, LOAD(ROW(name, i)));                                                          \
    REST(i, a, b, c, d, e, f, g, h)

/* A round with a W[t] that is computed here, and kept in its place. */
#define ROUND_KEEP(i, a, b, c, d, e, f, g, h, kt, place, word)                                     \
    {                                                                                              \
        V w = word;                                                                                \
        STORE(place, w);                                                                           \
        h##i = ADD(h##i, ALL(kt));                                                                 \
        h##i = ADD(h##i, w);                                                                       \
        REST(i, a, b, c, d, e, f, g, h)                                                            \
    }

/* Where vector i has its words: in a row of the lanes, and in eight words of the schedule. */
#define AT(words, j, i) ((words) + ((j)*VECTORS + (i)) * WIDTH)
#define ROW(name, i) AT(lanes->words, MR_ROW_##name, i)

/* After round 10: only a and e know x. */
#define BEGIN(i, a, b, c, d, e, f, g, h)                                                           \
    a##i = ADD(ALL(y->a10), LOAD(ROW(W10, i)));                                                    \
    b##i = ALL(y->a9);                                                                             \
    c##i = ALL(y->a8);                                                                             \
    d##i = ALL(y->a7);                                                                             \
    e##i = ADD(ALL(y->e10), LOAD(ROW(W10, i)));                                                    \
    f##i = ALL(y->e9);                                                                             \
    g##i = ALL(y->e8);

/* Rounds 11 to 13, whose h x has not reached. */
#define ROUND_Y(i, a, b, c, d, e, f, g, h, sum)                                                    \
    h##i = ALL(sum);                                                                               \
    REST(i, a, b, c, d, e, f, g, h)

/* Rounds 23 to 31: W[t] from the shares of x and y, and the constants. */
#define W_23(i) ADD(LOAD(ROW(X23, i)), ALL(y->y23))
#define W_24(i) ADD(LOAD(ROW(X24, i)), ALL(y->y24))
#define W_25(i) ADD(SMALL1(LOAD(ROW(W23, i))), LOAD(ROW(REST25, i)))
#define W_26(i) ADD(SMALL1(LOAD(AT(even, 0, i))), LOAD(ROW(REST26, i)))
#define W_27(i) ADD(SMALL1(LOAD(AT(even, 1, i))), ALL(block->rest27))
#define W_28(i) ADD(SMALL1(LOAD(AT(even, 2, i))), LOAD(ROW(REST28, i)))
#define W_29(i) ADD(SMALL1(LOAD(AT(even, 3, i))), ALL(block->rest29))
#define W_30(i) ADD(ADD(SMALL1(LOAD(AT(even, 4, i))), ALL(block->rest30)), LOAD(ROW(W23, i)))
#define W_31(i) ADD(ADD(SMALL1(LOAD(AT(even, 5, i))), ALL(block->rest31)), LOAD(AT(even, 0, i)))

#define ROUND_23(i, a, b, c, d, e, f, g, h)                                                        \
    ROUND_KEEP(i, a, b, c, d, e, f, g, h, mr_sha512_k[23], ROW(W23, i), W_23(i))
#define ROUND_24(i, a, b, c, d, e, f, g, h, t)                                                     \
    ROUND_KEEP(i, a, b, c, d, e, f, g, h, mr_sha512_k[t], AT(even, (t)-24, i), W_##t(i))

/* Round t + j of a loop of eight: far holds W[t-16] to W[t-9], mid W[t-8] to W[t-1], and out, which
 * may be far, gets W[t] to W[t+7]. */
#define ROUND_LOOP(i, a, b, c, d, e, f, g, h, j, w2, w7, w15)                                      \
    ROUND_KEEP(i, a, b, c, d, e, f, g, h, k[j], AT(out, j, i),                                     \
               ADD(ADD(SMALL1(LOAD(w2)), LOAD(w7)), ADD(SMALL0(LOAD(w15)), LOAD(AT(far, j, i)))))
#define LOOP_0(i, ...) ROUND_LOOP(i, __VA_ARGS__, AT(mid, 6, i), AT(mid, 1, i), AT(far, 1, i))
#define LOOP_1(i, ...) ROUND_LOOP(i, __VA_ARGS__, AT(mid, 7, i), AT(mid, 2, i), AT(far, 2, i))
#define LOOP_2(i, ...) ROUND_LOOP(i, __VA_ARGS__, AT(out, 0, i), AT(mid, 3, i), AT(far, 3, i))
#define LOOP_3(i, ...) ROUND_LOOP(i, __VA_ARGS__, AT(out, 1, i), AT(mid, 4, i), AT(far, 4, i))
#define LOOP_4(i, ...) ROUND_LOOP(i, __VA_ARGS__, AT(out, 2, i), AT(mid, 5, i), AT(far, 5, i))
#define LOOP_5(i, ...) ROUND_LOOP(i, __VA_ARGS__, AT(out, 3, i), AT(mid, 6, i), AT(far, 6, i))
#define LOOP_6(i, ...) ROUND_LOOP(i, __VA_ARGS__, AT(out, 4, i), AT(mid, 7, i), AT(far, 7, i))
#define LOOP_7(i, ...) ROUND_LOOP(i, __VA_ARGS__, AT(out, 5, i), AT(out, 0, i), AT(mid, 0, i))

/* H + the working variables: what the next block begins with. `first` keeps its H[0]. */
#define ADD_HASH(i, a, b, c, d, e, f, g, h)                                                        \
    a##i = ADD(a##i, ALL(block->hash[0]));                                                         \
    b##i = ADD(b##i, ALL(block->hash[1]));                                                         \
    c##i = ADD(c##i, ALL(block->hash[2]));                                                         \
    d##i = ADD(d##i, ALL(block->hash[3]));                                                         \
    e##i = ADD(e##i, ALL(block->hash[4]));                                                         \
    f##i = ADD(f##i, ALL(block->hash[5]));                                                         \
    g##i = ADD(g##i, ALL(block->hash[6]));                                                         \
    h##i = ADD(h##i, ALL(block->hash[7]));                                                         \
    STORE(first + (i)*WIDTH, a##i);

/* The first word of the digest, and whether it is small enough. */
#define TEST_LAST(i, a, b, c, d, e, f, g, h)                                                       \
    hits |= AT_MOST(ADD(a##i, LOAD(first + (i)*WIDTH)), limit) << (i)*WIDTH;
#define TEST_ONLY(i, a, b, c, d, e, f, g, h)                                                       \
    hits |= AT_MOST(ADD(a##i, ALL(block->hash[0])), limit) << (i)*WIDTH;

static inline uint32_t attempt(const struct mr_block *block, const struct mr_context *y,
                               struct mr_lanes *lanes, uint64_t limit)
{
    alignas(64) uint64_t even[8 * LANES], odd[8 * LANES], first[LANES];
    uint32_t hits = 0;
    EACH(DECLARE, NAMES_0)
    EACH(BEGIN, NAMES_3)
    EACH(ROUND_Y, NAMES_3, y->hkw11)
    EACH(ROUND_Y, NAMES_4, y->hkw12)
    EACH(ROUND_Y, NAMES_5, y->hkw13)
    EACH(ROUND_ALL, NAMES_6, block->kw14)
    EACH(ROUND_ALL, NAMES_7, block->kw15)
    EACH(ROUND_ALL, NAMES_0, block->kw16)
    EACH(ROUND_ROW, NAMES_1, KW17)
    EACH(ROUND_ALL, NAMES_2, block->kw18)
    EACH(ROUND_ROW, NAMES_3, KW19)
    EACH(ROUND_ALL, NAMES_4, block->kw20)
    EACH(ROUND_ROW, NAMES_5, KW21)
    EACH(ROUND_ALL, NAMES_6, block->kw22)
    EACH(ROUND_23, NAMES_7)
    EACH(ROUND_24, NAMES_0, 24)
    EACH(ROUND_24, NAMES_1, 25)
    EACH(ROUND_24, NAMES_2, 26)
    EACH(ROUND_24, NAMES_3, 27)
    EACH(ROUND_24, NAMES_4, 28)
    EACH(ROUND_24, NAMES_5, 29)
    EACH(ROUND_24, NAMES_6, 30)
    EACH(ROUND_24, NAMES_7, 31)

    /* The rows of W[16] to W[22] are only read: the next y wants them as they are. */
    const uint64_t *far = ROW(W16, 0);
    uint64_t *mid = even, *out = odd;
    for (const uint64_t *k = mr_sha512_k + 32; k < mr_sha512_k + MR_SHA512_ROUNDS; k += 8) {
        EACH(LOOP_0, NAMES_0, 0)
        EACH(LOOP_1, NAMES_1, 1)
        EACH(LOOP_2, NAMES_2, 2)
        EACH(LOOP_3, NAMES_3, 3)
        EACH(LOOP_4, NAMES_4, 4)
        EACH(LOOP_5, NAMES_5, 5)
        EACH(LOOP_6, NAMES_6, 6)
        EACH(LOOP_7, NAMES_7, 7)
        uint64_t *oldest = mid;
        mid = out;
        far = out = oldest;
    }
    if (!block->last) {
        EACH(TEST_ONLY, NAMES_0)
        return hits;
    }

    EACH(ADD_HASH, NAMES_0)
    for (const uint64_t *kw = block->kw_last; kw < block->kw_last + MR_SHA512_ROUNDS; kw += 8) {
        EACH(ROUND_ALL, NAMES_0, kw[0])
        EACH(ROUND_ALL, NAMES_1, kw[1])
        EACH(ROUND_ALL, NAMES_2, kw[2])
        EACH(ROUND_ALL, NAMES_3, kw[3])
        EACH(ROUND_ALL, NAMES_4, kw[4])
        EACH(ROUND_ALL, NAMES_5, kw[5])
        EACH(ROUND_ALL, NAMES_6, kw[6])
        EACH(ROUND_ALL, NAMES_7, kw[7])
    }
    EACH(TEST_LAST, NAMES_0)
    return hits;
}

static unsigned sweep(const struct mr_block *block, const struct mr_context *contexts,
                      unsigned from, unsigned count, struct mr_lanes *lanes, uint64_t limit,
                      uint32_t *hits)
{
    for (; from < count; from++) {
        *hits = attempt(block, &contexts[from], lanes, limit);
        if (*hits)
            break;
    }
    return from;
}
