/* Scripts from their file to their end, with real processes. */
#include <moonroom/errors.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/runtime/file.h"
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

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("'%s' is not in '%s'", part, text);
    }
}

static void test_loads_and_answers(void **state)
{
    struct harness *h = *state;
    harness_script(
        h, "pong.lua",
        "chat.on('message', function(m) print('got ' .. m.text) end)\n"
        "command{ name = 'pong', args = '[n:int=2]', run = function(a) print(a.n) end }");
    harness_load(h, "pong");
    harness_until(h, "script_loaded pong");
    assert_true(mr_scripts_ready(h->scripts));
    assert_int_equal(mr_scripts_running(h->scripts), 1);
    harness_emit(h, "message", "{\"text\":\"ping\"}");
    harness_until(h, "pong| got ping\n");
    harness_type(h, "/pong 5");
    harness_until(h, "pong| 5\n");
    harness_type(h, "/pong x");
    assert_true(harness_has(h, "refused| "));
}

static void test_unload_takes_everything_back(void **state)
{
    struct harness *h = *state;
    harness_script(h, "a.lua",
                   "script{ settings = { w = { type = 'string', default = 'x' } } }\n"
                   "command{ name = 'a', run = print } timer.every(0.01, function() end)\n"
                   "script.on_unload(function() print('bye') end)");
    harness_load(h, "a");
    harness_until(h, "script_loaded a");
    assert_has(harness_call(h, "settings.list", "{}"), "a.w");
    assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"a\"}"), "true");
    assert_true(harness_has(h, "a| bye"));
    assert_true(harness_has(h, "script_ended a  unloaded"));
    assert_null(strstr(harness_call(h, "settings.list", "{}"), "a.w"));
    assert_int_equal(mr_scripts_running(h->scripts), 0);
    harness_type(h, "/a");
    assert_true(harness_has(h, "refused| "));
    assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"b\"}"),
                        "!not_found No script called b is loaded.");
}

