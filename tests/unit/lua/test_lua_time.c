/* Clocks and waits: timer.at over the changes of summer time, and that nothing is left of a wait.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lua/harness.h"

/* Central Europe, without need of a file: an hour is skipped on 2026-03-29 at 02:00, and comes
 * twice on 2026-10-25. */
static int set_up(void **state)
{
    static struct harness h;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    harness_start(&h);
    *state = &h;
    return 0;
}

static int tear_down(void **state)
{
    harness_stop(*state);
    unsetenv("TZ");
    return 0;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("'%s' is not in '%s'", part, text);
    }
}

/* A script whose clock stands still until the test moves it by the event "message". */
#define CLOCK                                                                                      \
    "local time, now = os.time, 0\n"                                                               \
    "function os.time(t) return t and time(t) or now end\n"                                        \
    "local function at(y, mo, d, h, mi, dst)\n"                                                    \
    "  return time { year = y, month = mo, day = d, hour = h, min = mi, isdst = dst } end\n"       \
    "local function show(t) print(os.date('%F %H:%M %Z', t)) end\n"

static void check_next(void **state, const char *now, const char *clock, const char *next)
{
    char script[2048];
    snprintf(script, sizeof script, "%snow = at(%s) show(timer.at('%s', print).due)", CLOCK, now,
             clock);
    struct harness *h = *state;
    harness_stop(h);
    set_up(state);
    assert_string_equal(harness_load(h, "script", script), "{}");
    assert_has(harness_calls(h), next);
}

static void test_next_time(void **state)
{
    check_next(state, "2026, 6, 1, 8, 59", "09:00", "\"2026-06-01 09:00 CEST\"");
    check_next(state, "2026, 6, 1, 9, 0", "09:00", "\"2026-06-02 09:00 CEST\"");
    check_next(state, "2026, 12, 31, 23, 59", "0:00", "\"2027-01-01 00:00 CET\"");
    check_next(state, "2026, 3, 28, 12, 0", "09:00", "\"2026-03-29 09:00 CEST\"");
    check_next(state, "2026, 10, 24, 12, 0", "09:00", "\"2026-10-25 09:00 CET\"");
}

static void test_skipped_time_comes_an_hour_later(void **state)
{
    check_next(state, "2026, 3, 28, 12, 0", "02:30", "\"2026-03-29 03:30 CEST\"");
    check_next(state, "2026, 3, 29, 1, 45", "02:30", "\"2026-03-29 03:30 CEST\"");
    check_next(state, "2026, 3, 29, 3, 45", "02:30", "\"2026-03-30 02:30 CEST\"");
}

static void test_time_that_comes_twice_counts_once(void **state)
{
    struct harness *h = *state;
    const char *script = CLOCK "now = at(2026, 10, 24, 12, 0)\n"
                               "local t = timer.at('02:30', function() print('now') end)\n"
                               "chat.on('message', function() now = t.due show(t.due) end)\n"
                               "chat.on('whisper', function() show(t.due) end)";
    assert_string_equal(harness_load(h, "script", script), "{}");
    harness_calls(h);
    harness_request(h, "event", "{\"id\":2,\"data\":{}}");
    assert_has(harness_calls(h), "2026-10-25 02:30");
    harness_request(h, "timer", "{\"id\":1}");
    assert_has(harness_calls(h), "ui.print {\"text\":\"now\"}");
    harness_request(h, "event", "{\"id\":3,\"data\":{}}");
    assert_has(harness_calls(h), "2026-10-26 02:30 CET");
}

/* Looks at the clock once a minute, so that it may be set meanwhile. */
static void test_follows_the_clock(void **state)
{
    struct harness *h = *state;
    const char *script = CLOCK "now = at(2026, 6, 1, 8, 0)\n"
                               "timer.at('09:00', function() print('morning') end)\n"
                               "chat.on('message', function(m) now = now + m.seconds end)";
    assert_string_equal(harness_load(h, "script", script), "{}");
    assert_string_equal(harness_calls(h),
                        "timer.start {\"after\":60}\nevent.subscribe {\"name\":\"message\"}\n");
    harness_request(h, "timer", "{\"id\":1}"); /* nothing has come of it: the clock was not moved */
    assert_string_equal(harness_calls(h), "timer.start {\"after\":60}\n");
    harness_request(h, "event", "{\"id\":2,\"data\":{\"seconds\":3590}}");
    harness_request(h, "timer", "{\"id\":3}");
    assert_string_equal(harness_calls(h), "timer.start {\"after\":10}\n");
    harness_request(h, "event", "{\"id\":2,\"data\":{\"seconds\":7200}}"); /* it slept */
    harness_request(h, "timer", "{\"id\":4}");
    assert_string_equal(harness_calls(h),
                        "ui.print {\"text\":\"morning\"}\ntimer.start {\"after\":60}\n");
}

