/* Regular expressions: what matches, what is refused, and that time is linear. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/lua/re.h"

static struct mr_re re;
static struct mr_re_work work;

/* "first-last" of the match and "|first-last" of each group; "no" when nothing matches. */
static const char *search(const char *pattern, const char *text, size_t len, size_t from)
{
    static char out[256];
    size_t slots[MR_RE_SLOTS];
    const char *why = NULL;
    size_t at = 0;
    int used = 0;
    if (mr_re_compile(pattern, strlen(pattern), &re, &why, &at) < 0) {
        snprintf(out, sizeof out, "%zu: %s", at, why);
        return out;
    }
    if (!mr_re_search(&re, &work, text, len, from, slots)) {
        return "no";
    }
    for (int32_t i = 0; i <= re.groups; i++) {
        if (slots[2 * i] == SIZE_MAX) {
            used += snprintf(out + used, sizeof out - (size_t)used, "%s-", i ? "|" : "");
        } else {
            used += snprintf(out + used, sizeof out - (size_t)used, "%s%zu-%zu", i ? "|" : "",
                             slots[2 * i], slots[2 * i + 1]);
        }
    }
    return out;
}

struct row {
    const char *pattern, *text, *result;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *result = search(rows[i].pattern, rows[i].text, strlen(rows[i].text), 0);
        if (strcmp(result, rows[i].result) != 0) {
            fail_msg("/%s/ on '%s': %s, not %s", rows[i].pattern, rows[i].text, result,
                     rows[i].result);
        }
    }
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof(rows)[0])

static void test_matches(void **state)
{
    static const struct row rows[] = {
        {"", "abc", "0-0"},
        {"abc", "xabcx", "1-4"},
        {"abc", "ab", "no"},
        {"a.c", "a\nc abc", "4-7"},
        {"^b", "ab", "no"},
        {"^a|b$", "cb", "1-2"},
        {"a|ab", "ab", "0-1"},
        {"(?:a|ab)(?:c|bcd)", "abcd", "0-4"},
        {"a||b", "b", "0-0"},
        {"x*", "yxx", "0-0"},
        {"x+", "yxxy", "1-3"},
        {"x+?", "yxxy", "1-2"},
        {"<.*>", "<a><b>", "0-6"},
        {"<.*?>", "<a><b>", "0-3"},
        {"colou?r", "color colour", "0-5"},
        {"ab??", "ab", "0-1"},
        {"a{3}", "aaaa", "0-3"},
        {"a{2,}", "aaaa", "0-4"},
        {"a{1,2}", "aaaa", "0-2"},
        {"a{0}b", "ab", "1-2"},
        {"a{0,2}b", "aaab", "1-4"},
        {"(?:ab){2,3}?c", "ababc", "0-5"},
        {"(a)|b", "b", "0-1|-"},
        {"(a+)(b+)", "xaabb", "1-5|1-3|3-5"},
        {"((a)(b)?)+", "aba", "0-3|2-3|2-3|1-2"},
        {"(a*)*", "aa", "0-2|0-2"},
        {"(a*)+b", "aab", "0-3|0-2"},
        {"(|a)+", "aa", "0-0|0-0"},
        {"\\.\\*\\[\\]\\\\", ".*[]\\", "0-5"},
        {"a\\tb\\nc", "a\tb\nc", "0-5"},
        {"a]b}", "a]b}", "0-4"},
    };
    (void)state;
    CHECK(rows);
}

static void test_classes(void **state)
{
    static const struct row rows[] = {
        {"[abc]+", "xcabx", "1-4"},
        {"[^abc]+", "abxyc", "2-4"},
        {"[a-cx-z]+", "mazym", "1-4"},
        {"[]a]+", "x]a]", "1-4"},
        {"[^]]", "]a", "1-2"},
        {"[a-]+", "b-a", "1-3"},
        {"[\\]\\-\\\\]+", "a]-\\", "1-4"},
        {"\\d+", "ab12", "2-4"},
        {"\\D+", "12ab", "2-4"},
        {"\\w+", "-a_9-", "1-4"},
        {"\\W", "a b", "1-2"},
        {"\\s\\S", "a b", "1-3"},
        {"[\\d.]+", "v1.2.3", "1-6"},
        {"[^\\s]+", " ab ", "1-3"},
        {"\\bcat\\b", "concat cat", "7-10"},
        {"\\Bcat", "cat concat", "7-10"},
        {"(?i)MOON", "full moon", "5-9"},
        {"(?i)[a-c]+", "ABCd", "0-3"},
        {"(?i)[^a]", "Ab", "1-2"},
    };
    (void)state;
    CHECK(rows);
}

static void test_utf8(void **state)
{
    static const struct row rows[] = {
        {"^.$", "é", "0-2"},
        {"^.$", "日", "0-3"},
        {"^.$", "🌙", "0-4"},
        {"[é-ü]+", "aéüz", "1-5"},
        {"日+", "日日本", "0-6"},
        {"\\W", "aé", "1-3"},
        {"^.$", "\xff", "0-1"},      /* no character, but something */
        {"^..$", "\xc3(", "0-2"},    /* a character that is cut off */
        {"^..$", "\xc0\x80", "0-2"}, /* longer than it has to be */
        {"[a-\xc3\xbf]", "\xff", "no"},
    };
    (void)state;
    CHECK(rows);
}

