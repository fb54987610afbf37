#include "tests/unit/wire/vectors.h"

#include "core/base/hex.h"
#include "core/base/limits.h"
#include "core/wire/password.h"

#include <moonroom/errors.h>

#include <string.h>

static const struct mr_password_cost cheap = {.n = 2, .r = 1, .p = 1};

/* Computed with Python's hashlib.scrypt and hmac from the same salt. */
static void matches_another_implementation(void **state)
{
    (void)state;
    struct mr_password_record record = {.cost = {.n = 16384, .r = 8, .p = 1}};
    static const char h[] = "d578fdbe49b3e13faf6b46ded4479005470e1abdebefb4302d80a566a57e450f0d6cdd"
                            "37fde2c92ac04c4ab4231a91dd7023f7627e13eea3a91763d0cc3e04c2";
    for (uint8_t i = 0; i < MR_PASSWORD_SALT_BYTES; i++)
        record.salt[i] = i;
    assert_int_equal(
        mr_hex_decode("05b756b454ef2a48cd12f82707900fc895a1a078268af8f81d9081a8e4187efb"
                      "6dfcba702f1fdaef57a7b84a19935ed01d649451459d685f8f1bc1fcc4c04a92",
                      128, record.stored_key),
        64);
    assert_int_equal(mr_password_verify(&record, h, 128), 0);
    assert_int_equal(mr_password_verify(&record, h, 127), MR_EBADPASSWORD);
}

static void made_records_verify(void **state)
{
    (void)state;
    struct mr_password_record a, b;
    assert_int_equal(mr_password_make("secret", 6, &cheap, &a), 0);
    assert_int_equal(mr_password_make("secret", 6, &cheap, &b), 0);
    assert_memory_not_equal(a.salt, b.salt, sizeof a.salt);
    assert_memory_not_equal(a.stored_key, b.stored_key, sizeof a.stored_key);
    assert_memory_not_equal(a.stored_key, a.server_key, sizeof a.stored_key);
    assert_int_equal(mr_password_verify(&a, "secret", 6), 0);
    assert_int_equal(mr_password_verify(&a, "Secret", 6), MR_EBADPASSWORD);
    assert_int_equal(mr_password_verify(&a, "secre", 5), MR_EBADPASSWORD);
    a.salt[0] ^= 1;
    assert_int_equal(mr_password_verify(&a, "secret", 6), MR_EBADPASSWORD);
}

static void default_cost_works(void **state)
{
    (void)state;
    struct mr_password_record record;
    assert_int_equal(mr_password_make("x", 1, &mr_password_default_cost, &record), 0);
    assert_int_equal(record.cost.n, 16384);
    assert_int_equal(mr_password_verify(&record, "x", 1), 0);
}

static void nothing_fits_a_dummy(void **state)
{
    (void)state;
    struct mr_password_record record;
    assert_int_equal(mr_password_dummy(&cheap, &record), 0);
    assert_int_equal(record.cost.n, cheap.n);
    assert_int_equal(mr_password_verify(&record, "secret", 6), MR_EBADPASSWORD);
}

static void bounds(void **state)
{
    (void)state;
    static const struct mr_password_cost bad[] = {
        {.n = 0, .r = 8, .p = 1},        {.n = 1, .r = 8, .p = 1},   {.n = 3, .r = 8, .p = 1},
        {.n = 1u << 21, .r = 8, .p = 1}, {.n = 16, .r = 0, .p = 1},  {.n = 16, .r = 33, .p = 1},
        {.n = 16, .r = 8, .p = 0},       {.n = 16, .r = 8, .p = 17},
    };
    struct mr_password_record record;
    char h[MR_LIMIT_CREDENTIAL_HASH + 1];
    memset(h, 'a', sizeof h);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(mr_password_make("x", 1, &bad[i], &record), MR_EINVAL);
    assert_int_equal(mr_password_make("", 0, &cheap, &record), MR_EINVAL);
    assert_int_equal(mr_password_make(h, MR_LIMIT_CREDENTIAL_HASH, &cheap, &record), 0);
    assert_int_equal(mr_password_make(h, MR_LIMIT_CREDENTIAL_HASH + 1, &cheap, &record), MR_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_another_implementation),
        cmocka_unit_test(made_records_verify),
        cmocka_unit_test(default_cost_works),
        cmocka_unit_test(nothing_fits_a_dummy),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
