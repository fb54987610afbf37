#include "core/base/safe_text.h"
#include "core/base/str.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void check(const char *bytes, size_t len, const char *expected, size_t width)
{
    struct mr_safe_text safe;
    assert_int_equal(mr_safe_text_make(bytes, len, 1000, &safe), 0);
    assert_string_equal(safe.text, expected);
    assert_int_equal(safe.len, strlen(expected));
    assert_int_equal(safe.width, width);
    assert_false(safe.cut);
    mr_safe_text_free(&safe);
}

static void check_str(const char *bytes, const char *expected, size_t width)
{
    check(bytes, strlen(bytes), expected, width);
}

static void plain_text_stays(void **state)
{
    (void)state;
    check_str("", "", 0);
    check_str("hello", "hello", 5);
    check_str("caf\xc3\xa9 \xe4\xb8\x96\xe7\x95\x8c \xf0\x9f\x98\x80",
              "caf\xc3\xa9 \xe4\xb8\x96\xe7\x95\x8c \xf0\x9f\x98\x80", 12);
    /* An accent of its own, a heart with its picture form, a family of joined pictographs. */
    check_str("e\xcc\x81", "e\xcc\x81", 1);
    check_str("\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4\xef\xb8\x8f", 1);
    check_str("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
              "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 4);
}

static void controls_are_seen(void **state)
{
    (void)state;
    check_str("\x1b[31mred", "\xe2\x90\x9b[31mred", 8);
    check("a\0b", 3,
          "a\xe2\x90\x80"
          "b",
          3);
    check_str("a\nb\r",
              "a\xe2\x90\x8a"
              "b\xe2\x90\x8d",
              4);
    check_str("\x7f", "\xe2\x90\xa1", 1);
    check_str("\tx", "    x", 5);
    /* U+009B and U+009D, which begin sequences on an 8-bit terminal. */
    check_str("\xc2\x9b"
              "2J",
              "\xe2\x90\x9b[2J", 4);
    check_str("\xc2\x9d"
              "0;x",
              "\xe2\x90\x9b]0;x", 5);
}

static void what_is_unseen_is_shown(void **state)
{
    (void)state;
#define FFFD "\xef\xbf\xbd"
    check_str("a\xe2\x80\xae"
              "b",
              "a" FFFD "b", 3);                               /* right-to-left override */
    check_str("\xe2\x81\xa6x\xe2\x81\xa9", FFFD "x" FFFD, 3); /* isolates */
    check_str("a\xe2\x80\x8b"
              "b\xef\xbb\xbf",
              "a" FFFD "b" FFFD, 4); /* zero width, byte order mark */
    check_str("a\xe2\x80\x8d"
              "b",
              "a" FFFD "b", 3);             /* a joiner between letters */
    check_str("\xc2\xad", FFFD, 1);         /* soft hyphen */
    check_str("\xf3\xa0\x81\xa1", FFFD, 1); /* a tag */
    check_str("\xef\xb8\x8f", FFFD, 1);     /* a selector of nothing */
    check_str("\xcc\x81x", FFFD "x", 2);    /* an accent on nothing */
    check_str("\xee\x80\x80", FFFD, 1);     /* private use */
    check_str("\xe2\x80\xa8", FFFD, 1);     /* line separator */
    check_str("\xef\xbf\xbe", FFFD, 1);     /* no character */
    check_str("\xff\xc3(", FFFD FFFD "(", 3);
    check_str("\xed\xa0\x80", FFFD FFFD FFFD, 3);
    /* A pile of accents is cut down to four. */
    check_str("a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86"
              "b",
              "a\xcc\x81\xcc\x82\xcc\x83\xcc\x84"
              "b",
              2);
}

static void long_text_is_cut(void **state)
{
    (void)state;
    struct mr_safe_text safe;
    assert_int_equal(mr_safe_text_make("0123456789", 10, 10, &safe), 0);
    assert_string_equal(safe.text, "0123456789");
    assert_false(safe.cut);
    mr_safe_text_free(&safe);
    assert_int_equal(mr_safe_text_make("0123456789x", 11, 10, &safe), 0);
    assert_string_equal(safe.text, "0123456\xe2\x80\xa6");
    assert_int_equal(safe.width, 8);
    assert_true(safe.cut);
    mr_safe_text_free(&safe);
    /* Never inside a character. */
    assert_int_equal(mr_safe_text_make("\xe4\xb8\x96\xe4\xb8\x96\xe4\xb8\x96", 9, 8, &safe), 0);
    assert_string_equal(safe.text, "\xe4\xb8\x96\xe2\x80\xa6");
    assert_int_equal(safe.width, 3);
    mr_safe_text_free(&safe);
    assert_int_equal(mr_safe_text_make("abcd", 4, 3, &safe), 0);
    assert_string_equal(safe.text, "\xe2\x80\xa6");
    mr_safe_text_free(&safe);
    assert_int_equal(mr_safe_text_make("abcd", 4, 2, &safe), MR_EINVAL);
    assert_null(safe.text);
    mr_safe_text_free(&safe);
}

static void several_lines(void **state)
{
    (void)state;
    struct mr_safe_text safe;
    assert_int_equal(mr_safe_text_make_lines("one\r\nthree\n\rx\n", 14, 100, &safe), 0);
    assert_string_equal(safe.text, "one\nthree\n\xe2\x90\x8dx\n");
    assert_int_equal(safe.width, 5);
    mr_safe_text_free(&safe);
    assert_int_equal(mr_safe_text_make_lines("long line\nab\ncdefgh", 19, 15, &safe), 0);
    assert_string_equal(safe.text, "long line\nab\xe2\x80\xa6");
    assert_int_equal(safe.width, 9);
    mr_safe_text_free(&safe);
}

/* Whatever the bytes: valid UTF-8, no control, within the maximum, and making it safe once more
 * changes nothing. */
static void any_bytes(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        char bytes[64];
        struct mr_safe_text safe, again;
        size_t len = 0, max = 3 + (unsigned)round % 70;
        for (; len < sizeof bytes - 4 && (len == 0 || seed % 61);
             seed = seed * 1664525u + 1013904223u) {
            uint32_t c = seed >> 8;
            if (c % 3 == 0)
                bytes[len++] = (char)c;
            else
                len += mr_utf8_encode(c % 5 ? c % 0x3000 : c % 0x110000, bytes + len);
        }
        seed = seed * 1664525u + 1013904223u;
        assert_int_equal(mr_safe_text_make(bytes, len, max, &safe), 0);
        assert_true(safe.len <= max);
        assert_int_equal(safe.len, strlen(safe.text));
        assert_true(mr_utf8_valid(safe.text, safe.len));
        assert_int_equal(safe.width, mr_str_width(safe.text, safe.len));
        for (size_t i = 0; i < safe.len; i++)
            assert_false((unsigned char)safe.text[i] < 0x20 || safe.text[i] == 0x7f);
        assert_int_equal(mr_safe_text_make(safe.text, safe.len, max, &again), 0);
        assert_string_equal(again.text, safe.text);
        mr_safe_text_free(&safe);
        mr_safe_text_free(&again);
        mr_safe_text_free(&again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays),        cmocka_unit_test(controls_are_seen),
        cmocka_unit_test(what_is_unseen_is_shown), cmocka_unit_test(long_text_is_cut),
        cmocka_unit_test(several_lines),           cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
