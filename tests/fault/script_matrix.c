/* script_matrix CALLBACK: everything a script may do to itself and others, in one kind of callback.
 *
 * Without an argument it prints the names of the callbacks, one a line. */
#include <moonroom/errors.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/runtime/json.h"
#include "tests/unit/script/harness.h"

/* `handle` is that of the callback, where it has one. */
static const char *const actions[] = {
    "script.unload('a')",
    "script.unload('b')",
    "script.reload('a')",
    "script.reload('b')",
    "script.load('b')",
    "if handle then handle:remove() end",
    "chat.on('message', function() end) timer.after(0, function() end)",
    "command{ name = 'late', run = print }",
    "chat.emit('a.own', {})",
    "error('on purpose')",
    "task.sleep(0.01)",
    "coroutine.yield()",
    "client.logout()",
    "chat.say('x')",
    "ui.confirm('?')",
    "settings.set('a.s', 'new') settings.set('color', 'off')",
    "task.spawn(function() task.sleep(0) error('later') end)",
    "local s = ('x'):rep(1e9)",
};

static const struct {
    const char *name;
    const char *source; /* ACTION is replaced */
    const char *event;  /* sent when it is up; NULL: none */
} callbacks[] = {
    {"event", "handle = chat.on('block', function() ACTION end)", "block"},
    {"own event",
     "chat.on('block', function() chat.emit('a.x') end)\n"
     "handle = chat.on('a.x', function() ACTION end)",
     "block"},
    {"command", "handle = command{ name = 'go', run = function() ACTION end }", NULL},
    {"timer", "handle = timer.after(0, function() ACTION end)", NULL},
    {"every", "handle = timer.every(0.01, function() ACTION end)", NULL},
    {"setting",
     "handle = settings.on_change('s', function() ACTION end)\n"
     "chat.on('block', function() settings.set('s', 'other') end)",
     "block"},
    {"task", "chat.on('block', function() task.spawn(function() task.sleep(0) ACTION end) end)",
     "block"},
    {"load", "ACTION", NULL},
    {"module", "require('part')", NULL},
    {"save", "script.on_save(function() ACTION end)", "reload"},
    {"restore",
     "script.on_save(function() return 1 end)\n"
     "script.on_restore(function() ACTION end)",
     "reload"},
    {"unload", "script.on_unload(function() ACTION end)", "unload"},
    {"script event", "handle = chat.on('script_ended', function() ACTION end)", "end b"},
};

static void write_scripts(struct harness *h, size_t callback, const char *action)
{
    char source[2048];
    const char *at = strstr(callbacks[callback].source, "ACTION");
    size_t before =
        at ? (size_t)(at - callbacks[callback].source) : strlen(callbacks[callback].source);
    snprintf(source, sizeof source,
             "script{ name = 'a', needs = { 'client', 'send', 'raw' }, settings = { s = { type = "
             "'string', default = 'old' } } }\nlocal handle\n%.*s%s%s",
             (int)before, callbacks[callback].source, at ? action : "",
             at ? at + strlen("ACTION") : "");
    harness_script(h, "a/init.lua", source);
    harness_script(h, "a/part.lua", action);
    harness_script(h, "b.lua",
                   "chat.on('a.own', function() end) command{ name = 'b', run = print }");
}

static void ignore(void *ctx, int err, const char *text, const cJSON *result)
{
    (void)ctx;
    (void)err;
    (void)text;
    (void)result;
}

static void ask(struct harness *h, const char *method, const char *name)
{
    cJSON *params = cJSON_CreateObject();
    mr_json_set_string(params, "name", name);
    mr_api_call(h->core.api, h->core.user, method, params, ignore, NULL);
    cJSON_Delete(params);
}

static void set_off(struct harness *h, size_t callback)
{
    const char *event = callbacks[callback].event;
    if (!event) {
        harness_type(h, "/go");
    } else if (strcmp(event, "block") == 0) {
        harness_emit(h, "block", "{}");
    } else if (strcmp(event, "end b") == 0) {
        ask(h, "script.unload", "b");
    } else {
        ask(h, strcmp(event, "reload") == 0 ? "script.reload" : "script.unload", "a");
    }
}

/* Nothing is asserted of a cell but that the core goes on and lets a script be loaded afterwards.
 */
static void run_cell(size_t callback, const char *action)
{
    struct harness h;
    harness_start(&h);
    h.reply = HARNESS_YES;
    write_scripts(&h, callback, action);
    harness_load(&h, "b");
    harness_load(&h, "a");
    harness_run(&h, 20);
    set_off(&h, callback);
    harness_run(&h, 20);
    harness_script(&h, "c.lua", "print('c is up')");
    harness_load(&h, "c");
    harness_until(&h, "c| c is up");
    harness_stop(&h);
}

static size_t chosen;

static void row(void **state)
{
    (void)state;
    for (size_t a = 0; a < sizeof actions / sizeof actions[0]; a++) {
        run_cell(chosen, actions[a]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(row)};
    for (size_t c = 0; c < sizeof callbacks / sizeof callbacks[0]; c++) {
        if (argc < 2) {
            puts(callbacks[c].name);
        } else if (strcmp(argv[1], callbacks[c].name) == 0) {
            chosen = c;
            return cmocka_run_group_tests(tests, NULL, NULL);
        }
    }
    return argc < 2 ? 0 : 2;
}
