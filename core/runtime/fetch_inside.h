/* The inside of fetching, shared by fetch.c (one fetch), fetch_loop.c (libcurl and the loop) and
 * fetch_curl.c (libcurl itself). */
#ifndef MR_RUNTIME_FETCH_INSIDE_H
#define MR_RUNTIME_FETCH_INSIDE_H

#include <curl/curl.h>

#include "core/runtime/fetch.h"
#include "core/runtime/handle.h"

/* What is called of libcurl, without "curl_". Its options are not type-checked here as they are by
 * the macros of its header: a number is a long. */
#define MR_CURL_FUNCTIONS(X)                                                                       \
    X(global_init)                                                                                 \
    X(global_cleanup)                                                                              \
    X(free)                                                                                        \
    X(url)                                                                                         \
    X(url_cleanup)                                                                                 \
    X(url_get)                                                                                     \
    X(url_set)                                                                                     \
    X(slist_append)                                                                                \
    X(slist_free_all)                                                                              \
    X(easy_init)                                                                                   \
    X(easy_cleanup)                                                                                \
    X(easy_setopt)                                                                                 \
    X(easy_getinfo)                                                                                \
    X(easy_strerror)                                                                               \
    X(multi_init)                                                                                  \
    X(multi_cleanup)                                                                               \
    X(multi_setopt)                                                                                \
    X(multi_assign)                                                                                \
    X(multi_add_handle)                                                                            \
    X(multi_remove_handle)                                                                         \
    X(multi_info_read)                                                                             \
    X(multi_socket_action)

struct mr_curl {
#define MR_CURL_FIELD(name) __typeof__(curl_##name) *name;
    MR_CURL_FUNCTIONS(MR_CURL_FIELD)
#undef MR_CURL_FIELD
};

struct mr_fetcher {
    struct mr_curl curl;
    struct mr_loop *loop;
    CURLM *multi;
    struct mr_timer *timer; /* when libcurl wants to be called */
    struct mr_fetch *first;
};

struct mr_fetch {
    struct mr_fetch *prev, *next;
    struct mr_fetcher *fetcher;
    const struct mr_curl *curl; /* the fetcher's */
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

/* fetch_curl.c: maps libcurl into the process, where it stays. MR_EUNSUPPORTED, with a sentence in
 * why, when it is not there. */
int mr_curl_load(struct mr_curl *curl, char *why, size_t why_size);

/* fetch_loop.c */

int mr_fetch_loop_start(struct mr_fetcher *fetcher);
void mr_fetch_loop_stop(struct mr_fetcher *fetcher);

/* fetch.c: libcurl is done with a request. */
void mr_fetch_done(struct mr_fetch *fetch, CURLcode code);

#endif