static void test_text_that_does_not_load(void **state)
{
    struct harness *h = *state;
    static const struct {
        const char *text, *part;
    } rows[] = {
        {"x = = 1", "bad.lua:1: unexpected symbol"},
        {"local t = nil\nreturn t.x", "bad.lua:2: attempt to index"},
        {"script{ needs = { 'magic' } }", "no permission 'magic'"},
        {"script{ name = 'commands' }", "A script called commands is there already"},
        {"script{ name = 'Bad Name' }", "a script's name"},
        {"while true do end", "its manifest takes too long"},
        {"error('no manifest')", "bad.lua:1: no manifest"},
        {"local s = ('x'):rep(1e9)", "it used up its memory"},
        {"chat.on('whisper', print)", "read:whisper"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        harness_script(h, "bad.lua", rows[i].text);
        harness_load(h, "bad");
        harness_until(h, "script_ended ");
        if (!harness_has(h, rows[i].part)) {
            fail_msg("%s: %s", rows[i].part, mr_buf_str(&h->printed));
        }
        assert_int_equal(mr_scripts_running(h->scripts), 0);
        assert_true(mr_scripts_ready(h->scripts));
        harness_forget(h);
    }
    char why[256];
    assert_int_equal(mr_scripts_load(h->scripts, "missing", why, sizeof why), MR_ENOTFOUND);
    assert_int_equal(mr_scripts_load(h->scripts, "../x", why, sizeof why), MR_ENOTFOUND);
    assert_int_equal(mr_scripts_load(h->scripts, "a b", why, sizeof why), MR_EINVAL);
}

static void test_error_in_a_handler_is_told(void **state)
{
    struct harness *h = *state;
    harness_script(h, "e.lua",
                   "chat.on('block', function() local x = nil + 1 end)\n"
                   "chat.on('message', function() print('still here') end)");
    harness_load(h, "e");
    harness_until(h, "script_loaded e");
    for (int i = 0; i < 10; i++) {
        harness_emit(h, "block", "{}");
    }
    harness_until(h, "e| Error in event block: e.lua:1: attempt to perform arithmetic");
    harness_until(h, "More errors follow");
    harness_emit(h, "message", "{\"text\":\"x\"}");
    harness_until(h, "e| still here");
    const char *info = harness_call(h, "script.info", "{\"name\":\"e\"}");
    assert_has(info, "\"errors\":10");
    assert_has(info, "\"last_error\":\"event block: e.lua:1: attempt to perform arithmetic");
}

static void test_permissions(void **state)
{
    struct harness *h = *state;
    harness_script(h, "p.lua",
                   "script{ needs = { 'read:whisper', 'raw' } }\n"
                   "chat.on('whisper', print)");
    harness_script(h, "plain.lua", "print(select(2, chat.raw('x')).code)");
    /* Nobody there: refused. No: refused, remembered. Yes: remembered. */
    assert_has(harness_call(h, "script.load", "{\"name\":\"p\"}"), "!denied");
    h->reply = HARNESS_NO;
    assert_has(harness_call(h, "script.load", "{\"name\":\"p\"}"), "!denied");
    assert_has(h->question,
               "p wants to: read your whispers and notes; send anything to the room as "
               "you, unchecked. Its file is ");
    h->reply = HARNESS_YES;
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"p\"}"), "\"p\"");
    assert_int_equal(h->questions, 3);
    assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"p\"}"), "true");
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"p\"}"), "\"p\"");
    assert_int_equal(h->questions, 3);
    assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"p\"}"), "true");
    /* More needs ask again. */
    harness_script(h, "p.lua", "script{ needs = { 'read:whisper', 'raw', 'shop' } }");
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"p\"}"), "\"p\"");
    assert_int_equal(h->questions, 4);
    /* What every script may needs no question; what it did not ask for it does not get. */
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"plain\"}"), "\"plain\"");
    assert_int_equal(h->questions, 4);
    assert_true(harness_has(h, "plain| denied"));
}

/* What /script has put there is trusted as it was put there. */
static void test_installed_script_that_changes(void **state)
{
    struct harness *h = *state;
    const char *const needs[] = {"send", "raw", NULL};
    char path[256], grants_path[256];
    struct mr_grants *grants;
    snprintf(path, sizeof path, "%s/bot/init.lua", h->paths.user_scripts);
    snprintf(grants_path, sizeof grants_path, "%s/grants.json", h->paths.state);
    harness_script(h, "bot/init.lua",
                   "script{ needs = { 'send', 'raw' } } print(require 'part')\n"
                   "chat.on('block', function() print((select(2, pcall(require, 'late')))) end)");
    harness_script(h, "bot/part.lua", "return 'first'");
    assert_int_equal(mr_grants_new(grants_path, &h->log, &grants), MR_OK);
    assert_int_equal(mr_grants_installed(grants, path, needs), MR_OK);
    mr_grants_free(grants);
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"bot\"}"), "\"bot\"");
    assert_int_equal(h->questions, 0);
    harness_script(h, "bot/part.lua", "return 'second'");
    assert_has(harness_call(h, "script.reload", "{\"name\":\"bot\"}"), "you could not be asked");
    assert_has(h->question, "bot was changed outside /script since it was installed.");
    harness_call(h, "script.unload", "{\"name\":\"bot\"}");
    h->reply = HARNESS_NO;
    assert_has(harness_call(h, "script.load", "{\"name\":\"bot\"}"), "stays suspended");
    assert_false(harness_has(h, "second"));
    h->reply = HARNESS_YES;
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"bot\"}"), "\"bot\"");
    harness_until(h, "bot| second");
    int questions = h->questions;
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"bot\"}"), "true");
    assert_int_equal(h->questions, questions);
    /* What runs gets no module that was slipped in meanwhile. */
    harness_script(h, "bot/late.lua", "return 'slipped in'");
    harness_emit(h, "block", "{}");
    harness_until(h, "the module late: the script was changed outside /script");
    assert_false(harness_has(h, "slipped in"));
}

