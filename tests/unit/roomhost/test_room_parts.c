/* The small pure parts: pace, spacing, outbox, users, addresses, the command line. */
#include "plugins/roomhost/address.h"
#include "plugins/roomhost/options.h"
#include "plugins/roomhost/outbox.h"
#include "plugins/roomhost/pace.h"
#include "plugins/roomhost/spacing.h"
#include "plugins/roomhost/users.h"

#include "core/base/limits.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void test_bucket(void **state)
{
    (void)state;
    struct mr_bucket bucket;
    uint64_t now = 1000;
    mr_bucket_init(&bucket, now);
    for (int i = 0; i < MR_LIMIT_FLOOD_ROOM_BURST; i++)
        assert_int_equal(mr_bucket_take(&bucket, now), MR_PACE_FINE);
    assert_int_equal(mr_bucket_take(&bucket, now), MR_PACE_WARN);
    assert_int_equal(mr_bucket_take(&bucket, now + 199), MR_PACE_DROP);
    /* Five a second may go on for ever. */
    now += 1000;
    for (int i = 0; i < 1000; i++) {
        now += 200;
        assert_int_equal(mr_bucket_take(&bucket, now), MR_PACE_FINE);
    }
    /* After a rest the warning comes again; who does not stop is kicked. */
    now += 10000;
    for (int i = 0; i < MR_LIMIT_FLOOD_ROOM_BURST; i++)
        assert_int_equal(mr_bucket_take(&bucket, now), MR_PACE_FINE);
    assert_int_equal(mr_bucket_take(&bucket, now), MR_PACE_WARN);
    for (int i = 1; i < MR_LIMIT_FLOOD_ROOM_PATIENCE; i++)
        assert_int_equal(mr_bucket_take(&bucket, now), MR_PACE_DROP);
    assert_int_equal(mr_bucket_take(&bucket, now), MR_PACE_KICK);
}

static void test_tries(void **state)
{
    (void)state;
    struct mr_tries *tries;
    assert_int_equal(mr_tries_new(&tries), MR_OK);
    for (int i = 0; i < MR_LIMIT_LOGIN_TRIES; i++) {
        assert_true(mr_tries_allowed(tries, "ann", 3, 1000));
        mr_tries_wrong(tries, i % 2 ? "ann" : "ANN", 3, 1000 + (uint64_t)i);
    }
    assert_false(mr_tries_allowed(tries, "ann", 3, 1003));
    assert_false(mr_tries_allowed(tries, "Ann", 3, 60999));
    assert_true(mr_tries_allowed(tries, "bob", 3, 1003));
    assert_true(mr_tries_allowed(tries, "ann", 3, 61000));
    mr_tries_wrong(tries, "ann", 3, 61000);
    assert_false(mr_tries_allowed(tries, "ann", 3, 61000));
    /* A long name, and more of them than are kept. */
    char name[80];
    memset(name, 'x', sizeof name);
    for (unsigned i = 0; i < 20000; i++) {
        int len = snprintf(name, sizeof name, "n%u", i);
        mr_tries_wrong(tries, name, (size_t)len, 62000);
    }
    mr_tries_wrong(tries, name, sizeof name, 62000);
    mr_tries_free(tries);
}

/* However lines come, no 200 ms see more than 2048 bytes. */
static void test_spacing(void **state)
{
    (void)state;
    enum { FRAMES = 2000 };
    static uint64_t at[FRAMES];
    static size_t bytes[FRAMES];
    struct mr_spacing spacing = {0};
    uint64_t now = 5;
    unsigned seed = 1;
    assert_int_equal(mr_spacing_when(&spacing, 2048, 200, 20, now), now);
    for (int i = 0; i < FRAMES; i++) {
        seed = seed * 1103515245u + 12345u;
        bytes[i] = 38 + (seed >> 16) % 2011;
        uint64_t when = mr_spacing_when(&spacing, bytes[i], 200, 20, now);
        assert_true(when >= now && when <= now + 200);
        now = when;
        at[i] = now;
        mr_spacing_sent(&spacing, bytes[i], now);
        assert_true(i == 0 || at[i] >= at[i - 1] + 20);
        size_t sum = 0;
        for (int j = i; j >= 0 && at[i] - at[j] < 200; j--)
            sum += bytes[j];
        assert_true(sum <= MR_SPACING_BYTES);
        now += (seed >> 8) % 60;
    }
    assert_int_equal(mr_spacing_window(0), 200);
    assert_int_equal(mr_spacing_window(16384), 200);
    assert_int_equal(mr_spacing_window(40960), 110);
    assert_int_equal(mr_spacing_window(65536), 20);
    assert_int_equal(mr_spacing_window(1 << 30), 20);
}

