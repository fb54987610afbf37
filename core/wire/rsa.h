/*
 * RSA as the v5 protocol uses it: PKCS#1 v1.5 blocks around the 16-byte AES key of a frame.
 *
 * The moduli are tiny by today's measure (256 bits for a client, 512 for our room), because old
 * clients can do no more. That protects against a glance, not against an attacker. A peer's key is
 * checked before anything is computed with it.
 *
 * Key objects keep OpenSSL state that they reuse, so each belongs to one thread at a time.
 */
#ifndef MR_WIRE_RSA_H
#define MR_WIRE_RSA_H

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/wire/aes_ctr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MR_RSA_CLIENT_BITS = 256,
    MR_RSA_ROOM_BITS = 512,
    MR_RSA_BLOCK_MAX = MR_LIMIT_RSA_ROOM_MAX / 8, /* bytes of the largest block */
    MR_RSA_DECIMAL_MAX = 1234                     /* digits of the largest modulus */
};

/* Whose key a public key is: it decides which sizes are taken. */
enum mr_rsa_role {
    MR_RSA_PEER_CLIENT, /* 249 to 256 bits */
    MR_RSA_PEER_ROOM    /* 249 to 4096 bits */
};

struct mr_rsa_public; /* a peer's public key */
struct mr_rsa_key;    /* our own key pair */

/* Reads and checks a peer's key in decimal: digits only, a modulus that is odd and of the role's
 * size, an exponent that is odd, at least 3, at most 64 bits long and below the modulus. MR_ELIMIT
 * (wrong size) or MR_EINVAL (no number, or a number that is no key), with *why (which may be NULL)
 * set to a static sentence; MR_ENOMEM, MR_ECRYPTO. */
int mr_rsa_public_parse(enum mr_rsa_role role, struct mr_span n, struct mr_span e,
                        struct mr_rsa_public **out, const char **why);
void mr_rsa_public_free(struct mr_rsa_public *key);

/* The length in bytes of a block made with the key. */
size_t mr_rsa_public_block(const struct mr_rsa_public *key);

/* Encrypts an AES key into a block of mr_rsa_public_block() bytes. MR_ECRYPTO. */
int mr_rsa_encrypt(struct mr_rsa_public *key, const uint8_t aes_key[static MR_AES_KEY_BYTES],
                   uint8_t *block);

/* The same with given padding of mr_rsa_public_block() - 19 bytes, none of them zero (else
 * MR_EINVAL). For tests against known blocks. */
int mr_rsa_encrypt_padded(struct mr_rsa_public *key, const uint8_t aes_key[static MR_AES_KEY_BYTES],
                          const uint8_t *padding, uint8_t *block);

/* Makes a key pair of exactly `bits` bits (256 to 4096, even) with e = 65537. A 256-bit key takes
 * about a millisecond. MR_EINVAL, MR_ENOMEM, MR_ECRYPTO. */
int mr_rsa_key_generate(int bits, struct mr_rsa_key **out);

/* Loads a key pair from decimal numbers, NUL-terminated. MR_EINVAL if they do not fit together. */
int mr_rsa_key_load(const char *n, const char *e, const char *d, const char *p, const char *q,
                    struct mr_rsa_key **out);
void mr_rsa_key_free(struct mr_rsa_key *key);

/* The public half in decimal, as it stands in the handshake. Valid as long as the key. */
const char *mr_rsa_key_n(const struct mr_rsa_key *key);
const char *mr_rsa_key_e(const struct mr_rsa_key *key);

/* The length in bytes of a block that the key decrypts. */
size_t mr_rsa_key_block(const struct mr_rsa_key *key);

/* Decrypts a block of mr_rsa_key_block() bytes to the AES key in it, checking the padding in a time
 * that does not depend on what is wrong with it. MR_ECRYPTO if it is not a well-padded block around
 * exactly 16 bytes. */
int mr_rsa_decrypt(struct mr_rsa_key *key, const uint8_t *block,
                   uint8_t aes_key[static MR_AES_KEY_BYTES]);

#endif