static void test_require(void **state)
{
    struct harness *h = *state;
    harness_script(h, "shipped/lib/words.lua", "return { hi = 'shipped lib' }");
    harness_script(h, "lib/own.lua", "return 'user lib'");
    harness_script(h, "folder/init.lua",
                   "print(require('part'), require('words').hi, require 'own')\n"
                   "print(pcall(require, '../secret'))\n"
                   "print(pcall(require, 'missing'))");
    harness_script(h, "folder/part.lua", "return 'own part'");
    harness_script(h, "secret.lua", "return 'secret'");
    harness_load(h, "folder");
    harness_until(h, "script_loaded folder");
    assert_true(harness_has(h, "folder| own part\tshipped lib\tuser lib"));
    assert_true(harness_has(h, "is no name of a module"));
    assert_true(harness_has(h, "there is no module missing"));
}

static void test_override_file_by_file(void **state)
{
    struct harness *h = *state;
    harness_script(h, "shipped/commands/init.lua",
                   "script{ name = 'commands', needs = { 'client' } }\n"
                   "require('one') require('two')");
    harness_script(h, "shipped/commands/one.lua", "print('shipped one')");
    harness_script(h, "shipped/commands/two.lua", "print('shipped two')");
    harness_script(h, "commands/two.lua", "print('my two')");
    assert_int_equal(mr_scripts_start(h->scripts), MR_OK);
    harness_until(h, "script_loaded commands");
    assert_true(harness_has(h, "commands| shipped one"));
    assert_true(harness_has(h, "commands| my two"));
    assert_false(harness_has(h, "shipped two"));
    /* One that does not load gives way to the shipped one. */
    harness_script(h, "commands/two.lua", "error('oops')");
    harness_forget(h);
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"commands\"}"), "true");
    assert_true(harness_has(h, "commands| shipped two"));
    assert_true(harness_has(h, "The shipped file is used instead"));
    harness_script(h, "commands/init.lua", "this is no Lua");
    assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"commands\"}"), "true");
    harness_forget(h);
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"commands\"}"), "\"commands\"");
    assert_true(harness_has(h, "The shipped commands/init.lua is used instead"));
}

static void test_commands_come_back(void **state)
{
    struct harness *h = *state;
    harness_script(h, "shipped/commands/init.lua",
                   "command{ name = 'die', run = function() local s = ('x'):rep(1e9) end }");
    assert_int_equal(mr_scripts_start(h->scripts), MR_OK);
    /* Typed before the commands are ready: it waits. */
    harness_type(h, "/die");
    harness_until(h, "script_ended commands no_memory");
    assert_false(harness_has(h, "refused| "));
    harness_forget(h);
    harness_until(h, "script_loaded commands");
}

static void test_store(void **state)
{
    struct harness *h = *state;
    harness_script(h, "s.lua",
                   "script{ needs = { 'store' } }\n"
                   "local n = (store.get('n') or 0) + 1\n"
                   "store.set('n', n) store.set('t', { a = { 1, 2 } })\n"
                   "print('n is', n, #store.keys(), store.get('t').a[2])\n"
                   "print(select(2, store.set('big', ('x'):rep(200000))))\n"
                   "for i = 1, 6 do local ok, err = store.set('b' .. i, ('x'):rep(2e5))\n"
                   "  if err then print(i, err.code) end end");
    harness_load(h, "s");
    harness_until(h, "script_loaded s");
    assert_true(harness_has(h, "s| n is\t1\t2\t2"));
    assert_true(harness_has(h, "s| 5\tlimit"));
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"s\"}"), "true");
    harness_until(h, "s| n is\t2\t");
    harness_call(h, "script.unload", "{\"name\":\"s\"}");
    char path[256];
    snprintf(path, sizeof path, "%s/store/s.json", h->paths.data);
    assert_int_equal(access(path, R_OK), 0);
}

