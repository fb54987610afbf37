/* The store behind its thread: races, and what survives a kill. */
#include "tests/unit/roomhost/store_world.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

struct tally {
    int left;
    int answers[MR_STORE_FAILED + 1];
    struct mr_store *store;
    uint64_t last; /* the order in which they come back */
};

static void on_done(struct mr_store_job *job, void *ctx)
{
    struct tally *tally = ctx;
    assert_true(job->peer > tally->last);
    tally->last = job->peer;
    tally->answers[job->answer]++;
    tally->left--;
    mr_store_job_free(job);
}

static void submit(struct tally *tally, struct mr_store_job *job)
{
    static uint64_t number;
    assert_non_null(job);
    job->peer = ++number;
    tally->left++;
    assert_int_equal(mr_store_submit(tally->store, job), MR_OK);
}

static struct mr_store_job *job_of(enum mr_store_kind kind, int64_t account, struct tally *tally)
{
    struct mr_store_job *job = mr_store_job_new(kind, on_done, tally);
    assert_non_null(job);
    job->account = account;
    return job;
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void drain(uv_loop_t *loop, struct tally *tally)
{
    /* The store's handle does not keep the loop running: an idle timer waits for it. */
    uv_timer_t timer;
    uv_timer_init(loop, &timer);
    uv_timer_start(&timer, on_tick, 10, 10);
    while (tally->left > 0)
        uv_run(loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
}

static void test_races(void **state)
{
    enum { ROUNDS = 50, MANY = 64 };
    struct world *world = *state;
    uv_loop_t loop;
    struct tally tally = {0};
    assert_int_equal(uv_loop_init(&loop), 0);
    int64_t ann = store_new_account(world, "ann");
    store_earn(world, ann, 2 * ROUNDS);
    struct block found;
    store_find_block(world->db, &found);
    assert_int_equal(mr_store_start(&loop, world->db, &tally.store), MR_OK);
    world->db = NULL;
    for (int round = 0; round < ROUNDS; round++) {
        memset(tally.answers, 0, sizeof tally.answers);
        for (int i = 0; i < MANY; i++) {
            struct mr_store_job *job = job_of(MR_STORE_REGISTER, 0, &tally);
            snprintf(job->name, sizeof job->name, "%s%d", i % 2 ? "round" : "ROUND", round);
            job->record = world->record;
            submit(&tally, job);
        }
        drain(&loop, &tally);
        assert_int_equal(tally.answers[MR_STORE_DONE], 1);
        assert_int_equal(tally.answers[MR_STORE_TAKEN], MANY - 1);
    }
    memset(tally.answers, 0, sizeof tally.answers);
    for (int i = 0; i < ROUNDS * 3; i++) {
        struct mr_store_job *job = job_of(MR_STORE_BUY, ann, &tally);
        job->item = MR_ITEM_COOKIE;
        job->number = 1;
        submit(&tally, job);
    }
    drain(&loop, &tally);
    assert_int_equal(tally.answers[MR_STORE_DONE], ROUNDS);
    assert_int_equal(tally.answers[MR_STORE_SHORT], 2 * ROUNDS);
    /* One block, handed in by many at once: it is paid once. */
    memset(tally.answers, 0, sizeof tally.answers);
    for (int i = 0; i < MANY; i++) {
        struct mr_store_job *job = job_of(MR_STORE_MINE, ann, &tally);
        memcpy(job->prev, found.prev, sizeof job->prev);
        memcpy(job->s, found.s, sizeof job->s);
        memcpy(job->hash, found.hash, sizeof job->hash);
        submit(&tally, job);
    }
    drain(&loop, &tally);
    assert_int_equal(tally.answers[MR_STORE_DONE], 1);
    assert_int_equal(tally.answers[MR_STORE_STALE], MANY - 1);
    /* A deletion in the middle: what comes behind it finds nobody. */
    memset(tally.answers, 0, sizeof tally.answers);
    for (int i = 0; i < 9; i++) {
        struct mr_store_job *job = job_of(i == 4 ? MR_STORE_DELETE : MR_STORE_FINE, ann, &tally);
        job->record = world->record;
        job->number = 1;
        submit(&tally, job);
    }
    mr_store_stop(&tally.store);
    assert_int_equal(tally.left, 0);
    assert_int_equal(tally.answers[MR_STORE_DONE], 5);
    assert_int_equal(tally.answers[MR_STORE_ABSENT], 4);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    world->db = store_open_room(world->path, &store_given);
    assert_int_equal(store_assert_sound(world->db).spent,
                     ROUNDS * MR_COINS_COOKIE + MR_COINS_BLOCK);
}

/* The child writes the number of each act that was answered into the pipe, then it is killed. */
static void child_told(struct mr_store_job *job, void *ctx)
{
    int fd = *(int *)ctx;
    if (job->answer == MR_STORE_DONE && write(fd, job->name, sizeof job->name) < 0)
        _exit(1);
    mr_store_job_free(job);
}

static void child_main(struct world *world, int cycle, int fd)
{
    uv_loop_t loop;
    struct mr_store *store;
    char why[256];
    struct mr_db *db;
    uv_timer_t timer;
    if (uv_loop_init(&loop) != 0 ||
        mr_db_open(world->path, MR_DB_ROOM, &store_given, why, sizeof why, &db) != MR_OK ||
        mr_store_start(&loop, db, &store) != MR_OK)
        _exit(1);
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, on_tick, 1, 1);
    for (int i = 0;; i++) {
        struct mr_store_job *job = mr_store_job_new(MR_STORE_REGISTER, child_told, &fd);
        if (!job)
            _exit(1);
        snprintf(job->name, sizeof job->name, "k%d-%d", cycle, i);
        job->record = world->record;
        if (mr_store_submit(store, job) != MR_OK)
            _exit(1);
        while (mr_store_pending(store) > 32)
            uv_run(&loop, UV_RUN_ONCE);
    }
}

static void test_kill_keeps_what_was_answered(void **state)
{
    enum { CYCLES = 8, ENOUGH = 60 };
    struct world *world = *state;
    mr_db_close(&world->db);
    for (int cycle = 0; cycle < CYCLES; cycle++) {
        int ends[2], told = 0;
        assert_int_equal(pipe(ends), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            child_main(world, cycle, ends[1]);
        close(ends[1]);
        char(*names)[MR_LIMIT_NAME + 1] = calloc(100000, sizeof *names);
        assert_non_null(names);
        while (told < 100000 && read(ends[0], names[told], sizeof *names) == sizeof *names)
            if (++told == ENOUGH)
                kill(pid, SIGKILL);
        close(ends[0]);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_true(told >= ENOUGH);
        world->db = store_open_room(world->path, &store_given);
        for (int i = 0; i < told; i++) {
            struct mr_purse purse;
            assert_int_equal(mr_db_find_fold(world->db, names[i], &purse), MR_STORE_DONE);
        }
        store_assert_sound(world->db);
        mr_db_close(&world->db);
        free(names);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
    const struct CMUnitTest tests[] = {
        T(test_races),
        T(test_kill_keeps_what_was_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
