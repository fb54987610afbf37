#include "core/app/local.h"

#include <errno.h>
#include <fcntl.h>
#include <moonroom/errors.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/runtime/child.h"
#include "core/runtime/file.h"
#include "core/runtime/stream.h"

/* Few enough for the classic strategy to find a block in a minute. */
#define LOCAL_ZEROS "5"

enum { STARTUP_MS = 10000, SHUTDOWN_MS = 5000, LINE_MAX_BYTES = 512 };

struct mr_local {
    struct mr_core *core;
    mr_local_fn *fn; /* NULL once told */
    void *ctx;
    char *home;
    char *port_file;
    char *log_file;
    struct mr_child *child;
    struct mr_stream *out;
    struct mr_timer *timer;
    struct mr_buf line;
    uint16_t wanted; /* the port we asked for; 0: any */
    uint16_t last;   /* the port of last time; 0: there was none */
    bool is_new;     /* no port of last time */
    bool exited;
    bool stopping;
};

static int start_child(struct mr_local *local);

static void tell(struct mr_local *local, uint16_t port, const char *why)
{
    mr_local_fn *fn = local->fn;
    local->fn = NULL;
    mr_timer_stop(&local->timer);
    if (fn) {
        fn(local->ctx, port, why);
    }
}

static uint16_t load_port(const char *path)
{
    struct mr_buf text;
    int64_t port = 0;
    mr_buf_init(&text, 16);
    if (mr_file_load(path, &text) == MR_OK) {
        struct mr_span span = mr_str_trim(mr_buf_str(&text), mr_buf_len(&text));
        if (mr_str_to_i64(span.at, span.len, 1, 65535, &port) < 0) {
            port = 0;
        }
    }
    mr_buf_free(&text);
    return (uint16_t)port;
}

/* "listening on ADDRESS:PORT" */
static void handle_line(struct mr_local *local, const char *line)
{
    static const char opening[] = "listening on ";
    const char *colon = strrchr(line, ':');
    int64_t port = 0;
    if (strncmp(line, opening, sizeof opening - 1) != 0 || !colon ||
        mr_str_to_i64(colon + 1, strlen(colon + 1), 1, 65535, &port) < 0) {
        return;
    }
    char text[16];
    int len = snprintf(text, sizeof text, "%d\n", (int)port);
    (void)mr_file_save(local->port_file, text, (size_t)len);
    tell(local, (uint16_t)port, "");
}

static void on_read(void *ctx, const uint8_t *bytes, size_t len)
{
    struct mr_local *local = ctx;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n') {
            handle_line(local, mr_buf_str(&local->line));
            mr_buf_clear(&local->line);
        } else {
            (void)mr_buf_append_byte(&local->line, bytes[i]);
        }
    }
}

static void on_close(void *ctx, int err, const char *text)
{
    struct mr_local *local = ctx;
    (void)err;
    (void)text;
    mr_stream_close(&local->out);
}

static void on_exit_child(void *ctx, int64_t status, int signum)
{
    struct mr_local *local = ctx;
    (void)status;
    (void)signum;
    local->exited = true;
    if (local->stopping) {
        mr_loop_stop(local->core->loop);
        return;
    }
    if (!local->fn) {
        return; /* the session notices by itself */
    }
    mr_stream_close(&local->out);
    mr_child_free(&local->child);
    if (local->wanted != 0) {
        local->wanted = 0; /* the port of last time may be taken: any will do */
        local->exited = false;
        if (start_child(local) == MR_OK) {
            return;
        }
    }
    /* The room is open already, in another terminal: its port is that of last time. */
    char why[512];
    snprintf(why, sizeof why, "The local room did not open. Its log says why: %s", local->log_file);
    mr_log_write(local->core->log, MR_LOG_INFO, "%s", why);
    tell(local, local->last, why);
}

static void on_timeout(void *ctx)
{
    tell(ctx, 0, "The local room did not open within 10 seconds.");
}

