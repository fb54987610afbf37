/*
 * What a room stores in place of a password.
 *
 * From H, the hash in the login line, comes K = scrypt(H, salt, N, r, p), 64 bytes. Stored are the
 * keys of SCRAM (RFC 5802) with SHA-512: StoredKey = SHA-512(HMAC(K, "Client Key")) and ServerKey =
 * HMAC(K, "Server Key"). So a better login can later be done over the same records, and who reads
 * them can log in nowhere.
 *
 * scrypt is slow by intent (about 50 ms and 16 MiB with the default cost): call these from a thread
 * pool. The functions keep no state and may run in any number of threads.
 */
#ifndef MR_WIRE_PASSWORD_H
#define MR_WIRE_PASSWORD_H

#include "core/base/sha512.h"

#include <stddef.h>
#include <stdint.h>

enum { MR_PASSWORD_SALT_BYTES = 16, MR_PASSWORD_KEY_BYTES = MR_SHA512_BYTES };

struct mr_password_cost {
    uint32_t n; /* scrypt's N, a power of two from 2 to 2^20 */
    uint32_t r; /* 1 to 32 */
    uint32_t p; /* 1 to 16 */
};

struct mr_password_record {
    struct mr_password_cost cost;
    uint8_t salt[MR_PASSWORD_SALT_BYTES];
    uint8_t stored_key[MR_PASSWORD_KEY_BYTES];
    uint8_t server_key[MR_PASSWORD_KEY_BYTES];
};

/* N = 2^14, r = 8, p = 1. */
extern const struct mr_password_cost mr_password_default_cost;

/* Makes the record for H with a new salt. MR_EINVAL for a cost out of bounds or an empty H,
 * MR_ELIMIT for an H above MR_LIMIT_CREDENTIAL_HASH, MR_ENOMEM, MR_ECRYPTO. */
int mr_password_make(const char *h, size_t h_len, const struct mr_password_cost *cost,
                     struct mr_password_record *out);

/* MR_OK if H belongs to the record, MR_EBADPASSWORD if not, else the errors of mr_password_make().
 */
int mr_password_verify(const struct mr_password_record *record, const char *h, size_t h_len);

/* Fills a record that no H belongs to. Verifying against it takes as long as against a real one:
 * use it for unknown users, so that the time does not tell which names exist. MR_ECRYPTO. */
int mr_password_dummy(const struct mr_password_cost *cost, struct mr_password_record *out);

/* Gives back what OpenSSL keeps for the calling thread. The threads of a pool may outlive OpenSSL
 * at the end of the program, so each piece of work there ends with it. Calls behind it work as
 * ever. */
void mr_password_thread_done(void);

#endif
