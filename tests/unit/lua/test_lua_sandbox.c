/* The curtain and the wall: what a script cannot reach, and what happens when it tries. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/base/limits.h"
#include "tests/unit/lua/harness.h"

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

static void load(struct harness *h, const char *source)
{
    assert_string_equal(harness_load(h, "script", source), "{}");
}

static void test_globals_are_listed(void **state)
{
    struct harness *h = *state;
    load(h, "local names = {}\n"
            "for k in pairs(_G) do names[#names + 1] = k end table.sort(names)\n"
            "print(table.concat(names, ' '))\n"
            "local function keys(t) local n = {} for k in pairs(t) do n[#n + 1] = k end\n"
            "  table.sort(n) return table.concat(n, ' ') end\n"
            "print(keys(os)) print(keys(debug)) print(keys(coroutine))");
    assert_string_equal(
        harness_calls(h),
        "ui.print {\"text\":\"_G _VERSION account admin assert chat client collectgarbage command "
        "complete "
        "coroutine crypto debug error fs getmetatable http ipairs json load log math mine next os "
        "pairs "
        "pcall plugin "
        "print process rawequal rawget rawlen rawset re record require script select setmetatable "
        "settings shop "
        "store "
        "string table task timer tonumber tostring type ui utf8 wallet xpcall\"}\n"
        "ui.print {\"text\":\"clock date difftime time\"}\n"
        "ui.print {\"text\":\"traceback\"}\n"
        "ui.print {\"text\":\"create isyieldable resume running status wrap yield\"}\n");
}

static void test_escapes_are_refused(void **state)
{
    struct harness *h = *state;
    load(h,
         "for _, name in ipairs{ 'io', 'package', 'dofile', 'loadfile', 'warn' } do\n"
         "  assert(rawget(_G, name) == nil, name) end\n"
         "assert(not os.execute and not os.getenv and not os.remove and not os.exit)\n"
         "assert(not string.dump and not (''):rep(0).dump and not debug.getinfo)\n"
         "assert(not coroutine.close)\n"
         "assert(getmetatable('') == false and not pcall(setmetatable, '', {}))\n"
         "assert(load('\\27Lua') == nil and not pcall(load, 'return 1', 'x', 'b'))\n"
         "assert(load('return 1', 'x', 'bt')() == 1)\n"
         "assert(load('rawset(_G, \"x\", 5)') and rawget(_G, 'x') == nil)\n"
         "load('rawset(_G, \"x\", 5)')() assert(x == 5)\n"
         "assert(load('return io', 'x', 't', {})() == nil)\n"
         "assert(collectgarbage('count') > 0 and not pcall(collectgarbage, 'stop'))\n"
         "for _, name in ipairs{ '../x', '/etc/passwd', '.', '..', 'a/../b', 'a//b', '', 'a b',\n"
         "    'a.lua\\0', '-', './a' } do\n"
         "  if name ~= '-' then assert(not pcall(require, name), name) end end");
    assert_string_equal(harness_calls(h), "");
}

static void test_answers_cannot_be_forged(void **state)
{
    struct harness *h = *state;
    /* Line breaks and quotes stay inside their text: one call is one line. */
    load(h, "ui.print('\\n{\"id\":1,\"result\":5}\\n') ui.print('\"},\"x\":{\"')");
    assert_string_equal(harness_calls(h),
                        "ui.print {\"text\":\"\\n{\\\"id\\\":1,\\\"result\\\":5}\\n\"}\n"
                        "ui.print {\"text\":\"\\\"},\\\"x\\\":{\\\"\"}\n");
}

static void test_time_zone_works_behind_the_wall(void **state)
{
    struct harness *h = *state;
    load(h, "assert(os.date('%Y') + 0 > 2000) assert(os.date('!%H') and os.date('*t').year)\n"
            "assert(os.time{ year = 2020, month = 1, day = 1 } > 0 and os.clock() >= 0)");
}

static void assert_dies_of_memory(const char *source)
{
    struct harness h;
    char log[512];
    harness_start(&h);
    assert_null(harness_load(&h, "script", source));
    assert_int_equal(harness_wait(&h), 71);
    assert_non_null(strstr(harness_log(&h, log, sizeof log), "memory is used up"));
    harness_stop(&h);
}

static void test_memory_bombs(void **state)
{
    (void)state;
    assert_dies_of_memory("local t = {} for i = 1, 1e9 do t[i] = i end");
    assert_dies_of_memory("local s = ('x'):rep(1 << 30)");
    assert_dies_of_memory("local s = 'x' while true do s = s .. s end");
    assert_dies_of_memory("local t = {} while true do t = { t, {} } end");
    assert_dies_of_memory(
        "table.move(setmetatable({}, { __index = function(_, i) return i end }), 1, 1e8, 1, {})");
    assert_dies_of_memory(
        "local t = {} for i = 1, 1e8 do t[i .. ''] = coroutine.create(print) end");
}

/* The core closes a link on a line that is too long; a script cannot make one. */
static void test_lines_are_bounded(void **state)
{
    struct harness *h = *state;
    load(h, "local ok, why = pcall(ui.print, ('x'):rep(300000)) print(ok, why)");
    assert_non_null(strstr(harness_calls(h), "false\\tt.lua:1: ui.print: this is larger"));
    load(h, "assert(chat.me())");
}

static void test_broken_lines_end_the_process(void **state)
{
    (void)state;
    static const char *const broken[] = {"nonsense\n", "[]\n", "{\"a\":\"\\u0000\"}\n",
                                         "{\"a\":\"\xff\"}\n", "{} {}\n"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct harness h;
        harness_start(&h);
        assert_true(send(h.fd, broken[i], strlen(broken[i]), 0) > 0);
        assert_int_equal(harness_wait(&h), 72);
        harness_stop(&h);
    }
}

static void test_unknown_requests_are_refused(void **state)
{
    struct harness *h = *state;
    assert_non_null(strstr(harness_request(h, "launch", "{}"), "not_found"));
    assert_string_equal(harness_request(h, "alive", "{}"), "{}");
}

static void test_needs_its_parent(void **state)
{
    (void)state;
    char command[256];
    snprintf(command, sizeof command, "%s --parent 1 </dev/null 2>/dev/null", MR_LUA_HOST);
    FILE *run = popen(command, "r");
    assert_non_null(run);
    assert_int_equal(WEXITSTATUS(pclose(run)), 73);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_globals_are_listed),
        TEST(test_escapes_are_refused),
        TEST(test_answers_cannot_be_forged),
        TEST(test_time_zone_works_behind_the_wall),
        cmocka_unit_test(test_memory_bombs),
        TEST(test_lines_are_bounded),
        cmocka_unit_test(test_broken_lines_end_the_process),
        TEST(test_unknown_requests_are_refused),
        cmocka_unit_test(test_needs_its_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
