#include "core/app/stdio_rpc.h"

#include <fcntl.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/api/rpc.h"
#include "core/api/serve.h"
#include "core/base/exit.h"
#include "core/base/limits.h"
#include "core/runtime/stream.h"

struct mr_stdio_rpc {
    struct mr_core *core;
    struct mr_caller *caller;
    struct mr_rpc *rpc;
    struct mr_stream *in;
    struct mr_stream *out;
    bool ending;
};

static void end(struct mr_stdio_rpc *door, int code)
{
    if (!door->ending) {
        door->ending = true;
        door->core->quit(door->core->quit_ctx, code);
    }
}

static int on_write(void *ctx, const char *line, size_t len)
{
    struct mr_stdio_rpc *door = ctx;
    return mr_stream_write(door->out, line, len);
}

static void on_request(void *ctx, const cJSON *id, const char *method, const cJSON *params)
{
    struct mr_stdio_rpc *door = ctx;
    mr_serve_request(door->core->api, door->caller, door->rpc, id, method, params);
}

static void on_broken(void *ctx, const char *reason)
{
    struct mr_stdio_rpc *door = ctx;
    mr_log_write(door->core->log, MR_LOG_ERROR, "--rpc: standard input: %s", reason);
    end(door, MR_EXIT_FAILED);
}

static void on_notify(void *ctx, const char *method, const cJSON *params)
{
    struct mr_stdio_rpc *door = ctx;
    if (door->rpc && mr_rpc_notify(door->rpc, method, params) == MR_ELIMIT) {
        mr_log_write(door->core->log, MR_LOG_WARN, "--rpc: standard output is not read, %s lost",
                     method);
    }
}

static void on_read(void *ctx, const uint8_t *bytes, size_t len)
{
    struct mr_stdio_rpc *door = ctx;
    (void)mr_rpc_feed(door->rpc, bytes, len, 0);
}

static void on_in_close(void *ctx, int err, const char *text)
{
    (void)err;
    (void)text;
    end(ctx, MR_EXIT_OK);
}

static void on_out_read(void *ctx, const uint8_t *bytes, size_t len)
{
    (void)ctx;
    (void)bytes;
    (void)len;
}

static bool is_pipe_or_socket(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

static int open_streams(struct mr_stdio_rpc *door)
{
    static const struct mr_stream_callbacks in = {.on_read = on_read, .on_close = on_in_close};
    static const struct mr_stream_callbacks out = {.on_read = on_out_read, .on_close = on_in_close};
    struct mr_loop *loop = door->core->loop;
    int in_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    int out_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    int err = mr_stream_open_fd(loop, out_fd, &out, door, &door->out);
    if (err < 0) {
        close(in_fd);
        return err;
    }
    return mr_stream_open_fd(loop, in_fd, &in, door, &door->in);
}

int mr_stdio_rpc_start(struct mr_core *core, struct mr_stdio_rpc **out, char *why, size_t why_size)
{
    static const struct mr_rpc_callbacks callbacks = {on_write, on_request, on_broken};
    *out = NULL;
    if (!is_pipe_or_socket(STDIN_FILENO) || !is_pipe_or_socket(STDOUT_FILENO)) {
        snprintf(why, why_size,
                 "--rpc is for programs: standard input and output must be pipes or sockets.");
        return MR_EIO;
    }
    struct mr_stdio_rpc *door = calloc(1, sizeof *door);
    if (!door) {
        snprintf(why, why_size, "%s", mr_error_text(MR_ENOMEM));
        return MR_ENOMEM;
    }
    door->core = core;
    const struct mr_caller_options options = {
        .kind = MR_CALLER_RPC, .name = "rpc", .notify = on_notify, .ctx = door};
    int err = mr_caller_new(core->api, &options, &door->caller);
    if (err == MR_OK) {
        err = mr_rpc_new(&callbacks, door, &door->rpc);
    }
    if (err == MR_OK) {
        err = open_streams(door);
    }
    if (err < 0) {
        snprintf(why, why_size, "--rpc could not start: %s.", mr_error_text(err));
        mr_stdio_rpc_stop(&door);
        return err;
    }
    *out = door;
    return MR_OK;
}

void mr_stdio_rpc_stop(struct mr_stdio_rpc **door_at)
{
    struct mr_stdio_rpc *door = *door_at;
    if (!door) {
        return;
    }
    *door_at = NULL;
    door->ending = true;
    mr_caller_free(&door->caller);
    mr_rpc_free(&door->rpc);
    mr_stream_close(&door->in);
    mr_stream_close(&door->out);
    free(door);
}
