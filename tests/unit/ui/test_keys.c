#include "tests/unit/ui/support.h"

#include <moonroom/errors.h>

#include "core/ui/keys.h"

static void check(const char *text, const char *name, const char *first, size_t count)
{
    struct mr_key key;
    const char *why = NULL;

    assert_int_equal(mr_key_parse(text, &key, &why), MR_OK);
    assert_string_equal(key.name, name);
    assert_string_equal(key.sequences[0], first);
    assert_int_equal(key.count, count);
}

static void names_keys(void **state)
{
    (void)state;
    check("Ctrl-T", "Ctrl-T", "\x14", 1);
    check("ctrl-t", "Ctrl-T", "\x14", 1);
    check("Alt-x", "Alt-x", "\x1bx", 1);
    check("alt-X", "Alt-X", "\x1bX", 1);
    check("Alt-\\", "Alt-\\", "\x1b\\", 1);
    check("Ctrl-Alt-x", "Ctrl-Alt-X", "\x1b\x18", 1);
    check("Alt-Ctrl-X", "Ctrl-Alt-X", "\x1b\x18", 1);
    check("F1", "F1", "\x1b[11~", 3);
    check("f5", "F5", "\x1b[15~", 2);
    check("F12", "F12", "\x1b[24~", 1);
}

static void knows_the_sequences_of_terminals(void **state)
{
    struct mr_key key;
    const char *why = NULL;

    (void)state;
    assert_int_equal(mr_key_parse("F4", &key, &why), MR_OK);
    assert_string_equal(key.sequences[1], "\x1bOS");
    assert_string_equal(key.sequences[2], "\x1b[[D");
}

static void refuses(const char *text)
{
    struct mr_key key;
    const char *why = NULL;

    assert_int_equal(mr_key_parse(text, &key, &why), MR_EINVAL);
    assert_non_null(why);
}

static void leaves_keys_alone(void **state)
{
    static const char *const kept[] = {
        "Ctrl-C", "ctrl-d", "Ctrl-M", "Ctrl-J", "Ctrl-I",      "Ctrl-H",      "Ctrl-Z",
        "Ctrl-[", "Alt-[",  "Alt-O",  "Alt-1",  "Alt-a",       "Alt-A",       "Ctrl-Alt-M",
        "",       "x",      "F0",     "F13",    "F01",         "F1x",         "Ctrl-",
        "Alt-",   "Ctrl-1", "Alt-xy", "Enter",  "Ctrl-Ctrl-t", "Alt-\xc3\xa9"};

    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        refuses(kept[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_keys),
        cmocka_unit_test(knows_the_sequences_of_terminals),
        cmocka_unit_test(leaves_keys_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
