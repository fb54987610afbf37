/* A new text in the place of one that works: every message once, and the old one where anything
 * fails. */
#include <moonroom/errors.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/runtime/json.h"
#include "tests/unit/script/harness.h"

enum { TEXT = 4096 };

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

static void assert_has(const struct harness *h, const char *text)
{
    if (!harness_has(h, text)) {
        fail_msg("'%s' is not in:\n%s\n%s", text, mr_buf_str(&h->printed), mr_buf_str(&h->events));
    }
}

static void nobody(void *ctx, int err, const char *text, const cJSON *result)
{
    (void)err;
    (void)text;
    (void)result;
    if (ctx) {
        ++*(int *)ctx;
    }
}

/* Asks for the reload and does not wait for it. */
static void begin(struct harness *h, const char *method, int *done)
{
    cJSON *params = cJSON_CreateObject();
    mr_json_set_string(params, "name", "r");
    mr_api_call(h->core.api, h->core.user, method, params, nobody, done);
    cJSON_Delete(params);
}

static void until(struct harness *h, const int *done, int count)
{
    uint64_t since = mr_loop_now_ms(h->core.loop);
    while (*done < count) {
        assert_true(mr_loop_now_ms(h->core.loop) - since < HARNESS_WAIT_MS);
        harness_run(h, 2);
    }
}

/* Counts messages; says which text it is and how far it got. PART is put at the end. */
static void write_counter(struct harness *h, const char *version, const char *part)
{
    char text[TEXT];
    snprintf(text, sizeof text,
             "script{ name = 'r', needs = { 'send', 'store', 'read' },\n"
             "  settings = { s = { type = 'string', default = 'of %s' } } }\n"
             "local n = 0\n"
             "chat.on('message', function() n = n + 1 end)\n"
             "chat.on('block', function() print('%s has ' .. n) end)\n"
             "command{ name = 'which', run = function() print('%s answers') end }\n"
             "script.on_save(function() return { n = n } end)\n"
             "script.on_restore(function(s) n = s.n end)\n%s",
             version, version, version, part);
    harness_script(h, "r.lua", text);
}

static void messages(struct harness *h, int count)
{
    for (int i = 0; i < count; i++) {
        harness_emit(h, "message", "{\"text\":\"x\"}");
    }
}

static void start_counter(struct harness *h)
{
    write_counter(h, "old", "");
    harness_load(h, "r");
    harness_until(h, "script_loaded r");
    messages(h, 3);
}

static void expect_count(struct harness *h, const char *version, int count)
{
    char text[64];
    snprintf(text, sizeof text, "r| %s has %d\n", version, count);
    harness_emit(h, "block", "{}");
    harness_until(h, text);
}

static void test_counts_on(void **state)
{
    struct harness *h = *state;
    int done = 0;
    start_counter(h);
    write_counter(h, "new", "");
    begin(h, "script.reload", &done);
    int count = 3;
    while (done == 0) {
        messages(h, 1);
        harness_run(h, 1);
        count++;
    }
    messages(h, 4);
    expect_count(h, "new", count + 4);
    assert_int_equal(mr_scripts_running(h->scripts), 1);
}

