/* Parameters against a row's spec. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/api/params.h"
#include "core/runtime/json.h"

static const char spec[] =
    "user:string n?:integer data?:table list?:array x?:any f?:number b?:boolean";

static int check(const char *text, cJSON **out, char *why)
{
    const char *reason = "";
    cJSON *params = mr_json_parse(text, strlen(text), &reason);
    assert_non_null(params);
    int err = mr_params_check(spec, params, out, why, 256);
    cJSON_Delete(params);
    return err;
}

static void expect_ok(const char *text, const char *printed)
{
    char why[256];
    cJSON *out = NULL;
    assert_int_equal(check(text, &out, why), MR_OK);
    char *got = mr_json_print(out);
    assert_string_equal(got, printed);
    cJSON_free(got);
    cJSON_Delete(out);
}

static void expect_bad(const char *text, const char *reason)
{
    char why[256] = "";
    cJSON *out = NULL;
    assert_int_equal(check(text, &out, why), MR_EINVAL);
    assert_null(out);
    assert_string_equal(why, reason);
}

static void test_objects(void **state)
{
    (void)state;
    expect_ok("{\"user\":\"bob\"}", "{\"user\":\"bob\"}");
    expect_ok("{\"n\":3,\"user\":\"bob\"}", "{\"user\":\"bob\",\"n\":3}");
    expect_ok("{\"user\":\"bob\",\"n\":null}", "{\"user\":\"bob\"}");
    expect_ok("{\"user\":\"bob\",\"list\":{},\"data\":[]}",
              "{\"user\":\"bob\",\"data\":[],\"list\":{}}");
    expect_ok("{\"user\":\"bob\",\"f\":1.5,\"b\":true,\"x\":[1]}",
              "{\"user\":\"bob\",\"x\":[1],\"f\":1.5,\"b\":true}");
}

static void test_arrays(void **state)
{
    (void)state;
    expect_ok("[\"bob\"]", "{\"user\":\"bob\"}");
    expect_ok("[\"bob\",7,{\"a\":1}]", "{\"user\":\"bob\",\"n\":7,\"data\":{\"a\":1}}");
    expect_ok("[\"bob\",null,{}]", "{\"user\":\"bob\",\"data\":{}}");
    expect_bad("[]", "user is missing");
    expect_bad("[\"bob\",1,{},[],1,1,true,8]", "too many arguments, at most 7 are taken");
}

static void test_refusals(void **state)
{
    (void)state;
    expect_bad("{}", "user is missing");
    expect_bad("{\"user\":1}", "user must be a value of type string");
    expect_bad("{\"User\":\"bob\"}", "user is missing");
    expect_bad("{\"user\":\"bob\",\"nn\":1}", "there is no parameter 'nn'");
    expect_bad("{\"user\":\"bob\",\"n\":1.5}", "n must be a value of type integer");
    expect_bad("{\"user\":\"bob\",\"n\":\"1\"}", "n must be a value of type integer");
    expect_bad("{\"user\":\"bob\",\"data\":[1]}", "data must be a value of type table");
    expect_bad("{\"user\":\"bob\",\"list\":{\"a\":1}}", "list must be a value of type array");
    expect_bad("{\"user\":\"bob\",\"b\":1}", "b must be a value of type boolean");
    expect_bad("7", "the parameters must be an object or an array");
}

/* A row without parameters takes none, whichever way nothing is said. */
static void test_nothing(void **state)
{
    (void)state;
    char why[256];
    cJSON *out = NULL;
    assert_int_equal(mr_params_check("", NULL, &out, why, sizeof why), MR_OK);
    assert_true(cJSON_IsObject(out));
    cJSON_Delete(out);
}

/* Every row of the table is well-formed: a name and a known type for each parameter. */
static void test_the_table(void **state)
{
    (void)state;
    static const char *const specs[] = {
#define MR_METHOD(name, permission, parameters, returns, help) parameters,
#include <moonroom/methods.def>
#undef MR_METHOD
    };
    static const char types[] = " string integer number boolean array table any secret ";
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        struct mr_param param;
        for (const char *at = specs[i]; mr_param_next(&at, &param);) {
            char word[32];
            snprintf(word, sizeof word, " %.*s ", (int)param.type_len, param.type);
            assert_non_null(strstr(types, word));
            assert_true(param.name_len > 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects),   cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_refusals),  cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
