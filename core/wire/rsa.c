/* The public half: a peer's key. */
#include "core/wire/rsa.h"

#include "core/base/secret.h"
#include "core/wire/rng.h"

#include <moonroom/errors.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

enum {
    EXPONENT_BITS_MAX = 64,
    EXPONENT_DIGITS_MAX = 20,
    /* 00 02, the padding, 00, the key */
    OVERHEAD = 3 + MR_AES_KEY_BYTES
};

struct mr_rsa_public {
    BIGNUM *n;
    BIGNUM *e;
    BN_CTX *context;
    BN_MONT_CTX *montgomery;
    BIGNUM *message;
    BIGNUM *result;
    size_t block;
};

static bool all_digits(struct mr_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.len > 0;
}

static int read_number(struct mr_span text, BIGNUM **out)
{
    char digits[MR_RSA_DECIMAL_MAX + 1];
    memcpy(digits, text.at, text.len);
    digits[text.len] = 0;
    return BN_dec2bn(out, digits) > 0 ? MR_OK : MR_ENOMEM;
}

/* What is wrong with the text of a key before it is worth a computation. */
static const char *text_problem(struct mr_span n, struct mr_span e, int *error)
{
    *error = MR_EINVAL;
    if (n.len > 0 && n.at[0] == '-')
        return "the modulus of the key is negative";
    if (e.len > 0 && e.at[0] == '-')
        return "the exponent of the key is negative";
    *error = MR_ELIMIT;
    if (n.len > MR_RSA_DECIMAL_MAX)
        return "the modulus of the key is too large";
    if (e.len > EXPONENT_DIGITS_MAX)
        return "the exponent of the key is too large";
    *error = MR_EINVAL;
    if (!all_digits(n) || !all_digits(e))
        return "the key is not made of numbers";
    return NULL;
}

static const char *number_problem(enum mr_rsa_role role, const BIGNUM *n, const BIGNUM *e,
                                  int *error)
{
    int bits = BN_num_bits(n);
    int most = role == MR_RSA_PEER_CLIENT ? MR_LIMIT_RSA_CLIENT_MAX : MR_LIMIT_RSA_ROOM_MAX;
    *error = MR_ELIMIT;
    if (bits < MR_LIMIT_RSA_MIN)
        return "the modulus of the key is too small";
    if (bits > most)
        return "the modulus of the key is too large";
    if (BN_num_bits(e) > EXPONENT_BITS_MAX)
        return "the exponent of the key is too large";
    *error = MR_EINVAL;
    if (!BN_is_odd(n))
        return "the modulus of the key is even";
    if (!BN_is_odd(e) || BN_is_one(e))
        return "the exponent of the key is even or one";
    return NULL;
}

static int prepare(struct mr_rsa_public *key)
{
    key->context = BN_CTX_new();
    key->montgomery = BN_MONT_CTX_new();
    key->message = BN_new();
    key->result = BN_new();
    if (!key->context || !key->montgomery || !key->message || !key->result)
        return MR_ENOMEM;
    if (BN_MONT_CTX_set(key->montgomery, key->n, key->context) != 1)
        return MR_ECRYPTO;
    key->block = (size_t)BN_num_bytes(key->n);
    return MR_OK;
}

int mr_rsa_public_parse(enum mr_rsa_role role, struct mr_span n, struct mr_span e,
                        struct mr_rsa_public **out, const char **why)
{
    const char *ignored;
    int error;
    *out = NULL;
    if (!why)
        why = &ignored;
    *why = text_problem(n, e, &error);
    if (*why)
        return error;
    struct mr_rsa_public *key = calloc(1, sizeof *key);
    *why = "out of memory";
    if (!key)
        return MR_ENOMEM;
    error = read_number(n, &key->n);
    if (!error)
        error = read_number(e, &key->e);
    if (!error) {
        const char *problem = number_problem(role, key->n, key->e, &error);
        if (problem)
            *why = problem;
        else
            error = prepare(key);
    }
    if (error) {
        ERR_clear_error();
        mr_rsa_public_free(key);
        return error;
    }
    *why = NULL;
    *out = key;
    return MR_OK;
}

void mr_rsa_public_free(struct mr_rsa_public *key)
{
    if (!key)
        return;
    BN_free(key->n);
    BN_free(key->e);
    BN_clear_free(key->message);
    BN_free(key->result);
    BN_MONT_CTX_free(key->montgomery);
    BN_CTX_free(key->context);
    free(key);
}

size_t mr_rsa_public_block(const struct mr_rsa_public *key)
{
    return key->block;
}

/* With the modulus of the peer and its small exponent there is no secret to protect in time but the
 * message, which BN_mod_exp_mont() treats alike whatever it is. */
static int encrypt(struct mr_rsa_public *key, const uint8_t *em, uint8_t *block)
{
    if (BN_bin2bn(em, (int)key->block, key->message) &&
        BN_mod_exp_mont(key->result, key->message, key->e, key->n, key->context, key->montgomery) ==
            1 &&
        BN_bn2binpad(key->result, block, (int)key->block) == (int)key->block)
        return MR_OK;
    ERR_clear_error();
    return MR_ECRYPTO;
}

int mr_rsa_encrypt_padded(struct mr_rsa_public *key, const uint8_t aes_key[static MR_AES_KEY_BYTES],
                          const uint8_t *padding, uint8_t *block)
{
    uint8_t em[MR_RSA_BLOCK_MAX];
    size_t padding_len = key->block - OVERHEAD;
    if (memchr(padding, 0, padding_len))
        return MR_EINVAL;
    em[0] = 0;
    em[1] = 2;
    memcpy(em + 2, padding, padding_len);
    em[2 + padding_len] = 0;
    memcpy(em + 3 + padding_len, aes_key, MR_AES_KEY_BYTES);
    int error = encrypt(key, em, block);
    mr_wipe(em, key->block);
    return error;
}

int mr_rsa_encrypt(struct mr_rsa_public *key, const uint8_t aes_key[static MR_AES_KEY_BYTES],
                   uint8_t *block)
{
    uint8_t padding[MR_RSA_BLOCK_MAX];
    size_t len = key->block - OVERHEAD;
    int error = mr_rng_bytes(padding, len);
    for (size_t i = 0; i < len && !error; i++)
        while (padding[i] == 0 && !error)
            error = mr_rng_bytes(padding + i, 1);
    return error ? error : mr_rsa_encrypt_padded(key, aes_key, padding, block);
}
