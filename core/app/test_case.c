/* One test: a client is made, the test file and its script are loaded, the test runs. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/test.h"
#include "core/runtime/json.h"

/* A test has 10 s of its own processor time, and a minute of everybody's. */
enum { WHY = 4096, TEST_CPU_MS = 10000, LIMIT_MS = 60000, DAY_MS = 24 * 3600 * 1000 };

struct test_case {
    struct mr_test_world world;
    const struct mr_test_place *place;
    size_t index;
    const char *filter;
    size_t count;
    struct mr_test_result *result;
    struct mr_timer *limit;
    bool running, over;
};

static void end(struct test_case *test, bool ok, const char *text)
{
    if (!test->over) {
        test->over = true;
        test->result->ok = ok;
        snprintf(test->result->text, sizeof test->result->text, "%s", text);
    }
    mr_loop_stop(test->world.core.loop);
}

static void end_by(struct test_case *test, const char *what, int err, const char *text)
{
    char line[WHY];
    snprintf(line, sizeof line, "%s: %s", what, *text ? text : mr_error_text(err));
    end(test, false, line);
}

static void took_too_long(void *ctx)
{
    struct test_case *test = ctx;
    mr_timer_stop(&test->limit);
    end(test, false, "the test took longer than a minute of real time");
}

/* Running ----------------------------------------------------------------------------------------
 */

/* Nothing moves, and the test has not asked for anything: it waits for time to pass itself. */
static void on_idle(void *ctx)
{
    struct test_case *test = ctx;
    struct mr_test_world *world = &test->world;
    if (!test->running || world->call || test->over) {
        return;
    }
    if (mr_test_next_timer(world, mr_loop_now_ms(world->core.loop) + DAY_MS)) {
        mr_test_world_settle(world, on_idle, test);
    } else {
        end(test, false, "the test waits for something that never comes");
    }
}

static void on_answered(void *ctx)
{
    struct test_case *test = ctx;
    if (test->running) {
        mr_test_world_settle(&test->world, on_idle, test);
    }
}

static void on_run(void *ctx, int err, const char *text, const cJSON *result)
{
    struct test_case *test = ctx;
    test->running = false;
    if (err < 0) {
        /* Its process has ended; what the user was told says why. */
        const cJSON *shown = test->world.shown;
        int last = cJSON_GetArraySize(shown) - 1;
        const char *why = last >= 0 ? cJSON_GetStringValue(cJSON_GetArrayItem(shown, last)) : NULL;
        end_by(test, "the test file", err, why ? why : text);
        return;
    }
    const char *reason = mr_json_string(result, "text");
    end(test, cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result, "ok")), reason ? reason : "");
}

static void run(void *ctx)
{
    struct test_case *test = ctx;
    cJSON *params = cJSON_CreateObject();
    int err = params ? mr_json_set_int(params, "index", (int64_t)test->index + 1) : MR_ENOMEM;
    test->running = true;
    if (err == MR_OK) {
        err =
            mr_scripts_ask_test(test->world.scripts, "test.run", params, TEST_CPU_MS, on_run, test);
    }
    cJSON_Delete(params);
    if (err < 0) {
        test->running = false;
        end_by(test, "the test file", err, "");
    } else {
        on_answered(test);
    }
}

/* Before it --------------------------------------------------------------------------------------
 */

static void on_script(void *ctx, int err, const char *text, const cJSON *result)
{
    struct test_case *test = ctx;
    (void)result;
    if (err < 0) {
        end_by(test, test->place->script, err, text);
    } else {
        mr_test_world_settle(&test->world, run, test);
    }
}

static void load_script(struct test_case *test)
{
    char why[WHY] = "";
    int err = mr_scripts_load_for_test(test->world.scripts, test->place->script, false, on_script,
                                       test, why, sizeof why);
    if (err == MR_EEXISTS) {
        run(test); /* the commands are there in any case */
    } else if (err < 0) {
        end_by(test, test->place->script, err, why);
    }
}

