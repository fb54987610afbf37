/* What a script's author sees: each part of the surface, called and answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

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

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("'%s' is not in '%s'", part, text);
    }
}

/* Loads a script that must fail, and looks for a part of the message. */
static void assert_load_fails(struct harness *h, const char *source, const char *part)
{
    const char *answer = harness_load(h, "script", source);
    assert_has(answer, "\"code\":\"invalid\"");
    assert_has(answer, part);
}

static void test_event(void **state)
{
    struct harness *h = *state;
    load(h, "chat.on('message', function(m) if m.text == 'ping' then chat.say('pong') end end)");
    assert_string_equal(harness_calls(h), "event.subscribe {\"name\":\"message\"}\n");
    assert_string_equal(
        harness_request(h, "event", "{\"id\":1,\"name\":\"message\",\"data\":{\"text\":\"ping\"}}"),
        "null");
    assert_string_equal(harness_calls(h), "chat.say {\"text\":\"pong\"}\n");
    harness_request(h, "event", "{\"id\":1,\"name\":\"message\",\"data\":{\"text\":\"other\"}}");
    assert_string_equal(harness_calls(h), "");
}

static void test_once_and_handles(void **state)
{
    struct harness *h = *state;
    load(h, "chat.once('login', function() print('once') end)\n"
            "local handle = chat.on('block', function() print('block') end)\n"
            "chat.on('message', function(m)\n"
            "  if m.text == 'off' then handle:disable() end\n"
            "  if m.text == 'on' then handle:enable() end\n"
            "  if m.text == 'gone' then handle:remove() handle:remove() end end)");
    harness_calls(h);
    harness_request(h, "event", "{\"id\":1,\"name\":\"login\",\"data\":{}}");
    harness_request(h, "event", "{\"id\":1,\"name\":\"login\",\"data\":{}}");
    assert_string_equal(harness_calls(h),
                        "event.unsubscribe {\"id\":1}\nui.print {\"text\":\"once\"}\n");
    harness_request(h, "event", "{\"id\":3,\"data\":{\"text\":\"off\"}}");
    harness_request(h, "event", "{\"id\":2,\"data\":{}}");
    assert_string_equal(harness_calls(h), "");
    harness_request(h, "event", "{\"id\":3,\"data\":{\"text\":\"on\"}}");
    harness_request(h, "event", "{\"id\":2,\"data\":{}}");
    assert_string_equal(harness_calls(h), "ui.print {\"text\":\"block\"}\n");
    harness_request(h, "event", "{\"id\":3,\"data\":{\"text\":\"gone\"}}");
    assert_string_equal(harness_calls(h), "event.unsubscribe {\"id\":2}\n");
    assert_string_equal(harness_request(h, "event", "{\"id\":2,\"data\":{}}"), "null");
}

static void test_command(void **state)
{
    struct harness *h = *state;
    load(h, "command{ name = 'greet', args = '<user:user>', help = 'h', aliases = { 'g' },\n"
            "  run = function() end }");
    const char *calls = harness_calls(h);
    assert_has(calls, "command.register {");
    assert_has(calls, "\"name\":\"greet\"");
    assert_has(calls, "\"args\":\"<user:user>\"");
    assert_has(calls, "\"aliases\":[\"g\"]");
    assert_null(strstr(calls, "run"));
}

static void test_command_runs(void **state)
{
    struct harness *h = *state;
    load(h, "command{ name = 'greet', run = function(args, chat) print(args.user, chat) end }");
    assert_string_equal(harness_calls(h), "command.register {\"name\":\"greet\"}\n");
    harness_request(h, "command", "{\"id\":1,\"args\":{\"user\":\"bob\"},\"chat\":\"Lobby\"}");
    assert_string_equal(harness_calls(h), "ui.print {\"text\":\"bob\\tLobby\"}\n");
}

static void test_command_taken(void **state)
{
    struct harness *h = *state;
    harness_refuse(h, "command.register", "exists", "/x is taken");
    load(h, "local handle, err = command{ name = 'x', run = print } print(handle, err.code)");
    assert_has(harness_calls(h), "ui.print {\"text\":\"nil\\texists\"}");
    assert_has(harness_errors(h), "/x is taken");
}

