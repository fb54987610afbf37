/* What a plugin may do with the core: methods, events, filters, settings, calls, helpers. */
#include "core/base/limits.h"
#include "core/plugin/plugin.h"
#include "core/runtime/json.h"
#include "tests/unit/plugin/parts.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world {
    struct parts parts;
    struct mr_plugins *plugins;
    struct mr_caller *script;
    char told[1024]; /* "err text result|" of each answer */
    char why[512];
};

static int load(struct world *world)
{
    return mr_plugins_load(world->plugins, FIXTURES "/full.so", world->why, sizeof world->why);
}

static int setup(void **state)
{
    static const char *const grants[] = {"send", NULL};
    const struct mr_caller_options script = {
        .kind = MR_CALLER_SCRIPT, .name = "greeter", .grants = grants};
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    unsetenv("FULL_FAILS");
    parts_start(&world->parts);
    assert_int_equal(mr_plugins_new(&world->parts.core, &world->plugins), MR_OK);
    assert_int_equal(mr_caller_new(world->parts.core.api, &script, &world->script), MR_OK);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    mr_plugins_stop(&world->plugins);
    mr_caller_free(&world->script);
    parts_end(&world->parts);
    free(world);
    return 0;
}

static void on_answer(void *ctx, int err, const char *text, const cJSON *result)
{
    struct world *world = ctx;
    size_t len = strlen(world->told);
    char *value = result ? mr_json_print(result) : NULL;
    snprintf(world->told + len, sizeof world->told - len, "%s %s %s|", mr_error_name(err), text,
             value ? value : "");
    cJSON_free(value);
}

static void ask(struct world *world, const char *method, const char *params)
{
    cJSON *value = cJSON_Parse(params);
    assert_non_null(value);
    world->told[0] = '\0';
    mr_api_call(world->parts.core.api, world->script, method, value, on_answer, world);
    cJSON_Delete(value);
}

struct awaited {
    const struct world *world;
    const char *text;
};

static bool is_logged(void *ctx)
{
    const struct awaited *awaited = ctx;
    return strstr(awaited->world->parts.log, awaited->text) != NULL;
}

static void await(struct world *world, const char *text)
{
    struct awaited awaited = {world, text};
    parts_run(&world->parts, is_logged, &awaited);
}

static void test_methods(void **state)
{
    struct world *world = *state;
    assert_int_equal(load(world), MR_OK);
    ask(world, "full.greet", "{\"name\":\"bob\"}");
    assert_string_equal(world->told, "ok  \"greeter greets bob\"|");
    ask(world, "full.greet", "[\"bob\",1]");
    assert_string_equal(world->told, "ok  \"greeter greets bob\"|");
    ask(world, "full.greet", "{}");
    assert_non_null(strstr(world->told, "invalid full.greet: name is missing"));
    ask(world, "full.keep", "{}");
    assert_non_null(strstr(world->told, "denied full.keep needs the permission 'plugin:full'"));
    ask(world, "full.nothing", "{}");
    assert_non_null(strstr(world->told, "not_found"));
}

static void test_answer_comes_later_or_at_the_end(void **state)
{
    struct world *world = *state;
    const struct mr_caller_options user = {.kind = MR_CALLER_USER, .name = "you"};
    assert_int_equal(load(world), MR_OK);
    mr_caller_free(&world->script);
    assert_int_equal(mr_caller_new(world->parts.core.api, &user, &world->script), MR_OK);
    ask(world, "full.keep", "{}");
    assert_string_equal(world->told, "");
    ask(world, "full.done", "{}");
    /* An error that is none of the list is a mistake of the plugin. */
    assert_string_equal(world->told, "internal moonroom itself has made a mistake |ok  |");
    ask(world, "full.keep", "{}");
    mr_plugins_stop(&world->plugins);
    assert_string_equal(world->told, "canceled the plugin has ended |");
    ask(world, "full.greet", "{\"name\":\"bob\"}");
    assert_non_null(strstr(world->told, "not_found"));
}

static void test_caller_goes_first(void **state)
{
    struct world *world = *state;
    static const char *const grants[] = {"plugin:full", NULL};
    const struct mr_caller_options options = {
        .kind = MR_CALLER_SCRIPT, .name = "other", .grants = grants};
    struct mr_caller *other = NULL;
    assert_int_equal(load(world), MR_OK);
    assert_int_equal(mr_caller_new(world->parts.core.api, &options, &other), MR_OK);
    mr_api_call(world->parts.core.api, other, "full.keep", NULL, on_answer, world);
    mr_caller_free(&other);
    ask(world, "full.done", "{}");
    assert_string_equal(world->told, "ok  |");
}