static int open_log(const struct mr_local *local)
{
    return open(local->log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static int spawn(struct mr_local *local, int out_fd, int log_fd)
{
    char port[8], parent[48];
    snprintf(parent, sizeof parent, "--exit-with-parent=%ld", (long)getpid());
    snprintf(port, sizeof port, "%u", (unsigned)local->wanted);
    const char *const argv[] = {local->core->paths->self,
                                "host",
                                "--home",
                                local->home,
                                "--port",
                                port,
                                "--zeros",
                                LOCAL_ZEROS,
                                parent,
                                NULL};
    const int fds[] = {-1, out_fd, log_fd};
    const struct mr_child_options options = {
        .file = local->core->paths->self, .argv = argv, .fds = fds, .fds_count = 3};
    return mr_child_start(local->core->loop, &options, on_exit_child, local, &local->child);
}

static int start_child(struct mr_local *local)
{
    static const struct mr_stream_callbacks callbacks = {.on_read = on_read, .on_close = on_close};
    int pair[2];
    int log_fd = open_log(local);
    if (log_fd < 0) {
        return MR_EIO;
    }
    int err = mr_child_socketpair(pair);
    if (err == MR_OK) {
        err = spawn(local, pair[1], log_fd);
        close(pair[1]);
        if (err == MR_OK) {
            err = mr_stream_open_fd(local->core->loop, pair[0], &callbacks, local, &local->out);
        } else {
            close(pair[0]);
        }
    }
    close(log_fd);
    return err;
}

static int prepare(struct mr_local *local)
{
    const struct mr_paths *paths = local->core->paths;
    local->home = mr_paths_join(paths->data, "room");
    local->port_file = mr_paths_join(paths->data, "local-port");
    local->log_file = mr_paths_join(paths->state, "room.log");
    if (!local->home || !local->port_file || !local->log_file) {
        return MR_ENOMEM;
    }
    int err = mr_file_make_folder(paths->data);
    if (err == MR_OK) {
        err = mr_file_make_folder(paths->state);
    }
    local->last = load_port(local->port_file);
    local->wanted = local->last;
    return err;
}

int mr_local_start(struct mr_core *core, mr_local_fn *fn, void *ctx, struct mr_local **out)
{
    struct mr_local *local = calloc(1, sizeof *local);
    *out = local;
    if (!local) {
        return MR_ENOMEM;
    }
    local->core = core;
    local->fn = fn;
    local->ctx = ctx;
    mr_buf_init(&local->line, LINE_MAX_BYTES);
    int err = prepare(local);
    if (err == MR_OK) {
        err = start_child(local);
    }
    if (err == MR_OK) {
        err = mr_timer_start(core->loop, STARTUP_MS, 0, on_timeout, local, &local->timer);
    }
    if (err < 0) {
        local->fn = NULL;
        mr_local_stop(out);
    }
    return err;
}

bool mr_local_is_new(const struct mr_local *local)
{
    return local->last == 0;
}

static void stop_waiting(void *ctx)
{
    struct mr_local *local = ctx;
    mr_loop_stop(local->core->loop);
}

void mr_local_stop(struct mr_local **local_at)
{
    struct mr_local *local = *local_at;
    if (!local) {
        return;
    }
    *local_at = NULL;
    local->fn = NULL;
    mr_timer_stop(&local->timer);
    if (local->child && !local->exited) {
        local->stopping = true;
        (void)mr_child_kill(local->child, SIGTERM);
        if (mr_timer_start(local->core->loop, SHUTDOWN_MS, 0, stop_waiting, local, &local->timer) ==
            MR_OK) {
            (void)mr_loop_run(local->core->loop);
        }
        mr_timer_stop(&local->timer);
    }
    mr_stream_close(&local->out);
    mr_child_free(&local->child);
    mr_buf_free(&local->line);
    free(local->home);
    free(local->port_file);
    free(local->log_file);
    free(local);
}