static void test_reload_keeps_state(void **state)
{
    struct harness *h = *state;
    harness_script(h, "r.lua",
                   "script.on_save(function() return { n = 7 } end)\n"
                   "task.spawn(function() print(select(2, task.sleep(99)).code) end)");
    harness_load(h, "r");
    harness_until(h, "script_loaded r");
    harness_script(h, "r.lua", "script.on_restore(function(s) print('restored ' .. s.n) end)");
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"r\"}"), "true");
    assert_true(harness_has(h, "r| reloaded"));
    assert_true(harness_has(h, "r| restored 7"));
    assert_int_equal(mr_scripts_running(h->scripts), 1);
}

static void test_reload_of_bad_text(void **state)
{
    struct harness *h = *state;
    const char *good = "script.state.n = (script.state.n or 0) + 1\n"
                       "chat.on('message', function() print('n ' .. script.state.n) end)";
    harness_script(h, "r.lua", good);
    harness_load(h, "r");
    harness_until(h, "script_loaded r");
    /* It does not compile: the old process does not even notice. */
    harness_script(h, "r.lua", "x = =");
    assert_has(harness_call(h, "script.reload", "{\"name\":\"r\"}"), "!invalid r.lua:1:");
    assert_true(harness_has(h, "the old one goes on"));
    harness_emit(h, "message", "{}");
    harness_until(h, "r| n 1");
    /* It compiles and fails: the old process goes on. */
    harness_forget(h);
    harness_script(h, "r.lua", "error('late')");
    assert_has(harness_call(h, "script.reload", "{\"name\":\"r\"}"), "!invalid");
    assert_true(harness_has(h, "the old one goes on"));
    harness_emit(h, "message", "{}");
    harness_until(h, "r| n 1");
    assert_int_equal(mr_scripts_running(h->scripts), 1);
}

static void test_unloads_itself_and_others(void **state)
{
    struct harness *h = *state;
    harness_script(h, "b.lua", "chat.on('message', function() end)");
    harness_script(h, "a.lua",
                   "script{ needs = { 'client' } }\n"
                   "chat.on('block', function() script.unload('b') print('b is gone')\n"
                   "  script.reload('a') end)\n"
                   "chat.on('login', function() script.unload('a') end)\n"
                   "script.on_unload(function() print('bye') end)");
    harness_load(h, "a");
    harness_load(h, "b");
    harness_until(h, "script_loaded a");
    harness_until(h, "script_loaded b");
    harness_forget(h);
    harness_emit(h, "block", "{}");
    harness_until(h, "a| b is gone");
    harness_until(h, "script_loaded a");
    harness_until_ready(h);
    harness_emit(h, "login", "{}");
    harness_until(h, "script_ended a");
    assert_int_equal(mr_scripts_running(h->scripts), 0);
}

static void test_autoload_and_command(void **state)
{
    struct harness *h = *state;
    harness_script(h, "autoload", "# mine\n  one \nmissing\n\ntwo # not now\n");
    harness_script(h, "one.lua", "chat.on('message', function() end)");
    harness_script(h, "two.lua", "script{ needs = { 'raw' } }");
    harness_script(h, "shipped/commands/init.lua", "");
    h->reply = HARNESS_NO;
    assert_int_equal(mr_scripts_start(h->scripts), MR_OK);
    harness_until(h, "script_loaded one");
    harness_until(h, "script_ended two denied");
    assert_true(harness_has(h, "autoload: There is no script missing"));
    harness_type(h, "/script list");
    harness_until(h, "[\"one\",\"running\",\"\",\"\"]");
    harness_type(h, "/script info one");
    harness_until(h, "[\"needs\",\"send whisper mine\"]");
    harness_until(h, "[\"events\",\"message\"]");
    harness_type(h, "/script unload one");
    harness_until(h, "moonroom| Unloaded.");
    harness_type(h, "/script load one");
    harness_until(h, "moonroom| one is loaded.");
    harness_type(h, "/script load one");
    harness_until(h, "one is loaded already");
    harness_type(h, "/script reload one");
    harness_until(h, "moonroom| one is loaded anew.");
    harness_type(h, "/script reload nothing");
    harness_until(h, "No script called nothing is loaded");
}

