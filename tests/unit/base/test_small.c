/* The small modules: errors, names, hex digits, the table of limits. */
#include "core/base/hex.h"
#include "core/base/limits.h"
#include "core/base/name.h"

#include <moonroom/errors.h>

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void errors_have_names(void **state)
{
    (void)state;
    static const int values[] = {
#define VALUE(constant, value, name, text) constant,
        MR_ERROR_LIST(VALUE)
#undef VALUE
    };
    enum { COUNT = sizeof values / sizeof values[0] };
    for (int i = 0; i < COUNT; i++) {
        /* One after the other without a gap, so that nothing is ever given to another. */
        assert_int_equal(values[i], -1 - i);
        assert_int_equal(mr_error_by_name(mr_error_name(values[i])), values[i]);
        assert_true(strlen(mr_error_text(values[i])) > 5);
    }
    assert_string_equal(mr_error_name(MR_OK), "ok");
    assert_string_equal(mr_error_name(5), "ok");
    assert_string_equal(mr_error_name(-1000), "unknown");
    assert_string_equal(mr_error_text(-1000), "an unknown error");
    assert_string_equal(mr_error_text(0), "no error");
    assert_int_equal(mr_error_by_name("nonsense"), MR_ENOTFOUND);
    assert_int_equal(MR_ENOTFOUND, mr_error_by_name("not_found"));
}

static bool valid(const char *name)
{
    return mr_name_valid(name, strlen(name));
}

static void grammar_of_names(void **state)
{
    (void)state;
    char name[MR_LIMIT_NAME + 2];
    memset(name, 'a', sizeof name);
    assert_true(mr_name_valid(name, MR_LIMIT_NAME));
    assert_false(mr_name_valid(name, MR_LIMIT_NAME + 1));
    assert_false(mr_name_valid(name, 0));
    assert_true(valid("bob-42_^$&+`"));
    assert_true(valid("Server"));
    for (int c = 0; c < 256; c++) {
        char one = (char)c;
        bool allowed = c > 0x20 && c < 0x7f && !strchr("<>|.:;,!?()[]{}@#\\%*/~='\"", c);
        assert_int_equal(mr_name_valid(&one, 1), allowed);
    }
}

static void reserved_names(void **state)
{
    (void)state;
    static const char *const reserved[] = {"version",     "keychars",      "public_key",
                                           "private_key", "registeredips", "ADMINS",
                                           "Users",       "server",        "LOBBY"};
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        assert_true(mr_name_reserved(reserved[i], strlen(reserved[i])));
        assert_non_null(mr_name_problem(reserved[i], strlen(reserved[i])));
    }
    assert_false(mr_name_reserved("serve", 5));
    assert_true(mr_name_equal_fold("Bob", 3, "bOB", 3));
    assert_null(mr_name_problem("bob", 3));
    assert_non_null(mr_name_problem("", 0));
    assert_non_null(mr_name_problem("b b", 3));
    assert_non_null(mr_name_problem("123456789012345678901234567890123", 33));
}

static void hex_digits(void **state)
{
    (void)state;
    uint8_t bytes[256], again[256];
    char digits[513];
    for (size_t i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    mr_hex_encode(bytes, 256, digits);
    assert_true(mr_hex_is_lower(digits, 512));
    assert_int_equal(mr_hex_decode(digits, 512, again), 256);
    assert_memory_equal(bytes, again, 256);
    assert_int_equal(mr_hex_decode("aB0F", 4, again), 2);
    assert_int_equal(again[0], 0xab);
    assert_false(mr_hex_is_lower("aB", 2));
    assert_int_equal(mr_hex_decode("abc", 3, again), MR_EINVAL);
    assert_int_equal(mr_hex_decode("0g", 2, again), MR_EINVAL);
    assert_int_equal(mr_hex_decode("", 0, again), 0);
}

static void table_of_limits(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct mr_limit *row; (row = mr_limit_at(count)); count++) {
        assert_true(row->value > 0);
        assert_true(strlen(row->unit) > 0);
        /* The help is a sentence. */
        assert_int_equal(row->help[strlen(row->help) - 1], '.');
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(mr_limit_at(i)->name, row->name);
    }
    assert_true(count > 30);
    assert_null(mr_limit_at(count + 1));
    assert_string_equal(mr_limit_at(0)->name, "FRAME_CLIENT");
    assert_int_equal(mr_limit_at(0)->value, MR_LIMIT_FRAME_CLIENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_names), cmocka_unit_test(grammar_of_names),
        cmocka_unit_test(reserved_names),    cmocka_unit_test(hex_digits),
        cmocka_unit_test(table_of_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
