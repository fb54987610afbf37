/* The inside of fetching, shared by fetch.c (one fetch) and fetch_loop.c (libcurl and the loop). */
#ifndef MR_RUNTIME_FETCH_INSIDE_H
#define MR_RUNTIME_FETCH_INSIDE_H

#include <curl/curl.h>

#include "core/runtime/fetch.h"
#include "core/runtime/handle.h"

struct mr_fetcher {
    struct mr_loop *loop;
    CURLM *multi;
    struct mr_timer *timer; /* when libcurl wants to be called */
    struct mr_fetch *first;
};

struct mr_fetch {
    struct mr_fetch *prev, *next;
    struct mr_fetcher *fetcher;
    mr_fetch_fn *fn;
    void *ctx;
    CURL *easy;
    CURLU *url;
    struct curl_slist *headers;
    int (*allow)(void *ctx, const char *host, char *why, size_t why_size);
    struct mr_buf head, body;
    uint64_t until_ms;
    int redirects_left;
    bool post, added, too_long;
    char error[CURL_ERROR_SIZE];
};

/* fetch_loop.c */

int mr_fetch_loop_start(struct mr_fetcher *fetcher);
void mr_fetch_loop_stop(struct mr_fetcher *fetcher);

/* fetch.c: libcurl is done with a request. */
void mr_fetch_done(struct mr_fetch *fetch, CURLcode code);

#endif
