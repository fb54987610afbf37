/* libcurl's multi interface on the loop: it names the sockets to watch and the time to call it. */
#include <moonroom/errors.h>
#include <stdlib.h>

#include "core/runtime/fetch_inside.h"

struct watched {
    struct mr_handle handle;
    uv_poll_t uv;
    struct mr_fetcher *fetcher;
    curl_socket_t socket;
};

/* Each that is done is told; in that anything may be started or freed. */
static void tell_done(struct mr_fetcher *fetcher)
{
    CURLMsg *message;
    int left;
    while ((message = fetcher->curl.multi_info_read(fetcher->multi, &left))) {
        if (message->msg == CURLMSG_DONE) {
            CURLcode code = message->data.result;
            char *fetch = NULL;
            fetcher->curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &fetch);
            mr_fetch_done((struct mr_fetch *)(void *)fetch, code);
        }
    }
}

static void on_poll(uv_poll_t *uv, int status, int events)
{
    const struct watched *watched = uv->data;
    struct mr_fetcher *fetcher = watched->fetcher;
    int running;
    int action = status < 0 ? CURL_CSELECT_ERR : 0;
    action |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
    action |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
    fetcher->curl.multi_socket_action(fetcher->multi, watched->socket, action, &running);
    tell_done(fetcher);
}

static void on_time(void *ctx)
{
    struct mr_fetcher *fetcher = ctx;
    int running;
    mr_timer_stop(&fetcher->timer);
    fetcher->curl.multi_socket_action(fetcher->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    tell_done(fetcher);
}

static int set_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    struct mr_fetcher *fetcher = ctx;
    (void)multi;
    mr_timer_stop(&fetcher->timer);
    if (timeout_ms < 0) {
        return 0;
    }
    return mr_timer_start_real(fetcher->loop, (uint64_t)timeout_ms, 0, on_time, fetcher,
                               &fetcher->timer) < 0
               ? -1
               : 0;
}

static struct watched *watch(struct mr_fetcher *fetcher, curl_socket_t socket)
{
    struct watched *watched = calloc(1, sizeof *watched);
    if (!watched) {
        return NULL;
    }
    watched->fetcher = fetcher;
    watched->socket = socket;
    if (uv_poll_init_socket(mr_loop_uv(fetcher->loop), &watched->uv, socket) < 0) {
        free(watched);
        return NULL;
    }
    mr_handle_adopt(fetcher->loop, &watched->handle, &watched->uv);
    fetcher->curl.multi_assign(fetcher->multi, socket, watched);
    return watched;
}

static int set_socket(CURL *easy, curl_socket_t socket, int what, void *ctx, void *at)
{
    struct mr_fetcher *fetcher = ctx;
    struct watched *watched = at;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watched) {
            uv_poll_stop(&watched->uv);
            mr_handle_close(&watched->handle);
            fetcher->curl.multi_assign(fetcher->multi, socket, NULL);
        }
        return 0;
    }
    watched = watched ? watched : watch(fetcher, socket);
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return watched && uv_poll_start(&watched->uv, events, on_poll) == 0 ? 0 : -1;
}

int mr_fetch_loop_start(struct mr_fetcher *fetcher)
{
    if (fetcher->curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return MR_EIO;
    }
    fetcher->multi = fetcher->curl.multi_init();
    if (!fetcher->multi) {
        fetcher->curl.global_cleanup();
        return MR_ENOMEM;
    }
    fetcher->curl.multi_setopt(fetcher->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    fetcher->curl.multi_setopt(fetcher->multi, CURLMOPT_SOCKETDATA, fetcher);
    fetcher->curl.multi_setopt(fetcher->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    fetcher->curl.multi_setopt(fetcher->multi, CURLMOPT_TIMERDATA, fetcher);
    return MR_OK;
}

void mr_fetch_loop_stop(struct mr_fetcher *fetcher)
{
    if (fetcher->multi) {
        fetcher->curl.multi_cleanup(fetcher->multi);
        fetcher->curl.global_cleanup();
    }
    mr_timer_stop(&fetcher->timer);
}
