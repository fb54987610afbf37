#include "core/wire/hash.h"

#include "core/base/hex.h"
#include "core/base/limits.h"
#include "core/base/secret.h"

#include <moonroom/errors.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <string.h>

int mr_hash_sha512(const void *bytes, size_t len, uint8_t digest[static MR_SHA512_BYTES])
{
    if (EVP_Digest(bytes, len, digest, NULL, EVP_sha512(), NULL) == 1)
        return MR_OK;
    ERR_clear_error();
    return MR_ECRYPTO;
}

int mr_hash_sha512_hex(const void *bytes, size_t len, char hex[static MR_SHA512_HEX + 1])
{
    uint8_t digest[MR_SHA512_BYTES];
    int error = mr_hash_sha512(bytes, len, digest);
    if (!error)
        mr_hex_encode(digest, sizeof digest, hex);
    mr_wipe(digest, sizeof digest);
    return error;
}

static bool repeat_one_shot(uint8_t *bytes, size_t len, unsigned times, uint8_t *digest)
{
    bool good = true;
    for (unsigned i = 0; i < times && good; i++) {
        bytes[0]++;
        good = SHA512(bytes, len, digest) != NULL;
    }
    return good;
}

static bool repeat_evp(uint8_t *bytes, size_t len, unsigned times, uint8_t *digest)
{
    EVP_MD *md = EVP_MD_fetch(NULL, "SHA512", NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = md && context;
    for (unsigned i = 0; i < times && good; i++) {
        bytes[0]++;
        good = EVP_DigestInit_ex2(context, md, NULL) == 1 &&
               EVP_DigestUpdate(context, bytes, len) == 1 &&
               EVP_DigestFinal_ex(context, digest, NULL) == 1;
    }
    EVP_MD_CTX_free(context);
    EVP_MD_free(md);
    return good;
}

int mr_hash_repeat(enum mr_hash_way way, uint8_t *bytes, size_t len, unsigned times,
                   uint8_t digest[static MR_SHA512_BYTES])
{
    bool good = way == MR_HASH_EVP ? repeat_evp(bytes, len, times, digest)
                                   : repeat_one_shot(bytes, len, times, digest);
    if (good)
        return MR_OK;
    ERR_clear_error();
    return MR_ECRYPTO;
}

int mr_hash_credential(const char *password, size_t password_len, const char *user, size_t user_len,
                       char hex[static MR_SHA512_HEX + 1])
{
    char both[MR_LIMIT_PASSWORD + MR_LIMIT_NAME];
    if (password_len > MR_LIMIT_PASSWORD || user_len > MR_LIMIT_NAME)
        return MR_ELIMIT;
    if (password_len)
        memcpy(both, password, password_len);
    if (user_len)
        memcpy(both + password_len, user, user_len);
    int error = mr_hash_sha512_hex(both, password_len + user_len, hex);
    mr_wipe(both, sizeof both);
    return error;
}