static void test_strategy(void **state)
{
    struct harness *h = *state;
    harness_script(
        h, "shipped/strategies/classic.lua",
        "-- classic: one try after the other\n"
        "function mine(client) while true do mine.verify(crypto.random_string(86)) end end");
    harness_script(h, "strategies/once.lua", "function mine(client) print(client.prev_hash) end");
    assert_has(harness_call(h, "mine.strategies", "{}"), "\"help\":\"one try after the other\"");
    assert_has(harness_call(h, "mine.start", "{\"strategy\":\"nothing\"}"), "!not_found");
    assert_has(harness_call(h, "mine.start", "{\"strategy\":\"../x\"}"), "!invalid");
    assert_has(harness_call(h, "mine.stop", "{}"), "!state");
    assert_string_equal(harness_call(h, "mine.start", "{}"), "\"classic\"");
    const char *stats = harness_call(h, "mine.stats", "{}");
    assert_has(stats, "\"running\":true");
    assert_has(stats, "\"strategy\":\"classic\"");
    assert_has(harness_call(h, "mine.start", "{\"strategy\":\"once\"}"),
               "!state classic is mining");
    assert_string_equal(harness_call(h, "mine.stop", "{}"), "true");
    assert_has(harness_call(h, "mine.stats", "{}"), "\"running\":false");
    assert_string_equal(harness_call(h, "mine.start", "{\"strategy\":\"once\"}"), "\"once\"");
    harness_until(h, "once| nil");
    harness_until(h, "script_ended once");
    assert_has(harness_call(h, "mine.stats", "{}"), "\"running\":false");
}

static void test_unloaded_while_it_loads(void **state)
{
    struct harness *h = *state;
    harness_script(h, "shipped/commands/init.lua", "");
    harness_script(h, "wait.lua", "task.sleep(99)");
    assert_int_equal(mr_scripts_start(h->scripts), MR_OK);
    harness_until_ready(h);
    harness_type(h, "/script load wait");
    harness_run(h, 100);
    assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"wait\"}"), "true");
    assert_true(harness_has(h, "script_ended wait  unloaded"));
    assert_false(harness_has(h, "is loaded."));
}

static void test_free_in_every_state(void **state)
{
    struct harness *h = *state;
    harness_script(h, "one.lua", "task.sleep(9)");
    harness_script(h, "two.lua", "script.on_save(function() task.sleep(9) end)");
    harness_load(h, "one");
    harness_load(h, "two");
    harness_until(h, "script_loaded two");
    char why[128];
    harness_type(h, "/script reload two");
    harness_script(h, "three.lua", "");
    assert_int_equal(mr_scripts_load(h->scripts, "three", why, sizeof why), MR_OK);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_loads_and_answers),
        TEST(test_unload_takes_everything_back),
        TEST(test_text_that_does_not_load),
        TEST(test_error_in_a_handler_is_told),
        TEST(test_permissions),
        TEST(test_installed_script_that_changes),
        TEST(test_require),
        TEST(test_override_file_by_file),
        TEST(test_commands_come_back),
        TEST(test_store),
        TEST(test_reload_keeps_state),
        TEST(test_reload_of_bad_text),
        TEST(test_unloads_itself_and_others),
        TEST(test_autoload_and_command),
        TEST(test_strategy),
        TEST(test_unloaded_while_it_loads),
        TEST(test_free_in_every_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