/* Whatever goes wrong, the old one goes on, with every message, its command, setting and state. */
static void test_failures(void **state)
{
    struct harness *h = *state;
    static const struct {
        const char *old, *new, *why;
    } rows[] = {
        {"", "x = = 1", "r.lua:9:"},
        {"", "error('late')", "r.lua:9: late"},
        {"", "local s = ('x'):rep(1e9)", "used up its memory"},
        {"", "task.sleep(1)", "cannot wait"},
        {"", "chat.on('nonsense', print)", "there is no event"},
        {"", "chat.on('whisper', print)", "read:whisper"},
        {"", "command{ name = 'two', run = print } command{ name = 'two', run = print } error('x')",
         "r.lua:9: x"},
        {"", "timer.every(0.01, print) chat.filter('incoming', print) error('registered')",
         "registered"},
        {"script.on_save(function() error('not now') end)", "", "Its state could not be saved"},
        {"script.on_save(function() return print end)", "", "Its state could not be saved"},
        {"script.on_save(function() task.sleep(1) end)", "", "Its state could not be saved"},
        {"", "script.on_restore(function() error('no room') end)", "could not be restored"},
        {"", "script.on_restore(function() task.sleep(1) end)", "could not be restored"},
        {"", "script.on_restore(function() while true do end end)", "takes too long over"},
        {"", "script.on_restore(function() local s = ('x'):rep(1e9) end)", "used up its memory"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int done = 0;
        write_counter(h, "old", rows[i].old);
        harness_load(h, "r");
        harness_until(h, "script_loaded r");
        messages(h, 2);
        write_counter(h, "new", rows[i].new);
        begin(h, "script.reload", &done);
        int count = 2;
        while (done == 0) {
            messages(h, 1);
            harness_run(h, 5);
            count++;
        }
        assert_has(h, "the old one goes on");
        assert_has(h, rows[i].why);
        messages(h, 1);
        expect_count(h, "old", count + 1);
        harness_type(h, "/which");
        harness_until(h, "r| old answers");
        assert_string_equal(harness_call(h, "settings.get", "{\"name\":\"r.s\"}"), "\"of old\"");
        harness_type(h, "/two");
        assert_has(h, "refused| ");
        assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"r\"}"), "true");
        harness_forget(h);
    }
}

static void test_old_one_dies(void **state)
{
    struct harness *h = *state;
    /* While the new one loads: it needs some time for that. */
    static const char slow[] = "local t = {} for i = 1, 3e5 do t[i] = i .. '' end print('loading')";
    write_counter(h, "old", "chat.on('login', function() local s = ('x'):rep(1e9) end)");
    harness_load(h, "r");
    harness_until(h, "script_loaded r");
    write_counter(h, "new", slow);
    int done = 0;
    begin(h, "script.reload", &done);
    harness_emit(h, "login", "{}");
    until(h, &done, 1);
    harness_until(h, "The new version takes its place");
    harness_until_ready(h);
    expect_count(h, "new", 0);
    harness_call(h, "script.unload", "{\"name\":\"r\"}");
    harness_forget(h);
    /* While it saves. */
    write_counter(h, "old", "script.on_save(function() local s = ('x'):rep(1e9) end)");
    harness_load(h, "r");
    harness_until(h, "script_loaded r");
    write_counter(h, "new", "");
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"r\"}"), "true");
    assert_has(h, "used up its memory");
    messages(h, 2);
    expect_count(h, "new", 2);
    assert_int_equal(mr_scripts_running(h->scripts), 1);
}

static void test_unload_and_reload_meanwhile(void **state)
{
    struct harness *h = *state;
    for (int after = 0; after < 60; after += 6) {
        int done = 0;
        start_counter(h);
        write_counter(h, "new", "");
        begin(h, "script.reload", &done);
        harness_run(h, (uint64_t)after);
        assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"r\"}"), "true");
        assert_int_equal(done, 1);
        assert_int_equal(mr_scripts_running(h->scripts), 0);
        harness_type(h, "/which");
        assert_has(h, "refused| ");
        harness_forget(h);
        /* Once more and again: everybody is told, the last text counts. */
        start_counter(h);
        write_counter(h, "middle", "");
        done = 0;
        begin(h, "script.reload", &done);
        harness_run(h, (uint64_t)after);
        write_counter(h, "new", "");
        begin(h, "script.reload", &done);
        begin(h, "script.reload", &done);
        until(h, &done, 3);
        expect_count(h, "new", 3);
        assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"r\"}"), "true");
        harness_forget(h);
    }
}

