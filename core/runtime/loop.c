#include "core/runtime/loop.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/runtime/handle.h"

enum { HEARTBEAT_MS = 250 };

int mr_uv_error(int status)
{
    switch (status) {
    case 0:
        return MR_OK;
    case UV_ENOMEM:
        return MR_ENOMEM;
    case UV_EINVAL:
    case UV_ENOTSUP:
        return MR_EINVAL;
    case UV_EEXIST:
        return MR_EEXISTS;
    case UV_ENOENT:
    case UV_ENOTDIR:
    case UV_ESRCH:
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EAI_ADDRFAMILY:
    case UV_EAI_FAIL:
    case UV_EAI_AGAIN:
        return MR_ENOTFOUND;
    case UV_EACCES:
    case UV_EPERM:
        return MR_EDENIED;
    case UV_ECONNREFUSED:
        return MR_EREFUSED;
    case UV_ETIMEDOUT:
        return MR_ETIMEOUT;
    case UV_ECONNRESET:
    case UV_ECONNABORTED:
    case UV_EPIPE:
    case UV_ENOTCONN:
    case UV_EOF:
        return MR_ECLOSED;
    case UV_EMFILE:
    case UV_ENFILE:
        return MR_ELIMIT;
    default:
        return MR_EIO;
    }
}

/* Handles */

void mr_handle_adopt(struct mr_loop *loop, struct mr_handle *handle, void *uv)
{
    handle->loop = loop;
    handle->uv = uv;
    handle->uv->data = handle;
    handle->prev = loop->handles.prev;
    handle->next = &loop->handles;
    handle->prev->next = handle;
    loop->handles.prev = handle;
}

static void handle_closed(uv_handle_t *uv)
{
    free(uv->data);
}

void mr_handle_close(struct mr_handle *handle)
{
    handle->prev->next = handle->next;
    handle->next->prev = handle->prev;
    uv_close(handle->uv, handle_closed);
}

/* The loop */

/* Behind every wait. The heartbeat ends each wait within 250 ms, so a longer absence was not a
 * wait: this process was stopped, or a callback took that long. */
static void on_check(uv_check_t *check)
{
    struct mr_loop *loop = check->data;
    uint64_t now = uv_hrtime() / 1000000;
    if (now - loop->last_ms > MR_LIMIT_SUSPEND_GAP + HEARTBEAT_MS)
        loop->gaps++;
    loop->last_ms = now;
}

static void on_heartbeat(uv_timer_t *timer)
{
    (void)timer;
}

/* Calls what was deferred before this turn; what these calls defer waits for the next turn, so that
 * input is not starved. An active idle handle keeps the loop from waiting. */
static void on_idle(uv_idle_t *idle)
{
    struct mr_loop *loop = idle->data;
    struct mr_deferred *list = loop->first;
    loop->first = NULL;
    loop->last = &loop->first;
    while (list) {
        struct mr_deferred *item = list;
        list = item->next;
        item->fn(item->ctx);
        free(item);
    }
    if (!loop->first)
        uv_idle_stop(idle);
}

int mr_loop_new(struct mr_loop **out)
{
    *out = NULL;
    struct mr_loop *loop = calloc(1, sizeof(*loop));
    if (!loop)
        return MR_ENOMEM;
    int status = uv_loop_init(&loop->uv);
    if (status < 0) {
        free(loop);
        return mr_uv_error(status);
    }
    /* A peer that went away is an error of the write, not the end of the process. */
    signal(SIGPIPE, SIG_IGN);
    loop->uv.data = loop;
    loop->last = &loop->first;
    loop->handles.prev = loop->handles.next = &loop->handles;
    loop->last_ms = uv_hrtime() / 1000000;
    uv_idle_init(&loop->uv, &loop->idle);
    uv_check_init(&loop->uv, &loop->check);
    uv_timer_init(&loop->uv, &loop->heartbeat);
    loop->idle.data = loop->check.data = loop->heartbeat.data = loop;
    uv_check_start(&loop->check, on_check);
    uv_timer_start(&loop->heartbeat, on_heartbeat, HEARTBEAT_MS, HEARTBEAT_MS);
    uv_unref((uv_handle_t *)&loop->check);
    uv_unref((uv_handle_t *)&loop->heartbeat);
    *out = loop;
    return MR_OK;
}

int mr_loop_run(struct mr_loop *loop)
{
    loop->last_ms = uv_hrtime() / 1000000;
    uv_update_time(&loop->uv);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    return MR_OK;
}

void mr_loop_stop(struct mr_loop *loop)
{
    uv_stop(&loop->uv);
}

static void close_foreign(uv_handle_t *uv, void *ctx)
{
    (void)ctx;
    if (!uv_is_closing(uv))
        uv_close(uv, NULL);
}

