#include "core/base/buf.h"
#include "core/base/str.h"

#include <moonroom/errors.h>

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_code_point_goes_there_and_back(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x110000; c++) {
        char utf8[4];
        uint32_t again = 0;
        size_t len = mr_utf8_encode(c, utf8);
        bool character = c <= 0x10ffff && !(c >= 0xd800 && c < 0xe000);
        assert_int_equal(mr_utf8_next(utf8, len, &again), len);
        assert_int_equal(again, character ? c : 0xfffd);
        if (len > 1)
            assert_int_equal(mr_utf8_next(utf8, len - 1, &again), 0);
    }
}

static void invalid_utf8(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x80\x80",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf0\x80\x80\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xfe",
                                      "\xc3",
                                      "\xe2\x82",
                                      "\xf0\x9f\x98",
                                      "\xc3(",
                                      "\xe2\x28\xa1"};
    uint32_t c;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(mr_utf8_next(bad[i], strlen(bad[i]), &c), 0);
        assert_false(mr_utf8_valid(bad[i], strlen(bad[i])));
    }
    assert_int_equal(mr_utf8_next("", 0, &c), 0);
    assert_true(mr_utf8_valid("", 0));
    assert_true(mr_utf8_valid("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10));
}

static void cutting(void **state)
{
    (void)state;
    const char *text = "a\xc3\xa9\xf0\x9f\x98\x80z";
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 3, 7, 8, 8};
    for (size_t max = 0; max < 10; max++)
        assert_int_equal(mr_utf8_cut(text, 8, max), expected[max]);
}

static void latin1(void **state)
{
    (void)state;
    struct mr_buf out;
    mr_buf_init(&out, 512);
    uint8_t bytes[256];
    for (size_t i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    assert_int_equal(mr_latin1_to_utf8(bytes, 256, &out), 0);
    assert_int_equal(mr_buf_len(&out), 384);
    const char *at = mr_buf_str(&out);
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = 0;
        at += mr_utf8_next(at, 4, &c);
        assert_int_equal(c, i);
    }
    assert_int_equal(mr_latin1_to_utf8(bytes + 128, 65, &out), MR_ELIMIT);
    assert_int_equal(mr_buf_len(&out), 384);
    assert_int_equal(mr_latin1_to_utf8(bytes + 128, 64, &out), 0);
    mr_buf_free(&out);
}

static void widths(void **state)
{
    (void)state;
    assert_int_equal(mr_char_width('a'), 1);
    assert_int_equal(mr_char_width(0xe9), 1);
    assert_int_equal(mr_char_width(0x301), 0);
    assert_int_equal(mr_char_width(0x200d), 0);
    assert_int_equal(mr_char_width(0xfe0f), 0);
    assert_int_equal(mr_char_width(0x4e16), 2);
    assert_int_equal(mr_char_width(0xff21), 2);
    assert_int_equal(mr_char_width(0x1f600), 2);
    assert_int_equal(mr_char_width(0x20000), 2);
    assert_int_equal(mr_char_width(0x2014), 1);
    assert_int_equal(mr_char_width(0xad), 1);
    assert_int_equal(mr_char_width(0xac00), 2);
    assert_int_equal(mr_char_width(0x1161), 0);
    assert_int_equal(mr_char_width(0x10ffff), 1);
    assert_int_equal(mr_str_width("a\xe4\xb8\x96\xcc\x81\xff", 7), 4);
    assert_int_equal(mr_str_width("", 0), 0);
}

static void folding(void **state)
{
    (void)state;
    assert_true(mr_str_equal_fold("Server", 6, "sERVER", 6));
    assert_false(mr_str_equal_fold("Server", 6, "Serve", 5));
    assert_false(mr_str_equal_fold("[", 1, "{", 1));
    assert_true(mr_str_equal_fold("", 0, "", 0));
    assert_true(mr_str_starts("abc", 3, "ab"));
    assert_true(mr_str_starts("abc", 3, ""));
    assert_false(mr_str_starts("ab", 2, "abc"));
}

static void words(void **state)
{
    (void)state;
    struct mr_span rest = mr_span_of("  one  two "), word;
    word = mr_str_word(&rest);
    assert_true(mr_span_is(word, "one"));
    assert_true(mr_span_is(rest, "two "));
    word = mr_str_word(&rest);
    assert_true(mr_span_is(word, "two"));
    assert_int_equal(rest.len, 0);
    assert_int_equal(mr_str_word(&rest).len, 0);
    assert_true(mr_span_is(mr_str_trim(" \t a b\r\n", 8), "a b"));
    assert_int_equal(mr_str_trim("  ", 2).len, 0);
    assert_false(mr_span_is(mr_span_of("ab"), "abc"));
}

static int number(const char *text, int64_t min, int64_t max, int64_t *out)
{
    return mr_str_to_i64(text, strlen(text), min, max, out);
}

static void numbers(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_int_equal(number("0", INT64_MIN, INT64_MAX, &value), 0);
    assert_int_equal(value, 0);
    assert_int_equal(number("+007", INT64_MIN, INT64_MAX, &value), 0);
    assert_int_equal(value, 7);
    assert_int_equal(number("-42", INT64_MIN, INT64_MAX, &value), 0);
    assert_int_equal(value, -42);
    assert_int_equal(number("9223372036854775807", INT64_MIN, INT64_MAX, &value), 0);
    assert_true(value == INT64_MAX);
    assert_int_equal(number("-9223372036854775808", INT64_MIN, INT64_MAX, &value), 0);
    assert_true(value == INT64_MIN);
    assert_int_equal(number("9223372036854775808", INT64_MIN, INT64_MAX, &value), MR_ELIMIT);
    assert_int_equal(number("-9223372036854775809", INT64_MIN, INT64_MAX, &value), MR_ELIMIT);
    assert_int_equal(number("99999999999999999999999", INT64_MIN, INT64_MAX, &value), MR_ELIMIT);
    assert_int_equal(number("5", 1, 4, &value), MR_ELIMIT);
    assert_int_equal(number("4", 1, 4, &value), 0);
    assert_int_equal(number("0", 1, 4, &value), MR_ELIMIT);
    static const char *const bad[] = {"",   "+",  "-",   "1.5", "1e3", "0x10",
                                      " 1", "1 ", "nan", "--1", "+-1", "99999999999999999999999x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(number(bad[i], INT64_MIN, INT64_MAX, &value), MR_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_goes_there_and_back),
        cmocka_unit_test(invalid_utf8),
        cmocka_unit_test(cutting),
        cmocka_unit_test(latin1),
        cmocka_unit_test(widths),
        cmocka_unit_test(folding),
        cmocka_unit_test(words),
        cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