static void test_table(void **state)
{
    struct world *world = *state;
    assert_null(mr_api_added(world->parts.core.api));
    assert_int_equal(load(world), MR_OK);
    cJSON *added = mr_api_added(world->parts.core.api);
    assert_int_equal(cJSON_GetArraySize(added), 6);
    assert_string_equal(mr_json_string(added, "full.greet"), "name:string n?:integer");
    cJSON_Delete(added);
    cJSON *table = mr_api_describe(world->parts.core.api);
    const cJSON *last = cJSON_GetArrayItem(table, cJSON_GetArraySize(table) - 1);
    assert_string_equal(mr_json_string(last, "name"), "full.late");
    assert_string_equal(mr_json_string(last, "plugin"), "full");
    cJSON_Delete(table);
    ask(world, "plugin.list", "{}");
    assert_non_null(strstr(world->told, "\"name\":\"full\",\"version\":\"2.0\",\"abi\":1,"));
    assert_non_null(
        strstr(world->told, "\"events\":[\"full.changed\"],\"filters\":[\"outgoing\"]"));
}

static void on_filtered(void *ctx, bool dropped, cJSON *item)
{
    struct world *world = ctx;
    snprintf(world->told, sizeof world->told, "%s",
             dropped ? "dropped" : mr_json_string(item, "text"));
    cJSON_Delete(item);
}

static void filter(struct world *world, const char *text, const char *becomes)
{
    cJSON *item = cJSON_CreateObject();
    assert_int_equal(mr_json_set_string(item, "kind", "message"), MR_OK);
    assert_int_equal(mr_json_set_string(item, "text", text), MR_OK);
    assert_int_equal(mr_filters_pass(world->parts.core.filters, MR_FILTER_OUTGOING, item, true,
                                     on_filtered, world),
                     MR_OK);
    assert_string_equal(world->told, becomes);
}

static void on_changed(void *ctx, const char *name, const cJSON *data)
{
    struct world *world = ctx;
    size_t len = strlen(world->why);
    const char *mode = mr_json_string(data, "mode");
    snprintf(world->why + len, sizeof world->why - len, "%s %d %s|", name,
             (int)mr_json_int(data, "n", 0), mode ? mode : "");
}

static void test_filter_event_and_settings(void **state)
{
    struct world *world = *state;
    struct mr_core *core = &world->parts.core;
    char why[256];
    assert_int_equal(load(world), MR_OK);
    world->why[0] = '\0';
    assert_int_equal(
        mr_hooks_listen(core->hooks, "full.changed", 0, world, on_changed, world, NULL), MR_OK);
    filter(world, "keep", "keep");
    filter(world, "drop", "dropped");
    filter(world, "nonsense", "nonsense");
    filter(world, "hello", "changed");
    assert_string_equal(world->why, "full.changed 2 slow|");
    /* What may not be goes on as it was, and the log says why. */
    filter(world, "bad", "bad");
    assert_non_null(strstr(world->parts.log, "plugin full: the filter outgoing: "));
    assert_int_equal(mr_settings_set(core->settings, "full.threads", "9", why, sizeof why),
                     MR_EINVAL);
    assert_int_equal(mr_settings_set(core->settings, "full.threads", "8", why, sizeof why), MR_OK);
    assert_int_equal(mr_settings_set(core->settings, "full.mode", "fast", why, sizeof why), MR_OK);
    filter(world, "hello", "changed");
    assert_non_null(strstr(world->why, "full.changed 8 fast|"));
    (void)mr_hooks_emit(core->hooks, MR_EVENT_BLOCK, NULL);
    assert_non_null(strstr(world->parts.log, "plugin full: heard block"));
    mr_plugins_stop(&world->plugins);
    filter(world, "hello", "hello");
    assert_false(mr_settings_has(core->settings, "full.threads"));
    assert_null(mr_hooks_declared(core->hooks, "full.changed", NULL));
}

static void test_failed_start_leaves_nothing(void **state)
{
    struct world *world = *state;
    setenv("FULL_FAILS", "1", 1);
    assert_int_equal(load(world), MR_EBUSY);
    assert_null(mr_api_added(world->parts.core.api));
    assert_false(mr_settings_has(world->parts.core.settings, "full.mode"));
    assert_true(mr_filters_idle(world->parts.core.filters, MR_FILTER_OUTGOING));
    unsetenv("FULL_FAILS");
    assert_int_equal(load(world), MR_OK);
}

static void test_calls_of_the_plugin(void **state)
{
    struct world *world = *state;
    assert_int_equal(load(world), MR_OK);
    ask(world, "full.calls", "[\"plugin.list\"]");
    assert_string_equal(world->told, "ok  0|");
    /* Not from the midst of the function that calls. */
    assert_null(strstr(world->parts.log, "called"));
    ask(world, "full.calls", "[\"chat.me\"]"); /* nobody has bound it here */
    await(world, "called -18 0 chat.me does not work here");
    assert_non_null(strstr(world->parts.log, "called 0 1 "));
    ask(world, "full.calls", "[\"event.subscribe\"]");
    assert_string_equal(world->told, "ok  -18|");
    for (int i = 0; i < MR_LIMIT_PLUGIN_CALLS; i++) {
        ask(world, "full.calls", "[\"plugin.list\"]");
        assert_string_equal(world->told, "ok  0|");
    }
    ask(world, "full.calls", "[\"plugin.list\"]");
    assert_string_equal(world->told, "ok  -3|");
    world->parts.log[0] = '\0';
    mr_plugins_stop(&world->plugins); /* none of them is made any more */
    assert_null(strstr(world->parts.log, "called"));
}

