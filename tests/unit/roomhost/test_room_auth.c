/* Who gets a place in the queue of password checks, and who keeps it. */
#include "plugins/roomhost/auth.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

enum { JOBS_MAX = 64, RUNNING = 2 };

struct world {
    uv_loop_t loop;
    struct mr_auth *auth;
    struct mr_auth_job *jobs[JOBS_MAX];
    enum mr_check results[JOBS_MAX];
    size_t asked, answered;
};

struct question {
    struct world *world;
    size_t index;
};

static void on_done(struct mr_auth_job *job, void *ctx)
{
    struct question *question = ctx;
    question->world->results[question->index] = job->check;
    question->world->answered++;
    mr_auth_job_free(job);
}

/* Asks for somebody whom nobody knows: looked at, the password is wrong. */
static void ask(struct world *world, struct question *questions, const char *household)
{
    struct question *question = &questions[world->asked];
    *question = (struct question){world, world->asked};
    struct mr_auth_job *job = mr_auth_job_new(MR_AUTH_CHECK, on_done, question);
    assert_non_null(job);
    snprintf(job->name, sizeof job->name, "user%zu", world->asked);
    snprintf(job->household, sizeof job->household, "%s", household);
    snprintf(job->hash, sizeof job->hash, "abc");
    world->jobs[world->asked++] = job;
    mr_auth_submit(world->auth, job);
}

static void begin(struct world *world)
{
    static const struct mr_password_cost cost = {.n = 1024, .r = 1, .p = 1};
    *world = (struct world){0};
    assert_int_equal(uv_loop_init(&world->loop), 0);
    assert_int_equal(mr_auth_new(&world->loop, &cost, &world->auth), MR_OK);
}

static void finish(struct world *world)
{
    while (mr_auth_pending(world->auth) > 0)
        uv_run(&world->loop, UV_RUN_ONCE);
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_int_equal(world->answered, world->asked);
    mr_auth_free(&world->auth);
    assert_int_equal(uv_loop_close(&world->loop), 0);
}

static void test_one_household_does_not_fill_the_queue(void **state)
{
    (void)state;
    struct world world;
    struct question questions[JOBS_MAX];
    const size_t most = RUNNING + MR_LIMIT_HOUSEHOLD_PASSWORDS;
    begin(&world);
    for (size_t i = 0; i < most + 3; i++)
        ask(&world, questions, "192.0.2.1");
    ask(&world, questions, "192.0.2.2");
    ask(&world, questions, "");
    finish(&world);
    for (size_t i = 0; i < world.asked; i++)
        assert_int_equal(world.results[i],
                         i < most || i >= most + 3 ? MR_CHECK_WRONG : MR_CHECK_BUSY);
}

static void test_without_a_household_there_is_no_such_limit(void **state)
{
    (void)state;
    struct world world;
    struct question questions[JOBS_MAX];
    begin(&world);
    for (size_t i = 0; i < JOBS_MAX; i++)
        ask(&world, questions, "");
    finish(&world);
    for (size_t i = 0; i < world.asked; i++)
        assert_int_equal(world.results[i], MR_CHECK_WRONG);
}

static void test_who_has_gone_is_not_worked_for(void **state)
{
    (void)state;
    struct world world;
    struct question questions[JOBS_MAX];
    begin(&world);
    for (size_t i = 0; i < 10; i++)
        ask(&world, questions, "");
    /* The first ones are being worked on, and end as they would. */
    for (size_t i = 0; i < 9; i++)
        mr_auth_cancel(world.jobs[i]);
    finish(&world);
    for (size_t i = 0; i < world.asked; i++)
        assert_int_equal(world.results[i], i < RUNNING || i == 9 ? MR_CHECK_WRONG : MR_CHECK_BUSY);
}

static void test_those_who_have_gone_leave_their_places(void **state)
{
    (void)state;
    struct world world;
    struct question questions[JOBS_MAX];
    const size_t most = RUNNING + MR_LIMIT_HOUSEHOLD_PASSWORDS;
    begin(&world);
    for (size_t i = 0; i < most; i++)
        ask(&world, questions, "192.0.2.1");
    mr_auth_cancel(world.jobs[most - 1]);
    ask(&world, questions, "192.0.2.1");
    finish(&world);
    assert_int_equal(world.results[most - 1], MR_CHECK_BUSY);
    assert_int_equal(world.results[most], MR_CHECK_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_household_does_not_fill_the_queue),
        cmocka_unit_test(test_without_a_household_there_is_no_such_limit),
        cmocka_unit_test(test_who_has_gone_is_not_worked_for),
        cmocka_unit_test(test_those_who_have_gone_leave_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
