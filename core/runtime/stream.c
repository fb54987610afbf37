#include "core/runtime/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <moonroom/errors.h>

#include "core/base/secret.h"
#include "core/runtime/handle.h"

enum {
    MAX_QUEUED = 1024 * 1024,
    KEEPALIVE_IDLE_S = 60,
    KEEPALIVE_INTERVAL_S = 10,
    KEEPALIVE_PROBES = 3,
    UNACKNOWLEDGED_MS = 60000, /* data nobody acknowledges for so long: the other side is gone */
    WRITE_FAILED_MS = 1000,    /* how long a failed write waits for what can still be read */
    ENDPOINT_SIZE = 80
};

/* The libuv side of a stream. It outlives the stream by a turn, then `stream` is NULL. */
struct conn {
    struct mr_handle handle;
    union {
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    uv_connect_t connect;
    struct mr_stream *stream;
};

struct pending_write {
    uv_write_t uv;
    struct mr_stream *stream; /* NULL once the stream is closed */
    struct pending_write *next;
    size_t len;
    char bytes[];
};

struct lookup {
    uv_getaddrinfo_t uv;
    struct mr_stream *stream; /* NULL once the stream is closed */
};

struct mr_stream {
    struct mr_loop *loop;
    struct mr_stream_callbacks callbacks;
    void *ctx;
    struct conn *conn;
    struct lookup *lookup;
    struct addrinfo *addresses, *next_address; /* of a connection that is being opened */
    struct mr_timer *timer;                    /* until opened; then of a failed write */
    uint64_t deadline_ms;
    int last_status; /* why the last address failed */
    bool open, ended, paused, write_failed;
    struct pending_write *writes, **last_write;
    size_t queued, max_queued;
    char peer[ENDPOINT_SIZE], local[ENDPOINT_SIZE];
};

static void try_next_address(struct mr_stream *stream);

/* The sentence part for a failed connection or transfer. */
static const char *status_text(int status)
{
    switch (status) {
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EAI_ADDRFAMILY:
        return "there is no host of that name";
    case UV_EAI_AGAIN:
    case UV_EAI_FAIL:
        return "the name could not be looked up";
    case UV_ETIMEDOUT:
        return "no answer in time";
    case UV_ECONNREFUSED:
        return "connection refused";
    case UV_ECONNRESET:
    case UV_EPIPE:
        return "connection reset by the other side";
    default:
        return status < 0 ? uv_strerror(status) : "connection closed";
    }
}

/* Ending */

static void drop_conn(struct mr_stream *stream)
{
    if (!stream->conn)
        return;
    stream->conn->stream = NULL;
    mr_handle_close(&stream->conn->handle);
    stream->conn = NULL;
}

static void drop_lookup(struct mr_stream *stream)
{
    if (!stream->lookup)
        return;
    stream->lookup->stream = NULL;
    uv_cancel((uv_req_t *)&stream->lookup->uv);
    stream->lookup = NULL;
}

static void drop_addresses(struct mr_stream *stream)
{
    if (stream->addresses)
        uv_freeaddrinfo(stream->addresses);
    stream->addresses = stream->next_address = NULL;
}

/* The stream ended by itself. The callback may close it: nothing follows. */
static void finish(struct mr_stream *stream, int err, const char *text)
{
    if (stream->ended)
        return;
    stream->ended = true;
    mr_timer_stop(&stream->timer);
    drop_lookup(stream);
    drop_addresses(stream);
    if (stream->conn && stream->open)
        uv_read_stop(&stream->conn->uv.stream);
    else
        drop_conn(stream);
    stream->callbacks.on_close(stream->ctx, err, text);
}

static void finish_status(struct mr_stream *stream, int status)
{
    int err = status == UV_EOF ? MR_OK : mr_uv_error(status);
    finish(stream, err, status_text(status == UV_EOF ? 0 : status));
}

/* Reading */

static void on_alloc(uv_handle_t *uv, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    struct conn *conn = uv->data;
    /* One buffer for all: nothing reads inside a read callback. */
    *buf = uv_buf_init(conn->handle.loop->read_bytes, MR_READ_BYTES);
}

static void on_read(uv_stream_t *uv, ssize_t len, const uv_buf_t *buf)
{
    struct conn *conn = uv->data;
    struct mr_stream *stream = conn->stream;
    if (!stream || stream->ended || len == 0)
        return;
    if (len < 0)
        finish_status(stream, (int)len);
    else
        stream->callbacks.on_read(stream->ctx, (const uint8_t *)buf->base, (size_t)len);
}

static void start_reading(struct mr_stream *stream)
{
    if (stream->open && !stream->ended && !stream->paused &&
        uv_is_readable(&stream->conn->uv.stream))
        uv_read_start(&stream->conn->uv.stream, on_alloc, on_read);
}

void mr_stream_pause(struct mr_stream *stream)
{
    stream->paused = true;
    if (stream->open && !stream->ended)
        uv_read_stop(&stream->conn->uv.stream);
}

void mr_stream_resume(struct mr_stream *stream)
{
    stream->paused = false;
    start_reading(stream);
}

/* Writing */

static void on_failed(void *ctx)
{
    struct mr_stream *stream = ctx;
    mr_timer_stop(&stream->timer);
    finish_status(stream, stream->last_status);
}

/* Ends the stream from the loop, in a while. */
static int fail_later(struct mr_stream *stream, uint64_t delay_ms, int status)
{
    stream->last_status = status;
    mr_timer_stop(&stream->timer);
    return mr_timer_start(stream->loop, delay_ms, 0, on_failed, stream, &stream->timer);
}

/* The other side takes no more, but its last words may still wait to be read: the end is told when
 * the reading ends, or after a second. */
static void write_failed(struct mr_stream *stream, int status)
{
    if (stream->ended || stream->write_failed)
        return;
    stream->write_failed = true;
    fail_later(stream, uv_is_readable(&stream->conn->uv.stream) ? WRITE_FAILED_MS : 0, status);
}

/* What was written may have been a secret. */
static void free_write(struct pending_write *write)
{
    mr_wipe(write->bytes, write->len);
    free(write);
}

static void on_written(uv_write_t *uv, int status)
{
    struct pending_write *write = uv->data;
    struct mr_stream *stream = write->stream;
    if (!stream) {
        free_write(write);
        return;
    }
    stream->writes = write->next; /* libuv answers in order */
    if (!stream->writes)
        stream->last_write = &stream->writes;
    stream->queued -= write->len;
    free_write(write);
    if (status < 0)
        write_failed(stream, status);
    else if (stream->queued == 0 && !stream->ended && stream->callbacks.on_drain)
        stream->callbacks.on_drain(stream->ctx);
}

static int queue_write(struct mr_stream *stream, const void *bytes, size_t len)
{
    struct pending_write *write = malloc(sizeof(*write) + len);
    if (!write)
        return MR_ENOMEM;
    memcpy(write->bytes, bytes, len);
    write->stream = stream;
    write->next = NULL;
    write->len = len;
    write->uv.data = write;
    uv_buf_t buf = uv_buf_init(write->bytes, (unsigned)len);
    int status = uv_write(&write->uv, &stream->conn->uv.stream, &buf, 1, on_written);
    if (status < 0) {
        free_write(write);
        return mr_uv_error(status);
    }
    *stream->last_write = write;
    stream->last_write = &write->next;
    stream->queued += len;
    return MR_OK;
}

int mr_stream_write(struct mr_stream *stream, const void *bytes, size_t len)
{
    if (stream->ended || stream->write_failed)
        return MR_ECLOSED;
    if (!stream->open)
        return MR_ESTATE;
    if (len == 0)
        return MR_OK;
    if (len > stream->max_queued || stream->queued > stream->max_queued - len)
        return MR_ELIMIT;
    size_t done = 0;
    if (stream->queued == 0) {
        uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)len);
        int status = uv_try_write(&stream->conn->uv.stream, &buf, 1);
        if (status > 0)
            done = (size_t)status;
    }
    if (done == len)
        return MR_OK;
    int err = queue_write(stream, (const char *)bytes + done, len - done);
    if (err == MR_OK || done == 0)
        return err;
    /* Half of it is out and the rest has no place: the stream is of no more use. */
    write_failed(stream, UV_ENOMEM);
    return MR_ENOMEM;
}

