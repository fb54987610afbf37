#include "tests/unit/ui/support.h"

#include <moonroom/errors.h>

#include "core/ui/wrap.h"

static void check(const char *lines, size_t columns, size_t indent, const char *wanted)
{
    struct mr_buf out;

    mr_buf_init(&out, 1 << 20);
    assert_int_equal(mr_wrap(lines, columns, indent, &out), MR_OK);
    assert_string_equal(mr_buf_str(&out), wanted);
    mr_buf_free(&out);
}

static void leaves_what_fits(void **state)
{
    (void)state;
    check("", 20, 2, "");
    check("short\n", 20, 2, "short\n");
    check("a  b   c  \n\n d\n", 20, 2, "a  b   c  \n\n d\n");
    check("12345678901234567890\n", 20, 2, "12345678901234567890\n");
    check("no line feed", 20, 2, "no line feed\n");
}

static void folds_between_words(void **state)
{
    (void)state;
    check("one two three four five six\n", 20, 2, "one two three four\n  five six\n");
    check("one two three four   five\n", 20, 0, "one two three four\nfive\n");
    check("  indented by two and more\n", 20, 4, "  indented by two\n    and more\n");
    check("aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii\n", 20, 2,
          "aaaa bbbb cccc dddd\n  eeee ffff gggg\n  hhhh iiii\n");
}

static void counts_columns(void **state)
{
    (void)state;
    check("日本語 日本語 日本語 日本語\n", 20, 2, "日本語 日本語 日本語\n  日本語\n");
    check("\x1b[31mone two three four five\x1b[0m six\n", 20, 2,
          "\x1b[31mone two three four\n  five\x1b[0m six\n");
}

static void keeps_long_words_whole(void **state)
{
    (void)state;
    check("see https://example.org/a/very/long/path ok\n", 20, 2,
          "see https://example.org/a/very/long/path ok\n");
}

static void gives_up_on_tiny_terminals(void **state)
{
    (void)state;
    check("one two three four five\n", 8, 2, "one two three four five\n");
    check("one two three four five\n", 0, 0, "one two three four five\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_what_fits),
        cmocka_unit_test(folds_between_words),
        cmocka_unit_test(counts_columns),
        cmocka_unit_test(keeps_long_words_whole),
        cmocka_unit_test(gives_up_on_tiny_terminals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
