/* The private half: our own key pair. */
#include "core/wire/rsa.h"

#include "core/base/secret.h"

#include <moonroom/errors.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

enum { EXPONENT = 65537, TRIES = 100 };

struct mr_rsa_key {
    EVP_PKEY *pkey;
    EVP_PKEY_CTX *context; /* reused: setting one up costs as much as a decryption */
    char *n;
    char *e;
    size_t block;
};

/* The numbers of a key pair while it is made. */
struct numbers {
    BIGNUM *n, *e, *d, *p, *q, *dp, *dq, *qinv;
    BN_CTX *context;
};

static int numbers_new(struct numbers *k)
{
    *k = (struct numbers){.n = BN_new(),
                          .e = BN_new(),
                          .d = BN_new(),
                          .p = BN_new(),
                          .q = BN_new(),
                          .dp = BN_new(),
                          .dq = BN_new(),
                          .qinv = BN_new(),
                          .context = BN_CTX_new()};
    bool all = k->n && k->e && k->d && k->p && k->q && k->dp && k->dq && k->qinv && k->context;
    return all ? MR_OK : MR_ENOMEM;
}

static void numbers_free(struct numbers *k)
{
    BN_free(k->n);
    BN_free(k->e);
    BN_clear_free(k->d);
    BN_clear_free(k->p);
    BN_clear_free(k->q);
    BN_clear_free(k->dp);
    BN_clear_free(k->dq);
    BN_clear_free(k->qinv);
    BN_CTX_free(k->context);
}

/* The numbers that make decryption fast, from d, p and q. False if p and q do not fit together. */
static bool derive_crt(struct numbers *k)
{
    BIGNUM *less = BN_new();
    bool good = less && BN_sub(less, k->p, BN_value_one()) &&
                BN_mod(k->dp, k->d, less, k->context) && BN_sub(less, k->q, BN_value_one()) &&
                BN_mod(k->dq, k->d, less, k->context) &&
                BN_mod_inverse(k->qinv, k->q, k->p, k->context);
    BN_clear_free(less);
    return good;
}

static bool push_numbers(OSSL_PARAM_BLD *build, const struct numbers *k)
{
    return OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, k->n) &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, k->e) &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_D, k->d) &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_FACTOR1, k->p) &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_FACTOR2, k->q) &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_EXPONENT1, k->dp) &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_EXPONENT2, k->dq) &&
           OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, k->qinv);
}

/* OpenSSL makes no keys this small itself, but it takes them. */
static EVP_PKEY *make_pkey(const struct numbers *k)
{
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM *params = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (build && context && push_numbers(build, k))
        params = OSSL_PARAM_BLD_to_param(build);
    if (!params || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
        pkey = NULL;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(context);
    return pkey;
}

static char *decimal(const BIGNUM *number)
{
    char *theirs = BN_bn2dec(number);
    char *ours = theirs ? strdup(theirs) : NULL;
    OPENSSL_free(theirs);
    return ours;
}

static int make_key(const struct numbers *k, struct mr_rsa_key **out)
{
    struct mr_rsa_key *key = calloc(1, sizeof *key);
    if (!key)
        return MR_ENOMEM;
    key->block = (size_t)BN_num_bytes(k->n);
    key->n = decimal(k->n);
    key->e = decimal(k->e);
    key->pkey = make_pkey(k);
    key->context = key->pkey ? EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL) : NULL;
    if (!key->n || !key->e || !key->context || EVP_PKEY_decrypt_init(key->context) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(key->context, RSA_NO_PADDING) != 1) {
        mr_rsa_key_free(key);
        return MR_ECRYPTO;
    }
    *out = key;
    return MR_OK;
}

/* A prime whose predecessor shares no factor with the exponent. */
static bool make_prime(BIGNUM *prime, int bits)
{
    do {
        if (BN_generate_prime_ex(prime, bits, 0, NULL, NULL, NULL) != 1)
            return false;
    } while (BN_mod_word(prime, EXPONENT) == 1);
    return true;
}

/* Both primes have their two upper bits set, so that n has exactly the bits asked for. */
static bool make_numbers(struct numbers *k, int bits)
{
    if (!BN_set_word(k->e, EXPONENT) || !make_prime(k->p, bits / 2))
        return false;
    int tries = TRIES;
    do {
        if (tries-- == 0 || !make_prime(k->q, bits / 2))
            return false;
    } while (BN_cmp(k->p, k->q) == 0);
    BIGNUM *p_less = BN_new();
    BIGNUM *q_less = BN_new();
    bool good = p_less && q_less && BN_mul(k->n, k->p, k->q, k->context) &&
                BN_sub(p_less, k->p, BN_value_one()) && BN_sub(q_less, k->q, BN_value_one()) &&
                BN_mul(p_less, p_less, q_less, k->context);
    if (good) {
        BN_set_flags(p_less, BN_FLG_CONSTTIME);
        good = BN_mod_inverse(k->d, k->e, p_less, k->context) && derive_crt(k);
    }
    BN_clear_free(p_less);
    BN_clear_free(q_less);
    return good && BN_num_bits(k->n) == bits;
}