size_t mr_stream_queued(const struct mr_stream *stream)
{
    return stream->queued;
}

void mr_stream_set_max_queued(struct mr_stream *stream, size_t bytes)
{
    /* One write is one libuv buffer, whose size is an unsigned int. */
    stream->max_queued = bytes < UINT32_MAX ? bytes : UINT32_MAX;
}

/* Closing */

/* Hands over what the system takes now. libuv says how much is unwritten; the rest is the tail. */
static void write_out(struct mr_stream *stream)
{
    uv_os_fd_t fd;
    size_t left = uv_stream_get_write_queue_size(&stream->conn->uv.stream);
    if (left == 0 || left > stream->queued ||
        uv_fileno((uv_handle_t *)&stream->conn->uv.stream, &fd) < 0)
        return;
    size_t skip = stream->queued - left;
    for (struct pending_write *item = stream->writes; item; item = item->next) {
        size_t from = skip < item->len ? skip : item->len;
        skip -= from;
        size_t want = item->len - from;
        if (want == 0)
            continue;
        ssize_t done = write(fd, item->bytes + from, want);
        if (done < 0 || (size_t)done < want)
            return;
    }
}

void mr_stream_close(struct mr_stream **stream_)
{
    struct mr_stream *stream = *stream_;
    if (!stream)
        return;
    *stream_ = NULL;
    if (stream->conn && stream->open && !stream->write_failed)
        write_out(stream);
    for (struct pending_write *item = stream->writes; item; item = item->next)
        item->stream = NULL;
    mr_timer_stop(&stream->timer);
    drop_lookup(stream);
    drop_addresses(stream);
    drop_conn(stream);
    free(stream);
}

