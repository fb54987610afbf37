#include "core/session/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/base/secret.h"

enum { MAX_TEXT = 512, MAX_TIMEOUT_MS = 3600000 };

/* Somebody who asked; later, somebody to be called back. */
struct waiter {
    struct waiter *next;
    mr_request_fn *fn;
    void *ctx;
    uint64_t deadline_ms;
    int err;
    cJSON *value;
    char text[MAX_TEXT];
};

struct request {
    struct request *next; /* of the same kind */
    struct waiter *waiters;
    char *arg;
    char *line; /* NULL once it is sent */
    size_t len;
    cJSON *part;
    uint64_t sent_ms, serial;
    uint64_t late_ms; /* until then, an answer is swallowed; 0 while somebody waits */
};

struct mr_requests {
    struct mr_requests_options options;
    struct mr_timer *timer; /* the next deadline */
    struct mr_timer *soon;  /* callbacks wait */
    struct request
        *first[MR_REQUEST_KINDS]; /* late ones first, then the one that is out, then the line */
    struct waiter *done, **last_done;
    size_t waiters;
    uint64_t serial;
};

static void on_deadline(void *ctx);

/* Whether it makes no difference who gets which answer, and asking once is enough for all. */
static bool is_shared(enum mr_request_kind kind)
{
    return kind == MR_REQUEST_ACTIVE || kind == MR_REQUEST_LEADERBOARD || kind == MR_REQUEST_HASH ||
           kind == MR_REQUEST_COST || kind == MR_REQUEST_PING;
}

int mr_requests_new(const struct mr_requests_options *options, struct mr_requests **out)
{
    struct mr_requests *requests = calloc(1, sizeof(*requests));
    *out = requests;
    if (!requests)
        return MR_ENOMEM;
    requests->options = *options;
    requests->last_done = &requests->done;
    return MR_OK;
}

static void free_line(struct request *request)
{
    if (request->line)
        mr_wipe(request->line, request->len);
    free(request->line);
    request->line = NULL;
}

static void free_request(struct request *request)
{
    free_line(request);
    free(request->arg);
    cJSON_Delete(request->part);
    free(request);
}

/* Calling back */

static void on_soon(void *ctx)
{
    mr_requests_run(ctx);
}

/* Decides for one waiter, which is called back later. value is copied. */
static void decide(struct mr_requests *requests, struct waiter *waiter, int err, const char *text,
                   const cJSON *value)
{
    waiter->err = err;
    waiter->next = NULL;
    snprintf(waiter->text, sizeof(waiter->text), "%s", text);
    if (value && !(waiter->value = cJSON_Duplicate(value, true))) {
        waiter->err = MR_ENOMEM;
        snprintf(waiter->text, sizeof(waiter->text), "There is no memory left.");
    }
    *requests->last_done = waiter;
    requests->last_done = &waiter->next;
    if (!requests->soon)
        mr_timer_start(requests->options.loop, 0, 0, on_soon, requests, &requests->soon);
}

static void decide_all(struct mr_requests *requests, struct request *request, int err,
                       const char *text, const cJSON *value)
{
    while (request->waiters) {
        struct waiter *waiter = request->waiters;
        request->waiters = waiter->next;
        decide(requests, waiter, err, text, value);
    }
}

/* The list is taken off first: a callback may ask again, or free everything. */
static void call_back(struct waiter *list)
{
    while (list) {
        struct waiter *waiter = list;
        list = waiter->next;
        waiter->fn(waiter->ctx, waiter->err, waiter->text, waiter->value);
        cJSON_Delete(waiter->value);
        free(waiter);
    }
}

static struct waiter *take_done(struct mr_requests *requests)
{
    struct waiter *list = requests->done;
    requests->done = NULL;
    requests->last_done = &requests->done;
    mr_timer_stop(&requests->soon);
    for (struct waiter *waiter = list; waiter; waiter = waiter->next)
        requests->waiters--;
    return list;
}

void mr_requests_run(struct mr_requests *requests)
{
    if (requests->done)
        call_back(take_done(requests));
}

void mr_requests_free(struct mr_requests **requests_)
{
    struct mr_requests *requests = *requests_;
    if (!requests)
        return;
    *requests_ = NULL;
    mr_requests_fail(requests, MR_EOFFLINE, "You are not in a room any more.");
    struct waiter *list = take_done(requests);
    mr_timer_stop(&requests->timer);
    for (int kind = 0; kind < MR_REQUEST_KINDS; kind++)
        while (requests->first[kind]) {
            struct request *request = requests->first[kind];
            requests->first[kind] = request->next;
            free_request(request);
        }
    free(requests);
    call_back(list);
}

