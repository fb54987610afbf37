/* Fetching over HTTP, for scripts: libcurl's only home, driven by the loop.
 *
 * libcurl is loaded with the first fetcher: it draws in some thirty libraries, which most clients
 * never need.
 *
 * Addresses are https; plain http is for 127.0.0.1, [::1] and localhost alone. Certificates and
 * names are verified, by the system's authorities or those in the file that SSL_CERT_FILE names.
 * Nobody is logged in, no cookie is kept, no file of the user's is read; the proxy is the
 * environment's. A redirect is followed when its host is allowed too.
 */
#ifndef MR_RUNTIME_FETCH_H
#define MR_RUNTIME_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/runtime/loop.h"

struct mr_fetcher;
struct mr_fetch;

/* A name of 253 characters at most, or an address; with its NUL. */
enum { MR_FETCH_HOST = 256 };

struct mr_fetch_options {
    const char *url;
    bool post;
    const void *body; /* of a post */
    size_t body_len;
    const char *const *headers; /* "Name: value", ended by NULL; checked by the caller */
    uint64_t timeout_ms;        /* for all of it */
    size_t body_max;            /* bytes; a longer answer is MR_ELIMIT */
    size_t headers_max;
    int redirects_max;
    /* Whether this host, in small letters, may be spoken to; asked before every request, the first
     * one inside mr_fetch_start(). Returns MR_OK, or an error with a sentence in why. */
    int (*allow)(void *ctx, const char *host, char *why, size_t why_size);
};

/* Borrowed during the call. */
struct mr_fetch_result {
    long status;
    const char *url;              /* where it came from in the end */
    const struct mr_buf *headers; /* lines "Name: value\n" as they came */
    const struct mr_buf *body;
};

/* Told once, from the loop; text says what went wrong. Free the fetch in it or later. */
typedef void mr_fetch_fn(void *ctx, int err, const char *text,
                         const struct mr_fetch_result *result);

/* MR_EUNSUPPORTED when libcurl cannot be loaded; on an error there is a sentence in why. */
int mr_fetcher_new(struct mr_loop *loop, struct mr_fetcher **out, char *why, size_t why_size);
/* Fetches that are still open fail with MR_ECANCELED. */
void mr_fetcher_free(struct mr_fetcher **fetcher);

/* MR_EINVAL, or what allow returned, with a sentence in why. */
int mr_fetch_start(struct mr_fetcher *fetcher, const struct mr_fetch_options *options,
                   mr_fetch_fn *fn, void *ctx, struct mr_fetch **out, char *why, size_t why_size);
/* Ends it; fn is not called any more. */
void mr_fetch_free(struct mr_fetch **fetch);

#endif
