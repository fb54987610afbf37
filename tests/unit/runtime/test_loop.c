/* The loop on the real thing: real time, pipes, files and signals. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/runtime/loop.h"

struct world {
    struct mr_loop *loop;
    struct mr_timer *a, *b;
    struct mr_watch *watch;
    struct mr_signal *sig;
    int fired, count;
    int fd;
    char order[16];
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    assert_int_equal(mr_loop_new(&world->loop), MR_OK);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    mr_loop_free(world->loop);
    free(world);
    return 0;
}

static void note(struct world *world, char c)
{
    assert_true(world->count < 15);
    world->order[world->count++] = c;
}

static void fire(void *ctx)
{
    struct world *world = ctx;
    world->fired++;
}

static void stop_both(void *ctx)
{
    struct world *world = ctx;
    world->fired++;
    mr_timer_stop(&world->a);
    mr_timer_stop(&world->b);
}

static void empty_loop_returns(void **state)
{
    struct world *world = *state;
    assert_int_equal(mr_loop_run(world->loop), MR_OK);
}

static void timer_fires_once(void **state)
{
    struct world *world = *state;
    uint64_t before = mr_loop_now_ms(world->loop);
    assert_int_equal(mr_timer_start(world->loop, 20, 0, fire, world, &world->a), MR_OK);
    mr_loop_run(world->loop);
    assert_int_equal(world->fired, 1);
    assert_true(mr_loop_now_ms(world->loop) >= before + 20);
    mr_timer_stop(&world->a);
    assert_null(world->a);
    mr_timer_stop(&world->a);
}

static void third_time_stops(void *ctx)
{
    struct world *world = ctx;
    if (++world->fired == 3)
        mr_timer_stop(&world->a);
}

static void timer_repeats_until_stopped_inside(void **state)
{
    struct world *world = *state;
    assert_int_equal(mr_timer_start(world->loop, 1, 1, third_time_stops, world, &world->a), MR_OK);
    mr_loop_run(world->loop);
    assert_int_equal(world->fired, 3);
}

/* Two timers of the same turn: whichever comes first stops the other, which then never fires. */
static void stopped_timer_never_fires_in_the_same_turn(void **state)
{
    struct world *world = *state;
    assert_int_equal(mr_timer_start(world->loop, 5, 0, stop_both, world, &world->a), MR_OK);
    assert_int_equal(mr_timer_start(world->loop, 5, 0, stop_both, world, &world->b), MR_OK);
    mr_loop_run(world->loop);
    assert_int_equal(world->fired, 1);
}

static void sleep_in_turn(void *ctx)
{
    struct world *world = ctx;
    usleep(60000);
    mr_timer_start(world->loop, 50, 0, fire, world, &world->b);
}

static void delay_counts_from_now_not_from_the_turn(void **state)
{
    struct world *world = *state;
    assert_int_equal(mr_timer_start(world->loop, 0, 0, sleep_in_turn, world, &world->a), MR_OK);
    uint64_t before = mr_loop_now_ms(world->loop);
    mr_loop_run(world->loop);
    assert_int_equal(world->fired, 1);
    assert_true(mr_loop_now_ms(world->loop) >= before + 109);
    mr_timer_stop(&world->a);
    mr_timer_stop(&world->b);
}

static void defer_c(void *ctx)
{
    note(ctx, 'c');
}

static void defer_a(void *ctx)
{
    struct world *world = ctx;
    note(world, 'a');
    assert_int_equal(mr_loop_defer(world->loop, defer_c, world), MR_OK);
}

static void defer_b(void *ctx)
{
    note(ctx, 'b');
}

static void deferred_calls_keep_their_order(void **state)
{
    struct world *world = *state;
    assert_int_equal(mr_loop_defer(world->loop, defer_a, world), MR_OK);
    assert_int_equal(mr_loop_defer(world->loop, defer_b, world), MR_OK);
    assert_string_equal(world->order, ""); /* never from inside the function */
    mr_loop_run(world->loop);
    assert_string_equal(world->order, "abc");
    /* And again: the loop is reusable. */
    assert_int_equal(mr_loop_defer(world->loop, defer_b, world), MR_OK);
    mr_loop_run(world->loop);
    assert_string_equal(world->order, "abcb");
}

static void defer_forever(void *ctx)
{
    struct world *world = ctx;
    world->count++;
    mr_loop_defer(world->loop, defer_forever, world);
}

static void stop_loop(void *ctx)
{
    struct world *world = ctx;
    mr_loop_stop(world->loop);
}

/* Endless deferring does not starve timers; what is left is freed with the loop. */
static void deferring_starves_nobody(void **state)
{
    struct world *world = *state;
    mr_loop_defer(world->loop, defer_forever, world);
    mr_timer_start(world->loop, 10, 0, stop_loop, world, &world->a);
    mr_loop_run(world->loop);
    assert_true(world->count > 1);
    mr_timer_stop(&world->a);
}

static void read_one(void *ctx)
{
    struct world *world = ctx;
    char byte;
    ssize_t got = read(world->fd, &byte, 1);
    if (got == 1)
        note(world, byte);
    else
        mr_watch_stop(&world->watch);
}

