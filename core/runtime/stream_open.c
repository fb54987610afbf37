/* How a stream begins: by a name or an address, or by a descriptor. */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <moonroom/errors.h>

#include "core/runtime/stream_inside.h"

enum {
    KEEPALIVE_IDLE_S = 60,
    KEEPALIVE_INTERVAL_S = 10,
    KEEPALIVE_PROBES = 3,
    UNACKNOWLEDGED_MS = 60000 /* data nobody acknowledges for so long: the other side is gone */
};

static void try_next_address(struct mr_stream *stream);

static struct mr_stream *new_stream(struct mr_loop *loop,
                                    const struct mr_stream_callbacks *callbacks, void *ctx)
{
    struct mr_stream *stream = calloc(1, sizeof(*stream));
    if (!stream)
        return NULL;
    stream->loop = loop;
    stream->callbacks = *callbacks;
    stream->ctx = ctx;
    stream->file = -1;
    stream->max_queued = MR_MAX_QUEUED;
    stream->last_write = &stream->writes;
    return stream;
}

static void format_endpoint(const struct sockaddr_storage *address, char *out, size_t size)
{
    char ip[INET6_ADDRSTRLEN];
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        if (uv_ip4_name(in, ip, sizeof(ip)) == 0)
            snprintf(out, size, "%s:%u", ip, (unsigned)ntohs(in->sin_port));
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *)address;
        if (uv_ip6_name(in, ip, sizeof(ip)) == 0)
            snprintf(out, size, "[%s]:%u", ip, (unsigned)ntohs(in->sin6_port));
    }
}

static void note_endpoints(struct mr_stream *stream, int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof(address);
    if (getpeername(fd, (struct sockaddr *)&address, &len) == 0)
        format_endpoint(&address, stream->peer, sizeof(stream->peer));
    len = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &len) == 0)
        format_endpoint(&address, stream->local, sizeof(stream->local));
}

/* Without these a host that vanished would be noticed after hours. All are best effort. */
static void set_tcp_options(uv_tcp_t *tcp, int fd)
{
    int interval = KEEPALIVE_INTERVAL_S, probes = KEEPALIVE_PROBES;
    unsigned unacknowledged = UNACKNOWLEDGED_MS;
    uv_tcp_nodelay(tcp, 1);
    uv_tcp_keepalive(tcp, 1, KEEPALIVE_IDLE_S);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged, sizeof(unacknowledged));
}

static void on_connected(uv_connect_t *request, int status)
{
    struct mr_conn *conn = request->data;
    struct mr_stream *stream = conn->stream;
    if (!stream || stream->ended)
        return;
    if (status < 0) {
        stream->last_status = status;
        mr_stream_drop_conn(stream);
        try_next_address(stream);
        return;
    }
    mr_timer_stop(&stream->timer);
    mr_stream_drop_addresses(stream);
    stream->open = true;
    uv_os_fd_t fd;
    if (uv_fileno((uv_handle_t *)&conn->uv.tcp, &fd) == 0) {
        set_tcp_options(&conn->uv.tcp, fd);
        note_endpoints(stream, fd);
    }
    /* Reading starts first: the callback may close the stream. */
    mr_stream_start_reading(stream);
    if (stream->callbacks.on_open)
        stream->callbacks.on_open(stream->ctx);
}

static int start_connect(struct mr_stream *stream, const struct sockaddr *address)
{
    struct mr_conn *conn = calloc(1, sizeof(*conn));
    if (!conn)
        return UV_ENOMEM;
    int status = uv_tcp_init(mr_loop_uv(stream->loop), &conn->uv.tcp);
    if (status < 0) {
        free(conn);
        return status;
    }
    mr_handle_adopt(stream->loop, &conn->handle, &conn->uv.tcp);
    conn->handle.orphan = mr_stream_abandon;
    conn->stream = stream;
    conn->connect.data = conn;
    status = uv_tcp_connect(&conn->connect, &conn->uv.tcp, address, on_connected);
    if (status < 0) {
        mr_handle_close(&conn->handle);
        return status;
    }
    stream->conn = conn;
    return 0;
}

static void on_attempt_timeout(void *ctx)
{
    struct mr_stream *stream = ctx;
    mr_timer_stop(&stream->timer);
    stream->last_status = UV_ETIMEDOUT;
    mr_stream_drop_conn(stream);
    mr_lookup_stop(&stream->lookup);
    try_next_address(stream);
}

/* Each address gets its share of the time that is left, so that a dead first one leaves some. */
static int arm_attempt(struct mr_stream *stream)
{
    uint64_t now = mr_loop_now_ms(stream->loop);
    uint64_t left = stream->deadline_ms > now ? stream->deadline_ms - now : 0;
    uint64_t addresses = 1;
    for (struct addrinfo *info = stream->next_address; info; info = info->ai_next)
        addresses++;
    if (left == 0)
        return UV_ETIMEDOUT;
    mr_timer_stop(&stream->timer);
    return mr_timer_start(stream->loop, left / addresses, 0, on_attempt_timeout, stream,
                          &stream->timer) == MR_OK
               ? 0
               : UV_ENOMEM;
}