static void add(struct mr_outbox *outbox, const char *line)
{
    assert_int_equal(mr_outbox_add(outbox, mr_span_of(line)), MR_OK);
}

static void assert_next(struct mr_outbox *outbox, const char *expected)
{
    struct mr_span text;
    assert_int_equal(mr_outbox_next(outbox, &text), MR_OK);
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.at, expected, text.len);
}

static void test_outbox(void **state)
{
    (void)state;
    struct mr_outbox outbox;
    mr_outbox_init(&outbox);
    assert_true(mr_outbox_empty(&outbox));
    assert_next(&outbox, "");
    add(&outbox, "one");
    add(&outbox, "two");
    add(&outbox, "Server> Active users: \nann");
    add(&outbox, "three");
    assert_next(&outbox, "one\ntwo");
    assert_next(&outbox, "Server> Active users: \nann");
    assert_false(mr_outbox_empty(&outbox));
    assert_next(&outbox, "three");
    assert_true(mr_outbox_empty(&outbox));
    char line[MR_LIMIT_FRAME_OUT_TEXT + 2];
    memset(line, 'x', sizeof line);
    line[MR_LIMIT_FRAME_OUT_TEXT + 1] = '\0';
    assert_int_equal(mr_outbox_add(&outbox, mr_span_of(line)), MR_EINVAL);
    assert_int_equal(mr_outbox_add(&outbox, mr_span_of("")), MR_EINVAL);
    line[MR_LIMIT_FRAME_OUT_TEXT] = '\0';
    int count = 0;
    while (mr_outbox_add(&outbox, mr_span_of(line)) == MR_OK)
        count++;
    assert_int_equal(count, MR_LIMIT_ROOM_OUTBOX / (MR_LIMIT_FRAME_OUT_TEXT + 2));
    assert_int_equal(mr_outbox_add(&outbox, mr_span_of(line)), MR_ELIMIT);
    for (; count > 0; count--)
        assert_next(&outbox, line);
    assert_true(mr_outbox_empty(&outbox));
    mr_outbox_free(&outbox);
}

static void test_users(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    struct mr_users users = {0};
    struct mr_span *names;
    size_t count;
    assert_null(mr_users_find(&users, mr_span_of("user-1")));
    for (int i = 0; i < MANY; i++) {
        struct mr_purse purse = {.account = i};
        snprintf(purse.name, sizeof purse.name, "user-%04d", i);
        struct mr_user *user = mr_users_add(&users, &purse);
        assert_non_null(user);
        user->open_count = i % 2 == 1;
    }
    assert_int_equal(mr_users_find(&users, mr_span_of("user-0777"))->purse.account, 777);
    assert_null(mr_users_find(&users, mr_span_of("USER-0777")));
    mr_users_remove(&users, mr_users_find(&users, mr_span_of("user-0777")));
    assert_null(mr_users_find(&users, mr_span_of("user-0777")));
    assert_int_equal(mr_users_names(&users, &names, &count), MR_OK);
    assert_int_equal(count, MANY / 2 - 1);
    assert_true(mr_span_is(names[0], "user-0001"));
    assert_true(mr_span_is(names[count - 1], "user-0999"));
    free(names);
    mr_users_free(&users);
}

static void assert_address(const char *text, const char *shown, const char *household)
{
    struct sockaddr_storage address;
    char got[64];
    assert_int_equal(mr_address_read(text, 1235, &address), MR_OK);
    mr_address_show((const struct sockaddr *)&address, got, sizeof got);
    assert_string_equal(got, shown);
    mr_address_household((const struct sockaddr *)&address, got, sizeof got);
    assert_string_equal(got, household);
}