static void test_places(void **state)
{
    (void)state;
    assert_string_equal(search("a", "aba", 3, 1), "2-3");
    assert_string_equal(search("^a", "aa", 2, 1), "no");
    assert_string_equal(search("$", "aa", 2, 0), "2-2");
    assert_string_equal(search("a$", "a\n", 2, 0), "no");
    assert_string_equal(search("b\\b", "ab", 1, 0), "no");
    assert_string_equal(search("a.b", "a\0b", 3, 0), "0-3");
    assert_string_equal(search("x", "", 0, 0), "no");
}

static void test_mistakes(void **state)
{
    static const struct row rows[] = {
        {"*a", "", "0: there is nothing to repeat"},
        {"a|+", "", "2: there is nothing to repeat"},
        {"a**", "", "2: a repetition cannot be repeated; put it into (?: )"},
        {"(a", "", "2: a ( is not closed"},
        {"a)", "", "1: a ) closes nothing"},
        {"[a", "", "2: a [ is not closed"},
        {"[]", "", "2: a [ is not closed"},
        {"[z-a]", "", "4: this is no range of characters"},
        {"[a-\\d]", "", "5: this is no range of characters"},
        {"\\", "", "1: a \\ at the end escapes nothing"},
        {"\\q", "", "1: there is no such escape"},
        {"(a)\\1", "", "4: back references cannot be matched in linear time"},
        {"(?=a)", "", "1: behind (? comes a : here"},
        {"a{2,1}", "", "6: a repetition is {n}, {n,} or {n,m}, at most 1000"},
        {"a{1001}", "", "6: a repetition is {n}, {n,} or {n,m}, at most 1000"},
        {"a{", "", "2: a repetition is {n}, {n,} or {n,m}, at most 1000"},
        {"((a{9}){9}){9}{9}", "", NULL},
        {"(?:(?:a{32}){32}){32}", "", NULL},
        {"()()()()()()()()()()", "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *result = search(rows[i].pattern, "", 0, 0);
        if (rows[i].result) {
            assert_string_equal(result, rows[i].result);
        } else {
            assert_non_null(strstr(result, ": "));
        }
    }
}

static char *repeated(const char *part, size_t times, const char *end)
{
    size_t len = strlen(part);
    char *text = malloc(len * times + strlen(end) + 1);
    assert_non_null(text);
    for (size_t i = 0; i < times; i++) {
        memcpy(text + i * len, part, len);
    }
    memcpy(text + len * times, end, strlen(end) + 1);
    return text;
}

static void test_sizes(void **state)
{
    (void)state;
    char *longest = repeated("a", MR_RE_CODE - 3, "");
    assert_string_not_equal(search(longest, longest, strlen(longest), 0), "no");
    assert_int_equal(re.count, MR_RE_CODE);
    free(longest);
    char *longer = repeated("a", MR_RE_CODE - 2, "");
    assert_non_null(strstr(search(longer, "", 0, 0), "too large"));
    free(longer);
    char *deepest = repeated("(?:", MR_RE_DEPTH, "a");
    char *closed = repeated(")", MR_RE_DEPTH, "");
    char both[1024];
    snprintf(both, sizeof both, "%s%s", deepest, closed);
    assert_string_equal(search(both, "a", 1, 0), "0-1");
    snprintf(both, sizeof both, "(?:%s%s)", deepest, closed);
    assert_non_null(strstr(search(both, "", 0, 0), "inside of each other"));
    free(deepest);
    free(closed);
    char *pattern = repeated("[a]", MR_RE_PATTERN / 3, "");
    assert_null(strstr(search(pattern, "", 0, 0), "too long"));
    free(pattern);
    pattern = repeated("[a]", MR_RE_PATTERN / 3 + 1, "");
    assert_non_null(strstr(search(pattern, "", 0, 0), "too"));
    free(pattern);
}

/* Patterns that take other machines longer than the age of the universe. */
static void test_time_is_linear(void **state)
{
    static const char *const patterns[] = {"(a*)*b",     "(a+)+$",         "(a|a)*b",
                                           "(a|aa)+$",   "(.*)*=",         "(a?){50}a{50}b",
                                           "(?:a*a*)*b", "([a-z]+)*[0-9]", "(.*?,){30}x"};
    enum { TIMES = 20000 };
    char *text = repeated("a", TIMES, "!");
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        assert_string_equal(search(patterns[i], text, TIMES + 1, 0), "no");
        assert_true(work.steps <= 2 * (uint64_t)re.count * (TIMES + 2));
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches),        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_utf8),           cmocka_unit_test(test_places),
        cmocka_unit_test(test_mistakes),       cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_time_is_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
