#include "core/base/secret.h"

#include <moonroom/errors.h>

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static void holds_a_password(void **state)
{
    (void)state;
    struct mr_secret secret;
    assert_int_equal(mr_secret_init(&secret, 10), 0);
    assert_string_equal(mr_secret_str(&secret), "");
    assert_int_equal(mr_secret_set(&secret, "0123456789", 10), 0);
    assert_int_equal(mr_secret_append(&secret, "x", 1), MR_ELIMIT);
    assert_int_equal(mr_secret_set(&secret, "0123456789x", 11), MR_ELIMIT);
    assert_string_equal(mr_secret_str(&secret), "0123456789");
    mr_secret_truncate(&secret, 3);
    assert_string_equal(mr_secret_str(&secret), "012");
    assert_int_equal(secret.bytes[5], 0);
    assert_int_equal(mr_secret_append(&secret, "abc", 3), 0);
    assert_string_equal(mr_secret_str(&secret), "012abc");
    assert_int_equal(mr_secret_set(&secret, "pq", 2), 0);
    assert_string_equal(mr_secret_str(&secret), "pq");
    assert_int_equal(secret.bytes[4], 0);
    mr_secret_clear(&secret);
    assert_int_equal(secret.len, 0);
    assert_int_equal(secret.bytes[0], 0);
    mr_secret_free(&secret);
    mr_secret_free(&secret);
    assert_string_equal(mr_secret_str(&secret), "");
    assert_int_equal(mr_secret_init(&secret, SIZE_MAX), MR_EINVAL);
}

static void empty_secrets(void **state)
{
    (void)state;
    struct mr_secret secret;
    assert_int_equal(mr_secret_init(&secret, 0), 0);
    assert_int_equal(mr_secret_set(&secret, NULL, 0), 0);
    assert_int_equal(mr_secret_append(&secret, "x", 1), MR_ELIMIT);
    mr_secret_free(&secret);
}

static void wiping_and_comparing(void **state)
{
    (void)state;
    char bytes[] = "secret";
    assert_true(mr_equal_secret("abc", "abc", 3));
    assert_false(mr_equal_secret("abc", "abd", 3));
    assert_true(mr_equal_secret("a", "b", 0));
    mr_wipe(bytes, 3);
    assert_memory_equal(bytes, "\0\0\0ret", 6);
    mr_wipe(NULL, 0);
}

static void not_dumped(void **state)
{
    (void)state;
#ifdef MR_SANITIZED
    skip();
#endif
    assert_int_equal(prctl(PR_GET_DUMPABLE), 1);
    mr_secret_no_dumps();
    struct rlimit limit;
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_true(limit.rlim_max == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_a_password),
        cmocka_unit_test(empty_secrets),
        cmocka_unit_test(wiping_and_comparing),
        cmocka_unit_test(not_dumped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