static void try_next_address(struct mr_stream *stream)
{
    while (stream->next_address) {
        struct addrinfo *info = stream->next_address;
        stream->next_address = info->ai_next;
        int status = arm_attempt(stream);
        if (status == 0)
            status = start_connect(stream, info->ai_addr);
        if (status == 0)
            return;
        stream->last_status = status;
    }
    mr_stream_finish_status(stream, stream->last_status);
}

static void on_resolved(void *ctx, int status, struct addrinfo *addresses)
{
    struct mr_stream *stream = ctx;
    mr_lookup_stop(&stream->lookup);
    stream->addresses = stream->next_address = addresses;
    stream->last_status = status < 0 ? status : UV_EAI_NONAME;
    try_next_address(stream);
}

int mr_stream_connect(struct mr_loop *loop, const char *host, uint16_t port, uint64_t timeout_ms,
                      const struct mr_stream_callbacks *callbacks, void *ctx,
                      struct mr_stream **out)
{
    *out = NULL;
    struct mr_stream *stream = new_stream(loop, callbacks, ctx);
    if (!stream)
        return MR_ENOMEM;
    stream->deadline_ms = mr_loop_now_ms(loop) + timeout_ms;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    int status = arm_attempt(stream);
    if (status == 0) {
        /* An address needs no look-up, which would take a thread. */
        if (uv_ip4_addr(host, port, &address.v4) == 0 || uv_ip6_addr(host, port, &address.v6) == 0)
            status = start_connect(stream, &address.any);
        else
            status = mr_lookup_start(loop, host, port, on_resolved, stream, &stream->lookup);
    }
    if (status < 0 && mr_stream_fail_later(stream, 0, status) != MR_OK) {
        mr_stream_close(&stream);
        return mr_uv_error(status);
    }
    *out = stream;
    return MR_OK;
}

/* Makes the libuv handle for fd. On an error it may already be on the loop's list: then it is
 * closed. */
static int open_handle(struct mr_stream *stream, struct mr_conn *conn, uv_handle_type type, int fd)
{
    uv_loop_t *uv = mr_loop_uv(stream->loop);
    int status;
    if (type == UV_TCP)
        status = uv_tcp_init(uv, &conn->uv.tcp);
    else if (type == UV_FILE)
        status = uv_idle_init(uv, &conn->uv.idle);
    else
        status = uv_pipe_init(uv, &conn->uv.pipe, 0);
    if (status < 0) {
        free(conn);
        return status;
    }
    mr_handle_adopt(stream->loop, &conn->handle, &conn->uv.stream);
    conn->handle.orphan = mr_stream_abandon;
    if (type == UV_TCP)
        status = uv_tcp_open(&conn->uv.tcp, fd);
    else if (type != UV_FILE)
        status = uv_pipe_open(&conn->uv.pipe, fd);
    if (status < 0)
        mr_handle_close(&conn->handle);
    return status;
}

/* What libuv calls a file is also any device that is no terminal. Folders are not. */
static bool file_fits(struct mr_stream *stream, int fd)
{
    int mode = fcntl(fd, F_GETFL);
    struct stat status;
    if (mode < 0 || fstat(fd, &status) != 0 || S_ISDIR(status.st_mode))
        return false;
    stream->file = fd;
    stream->file_readable = (mode & O_ACCMODE) != O_WRONLY;
    return true;
}

static int open_fd(struct mr_stream *stream, int fd)
{
    uv_handle_type type = uv_guess_handle(fd);
    if (type != UV_TCP && type != UV_NAMED_PIPE && type != UV_TTY &&
        (type != UV_FILE || !file_fits(stream, fd)))
        return UV_EINVAL;
    struct mr_conn *conn = calloc(1, sizeof(*conn));
    if (!conn)
        return UV_ENOMEM;
    int status = open_handle(stream, conn, type, fd);
    if (status < 0)
        return status;
    conn->stream = stream;
    stream->conn = conn;
    stream->open = true;
    if (type == UV_TCP) {
        set_tcp_options(&conn->uv.tcp, fd);
        note_endpoints(stream, fd);
    }
    return 0;
}

int mr_stream_open_fd(struct mr_loop *loop, int fd, const struct mr_stream_callbacks *callbacks,
                      void *ctx, struct mr_stream **out)
{
    *out = NULL;
    struct mr_stream *stream = new_stream(loop, callbacks, ctx);
    int status = stream ? open_fd(stream, fd) : UV_ENOMEM;
    if (status < 0) {
        free(stream);
        close(fd);
        return mr_uv_error(status);
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    mr_stream_start_reading(stream);
    *out = stream;
    return MR_OK;
}
