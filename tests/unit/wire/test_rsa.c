#include "tests/unit/wire/vectors.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

static cJSON *all;

static int load(void **state)
{
    (void)state;
    all = vectors_load();
    return 0;
}

static int unload(void **state)
{
    (void)state;
    cJSON_Delete(all);
    return 0;
}

static void blocks_match(void **state)
{
    (void)state;
    const cJSON *row;
    int count = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "pkcs1_deterministic"))
    {
        struct mr_buf padding = test_buf(), aes = test_buf(), block = test_buf();
        vectors_hex(row, "padding", &padding);
        vectors_hex(row, "aes_key", &aes);
        vectors_hex(row, "block", &block);
        struct mr_rsa_public *public = vectors_public(all, vectors_string(row, "key_name"));
        struct mr_rsa_key *key = vectors_key(all, vectors_string(row, "key_name"));
        assert_int_equal(mr_rsa_public_block(public), mr_buf_len(&block));
        assert_int_equal(mr_rsa_key_block(key), mr_buf_len(&block));
        uint8_t made[MR_RSA_BLOCK_MAX];
        uint8_t opened[MR_AES_KEY_BYTES];
        assert_int_equal(
            mr_rsa_encrypt_padded(public, mr_buf_data(&aes), mr_buf_data(&padding), made), 0);
        assert_memory_equal(made, mr_buf_data(&block), mr_buf_len(&block));
        assert_int_equal(mr_rsa_decrypt(key, mr_buf_data(&block), opened), 0);
        assert_memory_equal(opened, mr_buf_data(&aes), MR_AES_KEY_BYTES);
        mr_rsa_public_free(public);
        mr_rsa_key_free(key);
        mr_buf_free(&padding);
        mr_buf_free(&aes);
        mr_buf_free(&block);
        count++;
    }
    assert_int_equal(count, 20);
}

static void bad_blocks_are_refused(void **state)
{
    (void)state;
    const cJSON *row;
    int count = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "pkcs1_bad"))
    {
        struct mr_buf block = test_buf();
        vectors_hex(row, "block", &block);
        struct mr_rsa_key *key = vectors_key(all, vectors_string(row, "key_name"));
        uint8_t opened[MR_AES_KEY_BYTES];
        assert_int_equal(mr_rsa_decrypt(key, mr_buf_data(&block), opened), MR_ECRYPTO);
        mr_rsa_key_free(key);
        mr_buf_free(&block);
        count++;
    }
    assert_int_equal(count, 10);
}

static void zero_padding_is_refused(void **state)
{
    (void)state;
    struct mr_rsa_public *public = vectors_public(all, "rsa256-0");
    const uint8_t padding[13] = {1, 2, 3, 4, 5, 6, 0, 8, 9, 10, 11, 12, 13};
    const uint8_t aes[16] = {0};
    uint8_t block[32];
    assert_int_equal(mr_rsa_encrypt_padded(public, aes, padding, block), MR_EINVAL);
    mr_rsa_public_free(public);
}

static void made_keys_work(void **state)
{
    (void)state;
    static const int sizes[] = {MR_RSA_CLIENT_BITS, MR_RSA_CLIENT_BITS, MR_RSA_CLIENT_BITS,
                                MR_RSA_ROOM_BITS, 1024};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct mr_rsa_key *key;
        struct mr_rsa_public *public;
        assert_int_equal(mr_rsa_key_generate(sizes[i], &key), 0);
        assert_int_equal(mr_rsa_key_block(key), sizes[i] / 8);
        assert_string_equal(mr_rsa_key_e(key), "65537");
        enum mr_rsa_role role = sizes[i] == 256 ? MR_RSA_PEER_CLIENT : MR_RSA_PEER_ROOM;
        assert_int_equal(mr_rsa_public_parse(role, mr_span_of(mr_rsa_key_n(key)),
                                             mr_span_of(mr_rsa_key_e(key)), &public, NULL),
                         0);
        for (int round = 0; round < 50; round++) {
            uint8_t aes[16], opened[16], block[MR_RSA_BLOCK_MAX];
            memset(aes, round, sizeof aes);
            assert_int_equal(mr_rsa_encrypt(public, aes, block), 0);
            assert_int_equal(mr_rsa_decrypt(key, block, opened), 0);
            assert_memory_equal(aes, opened, 16);
            block[round % 32] ^= 1;
            assert_int_equal(mr_rsa_decrypt(key, block, opened), MR_ECRYPTO);
        }
        mr_rsa_public_free(public);
        mr_rsa_key_free(key);
    }
}

static void sizes_of_made_keys_are_checked(void **state)
{
    (void)state;
    struct mr_rsa_key *key;
    assert_int_equal(mr_rsa_key_generate(254, &key), MR_EINVAL);
    assert_int_equal(mr_rsa_key_generate(257, &key), MR_EINVAL);
    assert_int_equal(mr_rsa_key_generate(4098, &key), MR_EINVAL);
    assert_null(key);
}

