/* The engine's threads: jobs that begin, change and end, and what they find. */
#include "tests/unit/miner/world.h"

#include "plugins/miner/engine/dispatch.h"
#include "plugins/miner/engine/engine.h"

#include <moonroom/errors.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { LONG_MS = 120000 };

struct world {
    struct mr_engine *engine;
    int fd;
};

static void wake(void *ctx)
{
    const struct world *world = ctx;
    uint64_t one = 1;
    assert_int_equal(write(world->fd, &one, sizeof one), sizeof one);
}

static void open_world(struct world *world)
{
    world->fd = eventfd(0, EFD_CLOEXEC);
    assert_true(world->fd >= 0);
    assert_int_equal(mr_engine_new(wake, world, &world->engine), MR_OK);
}

static void close_world(struct world *world)
{
    mr_engine_free(&world->engine);
    assert_null(world->engine);
    close(world->fd);
}

static void wait_for_wake(struct world *world)
{
    struct pollfd poller = {world->fd, POLLIN, 0};
    uint64_t count;
    assert_int_equal(poll(&poller, 1, LONG_MS), 1);
    assert_int_equal(read(world->fd, &count, sizeof count), sizeof count);
}

static struct mr_engine_job job_of(const char *alphabet, int zeros, unsigned threads)
{
    const struct mr_kernel *kernels[MR_KERNELS_MAX];
    struct mr_engine_job job = {
        .search = {.zeros = zeros}, .threads = threads, .shards = 1, .wanted = 1};
    mr_kernels(kernels);
    job.search.kernel = kernels[0];
    world_prev(21, job.search.prev_hash);
    snprintf(job.search.alphabet, sizeof job.search.alphabet, "%s", alphabet);
    return job;
}

/* A space of 16,384 solutions a worker: two letters, and no filler. */
static struct mr_engine_job small_job(int zeros, unsigned threads)
{
    struct mr_engine_job job = job_of("ab", zeros, threads);
    snprintf(job.search.prefix, sizeof job.search.prefix, "%064d", 0);
    job.wanted = 0;
    return job;
}

static void a_block_is_found(void **state)
{
    (void)state;
    struct world world;
    struct mr_engine_found found;
    struct mr_engine_stats stats;
    struct mr_engine_job job = job_of(MR_SPACE_ALPHABET, (int)world_scale(4, 2), 2);
    uint64_t number = 0;
    open_world(&world);
    assert_false(mr_engine_take(world.engine, &found));
    for (uint64_t turn = 1; turn <= 3; turn++) {
        job.search.order = turn == 2 ? MR_WORK_PREV_S : MR_WORK_S_PREV;
        assert_int_equal(mr_engine_start(world.engine, &job, &number), MR_OK);
        assert_int_equal(number, turn);
        wait_for_wake(&world);
        assert_true(mr_engine_take(world.engine, &found));
        assert_int_equal(found.job, turn);
        assert_true(mr_work_s_valid(found.solution.s, sizeof found.solution.s));
        assert_int_equal(mr_work_verify(job.search.order, job.search.zeros, job.search.prev_hash,
                                        found.solution.s, NULL),
                         MR_OK);
        /* One was wanted. */
        assert_false(mr_engine_take(world.engine, &found));
        mr_engine_stats(world.engine, &stats);
        assert_false(stats.running);
        assert_false(stats.exhausted);
        assert_int_equal(stats.threads, 2);
        assert_int_equal(stats.job, turn);
    }
    close_world(&world);
}

/* Takes all of a job that ends by itself. */
static struct world_sum take_all(struct world *world, char (*out)[MR_WORK_S_BYTES], size_t *count)
{
    struct world_sum sum = {0};
    struct mr_engine_found found;
    struct mr_engine_stats stats;
    do {
        wait_for_wake(world);
        mr_engine_stats(world->engine, &stats);
        while (mr_engine_take(world->engine, &found)) {
            world_add(&sum, &found.solution);
            if (out)
                memcpy(out[(*count)++], found.solution.s, MR_WORK_S_BYTES);
        }
    } while (!stats.exhausted);
    assert_false(stats.running);
    return sum;
}