int mr_rsa_key_generate(int bits, struct mr_rsa_key **out)
{
    struct numbers k;
    *out = NULL;
    if (bits < MR_RSA_CLIENT_BITS || bits > MR_LIMIT_RSA_ROOM_MAX || bits % 2)
        return MR_EINVAL;
    int error = numbers_new(&k);
    if (!error)
        error = make_numbers(&k, bits) ? make_key(&k, out) : MR_ECRYPTO;
    numbers_free(&k);
    if (error)
        ERR_clear_error();
    return error;
}

static bool parse_number(BIGNUM **number, const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= MR_RSA_DECIMAL_MAX && BN_dec2bn(number, text) == (int)len &&
           !BN_is_negative(*number) && !BN_is_zero(*number);
}

/* Whether n = p q and e d = 1 modulo p - 1 and q - 1; fills in the rest. */
static bool numbers_fit(struct numbers *k)
{
    BIGNUM *a = BN_new();
    BIGNUM *b = BN_new();
    bool good = a && b && BN_num_bits(k->n) >= MR_LIMIT_RSA_MIN && BN_is_odd(k->p) &&
                BN_is_odd(k->q) && !BN_is_one(k->p) && !BN_is_one(k->q) &&
                BN_mul(a, k->p, k->q, k->context) && BN_cmp(a, k->n) == 0;
    const BIGNUM *const primes[] = {k->p, k->q};
    for (int i = 0; i < 2 && good; i++)
        good = BN_sub(b, primes[i], BN_value_one()) && BN_mod_mul(a, k->e, k->d, b, k->context) &&
               BN_is_one(a);
    BN_clear_free(a);
    BN_clear_free(b);
    return good && derive_crt(k);
}

int mr_rsa_key_load(const char *n, const char *e, const char *d, const char *p, const char *q,
                    struct mr_rsa_key **out)
{
    struct numbers k;
    *out = NULL;
    int error = numbers_new(&k);
    if (!error) {
        bool good = parse_number(&k.n, n) && parse_number(&k.e, e) && parse_number(&k.d, d) &&
                    parse_number(&k.p, p) && parse_number(&k.q, q) && numbers_fit(&k);
        error = good ? make_key(&k, out) : MR_EINVAL;
    }
    numbers_free(&k);
    if (error)
        ERR_clear_error();
    return error;
}

void mr_rsa_key_free(struct mr_rsa_key *key)
{
    if (!key)
        return;
    EVP_PKEY_CTX_free(key->context);
    EVP_PKEY_free(key->pkey);
    free(key->n);
    free(key->e);
    free(key);
}

const char *mr_rsa_key_n(const struct mr_rsa_key *key)
{
    return key->n;
}

const char *mr_rsa_key_e(const struct mr_rsa_key *key)
{
    return key->e;
}

size_t mr_rsa_key_block(const struct mr_rsa_key *key)
{
    return key->block;
}

/* 1 if a is zero, else 0, without a branch. */
static uint32_t is_zero(uint32_t a)
{
    return (~a & (a - 1)) >> 31;
}

/* Only a block around exactly 16 bytes is wanted, so the place of everything in it is known: a mask
 * gathers what is wrong, and nothing depends on where. OpenSSL's own unpadding is not used: newer
 * versions answer a bad block with a made-up key, which would break the search for frames. */
static uint32_t bad_padding(const uint8_t *em, size_t len)
{
    size_t separator = len - MR_AES_KEY_BYTES - 1;
    uint32_t bad = (uint32_t)em[0] | (uint32_t)(em[1] ^ 2) | em[separator];
    for (size_t i = 2; i < separator; i++)
        bad |= is_zero(em[i]);
    return bad;
}

int mr_rsa_decrypt(struct mr_rsa_key *key, const uint8_t *block,
                   uint8_t aes_key[static MR_AES_KEY_BYTES])
{
    uint8_t em[MR_RSA_BLOCK_MAX];
    size_t len = sizeof em;
    if (EVP_PKEY_decrypt(key->context, em, &len, block, key->block) != 1 || len != key->block) {
        ERR_clear_error();
        return MR_ECRYPTO;
    }
    uint32_t bad = bad_padding(em, len);
    memcpy(aes_key, em + len - MR_AES_KEY_BYTES, MR_AES_KEY_BYTES);
    mr_wipe(em, len);
    return is_zero(bad) ? MR_OK : MR_ECRYPTO;
}
