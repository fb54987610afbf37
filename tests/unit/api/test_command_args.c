/* Argument specs, words and values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/api/command_args.h"
#include "core/runtime/json.h"

static void expect(const char *spec, const char *rest, const char *printed)
{
    struct mr_args args;
    char why[256] = "";
    cJSON *out = NULL;
    assert_int_equal(mr_args_parse_spec(spec, &args, why, sizeof why), MR_OK);
    assert_int_equal(mr_args_parse(&args, rest, &out, why, sizeof why), MR_OK);
    cJSON_DeleteItemFromObjectCaseSensitive(out, "_rest");
    char *got = mr_json_print(out);
    assert_string_equal(got, printed);
    cJSON_free(got);
    cJSON_Delete(out);
}

static void expect_bad(const char *spec, const char *rest, const char *reason)
{
    struct mr_args args;
    char why[256] = "";
    cJSON *out = NULL;
    assert_int_equal(mr_args_parse_spec(spec, &args, why, sizeof why), MR_OK);
    assert_int_equal(mr_args_parse(&args, rest, &out, why, sizeof why), MR_EINVAL);
    assert_null(out);
    assert_string_equal(why, reason);
}

static void test_values(void **state)
{
    (void)state;
    expect("", "", "{}");
    expect("<user:user> <text:text>", "bob  hi  there ",
           "{\"user\":\"bob\",\"text\":\"hi  there\"}");
    expect("<user:user> [n:int=1]", "bob", "{\"user\":\"bob\",\"n\":1}");
    expect("<user:user> [n:int=1]", "bob -12", "{\"user\":\"bob\",\"n\":-12}");
    expect("[x:number]", "1.5", "{\"x\":1.5}");
    expect("[x:number]", "", "{}");
    expect("[state:on|off]", "off", "{\"state\":\"off\"}");
    expect("<name>", "\"two words\"", "{\"name\":\"two words\"}");
    expect("<name>", "\"a \\\"b\\\" \\\\c\"", "{\"name\":\"a \\\"b\\\" \\\\c\"}");
    expect("<text:text>", "\"kept as it is", "{\"text\":\"\\\"kept as it is\"}");
}

static void test_refusals(void **state)
{
    (void)state;
    expect_bad("<user:user> <text:text>", "bob", "text is missing");
    expect_bad("<user:user>", "", "user is missing");
    expect_bad("[n:int]", "1x", "n must be a whole number, not '1x'");
    expect_bad("[n:int]", "99999999999999999999",
               "n must be a whole number, not "
               "'99999999999999999999'");
    expect_bad("[n:number]", "nan", "n must be a number, not 'nan'");
    expect_bad("[n:number]", "1e400", "n must be a number, not '1e400'");
    expect_bad("[state:on|off]", "o", "state must be one of on|off");
    expect_bad("[state:on|off]", "on|off", "state must be one of on|off");
    expect_bad("", "x", "'x' is one word too many");
    expect_bad("<name>", "\"open", "a quote is not closed");
}

static void test_specs(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "user",
        "<user",
        "<>",
        "<a:>",
        "<t:text> <b>",
        "[a] <b>",
        "[1] [2] [3] [4] [5] [6] [7] [8] [9]",
        "<a-name-that-is-longer-than-any-name-may-be:word>",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct mr_args args;
        char why[256] = "";
        assert_int_equal(mr_args_parse_spec(bad[i], &args, why, sizeof why), MR_EINVAL);
        assert_true(strlen(why) > 0);
    }
}

static void test_usage(void **state)
{
    (void)state;
    struct mr_args args;
    char why[256];
    char usage[256];
    assert_int_equal(mr_args_parse_spec("<user:user> [n:int=1] [s:on|off]", &args, why, 256), 0);
    mr_args_usage(&args, usage, sizeof usage);
    assert_string_equal(usage, "<user> [n] [on|off]");
    mr_args_usage(&args, usage, 8);
    assert_true(strlen(usage) < 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_specs),
        cmocka_unit_test(test_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
