#include "plugins/roomhost/auth.h"

#include "core/base/name.h"
#include "core/base/secret.h"
#include "plugins/roomhost/pace.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { RUNNING_MAX = 2 };

/* What a submitted job needs of libuv; from then on freed by the timer's close callback. */
struct mr_auth_work {
    struct mr_auth *auth;
    struct mr_auth_job *job;
    uv_work_t request;
    uv_timer_t delay;
};

struct mr_auth {
    uv_loop_t *loop;
    struct mr_password_cost cost;
    struct mr_password_record nobody;
    struct mr_tries *tries;
    struct mr_auth_job *first, **last; /* waiting */
    struct mr_auth_job *running[RUNNING_MAX];
    struct mr_auth_job *late; /* done, and to be answered after their delay */
    size_t waiting, pending;
    bool hurry;
};

struct mr_auth_job *mr_auth_job_new(enum mr_auth_kind kind,
                                    void (*done)(struct mr_auth_job *job, void *ctx), void *ctx)
{
    struct mr_auth_job *job = calloc(1, sizeof *job);
    struct mr_auth_work *work = calloc(1, sizeof *work);
    if (!job || !work) {
        free(job);
        free(work);
        return NULL;
    }
    work->job = job;
    job->work = work;
    job->kind = kind;
    job->check = MR_CHECK_BUSY;
    job->done = done;
    job->ctx = ctx;
    return job;
}

void mr_auth_job_free(struct mr_auth_job *job)
{
    if (!job)
        return;
    free(job->work);
    mr_wipe(job, sizeof *job);
    free(job);
}

int mr_auth_new(uv_loop_t *loop, const struct mr_password_cost *cost, struct mr_auth **out)
{
    struct mr_auth *auth = calloc(1, sizeof *auth);
    if (!auth)
        return MR_ENOMEM;
    auth->loop = loop;
    auth->cost = *cost;
    auth->last = &auth->first;
    int err = mr_password_dummy(cost, &auth->nobody);
    if (err == MR_OK)
        err = mr_tries_new(&auth->tries);
    if (err != MR_OK) {
        free(auth);
        return err;
    }
    *out = auth;
    return MR_OK;
}

/* ---- In a thread of the pool ---- */

static enum mr_check check(const struct mr_auth *auth, struct mr_auth_job *job)
{
    const struct mr_password_record *record = job->known ? &job->record : &auth->nobody;
    int err = mr_password_verify(record, job->hash, strlen(job->hash));
    if (err == MR_EBADPASSWORD || (err == MR_OK && !job->known))
        return MR_CHECK_WRONG;
    return err == MR_OK ? MR_CHECK_RIGHT : MR_CHECK_BUSY;
}

static enum mr_check make(const struct mr_auth *auth, const char *hash,
                          struct mr_password_record *out)
{
    return mr_password_make(hash, strlen(hash), &auth->cost, out) == MR_OK ? MR_CHECK_RIGHT
                                                                           : MR_CHECK_BUSY;
}

static enum mr_check work_on(const struct mr_auth *auth, struct mr_auth_job *job)
{
    if (job->kind == MR_AUTH_MAKE)
        return make(auth, job->hash, &job->fresh);
    enum mr_check result = check(auth, job);
    if (job->kind == MR_AUTH_CHANGE && result == MR_CHECK_RIGHT)
        result = make(auth, job->fresh_hash, &job->fresh);
    return result;
}

static void on_work(uv_work_t *request)
{
    struct mr_auth_work *work = request->data;
    work->job->check = work_on(work->auth, work->job);
    mr_password_thread_done();
}

/* ---- On the loop ---- */

static void run_next(struct mr_auth *auth);

static void on_delay_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void answer(struct mr_auth_job *job)
{
    struct mr_auth_work *work = job->work;
    struct mr_auth *auth = work->auth;
    struct mr_auth_job **link = &auth->late;
    while (*link && *link != job)
        link = &(*link)->next;
    if (*link)
        *link = job->next;
    uv_close((uv_handle_t *)&work->delay, on_delay_closed);
    auth->pending--;
    job->work = NULL;
    job->done(job, job->ctx);
}

static void on_delay(uv_timer_t *timer)
{
    struct mr_auth_work *work = timer->data;
    answer(work->job);
}

