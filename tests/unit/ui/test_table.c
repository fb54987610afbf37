#include "tests/unit/ui/support.h"

#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/ui/table.h"

static void check_table(const char *rows, const char *header, size_t columns, const char *wanted)
{
    struct mr_style style = plain_style();
    cJSON *r = cJSON_Parse(rows);
    cJSON *h = header ? cJSON_Parse(header) : NULL;
    struct mr_buf out;

    mr_buf_init(&out, 1 << 20);
    assert_int_equal(mr_table_render(&style, r, h, columns, &out), MR_OK);
    assert_string_equal(mr_buf_str(&out), wanted);
    mr_buf_free(&out);
    cJSON_Delete(r);
    cJSON_Delete(h);
}

static void aligns_by_width(void **state)
{
    (void)state;
    check_table("[[\"a\",\"bb\"],[\"ccc\",\"d\"]]", NULL, 80, "a    bb\nccc  d\n");
    check_table("[[\"日本\",\"x\"],[\"abc\",\"y\"]]", NULL, 80, "日本  x\nabc   y\n");
    check_table("[[\"é\",\"x\"],[\"ab\",\"y\"]]", NULL, 80, "é   x\nab  y\n");
    check_table("[[\"a\",5],[\"b\",100],[\"c\",-1]]", NULL, 80, "a    5\nb  100\nc   -1\n");
    check_table("[[\"a\",1.5],[\"b\",true],[\"c\",null]]", NULL, 80, "a  1.5\nb  yes\nc  \n");
    check_table("[[1,\"x\"],[10,\"y\"]]", "[\"n\",\"name\"]", 80, " n  name\n 1  x\n10  y\n");
    check_table("[[\"a\"],[\"b\",\"c\"]]", NULL, 80, "a  \nb  c\n");
    check_table("[]", NULL, 80, "");
}

static void cuts_what_is_too_wide(void **state)
{
    (void)state;
    check_table("[[\"abcdefghij\",\"xy\"]]", NULL, 10, "abcde…  xy\n");
    check_table("[[\"日本語日本語\",\"x\"]]", NULL, 9, "日本…   x\n");
}

static void folds_the_last_column(void **state)
{
    (void)state;
    check_table("[[\"name\",\"one two three four five six seven\"],[\"n\",\"short\"]]", NULL, 30,
                "name  one two three four five\n      six seven\nn     short\n");
    check_table("[[\"https://example.org/\",\"one two three four five six\"]]", NULL, 44,
                "https://example.org/  one two three four\n                      five six\n");
}

static void shows_controls_as_symbols(void **state)
{
    (void)state;
    check_table("[[\"a\\u001b[31m\",\"b\\nc\"]]", NULL, 80, "a␛[31m  b␊c\n");
}

static void refuses_other_values(void **state)
{
    static const char *const bad[] = {"{}", "[1]", "[[{}]]", "[[[1]]]", "\"x\""};
    struct mr_style style = plain_style();
    struct mr_buf out;

    (void)state;
    mr_buf_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cJSON *rows = cJSON_Parse(bad[i]);

        assert_int_equal(mr_table_render(&style, rows, NULL, 80, &out), MR_EINVAL);
        cJSON_Delete(rows);
    }
    mr_buf_free(&out);
}

static cJSON *grid(int rows, int columns)
{
    cJSON *array = cJSON_CreateArray();

    for (int i = 0; i < rows; i++) {
        cJSON *row = cJSON_CreateArray();

        for (int j = 0; j < columns; j++) {
            cJSON_AddItemToArray(row, cJSON_CreateString("x"));
        }
        cJSON_AddItemToArray(array, row);
    }
    return array;
}

static void has_limits(void **state)
{
    static const struct {
        int rows, columns, err;
    } table[] = {{MR_LIMIT_TABLE_ROWS, MR_LIMIT_TABLE_COLUMNS, MR_OK},
                 {MR_LIMIT_TABLE_ROWS + 1, 1, MR_ELIMIT},
                 {1, MR_LIMIT_TABLE_COLUMNS + 1, MR_ELIMIT}};
    struct mr_style style = plain_style();

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        cJSON *rows = grid(table[i].rows, table[i].columns);
        struct mr_buf out;

        mr_buf_init(&out, 1 << 20);
        assert_int_equal(mr_table_render(&style, rows, NULL, 80, &out), table[i].err);
        mr_buf_free(&out);
        cJSON_Delete(rows);
    }
}

