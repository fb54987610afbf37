#include "core/runtime/listener.h"

#include <errno.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 16, REST_MS = 1000 };

struct mr_listener {
    struct mr_loop *loop;
    struct mr_watch *watch;
    struct mr_timer *rest; /* out of descriptors: look again later */
    mr_listener_fn *fn;
    void *ctx;
    struct sockaddr_un address;
    int fd;
    bool bound;
};

static int watch(struct mr_listener *listener);

static void rested(void *ctx)
{
    struct mr_listener *listener = ctx;
    mr_timer_stop(&listener->rest);
    (void)watch(listener);
}

static bool is_ours(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
           (peer.uid == geteuid() || peer.uid == 0);
}

static void on_readable(void *ctx)
{
    struct mr_listener *listener = ctx;
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0 && is_ours(fd)) {
        listener->fn(listener->ctx, fd);
    } else if (fd >= 0) {
        close(fd);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        /* The connection stays in the backlog; asking again at once would spin. */
        mr_watch_stop(&listener->watch);
        (void)mr_timer_start(listener->loop, REST_MS, 0, rested, listener, &listener->rest);
    }
}

static int watch(struct mr_listener *listener)
{
    return mr_watch_start(listener->loop, listener->fd, on_readable, listener, &listener->watch);
}

/* Whether a process listens on the socket file that is there. */
static bool is_alive(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool alive = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return alive;
}

static int bind_private(struct mr_listener *listener)
{
    struct stat status;
    const char *path = listener->address.sun_path;
    if (lstat(path, &status) == 0) {
        if (!S_ISSOCK(status.st_mode) || is_alive(&listener->address)) {
            return MR_EEXISTS;
        }
        unlink(path);
    }
    mode_t before = umask(0177);
    int result =
        bind(listener->fd, (const struct sockaddr *)&listener->address, sizeof listener->address);
    umask(before);
    listener->bound = result == 0;
    return result == 0 && listen(listener->fd, BACKLOG) == 0 ? MR_OK : MR_EIO;
}

static int set_up(struct mr_listener *listener, const char *path)
{
    size_t len = strlen(path);
    if (len >= sizeof listener->address.sun_path) {
        return MR_ELIMIT;
    }
    listener->address.sun_family = AF_UNIX;
    memcpy(listener->address.sun_path, path, len + 1);
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int err = listener->fd >= 0 ? bind_private(listener) : MR_EIO;
    return err < 0 ? err : watch(listener);
}

int mr_listener_open(struct mr_loop *loop, const char *path, mr_listener_fn *fn, void *ctx,
                     struct mr_listener **out, char *why, size_t why_size)
{
    struct mr_listener *listener = calloc(1, sizeof *listener);
    *out = listener;
    int err = MR_ENOMEM;
    if (listener) {
        *listener = (struct mr_listener){.loop = loop, .fn = fn, .ctx = ctx, .fd = -1};
        err = set_up(listener, path);
    }
    if (err == MR_EEXISTS) {
        snprintf(why, why_size, "%s is in use: another moonroom listens there.", path);
    } else if (err == MR_ELIMIT) {
        snprintf(why, why_size, "%s is too long a path for a socket (at most 107 bytes).", path);
    } else if (err < 0) {
        snprintf(why, why_size, "Cannot listen on %s: %s.", path, strerror(errno));
    }
    if (err < 0) {
        mr_listener_close(out);
    }
    return err;
}

void mr_listener_close(struct mr_listener **listener_at)
{
    struct mr_listener *listener = *listener_at;
    if (!listener) {
        return;
    }
    *listener_at = NULL;
    mr_watch_stop(&listener->watch);
    mr_timer_stop(&listener->rest);
    if (listener->bound) {
        unlink(listener->address.sun_path);
    }
    if (listener->fd >= 0) {
        close(listener->fd);
    }
    free(listener);
}