static void test_waiting_handlers(void **state)
{
    struct harness *h = *state;
    harness_script(h, "r.lua",
                   "local ended = 0\n"
                   "local function wait(fn, ...) local ok, err = fn(...)\n"
                   "  if not ok and err and err.code == 'reloaded' then ended = ended + 1 end end\n"
                   "task.spawn(wait, task.sleep, 99)\n"
                   "task.spawn(wait, chat.wait, 'message', { timeout = 99 })\n"
                   "task.spawn(task.all, { function() task.sleep(99) end })\n"
                   "task.spawn(task.race, { function() task.sleep(99) end })\n"
                   "task.spawn(function() while true do local _, err = task.sleep(99)\n"
                   "  if err then ended = ended + 1 end end end)\n"
                   "script.on_save(function() return ended end)\n"
                   "chat.on('message', function() print('message') end)");
    harness_load(h, "r");
    harness_until(h, "script_loaded r");
    harness_script(h, "r.lua", "script.on_restore(function(n) error('ended ' .. n) end)");
    harness_call(h, "script.reload", "{\"name\":\"r\"}");
    /* Each wait has ended once; who waits again waits, and the one that goes on hears everything.
     */
    assert_has(h, "ended 3");
    harness_emit(h, "message", "{}");
    harness_until(h, "r| message");
    harness_forget(h);
    harness_script(h, "r.lua", "script.on_restore(function(n) print('ended ' .. n) end)");
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"r\"}"), "true");
    assert_has(h, "ended 4");
}

static void test_what_an_heir_may(void **state)
{
    struct harness *h = *state;
    start_counter(h);
    harness_script(h, "lib/part.lua", "return 'a part'");
    write_counter(h, "new",
                  "print('setting ' .. settings.get('s'))\n"
                  "print(require('part')) log.info('a note')\n"
                  "print('store ' .. tostring(store.get('k')))\n"
                  "print(select(2, store.set('k', 1)).code, select(2, chat.say('hi')).code)\n"
                  "print(select(2, chat.emit('r.x', {})).code)\n"
                  "script.on_unload(function(why) print('bye ' .. why) end)\n"
                  "timer.after(0, function() store.set('k', 2) print('set') end)");
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"r\"}"), "true");
    assert_has(h, "setting of new");
    assert_has(h, "a part");
    assert_has(h, "a note");
    assert_has(h, "store nil");
    assert_has(h, "r| state\tstate\n");
    assert_has(h, "While loading: store.set does nothing while the script is loaded");
    harness_until(h, "r| set");
    assert_false(harness_has(h, "bye"));
    write_counter(h, "newer", "");
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"r\"}"), "true");
    harness_until(h, "r| bye reloaded");
    assert_string_equal(harness_call(h, "settings.get", "{\"name\":\"r.s\"}"), "\"of newer\"");
}

/* Lines that are typed while it is exchanged wait, and are read by the new one's rules. */
static void test_commands(void **state)
{
    struct harness *h = *state;
    int done = 0;
    write_counter(h, "old", "");
    harness_load(h, "r");
    harness_until(h, "script_loaded r");
    write_counter(h, "new", "command{ name = 'late', run = function() print('late') end }");
    harness_type(h, "/late");
    assert_has(h, "refused| ");
    harness_forget(h);
    begin(h, "script.reload", &done);
    int typed = 0;
    while (done == 0) {
        harness_type(h, "/which");
        harness_run(h, 1);
        typed++;
    }
    harness_type(h, "/which");
    harness_type(h, "/late");
    harness_until(h, "r| late");
    int answers = 0;
    for (const char *at = mr_buf_str(&h->printed); (at = strstr(at, " answers")); at++) {
        answers++;
    }
    assert_int_equal(answers, typed + 1);
    assert_false(harness_has(h, "refused| "));
}

static void test_timers_keep_their_phase(void **state)
{
    struct harness *h = *state;
    const char *text = "timer.every(0.3, function() print('tick') end)\n"
                       "timer.every(90, print, { name = 'slow' })\n"
                       "timer.after(0.9, function() print('once') end)";
    harness_script(h, "r.lua", text);
    harness_load(h, "r");
    harness_until(h, "script_loaded r");
    uint64_t begin_ms = mr_loop_now_ms(h->core.loop);
    /* Saved faster than it ticks: were the time counted anew, it would never tick. */
    while (!harness_has(h, "r| once")) {
        assert_true(mr_loop_now_ms(h->core.loop) - begin_ms < HARNESS_WAIT_MS);
        assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"r\"}"), "true");
        harness_run(h, 5);
    }
    assert_has(h, "r| tick");
}

struct passed {
    int kept, dropped, last;
    bool in_order;
};