static void test_waiting(void **state)
{
    struct harness *h = *state;
    harness_keep(h, "chat.request");
    load(h, "chat.on('message', function(m)\n"
            "  if m.text ~= 'ask' then print('other') return end\n"
            "  local board, err = chat.request('leaderboard', { timeout = '5s' })\n"
            "  print(board and board[1].name, err) end)");
    harness_calls(h);
    /* The request of the core is answered as soon as the handler waits, and others run meanwhile.
     */
    assert_string_equal(harness_request(h, "event", "{\"id\":1,\"data\":{\"text\":\"ask\"}}"),
                        "null");
    const char *calls = harness_calls(h);
    assert_has(calls, "\"what\":\"leaderboard\"");
    assert_has(calls, "\"timeout\":5");
    harness_request(h, "event", "{\"id\":1,\"data\":{\"text\":\"b\"}}");
    assert_string_equal(harness_calls(h), "ui.print {\"text\":\"other\"}\n");
    harness_release(h, "[{\"name\":\"bob\"}]");
    assert_true(harness_until(h, "ui.print"));
    assert_string_equal(harness_calls(h), "ui.print {\"text\":\"bob\\tnil\"}\n");
}

static void test_failure_is_nil_and_error(void **state)
{
    struct harness *h = *state;
    harness_refuse(h, "chat.say", "offline", "not connected to a room");
    harness_refuse(h, "settings.set", "invalid", "on or off");
    load(h, "local ok, err = chat.say('x') print(ok, err.code, err.message, 'e: ' .. err)\n"
            "print(select(2, settings.set('log', 'maybe')).code)");
    const char *calls = harness_calls(h);
    assert_has(calls, "nil\\toffline\\tnot connected to a room\\te: not connected to a room");
    assert_has(calls, "{\"text\":\"invalid\"}");
}

static void test_misuse_raises_at_the_callers_line(void **state)
{
    struct harness *h = *state;
    assert_load_fails(h, "\nchat.say(true)",
                      "t.lua:2: chat.say: text should be a string, not boolean");
    assert_load_fails(h, "\n\nchat.whisper('bob')", "t.lua:3: chat.whisper: text is missing");
    assert_load_fails(h, "chat.say('a', 'b')", "t.lua:1: chat.say takes 1 argument");
    assert_load_fails(h, "chat.say('a\\nb')", "t.lua:1: chat.say: the text has a line break");
    assert_load_fails(h, "chat.whisper{ user = 'b', txt = 'c' }", "no argument called txt");
    assert_load_fails(h, "chat.on('mesage', print)", "t.lua:1: chat.on: there is no event");
    assert_load_fails(h, "chat.on('message', 5)", "t.lua:1: chat.on: function expected");
    assert_load_fails(h, "command{ name = 'x', runn = print }", "t.lua:1: command: run: function");
    assert_load_fails(h, "timer.after('soon', print)", "t.lua:1: timer.after: seconds expected");
    assert_load_fails(h, "timer.every(0, print)", "t.lua:1: timer.every");
    assert_load_fails(h, "timer.at('25:00', print)", "t.lua:1: timer.at");
    assert_load_fails(h, "chat.emit('t.x', { a = '\\255' })",
                      "t.lua:1: event.emit: a text is no UTF-8");
    assert_load_fails(h, "chat.say('\\0')", "t.lua:1: chat.say: a text holds a NUL");
    assert_load_fails(h, "chat.emit('t.x', { a = 0/0 })",
                      "t.lua:1: event.emit: a number is infinite");
    assert_load_fails(h, "local t = {} t.t = t chat.emit('t.x', t)", "nested too deep");
    assert_load_fails(h, "chat.emit('t.x', { 1, a = 2 })", "keys that are neither");
    assert_load_fails(h, "script{ nme = 'x' }", "t.lua:1: script: there is no field called nme");
    assert_string_equal(harness_calls(h), "");
}

static void test_denied_registration_raises(void **state)
{
    struct harness *h = *state;
    harness_refuse(h, "event.subscribe", "denied", "whisper needs the permission 'read:whisper'");
    assert_load_fails(h, "\nchat.on('whisper', print)", "t.lua:2: whisper needs the permission");
}

