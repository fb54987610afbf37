/* Who may do what: every row of the tables without and with its permission, and what happens when a
 * permission is taken from a script that runs. */
#include <moonroom/errors.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/api/permission.h"
#include "tests/unit/script/harness.h"

struct row {
    const char *name, *permission;
};

static const struct row methods[] = {
#define MR_METHOD(name, permission, parameters, returns, help) {name, permission},
#include <moonroom/methods.def>
#undef MR_METHOD
};

static const struct row events[] = {
#define MR_EVENT(id, name, permission, fields, help) {name, permission},
#include <moonroom/events.def>
#undef MR_EVENT
};

static const struct row filters[] = {
#define MR_FILTER(id, name, permission, fields, changes, help) {name, permission},
#include <moonroom/filters.def>
#undef MR_FILTER
};

enum {
    METHODS = sizeof methods / sizeof methods[0],
    EVENTS = sizeof events / sizeof events[0],
    FILTERS = sizeof filters / sizeof filters[0],
    SOURCE = 16384
};

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

/* Methods ------------------------------------------------------------------------------------ */

/* What is needed of a family follows from the parameters, which must be right then. */
static const struct {
    const char *method, *params, *permission;
} families[] = {
    {"process.run", "{\"argv\":[\"true\"]}", "process:true"},
    {"http.get", "{\"url\":\"http://127.0.0.1:1/\"}", "http:127.0.0.1"},
    {"http.post", "{\"url\":\"http://127.0.0.1:1/\"}", "http:127.0.0.1"},
};

struct outcome {
    bool done;
    int err;
    char text[512];
};

static void on_done(void *ctx, int err, const char *text, const cJSON *result)
{
    struct outcome *outcome = ctx;
    (void)result;
    outcome->done = true;
    outcome->err = err;
    snprintf(outcome->text, sizeof outcome->text, "%s", text);
}

/* Calls as a script that holds this one permission (NULL: none). Parameters that no method has end
 * the call behind the look at permissions and before it does anything. */
static int call_with(struct harness *h, const char *method, const char *permission,
                     const char *params, char text[512])
{
    const char *const grants[] = {permission, NULL};
    const struct mr_caller_options options = {
        .kind = MR_CALLER_SCRIPT, .name = "bare", .grants = grants};
    struct mr_caller *caller;
    struct outcome outcome = {.done = false};
    cJSON *json = cJSON_Parse(params);
    assert_non_null(json);
    assert_int_equal(mr_caller_new(h->core.api, &options, &caller), MR_OK);
    mr_api_call(h->core.api, caller, method, json, on_done, &outcome);
    for (int i = 0; !outcome.done && i < 2000; i++) {
        harness_run(h, 5);
    }
    assert_true(outcome.done);
    mr_caller_free(&caller);
    cJSON_Delete(json);
    snprintf(text, 512, "%s", outcome.text);
    return outcome.err;
}

static void check_method(struct harness *h, const struct row *row)
{
    const char *params = "{\"no such parameter\":1}", *permission = row->permission;
    char text[512], quoted[MR_PERMISSION_MAX + 3];
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (strcmp(families[i].method, row->name) == 0) {
            params = families[i].params;
            permission = families[i].permission;
        }
    }
    assert_int_equal(mr_permission_check(permission, text, sizeof text), MR_OK);
    snprintf(quoted, sizeof quoted, "'%s'", permission);
    if (call_with(h, row->name, NULL, params, text) != MR_EDENIED || !strstr(text, quoted) ||
        !strstr(text, "manifest")) {
        fail_msg("%s without %s: %s", row->name, permission, text);
    }
    if (call_with(h, row->name, permission, params, text) == MR_EDENIED) {
        fail_msg("%s with %s: %s", row->name, permission, text);
    }
}

static void test_every_method(void **state)
{
    size_t checked = 0;
    for (size_t i = 0; i < METHODS; i++) {
        if (*methods[i].permission) {
            check_method(*state, &methods[i]);
            checked++;
        }
    }
    assert_true(checked > 20);
}

/* Events and filters, asked for by a script ---------------------------------------------------- */

