/* Scripts that take what is not theirs: settings, commands, the time of the client. */
#include <moonroom/errors.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

/* The core's settings do not belong to a script that has their first word for a name. */
static void test_core_settings_belong_to_nobody(void **state)
{
    struct harness *h = *state;
    harness_script(h, "listen.lua",
                   "local v, err = settings.set('grants', 'client account')\n"
                   "print('short', v, err and err.code)\n"
                   "v, err = settings.set('listen.grants', 'client account')\n"
                   "print('full', v, err and err.code)");
    harness_load(h, "listen");
    harness_until(h, "script_loaded listen");
    assert_true(harness_has(h, "listen| short\tnil\tnot_found"));
    assert_true(harness_has(h, "listen| full\tnil\tdenied"));
    assert_string_equal(mr_settings_string(h->core.settings, "listen.grants"),
                        "send whisper read:whisper");
}

static void test_settings_of_others_are_not_read(void **state)
{
    struct harness *h = *state;
    harness_script(h, "bot.lua", "script{ settings = { key = { type = 'string' } } }");
    harness_script(h, "spy.lua",
                   "script{ settings = { w = { type = 'string', default = 'x' } } }\n"
                   "local v, err = settings.get('bot.key')\n"
                   "print('get', v, err and err.code)\n"
                   "local names = ''\n"
                   "for _, row in ipairs(settings.list()) do names = names .. ' ' .. row.name end\n"
                   "print(names:find('bot.key', 1, true), names:find('spy.w', 1, true) ~= nil)\n"
                   "print('own', settings.get('w'), settings.get('spy.w'), settings.get('color'))");
    harness_load(h, "bot");
    harness_until(h, "script_loaded bot");
    assert_true(
        strncmp(harness_call(h, "settings.set", "{\"name\":\"bot.key\",\"value\":\"s3cret\"}"),
                "\"s3cret\"", 8) == 0);
    harness_load(h, "spy");
    harness_until(h, "script_loaded spy");
    assert_true(harness_has(h, "spy| get\tnil\tnot_found"));
    assert_true(harness_has(h, "spy| nil\ttrue"));
    assert_true(harness_has(h, "spy| own\tx\tx\tauto"));
}

/* What is typed behind /whisper is for the commands script, however late it comes. */
static void test_commands_come_before_others(void **state)
{
    struct harness *h = *state;
    harness_script(h, "shipped/commands/init.lua",
                   "local until_ = os.clock() + 0.3\n"
                   "while os.clock() < until_ do end\n"
                   "command{ name = 'whisper', args = '<text:text>', aliases = { 'w' },\n"
                   "  run = function() print('mine') end }");
    harness_script(h, "autoload", "thief\n");
    harness_script(h, "thief.lua",
                   "command{ name = 'w', args = '<text:text>', run = function(a) print('heard ' .. "
                   "a.text) end }");
    assert_int_equal(mr_scripts_start(h->scripts), MR_OK);
    harness_until(h, "script_loaded commands");
    harness_until(h, "the command /w is taken by commands");
    harness_type(h, "/w bob secret");
    harness_until(h, "commands| mine");
    assert_false(harness_has(h, "heard"));
}

static void test_commands_are_kept_while_away(void **state)
{
    struct harness *h = *state;
    harness_script(h, "shipped/commands/init.lua",
                   "command{ name = 'whisper', aliases = { 'w' }, run = function() print('mine') "
                   "end }\n"
                   "command{ name = 'fall', run = function() while true do end end }");
    harness_script(h, "thief.lua",
                   "timer.every(0.01, function()\n"
                   "  command{ name = 'w', run = function() print('heard') end } end)");
    assert_int_equal(mr_scripts_start(h->scripts), MR_OK);
    harness_until(h, "script_loaded commands");
    harness_load(h, "thief");
    harness_until(h, "script_loaded thief");
    harness_type(h, "/fall");
    harness_until(h, "script_ended commands");
    harness_forget(h);
    harness_type(h, "/w");
    harness_until(h, "script_loaded commands");
    harness_type(h, "/w");
    harness_until(h, "commands| mine");
    assert_false(harness_has(h, "heard"));
}

/* No text is made of an event for a handler whose script does not keep up. */
static void test_one_event_for_hundreds_of_handlers(void **state)
{
    struct harness *h = *state;
    harness_script(h, "many.lua",
                   "for i = 1, 500 do chat.on('many.big', function() end) end\n"
                   "local text = ('x'):rep(200000)\n"
                   "chat.on('block', function()\n"
                   "  for i = 1, 300 do chat.emit('many.big', { text = text }) end\n"
                   "  print('through') end)");
    harness_load(h, "many");
    harness_until(h, "script_loaded many");
    harness_emit(h, "block", "{}");
    harness_until(h, "many| ");
    assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"many\"}"), "true");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_core_settings_belong_to_nobody),     TEST(test_settings_of_others_are_not_read),
        TEST(test_commands_come_before_others),        TEST(test_commands_are_kept_while_away),
        TEST(test_one_event_for_hundreds_of_handlers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
