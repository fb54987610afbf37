/* The examples of FIPS 180-4 and the long ones of its test set. */
#include "core/base/hex.h"
#include "core/base/sha512.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void check(const void *message, size_t len, const char *expected)
{
    uint8_t digest[MR_SHA512_BYTES];
    char hex[MR_SHA512_HEX + 1];
    mr_sha512_of(message, len, digest);
    mr_hex_encode(digest, sizeof digest, hex);
    assert_string_equal(hex, expected);
}

static void known_messages(void **state)
{
    (void)state;
    check("", 0,
          "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
          "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
    check("abc", 3,
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
          "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    static const char two_blocks[] = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                                     "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
    check(two_blocks, strlen(two_blocks),
          "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
          "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909");
}

static void a_million_letters(void **state)
{
    (void)state;
    static char letters[1000];
    struct mr_sha512 hash;
    uint8_t digest[MR_SHA512_BYTES];
    char hex[MR_SHA512_HEX + 1];
    memset(letters, 'a', sizeof letters);
    mr_sha512_init(&hash);
    for (int i = 0; i < 1000; i++)
        mr_sha512_update(&hash, letters, sizeof letters);
    mr_sha512_final(&hash, digest);
    mr_hex_encode(digest, sizeof digest, hex);
    assert_string_equal(hex, "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
                             "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_messages),
        cmocka_unit_test(a_million_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