static struct world_sum brute_force(const struct mr_engine_job *job)
{
    struct world_sum all = {0};
    for (unsigned thread = 0; thread < job->threads; thread++) {
        struct mr_space space;
        mr_space_init(&space, job->search.alphabet, job->search.prefix,
                      (uint64_t)thread * job->shards + job->shard, NULL);
        struct world_sum one = world_brute_force(&job->search, &space, space.ys);
        all.count += one.count;
        all.sum += one.sum;
    }
    return all;
}

/* More solutions than the queue holds: the threads wait, and none is lost. */
static void a_space_is_exhausted(void **state)
{
    (void)state;
    struct world world;
    struct mr_engine_stats stats;
    struct mr_engine_job job = small_job(1, 3);
    open_world(&world);
    assert_int_equal(mr_engine_start(world.engine, &job, NULL), MR_OK);
    struct world_sum found = take_all(&world, NULL, NULL), expected = brute_force(&job);
    assert_int_equal(found.count, expected.count);
    assert_int_equal(found.sum, expected.sum);
    assert_true(found.count > MR_LIMIT_MINE_FOUND);
    mr_engine_stats(world.engine, &stats);
    assert_true(stats.has_best);
    assert_true(mr_work_zeros(stats.best.digest) >= 1);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(stats.thread_attempts[i], 64 * 256);
    assert_int_equal(stats.attempts, 3 * 64 * 256);
    assert_int_equal(stats.job_attempts, stats.attempts);
    close_world(&world);
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, MR_WORK_S_BYTES);
}

static void shards_are_disjoint(void **state)
{
    (void)state;
    enum { SHARDS = 3, THREADS = 2, PLACE = SHARDS * THREADS * 64 * 256 };
    struct world world;
    struct mr_engine_job job = small_job(1, THREADS);
    char(*all)[MR_WORK_S_BYTES] = malloc((size_t)PLACE * sizeof *all);
    uint64_t expected = 0;
    size_t count = 0;
    assert_non_null(all);
    open_world(&world);
    job.shards = SHARDS;
    for (job.shard = 0; job.shard < SHARDS; job.shard++) {
        assert_int_equal(mr_engine_start(world.engine, &job, NULL), MR_OK);
        take_all(&world, all, &count);
        expected += brute_force(&job).count;
    }
    assert_int_equal(count, expected);
    qsort(all, count, sizeof *all, compare);
    for (size_t i = 1; i < count; i++)
        assert_memory_not_equal(all[i - 1], all[i], MR_WORK_S_BYTES);
    free(all);
    close_world(&world);
}

static void too_many_workers(void **state)
{
    (void)state;
    struct world world;
    struct mr_engine_job job = small_job(1, 2);
    open_world(&world);
    job.shards = 128;
    assert_int_equal(mr_engine_start(world.engine, &job, NULL), MR_OK);
    job.shards = 129;
    assert_int_equal(mr_engine_start(world.engine, &job, NULL), MR_ELIMIT);
    close_world(&world);
}

/* A thread that was stopped ends the step it is in, and no more. */
static void stopping_ends_the_work(void **state)
{
    (void)state;
    struct world world;
    struct mr_engine_stats before, after;
    struct mr_engine_job job = job_of(MR_SPACE_ALPHABET, 128, 2);
    uint64_t step = (uint64_t)MR_CONTEXTS * job.search.kernel->lanes;
    open_world(&world);
    for (unsigned turn = 0; turn < world_scale(20, 3); turn++) {
        assert_int_equal(mr_engine_start(world.engine, &job, NULL), MR_OK);
        do {
            usleep(1000);
            mr_engine_stats(world.engine, &before);
        } while (before.job_attempts == 0);
        assert_true(before.running);
        mr_engine_stats(world.engine, &before);
        mr_engine_stop(world.engine);
        mr_engine_stats(world.engine, &after);
        assert_false(after.running);
        mr_engine_rest(world.engine);
        uint64_t done = after.attempts;
        mr_engine_stats(world.engine, &after);
        for (unsigned i = 0; i < after.threads; i++)
            assert_int_equal(after.thread_attempts[i] % step, 0);
        assert_true(after.attempts - done <= 2 * step);
        done = after.attempts;
        usleep(1000);
        mr_engine_stats(world.engine, &after);
        assert_int_equal(after.attempts, done);
    }
    close_world(&world);
}

