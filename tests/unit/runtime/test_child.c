/* Real child processes: their ends, descriptors, signals, time. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/runtime/child.h"

struct world {
    struct mr_loop *loop;
    struct mr_child *child;
    struct mr_timer *timer;
    int ends;
    int64_t status;
    int signum;
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
    mr_child_free(&world->child);
    mr_timer_stop(&world->timer);
    mr_loop_free(world->loop);
    /* Nothing stays behind, not even a zombie. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    free(world);
    return 0;
}

static void on_end(void *ctx, int64_t status, int signum)
{
    struct world *world = ctx;
    world->ends++;
    world->status = status;
    world->signum = signum;
    mr_loop_stop(world->loop);
}

static void on_end_free(void *ctx, int64_t status, int signum)
{
    struct world *world = ctx;
    mr_child_free(&world->child);
    on_end(ctx, status, signum);
}

static int start(struct world *world, const char *script, const int fds[3], mr_child_exit_fn *fn)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    static const int none[3] = {-1, -1, -1};
    struct mr_child_options options = {
        .file = "/bin/sh", .argv = argv, .fds = fds ? fds : none, .fds_count = 3};
    return mr_child_start(world->loop, &options, fn, world, &world->child);
}

static void the_exit_code_is_told_once(void **state)
{
    struct world *world = *state;
    assert_int_equal(start(world, "exit 7", NULL, on_end), MR_OK);
    assert_true(mr_child_pid(world->child) > 0);
    mr_loop_run(world->loop);
    assert_int_equal(world->ends, 1);
    assert_int_equal(world->status, 7);
    assert_int_equal(world->signum, 0);
    assert_int_equal(mr_child_kill(world->child, SIGTERM), MR_ENOTFOUND);
    assert_int_equal(mr_child_cpu_us(world->child), 0);
}

static void a_signal_is_told(void **state)
{
    struct world *world = *state;
    assert_int_equal(start(world, "exec sleep 100", NULL, on_end), MR_OK);
    assert_int_equal(mr_child_kill(world->child, SIGKILL), MR_OK);
    mr_loop_run(world->loop);
    assert_int_equal(world->status, -1);
    assert_int_equal(world->signum, SIGKILL);
}

static void freed_inside_its_own_end(void **state)
{
    struct world *world = *state;
    assert_int_equal(start(world, "exit 0", NULL, on_end_free), MR_OK);
    mr_loop_run(world->loop);
    assert_int_equal(world->ends, 1);
    assert_null(world->child);
}

static void stop(void *ctx)
{
    struct world *world = ctx;
    mr_loop_stop(world->loop);
}

static void freed_while_it_runs_is_killed_and_silent(void **state)
{
    struct world *world = *state;
    assert_int_equal(start(world, "exec sleep 100", NULL, on_end), MR_OK);
    pid_t pid = mr_child_pid(world->child);
    mr_child_free(&world->child);
    assert_null(world->child);
    mr_loop_run(world->loop); /* ends when the child is reaped */
    assert_int_equal(world->ends, 0);
    assert_int_equal(kill(pid, 0), -1);
}

static void the_loops_end_kills_what_runs(void **state)
{
    struct world *world = *state;
    assert_int_equal(start(world, "exec sleep 100", NULL, on_end), MR_OK);
    pid_t pid = mr_child_pid(world->child);
    mr_loop_free(world->loop);
    world->child = NULL;
    assert_int_equal(world->ends, 0);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(mr_loop_new(&world->loop), MR_OK);
}

static void a_missing_program_is_an_error_without_a_callback(void **state)
{
    struct world *world = *state;
    const char *argv[] = {"x", NULL};
    int fds[3] = {-1, -1, -1};
    struct mr_child_options options = {
        .file = "/nonexistent/program", .argv = argv, .fds = fds, .fds_count = 3};
    assert_int_equal(mr_child_start(world->loop, &options, on_end, world, &world->child),
                     MR_ENOTFOUND);
    assert_null(world->child);
    options.file = "/etc/passwd";
    assert_int_equal(mr_child_start(world->loop, &options, on_end, world, &world->child),
                     MR_EDENIED);
    options.fds_count = 2;
    assert_int_equal(mr_child_start(world->loop, &options, on_end, world, &world->child),
                     MR_EINVAL);
    mr_loop_run(world->loop);
    assert_int_equal(world->ends, 0);
}

