/* The inside of a stream, shared by stream.c (reading, writing, closing) and stream_open.c. */
#ifndef MR_RUNTIME_STREAM_INSIDE_H
#define MR_RUNTIME_STREAM_INSIDE_H

#include <stdbool.h>

#include "core/runtime/handle.h"
#include "core/runtime/lookup.h"
#include "core/runtime/stream.h"

enum { MR_ENDPOINT_SIZE = 80, MR_MAX_QUEUED = 1024 * 1024 };

/* The libuv side of a stream. It outlives the stream by a turn, then `stream` is NULL. */
struct mr_conn {
    struct mr_handle handle;
    union {
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
        uv_idle_t idle; /* a plain file is always ready */
    } uv;
    uv_connect_t connect;
    struct mr_stream *stream;
};

struct mr_pending_write {
    uv_write_t uv;
    struct mr_stream *stream; /* NULL once the stream is closed */
    struct mr_pending_write *next;
    size_t len;
    char bytes[];
};

struct mr_stream {
    struct mr_loop *loop;
    struct mr_stream_callbacks callbacks;
    void *ctx;
    struct mr_conn *conn;
    struct mr_lookup *lookup;
    struct addrinfo *addresses, *next_address; /* of a connection that is being opened */
    struct mr_timer *timer;                    /* until opened; then of a failed write */
    uint64_t deadline_ms;
    int last_status; /* why the last address failed */
    bool open, ended, paused, write_failed;
    int file; /* the descriptor of a plain file or device, which libuv cannot wait for; else -1 */
    bool file_readable;
    struct mr_pending_write *writes, **last_write;
    size_t queued, max_queued;
    char peer[MR_ENDPOINT_SIZE], local[MR_ENDPOINT_SIZE];
};

/* stream.c */

void mr_stream_drop_conn(struct mr_stream *stream);
void mr_stream_drop_addresses(struct mr_stream *stream);
/* Ends the stream by itself, from the loop: at once, or in a while. */
void mr_stream_finish_status(struct mr_stream *stream, int status);
int mr_stream_fail_later(struct mr_stream *stream, uint64_t delay_ms, int status);
void mr_stream_start_reading(struct mr_stream *stream);
/* The loop ends before its stream was closed. */
void mr_stream_abandon(struct mr_handle *handle);

#endif
