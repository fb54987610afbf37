/* Strategies: a loop that never ends sees every new job, and the link stays alive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lua/harness.h"

static const char classic[] = "function mine(client)\n"
                              "  while true do\n"
                              "    local s = crypto.random_string(86)\n"
                              "    if mine.verify(s) then client:submit(s) end\n"
                              "  end\n"
                              "end\n";

static int set_up(void **state)
{
    static struct harness h;
    harness_start_strategy(&h);
    *state = &h;
    return 0;
}

static int tear_down(void **state)
{
    harness_stop(*state);
    return 0;
}

static void set_job(struct harness *h, char digit, unsigned zeros, uint64_t serial)
{
    struct mr_job_view view = {.zeros = zeros, .order = MR_WORK_S_PREV, .serial = serial};
    memset(view.prev_hash, digit, MR_WORK_HASH_HEX);
    mr_job_page_write(h->job, &view);
}

static void assert_solves(const struct harness *h, const char *call, char digit, int zeros)
{
    (void)h;
    char prev[MR_WORK_HASH_HEX];
    memset(prev, digit, sizeof prev);
    const char *s = strstr(call, "\"s\":\"");
    assert_non_null(s);
    assert_int_equal(mr_work_verify(MR_WORK_S_PREV, zeros, prev, s + 5, NULL), 0);
}

static void test_mines(void **state)
{
    struct harness *h = *state;
    set_job(h, 'a', 2, 1);
    assert_string_equal(harness_load(h, "strategy", classic), "{}");
    assert_true(harness_until(h, "mine.submit"));
    assert_solves(h, harness_calls(h), 'a', 2);
    set_job(h, 'b', 1, 2);
    harness_calls(h);
    /* What was found before the change may still come. */
    for (int i = 0; i < 3; i++) {
        harness_calls(h);
        assert_true(harness_until(h, "mine.submit"));
    }
    assert_solves(h, harness_calls(h), 'b', 1);
    assert_true(harness_until(h, "strategy.attempts"));
}

static void test_answers_while_it_loops(void **state)
{
    struct harness *h = *state;
    assert_string_equal(harness_load(h, "strategy",
                                     "local n = 0\n"
                                     "chat.on('block', function(b) print('saw ' .. b.zeros) end)\n"
                                     "function mine() while true do n = n + 1 end end"),
                        "{}");
    harness_calls(h);
    harness_request(h, "event", "{\"id\":1,\"name\":\"block\",\"data\":{\"zeros\":3}}");
    assert_true(harness_until(h, "saw 3"));
    assert_string_equal(harness_request(h, "alive", "{}"), "{}");
    assert_string_equal(harness_request(h, "unload", "{}"), "{}");
    assert_int_equal(harness_wait(h), 0);
}

static void test_client_is_the_newest(void **state)
{
    struct harness *h = *state;
    set_job(h, 'c', 7, 5);
    assert_string_equal(
        harness_load(h, "strategy",
                     "function mine(client)\n"
                     "  print(client.prev_hash:sub(1, 3), client.hash_zeros, client.order)\n"
                     "  print(mine.job().serial)\n"
                     "  while client.serial == 5 do end\n"
                     "  print(client.prev_hash:sub(1, 3), client.hash_zeros, client.order)\n"
                     "end"),
        "{}");
    assert_true(harness_until(h, "ccc\\t7\\ts_prev"));
    set_job(h, 'd', 6, 6);
    assert_true(harness_until(h, "ddd\\t6\\ts_prev"));
    assert_true(harness_until(h, "strategy.ended"));
}

static void test_errors(void **state)
{
    struct harness *h = *state;
    assert_string_equal(harness_load(h, "strategy", "function mine() mine.verify('short') end"),
                        "{}");
    assert_true(harness_until(h, "strategy.ended"));
    assert_non_null(strstr(harness_errors(h), "mine \"t.lua:1: bad argument #1 to 'verify'"));
}

static void test_without_a_function(void **state)
{
    struct harness *h = *state;
    assert_non_null(
        strstr(harness_load(h, "strategy", "x = 1"), "a strategy has a function mine(client)"));
}

static void test_offline_finds_nothing(void **state)
{
    struct harness *h = *state;
    assert_string_equal(harness_load(h, "strategy",
                                     "function mine(client) local s = crypto.random_string(86)\n"
                                     "print(mine.job(), client.prev_hash, mine.verify(s)) end"),
                        "{}");
    assert_true(harness_until(h, "nil\\tnil\\tfalse"));
    assert_true(harness_until(h, "strategy.attempts {\"attempts\":0}"));
}

static void set_paused(struct harness *h, bool paused)
{
    struct mr_job_view view = {.zeros = 1, .serial = 1, .paused = paused};
    memset(view.prev_hash, 'e', MR_WORK_HASH_HEX);
    mr_job_page_write(h->job, &view);
}

/* It counts a turn in each round of an endless loop; `alive` and events are answered all the time.
 */
static void test_pause(void **state)
{
    struct harness *h = *state;
    set_paused(h, false);
    assert_string_equal(harness_load(h, "strategy",
                                     "local n, seen = 0, 0\n"
                                     "chat.on('ping', function(p)\n"
                                     "  print(p.ms, n > seen and 'turns' or 'rests')\n"
                                     "  seen = n\n"
                                     "end)\n"
                                     "function mine() while true do n = n + 1 end end"),
                        "{}");
    harness_request(h, "event", "{\"id\":1,\"name\":\"ping\",\"data\":{\"ms\":1}}");
    assert_true(harness_until(h, "1\\tturns"));
    set_paused(h, true);
    /* The turn in which it sees that may still count; none does after it. */
    for (int ms = 2; ms < 6; ms++) {
        char event[80];
        snprintf(event, sizeof event, "{\"id\":1,\"name\":\"ping\",\"data\":{\"ms\":%d}}", ms);
        harness_request(h, "event", event);
    }
    assert_true(harness_until(h, "4\\trests"));
    assert_true(harness_until(h, "5\\trests"));
    set_paused(h, false);
    assert_true(harness_until(h, "strategy.attempts"));
    assert_true(harness_until(h, "strategy.attempts"));
    harness_request(h, "event", "{\"id\":1,\"name\":\"ping\",\"data\":{\"ms\":6}}");
    assert_true(harness_until(h, "6\\tturns"));
    assert_string_equal(harness_request(h, "unload", "{}"), "{}");
    assert_int_equal(harness_wait(h), 0);
}

/* One that is loaded in a pause begins with its end, with what it was given. */
static void test_load_in_a_pause(void **state)
{
    struct harness *h = *state;
    set_paused(h, true);
    assert_string_equal(harness_load(h, "strategy",
                                     "function mine(client)\n"
                                     "  print('begun', client.hash_zeros)\n"
                                     "  while true do end\n"
                                     "end"),
                        "{}");
    assert_string_equal(harness_request(h, "alive", "{}"), "{}");
    assert_string_equal(harness_request(h, "alive", "{}"), "{}");
    assert_null(strstr(harness_calls(h), "begun"));
    set_paused(h, false);
    assert_true(harness_until(h, "begun\\t1"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_mines),  TEST(test_answers_while_it_loops), TEST(test_client_is_the_newest),
        TEST(test_errors), TEST(test_without_a_function),     TEST(test_offline_finds_nothing),
        TEST(test_pause),  TEST(test_load_in_a_pause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