static void watch_reads_a_pipe_to_its_end(void **state)
{
    struct world *world = *state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "xyz", 3), 3);
    close(fds[1]);
    world->fd = fds[0];
    int flags = fcntl(fds[0], F_GETFL);
    assert_int_equal(mr_watch_start(world->loop, fds[0], read_one, world, &world->watch), MR_OK);
    assert_int_equal(fcntl(fds[0], F_GETFL), flags); /* a shared terminal stays as it was */
    mr_loop_run(world->loop);
    assert_string_equal(world->order, "xyz");
    assert_null(world->watch);
    close(fds[0]);
}

static void watch_reads_a_plain_file(void **state)
{
    struct world *world = *state;
    char path[] = "/tmp/mr-test-loop-XXXXXX";
    world->fd = mkstemp(path);
    assert_true(world->fd >= 0);
    unlink(path);
    assert_int_equal(write(world->fd, "file", 4), 4);
    assert_int_equal(lseek(world->fd, 0, SEEK_SET), 0);
    assert_int_equal(mr_watch_start(world->loop, world->fd, read_one, world, &world->watch), MR_OK);
    mr_loop_run(world->loop);
    assert_string_equal(world->order, "file");
    close(world->fd);
}

static void watch_refuses_what_is_no_descriptor(void **state)
{
    struct world *world = *state;
    assert_true(mr_watch_start(world->loop, -1, read_one, world, &world->watch) < 0);
    assert_null(world->watch);
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    struct mr_watch *second = NULL;
    assert_int_equal(mr_watch_start(world->loop, fds[0], read_one, world, &world->watch), MR_OK);
    assert_int_equal(mr_watch_start(world->loop, fds[0], read_one, world, &second), MR_EEXISTS);
    assert_null(second);
    mr_watch_stop(&world->watch);
    mr_loop_run(world->loop);
    close(fds[0]);
    close(fds[1]);
}

static void on_usr1(void *ctx)
{
    struct world *world = ctx;
    if (++world->fired == 2)
        mr_signal_stop(&world->sig);
    else
        raise(SIGUSR1);
}

static void signals_arrive_in_the_loop(void **state)
{
    struct world *world = *state;
    assert_int_equal(mr_signal_start(world->loop, SIGUSR1, on_usr1, world, &world->sig), MR_OK);
    raise(SIGUSR1);
    assert_int_equal(world->fired, 0);
    mr_loop_run(world->loop);
    assert_int_equal(world->fired, 2);
    struct mr_signal *none = NULL;
    assert_true(mr_signal_start(world->loop, SIGKILL, on_usr1, world, &none) < 0);
    assert_null(none);
}

/* A child runs the loop and is stopped for longer than a second by us. */
static void a_stop_is_counted_as_a_gap(void **state)
{
    struct world *world = *state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct mr_loop *loop;
        struct mr_timer *timer;
        struct world mine = {0};
        if (mr_loop_new(&loop) != MR_OK)
            _exit(2);
        mine.loop = loop;
        mr_timer_start(loop, 1800, 0, stop_loop, &mine, &timer);
        if (write(fds[1], "r", 1) != 1)
            _exit(3);
        mr_loop_run(loop);
        _exit(mr_loop_gaps(loop) >= 1 ? 0 : 1);
    }
    char ready;
    assert_int_equal(read(fds[0], &ready, 1), 1);
    usleep(100000);
    kill(pid, SIGSTOP);
    usleep(1500000);
    kill(pid, SIGCONT);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(fds[0]);
    close(fds[1]);
    (void)world;
}

static void waiting_is_no_gap(void **state)
{
    struct world *world = *state;
    mr_timer_start(world->loop, 1300, 0, fire, world, &world->a);
    mr_loop_run(world->loop);
    assert_int_equal(mr_loop_gaps(world->loop), 0);
    mr_timer_stop(&world->a);
}

/* Everything left open is closed by the loop's end; ASan and valgrind see that nothing stays. */
static void the_end_closes_what_is_left(void **state)
{
    struct world *world = *state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    mr_timer_start(world->loop, 1000000, 0, fire, world, &world->a);
    mr_watch_start(world->loop, fds[0], fire, world, &world->watch);
    mr_signal_start(world->loop, SIGUSR2, fire, world, &world->sig);
    mr_loop_defer(world->loop, fire, world);
    mr_loop_free(world->loop);
    assert_int_equal(world->fired, 0);
    close(fds[0]);
    close(fds[1]);
    assert_int_equal(mr_loop_new(&world->loop), MR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(empty_loop_returns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timer_fires_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timer_repeats_until_stopped_inside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stopped_timer_never_fires_in_the_same_turn, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(delay_counts_from_now_not_from_the_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deferred_calls_keep_their_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deferring_starves_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(watch_reads_a_pipe_to_its_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(watch_reads_a_plain_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(watch_refuses_what_is_no_descriptor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(signals_arrive_in_the_loop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stop_is_counted_as_a_gap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(waiting_is_no_gap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_end_closes_what_is_left, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
