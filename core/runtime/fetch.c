#include "core/runtime/fetch.h"

#include <ctype.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/runtime/fetch_inside.h"

/* Addresses ---------------------------------------------------------------------------------- */

static bool is_loopback(const char *host)
{
    return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0 ||
           strcmp(host, "localhost") == 0;
}

static bool get_part(const struct mr_fetch *fetch, CURLUPart part, char *out, size_t size)
{
    char *text = NULL;
    bool fits =
        fetch->curl->url_get(fetch->url, part, &text, 0) == CURLUE_OK && strlen(text) < size;
    for (size_t i = 0; fits && i <= strlen(text); i++) {
        out[i] = (char)tolower((unsigned char)text[i]);
    }
    fetch->curl->free(text);
    return fits;
}

/* libcurl goes where the same parsed address leads that was checked here: two readings of one text
 * cannot differ. */
static int check_url(struct mr_fetch *fetch, char *why, size_t why_size)
{
    char scheme[16], host[MR_FETCH_HOST];
    if (!get_part(fetch, CURLUPART_SCHEME, scheme, sizeof scheme) ||
        !get_part(fetch, CURLUPART_HOST, host, sizeof host)) {
        snprintf(why, why_size, "the address has no host");
        return MR_EINVAL;
    }
    bool plain = strcmp(scheme, "http") == 0;
    if (!plain && strcmp(scheme, "https") != 0) {
        snprintf(why, why_size, "an address begins with https://, not %s://", scheme);
        return MR_EINVAL;
    }
    int err = fetch->allow(fetch->ctx, host, why, why_size);
    if (err == MR_OK && plain && !is_loopback(host)) {
        snprintf(why, why_size, "what goes to %.200s by http could be read by others; use https",
                 host);
        return MR_EINVAL;
    }
    return err;
}

/* One request -------------------------------------------------------------------------------- */

static size_t take(struct mr_fetch *fetch, struct mr_buf *to, const char *bytes, size_t len)
{
    int err = mr_buf_append(to, bytes, len);
    fetch->too_long = err == MR_ELIMIT;
    return err == MR_OK ? len : 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct mr_fetch *fetch = ctx;
    return take(fetch, &fetch->body, bytes, size * count);
}

/* Each answer begins its headers anew: only those of the last one count. */
static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    struct mr_fetch *fetch = ctx;
    size_t len = size * count;
    if (len >= 5 && memcmp(bytes, "HTTP/", 5) == 0) {
        mr_buf_clear(&fetch->head);
        return len;
    }
    return take(fetch, &fetch->head, bytes, len);
}

/* Hosts are allowed one by one, so the next address is for us to look at first. */
static void set_up(struct mr_fetch *fetch)
{
    const struct mr_curl *curl = fetch->curl;
    CURL *easy = fetch->easy;
    const char *authorities = getenv("SSL_CERT_FILE");
    curl->easy_setopt(easy, CURLOPT_PRIVATE, fetch);
    curl->easy_setopt(easy, CURLOPT_CURLU, fetch->url);
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl->easy_setopt(easy, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* A name that is still being looked up is not waited for at the end. */
    curl->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl->easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (authorities && *authorities) {
        curl->easy_setopt(easy, CURLOPT_CAINFO, authorities);
    }
    curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl->easy_setopt(easy, CURLOPT_USERAGENT, "moonroom/" MR_VERSION);
    curl->easy_setopt(easy, CURLOPT_HTTPHEADER, fetch->headers);
    curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->error);
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl->easy_setopt(easy, CURLOPT_HEADERDATA, fetch);
}

static int add(struct mr_fetch *fetch)
{
    uint64_t now = mr_loop_real_ms();
    /* libcurl takes 0 for no limit. */
    long left = fetch->until_ms > now ? (long)(fetch->until_ms - now) : 1;
    fetch->curl->easy_setopt(fetch->easy, CURLOPT_TIMEOUT_MS, left);
    mr_buf_clear(&fetch->head);
    mr_buf_clear(&fetch->body);
    fetch->error[0] = '\0';
    fetch->added = fetch->curl->multi_add_handle(fetch->fetcher->multi, fetch->easy) == CURLM_OK;
    return fetch->added ? MR_OK : MR_EIO;
}

static void take_out(struct mr_fetch *fetch)
{
    if (fetch->added) {
        fetch->curl->multi_remove_handle(fetch->fetcher->multi, fetch->easy);
        fetch->added = false;
    }
}

static int error_of(const struct mr_fetch *fetch, CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return MR_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return MR_ENOTFOUND;
    case CURLE_COULDNT_CONNECT:
        return MR_EREFUSED;
    case CURLE_OPERATION_TIMEDOUT:
        return MR_ETIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return MR_EUNVERIFIED;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
        return MR_ECLOSED;
    case CURLE_OUT_OF_MEMORY:
        return MR_ENOMEM;
    default:
        return fetch->too_long ? MR_ELIMIT : MR_EPROTOCOL;
    }
}

