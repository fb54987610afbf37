/* SHA-512 by OpenSSL, and the password hash of the login line. May be called from any thread. */
#ifndef MR_WIRE_HASH_H
#define MR_WIRE_HASH_H

#include "core/base/sha512.h"

#include <stddef.h>
#include <stdint.h>

/* The digest of len bytes. MR_ECRYPTO if OpenSSL fails. */
int mr_hash_sha512(const void *bytes, size_t len, uint8_t digest[static MR_SHA512_BYTES]);

/* The same as 128 lower-case hex digits and a NUL. */
int mr_hash_sha512_hex(const void *bytes, size_t len, char hex[static MR_SHA512_HEX + 1]);

/* The two usual ways of asking OpenSSL for a digest: its one-shot function, and one fetched EVP_MD
 * with one context that is used again. */
enum mr_hash_way { MR_HASH_ONE_SHOT, MR_HASH_EVP };

/* Hashes len bytes (at least one) `times` times, with a first byte that is one more each time: what
 * a benchmark compares with. digest gets the last one. MR_ECRYPTO if OpenSSL fails. */
int mr_hash_repeat(enum mr_hash_way way, uint8_t *bytes, size_t len, unsigned times,
                   uint8_t digest[static MR_SHA512_BYTES]);

/* H, what a client sends in place of its password: the digest of password followed by user name,
 * both UTF-8, as 128 hex digits and a NUL. It is the login secret of the v5 protocol: whoever knows
 * it can log in. MR_ELIMIT for a password above MR_LIMIT_PASSWORD or a name above MR_LIMIT_NAME. */
int mr_hash_credential(const char *password, size_t password_len, const char *user, size_t user_len,
                       char hex[static MR_SHA512_HEX + 1]);

#endif
