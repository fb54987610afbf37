#include "plugins/roomhost/store.h"

#include "core/base/secret.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <uv.h>

enum { BATCH_MAX = 512, LIST_MAX = MR_LIMIT_FRAME_OUT_TEXT };

struct queue {
    struct mr_store_job *first, **last;
};

struct mr_store {
    struct mr_db *db;     /* the thread's, once it runs */
    uv_thread_t thread;   /* */
    uv_async_t *answered; /* freed by its own close callback */
    uv_mutex_t mutex;     /* guards what follows up to `stopping` */
    uv_cond_t wake;
    struct queue asked;
    struct queue answers;
    bool stopping;
    size_t pending; /* the loop's */
};

static void queue_clear(struct queue *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
}

static void queue_add(struct queue *queue, struct mr_store_job *job)
{
    job->next = NULL;
    *queue->last = job;
    queue->last = &job->next;
}

static struct mr_store_job *queue_take(struct queue *queue)
{
    struct mr_store_job *job = queue->first;
    if (job) {
        queue->first = job->next;
        if (!queue->first)
            queue->last = &queue->first;
        job->next = NULL;
    }
    return job;
}

struct mr_store_job *mr_store_job_new(enum mr_store_kind kind,
                                      void (*done)(struct mr_store_job *job, void *ctx), void *ctx)
{
    struct mr_store_job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    job->kind = kind;
    job->done = done;
    job->ctx = ctx;
    mr_buf_init(&job->list, LIST_MAX);
    return job;
}

void mr_store_job_free(struct mr_store_job *job)
{
    if (!job)
        return;
    mr_buf_free(&job->list);
    mr_wipe(job, sizeof *job);
    free(job);
}

static enum mr_store_answer act(struct mr_db *db, struct mr_store_job *job)
{
    switch (job->kind) {
    case MR_STORE_FIND:
        return mr_db_find(db, job->name, &job->me, &job->record);
    case MR_STORE_REGISTER:
        return mr_db_register(db, job->name, &job->record, job->address, (unsigned)job->number,
                              job->admin, &job->me);
    case MR_STORE_ENTER:
        return mr_db_enter(db, job->account, &job->record, &job->me);
    case MR_STORE_PASSWORD:
        return mr_db_set_password(db, job->account, &job->record, &job->fresh);
    case MR_STORE_DELETE:
        return mr_db_delete(db, job->account, &job->record);
    case MR_STORE_MINE:
        return mr_db_mine(db, job->account, job->prev, job->s, job->hash, &job->me);
    case MR_STORE_FINE:
        return mr_db_fine(db, job->account, job->number, &job->number, &job->me);
    case MR_STORE_BUY:
        return mr_db_buy(db, job->account, job->item, job->number, &job->number, &job->me);
    case MR_STORE_PAY:
        return mr_db_pay(db, job->account, job->name, job->number, &job->me, &job->other);
    case MR_STORE_LEADERS:
        return mr_db_leaders(db, &job->list);
    }
    return MR_STORE_FAILED;
}

static void run_job(struct mr_db *db, struct mr_store_job *job)
{
    job->answer = MR_STORE_FAILED;
    if (mr_db_mark(db) != MR_OK)
        return;
    enum mr_store_answer answer = act(db, job);
    if (mr_db_settle(db, answer == MR_STORE_DONE) == MR_OK)
        job->answer = answer;
}

/* Whatever a transaction that was not committed has answered is void. */
static void run_batch(struct mr_db *db, struct queue *batch)
{
    bool good = mr_db_begin(db) == MR_OK;
    for (struct mr_store_job *job = batch->first; job; job = job->next) {
        job->answer = MR_STORE_FAILED;
        if (good)
            run_job(db, job);
    }
    if (good && mr_db_commit(db) == MR_OK)
        return;
    for (struct mr_store_job *job = batch->first; job; job = job->next)
        job->answer = MR_STORE_FAILED;
}