/* Stopped and resumed again and again, it tries everything once and loses no solution. */
static void a_stopped_job_goes_on(void **state)
{
    (void)state;
    struct world world;
    struct world_sum sum = {0};
    struct mr_engine_stats stats;
    struct mr_engine_found found;
    struct mr_engine_job job = small_job(3, 2);
    uint64_t attempts = 0;
    open_world(&world);
    assert_int_equal(mr_engine_resume(world.engine), MR_ESTATE);
    assert_int_equal(mr_engine_start(world.engine, &job, NULL), MR_OK);
    assert_int_equal(mr_engine_resume(world.engine), MR_ESTATE);
    do {
        mr_engine_stop(world.engine);
        mr_engine_rest(world.engine);
        mr_engine_stats(world.engine, &stats);
        assert_true(stats.job_attempts >= attempts);
        assert_int_equal(stats.job, 1);
        attempts = stats.job_attempts;
        while (mr_engine_take(world.engine, &found))
            world_add(&sum, &found.solution);
        assert_int_equal(mr_engine_resume(world.engine), stats.exhausted ? MR_ESTATE : MR_OK);
    } while (!stats.exhausted);
    struct world_sum expected = brute_force(&job);
    assert_int_equal(attempts, 2 * 64 * 256);
    assert_int_equal(sum.count, expected.count);
    assert_int_equal(sum.sum, expected.sum);
    assert_true(sum.count > 0);
    close_world(&world);
}

/* Anything at any time; what is found is of the job that it names. */
static void jobs_come_and_go(void **state)
{
    (void)state;
    struct world world;
    struct mr_engine_found found;
    const struct mr_kernel *kernels[MR_KERNELS_MAX];
    size_t count = mr_kernels(kernels);
    uint64_t seed = 31, number = 0;
    unsigned turns = getenv("MOONROOM_VALGRIND") ? 100 : 10000;
    static const char *const alphabets[] = {"ab", "0123456789abcdef", MR_SPACE_ALPHABET};
    struct mr_engine_job job = job_of(MR_SPACE_ALPHABET, 2, 2);
    open_world(&world);
    for (unsigned turn = 0; turn < turns; turn++) {
        uint64_t what = world_random(&seed);
        if (what % 5 == 0) {
            mr_engine_stop(world.engine);
        } else {
            if (what % 5 == 1) {
                job = job_of(alphabets[what / 8 % 3], (int)(what / 64 % 4),
                             1 + (unsigned)(what / 512 % 3));
                job.search.kernel = kernels[what / 4096 % count];
                job.wanted = what / 65536 % 3;
            }
            world_prev(turn, job.search.prev_hash);
            job.search.order = what / 262144 % 2 ? MR_WORK_PREV_S : MR_WORK_S_PREV;
            assert_int_equal(mr_engine_start(world.engine, &job, &number), MR_OK);
        }
        if (what % 7 == 0)
            usleep((useconds_t)(what / 7 % 300));
        for (int i = 0; i < 100 && mr_engine_take(world.engine, &found); i++) {
            assert_int_equal(found.job, number);
            assert_int_equal(mr_work_verify(job.search.order, job.search.zeros,
                                            job.search.prev_hash, found.solution.s, NULL),
                             MR_OK);
        }
    }
    close_world(&world);
}

static void engines_end_while_they_work(void **state)
{
    (void)state;
    struct mr_engine_job job = job_of(MR_SPACE_ALPHABET, 1, 3);
    job.wanted = 0;
    for (unsigned turn = 0; turn < world_scale(200, 10); turn++) {
        struct world world;
        open_world(&world);
        assert_int_equal(mr_engine_start(world.engine, &job, NULL), MR_OK);
        if (turn % 2)
            wait_for_wake(&world);
        close_world(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_found),       cmocka_unit_test(a_space_is_exhausted),
        cmocka_unit_test(shards_are_disjoint),    cmocka_unit_test(too_many_workers),
        cmocka_unit_test(stopping_ends_the_work), cmocka_unit_test(a_stopped_job_goes_on),
        cmocka_unit_test(jobs_come_and_go),       cmocka_unit_test(engines_end_while_they_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
