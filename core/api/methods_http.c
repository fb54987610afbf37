/* http.get and http.post: the web, for scripts that have no network of their own. */
#include <ctype.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/api/bytes.h"
#include "core/api/errand.h"
#include "core/api/methods.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/fetch.h"
#include "core/runtime/json.h"

enum { HEADERS = 32, HEADER = 1024, WHY = 600 };

struct mr_http_methods {
    struct mr_core *core;
    struct mr_fetcher *fetcher; /* made for the first fetch: most clients need none */
};

struct job {
    struct mr_errand errand; /* first: one is the other */
    struct mr_fetch *fetch;
    char *headers[HEADERS + 1];
};

static void job_free(struct job *job)
{
    mr_fetch_free(&job->fetch);
    for (size_t i = 0; job->headers[i]; i++) {
        free(job->headers[i]);
    }
    free(job);
}

static void stop(struct mr_errand *errand)
{
    job_free((struct job *)errand);
}

static const struct mr_errand_kind kind = {"http", MR_LIMIT_HTTP_FETCHES, stop};

/* What comes back --------------------------------------------------------------------------------
 */

static int add_header(cJSON *headers, char *line)
{
    char *colon = strchr(line, ':');
    if (!colon || colon == line) {
        return MR_OK;
    }
    for (char *at = line; at < colon; at++) {
        *at = (char)tolower((unsigned char)*at);
    }
    struct mr_span value = mr_str_trim(colon + 1, strlen(colon + 1));
    *colon = '\0';
    const char *before = mr_json_string(headers, line);
    struct mr_buf text;
    mr_buf_init(&text, MR_LIMIT_HTTP_HEADERS * 2);
    int err = before ? mr_buf_printf(&text, "%s, ", before) : MR_OK;
    if (err == MR_OK) {
        err = mr_utf8_valid(value.at, value.len) ? mr_buf_append(&text, value.at, value.len)
                                                 : mr_latin1_to_utf8(value.at, value.len, &text);
    }
    if (err == MR_OK && mr_utf8_valid(line, strlen(line))) {
        err = mr_json_set_string(headers, line, mr_buf_str(&text));
    }
    mr_buf_free(&text);
    return err;
}

/* Names in small letters; what comes several times is joined, as HTTP allows. */
static int add_headers(cJSON *headers, const struct mr_buf *lines)
{
    int err = headers ? MR_OK : MR_ENOMEM;
    char *copy = strdup(mr_buf_str(lines));
    char *rest = NULL;
    for (char *line = copy ? strtok_r(copy, "\r\n", &rest) : NULL; err == MR_OK && line;
         line = strtok_r(NULL, "\r\n", &rest)) {
        err = add_header(headers, line);
    }
    err = copy ? err : MR_ENOMEM;
    free(copy);
    return err;
}

static cJSON *describe(const struct mr_fetch_result *result)
{
    cJSON *out = cJSON_CreateObject();
    int err = out ? mr_json_set_int(out, "status", result->status) : MR_ENOMEM;
    if (err == MR_OK) {
        err = mr_json_set_string(out, "url", result->url);
    }
    if (err == MR_OK) {
        err = add_headers(cJSON_AddObjectToObject(out, "headers"), result->headers);
    }
    if (err == MR_OK) {
        err = mr_bytes_set(out, "body", mr_buf_data(result->body), mr_buf_len(result->body));
    }
    if (err < 0) {
        cJSON_Delete(out);
        return NULL;
    }
    return out;
}

static void on_fetched(void *ctx, int err, const char *text, const struct mr_fetch_result *result)
{
    struct job *job = ctx;
    char why[WHY];
    struct mr_call *call = mr_errand_end(&job->errand);
    cJSON *value = err == MR_OK ? describe(result) : NULL;
    snprintf(why, sizeof why, "%s", text);
    job_free(job);
    if (value) {
        mr_call_return(call, value);
    } else {
        mr_call_fail(call, err < 0 ? err : MR_ENOMEM, "%s",
                     err < 0 ? why : mr_error_text(MR_ENOMEM));
    }
}

/* What goes out ----------------------------------------------------------------------------------
 */

static bool is_token(const char *name)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (const char *at = name; *at; at++) {
        if (!isalnum((unsigned char)*at) && !strchr(others, *at)) {
            return false;
        }
    }
    return *name != '\0';
}

/* These decide where a message ends and for whom it is: they are not a script's to choose. */
static bool is_ours(const char *name)
{
    static const char *const names[] = {"host",       "content-length", "transfer-encoding",
                                        "connection", "expect",         "upgrade",
                                        "te",         "trailer",        NULL};
    for (const char *const *at = names; *at; at++) {
        if (strcasecmp(*at, name) == 0) {
            return true;
        }
    }
    return false;
}

