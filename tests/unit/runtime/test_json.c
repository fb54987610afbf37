/* JSON at the border: what is taken, what is refused, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"

static cJSON *parse(const char *text, size_t len, const char **why)
{
    /* On the heap and without a NUL behind it, so that reading past the end is seen. */
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    cJSON *value = mr_json_parse(copy, len, why);
    free(copy);
    return value;
}

static void good_texts_are_taken(void **state)
{
    (void)state;
    static const char *const good[] = {
        "0",
        "-0",
        "10.25E-2",
        "1e5",
        "[0,1]",
        "false",
        "[true,null]",
        "{}",
        "[]",
        "1",
        "-0.5e3",
        "\"\"",
        "null",
        "true",
        " {\"a\" : [1,2]}\n",
        "\"\\u00e9\"",
        "\"\xc3\xa9\"",
        "\"\\\\u0000\"",
        "\"\\ud83d\\ude00\"",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const char *why;
        cJSON *value = parse(good[i], strlen(good[i]), &why);
        if (!value)
            fail_msg("%s: %s", good[i], why);
        assert_null(why);
        cJSON_Delete(value);
    }
}

static void bad_texts_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "{",
        "{}}",
        "{} x",
        "[1,]",
        "\"abc",
        "\"\\u0000\"",
        "\"a\\u0000b\"",
        "\"\xff\"",
        "\"\xc0\x80\"",
        "\"a\nb\"",
        "1e999",
        "[-1e999]",
        "{\"a\":1e400}",
        "\"\\ud800\"",
        "nul",
        "{'a':1}",
        "\x01",
        "{\"a\" 1}",
        "01",
        "-",
        "1.",
        "1e",
        "-01",
        "+1",
        "1.e5",
        "\xef\xbb\xbf{}",
        "\v1",
        "[1\xc3\xa9]",
        "NaN",
        "1_0",
        "\"\\x\"",
        "[1 2]",
        "\"\\",
        "\xef\xbb\xbf",
        "\"\\u12",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *why = NULL;
        cJSON *value = parse(bad[i], strlen(bad[i]), &why);
        if (value)
            fail_msg("taken: %s", bad[i]);
        assert_non_null(why);
    }
    const char *why = NULL;
    assert_null(parse("{}\0", 3, &why));
    assert_null(parse("\"a\0b\"", 5, &why));
}

static void depth_at_the_limit_and_one_more(void **state)
{
    (void)state;
    char text[2 * MR_LIMIT_RPC_DEPTH + 4];
    for (int depth = MR_LIMIT_RPC_DEPTH; depth <= MR_LIMIT_RPC_DEPTH + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        const char *why = NULL;
        cJSON *value = parse(text, 2 * (size_t)depth, &why);
        if (depth <= MR_LIMIT_RPC_DEPTH)
            assert_non_null(value);
        else
            assert_null(value);
        cJSON_Delete(value);
    }
    const char *why;
    cJSON *value = parse("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", 44, &why);
    assert_non_null(value);
    cJSON_Delete(value);
}

static void every_cut_of_a_text_is_survived(void **state)
{
    (void)state;
    const char *text = "{\"a\":[1,-2.5,\"x\\u00e9\\n\\\"\",null,true,{\"b\":false}]}";
    for (size_t len = 0; len < strlen(text); len++) {
        const char *why = NULL;
        assert_null(parse(text, len, &why));
        assert_non_null(why);
    }
}

static void members_are_found_by_type_and_case(void **state)
{
    (void)state;
    const char *why;
    const char *text = "{\"s\":\"x\",\"S\":\"y\",\"i\":7,\"f\":1.5,\"big\":1000000000000001,"
                       "\"max\":-1000000000000000,\"t\":true}";
    cJSON *object = parse(text, strlen(text), &why);
    assert_non_null(object);
    assert_string_equal(mr_json_string(object, "s"), "x");
    assert_string_equal(mr_json_string(object, "S"), "y");
    assert_null(mr_json_string(object, "i"));
    assert_null(mr_json_string(object, "missing"));
    assert_int_equal(mr_json_int(object, "i", -1), 7);
    assert_int_equal(mr_json_int(object, "f", -1), -1);
    assert_int_equal(mr_json_int(object, "big", -1), -1);
    assert_true(mr_json_int(object, "max", -1) == -1000000000000000);
    assert_int_equal(mr_json_int(object, "s", -1), -1);
    assert_true(mr_json_bool(object, "t", false));
    assert_true(mr_json_bool(object, "i", true));
    assert_int_equal(mr_json_int(NULL, "i", 3), 3);
    assert_null(mr_json_string(NULL, "s"));
    cJSON_Delete(object);
}

static void setting_replaces(void **state)
{
    (void)state;
    cJSON *object = cJSON_CreateObject();
    assert_int_equal(mr_json_set_string(object, "a", "1"), MR_OK);
    assert_int_equal(mr_json_set_int(object, "a", 2), MR_OK);
    assert_int_equal(mr_json_set_int(object, "A", 3), MR_OK);
    assert_int_equal(mr_json_set_bool(object, "b", true), MR_OK);
    assert_int_equal(mr_json_set(object, "c", NULL), MR_ENOMEM);
    assert_int_equal(mr_json_set_int(NULL, "a", 2), MR_EINVAL);
    char *text = mr_json_print(object);
    assert_string_equal(text, "{\"a\":2,\"A\":3,\"b\":true}");
    cJSON_free(text);
    cJSON_Delete(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_texts_are_taken),
        cmocka_unit_test(bad_texts_are_refused_with_a_reason),
        cmocka_unit_test(depth_at_the_limit_and_one_more),
        cmocka_unit_test(every_cut_of_a_text_is_survived),
        cmocka_unit_test(members_are_found_by_type_and_case),
        cmocka_unit_test(setting_replaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
