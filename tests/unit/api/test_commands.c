/* The command table: running, refusing, waiting for the commands script, completion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/api/command.h"
#include "core/base/limits.h"
#include "core/runtime/json.h"

struct fixture {
    struct mr_loop *loop;
    struct mr_commands *commands;
    char ran[256]; /* what ran, in order */
    int told;
    int err;
    char text[640];
};

static void run(void *ctx, const cJSON *args, const char *chat)
{
    struct fixture *f = ctx;
    size_t len = strlen(f->ran);
    snprintf(f->ran + len, sizeof f->ran - len, "[%s|%s]", chat, mr_json_string(args, "_rest"));
}

static void told(void *ctx, int err, const char *text)
{
    struct fixture *f = ctx;
    f->told++;
    f->err = err;
    snprintf(f->text, sizeof f->text, "%s", text);
}

static struct mr_command *add(struct fixture *f, const char *name, const char *args, int expected)
{
    static const char *const aliases[] = {"msg", NULL};
    char why[256];
    struct mr_command *command = NULL;
    const struct mr_command_spec spec = {.name = name,
                                         .args = args,
                                         .help = "Help.",
                                         .aliases = strcmp(name, "w") == 0 ? aliases : NULL,
                                         .owner = "test"};
    assert_int_equal(mr_commands_add(f->commands, &spec, run, f, &command, why, sizeof why),
                     expected);
    return command;
}

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){0};
    *state = &f;
    assert_int_equal(mr_loop_new(&f.loop), MR_OK);
    assert_int_equal(mr_commands_new(f.loop, &f.commands), MR_OK);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    mr_commands_free(f->commands);
    mr_loop_free(f->loop);
    return 0;
}

static void type(struct fixture *f, const char *line)
{
    mr_commands_run(f->commands, line, "Lobby", told, f);
}

static void test_run(void **state)
{
    struct fixture *f = *state;
    add(f, "w", "<user:user> <text:text>", MR_OK);
    add(f, "who", "", MR_OK);
    type(f, "/w bob hi there");
    type(f, "/msg  al x");
    type(f, "/who");
    assert_string_equal(f->ran, "[Lobby|bob hi there][Lobby|al x][Lobby|]");
    assert_int_equal(f->told, 3);
    type(f, "/w bob");
    assert_int_equal(f->err, MR_EINVAL);
    assert_string_equal(f->text, "/w: text is missing. Usage: /w <user> <text>");
}

static void test_unknown(void **state)
{
    struct fixture *f = *state;
    add(f, "leaderboard", "", MR_OK);
    add(f, "w", "", MR_OK);
    type(f, "/leaderbord");
    assert_int_equal(f->err, MR_ENOTFOUND);
    assert_string_equal(f->text, "There is no command /leaderbord. Did you mean /leaderboard? "
                                 "Nothing was sent.");
    type(f, "/zzz");
    assert_string_equal(f->text,
                        "There is no command /zzz. /help lists the commands. Nothing was sent.");
    type(f, "/");
    assert_int_equal(f->err, MR_ENOTFOUND);
    type(f, "/ leaderboard");
    assert_int_equal(f->err, MR_ENOTFOUND);
    type(f, "//");
    assert_int_equal(f->err, MR_ENOTFOUND);
    assert_string_equal(f->ran, "");
}

static void test_names(void **state)
{
    struct fixture *f = *state;
    struct mr_command *w = add(f, "w", "", MR_OK);
    assert_null(add(f, "w", "", MR_EEXISTS));
    assert_null(add(f, "msg", "", MR_EEXISTS));
    assert_null(add(f, "W", "", MR_EINVAL));
    assert_null(add(f, "", "", MR_EINVAL));
    assert_null(add(f, "1a", "", MR_EINVAL));
    assert_null(add(f, "a b", "", MR_EINVAL));
    assert_null(add(f, "bad-spec", "user", MR_EINVAL));
    assert_null(add(f, "a123456789012345678901234567890123", "", MR_EINVAL));
    mr_command_remove(&w);
    assert_null(w);
    assert_non_null(add(f, "msg", "", MR_OK));
}

