#include "core/app/stdio_rpc.h"

#include <fcntl.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/api/door.h"
#include "core/base/exit.h"

struct mr_stdio_rpc {
    struct mr_core *core;
    struct mr_door *door;
};

static void on_end(void *ctx, int err, const char *why)
{
    struct mr_stdio_rpc *rpc = ctx;
    if (err < 0) {
        mr_log_write(rpc->core->log, MR_LOG_ERROR, "--rpc: standard input: %s", why);
    }
    rpc->core->quit(rpc->core->quit_ctx, err < 0 ? MR_EXIT_FAILED : MR_EXIT_OK);
}

static bool is_pipe_or_socket(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

int mr_stdio_rpc_start(struct mr_core *core, struct mr_stdio_rpc **out, char *why, size_t why_size)
{
    *out = NULL;
    if (!is_pipe_or_socket(STDIN_FILENO) || !is_pipe_or_socket(STDOUT_FILENO)) {
        snprintf(why, why_size,
                 "--rpc is for programs: standard input and output must be pipes or sockets.");
        return MR_EIO;
    }
    struct mr_stdio_rpc *rpc = calloc(1, sizeof *rpc);
    if (!rpc) {
        snprintf(why, why_size, "%s", mr_error_text(MR_ENOMEM));
        return MR_ENOMEM;
    }
    rpc->core = core;
    const struct mr_door_options options = {
        .kind = MR_CALLER_RPC,
        .name = "rpc",
        .in_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3),
        .out_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3),
        .on_end = on_end,
        .ctx = rpc,
    };
    int err = mr_door_open(core, &options, &rpc->door);
    if (err < 0) {
        snprintf(why, why_size, "--rpc could not start: %s.", mr_error_text(err));
        free(rpc);
        return err;
    }
    *out = rpc;
    return MR_OK;
}

void mr_stdio_rpc_stop(struct mr_stdio_rpc **rpc)
{
    if (*rpc) {
        mr_door_close(&(*rpc)->door);
        free(*rpc);
        *rpc = NULL;
    }
}
