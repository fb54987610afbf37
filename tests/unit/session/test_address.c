/* Addresses as people type them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/session/session.h"

struct good {
    const char *text, *formatted;
    bool legacy, tls;
};

static void good_addresses(void **state)
{
    static const struct good rows[] = {
        {"example.org", "example.org:1235", false, false},
        {"example.org:7", "example.org:7", false, false},
        {"  example.org:65535\n", "example.org:65535", false, false},
        {"EXAMPLE.org", "example.org:1235", false, false},
        {"legacy://example.org", "example.org:1235", true, false},
        {"tls://example.org:443", "example.org:443", false, true},
        {"127.0.0.1:1", "127.0.0.1:1", false, false},
        {"my_host-2", "my_host-2:1235", false, false},
        {"example.org.", "example.org.:1235", false, false},
        {"[::1]", "[::1]:1235", false, false},
        {"[::1]:99", "[::1]:99", false, false},
        {"[0:0:0:0:0:0:0:1]:99", "[::1]:99", false, false},
        {"[FE80::1%eth0]:99", "[fe80::1%eth0]:99", false, false},
        {"legacy://[2001:db8::5]", "[2001:db8::5]:1235", true, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mr_address address, again;
        char why[256] = "", text[300];
        if (mr_address_parse(rows[i].text, &address, why, sizeof(why)) != MR_OK)
            fail_msg("%s: %s", rows[i].text, why);
        mr_address_format(&address, text, sizeof(text));
        assert_string_equal(text, rows[i].formatted);
        assert_int_equal(address.explicit_legacy, rows[i].legacy);
        assert_int_equal(address.explicit_tls, rows[i].tls);
        /* What is formatted is read back. */
        assert_int_equal(mr_address_parse(text, &again, why, sizeof(why)), MR_OK);
        assert_string_equal(again.host, address.host);
        assert_int_equal(again.port, address.port);
    }
}

static void bad_addresses(void **state)
{
    static const char *const rows[] = {
        "",          "   ",         ":1235",       "host:",      "host:0",      "host:65536",
        "host:-1",   "host:+1",     "host:12x",    "host:1:2",   "::1",         "fe80::1:1235",
        "[::1",      "[::1]x",      "[::1]:",      "[::1]:0",    "[]",          "[host]",
        "[1.2.3.4]", "[::1%]",      "[::1%a/b]",   "ftp://host", "http://host", "legacy://",
        "tls://:1",  "a b",         "a/b",         "../etc",     ".hidden",     "a..b",
        "-option",   "h\xc3\xb6st", "host\x1b[2J", "host;rm",    "a@b",         "host:1235/",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mr_address address;
        char why[256] = "";
        if (mr_address_parse(rows[i], &address, why, sizeof(why)) != MR_EINVAL)
            fail_msg("taken: %s", rows[i]);
        assert_true(strlen(why) > 10);
        assert_int_equal(why[strlen(why) - 1], '.');
    }
}

static void lengths_at_the_limit(void **state)
{
    struct mr_address address;
    char why[256], text[400], small[8];
    (void)state;
    memset(text, 'a', sizeof(text));
    text[253] = '\0';
    assert_int_equal(mr_address_parse(text, &address, why, sizeof(why)), MR_OK);
    text[253] = 'a';
    text[254] = '\0';
    assert_int_equal(mr_address_parse(text, &address, why, sizeof(why)), MR_EINVAL);
    text[254] = 'a';
    text[399] = '\0';
    assert_int_equal(mr_address_parse(text, &address, small, sizeof(small)), MR_EINVAL);
    assert_true(strlen(small) < sizeof(small));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_addresses),
        cmocka_unit_test(bad_addresses),
        cmocka_unit_test(lengths_at_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