static void stop(void *ctx)
{
    mr_loop_stop(ctx);
}

static void run_loop(struct fixture *f, uint64_t ms)
{
    struct mr_timer *timer = NULL;
    assert_int_equal(mr_timer_start(f->loop, ms, 0, stop, f->loop, &timer), MR_OK);
    assert_int_equal(mr_loop_run(f->loop), MR_OK);
    mr_timer_stop(&timer);
}

/* Lines typed before the commands are there keep their order, and none is called unknown too early.
 */
static void test_early_lines(void **state)
{
    struct fixture *f = *state;
    mr_commands_hold(f->commands);
    type(f, "/b 1");
    add(f, "a", "[x]", MR_OK);
    type(f, "/a 2");
    assert_string_equal(f->ran, "");
    add(f, "b", "[x]", MR_OK);
    run_loop(f, 120);
    assert_string_equal(f->ran, "[Lobby|1][Lobby|2]");
    type(f, "/c");
    assert_int_equal(f->told, 2);
    mr_commands_release(f->commands);
    assert_int_equal(f->told, 3);
    assert_int_equal(f->err, MR_ENOTFOUND);
}

static void test_early_lines_are_bounded(void **state)
{
    struct fixture *f = *state;
    mr_commands_hold(f->commands);
    for (int i = 0; i < MR_LIMIT_EARLY_COMMANDS; i++) {
        type(f, "/never");
    }
    assert_int_equal(f->told, 0);
    type(f, "/never");
    assert_int_equal(f->told, 1);
    assert_int_equal(f->err, MR_EBUSY);
    mr_commands_release(f->commands);
    assert_int_equal(f->told, MR_LIMIT_EARLY_COMMANDS + 1);
}

static void test_early_line_is_given_up(void **state)
{
    struct fixture *f = *state;
    mr_commands_hold(f->commands);
    type(f, "/never");
    run_loop(f, MR_LIMIT_EARLY_COMMAND_TIME + 300);
    assert_int_equal(f->told, 1);
    assert_int_equal(f->err, MR_ENOTFOUND);
}

static void place(struct fixture *f, const char *line, const char *kind, size_t start)
{
    struct mr_completion_place got;
    mr_commands_place(f->commands, line, &got);
    assert_string_equal(got.type, kind);
    assert_int_equal(got.start, start);
}

static void test_places(void **state)
{
    struct fixture *f = *state;
    add(f, "set", "[name:setting] [value:value]", MR_OK);
    add(f, "log", "[state:on|off]", MR_OK);
    place(f, "", "", 0);
    place(f, "hello", "", 5);
    place(f, "/", "command", 1);
    place(f, "/se", "command", 1);
    place(f, "/set ", "setting", 5);
    place(f, "/set co", "setting", 5);
    place(f, "/set color ", "value", 11);
    place(f, "/set color a", "value", 11);
    place(f, "/set color auto x", "", 17);
    place(f, "/log o", "on|off", 5);
    place(f, "/set \"two wo", "setting", 5);
    place(f, "/nothing x", "", 10);
    struct mr_completion_place got;
    mr_commands_place(f->commands, "/set color au", &got);
    assert_string_equal(got.previous, "color");
}

static void test_list(void **state)
{
    struct fixture *f = *state;
    add(f, "w", "<user:user> <text:text>", MR_OK);
    add(f, "active", "", MR_OK);
    cJSON *list = mr_commands_list(f->commands);
    char *text = mr_json_print(list);
    assert_string_equal(text, "[{\"aliases\":[],\"name\":\"active\",\"usage\":\"/active\","
                              "\"help\":\"Help.\",\"owner\":\"test\"},"
                              "{\"aliases\":[\"msg\"],\"name\":\"w\",\"usage\":\"/w <user> "
                              "<text>\",\"help\":\"Help.\",\"owner\":\"test\"}]");
    cJSON_free(text);
    cJSON_Delete(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_run, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_early_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_early_lines_are_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_early_line_is_given_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_places, setup, teardown),
        cmocka_unit_test_setup_teardown(test_list, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