static void test_addresses(void **state)
{
    (void)state;
    struct sockaddr_storage address;
    assert_address("192.0.2.7", "192.0.2.7:1235", "192.0.2.7");
    assert_address("127.0.0.1", "127.0.0.1:1235", "");
    assert_address("127.9.9.9", "127.9.9.9:1235", "");
    assert_address("::1", "[::1]:1235", "");
    assert_address("[2001:db8:1:2:3:4:5:6]", "[2001:db8:1:2:3:4:5:6]:1235", "2001:db8:1:2::/64");
    assert_address("::ffff:192.0.2.7", "192.0.2.7:1235", "192.0.2.7");
    assert_address("::ffff:127.0.0.1", "127.0.0.1:1235", "");
    static const char *const wrong[] = {"",          "localhost", "1.2.3",        "1.2.3.4.5",
                                        "[1.2.3.4]", "::1]",      "1.2.3.4:1235", "[]"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(mr_address_read(wrong[i], 0, &address), MR_EINVAL);
}

/* Splits a command line at blanks and parses it. */
static int parse(const char *line, struct mr_host_options *out)
{
    char copy[512], why[256] = "", *words[32], *rest = copy;
    int count = 0;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word; (word = strtok_r(rest, " ", &rest)) && count < 32;)
        words[count++] = strdup(word);
    int err = mr_host_options_parse(count, words, out, why, sizeof why);
    assert_true((err == MR_OK) == (why[0] == '\0'));
    for (int i = 0; i < count; i++)
        free(words[i]);
    return err;
}

static void test_options(void **state)
{
    (void)state;
    struct mr_host_options options;
    assert_int_equal(parse("host", &options), MR_OK);
    assert_int_equal(options.mode, MR_HOST_ROOM);
    assert_int_equal(options.port, 1235);
    assert_string_equal(options.listen, "127.0.0.1");
    assert_int_equal(options.terms.zeros, -1);
    assert_int_equal(options.accounts_per_address, 1);
    assert_int_equal(options.fine, 1);
    mr_host_options_free(&options);
    assert_int_equal(
        parse("host --port=0 --zeros 3 --order prev_s --admin ann --admin bob --fine 0 "
              "--accounts-per 5 --exit-with-parent --welcome=Hi",
              &options),
        MR_OK);
    assert_int_equal(options.port, 0);
    assert_int_equal(options.terms.zeros, 3);
    assert_int_equal(options.terms.order, MR_WORK_PREV_S);
    assert_int_equal(options.admin_count, 2);
    assert_int_equal(options.accounts_per_address, 5);
    assert_int_equal(options.fine, 0);
    assert_true(options.exit_with_parent);
    assert_int_equal(options.parent, 0);
    assert_string_equal(mr_buf_str(&options.welcome), "Hi");
    mr_host_options_free(&options);
    assert_int_equal(parse("host --exit-with-parent=4711", &options), MR_OK);
    assert_int_equal(options.parent, 4711);
    mr_host_options_free(&options);
    static const struct {
        const char *line;
        enum mr_host_mode mode;
    } modes[] = {{"host --verify", MR_HOST_VERIFY},
                 {"host accounts --home x", MR_HOST_ACCOUNTS},
                 {"host reset-password ann", MR_HOST_RESET_PASSWORD},
                 {"host --help", MR_HOST_HELP},
                 {"host -h", MR_HOST_HELP},
                 {"host --version", MR_HOST_VERSION},
                 {"host --home=x -- accounts", MR_HOST_ACCOUNTS}};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(parse(modes[i].line, &options), MR_OK);
        assert_int_equal(options.mode, modes[i].mode);
        mr_host_options_free(&options);
    }
    static const char *const wrong[] = {
        "host --port",
        "host --port x",
        "host --port 65536",
        "host --port -1",
        "host --zeros 0",
        "host --zeros 129",
        "host --order both",
        "host --listen localhost",
        "host --admin Server",
        "host --admin a.b",
        "host --nope",
        "host -x",
        "host nope",
        "host accounts more",
        "host reset-password",
        "host reset-password a b",
        "host --verify=1",
        "host --a 1",
        "host --welcome /quit",
        "host --welcome-file /nonexistent",
        "host --home=",
        "host --fine -1",
        "host --exit-with-parent=x",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(parse(wrong[i], &options), MR_EINVAL);
        mr_host_options_free(&options);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bucket),  cmocka_unit_test(test_tries),
        cmocka_unit_test(test_spacing), cmocka_unit_test(test_outbox),
        cmocka_unit_test(test_users),   cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