/* Opening */

/* The loop ends before its stream was closed: nothing is told any more. */
static void abandon(struct mr_handle *handle)
{
    struct conn *conn = (struct conn *)handle;
    struct mr_stream *stream = conn->stream;
    conn->stream = NULL;
    if (!stream)
        return;
    for (struct pending_write *item = stream->writes; item; item = item->next)
        item->stream = NULL;
    stream->writes = NULL;
    stream->conn = NULL;
    stream->timer = NULL; /* the loop closes it as well */
    stream->ended = true;
}

static struct mr_stream *new_stream(struct mr_loop *loop,
                                    const struct mr_stream_callbacks *callbacks, void *ctx)
{
    struct mr_stream *stream = calloc(1, sizeof(*stream));
    if (!stream)
        return NULL;
    stream->loop = loop;
    stream->callbacks = *callbacks;
    stream->ctx = ctx;
    stream->max_queued = MAX_QUEUED;
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
    struct conn *conn = request->data;
    struct mr_stream *stream = conn->stream;
    if (!stream || stream->ended)
        return;
    if (status < 0) {
        stream->last_status = status;
        drop_conn(stream);
        try_next_address(stream);
        return;
    }
    mr_timer_stop(&stream->timer);
    drop_addresses(stream);
    stream->open = true;
    uv_os_fd_t fd;
    if (uv_fileno((uv_handle_t *)&conn->uv.tcp, &fd) == 0) {
        set_tcp_options(&conn->uv.tcp, fd);
        note_endpoints(stream, fd);
    }
    /* Reading starts first: the callback may close the stream. */
    start_reading(stream);
    if (stream->callbacks.on_open)
        stream->callbacks.on_open(stream->ctx);
}

