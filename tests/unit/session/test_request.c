/* Questions: in line, shared, timed out, answered late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/session/request.h"

enum { LATE_MS = 1500 };

struct world;

struct asker {
    struct world *world;
    const char *tag;
    int calls;
    int err;
};

struct world {
    struct mr_loop *loop;
    struct asker askers[4]; /* they live until the end, as the last answers come then */
    size_t asker_count;
    struct mr_requests *requests;
    struct mr_timer *tick;
    int err;
    char sent[4096]; /* lines, each with a blank behind */
    char log[4096];  /* answers: TAG=value */
};

static struct asker *new_asker(struct world *world, const char *tag)
{
    assert_true(world->asker_count < 4);
    struct asker *asker = &world->askers[world->asker_count++];
    asker->world = world;
    asker->tag = tag;
    return asker;
}

static int send_line(void *ctx, const char *line, size_t len)
{
    struct world *world = ctx;
    if (world->err == MR_OK) {
        strncat(world->sent, line, len);
        strcat(world->sent, " ");
    }
    return world->err;
}

static void on_answer(void *ctx, int err, const char *text, const cJSON *value)
{
    struct asker *asker = ctx;
    char part[256];
    asker->calls++;
    asker->err = err;
    if (err != MR_OK)
        assert_true(strlen(text) > 0);
    snprintf(part, sizeof(part), "%s=%s ", asker->tag,
             err != MR_OK ? mr_error_name(err) : cJSON_GetStringValue(value));
    strcat(asker->world->log, part);
}

static void on_tick(void *ctx)
{
    struct world *world = ctx;
    mr_loop_stop(world->loop);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    assert_int_equal(mr_loop_new(&world->loop), MR_OK);
    const struct mr_requests_options options = {
        .loop = world->loop, .send = send_line, .ctx = world, .late_ms = LATE_MS};
    assert_int_equal(mr_requests_new(&options, &world->requests), MR_OK);
    assert_int_equal(mr_timer_start(world->loop, 1, 1, on_tick, world, &world->tick), MR_OK);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    mr_requests_free(&world->requests);
    mr_timer_stop(&world->tick);
    mr_loop_free(world->loop);
    free(world);
    return 0;
}

static void run(struct world *world, uint64_t ms)
{
    uint64_t begin = mr_loop_now_ms(world->loop);
    while (mr_loop_now_ms(world->loop) - begin < ms)
        mr_loop_run(world->loop);
}

static void ask(struct asker *asker, enum mr_request_kind kind, const char *arg, uint64_t ms)
{
    assert_int_equal(mr_requests_add(asker->world->requests, kind, arg, asker->tag,
                                     strlen(asker->tag), ms, on_answer, asker),
                     MR_OK);
}

static enum mr_request_taken answer(struct world *world, enum mr_request_kind kind, const char *arg,
                                    const char *value)
{
    return mr_requests_answer(world->requests, kind, arg, cJSON_CreateString(value));
}

static void an_answer_comes_from_the_loop(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a");
    ask(a, MR_REQUEST_HASH, NULL, 1000);
    assert_string_equal(world->sent, "a ");
    assert_int_equal(answer(world, MR_REQUEST_HASH, NULL, "1"), MR_REQUEST_ANSWERED);
    assert_int_equal(a->calls, 0);
    run(world, 5);
    assert_string_equal(world->log, "a=1 ");
    assert_int_equal(answer(world, MR_REQUEST_HASH, NULL, "2"), MR_REQUEST_NOBODY);
    run(world, 5);
    assert_int_equal(a->calls, 1);
}

static void identical_questions_share_an_answer(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a"), *b = new_asker(world, "b");
    ask(a, MR_REQUEST_COST, "cookie", 1000);
    ask(b, MR_REQUEST_COST, "cookie", 1000);
    assert_string_equal(world->sent, "a ");
    answer(world, MR_REQUEST_COST, "cookie", "10");
    mr_requests_run(world->requests);
    assert_string_equal(world->log, "a=10 b=10 ");
}

static void others_of_a_kind_wait_in_line(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a"), *b = new_asker(world, "b"), *c = new_asker(world, "c");
    ask(a, MR_REQUEST_COST, "cookie", 1000);
    ask(b, MR_REQUEST_COST, "adminStatus", 1000);
    ask(c, MR_REQUEST_HASH, NULL, 1000);
    assert_string_equal(world->sent, "a c ");
    /* An answer about something else is nobody's. */
    assert_int_equal(answer(world, MR_REQUEST_COST, "adminStatus", "x"), MR_REQUEST_NOBODY);
    answer(world, MR_REQUEST_COST, "cookie", "10");
    assert_string_equal(world->sent, "a c b ");
    answer(world, MR_REQUEST_COST, "adminStatus", "1000");
    mr_requests_run(world->requests);
    assert_string_equal(world->log, "a=10 b=1000 ");
}