static void answer_later(struct mr_auth *auth, struct mr_auth_job *job, uint64_t delay_ms)
{
    job->next = auth->late;
    auth->late = job;
    uv_timer_start(&job->work->delay, on_delay, auth->hurry || job->unwanted ? 0 : delay_ms, 0);
}

static void on_worked(uv_work_t *request, int status)
{
    struct mr_auth_work *work = request->data;
    struct mr_auth *auth = work->auth;
    struct mr_auth_job *job = work->job;
    (void)status;
    for (int i = 0; i < RUNNING_MAX; i++)
        if (auth->running[i] == job)
            auth->running[i] = NULL;
    if (job->check == MR_CHECK_WRONG)
        mr_tries_wrong(auth->tries, job->name, strlen(job->name), uv_now(auth->loop));
    if (job->check == MR_CHECK_RIGHT)
        answer(job);
    else
        answer_later(auth, job, MR_LIMIT_WRONG_PASSWORD_DELAY);
    run_next(auth);
}

/* The first job whose name is not being worked on. */
static struct mr_auth_job *take_next(struct mr_auth *auth)
{
    for (struct mr_auth_job **link = &auth->first; *link; link = &(*link)->next) {
        struct mr_auth_job *job = *link;
        bool blocked = false;
        for (int i = 0; i < RUNNING_MAX; i++)
            blocked =
                blocked || (auth->running[i] &&
                            mr_name_equal_fold(job->name, strlen(job->name), auth->running[i]->name,
                                               strlen(auth->running[i]->name)));
        if (blocked)
            continue;
        *link = job->next;
        if (auth->last == &job->next)
            auth->last = link;
        auth->waiting--;
        return job;
    }
    return NULL;
}

static int free_place(const struct mr_auth *auth)
{
    for (int i = 0; i < RUNNING_MAX; i++)
        if (!auth->running[i])
            return i;
    return -1;
}

static void run_next(struct mr_auth *auth)
{
    int place;
    struct mr_auth_job *job;
    while ((place = free_place(auth)) >= 0 && (job = take_next(auth))) {
        bool allowed =
            job->kind == MR_AUTH_MAKE ||
            mr_tries_allowed(auth->tries, job->name, strlen(job->name), uv_now(auth->loop));
        job->check = allowed ? MR_CHECK_BUSY : MR_CHECK_TOO_OFTEN;
        job->work->request.data = job->work;
        if (allowed && !auth->hurry && !job->unwanted &&
            uv_queue_work(auth->loop, &job->work->request, on_work, on_worked) == 0)
            auth->running[place] = job;
        else
            answer_later(auth, job, MR_LIMIT_WRONG_PASSWORD_DELAY);
    }
}

static bool has_place(const struct mr_auth *auth, const struct mr_auth_job *job)
{
    size_t household = 0;
    if (auth->waiting >= MR_LIMIT_ROOM_PASSWORDS)
        return false;
    for (const struct mr_auth_job *other = job->household[0] ? auth->first : NULL; other;
         other = other->next)
        household += !other->unwanted && strcmp(other->household, job->household) == 0;
    return household < MR_LIMIT_HOUSEHOLD_PASSWORDS;
}

void mr_auth_submit(struct mr_auth *auth, struct mr_auth_job *job)
{
    struct mr_auth_work *work = job->work;
    work->auth = auth;
    uv_timer_init(auth->loop, &work->delay);
    work->delay.data = work;
    auth->pending++;
    if (!has_place(auth, job)) {
        answer_later(auth, job, MR_LIMIT_WRONG_PASSWORD_DELAY);
        return;
    }
    job->next = NULL;
    *auth->last = job;
    auth->last = &job->next;
    auth->waiting++;
    run_next(auth);
}

void mr_auth_cancel(struct mr_auth_job *job)
{
    job->unwanted = true;
}

void mr_auth_hurry(struct mr_auth *auth)
{
    auth->hurry = true;
    for (struct mr_auth_job *job = auth->late; job; job = job->next)
        uv_timer_start(&job->work->delay, on_delay, 0, 0);
    run_next(auth);
}

size_t mr_auth_pending(const struct mr_auth *auth)
{
    return auth->pending;
}

void mr_auth_free(struct mr_auth **auth)
{
    if (!*auth)
        return;
    mr_tries_free((*auth)->tries);
    mr_wipe(*auth, sizeof **auth);
    free(*auth);
    *auth = NULL;
}
