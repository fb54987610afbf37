#include "plugins/miner/engine/prepare.h"

#include <string.h>

enum { W_Y = 8, W_X = 10, ROUND_X = 10, MESSAGE = MR_WORK_S_BYTES + MR_WORK_HASH_HEX };

static uint64_t ror(uint64_t x, int n)
{
    return x >> n | x << (64 - n);
}

/* sigma0 and sigma1 of the standard, those of the message schedule. */
static uint64_t s0(uint64_t w)
{
    return ror(w, 1) ^ ror(w, 8) ^ w >> 7;
}

static uint64_t s1(uint64_t w)
{
    return ror(w, 19) ^ ror(w, 61) ^ w >> 6;
}

static void read_words(uint64_t w[static 16], const uint8_t block[static MR_SHA512_BLOCK_BYTES])
{
    for (int t = 0; t < 16; t++) {
        w[t] = 0;
        for (int i = 0; i < 8; i++)
            w[t] = w[t] << 8 | block[8 * t + i];
    }
}

/* The whole schedule of a block that never changes. */
static void schedule(uint64_t kw[static MR_SHA512_ROUNDS], const uint64_t first[static 16])
{
    uint64_t w[MR_SHA512_ROUNDS];
    memcpy(w, first, 16 * sizeof w[0]);
    for (int t = 16; t < MR_SHA512_ROUNDS; t++)
        w[t] = s1(w[t - 2]) + w[t - 7] + s0(w[t - 15]) + w[t - 16];
    for (int t = 0; t < MR_SHA512_ROUNDS; t++)
        kw[t] = mr_sha512_k[t] + w[t];
}

/* The message with its padding: two blocks. */
static void pad(uint8_t out[static 2 * MR_SHA512_BLOCK_BYTES], enum mr_work_order order,
                const char *prev_hash, const char *s)
{
    bool s_first = order == MR_WORK_S_PREV;
    memset(out, 0, 2 * MR_SHA512_BLOCK_BYTES);
    memcpy(out + (s_first ? 0 : MR_WORK_HASH_HEX), s, MR_WORK_S_BYTES);
    memcpy(out + (s_first ? MR_WORK_S_BYTES : 0), prev_hash, MR_WORK_HASH_HEX);
    out[MESSAGE] = 0x80;
    out[2 * MR_SHA512_BLOCK_BYTES - 2] = (uint8_t)(MESSAGE * 8 >> 8);
    out[2 * MR_SHA512_BLOCK_BYTES - 1] = (uint8_t)(MESSAGE * 8);
}

void mr_prepare_block(struct mr_block *block, enum mr_work_order order,
                      const char prev_hash[static MR_WORK_HASH_HEX],
                      const char s[static MR_WORK_S_BYTES])
{
    uint8_t message[2 * MR_SHA512_BLOCK_BYTES];
    const uint64_t *k = mr_sha512_k;
    uint64_t *w = block->w, behind[16];
    pad(message, order, prev_hash, s);
    memcpy(block->hash, mr_sha512_initial, sizeof block->hash);
    block->last = order == MR_WORK_S_PREV;
    if (block->last) {
        read_words(w, message);
        read_words(behind, message + MR_SHA512_BLOCK_BYTES);
        schedule(block->kw_last, behind);
    } else {
        mr_sha512_compress(block->hash, message);
        read_words(w, message + MR_SHA512_BLOCK_BYTES);
        memset(block->kw_last, 0, sizeof block->kw_last);
    }
    w[W_Y] = 0;
    w[W_X] &= 0xffff;
    /* Every second word after W[15] knows neither x nor y, up to W[22]. */
    uint64_t w16 = s1(w[14]) + w[9] + s0(w[1]) + w[0];
    uint64_t w18 = s1(w16) + w[11] + s0(w[3]) + w[2];
    uint64_t w20 = s1(w18) + w[13] + s0(w[5]) + w[4];
    uint64_t w22 = s1(w20) + w[15] + s0(w[7]) + w[6];
    block->kw14 = k[14] + w[14];
    block->kw15 = k[15] + w[15];
    block->kw16 = k[16] + w16;
    block->kw18 = k[18] + w18;
    block->kw20 = k[20] + w20;
    block->kw22 = k[22] + w22;
    block->rest27 = w20 + s0(w[12]) + w[11];
    block->rest29 = w22 + s0(w[14]) + w[13];
    block->rest30 = s0(w[15]) + w[14];
    block->rest31 = s0(w16) + w[15];
}

