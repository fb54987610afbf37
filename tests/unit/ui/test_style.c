#include "tests/unit/ui/support.h"

#include <moonroom/errors.h>
#include <stdio.h>

static void parses_colors(void **state)
{
    static const struct {
        const char *words, *sgr;
    } good[] = {
        {"red", "\x1b[31m"},
        {"white", "\x1b[37m"},
        {"bright blue", "\x1b[94m"},
        {"bold green", "\x1b[1;32m"},
        {"208", "\x1b[38;5;208m"},
        {"0", "\x1b[38;5;0m"},
        {"255", "\x1b[38;5;255m"},
        {"bold underline bright red", "\x1b[1;4;91m"},
        {"none", ""},
        {"", ""},
    };
    char out[MR_STYLE_SGR];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(mr_style_parse(good[i].words, out), MR_OK);
        assert_string_equal(out, good[i].sgr);
    }
}

static void refuses_what_is_no_color(void **state)
{
    static const char *const bad[] = {
        "pink",
        "256",
        "-1",
        "\x1b[31m",
        "red\x1b",
        "bright",
        "none red",
        "bold bold bold bold bold bold bold bold bold bold bold bold bold bold bold bold",
        "1;31",
        "31m",
        "bright bold"};
    char out[MR_STYLE_SGR];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(mr_style_parse(bad[i], out), MR_EINVAL);
        assert_string_equal(out, "");
    }
}

static void colors_follow_the_terminal(void **state)
{
    static const struct {
        const char *when, *term, *no_color;
        bool tty, color;
    } rows[] = {
        {"auto", "xterm", NULL, true, true}, {"auto", "xterm", "1", true, false},
        {"auto", "xterm", "", true, true},   {"auto", "xterm", NULL, false, false},
        {"auto", "dumb", NULL, true, false}, {"auto", NULL, NULL, true, false},
        {"on", "xterm", "1", false, true},   {"on", "dumb", NULL, true, false},
        {"off", "xterm", NULL, true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct mr_style_terminal terminal = {
            .tty = rows[i].tty, .term = rows[i].term, .no_color = rows[i].no_color};
        struct mr_style style;

        mr_style_init(&style, rows[i].when, &terminal);
        assert_int_equal(style.color, rows[i].color);
        for (int role = 1; role < MR_ROLES; role++) {
            assert_int_equal(mr_style_open(&style, (enum mr_role)role)[0] != '\0', rows[i].color);
        }
        assert_int_equal(mr_style_close(&style)[0] != '\0', rows[i].color);
    }
}

static void names_have_steady_colors(void **state)
{
    struct mr_style few = style_with("on", "xterm");
    struct mr_style many = style_with("on", "xterm-256color");
    struct mr_style none = plain_style();
    char a[MR_STYLE_SGR], b[MR_STYLE_SGR];
    size_t different = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        char name[16], other[16];

        snprintf(name, sizeof name, "user%d", i);
        snprintf(other, sizeof other, "user%d", i + 1);
        mr_style_of_name(&few, name, a);
        mr_style_of_name(&few, name, b);
        assert_string_equal(a, b);
        assert_string_not_equal(a, "\x1b[31m"); /* red says error */
        mr_style_of_name(&many, name, a);
        mr_style_of_name(&many, other, b);
        different += strcmp(a, b) != 0;
        mr_style_of_name(&none, name, a);
        assert_string_equal(a, "");
    }
    assert_true(different > 60);
    few.names = false;
    mr_style_of_name(&few, "bob", a);
    assert_string_equal(a, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_colors),
        cmocka_unit_test(refuses_what_is_no_color),
        cmocka_unit_test(colors_follow_the_terminal),
        cmocka_unit_test(names_have_steady_colors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