void mr_loop_free(struct mr_loop *loop)
{
    if (!loop)
        return;
    while (loop->handles.next != &loop->handles) {
        struct mr_handle *handle = loop->handles.next;
        if (handle->orphan)
            handle->orphan(handle);
        mr_handle_close(handle);
    }
    /* What plugins left open, and our own three. */
    uv_walk(&loop->uv, close_foreign, NULL);
    while (uv_run(&loop->uv, UV_RUN_DEFAULT) != 0)
        continue;
    while (loop->first) {
        struct mr_deferred *item = loop->first;
        loop->first = item->next;
        free(item);
    }
    mr_timers_free(loop);
    uv_loop_close(&loop->uv);
    free(loop);
}

struct uv_loop_s *mr_loop_uv(struct mr_loop *loop)
{
    return &loop->uv;
}

unsigned mr_loop_gaps(const struct mr_loop *loop)
{
    return loop->gaps;
}

int mr_loop_defer(struct mr_loop *loop, mr_loop_fn *fn, void *ctx)
{
    struct mr_deferred *item = malloc(sizeof(*item));
    if (!item)
        return MR_ENOMEM;
    item->next = NULL;
    item->fn = fn;
    item->ctx = ctx;
    *loop->last = item;
    loop->last = &item->next;
    uv_idle_start(&loop->idle, on_idle);
    return MR_OK;
}

/* Watched descriptors */

struct mr_watch {
    struct mr_handle handle;
    union {
        uv_poll_t poll;
        uv_idle_t idle; /* a plain file or /dev/null cannot be polled: it is always readable */
    } uv;
    mr_loop_fn *fn;
    void *ctx;
};

static void on_poll(uv_poll_t *uv, int status, int events)
{
    (void)status; /* an error is found by whoever reads */
    (void)events;
    struct mr_watch *watch = uv->data;
    watch->fn(watch->ctx);
}

static void on_always(uv_idle_t *uv)
{
    struct mr_watch *watch = uv->data;
    watch->fn(watch->ctx);
}

static int watch_poll(struct mr_loop *loop, struct mr_watch *watch, int fd)
{
    /* libuv makes fd non-blocking. A terminal's mode is shared with the shell and with our own
     * standard output, so it is put back: polling does not need it. */
    int flags = fcntl(fd, F_GETFL);
    int status = uv_poll_init(&loop->uv, &watch->uv.poll, fd);
    if (flags >= 0)
        fcntl(fd, F_SETFL, flags);
    if (status == UV_EPERM) {
        uv_idle_init(&loop->uv, &watch->uv.idle);
        mr_handle_adopt(loop, &watch->handle, &watch->uv.idle);
        uv_idle_start(&watch->uv.idle, on_always);
        return MR_OK;
    }
    if (status < 0)
        return mr_uv_error(status);
    mr_handle_adopt(loop, &watch->handle, &watch->uv.poll);
    status = uv_poll_start(&watch->uv.poll, UV_READABLE | UV_DISCONNECT, on_poll);
    if (status < 0) {
        mr_handle_close(&watch->handle);
        return mr_uv_error(status);
    }
    return MR_OK;
}

int mr_watch_start(struct mr_loop *loop, int fd, mr_loop_fn *fn, void *ctx, struct mr_watch **out)
{
    *out = NULL;
    struct mr_watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return MR_ENOMEM;
    watch->fn = fn;
    watch->ctx = ctx;
    int err = watch_poll(loop, watch, fd);
    if (err != MR_OK) {
        if (!watch->handle.loop)
            free(watch); /* else libuv's close frees it */
        return err;
    }
    *out = watch;
    return MR_OK;
}

void mr_watch_stop(struct mr_watch **watch)
{
    if (!*watch)
        return;
    mr_handle_close(&(*watch)->handle);
    *watch = NULL;
}

/* Signals */

struct mr_signal {
    struct mr_handle handle;
    uv_signal_t uv;
    mr_loop_fn *fn;
    void *ctx;
};

static void on_signal(uv_signal_t *uv, int signum)
{
    (void)signum;
    struct mr_signal *sig = uv->data;
    sig->fn(sig->ctx);
}

int mr_signal_start(struct mr_loop *loop, int signum, mr_loop_fn *fn, void *ctx,
                    struct mr_signal **out)
{
    *out = NULL;
    struct mr_signal *sig = calloc(1, sizeof(*sig));
    if (!sig)
        return MR_ENOMEM;
    sig->fn = fn;
    sig->ctx = ctx;
    int status = uv_signal_init(&loop->uv, &sig->uv);
    if (status < 0) {
        free(sig);
        return mr_uv_error(status);
    }
    mr_handle_adopt(loop, &sig->handle, &sig->uv);
    status = uv_signal_start(&sig->uv, on_signal, signum);
    if (status < 0) {
        mr_handle_close(&sig->handle);
        return mr_uv_error(status);
    }
    *out = sig;
    return MR_OK;
}

void mr_signal_stop(struct mr_signal **signal_)
{
    if (!*signal_)
        return;
    mr_handle_close(&(*signal_)->handle);
    *signal_ = NULL;
}