/* T1 of round t without W[t], and T2: a = T1 + W[t] + T2, e = d + T1 + W[t]. */
static void half_round(const uint64_t v[static 8], int t, uint64_t *t1, uint64_t *t2)
{
    uint64_t a = v[0], b = v[1], c = v[2], e = v[4], f = v[5], g = v[6];
    *t1 = v[7] + (ror(e, 14) ^ ror(e, 18) ^ ror(e, 41)) + ((e & f) ^ (~e & g)) + mr_sha512_k[t];
    *t2 = (ror(a, 28) ^ ror(a, 34) ^ ror(a, 39)) + ((a & b) ^ (a & c) ^ (b & c));
}

void mr_prepare_context(struct mr_context *context, const struct mr_block *block, uint64_t y)
{
    const uint64_t *w = block->w, *k = mr_sha512_k;
    uint64_t v[8], t1, t2;
    memcpy(v, block->hash, sizeof v);
    for (int t = 0; t < ROUND_X; t++) {
        half_round(v, t, &t1, &t2);
        t1 += t == W_Y ? y : w[t];
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    half_round(v, ROUND_X, &t1, &t2);
    *context = (struct mr_context){
        .a10 = t1 + t2,
        .a9 = v[0],
        .a8 = v[1],
        .a7 = v[2],
        .e10 = v[3] + t1,
        .e9 = v[4],
        .e8 = v[5],
        .hkw11 = v[6] + k[11] + w[11],
        .hkw12 = v[5] + k[12] + w[12],
        .hkw13 = v[4] + k[13] + w[13],
        /* s0(W[8]) + W[16] + W[7], and W[8] + s1(W[22]) + s0(W[9]) */
        .y23 = s0(y) + (block->kw16 - k[16]) + w[7],
        .y24 = y + s1(block->kw22 - k[22]) + s0(w[9]),
    };
}

void mr_prepare_lane(struct mr_lanes *lanes, unsigned lane, unsigned count,
                     const struct mr_block *block, uint64_t x)
{
    const uint64_t *w = block->w, *k = mr_sha512_k;
    uint64_t w10 = w[W_X] | x;
    uint64_t w16 = block->kw16 - k[16], w18 = block->kw18 - k[18];
    uint64_t w20 = block->kw20 - k[20], w22 = block->kw22 - k[22];
    uint64_t w17 = s1(w[15]) + w10 + s0(w[2]) + w[1];
    uint64_t w19 = s1(w17) + w[12] + s0(w[4]) + w[3];
    uint64_t w21 = s1(w19) + w[14] + s0(w[6]) + w[5];
    const uint64_t row[MR_ROWS] = {
        [MR_ROW_W10] = w10,
        [MR_ROW_KW17] = k[17] + w17,
        [MR_ROW_KW19] = k[19] + w19,
        [MR_ROW_KW21] = k[21] + w21,
        [MR_ROW_X23] = s1(w21),
        [MR_ROW_X24] = w17,
        [MR_ROW_REST25] = w18 + s0(w10) + w[9],
        [MR_ROW_REST26] = w19 + s0(w[11]) + w10,
        [MR_ROW_REST28] = w21 + s0(w[13]) + w[12],
        [MR_ROW_W16] = w16,
        [MR_ROW_W16 + 1] = w17,
        [MR_ROW_W16 + 2] = w18,
        [MR_ROW_W16 + 3] = w19,
        [MR_ROW_W16 + 4] = w20,
        [MR_ROW_W16 + 5] = w21,
        [MR_ROW_W16 + 6] = w22,
    };
    for (unsigned i = 0; i < MR_ROWS; i++)
        lanes->words[i * count + lane] = row[i];
}

uint64_t mr_prepare_limit(int zeros)
{
    if (zeros <= 0)
        return UINT64_MAX;
    return zeros >= 16 ? 0 : UINT64_MAX >> 4 * zeros;
}
