/*
 * The work of mining.
 *
 * Given the digest of the block before (prev_hash, 128 lower-case hex digits) and a number of
 * zeros, a miner looks for a solution S of 86 printable characters such that the SHA-512 digest of
 * S and prev_hash together, written in hex, begins with that many zeros. Which of the two comes
 * first depends on the room.
 *
 * All functions are pure. Neither S nor prev_hash needs a NUL behind it.
 */
#ifndef MR_BASE_WORK_H
#define MR_BASE_WORK_H

#include "core/base/sha512.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mr_work_order {
    MR_WORK_S_PREV, /* SHA-512(S + prev_hash): the usual one */
    MR_WORK_PREV_S  /* SHA-512(prev_hash + S) */
};

enum { MR_WORK_S_BYTES = 86, MR_WORK_HASH_HEX = 128 };

/* Whether len bytes are a well-formed S: 86 of 0x21 to 0x7e. */
bool mr_work_s_valid(const char *s, size_t len);

/* Whether len bytes are a well-formed prev_hash. */
bool mr_work_hash_valid(const char *hash, size_t len);

/* The digest of S and prev_hash in the given order. */
void mr_work_digest(enum mr_work_order order, const char prev_hash[static MR_WORK_HASH_HEX],
                    const char s[static MR_WORK_S_BYTES], uint8_t digest[static MR_SHA512_BYTES]);

/* How many zeros the hex form of a digest begins with, 0 to 128. */
int mr_work_zeros(const uint8_t digest[static MR_SHA512_BYTES]);

/* Checks a solution. MR_OK if it has at least `zeros` zeros, with the digest as 128 hex digits and
 * a NUL in hex_out (which may be NULL); MR_EUNVERIFIED if it has fewer, with hex_out filled too. S
 * must be well-formed. */
int mr_work_verify(enum mr_work_order order, int zeros,
                   const char prev_hash[static MR_WORK_HASH_HEX],
                   const char s[static MR_WORK_S_BYTES], char *hex_out);

/* "s_prev" or "prev_s", and back (MR_EINVAL for anything else). */
const char *mr_work_order_name(enum mr_work_order order);
int mr_work_order_by_name(const char *name, enum mr_work_order *order);

#endif
