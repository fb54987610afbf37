/* Manifests: what is taken, what is refused, and what comes of their settings. */
#include <moonroom/errors.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/runtime/json.h"
#include "core/script/manifest.h"

static int read_text(const char *json, const char *name, struct mr_manifest *out, char why[256])
{
    cJSON *value = json ? cJSON_Parse(json) : NULL;
    assert_true(!json || value);
    int err = mr_manifest_read(value, name, out, why, 256);
    cJSON_Delete(value);
    return err;
}

static void test_none(void **state)
{
    (void)state;
    struct mr_manifest m;
    char why[256] = "";
    assert_int_equal(read_text(NULL, "pong", &m, why), MR_OK);
    assert_string_equal(m.name, "pong");
    assert_string_equal(m.needs[0], "send");
    assert_string_equal(m.needs[1], "whisper");
    assert_string_equal(m.needs[2], "mine");
    assert_null(m.needs[3]);
    assert_true(mr_manifest_is_modest(&m));
    mr_manifest_free(&m);
}

static void test_given(void **state)
{
    (void)state;
    struct mr_manifest m;
    char why[256] = "";
    assert_int_equal(read_text("{\"name\":\"greeter\",\"version\":\"1.0\",\"needs\":[\"send\","
                               "\"read:whisper\",\"send\"]}",
                               "file", &m, why),
                     MR_OK);
    assert_string_equal(m.name, "greeter");
    assert_string_equal(m.needs[1], "read:whisper");
    assert_null(m.needs[2]);
    assert_false(mr_manifest_is_modest(&m));
    mr_manifest_free(&m);
    assert_int_equal(read_text("{\"needs\":[\"plugin:full\"]}", "file", &m, why), MR_OK);
    assert_string_equal(m.needs[0], "plugin:full");
    mr_manifest_free(&m);
    /* A manifest without needs asks for nothing. */
    assert_int_equal(read_text("{\"needs\":{}}", "file", &m, why), MR_OK);
    assert_null(m.needs[0]);
    mr_manifest_free(&m);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json, *name, *part;
    } rows[] = {
        {"{\"name\":\"../x\"}", "f", "script's name"},
        {"{\"name\":\"Greeter\"}", "f", "script's name"},
        {"{\"name\":\"\"}", "f", "script's name"},
        {"{\"name\":\"aaaaaaaaaabbbbbbbbbbccccccccccddd\"}", "f", "longer than 32"},
        {NULL, "My script", "script's name"},
        {NULL, "aaaaaaaaaabbbbbbbbbbccccccccccddd", "script's name"},
        {"{\"needs\":[\"everything\"]}", "f", "no permission 'everything'"},
        {"{\"needs\":[\"read:wisper\"]}", "f", "do you mean 'read:whisper'?"},
        {"{\"needs\":[\"process:\"]}", "f", "do you mean 'process:NAME'?"},
        {"{\"needs\":[\"process:rm -r\"]}", "f", "no permission 'process:rm -r'"},
        {"{\"needs\":[\"process:../x\"]}", "f", "no permission"},
        {"{\"needs\":[\"process:bin/x\"]}", "f", "no permission"},
        {"{\"needs\":[\"http:https://x.org/\"]}", "f", "no permission"},
        {"{\"needs\":[\"http:X.org\"]}", "f", "no permission"},
        {"{\"needs\":[\"plugin:\"]}", "f", "do you mean 'plugin:NAME'?"},
        {"{\"needs\":[\"plugin:../x\"]}", "f", "no permission"},
        {"{\"needs\":[5]}", "f", "no permission"},
        {"{\"needs\":{\"send\":true}}", "f", "list of permissions"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mr_manifest m;
        char why[256] = "";
        assert_true(read_text(rows[i].json, rows[i].name, &m, why) < 0);
        if (!strstr(why, rows[i].part)) {
            fail_msg("'%s' is not in '%s'", rows[i].part, why);
        }
    }
}

static void test_settings(void **state)
{
    (void)state;
    struct mr_manifest m;
    struct mr_hooks *hooks;
    struct mr_settings *settings;
    char why[256] = "";
    assert_int_equal(mr_hooks_new(&hooks), MR_OK);
    assert_int_equal(mr_settings_new(NULL, hooks, NULL, &settings), MR_OK);
    assert_int_equal(
        read_text(
            "{\"settings\":{\"word\":{\"type\":\"string\",\"default\":\"hi\"},\"n\":{\"type\":"
            "\"integer\",\"default\":3,\"min\":1,\"max\":9},\"on\":{\"type\":\"boolean\","
            "\"default\":true},\"c\":{\"type\":\"choice\",\"choices\":[\"a\",\"b\"],"
            "\"default\":\"b\"}}}",
            "t", &m, why),
        MR_OK);
    assert_int_equal(mr_manifest_declare(&m, settings, &m, why, sizeof why), MR_OK);
    assert_string_equal(mr_settings_string(settings, "t.word"), "hi");
    assert_int_equal(mr_settings_int(settings, "t.n"), 3);
    assert_true(mr_settings_bool(settings, "t.on"));
    assert_string_equal(mr_settings_string(settings, "t.c"), "b");
    assert_int_equal(mr_settings_set(settings, "t.n", "10", why, sizeof why), MR_EINVAL);
    mr_settings_undeclare(settings, &m);
    mr_manifest_free(&m);
    static const char *const bad[] = {
        "{\"settings\":{\"x\":{\"type\":\"list\"}}}", "{\"settings\":{\"x\":5}}",
        "{\"settings\":{\"X y\":{\"type\":\"string\"}}}",
        "{\"settings\":{\"x\":{\"type\":\"integer\",\"default\":\"a\"}}}",
        "{\"settings\":{\"x\":{\"type\":\"choice\"}}}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(read_text(bad[i], "t", &m, why), MR_OK);
        assert_true(mr_manifest_declare(&m, settings, &m, why, sizeof why) < 0);
        mr_settings_undeclare(settings, &m);
        mr_manifest_free(&m);
    }
    mr_settings_free(settings);
    mr_hooks_free(hooks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
