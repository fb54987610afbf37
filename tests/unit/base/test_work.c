#include "core/base/work.h"

#include <moonroom/errors.h>

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* One row for each order, found with Python's hashlib; tests/unit/wire has more. */
static const char prev[] = "9fad20395a815a68752128454ca2fc17538a5e03178c04e54dcd35bce0f252d2"
                           "358be2547596623ab63a0408874c4213c21e50f507c03d73e6f286826a0862e6";
static const char s[] =
    "lEaSaS8UkwY1JDedXeboMqNw-WbbmWKDWSKvjnZH_0Bm8zgAwAnWwQnw08yRE9aruYanRokUgjpVdM16eyLYkQ";

static void solutions(void **state)
{
    (void)state;
    char hex[MR_WORK_HASH_HEX + 1];
    assert_int_equal(mr_work_verify(MR_WORK_S_PREV, 1, prev, s, hex), 0);
    assert_string_equal(hex, "0c7abdd9fa422b588234b89af2f4e22165125f9b4f8a6e0e8e4b9b060b218d48"
                             "7eae4e003fdea60d5387a770ac81c127a9c23b1e2afc218bc174c5fca9580ebc");
    assert_int_equal(mr_work_verify(MR_WORK_S_PREV, 0, prev, s, NULL), 0);
    assert_int_equal(mr_work_verify(MR_WORK_S_PREV, 2, prev, s, hex), MR_EUNVERIFIED);
    assert_int_equal(hex[0], '0');
    uint8_t one[MR_SHA512_BYTES], other[MR_SHA512_BYTES];
    mr_work_digest(MR_WORK_S_PREV, prev, s, one);
    mr_work_digest(MR_WORK_PREV_S, prev, s, other);
    assert_memory_not_equal(one, other, sizeof one);
}

static void grammar(void **state)
{
    (void)state;
    char text[130];
    memset(text, '!', sizeof text);
    assert_true(mr_work_s_valid(text, 86));
    assert_false(mr_work_s_valid(text, 85));
    assert_false(mr_work_s_valid(text, 87));
    static const char outside[] = {' ', 0, 0x7f, '\n', (char)0x80, (char)0xff};
    for (size_t i = 0; i < sizeof outside; i++) {
        text[40] = outside[i];
        assert_false(mr_work_s_valid(text, 86));
    }
    text[40] = '~';
    assert_true(mr_work_s_valid(text, 86));
    assert_true(mr_work_hash_valid(prev, 128));
    assert_false(mr_work_hash_valid(prev, 127));
    memcpy(text, prev, 128);
    text[5] = 'A';
    assert_false(mr_work_hash_valid(text, 128));
}

static void counting_zeros(void **state)
{
    (void)state;
    uint8_t digest[MR_SHA512_BYTES] = {0};
    assert_int_equal(mr_work_zeros(digest), 128);
    for (int zeros = 0; zeros < 128; zeros++) {
        memset(digest, 0, sizeof digest);
        digest[zeros / 2] = zeros % 2 ? 0x0f : 0xf0;
        assert_int_equal(mr_work_zeros(digest), zeros);
        digest[zeros / 2] = zeros % 2 ? 0x01 : 0x10;
        assert_int_equal(mr_work_zeros(digest), zeros);
    }
}

static void names_of_orders(void **state)
{
    (void)state;
    enum mr_work_order order;
    assert_int_equal(mr_work_order_by_name("prev_s", &order), 0);
    assert_int_equal(order, MR_WORK_PREV_S);
    assert_string_equal(mr_work_order_name(order), "prev_s");
    assert_int_equal(mr_work_order_by_name("s_prev", &order), 0);
    assert_string_equal(mr_work_order_name(order), "s_prev");
    assert_int_equal(mr_work_order_by_name("S", &order), MR_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(solutions),
        cmocka_unit_test(grammar),
        cmocka_unit_test(counting_zeros),
        cmocka_unit_test(names_of_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
