#include "core/wire/aes_ctr.h"

#include <moonroom/errors.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>

enum {
    LEN_MAX = 1 << 30 /* OpenSSL counts in int */
};

struct mr_aes_ctr {
    EVP_CIPHER_CTX *context;
};

int mr_aes_ctr_new(struct mr_aes_ctr **out)
{
    struct mr_aes_ctr *aes = calloc(1, sizeof *aes);
    *out = NULL;
    if (!aes)
        return MR_ENOMEM;
    aes->context = EVP_CIPHER_CTX_new();
    if (!aes->context ||
        EVP_EncryptInit_ex(aes->context, EVP_aes_128_ctr(), NULL, NULL, NULL) != 1) {
        ERR_clear_error();
        mr_aes_ctr_free(aes);
        return MR_ECRYPTO;
    }
    *out = aes;
    return MR_OK;
}

void mr_aes_ctr_free(struct mr_aes_ctr *aes)
{
    if (!aes)
        return;
    EVP_CIPHER_CTX_free(aes->context);
    free(aes);
}

int mr_aes_ctr_crypt(struct mr_aes_ctr *aes, const uint8_t key[static MR_AES_KEY_BYTES],
                     const void *in, size_t len, void *out)
{
    static const uint8_t first_counter[16] = {[15] = 1};
    int done = 0;
    if (len > LEN_MAX)
        return MR_ELIMIT;
    if (len == 0)
        return MR_OK;
    if (EVP_EncryptInit_ex(aes->context, NULL, NULL, key, first_counter) == 1 &&
        EVP_EncryptUpdate(aes->context, out, &done, in, (int)len) == 1 && done == (int)len)
        return MR_OK;
    ERR_clear_error();
    return MR_ECRYPTO;
}