static int read_headers(struct job *job, const cJSON *headers, bool post, char *why)
{
    bool has_type = !post;
    size_t count = 0;
    for (const cJSON *item = headers ? headers->child : NULL; item; item = item->next) {
        const char *value = cJSON_GetStringValue(item);
        bool right = value && item->string && is_token(item->string) && !is_ours(item->string) &&
                     !strpbrk(value, "\r\n") && strlen(item->string) + strlen(value) < HEADER;
        if (!right || count + 1 >= HEADERS) {
            snprintf(why, WHY, "the header '%.60s' cannot be sent",
                     item->string ? item->string : "");
            return MR_EINVAL;
        }
        has_type = has_type || strcasecmp(item->string, "content-type") == 0;
        /* libcurl sends a header without a value when it ends in a semicolon. */
        int len = asprintf(&job->headers[count], *value ? "%s: %s" : "%s;%s", item->string, value);
        if (len < 0) {
            job->headers[count] = NULL;
            return MR_ENOMEM;
        }
        count++;
    }
    if (!has_type) {
        job->headers[count] = strdup("Content-Type: text/plain; charset=utf-8");
    }
    return MR_OK;
}

static int allow(void *ctx, const char *host, char *why, size_t why_size)
{
    struct job *job = ctx;
    const struct mr_caller *caller = mr_call_caller(job->errand.call);
    char permission[MR_PERMISSION_MAX];
    snprintf(permission, sizeof permission, "http:%.253s", host);
    if (mr_permission_check(permission, why, why_size) < 0) {
        snprintf(why, why_size, "'%.100s' is no name of a host", host);
        return MR_EINVAL;
    }
    /* When that one is taken back, the fetch ends. */
    snprintf(job->errand.permission, sizeof job->errand.permission, "%s", permission);
    return !caller || mr_caller_may(caller, permission)
               ? MR_OK
               : mr_caller_denied(caller, "http", permission, why, why_size);
}

static int start(struct mr_http_methods *methods, struct job *job, const cJSON *params, bool post,
                 uint64_t ms, char *why)
{
    struct mr_buf body;
    mr_buf_init(&body, MR_LIMIT_HTTP_BODY);
    snprintf(why, WHY, "the body cannot be sent: it is a text, or hex, of at most %d bytes",
             MR_LIMIT_HTTP_BODY);
    int err = mr_bytes_get(params, "body", &body);
    if (err == MR_OK) {
        err = read_headers(job, cJSON_GetObjectItemCaseSensitive(params, "headers"), post, why);
    }
    if (err == MR_OK && mr_loop_is_virtual(methods->core->loop)) {
        snprintf(why, WHY, "a test reaches no network");
        err = MR_EUNSUPPORTED;
    }
    if (err == MR_OK && !methods->fetcher) {
        err = mr_fetcher_new(methods->core->loop, &methods->fetcher, why, WHY);
    }
    if (err == MR_OK) {
        const struct mr_fetch_options options = {
            .url = mr_json_string(params, "url"),
            .post = post,
            .body = mr_buf_str(&body),
            .body_len = mr_buf_len(&body),
            .headers = (const char *const *)job->headers,
            .timeout_ms = ms,
            .body_max = MR_LIMIT_HTTP_BODY,
            .headers_max = MR_LIMIT_HTTP_HEADERS,
            .redirects_max = MR_LIMIT_HTTP_REDIRECTS,
            .allow = allow,
        };
        err = mr_fetch_start(methods->fetcher, &options, on_fetched, job, &job->fetch, why, WHY);
    }
    mr_buf_free(&body);
    return err;
}

static void request(struct mr_http_methods *methods, struct mr_call *call, const cJSON *params,
                    bool post)
{
    uint64_t ms;
    char why[WHY] = "";
    if (strlen(mr_json_string(params, "url")) > MR_LIMIT_HTTP_URL) {
        mr_call_fail(call, MR_ELIMIT, "the address is longer than %d bytes", MR_LIMIT_HTTP_URL);
        return;
    }
    if (!mr_errand_timeout(call, params, MR_LIMIT_HTTP_TIME, MR_LIMIT_HTTP_TIME_MAX, &ms)) {
        return;
    }
    struct job *job = calloc(1, sizeof *job);
    if (!job) {
        mr_call_fail(call, MR_ENOMEM, "%s", mr_error_text(MR_ENOMEM));
        return;
    }
    if (!mr_errand_begin(&kind, &job->errand, call, "")) {
        free(job);
        return;
    }
    int err = start(methods, job, params, post, ms, why);
    if (err < 0) {
        mr_errand_end(&job->errand);
        job_free(job);
        mr_call_fail(call, err, "%s", why);
    }
}

static void http_get(void *ctx, struct mr_call *call, const cJSON *params)
{
    request(ctx, call, params, false);
}

static void http_post(void *ctx, struct mr_call *call, const cJSON *params)
{
    request(ctx, call, params, true);
}

int mr_http_methods_new(struct mr_core *core, struct mr_http_methods **out)
{
    static const struct mr_binding rows[] = {
        {"http.get", http_get}, {"http.post", http_post}, {NULL, NULL}};
    struct mr_http_methods *methods = calloc(1, sizeof *methods);
    *out = methods;
    if (!methods) {
        return MR_ENOMEM;
    }
    methods->core = core;
    return mr_api_bind_all(core->api, rows, methods);
}

void mr_http_methods_free(struct mr_http_methods **methods)
{
    if (*methods) {
        mr_fetcher_free(&(*methods)->fetcher);
        free(*methods);
        *methods = NULL;
    }
}