static void on_passed(void *ctx, bool dropped, cJSON *item)
{
    struct passed *passed = ctx;
    int number = 0;
    if (dropped) {
        passed->dropped++;
    } else {
        passed->kept++;
        sscanf(mr_json_string(item, "text"), "%d", &number);
        passed->in_order = passed->in_order && number > passed->last;
        passed->last = number;
    }
    cJSON_Delete(item);
}

static void pass(struct harness *h, struct passed *passed, int number)
{
    char text[32];
    cJSON *item = cJSON_CreateObject();
    snprintf(text, sizeof text, "%d", number);
    mr_json_set_string(item, "kind", "chat");
    mr_json_set_string(item, "from", "bob");
    mr_json_set_string(item, "text", text);
    assert_int_equal(
        mr_filters_pass(h->core.filters, MR_FILTER_INCOMING, item, true, on_passed, passed), MR_OK);
}

/* Every item is seen by one of the two, whichever it is, and leaves in order. */
static void filters_in_flight(struct harness *h, const char *options, const char *wait)
{
    char text[TEXT];
    struct passed passed = {.in_order = true};
    int done = 0;
    snprintf(text, sizeof text,
             "script{ needs = { 'read' } }\n"
             "chat.filter('incoming', %s, function(m) %s return tonumber(m.text) %% 2 == 0 end)",
             options, wait);
    harness_forget(h);
    harness_script(h, "r.lua", text);
    harness_load(h, "r");
    harness_until(h, "script_loaded r");
    int number = 0;
    int begun = 0;
    while (done < 4) {
        if (begun == done) {
            begin(h, "script.reload", &done);
            begun++;
        }
        for (int i = 0; i < 4 && mr_filters_count(h->core.filters, MR_FILTER_INCOMING) < 100; i++) {
            pass(h, &passed, ++number);
        }
        harness_run(h, 1);
    }
    uint64_t since = mr_loop_now_ms(h->core.loop);
    while (mr_filters_count(h->core.filters, MR_FILTER_INCOMING) > 0) {
        assert_true(mr_loop_now_ms(h->core.loop) - since < HARNESS_WAIT_MS);
        harness_run(h, 2);
    }
    assert_int_equal(passed.kept + passed.dropped, number);
    /* A process that got no time for a second is passed over, unless it is required; and told. */
    if (!harness_has(h, "passed over")) {
        assert_int_equal(passed.kept, number / 2);
    }
    assert_true(passed.in_order);
    harness_call(h, "script.unload", "{\"name\":\"r\"}");
}

static void test_filters(void **state)
{
    filters_in_flight(*state, "{}", "");
    filters_in_flight(*state, "{ required = true }", "");
    filters_in_flight(*state, "{ required = true }", "task.sleep(0.001)");
}

static void test_strategy_mines_on(void **state)
{
    struct harness *h = *state;
    const char *text = "function mine(client) print('%s begins')\n"
                       "  while true do mine.verify(crypto.random_string(86)) end end";
    char line[512];
    snprintf(line, sizeof line, text, "old");
    harness_script(h, "strategies/s.lua", line);
    assert_string_equal(harness_call(h, "mine.start", "{\"strategy\":\"s\"}"), "\"s\"");
    harness_until(h, "s| old begins");
    harness_script(h, "strategies/s.lua", "x = 1");
    assert_true(harness_call(h, "script.reload", "{\"name\":\"s\"}")[0] == '!');
    assert_has(h, "a strategy has a function mine(client)");
    snprintf(line, sizeof line, text, "new");
    harness_script(h, "strategies/s.lua", line);
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"s\"}"), "true");
    harness_until(h, "s| new begins");
    assert_true(strstr(harness_call(h, "mine.stats", "{}"), "\"running\":true") != NULL);
    assert_string_equal(harness_call(h, "mine.stop", "{}"), "true");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_counts_on),        TEST(test_failures),
        TEST(test_old_one_dies),     TEST(test_unload_and_reload_meanwhile),
        TEST(test_waiting_handlers), TEST(test_what_an_heir_may),
        TEST(test_commands),         TEST(test_timers_keep_their_phase),
        TEST(test_filters),          TEST(test_strategy_mines_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
