/*
 * SHA-512 as FIPS 180-4 describes it, portable and plain: the reference for the mining kernels and
 * the hash of the programs that link no cryptographic library. Where OpenSSL is at hand its own is
 * faster (core/wire/hash.h).
 */
#ifndef MR_BASE_SHA512_H
#define MR_BASE_SHA512_H

#include <stddef.h>
#include <stdint.h>

enum {
    MR_SHA512_BYTES = 64,
    MR_SHA512_BLOCK_BYTES = 128,
    MR_SHA512_HEX = 128,
    MR_SHA512_ROUNDS = 80
};

struct mr_sha512 {
    uint64_t hash[8]; /* H of the standard */
    uint64_t len;     /* bytes so far */
    uint8_t block[MR_SHA512_BLOCK_BYTES];
};

/* The constants K of the standard and the initial hash value. */
extern const uint64_t mr_sha512_k[MR_SHA512_ROUNDS];
extern const uint64_t mr_sha512_initial[8];

/* The compression function: works one block into the hash value. */
void mr_sha512_compress(uint64_t hash[static 8], const uint8_t block[static MR_SHA512_BLOCK_BYTES]);

/* Hashing in pieces: init, update any number of times, final once. Messages below 2^61 bytes. */
void mr_sha512_init(struct mr_sha512 *state);
void mr_sha512_update(struct mr_sha512 *state, const void *bytes, size_t len);
void mr_sha512_final(struct mr_sha512 *state, uint8_t digest[static MR_SHA512_BYTES]);

/* All of it in one call. */
void mr_sha512_of(const void *bytes, size_t len, uint8_t digest[static MR_SHA512_BYTES]);

#endif