static void test_error_in_a_handler(void **state)
{
    struct harness *h = *state;
    load(h, "local function deep(m) error('no ' .. m.text) end\n"
            "chat.on('message', function(m) deep(m) end)\n"
            "chat.on('block', function() error({}) end)\n"
            "chat.on('login', function() error(setmetatable({}, { __tostring = error })) end)");
    assert_string_equal(
        harness_request(h, "event", "{\"id\":1,\"name\":\"message\",\"data\":{\"text\":\"x\"}}"),
        "null");
    const char *errors = harness_errors(h);
    assert_has(errors, "event message \"t.lua:1: no x\\n  t.lua:1: in upvalue 'deep'\\n  t.lua:2:");
    assert_null(strstr(errors, "moonroom "));
    harness_request(h, "event", "{\"id\":2,\"name\":\"block\",\"data\":{}}");
    assert_has(harness_errors(h), "event block \"table: 0x");
    harness_request(h, "event", "{\"id\":3,\"name\":\"login\",\"data\":{}}");
    assert_has(harness_errors(h), "an error that cannot be shown");
}

static void test_bare_yield_is_a_mistake(void **state)
{
    struct harness *h = *state;
    load(h, "chat.on('message', function() while true do coroutine.yield() end end)");
    harness_request(h, "event", "{\"id\":1,\"name\":\"message\",\"data\":{}}");
    assert_has(harness_errors(h), "event message \"coroutine.yield outside of a coroutine");
    assert_string_equal(harness_request(h, "alive", "{}"), "{}");
    assert_has(harness_load(h, "script", "coroutine.yield()"), "it yielded to nobody");
}

static void test_timers(void **state)
{
    struct harness *h = *state;
    load(h, "timer.every('1m', print, { name = 'tick' }) timer.after('500ms', print)");
    const char *calls = harness_calls(h);
    assert_has(calls, "\"every\":60");
    assert_has(calls, "\"name\":\"tick\"");
    assert_has(calls, "timer.start {\"after\":0.5}");
}

static void test_timers_fire(void **state)
{
    struct harness *h = *state;
    load(h, "local t = timer.every('1m', function() print('tick') end)\n"
            "timer.after(0.5, function() print('once') t:remove() end)");
    harness_calls(h);
    harness_request(h, "timer", "{\"id\":1}");
    harness_request(h, "timer", "{\"id\":1}");
    assert_string_equal(harness_calls(h),
                        "ui.print {\"text\":\"tick\"}\nui.print {\"text\":\"tick\"}\n");
    harness_request(h, "timer", "{\"id\":2}");
    assert_string_equal(harness_calls(h), "ui.print {\"text\":\"once\"}\ntimer.stop {\"id\":1}\n");
    harness_request(h, "timer", "{\"id\":2}");
    assert_string_equal(harness_calls(h), "");
}

static void test_load_waits(void **state)
{
    struct harness *h = *state;
    harness_keep(h, "chat.request");
    load(h,
         "task.spawn(function(a) task.sleep('2s') print('slept', a) end, 7)\n"
         "task.spawn(function()\n"
         "  local r = task.all{ function() return 1 end, function() task.sleep(1) return 2 end }\n"
         "  print('all', r[1], r[2])\n"
         "  print('race', task.race{ function() task.sleep(9) end, function() return 'b' end })\n"
         "  local _, err = task.all{ function() error('bad') end }\n"
         "  print('failed', err.message:match('bad'))\n"
         "end)");
    assert_string_equal(harness_calls(h), "timer.start {\"after\":2}\ntimer.start {\"after\":1}\n");
    harness_request(h, "timer", "{\"id\":1}");
    assert_string_equal(harness_calls(h), "ui.print {\"text\":\"slept\\t7\"}\n");
    harness_request(h, "timer", "{\"id\":2}");
    assert_string_equal(harness_calls(h), "ui.print {\"text\":\"all\\t1\\t2\"}\n"
                                          "timer.start {\"after\":9}\n"
                                          "ui.print {\"text\":\"race\\tb\"}\n"
                                          "ui.print {\"text\":\"failed\\tbad\"}\n");
}

