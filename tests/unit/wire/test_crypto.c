/* AES in counter mode, hashes, credentials, and the mining vectors. */
#include "tests/unit/wire/vectors.h"

#include "core/base/hex.h"
#include "core/base/limits.h"
#include "core/base/work.h"
#include "core/wire/aes_ctr.h"
#include "core/wire/hash.h"
#include "core/wire/rng.h"

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

static void key_streams_match(void **state)
{
    (void)state;
    const cJSON *row;
    struct mr_aes_ctr *aes;
    int count = 0;
    assert_int_equal(mr_aes_ctr_new(&aes), 0);
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "aes_ctr"))
    {
        static uint8_t zeros[4200], stream[4200], piece[4200];
        struct mr_buf key = test_buf(), first = test_buf(), later = test_buf();
        vectors_hex(row, "key", &key);
        vectors_hex(row, "keystream_first_80", &first);
        vectors_hex(row, "keystream_4080_4112", &later);
        assert_int_equal(mr_aes_ctr_crypt(aes, mr_buf_data(&key), zeros, sizeof zeros, stream), 0);
        assert_memory_equal(stream, mr_buf_data(&first), 80);
        assert_memory_equal(stream + 4080, mr_buf_data(&later), 32);
        /* Every length gives the beginning of the same stream, also in place. */
        for (size_t len = 0; len < 100; len++) {
            memset(piece, 0, sizeof piece);
            assert_int_equal(mr_aes_ctr_crypt(aes, mr_buf_data(&key), piece, len, piece), 0);
            assert_memory_equal(piece, stream, len);
        }
        mr_buf_free(&key);
        mr_buf_free(&first);
        mr_buf_free(&later);
        count++;
    }
    assert_int_equal(count, 4);
    mr_aes_ctr_free(aes);
}

static void credentials_match(void **state)
{
    (void)state;
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "password_hashes"))
    {
        const char *user = vectors_string(row, "user"), *password = vectors_string(row, "password");
        char hex[MR_SHA512_HEX + 1];
        int error = mr_hash_credential(password, strlen(password), user, strlen(user), hex);
        /* The vectors have names that are longer than names may be. */
        if (strlen(user) > MR_LIMIT_NAME) {
            assert_int_equal(error, MR_ELIMIT);
            struct mr_buf both = test_buf_of(password);
            assert_int_equal(mr_buf_append_str(&both, user), 0);
            error = mr_hash_sha512_hex(mr_buf_data(&both), mr_buf_len(&both), hex);
            mr_buf_free(&both);
        }
        assert_int_equal(error, 0);
        assert_string_equal(hex, vectors_string(row, "sent"));
    }
}

static void credential_limits(void **state)
{
    (void)state;
    static char password[MR_LIMIT_PASSWORD + 1];
    char hex[MR_SHA512_HEX + 1];
    memset(password, 'x', sizeof password);
    assert_int_equal(mr_hash_credential(password, MR_LIMIT_PASSWORD, "u", 1, hex), 0);
    assert_int_equal(mr_hash_credential(password, MR_LIMIT_PASSWORD + 1, "u", 1, hex), MR_ELIMIT);
    assert_int_equal(mr_hash_credential("x", 1, password, MR_LIMIT_NAME, hex), 0);
    assert_int_equal(mr_hash_credential("x", 1, password, MR_LIMIT_NAME + 1, hex), MR_ELIMIT);
}

static void mining_matches(void **state)
{
    (void)state;
    const cJSON *row;
    int count = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "mining"))
    {
        const char *order_text = vectors_string(row, "order");
        enum mr_work_order order = order_text[0] == 'S' ? MR_WORK_S_PREV : MR_WORK_PREV_S;
        const char *s = vectors_string(row, "S"), *prev = vectors_string(row, "prev_hash");
        int zeros = (int)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(row, "zeros"));
        bool accepted = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, "accepted"));
        char hex[MR_WORK_HASH_HEX + 1];
        assert_true(mr_work_s_valid(s, strlen(s)));
        assert_true(mr_work_hash_valid(prev, strlen(prev)));
        assert_int_equal(mr_work_verify(order, zeros, prev, s, hex), accepted ? 0 : MR_EUNVERIFIED);
        assert_string_equal(hex, vectors_string(row, "digest"));
        count++;
    }
    assert_int_equal(count, 10);
}

/* The reference in core/base and OpenSSL agree on every length around the borders of blocks. */
static void both_sha512_agree(void **state)
{
    (void)state;
    static uint8_t message[700];
    assert_int_equal(mr_rng_bytes(message, sizeof message), 0);
    for (size_t len = 0; len <= sizeof message; len++) {
        uint8_t ours[MR_SHA512_BYTES], theirs[MR_SHA512_BYTES];
        mr_sha512_of(message, len, ours);
        assert_int_equal(mr_hash_sha512(message, len, theirs), 0);
        assert_memory_equal(ours, theirs, sizeof ours);
        struct mr_sha512 pieces;
        mr_sha512_init(&pieces);
        for (size_t at = 0; at < len; at += 37)
            mr_sha512_update(&pieces, message + at, len - at < 37 ? len - at : 37);
        mr_sha512_final(&pieces, ours);
        assert_memory_equal(ours, theirs, sizeof ours);
    }
}

static void random_bytes_differ(void **state)
{
    (void)state;
    uint8_t a[32] = {0}, b[32] = {0};
    assert_int_equal(mr_rng_bytes(a, sizeof a), 0);
    assert_int_equal(mr_rng_bytes(b, sizeof b), 0);
    assert_memory_not_equal(a, b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_streams_match), cmocka_unit_test(credentials_match),
        cmocka_unit_test(credential_limits), cmocka_unit_test(mining_matches),
        cmocka_unit_test(both_sha512_agree), cmocka_unit_test(random_bytes_differ),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