/* Buying twice is two purchases. */
static void what_changes_something_is_never_shared(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a"), *b = new_asker(world, "b");
    ask(a, MR_REQUEST_BUY, "cookie 1", 1000);
    ask(b, MR_REQUEST_BUY, "cookie 1", 1000);
    answer(world, MR_REQUEST_BUY, NULL, "1");
    answer(world, MR_REQUEST_BUY, NULL, "2");
    mr_requests_run(world->requests);
    assert_string_equal(world->sent, "a b ");
    assert_string_equal(world->log, "a=1 b=2 ");
}

static void each_has_a_time_of_its_own(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a"), *b = new_asker(world, "b");
    ask(a, MR_REQUEST_ACTIVE, NULL, 20);
    ask(b, MR_REQUEST_ACTIVE, NULL, 5000);
    run(world, 40);
    assert_string_equal(world->log, "a=timeout ");
    assert_int_equal(answer(world, MR_REQUEST_ACTIVE, NULL, "1"), MR_REQUEST_ANSWERED);
    run(world, 5);
    assert_string_equal(world->log, "a=timeout b=1 ");
}

static void a_late_answer_is_swallowed_once(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a");
    ask(a, MR_REQUEST_LEADERBOARD, NULL, 10);
    run(world, 30);
    assert_int_equal(a->err, MR_ETIMEOUT);
    assert_true(mr_requests_late(world->requests, MR_REQUEST_LEADERBOARD));
    assert_int_equal(answer(world, MR_REQUEST_LEADERBOARD, NULL, "1"), MR_REQUEST_SWALLOWED);
    assert_int_equal(answer(world, MR_REQUEST_LEADERBOARD, NULL, "2"), MR_REQUEST_NOBODY);
    run(world, 5);
    assert_int_equal(a->calls, 1);
}

static void too_late_is_news(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a");
    ask(a, MR_REQUEST_LEADERBOARD, NULL, 10);
    run(world, LATE_MS + 50);
    assert_int_equal(answer(world, MR_REQUEST_LEADERBOARD, NULL, "1"), MR_REQUEST_NOBODY);
}

/* The late purchase's answer is not taken for that of the next. */
static void late_answers_keep_their_order_where_it_matters(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a"), *b = new_asker(world, "b");
    ask(a, MR_REQUEST_BUY, "cookie 1", 10);
    ask(b, MR_REQUEST_BUY, "cookie 2", 5000);
    run(world, 30);
    assert_string_equal(world->sent, "a b ");
    assert_int_equal(answer(world, MR_REQUEST_BUY, NULL, "1"), MR_REQUEST_SWALLOWED);
    assert_int_equal(answer(world, MR_REQUEST_BUY, NULL, "2"), MR_REQUEST_ANSWERED);
    run(world, 5);
    assert_string_equal(world->log, "a=timeout b=2 ");
}

/* Any leaderboard will do for whoever waits for one; the other is then the late one. */
static void late_answers_serve_whoever_waits_where_it_does_not(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a"), *b = new_asker(world, "b");
    ask(a, MR_REQUEST_LEADERBOARD, NULL, 10);
    run(world, 30);
    ask(b, MR_REQUEST_LEADERBOARD, NULL, 5000);
    assert_int_equal(answer(world, MR_REQUEST_LEADERBOARD, NULL, "1"), MR_REQUEST_ANSWERED);
    assert_int_equal(answer(world, MR_REQUEST_LEADERBOARD, NULL, "2"), MR_REQUEST_SWALLOWED);
    run(world, 5);
    assert_string_equal(world->log, "a=timeout b=1 ");
}

static void what_was_never_sent_leaves_nothing(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a"), *b = new_asker(world, "b");
    ask(a, MR_REQUEST_COST, "cookie", 5000);
    ask(b, MR_REQUEST_COST, "adminStatus", 10);
    run(world, 30);
    assert_string_equal(world->log, "b=timeout ");
    assert_false(mr_requests_late(world->requests, MR_REQUEST_COST));
    answer(world, MR_REQUEST_COST, "cookie", "10");
    run(world, 5);
    assert_string_equal(world->sent, "a ");
    assert_string_equal(world->log, "b=timeout a=10 ");
}

static void pings_are_known_by_their_data(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a");
    ask(a, MR_REQUEST_PING, "x", 10);
    assert_int_equal(answer(world, MR_REQUEST_PING, "y", "1"), MR_REQUEST_NOBODY);
    run(world, 30);
    assert_int_equal(answer(world, MR_REQUEST_PING, "x", "1"), MR_REQUEST_NOBODY);
    assert_string_equal(world->log, "a=timeout ");
}