static void test_chat_wait(void **state)
{
    struct harness *h = *state;
    load(h, "task.spawn(function()\n"
            "  local m = chat.wait('message', { match = { from = 'bob' }, timeout = 3 })\n"
            "  print(m.text)\n"
            "  local n, err = chat.wait('message', { timeout = '1s' })\n"
            "  print(n, err.code) end)");
    assert_string_equal(harness_calls(h),
                        "event.subscribe {\"name\":\"message\"}\ntimer.start {\"after\":3}\n");
    harness_request(h, "event", "{\"id\":1,\"data\":{\"from\":\"eve\",\"text\":\"a\"}}");
    assert_string_equal(harness_calls(h), "");
    harness_request(h, "event", "{\"id\":1,\"data\":{\"from\":\"bob\",\"text\":\"b\"}}");
    assert_string_equal(harness_calls(h),
                        "timer.stop {\"id\":2}\nevent.unsubscribe {\"id\":1}\n"
                        "ui.print {\"text\":\"b\"}\n"
                        "event.subscribe {\"name\":\"message\"}\ntimer.start {\"after\":1}\n");
    harness_request(h, "timer", "{\"id\":4}");
    assert_has(harness_calls(h), "ui.print {\"text\":\"nil\\ttimeout\"}");
}

/* What answers the question that `ask` puts is heard, however soon it comes. */
static void test_chat_wait_asks_once_it_listens(void **state)
{
    struct harness *h = *state;
    load(h, "task.spawn(function()\n"
            "  local m, err = chat.wait('message', { ask = function()\n"
            "    chat.say('well?') task.sleep(1) end })\n"
            "  print(m.text)\n"
            "  print(pcall(chat.wait, 'message', { ask = function() error('no', 0) end })) end)");
    assert_string_equal(harness_calls(h), "event.subscribe {\"name\":\"message\"}\n"
                                          "chat.say {\"text\":\"well?\"}\n"
                                          "timer.start {\"after\":1}\n");
    harness_request(h, "event", "{\"id\":1,\"data\":{\"text\":\"early\"}}");
    harness_request(h, "event", "{\"id\":1,\"data\":{\"text\":\"late\"}}");
    assert_string_equal(harness_calls(h), "");
    harness_request(h, "timer", "{\"id\":2}");
    assert_string_equal(harness_calls(h),
                        "event.unsubscribe {\"id\":1}\nui.print {\"text\":\"early\"}\n"
                        "event.subscribe {\"name\":\"message\"}\n"
                        "event.unsubscribe {\"id\":3}\nui.print {\"text\":\"false\\tno\"}\n");
}

static void test_settings_and_store(void **state)
{
    struct harness *h = *state;
    harness_answer(h, "settings.get", "\"hi\"");
    harness_answer(h, "store.get", "{\"n\":3}");
    harness_answer(h, "store.keys", "[]");
    load(h,
         "settings.on_change('word', function(v) print('now ' .. v) end)\n"
         "store.set('a', store.get('b').n + 1) store.set('list', json.array()) store.set('gone')\n"
         "print(#store.keys())");
    const char *calls = harness_calls(h);
    assert_has(calls, "store.get {\"key\":\"b\"}");
    assert_has(calls, "\"value\":4");
    assert_has(calls, "\"value\":[]");
    assert_has(calls, "store.set {\"key\":\"gone\"}");
    assert_has(calls, "ui.print {\"text\":\"0\"}");
    harness_request(h, "event", "{\"id\":1,\"data\":{\"name\":\"other.word\"}}");
    assert_string_equal(harness_calls(h), "");
    harness_request(h, "event", "{\"id\":1,\"data\":{\"name\":\"t.word\"}}");
    assert_has(harness_calls(h), "now hi");
}

static void test_ui(void **state)
{
    struct harness *h = *state;
    harness_answer(h, "ui.input", "\"typed\"");
    load(h, "ui.print('a', { style = 'title' }) ui.print('b', 'Lobby')\n"
            "ui.table{ { 'a', 1 } } ui.table({}, { 'head' }) ui.bars{ { 'x', 2 } }\n"
            "print(ui.input('Name:'), ui.input('Word:', { secret = true }), ui.confirm('Sure?'))");
    const char *calls = harness_calls(h);
    assert_has(calls, "ui.table {\"rows\":[[\"a\",1]]}");
    assert_has(calls, "ui.bars {\"rows\":[[\"x\",2]]}");
    assert_has(calls, "\"rows\":[]");
    assert_has(calls, "ui.print {\"text\":\"typed\\ttyped\\ttrue\"}");
}