static void test_adding_is_for_the_start(void **state)
{
    struct world *world = *state;
    assert_int_equal(load(world), MR_OK);
    ask(world, "full.late", "{}");
    assert_string_equal(world->told, "ok  5|");
}

static void test_calls_that_wait_are_bounded(void **state)
{
    struct world *world = *state;
    const struct mr_caller_options user = {.kind = MR_CALLER_USER, .name = "you"};
    assert_int_equal(load(world), MR_OK);
    mr_caller_free(&world->script);
    assert_int_equal(mr_caller_new(world->parts.core.api, &user, &world->script), MR_OK);
    for (int i = 0; i < MR_LIMIT_PLUGIN_CALLS; i++) {
        ask(world, "full.keep", "{}");
        assert_string_equal(world->told, "");
    }
    ask(world, "full.keep", "{}");
    assert_string_equal(world->told, "busy the plugin full has too many calls to answer |");
}

/* Helpers ----------------------------------------------------------------------------------- */

static void ask_helper(struct world *world, const char *method)
{
    char params[512];
    snprintf(params, sizeof params, "[\"%s\",\"%s\"]", HELPER, method);
    ask(world, "full.helper", params);
    assert_string_equal(world->told, "ok  true|");
}

static void test_helper_answers_and_leaves(void **state)
{
    struct world *world = *state;
    assert_int_equal(load(world), MR_OK);
    ask_helper(world, "echo");
    await(world, "answered echo");
    await(world, "told thanks");
    ask_helper(world, "leave");
    await(world, "failed the other side has closed the connection");
    await(world, "plugin full: I leave");
    await(world, "helper ended 3 0");
    ask_helper(world, "crash");
    await(world, "helper ended -1 6");
}

static void test_helper_that_breaks_the_protocol(void **state)
{
    struct world *world = *state;
    assert_int_equal(load(world), MR_OK);
    ask_helper(world, "break");
    await(world, "its helper broke the protocol and is ended");
    await(world, "helper ended -1 9");
}

static void test_helper_ended_in_its_callback(void **state)
{
    struct world *world = *state;
    assert_int_equal(load(world), MR_OK);
    ask_helper(world, "dismiss");
    await(world, "helper is gone");
    assert_null(strstr(world->parts.log, "told late"));
    assert_null(strstr(world->parts.log, "helper ended"));
    ask_helper(world, "echo");
    await(world, "answered echo");
}

static void test_helper_at_the_end_of_the_plugin(void **state)
{
    struct world *world = *state;
    assert_int_equal(load(world), MR_OK);
    ask_helper(world, "nothing"); /* is never answered */
    mr_plugins_stop(&world->plugins);
    assert_null(strstr(world->parts.log, "failed"));
}

static void test_helper_that_is_not_there(void **state)
{
    struct world *world = *state;
    assert_int_equal(load(world), MR_OK);
    ask(world, "full.helper", "[\"/nonexistent/helper\",\"echo\"]");
    assert_string_equal(world->told, "not_found no helper |");
    ask(world, "full.helper", "[\"relative\",\"echo\"]");
    assert_string_equal(world->told, "invalid no helper |");
}

/* As many rows of each kind as there may be, and one more. */
static void test_rows_are_bounded(void **state)
{
    struct world *world = *state;
    char expected[128];
    assert_int_equal(
        mr_plugins_load(world->plugins, FIXTURES "/many.so", world->why, sizeof world->why), MR_OK);
    snprintf(expected, sizeof expected, "plugin many: %d methods, %d events, %d filters, ",
             MR_LIMIT_PLUGIN_METHODS, MR_LIMIT_PLUGIN_ROWS, MR_LIMIT_FILTERS);
    assert_non_null(strstr(world->parts.log, expected));
    snprintf(expected, sizeof expected, "%d listeners, %d subcommands, %d helpers, then limit",
             MR_LIMIT_PLUGIN_ROWS, MR_LIMIT_PLUGIN_ROWS, MR_LIMIT_PLUGIN_HELPERS);
    assert_non_null(strstr(world->parts.log, expected));
    /* The table of methods is full for others too; nothing of the second plugin stays. */
    assert_int_equal(load(world), MR_ELIMIT);
    mr_plugins_stop(&world->plugins);
    assert_null(mr_api_added(world->parts.core.api));
    assert_true(mr_filters_idle(world->parts.core.filters, MR_FILTER_NOTIFY));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_methods),
        T(test_answer_comes_later_or_at_the_end),
        T(test_caller_goes_first),
        T(test_table),
        T(test_filter_event_and_settings),
        T(test_failed_start_leaves_nothing),
        T(test_calls_of_the_plugin),
        T(test_adding_is_for_the_start),
        T(test_calls_that_wait_are_bounded),
        T(test_rows_are_bounded),
        T(test_helper_answers_and_leaves),
        T(test_helper_that_breaks_the_protocol),
        T(test_helper_ended_in_its_callback),
        T(test_helper_at_the_end_of_the_plugin),
        T(test_helper_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
