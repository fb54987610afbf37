/* Events: order, removal and registration inside callbacks, queued emissions, owners. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/runtime/hook.h"
#include "core/runtime/json.h"

struct world {
    struct mr_hooks *hooks;
    struct mr_hook *victim;
    char seen[256];
};

struct listener {
    struct world *world;
    char tag;
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    assert_int_equal(mr_hooks_new(&world->hooks), MR_OK);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    mr_hooks_free(world->hooks);
    free(world);
    return 0;
}

static void see(struct world *world, char c)
{
    size_t len = strlen(world->seen);
    assert_true(len + 1 < sizeof(world->seen));
    world->seen[len] = c;
    world->seen[len + 1] = '\0';
}

static void on_event(void *ctx, const char *name, const cJSON *data)
{
    struct listener *listener = ctx;
    assert_non_null(name);
    assert_true(mr_json_int(data, "time", 0) > 1500000000);
    see(listener->world, listener->tag);
}

static void order_is_priority_then_sequence(void **state)
{
    struct world *world = *state;
    struct listener a = {world, 'a'}, b = {world, 'b'}, c = {world, 'c'}, d = {world, 'd'};
    assert_int_equal(mr_hooks_listen(world->hooks, "message", 0, NULL, on_event, &b, NULL), MR_OK);
    assert_int_equal(mr_hooks_listen(world->hooks, "message", 5, NULL, on_event, &d, NULL), MR_OK);
    assert_int_equal(mr_hooks_listen(world->hooks, "message", 0, NULL, on_event, &c, NULL), MR_OK);
    assert_int_equal(mr_hooks_listen(world->hooks, "message", -1, NULL, on_event, &a, NULL), MR_OK);
    assert_int_equal(mr_hooks_emit(world->hooks, MR_EVENT_MESSAGE, NULL), MR_OK);
    assert_string_equal(world->seen, "abcd");
    assert_int_equal(mr_hooks_emit(world->hooks, MR_EVENT_WHISPER, NULL), MR_OK);
    assert_string_equal(world->seen, "abcd");
}

static void remove_victim(void *ctx, const char *name, const cJSON *data)
{
    struct listener *listener = ctx;
    (void)name;
    (void)data;
    see(listener->world, listener->tag);
    mr_hook_remove(&listener->world->victim);
}

static void removed_inside_is_not_called(void **state)
{
    struct world *world = *state;
    struct listener a = {world, 'a'}, b = {world, 'b'}, c = {world, 'c'};
    mr_hooks_listen(world->hooks, "message", 0, NULL, remove_victim, &a, NULL);
    mr_hooks_listen(world->hooks, "message", 0, NULL, on_event, &b, &world->victim);
    mr_hooks_listen(world->hooks, "message", 0, NULL, on_event, &c, NULL);
    mr_hooks_emit(world->hooks, MR_EVENT_MESSAGE, NULL);
    mr_hooks_emit(world->hooks, MR_EVENT_MESSAGE, NULL);
    assert_string_equal(world->seen, "acac");
    assert_null(world->victim);
}

static void removes_itself_inside(void **state)
{
    struct world *world = *state;
    struct listener a = {world, 'a'};
    mr_hooks_listen(world->hooks, "message", 0, NULL, remove_victim, &a, &world->victim);
    mr_hooks_emit(world->hooks, MR_EVENT_MESSAGE, NULL);
    mr_hooks_emit(world->hooks, MR_EVENT_MESSAGE, NULL);
    assert_string_equal(world->seen, "a");
}

static struct listener fresh;

static void add_one(void *ctx, const char *name, const cJSON *data)
{
    struct listener *listener = ctx;
    (void)data;
    see(listener->world, listener->tag);
    fresh = (struct listener){listener->world, 'n'};
    assert_int_equal(mr_hooks_listen(listener->world->hooks, name, 9, NULL, on_event, &fresh, NULL),
                     MR_OK);
}

static void added_inside_is_called_from_the_next_event_on(void **state)
{
    struct world *world = *state;
    struct listener a = {world, 'a'};
    mr_hooks_listen(world->hooks, "message", 0, NULL, add_one, &a, NULL);
    mr_hooks_emit(world->hooks, MR_EVENT_MESSAGE, NULL);
    assert_string_equal(world->seen, "a");
    mr_hooks_emit(world->hooks, MR_EVENT_MESSAGE, NULL);
    assert_string_equal(world->seen, "aan");
}

static void emit_inside(void *ctx, const char *name, const cJSON *data)
{
    struct listener *listener = ctx;
    (void)name;
    (void)data;
    see(listener->world, listener->tag);
    assert_int_equal(mr_hooks_emit(listener->world->hooks, MR_EVENT_WHISPER, NULL), MR_OK);
}

/* Everybody sees the first event before anybody sees the second. */
static void emitted_inside_waits_for_its_turn(void **state)
{
    struct world *world = *state;
    struct listener a = {world, 'a'}, b = {world, 'b'}, w = {world, 'w'};
    mr_hooks_listen(world->hooks, "message", 0, NULL, emit_inside, &a, NULL);
    mr_hooks_listen(world->hooks, "message", 0, NULL, on_event, &b, NULL);
    mr_hooks_listen(world->hooks, "whisper", 0, NULL, on_event, &w, NULL);
    mr_hooks_emit(world->hooks, MR_EVENT_MESSAGE, NULL);
    assert_string_equal(world->seen, "abw");
}

