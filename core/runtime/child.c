#include "core/runtime/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <moonroom/errors.h>

#include "core/runtime/handle.h"

enum { MAX_FDS = 16 };

struct mr_child {
    struct mr_handle handle;
    uv_process_t uv;
    mr_child_exit_fn *on_exit; /* NULL: the owner has gone, the end is awaited all the same */
    void *ctx;
    int pid;
    bool ended;
};

static void on_end(uv_process_t *uv, int64_t status, int signum)
{
    struct mr_child *child = uv->data;
    child->ended = true;
    if (!child->on_exit)
        mr_handle_close(&child->handle);
    else
        child->on_exit(child->ctx, signum ? -1 : status, signum);
}

/* The loop ends first: nothing may survive it, nor stay behind as a zombie. */
static void kill_now(struct mr_handle *handle)
{
    struct mr_child *child = (struct mr_child *)handle;
    if (child->ended)
        return;
    kill(child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

/* Whatever else this process has open, however it was opened, stays here. */
static void keep_descriptors(void)
{
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static int spawn(struct mr_loop *loop, struct mr_child *child,
                 const struct mr_child_options *options, int null_fd)
{
    uv_stdio_container_t stdio[MAX_FDS];
    for (size_t i = 0; i < options->fds_count; i++) {
        stdio[i].flags = UV_INHERIT_FD;
        stdio[i].data.fd = options->fds[i] >= 0 ? options->fds[i] : null_fd;
    }
    uv_process_options_t uv = {
        .exit_cb = on_end,
        .file = options->file,
        .args = (char **)(uintptr_t)options->argv,
        .env = (char **)(uintptr_t)options->env,
        .cwd = options->folder,
        .stdio_count = (int)options->fds_count,
        .stdio = stdio,
        /* A session of its own: Ctrl-C at the terminal is meant for the prompt alone. */
        .flags = options->foreground ? 0 : UV_PROCESS_DETACHED,
    };
    keep_descriptors();
    int status = uv_spawn(mr_loop_uv(loop), &child->uv, &uv);
    /* libuv wants even a failed one closed. */
    mr_handle_adopt(loop, &child->handle, &child->uv);
    if (status < 0) {
        mr_handle_close(&child->handle);
        return mr_uv_error(status);
    }
    child->handle.orphan = kill_now;
    child->pid = uv_process_get_pid(&child->uv);
    return MR_OK;
}

int mr_child_start(struct mr_loop *loop, const struct mr_child_options *options,
                   mr_child_exit_fn *on_exit, void *ctx, struct mr_child **out)
{
    *out = NULL;
    if (options->fds_count < 3 || options->fds_count > MAX_FDS)
        return MR_EINVAL;
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null_fd < 0)
        return MR_EIO;
    struct mr_child *child = calloc(1, sizeof(*child));
    if (!child) {
        close(null_fd);
        return MR_ENOMEM;
    }
    child->on_exit = on_exit;
    child->ctx = ctx;
    int err = spawn(loop, child, options, null_fd);
    close(null_fd);
    if (err == MR_OK)
        *out = child;
    return err;
}

int mr_child_pid(const struct mr_child *child)
{
    return child->pid;
}

int mr_child_kill(struct mr_child *child, int signum)
{
    if (child->ended)
        return MR_ENOTFOUND;
    return mr_uv_error(uv_process_kill(&child->uv, signum));
}

void mr_child_kill_all(struct mr_child *child)
{
    if (!child->ended)
        kill(-child->pid, SIGKILL); /* its session's first group has its number */
}

uint64_t mr_child_cpu_us(const struct mr_child *child)
{
    clockid_t clock;
    struct timespec used;
    if (child->ended || clock_getcpuclockid(child->pid, &clock) != 0 ||
        clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}

void mr_child_free(struct mr_child **child_)
{
    struct mr_child *child = *child_;
    if (!child)
        return;
    *child_ = NULL;
    if (child->ended) {
        mr_handle_close(&child->handle);
        return;
    }
    child->on_exit = NULL;
    uv_process_kill(&child->uv, SIGKILL);
}

int mr_child_socketpair(int fds[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0)
        return MR_OK;
    return errno == EMFILE || errno == ENFILE ? MR_ELIMIT : MR_EIO;
}