static void refusals_are_answers(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a");
    ask(a, MR_REQUEST_BUY, "x", 1000);
    assert_int_equal(mr_requests_refuse(world->requests, MR_REQUEST_BUY, "no"),
                     MR_REQUEST_ANSWERED);
    assert_int_equal(mr_requests_refuse(world->requests, MR_REQUEST_BUY, "no"), MR_REQUEST_NOBODY);
    run(world, 5);
    assert_string_equal(world->log, "a=refused ");
}

static void the_end_answers_everybody_once(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a"), *b = new_asker(world, "b"), *c = new_asker(world, "c");
    ask(a, MR_REQUEST_BUY, "x", 1000);
    ask(b, MR_REQUEST_BUY, "y", 1000);
    ask(c, MR_REQUEST_PING, "z", 1000);
    mr_requests_fail(world->requests, MR_EOFFLINE, "gone");
    assert_string_equal(world->log, ""); /* not from inside */
    assert_string_equal(world->sent, "a c ");
    run(world, 5);
    assert_string_equal(world->log, "c=offline a=offline b=offline ");
    ask(a, MR_REQUEST_BUY, "x", 1000);
    mr_requests_free(&world->requests);
    assert_int_equal(a->calls, 2);
}

static void what_cannot_be_sent_is_answered(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a");
    world->err = MR_EBUSY;
    ask(a, MR_REQUEST_BUY, "x", 1000);
    assert_int_equal(a->calls, 0);
    run(world, 5);
    assert_string_equal(world->log, "a=busy ");
}

static void the_line_has_a_maximum(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a");
    for (int i = 0; i < MR_LIMIT_REQUESTS; i++)
        ask(a, MR_REQUEST_BUY, "x", 1000);
    assert_int_equal(
        mr_requests_add(world->requests, MR_REQUEST_HASH, NULL, "h", 1, 1000, on_answer, a),
        MR_EBUSY);
    mr_requests_fail(world->requests, MR_EOFFLINE, "gone");
    world->log[0] = '\0';
    run(world, 5);
    assert_int_equal(a->calls, MR_LIMIT_REQUESTS);
    ask(a, MR_REQUEST_HASH, NULL, 1000);
}

static void ask_again(void *ctx, int err, const char *text, const cJSON *value)
{
    struct asker *asker = ctx;
    on_answer(ctx, err, text, value);
    if (asker->calls == 1)
        assert_int_equal(mr_requests_add(asker->world->requests, MR_REQUEST_HASH, NULL, "again", 5,
                                         1000, ask_again, asker),
                         MR_OK);
}

static void free_all(void *ctx, int err, const char *text, const cJSON *value)
{
    struct asker *asker = ctx;
    on_answer(ctx, err, text, value);
    mr_requests_free(&asker->world->requests);
}

static void asking_and_freeing_inside_an_answer(void **state)
{
    struct world *world = *state;
    struct asker *a = new_asker(world, "a"), *b = new_asker(world, "b"), *c = new_asker(world, "c");
    assert_int_equal(
        mr_requests_add(world->requests, MR_REQUEST_HASH, NULL, "first", 5, 1000, ask_again, a),
        MR_OK);
    answer(world, MR_REQUEST_HASH, NULL, "1");
    run(world, 5);
    assert_string_equal(world->sent, "first again ");
    assert_int_equal(
        mr_requests_add(world->requests, MR_REQUEST_PING, "x", "ping", 4, 1000, free_all, b),
        MR_OK);
    ask(c, MR_REQUEST_BUY, "y", 1000);
    answer(world, MR_REQUEST_PING, "x", "1");
    mr_requests_run(world->requests);
    assert_null(world->requests);
    assert_int_equal(c->err, MR_EOFFLINE);
    assert_int_equal(a->calls, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_comes_from_the_loop),
        TEST(identical_questions_share_an_answer),
        TEST(others_of_a_kind_wait_in_line),
        TEST(what_changes_something_is_never_shared),
        TEST(each_has_a_time_of_its_own),
        TEST(a_late_answer_is_swallowed_once),
        TEST(too_late_is_news),
        TEST(late_answers_keep_their_order_where_it_matters),
        TEST(late_answers_serve_whoever_waits_where_it_does_not),
        TEST(what_was_never_sent_leaves_nothing),
        TEST(pings_are_known_by_their_data),
        TEST(refusals_are_answers),
        TEST(the_end_answers_everybody_once),
        TEST(what_cannot_be_sent_is_answered),
        TEST(the_line_has_a_maximum),
        TEST(asking_and_freeing_inside_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
