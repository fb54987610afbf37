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

#include "core/base/limits.h"
#include "core/script/store.h"
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
                   "local until_ = os.clock() + 0.05\n"
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
                   "command{ name = 'fall', run = function() return ('x'):rep(100000000) end }");
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

static size_t count(const struct mr_buf *text, const char *what)
{
    size_t found = 0;
    for (const char *at = mr_buf_str(text); (at = strstr(at, what)); at += strlen(what)) {
        found++;
    }
    return found;
}

static void test_log_lines_are_paced(void **state)
{
    struct harness *h = *state;
    harness_script(h, "loud.lua",
                   "chat.on('block', function() while true do log.info('noise') end end)");
    harness_load(h, "loud");
    harness_until(h, "script_loaded loud");
    harness_emit(h, "block", "{}");
    harness_run(h, 1500);
    /* Three windows of a second at the most were touched. */
    assert_in_range(count(&h->logged, "noise"), 1, 3 * MR_LIMIT_SCRIPT_PRINTS);
}

static void on_setting(void *ctx, const char *name, const cJSON *data)
{
    (void)name;
    (void)data;
    ++*(size_t *)ctx;
}

/* Each change is a file that is saved. */
static void test_changes_of_settings_are_paced(void **state)
{
    struct harness *h = *state;
    size_t changes = 0;
    assert_int_equal(
        mr_hooks_listen(h->core.hooks, "setting", 0, &changes, on_setting, &changes, NULL), MR_OK);
    harness_script(h, "busy.lua",
                   "script{ settings = { n = { type = 'integer' } } }\n"
                   "chat.on('block', function()\n"
                   "  local i = 0\n"
                   "  while true do i = i + 1 settings.set('n', i) end end)");
    harness_load(h, "busy");
    harness_until(h, "script_loaded busy");
    harness_emit(h, "block", "{}");
    harness_run(h, 1500);
    assert_in_range(changes, 1, 70);
    mr_hooks_remove_owner(h->core.hooks, &changes);
}

static void test_a_store_of_tiny_values_has_an_end(void **state)
{
    struct harness *h = *state;
    struct mr_store *store;
    cJSON *one = cJSON_CreateNumber(1);
    int err = MR_OK;
    int i = 0;
    assert_int_equal(mr_store_open(h->core.loop, &h->log, h->home, "hoard", &store), MR_OK);
    for (; err == MR_OK && i < 20000; i++) {
        char key[16];
        snprintf(key, sizeof key, "%x", (unsigned)i);
        err = mr_store_set(store, key, one);
    }
    assert_int_equal(err, MR_ELIMIT);
    assert_true(i < 20000);
    mr_store_close(&store);
    cJSON_Delete(one);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_core_settings_belong_to_nobody),     TEST(test_settings_of_others_are_not_read),
        TEST(test_commands_come_before_others),        TEST(test_commands_are_kept_while_away),
        TEST(test_one_event_for_hundreds_of_handlers), TEST(test_log_lines_are_paced),
        TEST(test_changes_of_settings_are_paced),      TEST(test_a_store_of_tiny_values_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