static void append(char *source, const char *format, const char *name)
{
    size_t len = strlen(source);
    int put = snprintf(source + len, SOURCE - len, format, name);
    assert_true(put > 0 && (size_t)put < SOURCE - len);
}

static void add_rows(char *source, const struct row *rows, size_t count, const char *format)
{
    for (size_t i = 0; i < count; i++) {
        if (*rows[i].permission) {
            append(source, format, rows[i].name);
        }
    }
}

static void check_rows(struct harness *h, const struct row *rows, size_t count, bool granted)
{
    char expected[128];
    for (size_t i = 0; i < count; i++) {
        if (*rows[i].permission) {
            snprintf(expected, sizeof expected, granted ? "%s: true" : "%s: false needs '%s'",
                     rows[i].name, rows[i].permission);
            if (!harness_has(h, expected)) {
                fail_msg("'%s' is not there: %s", expected, mr_buf_str(&h->printed));
            }
        }
    }
}

static void test_every_event_and_filter(void **state)
{
    struct harness *h = *state;
    static char source[SOURCE];
    for (int granted = 0; granted < 2; granted++) {
        snprintf(source, sizeof source, "script{ needs = {");
        for (size_t i = 0; granted && mr_permission_row(i); i++) {
            if (!mr_permission_is_family(mr_permission_row(i))) {
                append(source, " '%s',", mr_permission_row(i));
            }
        }
        append(source,
               "} }\nlocal function try(name, fn, ...)\n"
               "  local ok, why = pcall(fn, name, ...)\n"
               "  print(name .. ': ' .. tostring(ok), not ok and 'needs ' ..\n"
               "    why:match(\"permission ('.-')\") or '')\nend\n%s",
               "");
        add_rows(source, events, EVENTS, "try('%s', chat.on, print)\n");
        add_rows(source, filters, FILTERS, "try('%s', chat.filter, print)\n");
        harness_script(h, granted ? "all.lua" : "none.lua", source);
        harness_load(h, granted ? "all" : "none");
        harness_until(h, granted ? "script_loaded all" : "script_loaded none");
        for (size_t at = 0; at < mr_buf_len(&h->printed); at++) {
            /* print puts a tab between */
            char *c = (char *)(uintptr_t)mr_buf_str(&h->printed) + at;
            *c = *c == '\t' ? ' ' : *c;
        }
        check_rows(h, events, EVENTS, granted);
        check_rows(h, filters, FILTERS, granted);
        harness_forget(h);
    }
}

/* No permission without a use, no use without a permission. */
static void test_every_permission_is_used(void **state)
{
    (void)state;
    const struct row *const tables[] = {methods, events, filters};
    const size_t counts[] = {METHODS, EVENTS, FILTERS};
    for (size_t i = 0; mr_permission_row(i); i++) {
        size_t uses = 0;
        for (size_t table = 0; table < 3; table++) {
            for (size_t row = 0; row < counts[table]; row++) {
                uses += strcmp(tables[table][row].permission, mr_permission_row(i)) == 0;
            }
        }
        /* Those come with plugins. */
        if (uses == 0 && strcmp(mr_permission_row(i), "plugin:NAME") != 0) {
            fail_msg("%s is needed for nothing", mr_permission_row(i));
        }
    }
}

/* Taken while it runs -------------------------------------------------------------------------- */