static void check_bars(const char *rows, bool utf8, const char *wanted)
{
    struct mr_style style = plain_style();
    cJSON *r = cJSON_Parse(rows);
    struct mr_buf out;

    style.utf8 = utf8;
    mr_buf_init(&out, 1 << 20);
    assert_int_equal(mr_bars_render(&style, r, 20, &out), MR_OK);
    assert_string_equal(mr_buf_str(&out), wanted);
    mr_buf_free(&out);
    cJSON_Delete(r);
}

static void draws_bars(void **state)
{
    (void)state;
    check_bars("[[\"a\",10],[\"b\",5],[\"c\",0],[\"d\",-3]]", false,
               "a  10  ############\nb   5  ######\nc   0\nd  -3\n");
    check_bars("[[\"a\",24],[\"b\",1]]", true, "a  24  ████████████\nb   1  ▌\n");
    check_bars("[[\"a\",0]]", true, "a  0\n");
    check_bars("[]", true, "");
}

static void bars_refuse_other_values(void **state)
{
    static const char *const bad[] = {"[[\"a\"]]", "[[\"a\",\"b\"]]", "[1]", "{}"};
    struct mr_style style = plain_style();
    struct mr_buf out;

    (void)state;
    mr_buf_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cJSON *rows = cJSON_Parse(bad[i]);

        assert_int_equal(mr_bars_render(&style, rows, 80, &out), MR_EINVAL);
        cJSON_Delete(rows);
    }
    mr_buf_free(&out);
}

static void check_sparkline(const char *values, const char *label, size_t columns, bool utf8,
                            const char *wanted)
{
    struct mr_style style = plain_style();
    cJSON *v = cJSON_Parse(values);
    cJSON *l = label ? cJSON_CreateString(label) : NULL;
    struct mr_buf out;

    style.utf8 = utf8;
    mr_buf_init(&out, 1 << 20);
    assert_int_equal(mr_sparkline_render(&style, v, l, columns, &out), MR_OK);
    assert_string_equal(mr_buf_str(&out), wanted);
    mr_buf_free(&out);
    cJSON_Delete(v);
    cJSON_Delete(l);
}

static void draws_sparklines(void **state)
{
    (void)state;
    check_sparkline("[1,2,3,4,5,6,7,8]", NULL, 80, true, "▁▂▃▄▅▆▇█\n");
    check_sparkline("[0,7,3.5]", "coins", 80, false, "coins _#=\n");
    check_sparkline("[5,5,5]", NULL, 80, true, "▁▁▁\n");
    check_sparkline("[-1e308,1e308]", NULL, 80, true, "▁█\n");
    check_sparkline("[]", "nothing", 80, true, "nothing \n");
    /* The newest ones are kept, and the lowest and the highest are those of the ones shown. */
    check_sparkline("[900,1,2,3]", NULL, 3, true, "▁▅█\n");
    check_sparkline("[1,2,3]", "a long label", 9, true, "a … ▁▅█\n");
}

static void sparklines_refuse_other_values(void **state)
{
    static const char *const bad[] = {"{}", "[\"1\"]", "[[1]]", "[null]"};
    struct mr_style style = plain_style();
    struct mr_buf out;

    (void)state;
    mr_buf_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cJSON *values = cJSON_Parse(bad[i]);

        assert_int_equal(mr_sparkline_render(&style, values, NULL, 80, &out), MR_EINVAL);
        cJSON_Delete(values);
    }
    mr_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aligns_by_width),
        cmocka_unit_test(cuts_what_is_too_wide),
        cmocka_unit_test(folds_the_last_column),
        cmocka_unit_test(shows_controls_as_symbols),
        cmocka_unit_test(refuses_other_values),
        cmocka_unit_test(has_limits),
        cmocka_unit_test(draws_bars),
        cmocka_unit_test(bars_refuse_other_values),
        cmocka_unit_test(draws_sparklines),
        cmocka_unit_test(sparklines_refuse_other_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