static void take_batch(struct mr_store *store, struct queue *batch)
{
    queue_clear(batch);
    struct mr_store_job *job;
    for (int i = 0; i < BATCH_MAX && (job = queue_take(&store->asked)); i++)
        queue_add(batch, job);
}

static void thread_main(void *arg)
{
    struct mr_store *store = arg;
    uv_mutex_lock(&store->mutex);
    for (;;) {
        while (!store->asked.first && !store->stopping)
            uv_cond_wait(&store->wake, &store->mutex);
        if (!store->asked.first)
            break;
        struct queue batch;
        take_batch(store, &batch);
        uv_mutex_unlock(&store->mutex);
        run_batch(store->db, &batch);
        uv_mutex_lock(&store->mutex);
        struct mr_store_job *job;
        while ((job = queue_take(&batch)))
            queue_add(&store->answers, job);
        uv_async_send(store->answered);
    }
    uv_mutex_unlock(&store->mutex);
}

static void hand_back(struct mr_store *store)
{
    struct queue ready;
    uv_mutex_lock(&store->mutex);
    ready = store->answers;
    if (!ready.first)
        queue_clear(&ready);
    queue_clear(&store->answers);
    uv_mutex_unlock(&store->mutex);
    struct mr_store_job *job;
    while ((job = queue_take(&ready))) {
        store->pending--;
        job->done(job, job->ctx);
    }
}

static void on_answered(uv_async_t *async)
{
    hand_back(async->data);
}

static void on_async_closed(uv_handle_t *handle)
{
    free(handle);
}

static int start_parts(struct mr_store *store, uv_loop_t *loop)
{
    store->answered = calloc(1, sizeof *store->answered);
    if (!store->answered)
        return MR_ENOMEM;
    if (uv_async_init(loop, store->answered, on_answered) != 0) {
        free(store->answered);
        return MR_EIO;
    }
    store->answered->data = store;
    uv_unref((uv_handle_t *)store->answered);
    if (uv_thread_create(&store->thread, thread_main, store) != 0) {
        uv_close((uv_handle_t *)store->answered, on_async_closed);
        return MR_EIO;
    }
    return MR_OK;
}

int mr_store_start(uv_loop_t *loop, struct mr_db *db, struct mr_store **out)
{
    struct mr_store *store = calloc(1, sizeof *store);
    if (!store || uv_mutex_init(&store->mutex) != 0) {
        free(store);
        mr_db_close(&db);
        return MR_ENOMEM;
    }
    queue_clear(&store->asked);
    queue_clear(&store->answers);
    store->db = db;
    int err = uv_cond_init(&store->wake) == 0 ? MR_OK : MR_ENOMEM;
    if (err == MR_OK) {
        err = start_parts(store, loop);
        if (err != MR_OK)
            uv_cond_destroy(&store->wake);
    }
    if (err != MR_OK) {
        uv_mutex_destroy(&store->mutex);
        mr_db_close(&store->db);
        free(store);
        return err;
    }
    *out = store;
    return MR_OK;
}

int mr_store_submit(struct mr_store *store, struct mr_store_job *job)
{
    if (store->pending >= MR_LIMIT_ROOM_JOBS)
        return MR_EBUSY;
    store->pending++;
    uv_mutex_lock(&store->mutex);
    queue_add(&store->asked, job);
    uv_cond_signal(&store->wake);
    uv_mutex_unlock(&store->mutex);
    return MR_OK;
}

size_t mr_store_pending(const struct mr_store *store)
{
    return store->pending;
}

void mr_store_stop(struct mr_store **store)
{
    if (!*store)
        return;
    struct mr_store *gone = *store;
    *store = NULL;
    uv_mutex_lock(&gone->mutex);
    gone->stopping = true;
    uv_cond_signal(&gone->wake);
    uv_mutex_unlock(&gone->mutex);
    uv_thread_join(&gone->thread);
    hand_back(gone);
    uv_close((uv_handle_t *)gone->answered, on_async_closed);
    mr_db_close(&gone->db);
    uv_cond_destroy(&gone->wake);
    uv_mutex_destroy(&gone->mutex);
    free(gone);
}
