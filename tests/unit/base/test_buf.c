#include "core/base/buf.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void grows_and_gives_back(void **state)
{
    (void)state;
    struct mr_buf buf;
    mr_buf_init(&buf, 1000);
    assert_string_equal(mr_buf_str(&buf), "");
    assert_int_equal(mr_buf_append(&buf, NULL, 0), 0);
    assert_int_equal(mr_buf_append_str(&buf, "hello "), 0);
    assert_int_equal(mr_buf_printf(&buf, "%d %s", 42, "times"), 0);
    assert_int_equal(mr_buf_append_byte(&buf, '!'), 0);
    assert_string_equal(mr_buf_str(&buf), "hello 42 times!");
    mr_buf_consume(&buf, 6);
    assert_string_equal(mr_buf_str(&buf), "42 times!");
    mr_buf_truncate(&buf, 2);
    assert_string_equal(mr_buf_str(&buf), "42");
    mr_buf_truncate(&buf, 5);
    assert_int_equal(mr_buf_len(&buf), 2);
    char *taken = mr_buf_take(&buf);
    assert_string_equal(taken, "42");
    free(taken);
    assert_int_equal(mr_buf_len(&buf), 0);
    assert_int_equal(mr_buf_room(&buf), 1000);
    taken = mr_buf_take(&buf);
    assert_string_equal(taken, "");
    free(taken);
    mr_buf_free(&buf);
    mr_buf_wipe(&buf);
}

static void taking_behind_consumed_bytes(void **state)
{
    (void)state;
    struct mr_buf buf;
    mr_buf_init(&buf, 100);
    assert_int_equal(mr_buf_append_str(&buf, "abcdef"), 0);
    mr_buf_consume(&buf, 3);
    char *taken = mr_buf_take(&buf);
    assert_string_equal(taken, "def");
    free(taken);
}

static void keeps_its_maximum(void **state)
{
    (void)state;
    struct mr_buf buf;
    mr_buf_init(&buf, 5);
    assert_int_equal(mr_buf_append_str(&buf, "12345"), 0);
    assert_int_equal(mr_buf_append_byte(&buf, '6'), MR_ELIMIT);
    assert_int_equal(mr_buf_printf(&buf, "%d", 6), MR_ELIMIT);
    assert_null(mr_buf_reserve(&buf, 1));
    assert_int_equal(mr_buf_append(&buf, "x", SIZE_MAX), MR_ELIMIT);
    assert_string_equal(mr_buf_str(&buf), "12345");
    mr_buf_consume(&buf, 2);
    assert_int_equal(mr_buf_append_str(&buf, "67"), 0);
    assert_int_equal(mr_buf_append_str(&buf, "8"), MR_ELIMIT);
    assert_string_equal(mr_buf_str(&buf), "34567");
    mr_buf_free(&buf);
    assert_int_equal(mr_buf_append_str(&buf, "123456"), MR_ELIMIT);
    assert_int_equal(mr_buf_append_str(&buf, "12345"), 0);
    mr_buf_consume(&buf, 100);
    assert_int_equal(mr_buf_len(&buf), 0);
    mr_buf_wipe(&buf);
    mr_buf_init(&buf, 0);
    assert_int_equal(mr_buf_append_byte(&buf, 'x'), MR_ELIMIT);
    assert_int_equal(mr_buf_printf(&buf, "%s", ""), 0);
    assert_string_equal(mr_buf_str(&buf), "");
    mr_buf_free(&buf);
}

static void reserving(void **state)
{
    (void)state;
    struct mr_buf buf;
    mr_buf_init(&buf, 100);
    uint8_t *to = mr_buf_reserve(&buf, 10);
    assert_non_null(to);
    memcpy(to, "abc", 3);
    mr_buf_commit(&buf, 3);
    assert_string_equal(mr_buf_str(&buf), "abc");
    mr_buf_free(&buf);
}

/* A simple generator, so that a failure can be repeated. */
static uint32_t next_number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* The buffer against a plain array that does the same. */
static void does_what_an_array_does(void **state)
{
    (void)state;
    enum { MAX = 700 };
    uint8_t model[MAX], bytes[MAX];
    size_t len = 0;
    uint32_t seed = 20261122;
    struct mr_buf buf;
    mr_buf_init(&buf, MAX);
    for (int i = 0; i < 200000; i++) {
        size_t amount = next_number(&seed) % (next_number(&seed) % 4 ? 40 : MAX);
        switch (next_number(&seed) % 8) {
        case 0:
        case 1:
        case 2:
        case 3: {
            for (size_t j = 0; j < amount; j++)
                bytes[j] = (uint8_t)next_number(&seed);
            int expected = len + amount > MAX ? MR_ELIMIT : MR_OK;
            assert_int_equal(mr_buf_append(&buf, bytes, amount), expected);
            if (!expected) {
                memcpy(model + len, bytes, amount);
                len += amount;
            }
            break;
        }
        case 4:
        case 5: {
            size_t gone = amount < len ? amount : len;
            mr_buf_consume(&buf, amount);
            memmove(model, model + gone, len - gone);
            len -= gone;
            break;
        }
        case 6:
            mr_buf_truncate(&buf, amount);
            len = amount < len ? amount : len;
            break;
        default:
            if (next_number(&seed) % 50 == 0) {
                mr_buf_clear(&buf);
                len = 0;
            } else if (next_number(&seed) % 50 == 0) {
                mr_buf_free(&buf);
                len = 0;
            }
        }
        assert_int_equal(mr_buf_len(&buf), len);
        assert_int_equal(mr_buf_room(&buf), MAX - len);
        assert_memory_equal(mr_buf_data(&buf), model, len);
        assert_int_equal(mr_buf_data(&buf)[len], 0);
    }
    mr_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_gives_back),    cmocka_unit_test(taking_behind_consumed_bytes),
        cmocka_unit_test(keeps_its_maximum),       cmocka_unit_test(reserving),
        cmocka_unit_test(does_what_an_array_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