/* Even a descriptor that somebody opened without close-on-exec stays here. */
static void only_named_descriptors_are_inherited(void **state)
{
    struct world *world = *state;
    int leak = open("/dev/null", O_RDONLY);
    assert_true(leak > 2);
    int pair[2];
    assert_int_equal(mr_child_socketpair(pair), MR_OK);
    const int fds[3] = {-1, pair[1], -1};
    assert_int_equal(
        start(world, "echo $(ls /proc/self/fd | wc -l) $(readlink /proc/self/fd/0)", fds, on_end),
        MR_OK);
    close(pair[1]);
    mr_loop_run(world->loop);
    char text[64] = "";
    assert_true(read(pair[0], text, sizeof(text) - 1) > 0);
    /* 0, 1, 2 and the folder that ls itself has open */
    assert_string_equal(text, "4 /dev/null\n");
    close(pair[0]);
    close(leak);
}

static void the_environment_can_be_given(void **state)
{
    struct world *world = *state;
    const char *argv[] = {"sh", "-c", "test \"$A\" = 1 && test -z \"$HOME\"", NULL};
    const char *env[] = {"A=1", NULL};
    int fds[3] = {-1, -1, -1};
    struct mr_child_options options = {
        .file = "/bin/sh", .argv = argv, .env = env, .fds = fds, .fds_count = 3};
    assert_int_equal(mr_child_start(world->loop, &options, on_end, world, &world->child), MR_OK);
    mr_loop_run(world->loop);
    assert_int_equal(world->status, 0);
}

static void cpu_time_grows_only_with_work(void **state)
{
    struct world *world = *state;
    assert_int_equal(start(world, "while :; do :; done", NULL, on_end), MR_OK);
    uint64_t used = 0;
    for (int i = 0; i < 1000 && used < 20000; i++) {
        usleep(10000);
        used = mr_child_cpu_us(world->child);
    }
    assert_true(used >= 20000);
    mr_child_free(&world->child);
    assert_int_equal(start(world, "exec sleep 100", NULL, on_end), MR_OK);
    usleep(100000);
    assert_true(mr_child_cpu_us(world->child) < 90000);
}

/* SIGPIPE is ignored here and must be as usual there. */
static void signals_are_as_usual_in_the_child(void **state)
{
    struct world *world = *state;
    assert_int_equal(start(world, "kill -PIPE $$; exit 3", NULL, on_end), MR_OK);
    mr_loop_run(world->loop);
    assert_int_equal(world->signum, SIGPIPE);
}

static void many_at_once(void **state)
{
    struct world *world = *state;
    struct mr_child *children[16];
    const char *argv[] = {"true", NULL};
    int fds[3] = {-1, -1, -1};
    struct mr_child_options options = {
        .file = "/bin/true", .argv = argv, .fds = fds, .fds_count = 3};
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(mr_child_start(world->loop, &options, on_end, world, &children[i]), MR_OK);
    while (world->ends < 16)
        mr_loop_run(world->loop);
    for (size_t i = 0; i < 16; i++)
        mr_child_free(&children[i]);
    (void)stop;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_exit_code_is_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_signal_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(freed_inside_its_own_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(freed_while_it_runs_is_killed_and_silent, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_loops_end_kills_what_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_program_is_an_error_without_a_callback, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(only_named_descriptors_are_inherited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_environment_can_be_given, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cpu_time_grows_only_with_work, set_up, tear_down),
        cmocka_unit_test_setup_teardown(signals_are_as_usual_in_the_child, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_at_once, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
