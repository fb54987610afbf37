#include "tests/unit/miner/world.h"

#include "core/base/hex.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned world_scale(unsigned fast, unsigned slow)
{
    return WORLD_SLOW || getenv("MOONROOM_VALGRIND") ? slow : fast;
}

uint64_t world_random(uint64_t *state)
{
    /* splitmix64 */
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

void world_prev(uint64_t seed, char prev_hash[static MR_WORK_HASH_HEX])
{
    uint8_t digest[MR_SHA512_BYTES];
    char hex[MR_SHA512_HEX + 1];
    mr_sha512_of(&seed, sizeof seed, digest);
    mr_hex_encode(digest, sizeof digest, hex);
    memcpy(prev_hash, hex, MR_WORK_HASH_HEX);
}

static uint64_t first_word(const uint8_t *digest)
{
    uint64_t word = 0;
    for (int i = 0; i < 8; i++)
        word = word << 8 | digest[i];
    return word;
}

uint64_t world_word(enum mr_work_order order, const char *prev_hash, const char *s)
{
    uint8_t digest[MR_SHA512_BYTES];
    mr_work_digest(order, prev_hash, s, digest);
    return first_word(digest);
}

void world_add(void *ctx, const struct mr_solution *solution)
{
    struct world_sum *sum = ctx;
    sum->count++;
    sum->sum += first_word(solution->digest + 8);
}

struct world_sum world_brute_force(const struct mr_search_job *job, const struct mr_space *space,
                                   uint64_t ys)
{
    struct world_sum sum = {0};
    EVP_MD *md = EVP_MD_fetch(NULL, "SHA512", NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool s_first = job->order == MR_WORK_S_PREV;
    char message[MR_WORK_S_BYTES + MR_WORK_HASH_HEX];
    char *s = message + (s_first ? 0 : MR_WORK_HASH_HEX);
    memcpy(message + (s_first ? MR_WORK_S_BYTES : 0), job->prev_hash, MR_WORK_HASH_HEX);
    for (uint64_t y = 0; y < ys; y++) {
        for (uint64_t x = 0; x < space->xs; x++) {
            struct mr_solution one;
            mr_space_write(space, x, y, s);
            EVP_DigestInit_ex2(context, md, NULL);
            EVP_DigestUpdate(context, message, sizeof message);
            EVP_DigestFinal_ex(context, one.digest, NULL);
            if (mr_work_zeros(one.digest) >= job->zeros)
                world_add(&sum, &one);
        }
    }
    EVP_MD_CTX_free(context);
    EVP_MD_free(md);
    return sum;
}