static void on_list(void *ctx, int err, const char *text, const cJSON *result)
{
    struct test_case *test = ctx;
    const cJSON *names = cJSON_GetObjectItemCaseSensitive(result, "names");
    const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(names, (int)test->index));
    if (err < 0) {
        end_by(test, "the test file", err, text);
        return;
    }
    test->count = (size_t)cJSON_GetArraySize(names);
    if (!name) {
        end(test, false,
            "there is no test in this file: it(\"does something\", function() ... end)");
        return;
    }
    if (test->filter && !strstr(name, test->filter)) {
        end(test, true, "");
        return;
    }
    snprintf(test->result->name, sizeof test->result->name, "%s", name);
    /* How we came in is nothing that the script did. */
    cJSON_Delete(test->world.shown);
    test->world.shown = cJSON_CreateArray();
    if (test->place->script && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result, "loads"))) {
        load_script(test);
    } else {
        run(test);
    }
}

static void on_file(void *ctx, int err, const char *text, const cJSON *result)
{
    struct test_case *test = ctx;
    (void)result;
    if (err == MR_OK) {
        err =
            mr_scripts_ask_test(test->world.scripts, "test.list", NULL, TEST_CPU_MS, on_list, test);
        text = "";
    }
    if (err < 0) {
        end_by(test, "the test file does not load", err, text);
    }
}

static void load_file(void *ctx)
{
    struct test_case *test = ctx;
    char why[WHY] = "";
    if (mr_session_state(test->world.core.session) != MR_SESSION_ONLINE) {
        end(test, false, "the room of the test was not entered");
        return;
    }
    int err = mr_scripts_load_for_test(test->world.scripts, test->place->file, true, on_file, test,
                                       why, sizeof why);
    if (err < 0) {
        end_by(test, "the test file", err, why);
    }
}

static void on_commands(void *ctx, int err, const char *text, const cJSON *result)
{
    struct test_case *test = ctx;
    (void)result;
    if (err < 0) {
        end_by(test, "the commands do not load", err, text);
    } else {
        mr_test_world_settle(&test->world, load_file, test);
    }
}

static int begin(struct test_case *test, const struct mr_test_options *options, char *why,
                 size_t why_size)
{
    struct mr_test_world *world = &test->world;
    int err = mr_test_world_open(world, options, test->place);
    if (err == MR_OK) {
        world->on_answered = on_answered;
        world->on_answered_ctx = test;
        err = mr_timer_start_real(world->core.loop, LIMIT_MS, 0, took_too_long, test, &test->limit);
    }
    if (err == MR_OK) {
        err = mr_test_enter(world, NULL, why, why_size);
    }
    return err == MR_OK ? mr_scripts_load_for_test(world->scripts, "commands", false, on_commands,
                                                   test, why, why_size)
                        : err;
}

void mr_test_case_run(const struct mr_test_place *place, const struct mr_test_options *options,
                      size_t index, const char *filter, size_t *count,
                      struct mr_test_result *result)
{
    struct test_case *test = calloc(1, sizeof *test);
    char why[WHY] = "";
    uint64_t began = mr_loop_real_ms();
    *result = (struct mr_test_result){.ok = false};
    *count = 0;
    if (!test) {
        snprintf(result->text, sizeof result->text, "%s", mr_error_text(MR_ENOMEM));
        return;
    }
    test->place = place;
    test->index = index;
    test->filter = filter;
    test->result = result;
    int err = begin(test, options, why, sizeof why);
    if (err == MR_OK) {
        err = mr_loop_run(test->world.core.loop);
    }
    if (err < 0 || !test->over) {
        test->over = true;
        snprintf(result->text, sizeof result->text, "%s",
                 *why ? why : mr_error_text(err < 0 ? err : MR_EINTERNAL));
    }
    test->running = false;
    mr_timer_stop(&test->limit);
    mr_test_world_close(&test->world);
    *count = test->count;
    result->ms = mr_loop_real_ms() - began;
    free(test);
}
