/* Callers, permissions, calls that outlive their caller, secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/api/api.h"
#include "core/base/limits.h"
#include "core/runtime/json.h"

struct fixture {
    struct mr_api *api;
    struct mr_caller *user;
    struct mr_caller *script;
    struct mr_call *kept; /* a call that is answered later */
    int answers;
    int err;
    char text[256];
    int undone;
};

static void say(void *ctx, struct mr_call *call, const cJSON *params)
{
    (void)ctx;
    mr_call_return(call, cJSON_CreateString(mr_json_string(params, "text")));
}

static void keep(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct fixture *f = ctx;
    (void)params;
    f->kept = call;
}

static void done(void *ctx, int err, const char *text, const cJSON *result)
{
    struct fixture *f = ctx;
    f->answers++;
    f->err = err;
    const char *value = cJSON_GetStringValue(result);
    strncpy(f->text, value ? value : text, sizeof f->text - 1);
}

static void undo(void *value)
{
    ++*(int *)value;
}

static int setup(void **state)
{
    static struct fixture f;
    static const char *const grants[] = {"send", NULL};
    const struct mr_caller_options user = {.kind = MR_CALLER_USER, .name = "you"};
    const struct mr_caller_options script = {
        .kind = MR_CALLER_SCRIPT, .name = "greeter", .grants = grants};
    f = (struct fixture){0};
    *state = &f;
    assert_int_equal(mr_api_new(&f.api), MR_OK);
    assert_int_equal(mr_caller_new(f.api, &user, &f.user), MR_OK);
    assert_int_equal(mr_caller_new(f.api, &script, &f.script), MR_OK);
    assert_int_equal(mr_api_bind(f.api, "chat.say", say, &f), MR_OK);
    assert_int_equal(mr_api_bind(f.api, "chat.whisper", say, &f), MR_OK);
    assert_int_equal(mr_api_bind(f.api, "chat.users", keep, &f), MR_OK);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    mr_caller_free(&f->user);
    mr_caller_free(&f->script);
    mr_api_free(f->api);
    return 0;
}

static void call(struct fixture *f, struct mr_caller *caller, const char *method, const char *text)
{
    const char *why = "";
    cJSON *params = mr_json_parse(text, strlen(text), &why);
    mr_api_call(f->api, caller, method, params, done, f);
    cJSON_Delete(params);
}

static void test_binding(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mr_api_bind(f->api, "chat.say", say, f), MR_EEXISTS);
    assert_int_equal(mr_api_bind(f->api, "chat.shout", say, f), MR_ENOTFOUND);
    call(f, f->user, "chat.shout", "{}");
    assert_int_equal(f->err, MR_ENOTFOUND);
    call(f, f->user, "chat.me", "{}");
    assert_int_equal(f->err, MR_EUNSUPPORTED);
    call(f, f->user, "chat.say", "{\"text\":\"hi\"}");
    assert_int_equal(f->err, MR_OK);
    assert_string_equal(f->text, "hi");
}

static void test_permissions(void **state)
{
    struct fixture *f = *state;
    call(f, f->script, "chat.say", "{\"text\":\"hi\"}");
    assert_int_equal(f->err, MR_OK);
    call(f, f->script, "chat.whisper", "{\"user\":\"bob\",\"text\":\"hi\"}");
    assert_int_equal(f->err, MR_EDENIED);
    assert_non_null(strstr(f->text, "'whisper'"));
    call(f, f->script, "chat.say", "{\"text\":7}");
    assert_int_equal(f->err, MR_EINVAL);
    assert_string_equal(f->text, "chat.say: text must be a value of type string");
}

static void test_call_outlives_caller(void **state)
{
    struct fixture *f = *state;
    call(f, f->script, "chat.users", "{}");
    assert_non_null(f->kept);
    assert_ptr_equal(mr_call_caller(f->kept), f->script);
    assert_int_equal(mr_caller_attach(f->script, &f->api, &f->undone, undo), MR_OK);
    assert_ptr_equal(mr_caller_data(f->script, &f->api), &f->undone);
    mr_caller_free(&f->script);
    assert_int_equal(f->undone, 1);
    assert_null(mr_call_caller(f->kept));
    mr_call_return(f->kept, cJSON_CreateTrue());
    assert_int_equal(f->answers, 0);
}

static struct mr_call *secret_call(struct fixture *f, struct mr_caller *caller)
{
    call(f, caller, "chat.users", "{}");
    return f->kept;
}

static void test_secrets(void **state)
{
    struct fixture *f = *state;
    struct mr_secret typed;
    struct mr_secret got;
    char token[64];
    assert_int_equal(mr_secret_init(&typed, MR_LIMIT_PASSWORD), MR_OK);
    assert_int_equal(mr_secret_set(&typed, "hunter22", 8), MR_OK);
    assert_int_equal(mr_caller_keep_secret(f->script, &typed, token, sizeof token), MR_OK);
    assert_null(strstr(token, "hunter"));
    cJSON *value = cJSON_CreateString(token);

    struct mr_call *mine = secret_call(f, f->script);
    assert_int_equal(mr_call_secret(mine, value, &got), MR_OK);
    assert_string_equal(mr_secret_str(&got), "hunter22");
    mr_secret_free(&got);
    /* A script cannot pass a text of its own. */
    cJSON *plain = cJSON_CreateString("hunter22");
    assert_int_equal(mr_call_secret(mine, plain, &got), MR_EINVAL);
    mr_call_return(mine, NULL);

    /* To anybody else the token is nothing but a text. */
    struct mr_call *theirs = secret_call(f, f->user);
    assert_int_equal(mr_call_secret(theirs, value, &got), MR_OK);
    assert_string_equal(mr_secret_str(&got), token);
    mr_secret_free(&got);
    mr_call_return(theirs, NULL);
    cJSON_Delete(value);
    cJSON_Delete(plain);
    mr_secret_free(&typed);
}

/* The seventeenth secret takes the place of the one that would end first; none is leaked. */
static void test_many_secrets(void **state)
{
    struct fixture *f = *state;
    struct mr_secret typed;
    char token[64];
    assert_int_equal(mr_secret_init(&typed, 16), MR_OK);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(mr_caller_keep_secret(f->script, &typed, token, sizeof token), MR_OK);
    }
    mr_secret_free(&typed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_binding, setup, teardown),
        cmocka_unit_test_setup_teardown(test_permissions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_call_outlives_caller, setup, teardown),
        cmocka_unit_test_setup_teardown(test_secrets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_secrets, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
