/* Scripts that do not keep up, say too much, or never come back. */
#include <moonroom/errors.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"
#include "tests/unit/script/harness.h"

static int set_up(void **state)
{
    static struct harness h;
    harness_start(&h);
    *state = &h;
    return 0;
}

static int tear_down(void **state)
{
    harness_stop(*state);
    return 0;
}

static int pid_of(struct harness *h, const char *name)
{
    char params[64];
    snprintf(params, sizeof params, "{\"name\":\"%s\"}", name);
    cJSON *info = cJSON_Parse(harness_call(h, "script.info", params));
    int pid = (int)mr_json_int(info, "pid", 0);
    cJSON_Delete(info);
    assert_true(pid > 0);
    return pid;
}

static void test_events_are_lost_not_kept(void **state)
{
    struct harness *h = *state;
    static char event[8192];
    harness_script(h, "slow.lua",
                   "local n = 0\n"
                   "chat.on('message', function() n = n + 1 end)\n"
                   "chat.on('events.lost', function(e) print('lost ' .. e.count, n) end)\n"
                   "chat.on('block', function() print('total ' .. n) end)");
    harness_load(h, "slow");
    harness_until(h, "script_loaded slow");
    /* While it is stopped it reads nothing, and uses no time either. */
    int pid = pid_of(h, "slow");
    assert_int_equal(kill(pid, SIGSTOP), 0);
    snprintf(event, sizeof event, "{\"text\":\"%04000d\"}", 0);
    for (int i = 0; i < 1000; i++) {
        harness_emit(h, "message", event);
    }
    harness_run(h, 1500);
    assert_false(harness_has(h, "script_ended"));
    assert_int_equal(kill(pid, SIGCONT), 0);
    harness_until(h, "slow| does not keep up; ");
    harness_until(h, "slow| lost ");
    harness_emit(h, "block", "{}");
    harness_until(h, "slow| total ");
    /* What fitted was kept, the rest is counted: nothing is missing in between. */
    const char *lost = strstr(mr_buf_str(&h->printed), "slow| lost ") + strlen("slow| lost ");
    const char *total = strstr(mr_buf_str(&h->printed), "slow| total ") + strlen("slow| total ");
    long sum = strtol(lost, NULL, 10) + strtol(total, NULL, 10);
    assert_int_equal(sum, 1000);
    assert_true(strtol(total, NULL, 10) > 150);
}

static void test_prints_are_paced(void **state)
{
    struct harness *h = *state;
    harness_script(h, "loud.lua", "chat.on('block', function() while true do print('!') end end)");
    harness_load(h, "loud");
    harness_until(h, "script_loaded loud");
    harness_emit(h, "block", "{}");
    harness_run(h, 1500);
    size_t lines = 0;
    for (const char *at = mr_buf_str(&h->printed); (at = strstr(at, "loud| !")); at++) {
        lines++;
    }
    /* Three windows of a second at the most were touched; a busy machine may not fill them. */
    assert_in_range(lines, 1, 3 * MR_LIMIT_SCRIPT_PRINTS);
}

static void test_killed_from_outside(void **state)
{
    struct harness *h = *state;
    harness_script(h, "victim.lua", "chat.on('message', function() end)");
    harness_load(h, "victim");
    harness_until(h, "script_loaded victim");
    assert_int_equal(kill(pid_of(h, "victim"), SIGKILL), 0);
    harness_until(h, "script_ended victim internal it crashed (signal 9)");
    assert_true(harness_has(h, "/script load victim starts it again"));
}

/* Thousands of questions are written before the first answer is read, and the answers are large:
 * each side has more for the other than it takes. */
static void test_many_calls_at_once(void **state)
{
    struct harness *h = *state;
    harness_script(h, "many.lua",
                   "local open = 0\n"
                   "chat.on('block', function()\n"
                   "  for i = 1, 5000 do task.spawn(function()\n"
                   "    open = open + 1 script.info('many') open = open - 1\n"
                   "    chat.request('hash') \n"
                   "    if i == 5000 then print('through', open) end end) end end)");
    harness_load(h, "many");
    harness_until(h, "script_loaded many");
    harness_emit(h, "block", "{}");
    harness_until(h, "many| through\t0");
}

static void test_unload_of_a_looping_script(void **state)
{
    struct harness *h = *state;
    harness_script(h, "loop.lua", "chat.on('block', function() while true do end end)");
    harness_load(h, "loop");
    harness_until(h, "script_loaded loop");
    harness_emit(h, "block", "{}");
    harness_run(h, 50);
    assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"loop\"}"), "true");
    assert_true(harness_has(h, "script_ended loop"));
}

static void test_reload_of_a_looping_script(void **state)
{
    struct harness *h = *state;
    harness_script(h, "loop.lua", "script.on_save(function() while true do end end)");
    harness_load(h, "loop");
    harness_until(h, "script_loaded loop");
    harness_script(h, "loop.lua", "print('new')");
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"loop\"}"), "true");
    assert_true(harness_has(h, "it did not come back from saving its state"));
    assert_true(harness_has(h, "The new version takes its place"));
    assert_true(harness_has(h, "loop| new"));
    assert_int_equal(mr_scripts_running(h->scripts), 1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_events_are_lost_not_kept),   TEST(test_prints_are_paced),
        TEST(test_killed_from_outside),        TEST(test_many_calls_at_once),
        TEST(test_unload_of_a_looping_script), TEST(test_reload_of_a_looping_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