static void test_crypto(void **state)
{
    struct harness *h = *state;
    load(h, "assert(crypto.sha512('abc'):sub(1, 16) == 'ddaf35a193617aba')\n"
            /* RFC 4231, test cases 2 and 6 */
            "assert(crypto.hmac('Jefe', 'what do ya want for nothing?'):sub(1, 16) == "
            "'164b7a7bfcf819e2')\n"
            "assert(crypto.hmac(('\\xaa'):rep(131), 'Test Using Larger Than Block-Size Key - Hash "
            "Key First'):sub(1, 16) == '80b24263c7c1a3eb')\n"
            "local s = crypto.random_string(86)\n"
            "assert(#s == 86 and s:match('^[%w_-]+$') and s ~= crypto.random_string(86))\n"
            "assert(#crypto.random_bytes(5000) == 5000)\n"
            "assert(crypto.hex('\\0\\255') == '00ff' and crypto.unhex('00FF') == '\\0\\255')\n"
            "assert(crypto.unhex('0') == nil and crypto.unhex('zz') == nil)\n"
            "for i, v in ipairs{ '', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==' } do\n"
            "  local t = ('foobar'):sub(1, i - 1)\n"
            "  assert(crypto.base64(t) == v and crypto.unbase64(v) == t) end\n"
            "assert(crypto.unbase64('Z') == nil and crypto.unbase64('Z===') == nil)\n"
            "assert(crypto.unbase64('Zg=\\0') == nil and crypto.unbase64('Zm\\n=') == nil)\n"
            "assert(not pcall(crypto.random_string, -1))");
}

static void test_json(void **state)
{
    struct harness *h = *state;
    load(
        h,
        "assert(json.encode{} == '{}' and json.encode(json.array()) == '[]')\n"
        "assert(json.encode{ 1, 2.5, '\\n\"\\1' } == '[1,2.5,\"\\\\n\\\\\"\\\\u0001\"]')\n"
        "assert(json.encode(1000000000000000) == '1000000000000000')\n"
        "assert(json.encode(1000000000000001) == '\"1000000000000001\"')\n"
        "assert(json.encode(0.1) == '0.1' and json.encode(1e300) == '1e+300')\n"
        "assert(json.encode{ json.null } == '[null]')\n"
        "local t = json.decode('{\"a\":[1,null,2.0],\"b\":null,\"c\":[]}')\n"
        "assert(math.type(t.a[1]) == 'integer' and t.a[2] == json.null and t.b == json.null)\n"
        "assert(math.type(t.a[3]) == 'integer' and json.encode(t.c) == '[]')\n"
        "assert(json.decode('1e15') == 10^15 and math.type(json.decode('1e16')) == 'float')\n"
        "for _, bad in ipairs{ '', '{', '[1,]', '1 2', '\"\\\\u0000\"', '\"\\255\"', '{} x',\n"
        "    ('['):rep(33) .. (']'):rep(33), 'nul', '\"a\\0\"' } do\n"
        "  local v, why = json.decode(bad) assert(v == nil and type(why) == 'string', bad) end\n"
        "assert(json.decode(('['):rep(32) .. (']'):rep(32)))\n"
        "local deep = {} for _ = 1, 40 do deep = { deep } end\n"
        "for _, bad in ipairs{ 0/0, 1/0, '\\255', 'a\\0', print, deep, { 1, x = 1 }, { [0] = 1 } } "
        "do\n  assert(not pcall(json.encode, bad)) end\n"
        "assert(not pcall(json.encode, ('x'):rep(300000)))");
}

