/* Filters of scripts, with real processes: verdicts, time, and what is required. */
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

struct world {
    struct harness h;
    size_t left; /* items that left */
    size_t next; /* the number that is expected to leave next, where texts are numbers */
};

static int set_up(void **state)
{
    static struct world world;
    harness_start(&world.h);
    world.h.reply = HARNESS_YES;
    world.left = world.next = 0;
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    harness_stop(&world->h);
    return 0;
}

/* What leaves is noted like something printed: "> text", or "> -" for what was dropped. */
static void on_left(void *ctx, bool dropped, cJSON *item)
{
    struct world *world = ctx;
    (void)mr_buf_printf(&world->h.printed, "> %s\n", dropped ? "-" : mr_json_string(item, "text"));
    world->left++;
    cJSON_Delete(item);
}

static void pass(struct world *world, enum mr_filter_kind kind, const char *what, const char *text)
{
    cJSON *item = cJSON_CreateObject();
    assert_int_equal(mr_json_set_string(item, "kind", what), MR_OK);
    assert_int_equal(mr_json_set_string(item, "from", "bob"), MR_OK);
    assert_int_equal(mr_json_set_string(item, "text", text), MR_OK);
    assert_int_equal(mr_filters_pass(world->h.core.filters, kind, item, true, on_left, world),
                     MR_OK);
}

static void say(struct world *world, const char *text)
{
    pass(world, MR_FILTER_INCOMING, "message", text);
}

static void load(struct world *world, const char *name, const char *text)
{
    char file[64];
    char event[64];
    snprintf(file, sizeof file, "%s.lua", name);
    snprintf(event, sizeof event, "script_loaded %s", name);
    harness_script(&world->h, file, text);
    harness_load(&world->h, name);
    harness_until(&world->h, event);
    harness_forget(&world->h);
}

static void until(struct world *world, const char *text)
{
    harness_until(&world->h, text);
}

static void until_left(struct world *world, size_t count)
{
    uint64_t begin = mr_loop_now_ms(world->h.core.loop);
    while (world->left < count) {
        if (mr_loop_now_ms(world->h.core.loop) - begin > HARNESS_WAIT_MS) {
            fail_msg("%zu of %zu left:\n%s", world->left, count, mr_buf_str(&world->h.printed));
        }
        harness_run(&world->h, 5);
    }
}

static bool has(const struct world *world, const char *text)
{
    return harness_has(&world->h, text);
}