static void test_taken_at_once(void **state)
{
    struct harness *h = *state;
    h->reply = HARNESS_YES;
    harness_script(h, "bot.lua",
                   "script{ needs = { 'read:whisper', 'filter:display', 'raw' } }\n"
                   "chat.on('whisper', function(w) print('heard ' .. w.text) end)\n"
                   "chat.on('message', function(m) print('still ' .. m.text) end)\n"
                   "chat.on('login', function()\n"
                   "  local w, err = chat.wait('whisper', { match = { text = 'never' } })\n"
                   "  print('waited', w, err.code, err.message) end)\n"
                   "chat.filter('display', { required = true }, function() end)\n"
                   "chat.on('block', function()\n"
                   "  local ok, err = chat.raw('x') print(err.code .. ': ' .. err.message) end)");
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"bot\"}"), "\"bot\"");
    harness_emit(h, "login", "{}");
    harness_emit(h, "whisper", "{\"text\":\"one\"}");
    harness_emit(h, "block", "{}");
    harness_until(h, "bot| heard one");
    harness_until(h, "bot| offline: ");
    harness_type(h, "/script revoke bot read:whisper");
    harness_until(h, "bot no longer has read:whisper.");
    harness_until(h, "bot| waited\tnil\tdenied\tthe event needs the permission 'read:whisper'");
    harness_type(h, "/script revoke bot raw");
    harness_type(h, "/script revoke bot filter:display");
    harness_emit(h, "whisper", "{\"text\":\"two\"}");
    harness_emit(h, "block", "{}");
    harness_emit(h, "message", "{\"text\":\"here\"}");
    harness_until(h, "bot| still here");
    harness_until(h, "bot| denied: chat.raw needs the permission 'raw'; it was taken back: /script "
                     "grant bot raw gives it again");
    assert_false(harness_has(h, "heard two"));
    const char *info = harness_call(h, "script.info", "{\"name\":\"bot\"}");
    assert_non_null(strstr(info, "\"filters\":[]"));
    assert_null(strstr(info, "whisper\",\"message"));
    /* It stays so when it is loaded again, without a question, and it goes on with the rest. */
    harness_forget(h);
    int questions = h->questions;
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"bot\"}"), "true");
    harness_until(h, "It goes without read:whisper,filter:display,raw; /script grant bot");
    harness_until(h, "registration");
    harness_emit(h, "login", "{}");
    harness_until(h, "bot| waited\tnil\tdenied\tthe event whisper needs");
    assert_int_equal(h->questions, questions);
    harness_type(h, "/script grant bot");
    harness_until(h, "bot has all that it asks for.");
    harness_forget(h);
    assert_string_equal(harness_call(h, "script.reload", "{\"name\":\"bot\"}"), "true");
    harness_emit(h, "whisper", "{\"text\":\"three\"}");
    harness_until(h, "bot| heard three");
    assert_false(harness_has(h, "goes without"));
}

/* An event of a plugin's has a permission as well. */
static void test_taken_for_events_of_plugins(void **state)
{
    struct harness *h = *state;
    static const struct mr_event_row row = {"deck.dealt", "shop", "card:string", "A card."};
    h->reply = HARNESS_YES;
    assert_int_equal(mr_hooks_declare(h->core.hooks, &row, h), MR_OK);
    harness_script(h, "bot.lua",
                   "script{ needs = { 'shop' } }\n"
                   "chat.on('deck.dealt', function(e) print('dealt ' .. e.card) end)\n"
                   "chat.on('message', function(m) print('still ' .. m.text) end)");
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"bot\"}"), "\"bot\"");
    assert_int_equal(
        mr_hooks_emit_named(h->core.hooks, "deck.dealt", cJSON_Parse("{\"card\":\"one\"}")), MR_OK);
    harness_until(h, "bot| dealt one");
    harness_type(h, "/script revoke bot shop");
    harness_until(h, "bot no longer has shop.");
    assert_int_equal(
        mr_hooks_emit_named(h->core.hooks, "deck.dealt", cJSON_Parse("{\"card\":\"two\"}")), MR_OK);
    harness_emit(h, "message", "{\"text\":\"here\"}");
    harness_until(h, "bot| still here");
    assert_false(harness_has(h, "dealt two"));
    mr_hooks_undeclare(h->core.hooks, h);
}

/* Who may run commands does not come by that to what was not granted: by another script's process,
 * by what was taken back, or by texts that are changed. */
static void test_lines_for_the_user_alone(void **state)
{
    static const char *const lines[] = {
        "/lua print(1)",        "/LUA print(1)",           "/lua bot print(1)",
        "/script grant bot",    "/script  grant bot shop", "/Script install /tmp/x.lua",
        "/script remove other", "/script edit other",      "/script new other",
        "/script revoke other", "/script \"grant\" bot",
    };
    struct harness *h = *state;
    char text[512];
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        cJSON *json = cJSON_CreateObject();
        cJSON_AddStringToObject(json, "line", lines[i]);
        char *params = cJSON_PrintUnformatted(json);
        assert_int_equal(call_with(h, "command.run", "client", params, text), MR_EDENIED);
        assert_non_null(strstr(text, "for the user alone"));
        cJSON_free(params);
        cJSON_Delete(json);
    }
    harness_script(h, "bot.lua", "print('up')");
    assert_int_equal(call_with(h, "command.run", "client", "{\"line\":\"/script load bot\"}", text),
                     MR_OK);
    harness_until(h, "bot| up");
    assert_int_equal(call_with(h, "command.run", "client", "{\"line\":\"/script\"}", text), MR_OK);
}

