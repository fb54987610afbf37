/* Streams over real TCP on loopback, socketpairs and pipes; closing inside every callback. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/base/buf.h"
#include "core/runtime/child.h"
#include "core/runtime/stream.h"

enum close_in { CLOSE_NEVER, CLOSE_IN_OPEN, CLOSE_IN_READ, CLOSE_IN_CLOSE, CLOSE_IN_DRAIN };

struct world {
    struct mr_loop *loop;
    struct mr_stream *stream;
    struct mr_timer *timer;
    enum close_in close_in;
    int listener, peer;
    uint16_t port;
    int opens, closes, drains;
    int err;
    char text[128];
    struct mr_buf got;
};

static void on_open(void *ctx)
{
    struct world *world = ctx;
    world->opens++;
    if (world->close_in == CLOSE_IN_OPEN)
        mr_stream_close(&world->stream);
    else
        mr_loop_stop(world->loop);
}

static void on_read(void *ctx, const uint8_t *bytes, size_t len)
{
    struct world *world = ctx;
    assert_int_equal(mr_buf_append(&world->got, bytes, len), MR_OK);
    if (world->close_in == CLOSE_IN_READ)
        mr_stream_close(&world->stream);
    else
        mr_loop_stop(world->loop);
}

static void on_close(void *ctx, int err, const char *text)
{
    struct world *world = ctx;
    world->closes++;
    world->err = err;
    snprintf(world->text, sizeof(world->text), "%s", text);
    if (world->close_in == CLOSE_IN_CLOSE)
        mr_stream_close(&world->stream);
    mr_loop_stop(world->loop);
}

static void on_drain(void *ctx)
{
    struct world *world = ctx;
    world->drains++;
    if (world->close_in == CLOSE_IN_DRAIN)
        mr_stream_close(&world->stream);
    mr_loop_stop(world->loop);
}

static const struct mr_stream_callbacks callbacks = {on_open, on_read, on_close, on_drain};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    assert_int_equal(mr_loop_new(&world->loop), MR_OK);
    mr_buf_init(&world->got, 8 * 1024 * 1024);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    world->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(world->listener >= 0);
    assert_int_equal(bind(world->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(world->listener, 4), 0);
    assert_int_equal(getsockname(world->listener, (struct sockaddr *)&address, &len), 0);
    world->port = ntohs(address.sin_port);
    world->peer = -1;
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    mr_stream_close(&world->stream);
    mr_timer_stop(&world->timer);
    mr_loop_free(world->loop);
    mr_buf_free(&world->got);
    if (world->peer >= 0)
        close(world->peer);
    close(world->listener);
    free(world);
    return 0;
}

static void connect_to(struct world *world, const char *host)
{
    assert_int_equal(
        mr_stream_connect(world->loop, host, world->port, 5000, &callbacks, world, &world->stream),
        MR_OK);
    assert_int_equal(world->opens, 0);
    mr_loop_run(world->loop);
}

static void connect_both(struct world *world)
{
    connect_to(world, "127.0.0.1");
    assert_int_equal(world->opens, 1);
    world->peer = accept(world->listener, NULL, NULL);
    assert_true(world->peer >= 0);
}

static void expect_peer(struct world *world, const char *text)
{
    char bytes[64] = "";
    size_t want = strlen(text), len = 0;
    while (len < want) {
        ssize_t got = read(world->peer, bytes + len, want - len);
        assert_true(got > 0);
        len += (size_t)got;
    }
    assert_string_equal(bytes, text);
}

static void bytes_go_both_ways(void **state)
{
    struct world *world = *state;
    connect_both(world);
    assert_int_equal(mr_stream_write(world->stream, "hello", 5), MR_OK);
    expect_peer(world, "hello");
    assert_int_equal(write(world->peer, "world", 5), 5);
    mr_loop_run(world->loop);
    assert_string_equal(mr_buf_str(&world->got), "world");
    char expected[64];
    snprintf(expected, sizeof(expected), "127.0.0.1:%u", (unsigned)world->port);
    assert_string_equal(mr_stream_peer(world->stream), expected);
    assert_memory_equal(mr_stream_local(world->stream), "127.0.0.1:", 10);
}

static void a_name_is_resolved(void **state)
{
    struct world *world = *state;
    connect_to(world, "localhost");
    assert_int_equal(world->opens, 1);
}

static void an_unknown_name_is_told(void **state)
{
    struct world *world = *state;
    connect_to(world, "no-such-host.invalid");
    assert_int_equal(world->closes, 1);
    assert_int_equal(world->err, MR_ENOTFOUND);
    assert_true(strlen(world->text) > 0);
}

static void a_refusal_is_told_once(void **state)
{
    struct world *world = *state;
    close(world->listener);
    world->listener = -1;
    connect_to(world, "127.0.0.1");
    assert_int_equal(world->opens, 0);
    assert_int_equal(world->closes, 1);
    assert_int_equal(world->err, MR_EREFUSED);
    assert_string_equal(world->text, "connection refused");
    assert_int_equal(mr_stream_write(world->stream, "x", 1), MR_ECLOSED);
}

/* A full backlog: the handshake is never finished. */
static void a_silent_host_times_out(void **state)
{
    struct world *world = *state;
    int fillers[64];
    assert_int_equal(listen(world->listener, 0), 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(world->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (size_t i = 0; i < 64; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(fillers[i], (struct sockaddr *)&address, sizeof(address));
    }
    usleep(50000);
    assert_int_equal(mr_stream_connect(world->loop, "127.0.0.1", world->port, 150, &callbacks,
                                       world, &world->stream),
                     MR_OK);
    mr_loop_run(world->loop);
    assert_int_equal(world->closes, 1);
    assert_int_equal(world->err, MR_ETIMEOUT);
    for (size_t i = 0; i < 64; i++)
        close(fillers[i]);
}

/* Somebody gives up while names are looked up, in every way; nothing waits for the resolver. */
static void giving_up_on_lookups(void **state)
{
    struct world *world = *state;
    static const char *const names[] = {"localhost", "no-such-host.invalid", "localhost.", "a..b"};
    for (int i = 0; i < 40; i++) {
        assert_int_equal(mr_stream_connect(world->loop, names[i % 4], world->port, 5000, &callbacks,
                                           world, &world->stream),
                         MR_OK);
        usleep((useconds_t)(i * 20)); /* sometimes the answer is there already */
        mr_stream_close(&world->stream);
    }
    mr_loop_run(world->loop);
    assert_int_equal(world->opens + world->closes, 0);
    assert_int_equal(mr_stream_connect(world->loop, "localhost", world->port, 5000, &callbacks,
                                       world, &world->stream),
                     MR_OK);
    mr_stream_close(&world->stream);
}

static void closing_before_the_connection_is_silent(void **state)
{
    struct world *world = *state;
    assert_int_equal(mr_stream_connect(world->loop, "127.0.0.1", world->port, 5000, &callbacks,
                                       world, &world->stream),
                     MR_OK);
    assert_int_equal(mr_stream_write(world->stream, "x", 1), MR_ESTATE);
    mr_stream_close(&world->stream);
    assert_null(world->stream);
    assert_int_equal(mr_stream_connect(world->loop, "localhost", world->port, 5000, &callbacks,
                                       world, &world->stream),
                     MR_OK);
    mr_stream_close(&world->stream);
    mr_loop_run(world->loop);
    assert_int_equal(world->opens, 0);
    assert_int_equal(world->closes, 0);
}

static void the_end_of_file_is_told_once(void **state)
{
    struct world *world = *state;
    connect_both(world);
    assert_int_equal(write(world->peer, "bye", 3), 3);
    close(world->peer);
    world->peer = -1;
    while (world->closes == 0)
        mr_loop_run(world->loop);
    assert_string_equal(mr_buf_str(&world->got), "bye");
    assert_int_equal(world->err, MR_OK);
    assert_int_equal(mr_stream_write(world->stream, "x", 1), MR_ECLOSED);
    mr_stream_pause(world->stream);
    mr_stream_resume(world->stream);
    mr_loop_run(world->loop);
    assert_int_equal(world->closes, 1);
}

static void a_reset_is_told(void **state)
{
    struct world *world = *state;
    connect_both(world);
    struct linger linger = {1, 0};
    setsockopt(world->peer, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    close(world->peer);
    world->peer = -1;
    mr_loop_run(world->loop);
    assert_int_equal(world->closes, 1);
    assert_int_equal(world->err, MR_ECLOSED);
}

/* A peer that says its last words and is gone before we write: they are still read. */
static void last_words_are_read_after_a_failed_write(void **state)
{
    struct world *world = *state;
    connect_both(world);
    mr_stream_pause(world->stream);
    assert_int_equal(mr_stream_write(world->stream, "unread", 6), MR_OK);
    usleep(20000);
    assert_int_equal(write(world->peer, "kicked", 6), 6);
    close(world->peer); /* with bytes unread: a reset */
    world->peer = -1;
    usleep(20000);
    mr_stream_write(world->stream, "a", 1);
    mr_stream_write(world->stream, "b", 1);
    mr_stream_resume(world->stream);
    while (world->closes == 0)
        mr_loop_run(world->loop);
    assert_int_equal(world->closes, 1);
    /* Linux keeps what arrived before the reset readable. */
    assert_string_equal(mr_buf_str(&world->got), "kicked");
}

static void closing_inside_each_callback(void **state)
{
    struct world *world = *state;
    for (int where = CLOSE_IN_OPEN; where <= CLOSE_IN_CLOSE; where++) {
        world->close_in = (enum close_in)where;
        world->closes = 0;
        assert_int_equal(mr_stream_connect(world->loop, "127.0.0.1", world->port, 5000, &callbacks,
                                           world, &world->stream),
                         MR_OK);
        if (where != CLOSE_IN_OPEN)
            mr_loop_run(world->loop);
        else
            while (world->stream)
                mr_loop_run(world->loop);
        world->peer = accept(world->listener, NULL, NULL);
        assert_true(world->peer >= 0);
        (void)!write(world->peer, "some bytes", 10);
        close(world->peer);
        world->peer = -1;
        while (world->stream)
            mr_loop_run(world->loop);
        assert_int_equal(world->closes, where == CLOSE_IN_CLOSE ? 1 : 0);
    }
}

static void fill(struct world *world, size_t *total)
{
    static char block[65536];
    memset(block, 'x', sizeof(block));
    int err;
    while ((err = mr_stream_write(world->stream, block, sizeof(block))) == MR_OK)
        *total += sizeof(block);
    assert_int_equal(err, MR_ELIMIT);
}

static void drain_peer(struct world *world, size_t *total)
{
    static char block[65536];
    ssize_t got;
    while ((got = recv(world->peer, block, sizeof(block), MSG_DONTWAIT)) > 0)
        *total += (size_t)got;
}

static void stop(void *ctx)
{
    struct world *world = ctx;
    mr_loop_stop(world->loop);
}

static void a_full_queue_refuses_and_drains(void **state)
{
    struct world *world = *state;
    connect_both(world);
    size_t written = 0, received = 0;
    fill(world, &written);
    assert_true(mr_stream_queued(world->stream) > 0);
    assert_true(mr_stream_queued(world->stream) <= 1024 * 1024);
    assert_int_equal(mr_timer_start(world->loop, 1, 1, stop, world, &world->timer), MR_OK);
    while (world->drains == 0) {
        drain_peer(world, &received);
        mr_loop_run(world->loop);
    }
    assert_int_equal(mr_stream_queued(world->stream), 0);
    for (int i = 0; i < 1000 && received < written; i++) {
        drain_peer(world, &received);
        usleep(1000);
    }
    assert_int_equal(received, written);
    assert_int_equal(world->drains, 1);
}

static void closing_in_drain_and_with_a_full_queue(void **state)
{
    struct world *world = *state;
    size_t written = 0, received = 0;
    connect_both(world);
    world->close_in = CLOSE_IN_DRAIN;
    fill(world, &written);
    assert_int_equal(mr_timer_start(world->loop, 1, 1, stop, world, &world->timer), MR_OK);
    while (world->stream) {
        drain_peer(world, &received);
        mr_loop_run(world->loop);
    }
    mr_timer_stop(&world->timer);
    close(world->peer);
    world->opens = 0;
    connect_both(world);
    fill(world, &written);
    mr_stream_close(&world->stream);
    mr_loop_run(world->loop);
    assert_int_equal(world->closes, 0);
}

/* What is queued when the stream is closed goes out as far as the system takes it, in order. */
static void closing_hands_over_what_is_queued(void **state)
{
    struct world *world = *state;
    int fds[2];
    assert_int_equal(mr_child_socketpair(fds), MR_OK);
    assert_int_equal(mr_stream_open_fd(world->loop, fds[0], &callbacks, world, &world->stream),
                     MR_OK);
    size_t queued = 0;
    uint32_t number = 0;
    while (mr_stream_queued(world->stream) < 100000) {
        assert_int_equal(mr_stream_write(world->stream, &number, sizeof(number)), MR_OK);
        number++;
    }
    /* Make room for a part of what is queued, without the loop: closing writes it. */
    size_t received = 0;
    uint32_t expected = 0;
    struct mr_buf bytes;
    mr_buf_init(&bytes, 8 * 1024 * 1024);
    static char block[65536];
    queued = (size_t)number * sizeof(number);
    for (int i = 0; i < 2; i++) {
        ssize_t got;
        while ((got = recv(fds[1], block, sizeof(block), MSG_DONTWAIT)) > 0)
            assert_int_equal(mr_buf_append(&bytes, block, (size_t)got), MR_OK);
        mr_stream_close(&world->stream);
    }
    mr_loop_run(world->loop);
    received = mr_buf_len(&bytes);
    assert_true(received > 0 && received <= queued);
    for (size_t i = 0; i + sizeof(number) <= received; i += sizeof(number), expected++) {
        uint32_t seen;
        memcpy(&seen, mr_buf_data(&bytes) + i, sizeof(seen));
        assert_int_equal(seen, expected);
    }
    assert_true(received > queued - 100000);
    mr_buf_free(&bytes);
    close(fds[1]);
}

static void a_paused_stream_reads_nothing(void **state)
{
    struct world *world = *state;
    int fds[2];
    assert_int_equal(mr_child_socketpair(fds), MR_OK);
    assert_int_equal(mr_stream_open_fd(world->loop, fds[0], &callbacks, world, &world->stream),
                     MR_OK);
    mr_stream_pause(world->stream);
    assert_int_equal(write(fds[1], "abc", 3), 3);
    mr_timer_start(world->loop, 30, 0, stop, world, &world->timer);
    mr_loop_run(world->loop);
    assert_int_equal(mr_buf_len(&world->got), 0);
    mr_stream_resume(world->stream);
    mr_loop_run(world->loop);
    assert_string_equal(mr_buf_str(&world->got), "abc");
    assert_string_equal(mr_stream_peer(world->stream), "");
    close(fds[1]);
}

static void pipes_of_one_direction(void **state)
{
    struct world *world = *state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(mr_stream_open_fd(world->loop, fds[1], &callbacks, world, &world->stream),
                     MR_OK);
    assert_int_equal(mr_stream_write(world->stream, "out", 3), MR_OK);
    char bytes[8] = "";
    assert_int_equal(read(fds[0], bytes, 8), 3);
    assert_string_equal(bytes, "out");
    close(fds[0]); /* the reader is gone: an error of the write, no signal */
    mr_stream_write(world->stream, "more", 4);
    mr_loop_run(world->loop);
    assert_int_equal(world->closes, 1);
    assert_int_equal(world->err, MR_ECLOSED);
    mr_stream_close(&world->stream);
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(mr_stream_open_fd(world->loop, fds[0], &callbacks, world, &world->stream),
                     MR_OK);
    assert_int_equal(write(fds[1], "in", 2), 2);
    close(fds[1]);
    while (world->closes == 1)
        mr_loop_run(world->loop);
    assert_string_equal(mr_buf_str(&world->got), "in");
    assert_int_equal(world->err, MR_OK);
}

static void a_plain_file_is_read_and_written(void **state)
{
    struct world *world = *state;
    char path[] = "/tmp/mr-test-stream-XXXXXX";
    static char text[200000];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    memset(text, 'y', sizeof(text));
    assert_int_equal(mr_stream_open_fd(world->loop, dup(fd), &callbacks, world, &world->stream),
                     MR_OK);
    mr_stream_pause(world->stream);
    assert_int_equal(mr_stream_write(world->stream, text, sizeof(text)), MR_OK);
    assert_int_equal(mr_stream_queued(world->stream), 0);
    mr_stream_close(&world->stream);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(mr_stream_open_fd(world->loop, fd, &callbacks, world, &world->stream), MR_OK);
    unlink(path);
    assert_int_equal(mr_buf_len(&world->got), 0); /* not from inside */
    while (world->closes == 0)
        mr_loop_run(world->loop);
    assert_int_equal(world->err, MR_OK);
    assert_int_equal(mr_buf_len(&world->got), sizeof(text));
    assert_memory_equal(mr_buf_data(&world->got), text, sizeof(text));
    assert_int_equal(mr_stream_write(world->stream, "x", 1), MR_ECLOSED);
}

static void closing_a_file_inside_its_read(void **state)
{
    struct world *world = *state;
    world->close_in = CLOSE_IN_READ;
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    assert_int_equal(mr_stream_open_fd(world->loop, fd, &callbacks, world, &world->stream), MR_OK);
    assert_int_equal(mr_stream_write(world->stream, "x", 1), MR_EIO); /* opened for reading */
    mr_loop_run(world->loop);
    assert_null(world->stream);
    assert_int_equal(mr_buf_len(&world->got), 65536);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void a_full_device_is_an_error(void **state)
{
    struct world *world = *state;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_int_equal(mr_stream_open_fd(world->loop, fd, &callbacks, world, &world->stream), MR_OK);
    assert_int_equal(mr_stream_write(world->stream, "x", 1), MR_EIO);
    assert_int_equal(world->closes, 0);
    mr_loop_run(world->loop);
    assert_int_equal(world->closes, 1);
    assert_int_equal(world->err, MR_EIO);
}

static void a_bad_descriptor_is_refused_and_closed(void **state)
{
    struct world *world = *state;
    int fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mr_stream_open_fd(world->loop, fd, &callbacks, world, &world->stream),
                         MR_EINVAL);
        assert_null(world->stream);
        assert_int_equal(fcntl(fd, F_GETFD), -1);
    }
    mr_loop_run(world->loop);
}

static void left_open_at_the_loops_end(void **state)
{
    struct world *world = *state;
    connect_both(world);
    size_t written = 0;
    fill(world, &written);
    /* The wrong order: the loop first, with everything still queued. */
    mr_loop_free(world->loop);
    assert_int_equal(mr_stream_write(world->stream, "x", 1), MR_ECLOSED);
    mr_stream_close(&world->stream);
    assert_int_equal(world->closes, 0);
    assert_int_equal(mr_loop_new(&world->loop), MR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bytes_go_both_ways, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_is_resolved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_name_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_is_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_silent_host_times_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(giving_up_on_lookups, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closing_before_the_connection_is_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_end_of_file_is_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reset_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(last_words_are_read_after_a_failed_write, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(closing_inside_each_callback, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_queue_refuses_and_drains, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closing_in_drain_and_with_a_full_queue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closing_hands_over_what_is_queued, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_paused_stream_reads_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pipes_of_one_direction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_plain_file_is_read_and_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closing_a_file_inside_its_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_device_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bad_descriptor_is_refused_and_closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(left_open_at_the_loops_end, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