static void test_verdicts(void **state)
{
    struct world *world = *state;
    load(world, "f",
         "script{ needs = { 'read' } }\n"
         "chat.filter('incoming', function(m)\n"
         "  if m.text == 'spam' then return false end\n"
         "  if m.text == 'shout' then m.text = m.text:upper() return m end\n"
         "  if m.text == 'part' then return { text = m.from .. ' ' .. m.kind } end\n"
         "  if m.text == 'true' then return true end\n"
         "end)");
    static const char *const rows[][2] = {{"a", "> a\n"},
                                          {"spam", "> -\n"},
                                          {"shout", "> SHOUT\n"},
                                          {"part", "> bob message\n"},
                                          {"true", "> true\n"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say(world, rows[i][0]);
        until(world, rows[i][1]);
    }
    assert_int_equal(world->left, 5);
    assert_non_null(strstr(harness_call(&world->h, "script.info", "{\"name\":\"f\"}"),
                           "\"filters\":[\"incoming\"]"));
    assert_string_equal(harness_call(&world->h, "script.unload", "{\"name\":\"f\"}"), "true");
    assert_true(mr_filters_idle(world->h.core.filters, MR_FILTER_INCOMING));
}

static void test_wrong_answers_keep_the_item(void **state)
{
    struct world *world = *state;
    load(world, "f",
         "script{ needs = { 'read' } }\n"
         "chat.filter('incoming', function(m)\n"
         "  if m.text == 'error' then error('oops') end\n"
         "  if m.text == 'number' then return 7 end\n"
         "  if m.text == 'command' then return { text = '/quit' } end\n"
         "  if m.text == 'from' then m.from = 'eve' return m end\n"
         "  if m.text == 'function' then return { text = print } end\n"
         "end)");
    static const char *const rows[][2] = {
        {"error", "oops"},
        {"number", "a filter returns nil, true, false or a table, not a number"},
        {"command", "no filter makes another command of a text"},
        {"from", "from cannot be changed"},
        {"function", "Error in filter incoming"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char kept[64];
        snprintf(kept, sizeof kept, "> %s\n", rows[i][0]);
        say(world, rows[i][0]);
        until(world, kept);
        until(world, rows[i][1]);
        harness_forget(&world->h);
    }
}

static void test_registration(void **state)
{
    struct world *world = *state;
    load(world, "f",
         "script{ needs = { 'read', 'notify' } }\n"
         "local function try(...) local ok, err = pcall(chat.filter, ...) print(ok, err) end\n"
         "command{ name = 'try', run = function()\n"
         "  try('display', print) try('inbox', print) try('incoming', { speed = 1 }, print)\n"
         "  try('incoming', { priority = 5000 }, print) try('incoming')\n"
         "  local h = chat.filter('notify', { priority = 5 }, function() return false end)\n"
         "  h:disable() print('resting') h:enable() h:remove() h:remove() print('removed')\n"
         "end }");
    harness_type(&world->h, "/try");
    until(world, "removed");
    static const char *const parts[] = {
        "the filter display needs the permission 'filter:display'", "there is no filter 'inbox'",
        "there is no option called speed", "priority is a number from -1000 to 1000",
        "chat.filter: function expected"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!has(world, parts[i])) {
            fail_msg("%s: %s", parts[i], mr_buf_str(&world->h.printed));
        }
    }
    assert_true(mr_filters_idle(world->h.core.filters, MR_FILTER_NOTIFY));
}

static void test_whispers_need_permission(void **state)
{
    struct world *world = *state;
    load(world, "deaf",
         "script{ needs = { 'read' } }\n"
         "chat.filter('incoming', function(m) m.text = m.text .. ' deaf' return m end)");
    load(world, "ear",
         "script{ needs = { 'read', 'read:whisper' } }\n"
         "chat.filter('incoming', function(m) m.text = m.text .. ' ear' return m end)");
    say(world, "a");
    until(world, "> a deaf ear\n");
    pass(world, MR_FILTER_INCOMING, "whisper", "b");
    until(world, "> b ear\n");
}

/* Five scripts, each of which adds its letter or waits a little, over a thousand items. */
static void test_order_through_five_scripts(void **state)
{
    struct world *world = *state;
    enum { ITEMS = 1000 };
    for (int i = 0; i < 5; i++) {
        char name[8];
        char text[512];
        snprintf(name, sizeof name, "f%d", i);
        snprintf(text, sizeof text,
                 "script{ needs = { 'read' } }\n"
                 "chat.filter('incoming', { priority = %d }, function(m)\n"
                 "  if %d == 2 and math.random(50) == 1 then task.sleep(0.003) end\n"
                 "  if %d == 4 and m.text:find('^7') then return false end\n"
                 "  m.text = m.text .. '%c' return m\n"
                 "end)",
                 4 - i, i, i, 'a' + i);
        load(world, name, text);
    }
    for (int i = 0; i < ITEMS; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        say(world, text);
    }
    until_left(world, ITEMS);
    const char *at = mr_buf_str(&world->h.printed);
    for (int i = 0; i < ITEMS; i++) {
        char digits[16];
        char line[32];
        char *end;
        /* What is said of one that was passed over stands between. */
        while (strncmp(at, "> ", 2) != 0) {
            at = strchr(at, '\n') + 1;
        }
        snprintf(digits, sizeof digits, "%d", i);
        snprintf(line, sizeof line, "> %.*s\n", (int)strcspn(at + 2, "\n"), at + 2);
        if (digits[0] == '7') {
            assert_string_equal(line, "> -\n");
        } else {
            assert_int_equal(strtol(at + 2, &end, 10), i);
            assert_true(strncmp(end, "edcba\n", 6) == 0 || strncmp(end, "edba\n", 5) == 0);
        }
        at += strlen(line);
    }
}

static void test_a_slow_filter_is_passed_over(void **state)
{
    struct world *world = *state;
    load(world, "slow",
         "script{ needs = { 'read' } }\n"
         "chat.filter('incoming', function(m)\n"
         "  if m.text ~= 'burn' then return end\n"
         "  local till = os.clock() + 0.3 while os.clock() < till do end\n"
         "  return false\n"
         "end)");
    say(world, "burn");
    until(world, "> burn\n");
    until(world, "slow| takes too long over a filter");
    say(world, "after");
    until(world, "> after\n");
    assert_int_equal(mr_scripts_running(world->h.scripts), 1);
}

static void test_three_times_suspend(void **state)
{
    struct world *world = *state;
    load(world, "slow",
         "script{ needs = { 'read' } }\n"
         "chat.filter('incoming', function(m)\n"
         "  local till = os.clock() + 0.4 while os.clock() < till do end\n"
         "end)");
    /* On a busy machine not each of them is caught. */
    for (size_t i = 1; i <= 50 && !has(world, "script_ended slow"); i++) {
        say(world, "burn");
        until_left(world, i);
    }
    until(world, "script_ended slow timeout");
    assert_true(mr_filters_idle(world->h.core.filters, MR_FILTER_INCOMING));
    say(world, "free");
    assert_true(has(world, "> free\n"));
}

static void test_one_that_waits_is_passed_over(void **state)
{
    struct world *world = *state;
    load(world, "lazy",
         "script{ needs = { 'read' } }\n"
         "chat.filter('incoming', function(m)\n"
         "  if m.text == 'wait' then task.sleep(30) end\n"
         "  if m.text == 'brief' then task.sleep(0.01) return { text = 'awake' } end\n"
         "end)");
    say(world, "brief");
    until(world, "> awake\n");
    say(world, "wait");
    say(world, "behind");
    until(world, "> wait\n> behind\n");
    until(world, "lazy| Its filter does not answer in time and was passed over");
    assert_int_equal(mr_scripts_running(world->h.scripts), 1);
}

/* Whoever is stopped by the system has missed nothing, but nobody waits for ever. */
static void test_a_stopped_process_counts_no_overrun(void **state)
{
    struct world *world = *state;
    load(world, "still",
         "script{ needs = { 'read' } }\nchat.filter('incoming', function() return false end)");
    const char *info = harness_call(&world->h, "script.info", "{\"name\":\"still\"}");
    int pid = atoi(strstr(info, "\"pid\":") + 6);
    kill(pid, SIGSTOP);
    say(world, "a");
    until(world, "> a\n");
    kill(pid, SIGCONT);
    info = harness_call(&world->h, "script.info", "{\"name\":\"still\"}");
    assert_non_null(strstr(info, "\"overruns\":0"));
    say(world, "b");
    until(world, "> -\n");
}

static void test_a_dying_filter_lets_go(void **state)
{
    struct world *world = *state;
    load(world, "doomed",
         "script{ needs = { 'read' } }\n"
         "chat.filter('incoming', function(m)\n"
         "  if m.text == 'die' then local s = ('x'):rep(1e9) end\n"
         "  return false\n"
         "end)");
    say(world, "a");
    until(world, "> -\n");
    say(world, "die");
    say(world, "b");
    until(world, "script_ended doomed no_memory");
    until(world, "> die\n> b\n");
    assert_true(mr_filters_idle(world->h.core.filters, MR_FILTER_INCOMING));
}

static const char ignore[] = "script{ needs = { 'read' } }\n"
                             "chat.filter('incoming', { required = true }, function(m)\n"
                             "  if m.text == 'die' then local s = ('x'):rep(1e9) end\n"
                             "  if m.text == 'burn' then\n"
                             "    local till = os.clock() + 0.2 while os.clock() < till do end\n"
                             "  end\n"
                             "  if m.text == 'error' then error('oops') end\n"
                             "  if m.text == 'bad' then return { text = '/quit' } end\n"
                             "  return not m.text:find('secret', 1, true)\n"
                             "end)";

static void test_required_holds(void **state)
{
    struct world *world = *state;
    load(world, "ignore", ignore);
    say(world, "burn");
    say(world, "secret");
    until(world, "is required: incoming is held back");
    until_left(world, 2);
    assert_true(has(world, "> burn\n> -\n"));
    harness_forget(&world->h);
    /* What goes wrong inside lets nothing through. */
    say(world, "error");
    until(world, "oops");
    say(world, "bad");
    until(world, "another command");
    until_left(world, 4);
    assert_false(has(world, "> error"));
    assert_false(has(world, "> bad"));
    until(world, "required: something of the kind incoming was dropped");
}

static void test_required_outlives_its_script(void **state)
{
    struct world *world = *state;
    load(world, "ignore", ignore);
    say(world, "die");
    say(world, "secret");
    say(world, "c");
    until(world, "script_ended ignore no_memory");
    until(world, "/script unload ignore lets everything through");
    say(world, "secret two");
    harness_run(&world->h, 50);
    assert_int_equal(world->left, 0);
    /* It comes back: what waited is looked at. Not what killed it, of course. */
    harness_script(&world->h, "ignore.lua",
                   "script{ needs = { 'read' } }\n"
                   "chat.filter('incoming', { required = true }, function(m)\n"
                   "  return not m.text:find('secret', 1, true)\n"
                   "end)");
    harness_type(&world->h, "/script load ignore");
    until(world, "> die\n> -\n> c\n> -\n");
    say(world, "d");
    until(world, "> d\n");
}

static void test_unloading_is_the_way_out(void **state)
{
    struct world *world = *state;
    load(world, "ignore", ignore);
    say(world, "die");
    say(world, "b");
    until(world, "script_ended ignore no_memory");
    assert_int_equal(world->left, 0);
    /* A text that does not load opens nothing. */
    harness_script(&world->h, "ignore.lua", "x = = 1");
    harness_forget(&world->h);
    harness_type(&world->h, "/script load ignore");
    until(world, "lets everything through");
    assert_int_equal(world->left, 0);
    harness_type(&world->h, "/script unload ignore");
    until(world, "> die\n> b\n");
    assert_true(mr_filters_idle(world->h.core.filters, MR_FILTER_INCOMING));
    say(world, "c");
    assert_true(has(world, "> c\n"));
}

static void test_unloading_alive_lets_go(void **state)
{
    struct world *world = *state;
    load(world, "ignore", ignore);
    harness_type(&world->h, "/script unload ignore");
    say(world, "secret");
    until(world, "script_ended ignore");
    say(world, "secret two");
    until(world, "> secret two\n");
}

/* Each item is seen by the old or by the new text, none by neither. */
static void test_reload_under_way(void **state)
{
    struct world *world = *state;
    enum { ITEMS = 200, EACH = 20 };
    load(world, "ignore", ignore);
    for (int i = 0; i < ITEMS; i++) {
        char text[32];
        snprintf(text, sizeof text, i % 2 == 0 ? "secret %d" : "%d", i);
        say(world, text);
        if (i % EACH == 0) {
            harness_type(&world->h, "/script reload ignore");
        }
        harness_run(&world->h, 1);
    }
    until_left(world, ITEMS);
    assert_false(has(world, "> secret"));
    assert_true(has(world, "> 199\n"));
    until(world, "is loaded anew");
}

static void test_reload_without_the_filter_lets_go(void **state)
{
    struct world *world = *state;
    load(world, "ignore", ignore);
    harness_script(&world->h, "ignore.lua", "script{ needs = { 'read' } }");
    assert_string_equal(harness_call(&world->h, "script.reload", "{\"name\":\"ignore\"}"), "true");
    assert_true(mr_filters_idle(world->h.core.filters, MR_FILTER_INCOMING));
}

/* A script whose handler talks to the core is no obstacle to itself. */
static void test_calls_inside(void **state)
{
    struct world *world = *state;
    load(world, "f",
         "script{ needs = { 'read', 'store' } }\n"
         "chat.filter('incoming', function(m)\n"
         "  local n = (store.get('n') or 0) + 1 store.set('n', n)\n"
         "  return { text = m.text .. n }\n"
         "end)");
    for (int i = 0; i < 40; i++) {
        say(world, "x");
    }
    until(world, "> x40\n");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_verdicts),
        TEST(test_wrong_answers_keep_the_item),
        TEST(test_registration),
        TEST(test_whispers_need_permission),
        TEST(test_order_through_five_scripts),
        TEST(test_a_slow_filter_is_passed_over),
        TEST(test_three_times_suspend),
        TEST(test_one_that_waits_is_passed_over),
        TEST(test_a_stopped_process_counts_no_overrun),
        TEST(test_a_dying_filter_lets_go),
        TEST(test_required_holds),
        TEST(test_required_outlives_its_script),
        TEST(test_unloading_is_the_way_out),
        TEST(test_unloading_alive_lets_go),
        TEST(test_reload_under_way),
        TEST(test_reload_without_the_filter_lets_go),
        TEST(test_calls_inside),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
