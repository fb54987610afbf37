/* Byte streams: a TCP connection, or any descriptor that is a socket or pipe.
 *
 * Callbacks run from the loop only. on_close is called at most once, when the stream ended by
 * itself (err is MR_OK for an orderly end of file); it is not called by mr_stream_close(), after
 * which nothing is called any more. Inside any callback the stream may be closed.
 */
#ifndef MR_RUNTIME_STREAM_H
#define MR_RUNTIME_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "core/runtime/loop.h"

struct mr_stream;

struct mr_stream_callbacks {
    /* May be NULL. Of mr_stream_connect() only: connected. */
    void (*on_open)(void *ctx);
    void (*on_read)(void *ctx, const uint8_t *bytes, size_t len);
    /* `text` is one plain sentence part for the user ("connection refused"), valid during the call.
     */
    void (*on_close)(void *ctx, int err, const char *text);
    /* May be NULL: everything that had to wait has been handed to the system. It does not come for
     * a write that the system took at once, behind which mr_stream_queued() is 0. */
    void (*on_drain)(void *ctx);
};

/* Resolves and connects, TCP_NODELAY and keepalive on. Gives up after timeout_ms (on_close with
 * MR_ETIMEOUT). `host` is a name or an address, IPv6 without brackets. */
int mr_stream_connect(struct mr_loop *loop, const char *host, uint16_t port, uint64_t timeout_ms,
                      const struct mr_stream_callbacks *callbacks, void *ctx,
                      struct mr_stream **out);
/* Takes fd over (also on failure): a socket, socketpair end, pipe or terminal; MR_EINVAL for
 * anything else. Reading starts at once. */
int mr_stream_open_fd(struct mr_loop *loop, int fd, const struct mr_stream_callbacks *callbacks,
                      void *ctx, struct mr_stream **out);
/* Copies and queues. MR_ELIMIT when more than max_queued bytes would wait (set by
 * mr_stream_set_max_queued, 1 MiB at first): then nothing was queued. MR_ECLOSED after an end. */
int mr_stream_write(struct mr_stream *stream, const void *bytes, size_t len);
size_t mr_stream_queued(const struct mr_stream *stream);
void mr_stream_set_max_queued(struct mr_stream *stream, size_t bytes);
void mr_stream_pause(struct mr_stream *stream);
void mr_stream_resume(struct mr_stream *stream);
/* "address:port" of the two ends of a TCP stream, "" for others; lives as long as the stream. */
const char *mr_stream_peer(const struct mr_stream *stream);
const char *mr_stream_local(const struct mr_stream *stream);
/* Gives what is queued to the system if it takes it at once, then closes. */
void mr_stream_close(struct mr_stream **stream);

#endif
