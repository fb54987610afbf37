/*
 * Passwords: checked and made in the thread pool, a few at a time.
 *
 * scrypt takes some 50 ms of a core and 16 MiB, so jobs wait for their turn. Those for one name are
 * done one after the other, and after MR_LIMIT_LOGIN_TRIES wrong ones in a minute the rest is
 * turned away unseen. A name that nobody has costs the same. Whatever is not right is answered with
 * a delay. One household cannot fill the queue, nor can those who do not stay for the answer.
 */
#ifndef MR_ROOMHOST_AUTH_H
#define MR_ROOMHOST_AUTH_H

#include "plugins/roomhost/rules.h"

#include "core/base/limits.h"
#include "core/wire/password.h"

#include <stdbool.h>
#include <stddef.h>

struct uv_loop_s;
struct mr_auth;

enum mr_auth_kind {
    MR_AUTH_MAKE,  /* hash -> fresh */
    MR_AUTH_CHECK, /* hash against record */
    MR_AUTH_CHANGE /* hash against record, then fresh_hash -> fresh */
};

struct mr_auth_work;

struct mr_auth_job {
    enum mr_auth_kind kind;
    char name[MR_LIMIT_NAME + 1];        /* whose tries are counted */
    char household[MR_ADDRESS_TEXT_MAX]; /* "" is none, and may have as many as there is place */
    bool known;                          /* false: there is no record, and the check fails */
    struct mr_password_record record;
    char hash[MR_LIMIT_CREDENTIAL_HASH + 1];
    char fresh_hash[MR_LIMIT_CREDENTIAL_HASH + 1];

    enum mr_check check; /* how it ended; for MR_AUTH_MAKE RIGHT or BUSY */
    struct mr_password_record fresh;

    void (*done)(struct mr_auth_job *job, void *ctx); /* frees it with mr_auth_job_free() */
    void *ctx;
    bool unwanted;
    struct mr_auth_work *work;
    struct mr_auth_job *next;
};

/* NULL without memory. */
struct mr_auth_job *mr_auth_job_new(enum mr_auth_kind kind,
                                    void (*done)(struct mr_auth_job *job, void *ctx), void *ctx);
/* Overwrites what is secret in it. */
void mr_auth_job_free(struct mr_auth_job *job);

/* cost is that of new records and of names that nobody has. */
int mr_auth_new(struct uv_loop_s *loop, const struct mr_password_cost *cost, struct mr_auth **out);

/* Takes the job. done() is called exactly once, never from inside. */
void mr_auth_submit(struct mr_auth *auth, struct mr_auth_job *job);

/* Nobody waits for a submitted job any more: it is MR_CHECK_BUSY, unless it has begun. done() still
 * is called. */
void mr_auth_cancel(struct mr_auth_job *job);

/* From now on everything is answered as soon as it can be; what has not begun is MR_CHECK_BUSY. */
void mr_auth_hurry(struct mr_auth *auth);
/* Jobs that are not answered yet. */
size_t mr_auth_pending(const struct mr_auth *auth);
/* Only without pending jobs. Clears the pointer. */
void mr_auth_free(struct mr_auth **auth);

#endif