static int start_connect(struct mr_stream *stream, const struct sockaddr *address)
{
    struct conn *conn = calloc(1, sizeof(*conn));
    if (!conn)
        return UV_ENOMEM;
    int status = uv_tcp_init(mr_loop_uv(stream->loop), &conn->uv.tcp);
    if (status < 0) {
        free(conn);
        return status;
    }
    mr_handle_adopt(stream->loop, &conn->handle, &conn->uv.tcp);
    conn->handle.orphan = abandon;
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
    drop_conn(stream);
    drop_lookup(stream);
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
    finish_status(stream, stream->last_status);
}

static void on_resolved(uv_getaddrinfo_t *uv, int status, struct addrinfo *addresses)
{
    struct lookup *lookup = uv->data;
    struct mr_stream *stream = lookup->stream;
    free(lookup);
    if (!stream || stream->loop->ending) {
        uv_freeaddrinfo(addresses);
        return;
    }
    stream->lookup = NULL;
    stream->addresses = stream->next_address = addresses;
    stream->last_status = status < 0 ? status : UV_EAI_NONAME;
    try_next_address(stream);
}

static int start_lookup(struct mr_stream *stream, const char *host, uint16_t port)
{
    struct lookup *lookup = calloc(1, sizeof(*lookup));
    if (!lookup)
        return UV_ENOMEM;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    char service[8];
    snprintf(service, sizeof(service), "%u", (unsigned)port);
    lookup->stream = stream;
    lookup->uv.data = lookup;
    int status =
        uv_getaddrinfo(mr_loop_uv(stream->loop), &lookup->uv, on_resolved, host, service, &hints);
    if (status < 0) {
        free(lookup);
        return status;
    }
    stream->lookup = lookup;
    return 0;
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
            status = start_lookup(stream, host, port);
    }
    if (status < 0 && fail_later(stream, 0, status) != MR_OK) {
        mr_stream_close(&stream);
        return mr_uv_error(status);
    }
    *out = stream;
    return MR_OK;
}

int mr_stream_open_fd(struct mr_loop *loop, int fd, const struct mr_stream_callbacks *callbacks,
                      void *ctx, struct mr_stream **out)
{
    *out = NULL;
    uv_handle_type type = uv_guess_handle(fd);
    if (type != UV_TCP && type != UV_NAMED_PIPE && type != UV_TTY) {
        /* libuv would abort when it comes to wait for a plain file. */
        close(fd);
        return MR_EINVAL;
    }
    struct mr_stream *stream = new_stream(loop, callbacks, ctx);
    struct conn *conn = calloc(1, sizeof(*conn));
    if (!stream || !conn) {
        free(stream);
        free(conn);
        close(fd);
        return MR_ENOMEM;
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    bool tcp = type == UV_TCP;
    int status = tcp ? uv_tcp_init(mr_loop_uv(loop), &conn->uv.tcp)
                     : uv_pipe_init(mr_loop_uv(loop), &conn->uv.pipe, 0);
    if (status < 0) {
        free(stream);
        free(conn);
        close(fd);
        return mr_uv_error(status);
    }
    mr_handle_adopt(loop, &conn->handle, &conn->uv.stream);
    conn->handle.orphan = abandon;
    status = tcp ? uv_tcp_open(&conn->uv.tcp, fd) : uv_pipe_open(&conn->uv.pipe, fd);
    if (status < 0) {
        free(stream);
        mr_handle_close(&conn->handle);
        close(fd);
        return mr_uv_error(status);
    }
    conn->stream = stream;
    stream->conn = conn;
    stream->open = true;
    if (tcp) {
        set_tcp_options(&conn->uv.tcp, fd);
        note_endpoints(stream, fd);
    }
    start_reading(stream);
    *out = stream;
    return MR_OK;
}

const char *mr_stream_peer(const struct mr_stream *stream)
{
    return stream->peer;
}

const char *mr_stream_local(const struct mr_stream *stream)
{
    return stream->local;
}