static void finish(struct mr_fetch *fetch, int err, const char *text)
{
    const struct mr_curl *curl = fetch->curl; /* fn may free the fetch */
    long status = 0;
    char *url = NULL;
    curl->easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
    curl->url_get(fetch->url, CURLUPART_URL, &url, 0);
    const struct mr_fetch_result result = {status, url ? url : "", &fetch->head, &fetch->body};
    mr_fetch_fn *fn = fetch->fn;
    fetch->fn = NULL;
    fn(fetch->ctx, err, text, &result);
    curl->free(url);
}

enum { ORIGIN = MR_FETCH_HOST + 32 };

/* "https://host:port" of where it goes now; "" when that is nowhere. */
static void get_origin(const struct mr_fetch *fetch, char out[ORIGIN])
{
    char scheme[16], host[MR_FETCH_HOST];
    char *port = NULL;
    bool whole =
        get_part(fetch, CURLUPART_SCHEME, scheme, sizeof scheme) &&
        get_part(fetch, CURLUPART_HOST, host, sizeof host) &&
        fetch->curl->url_get(fetch->url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK;
    snprintf(out, ORIGIN, "%s%s%s:%.8s", whole ? scheme : "", whole ? "://" : "", whole ? host : "",
             whole ? port : "");
    fetch->curl->free(port);
}

/* What proves to one host who asks is no business of the next. */
static int drop_credentials(struct mr_fetch *fetch)
{
    struct curl_slist *kept = NULL;
    for (const struct curl_slist *at = fetch->headers; at; at = at->next) {
        if (strncasecmp(at->data, "authorization", 13) == 0 ||
            strncasecmp(at->data, "cookie", 6) == 0) {
            continue;
        }
        struct curl_slist *longer = fetch->curl->slist_append(kept, at->data);
        if (!longer) {
            fetch->curl->slist_free_all(kept);
            return MR_ENOMEM;
        }
        kept = longer;
    }
    fetch->curl->easy_setopt(fetch->easy, CURLOPT_HTTPHEADER, kept);
    fetch->curl->slist_free_all(fetch->headers);
    fetch->headers = kept;
    return MR_OK;
}

/* The address becomes the one it leads to. */
static int go_to(struct mr_fetch *fetch, const char *to)
{
    char before[ORIGIN], after[ORIGIN];
    get_origin(fetch, before);
    if (fetch->curl->url_set(fetch->url, CURLUPART_URL, to, CURLU_DISALLOW_USER) != CURLUE_OK) {
        return MR_EINVAL;
    }
    get_origin(fetch, after);
    return strcmp(before, after) == 0 ? MR_OK : drop_credentials(fetch);
}

/* After 303 and, as everybody does, after 301 and 302, a post goes on as a get. */
static void follow(struct mr_fetch *fetch, long status, const char *to)
{
    char why[400];
    int err = MR_ELIMIT;
    snprintf(why, sizeof why, "it leads from one address to the next too often");
    if (fetch->redirects_left-- > 0) {
        err = go_to(fetch, to);
        snprintf(why, sizeof why, "it leads to an address that is none");
    }
    if (err == MR_OK) {
        err = check_url(fetch, why, sizeof why);
    }
    if (err == MR_OK && fetch->post && status < 304) {
        fetch->post = false;
        fetch->curl->easy_setopt(fetch->easy, CURLOPT_POSTFIELDS, NULL);
        fetch->curl->easy_setopt(fetch->easy, CURLOPT_HTTPGET, 1L);
    }
    if (err == MR_OK) {
        fetch->curl->easy_setopt(fetch->easy, CURLOPT_CURLU, fetch->url);
        err = add(fetch);
    }
    if (err < 0) {
        finish(fetch, err, why);
    }
}

void mr_fetch_done(struct mr_fetch *fetch, CURLcode code)
{
    long status = 0;
    char *to = NULL;
    char next[4096];
    take_out(fetch);
    fetch->curl->easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
    fetch->curl->easy_getinfo(fetch->easy, CURLINFO_REDIRECT_URL, &to);
    int err = error_of(fetch, code);
    if (err == MR_OK && to && status >= 300 && status < 400 && strlen(to) < sizeof next) {
        snprintf(next, sizeof next, "%s", to);
        follow(fetch, status, next);
    } else if (err == MR_ELIMIT) {
        finish(fetch, err, "the answer is longer than what is taken");
    } else {
        finish(fetch, err, *fetch->error ? fetch->error : fetch->curl->easy_strerror(code));
    }
}

/* From outside ------------------------------------------------------------------------------- */

int mr_fetcher_new(struct mr_loop *loop, struct mr_fetcher **out, char *why, size_t why_size)
{
    struct mr_fetcher *fetcher = calloc(1, sizeof *fetcher);
    *out = NULL;
    snprintf(why, why_size, "there is no network to be had");
    if (!fetcher) {
        return MR_ENOMEM;
    }
    fetcher->loop = loop;
    int err = mr_curl_load(&fetcher->curl, why, why_size);
    if (err == MR_OK) {
        err = mr_fetch_loop_start(fetcher);
    }
    if (err < 0) {
        free(fetcher);
        return err;
    }
    *out = fetcher;
    return MR_OK;
}

void mr_fetcher_free(struct mr_fetcher **fetcher_at)
{
    struct mr_fetcher *fetcher = *fetcher_at;
    if (!fetcher) {
        return;
    }
    *fetcher_at = NULL;
    while (fetcher->first) {
        struct mr_fetch *fetch = fetcher->first;
        take_out(fetch);
        finish(fetch, MR_ECANCELED, mr_error_text(MR_ECANCELED));
        if (fetcher->first == fetch) {
            mr_fetch_free(&fetch);
        }
    }
    mr_fetch_loop_stop(fetcher);
    free(fetcher);
}

static int prepare(struct mr_fetch *fetch, const struct mr_fetch_options *options, char *why,
                   size_t why_size)
{
    fetch->easy = fetch->curl->easy_init();
    fetch->url = fetch->curl->url();
    if (!fetch->easy || !fetch->url) {
        return MR_ENOMEM;
    }
    if (fetch->curl->url_set(fetch->url, CURLUPART_URL, options->url, CURLU_DISALLOW_USER) !=
        CURLUE_OK) {
        snprintf(why, why_size, "'%.100s' is no address of the web (https://HOST/...)",
                 options->url);
        return MR_EINVAL;
    }
    int err = check_url(fetch, why, why_size);
    for (const char *const *at = options->headers; err == MR_OK && at && *at; at++) {
        struct curl_slist *longer = fetch->curl->slist_append(fetch->headers, *at);
        err = longer ? MR_OK : MR_ENOMEM;
        fetch->headers = longer ? longer : fetch->headers;
    }
    if (err == MR_OK) {
        set_up(fetch);
    }
    if (err == MR_OK && options->post) {
        fetch->curl->easy_setopt(fetch->easy, CURLOPT_POST, 1L);
        fetch->curl->easy_setopt(fetch->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                 (curl_off_t)options->body_len);
        fetch->curl->easy_setopt(fetch->easy, CURLOPT_COPYPOSTFIELDS, options->body);
    }
    return err == MR_OK ? add(fetch) : err;
}

int mr_fetch_start(struct mr_fetcher *fetcher, const struct mr_fetch_options *options,
                   mr_fetch_fn *fn, void *ctx, struct mr_fetch **out, char *why, size_t why_size)
{
    struct mr_fetch *fetch = calloc(1, sizeof *fetch);
    *out = NULL;
    snprintf(why, why_size, "%s", mr_error_text(MR_ENOMEM));
    if (!fetch) {
        return MR_ENOMEM;
    }
    fetch->fetcher = fetcher;
    fetch->curl = &fetcher->curl;
    fetch->fn = fn;
    fetch->ctx = ctx;
    fetch->allow = options->allow;
    fetch->post = options->post;
    fetch->redirects_left = options->redirects_max;
    fetch->until_ms = mr_loop_real_ms() + options->timeout_ms;
    mr_buf_init(&fetch->head, options->headers_max);
    mr_buf_init(&fetch->body, options->body_max);
    fetch->next = fetcher->first;
    if (fetch->next) {
        fetch->next->prev = fetch;
    }
    fetcher->first = fetch;
    int err = prepare(fetch, options, why, why_size);
    if (err < 0) {
        mr_fetch_free(&fetch);
    }
    *out = fetch;
    return err;
}

void mr_fetch_free(struct mr_fetch **fetch_at)
{
    struct mr_fetch *fetch = *fetch_at;
    if (!fetch) {
        return;
    }
    *fetch_at = NULL;
    if (fetch->prev) {
        fetch->prev->next = fetch->next;
    } else {
        fetch->fetcher->first = fetch->next;
    }
    if (fetch->next) {
        fetch->next->prev = fetch->prev;
    }
    take_out(fetch);
    fetch->curl->easy_cleanup(fetch->easy);
    fetch->curl->url_cleanup(fetch->url);
    fetch->curl->slist_free_all(fetch->headers);
    mr_buf_free(&fetch->head);
    mr_buf_free(&fetch->body);
    free(fetch);
}
