#include "core/wire/password.h"

#include "core/base/limits.h"
#include "core/base/secret.h"
#include "core/wire/rng.h"

#include <moonroom/errors.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

enum { N_MAX = 1 << 20, R_MAX = 32, P_MAX = 16 };

const struct mr_password_cost mr_password_default_cost = {.n = 1 << 14, .r = 8, .p = 1};

struct keys {
    uint8_t stored[MR_PASSWORD_KEY_BYTES];
    uint8_t server[MR_PASSWORD_KEY_BYTES];
};

static bool cost_valid(const struct mr_password_cost *cost)
{
    return cost->n >= 2 && cost->n <= N_MAX && (cost->n & (cost->n - 1)) == 0 && cost->r >= 1 &&
           cost->r <= R_MAX && cost->p >= 1 && cost->p <= P_MAX;
}

static bool hmac(const uint8_t *key, const char *message, uint8_t *out)
{
    unsigned len = 0;
    return HMAC(EVP_sha512(), key, MR_PASSWORD_KEY_BYTES, (const uint8_t *)message, strlen(message),
                out, &len) &&
           len == MR_PASSWORD_KEY_BYTES;
}

static int derive(const struct mr_password_cost *cost, const uint8_t *salt, const char *h,
                  size_t h_len, struct keys *out)
{
    uint8_t k[MR_PASSWORD_KEY_BYTES];
    uint8_t client[MR_PASSWORD_KEY_BYTES];
    if (h_len > MR_LIMIT_CREDENTIAL_HASH)
        return MR_ELIMIT;
    if (h_len == 0 || !cost_valid(cost))
        return MR_EINVAL;
    /* scrypt's own need and a little more, as OpenSSL counts it. */
    uint64_t memory = 128ull * cost->r * ((uint64_t)cost->n + cost->p + 2) + 65536;
    bool good = EVP_PBE_scrypt(h, h_len, salt, MR_PASSWORD_SALT_BYTES, cost->n, cost->r, cost->p,
                               memory, k, sizeof k) == 1 &&
                hmac(k, "Client Key", client) && hmac(k, "Server Key", out->server) &&
                EVP_Digest(client, sizeof client, out->stored, NULL, EVP_sha512(), NULL) == 1;
    mr_wipe(k, sizeof k);
    mr_wipe(client, sizeof client);
    if (good)
        return MR_OK;
    ERR_clear_error();
    return MR_ECRYPTO;
}

int mr_password_make(const char *h, size_t h_len, const struct mr_password_cost *cost,
                     struct mr_password_record *out)
{
    struct keys keys;
    *out = (struct mr_password_record){.cost = *cost};
    int error = mr_rng_bytes(out->salt, sizeof out->salt);
    if (!error)
        error = derive(cost, out->salt, h, h_len, &keys);
    if (!error) {
        memcpy(out->stored_key, keys.stored, sizeof out->stored_key);
        memcpy(out->server_key, keys.server, sizeof out->server_key);
    }
    mr_wipe(&keys, sizeof keys);
    return error;
}

int mr_password_verify(const struct mr_password_record *record, const char *h, size_t h_len)
{
    struct keys keys;
    int error = derive(&record->cost, record->salt, h, h_len, &keys);
    if (!error && !mr_equal_secret(keys.stored, record->stored_key, sizeof keys.stored))
        error = MR_EBADPASSWORD;
    mr_wipe(&keys, sizeof keys);
    return error;
}

int mr_password_dummy(const struct mr_password_cost *cost, struct mr_password_record *out)
{
    *out = (struct mr_password_record){.cost = *cost};
    int error = mr_rng_bytes(out->salt, sizeof out->salt);
    if (!error)
        error = mr_rng_bytes(out->stored_key, sizeof out->stored_key);
    if (!error)
        error = mr_rng_bytes(out->server_key, sizeof out->server_key);
    return error;
}

void mr_password_thread_done(void)
{
    OPENSSL_thread_stop();
}