static void test_daily_handle(void **state)
{
    struct harness *h = *state;
    const char *script = CLOCK "now = at(2026, 6, 1, 8, 59)\n"
                               "local t = timer.at('09:00', function() print('morning') end)\n"
                               "t:disable()\n"
                               "chat.on('message', function() now = t.due end)\n"
                               "chat.on('whisper', function() t:remove() end)";
    assert_string_equal(harness_load(h, "script", script), "{}");
    harness_request(h, "event", "{\"id\":2,\"data\":{}}");
    harness_calls(h);
    harness_request(h, "timer", "{\"id\":1}");
    assert_string_equal(harness_calls(h), "timer.start {\"after\":60}\n");
    harness_request(h, "event", "{\"id\":3,\"data\":{}}");
    assert_string_equal(harness_calls(h), "timer.stop {\"id\":4}\n");
}

static void test_all_and_race_with_a_timeout(void **state)
{
    struct harness *h = *state;
    const char *script = "task.spawn(function()\n"
                         "  local function slow() task.sleep(100) end\n"
                         "  print(select(2, task.all({ slow }, { timeout = '5s' })).code)\n"
                         "  print(select(2, task.race({ slow }, { timeout = 6 })).code)\n"
                         "  task.sleep(7) print('awake')\n"
                         "end)";
    assert_string_equal(harness_load(h, "script", script), "{}");
    assert_string_equal(harness_calls(h),
                        "timer.start {\"after\":100}\ntimer.start {\"after\":5}\n");
    harness_request(h, "timer", "{\"id\":2}");
    assert_string_equal(harness_calls(h),
                        "ui.print {\"text\":\"timeout\"}\n"
                        "timer.start {\"after\":100}\ntimer.start {\"after\":6}\n");
    harness_request(h, "timer", "{\"id\":4}");
    assert_string_equal(harness_calls(h),
                        "ui.print {\"text\":\"timeout\"}\ntimer.start {\"after\":7}\n");
    /* What ends late wakes nobody who waits for something else by now. */
    harness_request(h, "timer", "{\"id\":1}");
    harness_request(h, "timer", "{\"id\":3}");
    assert_string_equal(harness_calls(h), "");
    harness_request(h, "timer", "{\"id\":5}");
    assert_string_equal(harness_calls(h), "ui.print {\"text\":\"awake\"}\n");
}

/* A task that is removed takes with it what it had registered to be woken. */
static void test_removed_task_leaves_nothing(void **state)
{
    struct harness *h = *state;
    const char *script =
        "local tasks = { task.spawn(function() chat.wait('message', { timeout = 9 }) end),\n"
        "  task.spawn(function() task.sleep(8) print('never') end),\n"
        "  task.spawn(function() task.all({ function() task.sleep(1) end }, { timeout = 7 }) end) "
        "}\n"
        "chat.on('whisper', function() for _, t in ipairs(tasks) do t:remove() end end)";
    assert_string_equal(harness_load(h, "script", script), "{}");
    assert_string_equal(harness_calls(h),
                        "event.subscribe {\"name\":\"message\"}\ntimer.start {\"after\":9}\n"
                        "timer.start {\"after\":8}\n"
                        "timer.start {\"after\":1}\ntimer.start {\"after\":7}\n"
                        "event.subscribe {\"name\":\"whisper\"}\n");
    harness_request(h, "event", "{\"id\":6,\"data\":{}}");
    assert_string_equal(harness_calls(h), "timer.stop {\"id\":2}\nevent.unsubscribe {\"id\":1}\n"
                                          "timer.stop {\"id\":3}\ntimer.stop {\"id\":5}\n");
}

static void test_every_wait_ends_with_the_script(void **state)
{
    struct harness *h = *state;
    harness_keep(h, "chat.request");
    const char *script =
        "local function say(what, _, err) print(what, err.code) end\n"
        "task.spawn(function() say('wait', chat.wait('message')) end)\n"
        "task.spawn(function() say('sleep', task.sleep(8)) end)\n"
        "task.spawn(function() say('request', chat.request('active')) end)\n"
        "task.spawn(function() say('all', task.all({ function() task.sleep(1) end })) end)\n"
        "task.spawn(function() say('race', task.race({ function() task.sleep(1) end })) end)";
    assert_string_equal(harness_load(h, "script", script), "{}");
    harness_calls(h);
    harness_request(h, "unload", "{\"code\":\"canceled\",\"text\":\"unloaded\"}");
    const char *calls = harness_calls(h);
    for (size_t i = 0; i < 5; i++) {
        static const char *const whats[] = {"wait", "sleep", "request", "all", "race"};
        char line[64];
        snprintf(line, sizeof line, "%s\\tcanceled", whats[i]);
        assert_has(calls, line);
    }
    assert_string_equal(harness_errors(h), "");
    assert_int_equal(harness_wait(h), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_next_time),
        TEST(test_skipped_time_comes_an_hour_later),
        TEST(test_time_that_comes_twice_counts_once),
        TEST(test_follows_the_clock),
        TEST(test_daily_handle),
        TEST(test_all_and_race_with_a_timeout),
        TEST(test_removed_task_leaves_nothing),
        TEST(test_every_wait_ends_with_the_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