/* The line of one kind */

static struct request *outstanding(const struct mr_requests *requests, enum mr_request_kind kind)
{
    struct request *request = requests->first[kind];
    while (request && request->late_ms != 0)
        request = request->next;
    return request && !request->line ? request : NULL;
}

static void remove_request(struct mr_requests *requests, enum mr_request_kind kind,
                           struct request *request)
{
    struct request **at = &requests->first[kind];
    while (*at && *at != request)
        at = &(*at)->next;
    if (*at)
        *at = request->next;
    free_request(request);
}

/* Sends the next in line, if none is out. */
static void advance(struct mr_requests *requests, enum mr_request_kind kind)
{
    while (!outstanding(requests, kind)) {
        struct request *request = requests->first[kind];
        while (request && request->late_ms != 0)
            request = request->next;
        if (!request)
            return;
        int err = requests->options.send(requests->options.ctx, request->line, request->len);
        free_line(request);
        if (err == MR_OK) {
            request->sent_ms = mr_loop_now_ms(requests->options.loop);
            request->serial = ++requests->serial;
            return;
        }
        decide_all(requests, request, err,
                   err == MR_EBUSY ? "Too many lines wait to be sent. Wait a moment."
                                   : mr_error_text(err),
                   NULL);
        remove_request(requests, kind, request);
    }
}

/* Time */

static void arm(struct mr_requests *requests)
{
    uint64_t next = UINT64_MAX;
    for (int kind = 0; kind < MR_REQUEST_KINDS; kind++)
        for (struct request *request = requests->first[kind]; request; request = request->next) {
            if (request->late_ms != 0 && request->late_ms < next)
                next = request->late_ms;
            for (struct waiter *waiter = request->waiters; waiter; waiter = waiter->next)
                if (waiter->deadline_ms < next)
                    next = waiter->deadline_ms;
        }
    mr_timer_stop(&requests->timer);
    if (next == UINT64_MAX)
        return;
    uint64_t now = mr_loop_now_ms(requests->options.loop);
    mr_timer_start(requests->options.loop, next > now ? next - now : 0, 0, on_deadline, requests,
                   &requests->timer);
}

static void give_up(struct mr_requests *requests, struct request *request, uint64_t now)
{
    struct waiter **at = &request->waiters;
    while (*at) {
        struct waiter *waiter = *at;
        if (waiter->deadline_ms > now) {
            at = &waiter->next;
            continue;
        }
        *at = waiter->next;
        decide(requests, waiter, MR_ETIMEOUT, "The room did not answer in time.", NULL);
    }
}

static void expire_kind(struct mr_requests *requests, enum mr_request_kind kind, uint64_t now)
{
    struct request *next;
    for (struct request *request = requests->first[kind]; request; request = next) {
        next = request->next;
        bool had_waiters = request->waiters != NULL;
        give_up(requests, request, now);
        if (had_waiters && !request->waiters) {
            /* A ping's answer is known by its data, and one that was not sent has none. */
            if (request->line || kind == MR_REQUEST_PING)
                remove_request(requests, kind, request);
            else
                request->late_ms = now + requests->options.late_ms;
        } else if (request->late_ms != 0 && request->late_ms <= now) {
            remove_request(requests, kind, request);
        }
    }
    advance(requests, kind);
}

static void on_deadline(void *ctx)
{
    struct mr_requests *requests = ctx;
    uint64_t now = mr_loop_now_ms(requests->options.loop);
    for (int kind = 0; kind < MR_REQUEST_KINDS; kind++)
        expire_kind(requests, (enum mr_request_kind)kind, now);
    arm(requests);
    mr_requests_run(requests);
}

/* Asking */

static struct request *find_twin(struct mr_requests *requests, enum mr_request_kind kind,
                                 const char *arg)
{
    struct request *request = is_shared(kind) ? requests->first[kind] : NULL;
    for (; request; request = request->next)
        if (request->late_ms == 0 && strcmp(request->arg, arg) == 0)
            return request;
    return NULL;
}

static struct request *append(struct mr_requests *requests, enum mr_request_kind kind,
                              const char *arg, const char *line, size_t len)
{
    struct request *request = calloc(1, sizeof(*request));
    if (!request)
        return NULL;
    request->arg = strdup(arg);
    request->line = malloc(len + 1);
    if (!request->arg || !request->line) {
        free(request->line);
        request->line = NULL;
        free_request(request);
        return NULL;
    }
    memcpy(request->line, line, len);
    request->len = len;
    struct request **at = &requests->first[kind];
    while (*at)
        at = &(*at)->next;
    *at = request;
    return request;
}

