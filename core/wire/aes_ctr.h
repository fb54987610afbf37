/*
 * AES-128 in counter mode as the v5 protocol uses it: the counter block begins at 1 and counts as a
 * 128-bit big-endian number. Encryption and decryption are the same. One object for one thread.
 */
#ifndef MR_WIRE_AES_CTR_H
#define MR_WIRE_AES_CTR_H

#include <stddef.h>
#include <stdint.h>

enum { MR_AES_KEY_BYTES = 16 };

struct mr_aes_ctr;

/* Makes the object, which keeps no key. MR_ENOMEM or MR_ECRYPTO. */
int mr_aes_ctr_new(struct mr_aes_ctr **out);
void mr_aes_ctr_free(struct mr_aes_ctr *aes);

/* Works len bytes (at most 2^30) from in to out, which may be the same memory, with the key stream
 * from its beginning. MR_ELIMIT or MR_ECRYPTO. */
int mr_aes_ctr_crypt(struct mr_aes_ctr *aes, const uint8_t key[static MR_AES_KEY_BYTES],
                     const void *in, size_t len, void *out);

#endif