static void test_require(void **state)
{
    struct harness *h = *state;
    harness_answer(h, "script.source",
                   "{\"path\":\"lib/m.lua\",\"source\":\"local name = ... return { n = name }\"}");
    load(h, "local m = require('lib.m') assert(m.n == 'lib.m' and require('lib.m') == m)");
    assert_string_equal(harness_calls(h), "script.source {\"module\":\"lib/m\"}\n");
    harness_answer(h, "script.source", "{\"path\":\"lib/m.lua\",\"source\":\"\\n = 1\"}");
    assert_load_fails(h, "require('broken')", "lib/m.lua:2: unexpected symbol");
    harness_answer(h, "script.source", "{\"path\":\"m.lua\",\"source\":\"require('again')\"}");
    assert_load_fails(h, "require('again')", "again requires itself");
    harness_refuse(h, "script.source", "not_found", "there is no module 'x'");
    assert_load_fails(h, "\nrequire('x')", "t.lua:2: require: x: there is no module 'x'");
}

static void test_manifest(void **state)
{
    struct harness *h = *state;
    assert_string_equal(harness_load(h, "manifest", "script { needs = { 'send' } } error('no')"),
                        "{\"manifest\":{\"needs\":[\"send\"]}}");
    assert_string_equal(harness_load(h, "manifest", "local x = chat.me() script{ name = 'x' }"),
                        "{}");
    assert_string_equal(harness_load(h, "manifest", "y = 1 script{ name = 'x' }"), "{}");
    assert_string_equal(harness_load(h, "manifest", "-- nothing"), "{}");
    assert_has(harness_load(h, "manifest", "script{ api = '2.0' }"), "this needs api 2.0");
    assert_has(harness_load(h, "manifest", "script{ needs = 5 }"), "needs: table expected");
    assert_has(harness_load(h, "manifest", "script{ name = 'a\\255' }"), "no UTF-8");
    assert_has(harness_load(h, "manifest", "script{"), "t.lua:1:");
}

static void test_save_and_restore(void **state)
{
    struct harness *h = *state;
    load(h, "script.state.n = 1");
    assert_string_equal(harness_request(h, "save", "{}"), "{\"state\":{\"n\":1}}");
    harness_request(h, "restore", "{\"state\":{\"n\":2}}");
    assert_string_equal(harness_request(h, "save", "{}"), "{\"state\":{\"n\":2}}");
    load(h, "script.on_save(function() return 'kept' end)\n"
            "script.on_restore(function(s) print('got ' .. s) end)");
    assert_string_equal(harness_request(h, "save", "{}"), "{\"state\":\"kept\"}");
    assert_string_equal(harness_request(h, "restore", "{\"state\":\"x\"}"), "{}");
    assert_string_equal(harness_calls(h), "ui.print {\"text\":\"got x\"}\n");
}

static void test_unload(void **state)
{
    struct harness *h = *state;
    harness_keep(h, "chat.request");
    load(h, "script.on_unload(function() print('bye') end)\n"
            "task.spawn(function() print(select(2, chat.request('ping')).code) end)");
    harness_calls(h);
    assert_string_equal(harness_request(h, "unload", "{\"code\":\"canceled\"}"), "{}");
    assert_string_equal(harness_calls(h),
                        "ui.print {\"text\":\"canceled\"}\nui.print {\"text\":\"bye\"}\n");
    assert_int_equal(harness_wait(h), 0);
}

static void test_end_of_link(void **state)
{
    struct harness *h = *state;
    load(h, "print('up')");
    shutdown(h->fd, SHUT_RDWR);
    assert_int_equal(harness_wait(h), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_event),
        TEST(test_once_and_handles),
        TEST(test_command),
        TEST(test_command_runs),
        TEST(test_command_taken),
        TEST(test_waiting),
        TEST(test_failure_is_nil_and_error),
        TEST(test_misuse_raises_at_the_callers_line),
        TEST(test_denied_registration_raises),
        TEST(test_error_in_a_handler),
        TEST(test_bare_yield_is_a_mistake),
        TEST(test_timers),
        TEST(test_timers_fire),
        TEST(test_load_waits),
        TEST(test_chat_wait),
        TEST(test_chat_wait_asks_once_it_listens),
        TEST(test_settings_and_store),
        TEST(test_ui),
        TEST(test_crypto),
        TEST(test_json),
        TEST(test_require),
        TEST(test_manifest),
        TEST(test_save_and_restore),
        TEST(test_unload),
        TEST(test_end_of_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