static void test_offset_out_of_bounds(void **state)
{
    char text[512];
    assert_int_equal(
        call_with(*state, "fs.read", "fs:data", "{\"name\":\"x\",\"offset\":-1}", text), MR_EINVAL);
    assert_string_equal(text, "offset is 0 or more");
}

static void test_grants_are_shown(void **state)
{
    struct harness *h = *state;
    h->reply = HARNESS_YES;
    harness_script(h, "bot.lua", "script{ needs = { 'send', 'raw' } }");
    harness_script(h, "plain.lua", "print(1)");
    harness_script(h, "shipped/commands/init.lua", "script{ needs = { 'client' } }");
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"bot\"}"), "\"bot\"");
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"plain\"}"), "\"plain\"");
    assert_string_equal(harness_call(h, "script.load", "{\"name\":\"commands\"}"), "\"commands\"");
    harness_type(h, "/script revoke bot raw");
    harness_type(h, "/script grants");
    harness_until(h, "[\"bot\",\"send\",\"raw\",\"yours\"]");
    assert_true(harness_has(h, "[\"plain\",\"send whisper mine\",\"\",\"yours\"]"));
    assert_true(harness_has(h, "[\"commands\",\"client\",\"\",\"shipped\"]"));
    harness_type(h, "/script grants bot");
    harness_until(h, "[[\"send\",\"yes\",\"speak in the room as you\"],[\"raw\",\"no\",\"send "
                     "anything to the room as you, unchecked\"]]");
    /* Of one that is not loaded the record tells; it can be changed all the same. */
    harness_call(h, "script.unload", "{\"name\":\"bot\"}");
    harness_forget(h);
    harness_type(h, "/script grant bot raw");
    harness_until(h, "bot has raw again.");
    harness_type(h, "/script revoke bot");
    harness_until(h, "bot no longer has any permission.");
    harness_type(h, "/script revoke bot shop");
    harness_until(h, "bot does not ask for shop");
    harness_type(h, "/script revoke nobody");
    harness_until(h, "Nothing is known of a script called nobody");
    harness_type(h, "/script revoke commands client");
    harness_until(h, "keep what they need");
}

/* `moonroom run`: who types it has chosen, but not that programs are run. */
static void test_run_wants_some_listed(void **state)
{
    struct harness *h = *state;
    char why[256];
    assert_int_equal(mr_scripts_list_grants(h->scripts, "acount", why, sizeof why), MR_EINVAL);
    assert_non_null(strstr(why, "do you mean 'account'?"));
    harness_script(h, "run.lua",
                   "script{ needs = { 'raw', 'account', 'process:true' } }\n"
                   "print(select(2, account.delete('x')).message)\n"
                   "print(select(2, chat.raw('x')).code)");
    harness_load(h, "run");
    harness_until(h, "run| It goes without account,process:true; --grant account,process:true");
    harness_until(h, "needs the permission 'account'; start moonroom with --grant account");
    harness_until(h, "run| offline");
    harness_call(h, "script.unload", "{\"name\":\"run\"}");
    harness_forget(h);
    assert_int_equal(mr_scripts_list_grants(h->scripts, "process:true, account", why, sizeof why),
                     MR_OK);
    harness_load(h, "run");
    harness_until(h, "run| offline");
    assert_false(harness_has(h, "--grant"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_every_method),
        TEST(test_every_event_and_filter),
        cmocka_unit_test(test_every_permission_is_used),
        TEST(test_taken_at_once),
        TEST(test_taken_for_events_of_plugins),
        TEST(test_lines_for_the_user_alone),
        TEST(test_offset_out_of_bounds),
        TEST(test_grants_are_shown),
        TEST(test_run_wants_some_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