static void drop_owner(void *ctx, const char *name, const cJSON *data)
{
    struct listener *listener = ctx;
    (void)name;
    (void)data;
    see(listener->world, listener->tag);
    mr_hooks_remove_owner(listener->world->hooks, listener);
}

static void one_call_removes_all_of_an_owner(void **state)
{
    struct world *world = *state;
    struct listener owner = {world, 'o'}, other = {world, 'x'};
    mr_hooks_listen(world->hooks, "message", 0, &owner, drop_owner, &owner, NULL);
    mr_hooks_listen(world->hooks, "message", 0, &owner, on_event, &owner, NULL);
    mr_hooks_listen(world->hooks, "whisper", 0, &owner, on_event, &owner, NULL);
    mr_hooks_listen(world->hooks, "message", 0, NULL, on_event, &other, NULL);
    mr_hooks_emit(world->hooks, MR_EVENT_MESSAGE, NULL);
    mr_hooks_emit(world->hooks, MR_EVENT_WHISPER, NULL);
    mr_hooks_emit(world->hooks, MR_EVENT_MESSAGE, NULL);
    assert_string_equal(world->seen, "oxx");
}

static void check_data(void *ctx, const char *name, const cJSON *data)
{
    struct world *world = ctx;
    assert_string_equal(name, "greeter.hello");
    assert_string_equal(mr_json_string(data, "who"), "bob");
    assert_true(mr_json_int(data, "time", 0) == 42);
    see(world, 'd');
}

static void custom_events_carry_their_data(void **state)
{
    struct world *world = *state;
    assert_int_equal(
        mr_hooks_listen(world->hooks, "greeter.hello", 0, NULL, check_data, world, NULL), MR_OK);
    cJSON *data = cJSON_CreateObject();
    mr_json_set_string(data, "who", "bob");
    mr_json_set_int(data, "time", 42);
    assert_int_equal(mr_hooks_emit_named(world->hooks, "greeter.hello", data), MR_OK);
    assert_string_equal(world->seen, "d");
}

static void names_are_checked(void **state)
{
    struct world *world = *state;
    struct listener a = {world, 'a'};
    static const char *const bad[] = {"", "nothing", ".x", "x.", "Message"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(mr_hooks_listen(world->hooks, bad[i], 0, NULL, on_event, &a, NULL),
                         MR_EINVAL);
        assert_int_equal(mr_hooks_emit_named(world->hooks, bad[i], cJSON_CreateObject()),
                         MR_EINVAL);
    }
    /* The core's own events cannot be forged under their name. */
    assert_int_equal(mr_hooks_emit_named(world->hooks, "message", NULL), MR_EINVAL);
    assert_int_equal(mr_hooks_emit_named(world->hooks, "mine.found", NULL), MR_EINVAL);
    assert_int_equal(mr_hooks_emit(world->hooks, MR_EVENT_COUNT, cJSON_CreateObject()), MR_EINVAL);
}

static void flood(void *ctx, const char *name, const cJSON *data)
{
    struct world *world = ctx;
    (void)name;
    (void)data;
    int err = MR_OK;
    for (int i = 0; i < 100000 && err == MR_OK; i++)
        err = mr_hooks_emit(world->hooks, MR_EVENT_WHISPER, NULL);
    assert_int_equal(err, MR_ELIMIT);
}

static void the_queue_has_a_maximum(void **state)
{
    struct world *world = *state;
    mr_hooks_listen(world->hooks, "message", 0, NULL, flood, world, NULL);
    assert_int_equal(mr_hooks_emit(world->hooks, MR_EVENT_MESSAGE, NULL), MR_OK);
}

static void the_rows_are_complete(void **state)
{
    (void)state;
    for (int i = 0; i < MR_EVENT_COUNT; i++) {
        enum mr_event event = (enum mr_event)i;
        assert_int_equal(mr_event_find(mr_event_name(event)), i);
        assert_non_null(mr_event_permission(event));
        assert_non_null(mr_event_fields(event));
        assert_true(strlen(mr_event_help(event)) > 0);
    }
    assert_null(mr_event_name(MR_EVENT_COUNT));
    assert_int_equal(mr_event_find("no such event"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(order_is_priority_then_sequence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(removed_inside_is_not_called, set_up, tear_down),
        cmocka_unit_test_setup_teardown(removes_itself_inside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(added_inside_is_called_from_the_next_event_on, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(emitted_inside_waits_for_its_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_call_removes_all_of_an_owner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(custom_events_carry_their_data, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_are_checked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_queue_has_a_maximum, set_up, tear_down),
        cmocka_unit_test(the_rows_are_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
