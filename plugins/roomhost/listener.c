#include "plugins/roomhost/listener.h"

#include "plugins/roomhost/address.h"

#include <moonroom/errors.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum { BACKLOG = 1024, PER_TURN = 64, PAUSE_MS = 200 };

struct mr_listener {
    int fd;
    bool paused;
    unsigned handles; /* still to be closed */
    uv_poll_t poll;
    uv_timer_t again;
    mr_listener_fn *fn;
    void *ctx;
    char text[64];
};

static void on_readable(uv_poll_t *poll, int status, int events);

static void listen_again(struct mr_listener *listener)
{
    if (!listener->paused)
        uv_poll_start(&listener->poll, UV_READABLE, on_readable);
}

static void on_again(uv_timer_t *timer)
{
    listen_again(timer->data);
}

/* A connection that broke off while it waited says nothing about the next one. */
static bool harmless(int error)
{
    return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM ||
           error == ENETDOWN || error == ENETUNREACH || error == EHOSTDOWN ||
           error == EHOSTUNREACH || error == ENOPROTOOPT || error == ENONET;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct mr_listener *listener = poll->data;
    (void)status;
    (void)events;
    for (int i = 0; i < PER_TURN && !listener->paused; i++) {
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        int fd =
            accept4(listener->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            listener->fn(listener->ctx, fd, (const struct sockaddr *)&from);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else if (!harmless(errno)) {
            /* Out of descriptors or memory: the socket stays readable, so wait with it. */
            uv_poll_stop(&listener->poll);
            uv_timer_start(&listener->again, on_again, PAUSE_MS, 0);
            return;
        }
    }
}

static int bind_and_listen(const struct sockaddr_storage *address, struct mr_listener *listener)
{
    int on = 1, off = 0;
    socklen_t len =
        address->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    struct sockaddr_storage bound;
    socklen_t bound_len = sizeof bound;
    if (bind(fd, (const struct sockaddr *)address, len) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&bound, &bound_len) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    mr_address_show((const struct sockaddr *)&bound, listener->text, sizeof listener->text);
    return fd;
}

static const char *bind_problem(int error)
{
    switch (error) {
    case EADDRINUSE:
        return "another program listens there; try another --port";
    case EACCES:
        return "this port is not for everybody; try one above 1023";
    case EADDRNOTAVAIL:
        return "this machine does not have that address";
    default:
        return "the system does not allow it";
    }
}

static void on_closed(uv_handle_t *handle)
{
    struct mr_listener *listener = handle->data;
    if (--listener->handles == 0)
        free(listener);
}

static int start(struct uv_loop_s *loop, struct mr_listener *listener)
{
    if (uv_poll_init(loop, &listener->poll, listener->fd) != 0)
        return MR_EIO;
    uv_timer_init(loop, &listener->again);
    listener->poll.data = listener->again.data = listener;
    listener->handles = 2;
    uv_poll_start(&listener->poll, UV_READABLE, on_readable);
    return MR_OK;
}

int mr_listener_open(struct uv_loop_s *loop, const struct sockaddr_storage *address,
                     mr_listener_fn *fn, void *ctx, char *why, size_t why_size,
                     struct mr_listener **out)
{
    struct mr_listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return MR_ENOMEM;
    listener->fn = fn;
    listener->ctx = ctx;
    listener->fd = bind_and_listen(address, listener);
    if (listener->fd < 0) {
        char wanted[64];
        const char *problem = bind_problem(errno);
        mr_address_show((const struct sockaddr *)address, wanted, sizeof wanted);
        snprintf(why, why_size, "The room cannot listen on %s: %s.", wanted, problem);
        free(listener);
        return MR_EIO;
    }
    if (start(loop, listener) != MR_OK) {
        snprintf(why, why_size, "The room cannot listen.");
        close(listener->fd);
        free(listener);
        return MR_EIO;
    }
    *out = listener;
    return MR_OK;
}

const char *mr_listener_text(const struct mr_listener *listener)
{
    return listener->text;
}

void mr_listener_pause(struct mr_listener *listener)
{
    listener->paused = true;
    uv_poll_stop(&listener->poll);
}

void mr_listener_resume(struct mr_listener *listener)
{
    listener->paused = false;
    listen_again(listener);
}

void mr_listener_close(struct mr_listener **listener)
{
    if (!*listener)
        return;
    struct mr_listener *gone = *listener;
    *listener = NULL;
    uv_poll_stop(&gone->poll);
    uv_close((uv_handle_t *)&gone->poll, on_closed);
    uv_close((uv_handle_t *)&gone->again, on_closed);
    close(gone->fd);
}
