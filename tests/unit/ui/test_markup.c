#include "tests/unit/ui/support.h"

#include <moonroom/errors.h>

#include "core/ui/markup.h"

static void check(const struct mr_style *style, const char *base, const char *text,
                  const char *wanted)
{
    struct mr_buf out;

    mr_buf_init(&out, 1 << 20);
    assert_int_equal(mr_markup_render(style, base, text, strlen(text), &out), MR_OK);
    assert_string_equal(mr_buf_str(&out), wanted);
    mr_buf_free(&out);
}

static void draws_pairs(void **state)
{
    struct mr_style style = color_style();

    (void)state;
    check(&style, "", "a **b** c", "a \x1b[1mb\x1b[0m c");
    check(&style, "", "__u__", "\x1b[4mu\x1b[0m");
    check(&style, "\x1b[31m", "a **b** c", "a \x1b[1mb\x1b[0m\x1b[31m c");
    check(&style, "", "**a** and **b**", "\x1b[1ma\x1b[0m and \x1b[1mb\x1b[0m");
    check(&style, "", "**a __b__**", "\x1b[1ma \x1b[4mb\x1b[0m\x1b[1m\x1b[0m");
}

static void leaves_the_rest_alone(void **state)
{
    static const char *const same[] = {"",       "*",      "**",         "***",    "****",
                                       "_a_",    "2 ** 3", "a ** b **",  "**a",    "a**",
                                       "** a**", "**a **", "snake_case", "__init", "a__b"};
    struct mr_style style = color_style();

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        check(&style, "", same[i], same[i]);
    }
}

static void leaves_marks_out_without_colors(void **state)
{
    struct mr_style style = plain_style();

    (void)state;
    check(&style, "", "a **b** __c__", "a b c");
}

/* Many openings without an end must not take time that grows with the square of the length. */
static void lonely_marks_are_cheap(void **state)
{
    struct mr_style style = color_style();
    size_t len = 240000;
    char *text = malloc(len + 1);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < len; i++) {
        text[i] = "**a "[i % 4];
    }
    for (size_t i = 0; i + 1 < len; i += 4) {
        text[i] = ' ';
        text[i + 1] = '*';
        text[i + 2] = '*';
        text[i + 3] = 'a';
    }
    text[len] = '\0';
    struct mr_buf out;

    mr_buf_init(&out, len * 4);
    assert_int_equal(mr_markup_render(&style, "", text, len, &out), MR_OK);
    assert_int_equal(mr_buf_len(&out), len);
    mr_buf_free(&out);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_pairs),
        cmocka_unit_test(leaves_the_rest_alone),
        cmocka_unit_test(leaves_marks_out_without_colors),
        cmocka_unit_test(lonely_marks_are_cheap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
