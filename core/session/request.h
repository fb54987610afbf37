/* Questions to a room that knows no ids.
 *
 * One of a kind is outstanding, the others wait in line; identical ones share an answer where
 * asking twice means nothing more. Each asker has a time of its own. When all of them have given
 * up, the answer that may still come is swallowed for MR_LIMIT_LATE_ANSWER ms, so that it is taken
 * neither for news nor for the answer to a later question. What has no order (a leaderboard is as
 * good as the next) goes to whoever still waits.
 */
#ifndef MR_SESSION_REQUEST_H
#define MR_SESSION_REQUEST_H

#include "core/session/session.h"

struct mr_requests;

struct mr_requests_options {
    struct mr_loop *loop;
    /* Sends a line. Its error is the answer of those who asked. */
    int (*send)(void *ctx, const char *line, size_t len);
    void *ctx;
    uint64_t late_ms; /* MR_LIMIT_LATE_ANSWER */
};

/* What became of an answer. */
enum mr_request_taken {
    MR_REQUEST_NOBODY,    /* nobody had asked */
    MR_REQUEST_SWALLOWED, /* it came too late */
    MR_REQUEST_ANSWERED
};

int mr_requests_new(const struct mr_requests_options *options, struct mr_requests **out);
/* Answers everybody with "offline". */
void mr_requests_free(struct mr_requests **requests);

/* Asks. arg may be NULL; line is the formatted line, which is overwritten once it is sent. MR_EBUSY
 * when too many wait, MR_ENOMEM; else fn comes once, from the loop. */
int mr_requests_add(struct mr_requests *requests, enum mr_request_kind kind, const char *arg,
                    const char *line, size_t len, uint64_t timeout_ms, mr_request_fn *fn,
                    void *ctx);

/* The room answered. value is taken. arg, if not NULL, must be what was asked for. */
enum mr_request_taken mr_requests_answer(struct mr_requests *requests, enum mr_request_kind kind,
                                         const char *arg, cJSON *value);
/* The room refused. */
enum mr_request_taken mr_requests_refuse(struct mr_requests *requests, enum mr_request_kind kind,
                                         const char *text);
/* Answers all that are outstanding or in line with an error. */
void mr_requests_fail(struct mr_requests *requests, int err, const char *text);

/* Whether one of this kind is at the room. If so, *arg (borrowed), *asked_ms (when it was sent) and
 * *serial (in order of sending, over all kinds); each may be NULL. */
bool mr_requests_outstanding(const struct mr_requests *requests, enum mr_request_kind kind,
                             const char **arg, uint64_t *asked_ms, uint64_t *serial);
/* A number that grows with whatever is sent, for comparison with those. */
uint64_t mr_requests_serial(struct mr_requests *requests);
/* Whether a late answer of this kind would be swallowed. */
bool mr_requests_late(const struct mr_requests *requests, enum mr_request_kind kind);
/* Something kept with the one that is outstanding until it is answered: the first parts of an
 * answer in several. NULL if there is none outstanding. The place stays the request's, and so does
 * what is put there. */
cJSON **mr_requests_part(struct mr_requests *requests, enum mr_request_kind kind);

/* Calls back for all that was decided: to be called from the loop, where calling back is safe.
 * (Else it happens in the next turn.) The requests may be freed inside. */
void mr_requests_run(struct mr_requests *requests);

#endif
