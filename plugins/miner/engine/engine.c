#include "plugins/miner/engine/engine.h"

#include "plugins/miner/engine/worker.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

int mr_engine_new(mr_engine_wake_fn *wake, void *ctx, struct mr_engine **out)
{
    struct mr_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return MR_ENOMEM;
    engine->wake = wake;
    engine->ctx = ctx;
    pthread_mutex_init(&engine->lock, NULL);
    pthread_cond_init(&engine->changed, NULL);
    *out = engine;
    return MR_OK;
}

void mr_engine_change(struct mr_engine *engine)
{
    engine->turn++;
    for (unsigned i = 0; i < engine->threads; i++)
        atomic_store_explicit(&engine->workers[i]->turn, engine->turn, memory_order_release);
    pthread_cond_broadcast(&engine->changed);
}

void mr_engine_free(struct mr_engine **engine)
{
    if (!*engine)
        return;
    struct mr_engine *gone = *engine;
    *engine = NULL;
    pthread_mutex_lock(&gone->lock);
    gone->running = false;
    gone->quit = true;
    mr_engine_change(gone);
    pthread_mutex_unlock(&gone->lock);
    for (unsigned i = 0; i < gone->threads; i++) {
        pthread_join(gone->workers[i]->thread, NULL);
        free(gone->workers[i]);
    }
    pthread_cond_destroy(&gone->changed);
    pthread_mutex_destroy(&gone->lock);
    free(gone);
}

static int add_threads(struct mr_engine *engine, unsigned count)
{
    while (engine->threads < count) {
        struct mr_worker *worker = NULL;
        int err = mr_worker_start(engine, engine->threads, &worker);
        if (err != MR_OK)
            return err;
        pthread_mutex_lock(&engine->lock);
        engine->workers[engine->threads++] = worker;
        pthread_mutex_unlock(&engine->lock);
    }
    return MR_OK;
}

int mr_engine_start(struct mr_engine *engine, const struct mr_engine_job *job, uint64_t *number)
{
    uint8_t random[sizeof engine->random];
    if ((uint64_t)job->threads * job->shards > mr_space_workers(job->search.alphabet))
        return MR_ELIMIT;
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return MR_EIO;
    int err = add_threads(engine, job->threads);
    if (err != MR_OK)
        return err;
    pthread_mutex_lock(&engine->lock);
    engine->job = *job;
    engine->number++;
    memcpy(engine->random, random, sizeof random);
    engine->running = true;
    engine->searching = job->threads;
    engine->found = engine->first = engine->waiting = 0;
    engine->has_best = false;
    mr_engine_change(engine);
    if (number)
        *number = engine->number;
    pthread_mutex_unlock(&engine->lock);
    return MR_OK;
}

void mr_engine_stop(struct mr_engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    engine->running = false;
    mr_engine_change(engine);
    pthread_mutex_unlock(&engine->lock);
}

int mr_engine_resume(struct mr_engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    bool enough = engine->job.wanted > 0 && engine->found >= engine->job.wanted;
    bool left = engine->number > 0 && !engine->running && engine->searching > 0 && !enough;
    if (left) {
        engine->running = true;
        mr_engine_change(engine);
    }
    pthread_mutex_unlock(&engine->lock);
    return left ? MR_OK : MR_ESTATE;
}

void mr_engine_rest(struct mr_engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    while (!engine->running && engine->working > 0)
        pthread_cond_wait(&engine->changed, &engine->lock);
    pthread_mutex_unlock(&engine->lock);
}

bool mr_engine_take(struct mr_engine *engine, struct mr_engine_found *out)
{
    pthread_mutex_lock(&engine->lock);
    bool any = engine->waiting > 0;
    if (any) {
        *out = engine->queue[engine->first];
        engine->first = (engine->first + 1) % MR_LIMIT_MINE_FOUND;
        engine->waiting--;
        pthread_cond_broadcast(&engine->changed);
    }
    pthread_mutex_unlock(&engine->lock);
    return any;
}

void mr_engine_stats(struct mr_engine *engine, struct mr_engine_stats *out)
{
    memset(out, 0, sizeof *out);
    pthread_mutex_lock(&engine->lock);
    out->job = engine->number;
    out->running = engine->running;
    out->exhausted = engine->number > 0 && engine->searching == 0;
    out->has_best = engine->has_best;
    out->best = engine->best;
    out->threads = engine->threads;
    for (unsigned i = 0; i < engine->threads; i++) {
        struct mr_worker *worker = engine->workers[i];
        uint64_t now = atomic_load_explicit(&worker->attempts, memory_order_relaxed);
        out->thread_attempts[i] = now;
        out->attempts += now;
        if (atomic_load_explicit(&worker->job, memory_order_acquire) == engine->number)
            out->job_attempts += atomic_load_explicit(&worker->job_attempts, memory_order_relaxed);
    }
    pthread_mutex_unlock(&engine->lock);
}
