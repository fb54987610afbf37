#include "core/runtime/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <moonroom/errors.h>

#include "core/base/secret.h"
#include "core/runtime/stream_inside.h"

enum { WRITE_FAILED_MS = 1000 /* how long a failed write waits for what can still be read */ };

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

static void stop_reading(struct mr_stream *stream);

/* Ending */

void mr_stream_drop_conn(struct mr_stream *stream)
{
    if (!stream->conn)
        return;
    stream->conn->stream = NULL;
    mr_handle_close(&stream->conn->handle);
    stream->conn = NULL;
    if (stream->file >= 0)
        close(stream->file);
    stream->file = -1;
}

void mr_stream_drop_addresses(struct mr_stream *stream)
{
    if (stream->addresses)
        freeaddrinfo(stream->addresses);
    stream->addresses = stream->next_address = NULL;
}

/* The stream ended by itself. The callback may close it: nothing follows. */
static void finish(struct mr_stream *stream, int err, const char *text)
{
    if (stream->ended)
        return;
    stream->ended = true;
    mr_timer_stop(&stream->timer);
    mr_lookup_stop(&stream->lookup);
    mr_stream_drop_addresses(stream);
    if (stream->conn && stream->open)
        stop_reading(stream);
    else
        mr_stream_drop_conn(stream);
    stream->callbacks.on_close(stream->ctx, err, text);
}

void mr_stream_finish_status(struct mr_stream *stream, int status)
{
    int err = status == UV_EOF ? MR_OK : mr_uv_error(status);
    finish(stream, err, status_text(status == UV_EOF ? 0 : status));
}

/* Reading */

static void on_alloc(uv_handle_t *uv, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    struct mr_conn *conn = uv->data;
    /* One buffer for all: nothing reads inside a read callback. */
    *buf = uv_buf_init(conn->handle.loop->read_bytes, MR_READ_BYTES);
}

static void on_read(uv_stream_t *uv, ssize_t len, const uv_buf_t *buf)
{
    struct mr_conn *conn = uv->data;
    struct mr_stream *stream = conn->stream;
    if (!stream || stream->ended || len == 0)
        return;
    if (len < 0)
        mr_stream_finish_status(stream, (int)len);
    else
        stream->callbacks.on_read(stream->ctx, (const uint8_t *)buf->base, (size_t)len);
}

static void on_file(uv_idle_t *uv)
{
    struct mr_conn *conn = uv->data;
    struct mr_stream *stream = conn->stream;
    char *bytes = conn->handle.loop->read_bytes;
    ssize_t len = read(stream->file, bytes, MR_READ_BYTES);
    if (len > 0)
        stream->callbacks.on_read(stream->ctx, (const uint8_t *)bytes, (size_t)len);
    else if (len == 0)
        mr_stream_finish_status(stream, UV_EOF);
    else if (errno != EINTR && errno != EAGAIN)
        mr_stream_finish_status(stream, uv_translate_sys_error(errno));
}

static bool readable(const struct mr_stream *stream)
{
    return stream->file >= 0 ? stream->file_readable : uv_is_readable(&stream->conn->uv.stream);
}

void mr_stream_start_reading(struct mr_stream *stream)
{
    if (!stream->open || stream->ended || stream->paused || !readable(stream))
        return;
    if (stream->file >= 0)
        uv_idle_start(&stream->conn->uv.idle, on_file);
    else
        uv_read_start(&stream->conn->uv.stream, on_alloc, on_read);
}

static void stop_reading(struct mr_stream *stream)
{
    if (stream->file >= 0)
        uv_idle_stop(&stream->conn->uv.idle);
    else
        uv_read_stop(&stream->conn->uv.stream);
}

void mr_stream_pause(struct mr_stream *stream)
{
    stream->paused = true;
    if (stream->open && !stream->ended)
        stop_reading(stream);
}

void mr_stream_resume(struct mr_stream *stream)
{
    stream->paused = false;
    mr_stream_start_reading(stream);
}

/* Writing */

static void on_failed(void *ctx)
{
    struct mr_stream *stream = ctx;
    mr_timer_stop(&stream->timer);
    mr_stream_finish_status(stream, stream->last_status);
}

/* Ends the stream from the loop, in a while. */
int mr_stream_fail_later(struct mr_stream *stream, uint64_t delay_ms, int status)
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
    mr_stream_fail_later(stream, readable(stream) ? WRITE_FAILED_MS : 0, status);
}

/* What was written may have been a secret. */
static void free_write(struct mr_pending_write *write)
{
    mr_wipe(write->bytes, write->len);
    free(write);
}

static void on_written(uv_write_t *uv, int status)
{
    struct mr_pending_write *write = uv->data;
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
    struct mr_pending_write *write = malloc(sizeof(*write) + len);
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

/* A file takes all, or never will. */
static int write_file(struct mr_stream *stream, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(stream->file, bytes, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            int status = uv_translate_sys_error(errno);
            write_failed(stream, status);
            return mr_uv_error(status);
        }
        bytes += done;
        len -= (size_t)done;
    }
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
    if (stream->file >= 0)
        return write_file(stream, bytes, len);
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
    if (stream->file >= 0)
        return;
    uv_os_fd_t fd;
    size_t left = uv_stream_get_write_queue_size(&stream->conn->uv.stream);
    if (left == 0 || left > stream->queued ||
        uv_fileno((uv_handle_t *)&stream->conn->uv.stream, &fd) < 0)
        return;
    size_t skip = stream->queued - left;
    for (struct mr_pending_write *item = stream->writes; item; item = item->next) {
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
    for (struct mr_pending_write *item = stream->writes; item; item = item->next)
        item->stream = NULL;
    mr_timer_stop(&stream->timer);
    mr_lookup_stop(&stream->lookup);
    mr_stream_drop_addresses(stream);
    mr_stream_drop_conn(stream);
    free(stream);
}

/* The loop ends before its stream was closed: nothing is told any more. */
void mr_stream_abandon(struct mr_handle *handle)
{
    struct mr_conn *conn = (struct mr_conn *)handle;
    struct mr_stream *stream = conn->stream;
    conn->stream = NULL;
    if (!stream)
        return;
    for (struct mr_pending_write *item = stream->writes; item; item = item->next)
        item->stream = NULL;
    stream->writes = NULL;
    stream->conn = NULL;
    stream->timer = NULL; /* the loop closes it as well */
    stream->ended = true;
}

const char *mr_stream_peer(const struct mr_stream *stream)
{
    return stream->peer;
}

const char *mr_stream_local(const struct mr_stream *stream)
{
    return stream->local;
}
