/* Passwords in the thread pool: what is right, what is wrong, how often. The cost is as small as it
 * may be. */
#include "plugins/roomhost/auth.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static const struct mr_password_cost cheap = {.n = 2, .r = 1, .p = 1};

struct world {
    uv_loop_t loop;
    struct mr_auth *auth;
    struct mr_password_record record; /* of "right" */
    int answers[4];                   /* by enum mr_check */
    struct mr_password_record fresh;  /* of the last one that made one */
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    assert_int_equal(uv_loop_init(&world->loop), 0);
    assert_int_equal(mr_auth_new(&world->loop, &cheap, &world->auth), MR_OK);
    assert_int_equal(mr_password_make("right", 5, &cheap, &world->record), MR_OK);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    assert_int_equal(mr_auth_pending(world->auth), 0);
    mr_auth_free(&world->auth);
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&world->loop), 0);
    free(world);
    return 0;
}

static void on_done(struct mr_auth_job *job, void *ctx)
{
    struct world *world = ctx;
    world->answers[job->check]++;
    if (job->check == MR_CHECK_RIGHT && job->kind != MR_AUTH_CHECK)
        world->fresh = job->fresh;
    mr_auth_job_free(job);
}

static void submit(struct world *world, enum mr_auth_kind kind, const char *name, const char *hash)
{
    struct mr_auth_job *job = mr_auth_job_new(kind, on_done, world);
    assert_non_null(job);
    snprintf(job->name, sizeof job->name, "%s", name);
    snprintf(job->hash, sizeof job->hash, "%s", hash);
    snprintf(job->fresh_hash, sizeof job->fresh_hash, "fresh");
    job->known = strcmp(name, "nobody") != 0;
    job->record = world->record;
    int before = world->answers[0] + world->answers[1] + world->answers[2] + world->answers[3];
    mr_auth_submit(world->auth, job);
    /* Never from inside. */
    assert_int_equal(before,
                     world->answers[0] + world->answers[1] + world->answers[2] + world->answers[3]);
}

static void assert_answers(struct world *world, int right, int wrong, int too_often, int busy)
{
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_int_equal(world->answers[MR_CHECK_RIGHT], right);
    assert_int_equal(world->answers[MR_CHECK_WRONG], wrong);
    assert_int_equal(world->answers[MR_CHECK_TOO_OFTEN], too_often);
    assert_int_equal(world->answers[MR_CHECK_BUSY], busy);
    memset(world->answers, 0, sizeof world->answers);
}

static void test_kinds(void **state)
{
    struct world *world = *state;
    submit(world, MR_AUTH_CHECK, "ann", "right");
    submit(world, MR_AUTH_CHECK, "ann", "wrong");
    submit(world, MR_AUTH_CHECK, "nobody", "right");
    assert_answers(world, 1, 2, 0, 0);
    submit(world, MR_AUTH_MAKE, "bob", "new");
    assert_answers(world, 1, 0, 0, 0);
    assert_int_equal(mr_password_verify(&world->fresh, "new", 3), MR_OK);
    submit(world, MR_AUTH_CHANGE, "ann", "wrong");
    assert_answers(world, 0, 1, 0, 0);
    submit(world, MR_AUTH_CHANGE, "ann", "right");
    assert_answers(world, 1, 0, 0, 0);
    assert_int_equal(mr_password_verify(&world->fresh, "fresh", 5), MR_OK);
}

/* All at once: three are looked at, whatever the case of the name, and the right one comes too
 * late. Others are not touched, and any number of right ones may come at once. */
static void test_three_wrong_ones(void **state)
{
    struct world *world = *state;
    mr_auth_hurry(world->auth); /* no delay; and nothing new begins */
    submit(world, MR_AUTH_CHECK, "ann", "right");
    assert_answers(world, 0, 0, 0, 1);
    mr_auth_free(&world->auth);
    assert_int_equal(mr_auth_new(&world->loop, &cheap, &world->auth), MR_OK);
    for (int i = 0; i < 100; i++)
        submit(world, MR_AUTH_CHECK, i % 2 ? "ann" : "Ann", "wrong");
    submit(world, MR_AUTH_CHECK, "ann", "right");
    for (int i = 0; i < 50; i++) {
        submit(world, MR_AUTH_CHECK, "bob", "right");
        submit(world, MR_AUTH_CHECK, "nobody", "guess");
    }
    submit(world, MR_AUTH_MAKE, "ann", "new");
    assert_answers(world, 51, 6, 98 + 47, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_three_wrong_ones, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