static void numbers_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    struct mr_rsa_key *key;
    const cJSON *row = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(all, "keys"), 0);
    const char *n = vectors_string(row, "n"), *d = vectors_string(row, "d");
    const char *p = vectors_string(row, "p"), *q = vectors_string(row, "q");
    assert_int_equal(mr_rsa_key_load(n, "65539", d, p, q, &key), MR_EINVAL);
    assert_int_equal(mr_rsa_key_load(n, "65537", "3", p, q, &key), MR_EINVAL);
    assert_int_equal(mr_rsa_key_load(n, "65537", d, p, p, &key), MR_EINVAL);
    assert_int_equal(mr_rsa_key_load(n, "65537", d, n, "1", &key), MR_EINVAL);
    assert_int_equal(mr_rsa_key_load("12x", "65537", d, p, q, &key), MR_EINVAL);
    assert_int_equal(mr_rsa_key_load("", "65537", d, p, q, &key), MR_EINVAL);
    assert_int_equal(mr_rsa_key_load(n, "-65537", d, p, q, &key), MR_EINVAL);
}

/* 2^bits - 1 and 2^(bits - 1) + 1 in decimal: odd numbers of exactly that many bits. */
static void power_of_two(int exponent, int plus, char *out)
{
    uint8_t digits[1300] = {1};
    size_t len = 1;
    for (int i = 0; i < exponent; i++) {
        unsigned carry = 0;
        for (size_t j = 0; j < len; j++) {
            carry += 2u * digits[j];
            digits[j] = (uint8_t)(carry % 10);
            carry /= 10;
        }
        if (carry)
            digits[len++] = (uint8_t)carry;
    }
    /* A power of two never ends in 0 or 9, so neither addition carries. */
    digits[0] = (uint8_t)(digits[0] + plus);
    for (size_t j = 0; j < len; j++)
        out[j] = (char)('0' + digits[len - 1 - j]);
    out[len] = 0;
}

static int parse(enum mr_rsa_role role, const char *n, const char *e)
{
    struct mr_rsa_public *key;
    const char *why = NULL;
    int error = mr_rsa_public_parse(role, mr_span_of(n), mr_span_of(e), &key, &why);
    assert_true(error ? why != NULL && key == NULL : why == NULL && key != NULL);
    mr_rsa_public_free(key);
    return error;
}

static int parse_bits(enum mr_rsa_role role, int bits, bool largest)
{
    char n[1300];
    power_of_two(largest ? bits : bits - 1, largest ? -1 : 1, n);
    return parse(role, n, "65537");
}

static void sizes_of_a_peers_modulus(void **state)
{
    (void)state;
    assert_int_equal(parse_bits(MR_RSA_PEER_CLIENT, 248, true), MR_ELIMIT);
    assert_int_equal(parse_bits(MR_RSA_PEER_CLIENT, 249, false), 0);
    assert_int_equal(parse_bits(MR_RSA_PEER_CLIENT, 256, true), 0);
    assert_int_equal(parse_bits(MR_RSA_PEER_CLIENT, 257, false), MR_ELIMIT);
    assert_int_equal(parse_bits(MR_RSA_PEER_ROOM, 248, true), MR_ELIMIT);
    assert_int_equal(parse_bits(MR_RSA_PEER_ROOM, 249, false), 0);
    assert_int_equal(parse_bits(MR_RSA_PEER_ROOM, 257, false), 0);
    assert_int_equal(parse_bits(MR_RSA_PEER_ROOM, 4096, true), 0);
    assert_int_equal(parse_bits(MR_RSA_PEER_ROOM, 4097, false), MR_ELIMIT);
}

static void lying_numbers_are_refused(void **state)
{
    (void)state;
    char good[100], even[100];
    power_of_two(255, 1, good);
    power_of_two(255, 0, even);
    assert_int_equal(parse(MR_RSA_PEER_ROOM, good, "3"), 0);
    assert_int_equal(parse(MR_RSA_PEER_ROOM, good, "18446744073709551615"), 0);
    static const char *const bad_n[] = {"0", "1", "-1", "", "x", "1e80", " 7", "0x10"};
    for (size_t i = 0; i < sizeof bad_n / sizeof bad_n[0]; i++)
        assert_true(parse(MR_RSA_PEER_ROOM, bad_n[i], "65537") < 0);
    assert_int_equal(parse(MR_RSA_PEER_ROOM, even, "65537"), MR_EINVAL);
    static const char *const bad_e[] = {"0",
                                        "1",
                                        "2",
                                        "65536",
                                        "-3",
                                        "",
                                        "x",
                                        "18446744073709551617",
                                        "99999999999999999999",
                                        "340282366920938463463374607431768211457"};
    for (size_t i = 0; i < sizeof bad_e / sizeof bad_e[0]; i++)
        assert_true(parse(MR_RSA_PEER_ROOM, good, bad_e[i]) < 0);
    size_t million = 1000000;
    char *huge = malloc(million + 1);
    assert_non_null(huge);
    memset(huge, '7', million);
    huge[million] = 0;
    assert_int_equal(parse(MR_RSA_PEER_ROOM, huge, "65537"), MR_ELIMIT);
    assert_int_equal(parse(MR_RSA_PEER_ROOM, good, huge), MR_ELIMIT);
    free(huge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_match),
        cmocka_unit_test(bad_blocks_are_refused),
        cmocka_unit_test(zero_padding_is_refused),
        cmocka_unit_test(made_keys_work),
        cmocka_unit_test(sizes_of_made_keys_are_checked),
        cmocka_unit_test(numbers_that_do_not_fit_are_refused),
        cmocka_unit_test(sizes_of_a_peers_modulus),
        cmocka_unit_test(lying_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
