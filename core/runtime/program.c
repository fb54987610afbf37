#include "core/runtime/program.h"

#include <errno.h>
#include <fcntl.h>
#include <moonroom/errors.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/runtime/child.h"
#include "core/runtime/stream.h"

/* What a program has left running may hold its output open for ever. */
enum { LINGER_MS = 200 };

struct pipe {
    struct mr_program *program;
    struct mr_stream *stream;
    struct mr_buf bytes;
    bool ended;
};

struct mr_program {
    struct mr_loop *loop;
    mr_program_fn *fn;
    void *ctx;
    struct mr_child *child;
    struct pipe out, err;
    struct mr_timer *timer; /* its time; behind its end, how long output is waited for */
    int64_t status;
    int signum;
    bool exited, truncated, late;
};

/* Finding ------------------------------------------------------------------------------------ */

static bool can_run(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

int mr_program_find(const char *name, char **out)
{
    const char *path = getenv("PATH");
    *out = NULL;
    if (name[0] == '/') {
        *out = can_run(name) ? strdup(name) : NULL;
        return *out ? MR_OK : MR_ENOTFOUND;
    }
    for (const char *at = path ? path : "/usr/local/bin:/usr/bin:/bin"; *at; at += *at == ':') {
        size_t len = strcspn(at, ":");
        char *file = NULL;
        if (*at == '/' && asprintf(&file, "%.*s/%s", (int)len, at, name) < 0) {
            return MR_ENOMEM;
        }
        if (file && can_run(file)) {
            *out = file;
            return MR_OK;
        }
        free(file);
        at += len;
    }
    return MR_ENOTFOUND;
}

/* Running ------------------------------------------------------------------------------------ */

static void finish(struct mr_program *program)
{
    const struct mr_program_result result = {.status = program->status,
                                             .signum = program->signum,
                                             .out = &program->out.bytes,
                                             .err = &program->err.bytes,
                                             .truncated = program->truncated};
    mr_timer_stop(&program->timer);
    program->fn(program->ctx, program->late ? MR_ETIMEOUT : MR_OK, &result);
}

static void on_lingered(void *ctx)
{
    finish(ctx);
}

static void check_end(struct mr_program *program)
{
    if (!program->exited) {
        return;
    }
    mr_timer_stop(&program->timer);
    if ((program->out.ended && program->err.ended) ||
        mr_timer_start_real(program->loop, LINGER_MS, 0, on_lingered, program, &program->timer) <
            0) {
        finish(program);
    }
}

static void on_late(void *ctx)
{
    struct mr_program *program = ctx;
    mr_timer_stop(&program->timer);
    program->late = true;
    mr_child_kill_all(program->child);
}

static void on_read(void *ctx, const uint8_t *bytes, size_t len)
{
    struct pipe *pipe = ctx;
    size_t room = mr_buf_room(&pipe->bytes);
    (void)mr_buf_append(&pipe->bytes, bytes, len < room ? len : room);
    if (len > room && !pipe->program->truncated) {
        pipe->program->truncated = true;
        mr_child_kill_all(pipe->program->child);
    }
}

static void on_close(void *ctx, int err, const char *text)
{
    struct pipe *pipe = ctx;
    (void)err;
    (void)text;
    pipe->ended = true;
    check_end(pipe->program);
}

static void on_exit_status(void *ctx, int64_t status, int signum)
{
    struct mr_program *program = ctx;
    program->exited = true;
    program->status = status;
    program->signum = signum;
    check_end(program);
}

static int open_pipe(struct mr_program *program, struct pipe *pipe, size_t max, int *child_end)
{
    static const struct mr_stream_callbacks callbacks = {.on_read = on_read, .on_close = on_close};
    int fds[2];
    pipe->program = program;
    mr_buf_init(&pipe->bytes, max);
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return errno == EMFILE || errno == ENFILE ? MR_ELIMIT : MR_EIO;
    }
    *child_end = fds[1];
    return mr_stream_open_fd(program->loop, fds[0], &callbacks, pipe, &pipe->stream);
}

static int start(struct mr_program *program, const struct mr_program_options *options)
{
    int fds[3] = {-1, -1, -1};
    int err = open_pipe(program, &program->out, options->out_max, &fds[1]);
    if (err == MR_OK) {
        err = open_pipe(program, &program->err, options->err_max, &fds[2]);
    }
    if (err == MR_OK) {
        const struct mr_child_options child = {.file = options->file,
                                               .argv = options->argv,
                                               .folder = options->folder ? options->folder : "/",
                                               .fds = fds,
                                               .fds_count = 3};
        err = mr_child_start(program->loop, &child, on_exit_status, program, &program->child);
    }
    for (int i = 1; i < 3; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    if (err == MR_OK) {
        err = mr_timer_start_real(program->loop, options->timeout_ms, 0, on_late, program,
                                  &program->timer);
    }
    return err;
}

int mr_program_start(struct mr_loop *loop, const struct mr_program_options *options,
                     mr_program_fn *fn, void *ctx, struct mr_program **out)
{
    struct mr_program *program = calloc(1, sizeof *program);
    *out = NULL;
    if (!program) {
        return MR_ENOMEM;
    }
    program->loop = loop;
    program->fn = fn;
    program->ctx = ctx;
    int err = start(program, options);
    if (err < 0) {
        mr_program_free(&program);
    }
    *out = program;
    return err;
}

void mr_program_free(struct mr_program **program_at)
{
    struct mr_program *program = *program_at;
    if (!program) {
        return;
    }
    *program_at = NULL;
    mr_timer_stop(&program->timer);
    mr_stream_close(&program->out.stream);
    mr_stream_close(&program->err.stream);
    if (program->child) {
        mr_child_kill_all(program->child);
    }
    mr_child_free(&program->child);
    mr_buf_free(&program->out.bytes);
    mr_buf_free(&program->err.bytes);
    free(program);
}