int mr_requests_add(struct mr_requests *requests, enum mr_request_kind kind, const char *arg,
                    const char *line, size_t len, uint64_t timeout_ms, mr_request_fn *fn, void *ctx)
{
    if (requests->waiters >= MR_LIMIT_REQUESTS)
        return MR_EBUSY;
    struct waiter *waiter = calloc(1, sizeof(*waiter));
    if (!waiter)
        return MR_ENOMEM;
    arg = arg ? arg : "";
    struct request *request = find_twin(requests, kind, arg);
    if (!request)
        request = append(requests, kind, arg, line, len);
    if (!request) {
        free(waiter);
        return MR_ENOMEM;
    }
    waiter->fn = fn;
    waiter->ctx = ctx;
    if (timeout_ms == 0 || timeout_ms > MAX_TIMEOUT_MS)
        timeout_ms = MAX_TIMEOUT_MS;
    waiter->deadline_ms = mr_loop_now_ms(requests->options.loop) + timeout_ms;
    struct waiter **at = &request->waiters;
    while (*at)
        at = &(*at)->next;
    *at = waiter;
    requests->waiters++;
    advance(requests, kind);
    arm(requests);
    return MR_OK;
}

/* Answers */

static struct request *find_late(const struct mr_requests *requests, enum mr_request_kind kind,
                                 const char *arg)
{
    struct request *request = requests->first[kind];
    for (; request; request = request->next)
        if (request->late_ms != 0 && (!arg || strcmp(request->arg, arg) == 0))
            return request;
    return NULL;
}

static enum mr_request_taken finish(struct mr_requests *requests, enum mr_request_kind kind,
                                    const char *arg, int err, const char *text, const cJSON *value)
{
    struct request *live = outstanding(requests, kind);
    struct request *late = find_late(requests, kind, arg);
    if (live && arg && strcmp(live->arg, arg) != 0)
        live = NULL;
    if (late && (!live || !is_shared(kind))) {
        remove_request(requests, kind, late);
        arm(requests);
        return MR_REQUEST_SWALLOWED;
    }
    if (!live)
        return MR_REQUEST_NOBODY;
    decide_all(requests, live, err, text, value);
    remove_request(requests, kind, live);
    advance(requests, kind);
    arm(requests);
    return MR_REQUEST_ANSWERED;
}

enum mr_request_taken mr_requests_answer(struct mr_requests *requests, enum mr_request_kind kind,
                                         const char *arg, cJSON *value)
{
    enum mr_request_taken taken = finish(requests, kind, arg, value ? MR_OK : MR_ENOMEM,
                                         value ? "" : "There is no memory left.", value);
    cJSON_Delete(value);
    return taken;
}

enum mr_request_taken mr_requests_refuse(struct mr_requests *requests, enum mr_request_kind kind,
                                         const char *text)
{
    return finish(requests, kind, NULL, MR_EREFUSED, text, NULL);
}

void mr_requests_fail(struct mr_requests *requests, int err, const char *text)
{
    for (int kind = 0; kind < MR_REQUEST_KINDS; kind++)
        while (requests->first[kind]) {
            struct request *request = requests->first[kind];
            decide_all(requests, request, err, text, NULL);
            remove_request(requests, (enum mr_request_kind)kind, request);
        }
    mr_timer_stop(&requests->timer);
}

bool mr_requests_outstanding(const struct mr_requests *requests, enum mr_request_kind kind,
                             const char **arg, uint64_t *asked_ms, uint64_t *serial)
{
    const struct request *request = outstanding(requests, kind);
    if (!request)
        return false;
    if (arg)
        *arg = request->arg;
    if (asked_ms)
        *asked_ms = request->sent_ms;
    if (serial)
        *serial = request->serial;
    return true;
}

uint64_t mr_requests_serial(struct mr_requests *requests)
{
    return ++requests->serial;
}

bool mr_requests_late(const struct mr_requests *requests, enum mr_request_kind kind)
{
    return find_late(requests, kind, NULL) != NULL;
}

cJSON **mr_requests_part(struct mr_requests *requests, enum mr_request_kind kind)
{
    struct request *request = outstanding(requests, kind);
    return request ? &request->part : NULL;
}
