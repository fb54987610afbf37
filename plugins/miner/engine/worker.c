#include "plugins/miner/engine/worker.h"

#include <moonroom/errors.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A job that this thread has not taken up yet, or one that it has left before its end. With the
 * lock held. */
static bool has_work(const struct mr_worker *worker)
{
    const struct mr_engine *engine = worker->engine;
    bool fresh = engine->number != worker->number;
    return engine->running && worker->index < engine->job.threads &&
           (fresh || (engine->turn != worker->seen && !worker->exhausted));
}

/* Waits for something to do, and takes it up. false: the end. */
static bool take_up(struct mr_worker *worker)
{
    struct mr_engine *engine = worker->engine;
    struct mr_search_job job;
    uint8_t random[MR_SPACE_FILLER];
    pthread_mutex_lock(&engine->lock);
    if (worker->working) {
        worker->working = false;
        engine->working--;
        pthread_cond_broadcast(&engine->changed);
    }
    while (!engine->quit && !has_work(worker))
        pthread_cond_wait(&engine->changed, &engine->lock);
    worker->working = !engine->quit;
    engine->working += worker->working;
    bool quit = engine->quit, from_first = engine->job.from_first;
    bool fresh = engine->number != worker->number;
    uint64_t place = (uint64_t)worker->index * engine->job.shards + engine->job.shard;
    job = engine->job.search;
    memcpy(random, engine->random, sizeof random);
    worker->number = engine->number;
    worker->seen = engine->turn;
    atomic_store_explicit(&worker->turn, engine->turn, memory_order_relaxed);
    pthread_mutex_unlock(&engine->lock);
    if (quit || !fresh)
        return !quit;
    worker->exhausted = false;
    mr_search_begin(&worker->search, &job, place, from_first ? NULL : random);
    atomic_store_explicit(&worker->job_attempts, 0, memory_order_relaxed);
    atomic_store_explicit(&worker->job, worker->number, memory_order_release);
    return true;
}

/* With the lock held. */
static void keep_best(struct mr_worker *worker)
{
    struct mr_engine *engine = worker->engine;
    const struct mr_solution *best = &worker->search.best;
    worker->search.better = false;
    if (engine->number == worker->number &&
        (!engine->has_best || memcmp(best->digest, engine->best.digest, sizeof best->digest) < 0)) {
        engine->has_best = true;
        engine->best = *best;
    }
}

/* A solution, unless the job has changed or come to its end meanwhile; of one that was stopped it
 * still counts, since the search goes on behind it. Waits while nobody takes the older ones, but
 * not with a job that was stopped. */
static void on_found(void *ctx, const struct mr_solution *solution)
{
    struct mr_worker *worker = ctx;
    struct mr_engine *engine = worker->engine;
    pthread_mutex_lock(&engine->lock);
    while (engine->turn == worker->seen && engine->waiting == MR_LIMIT_MINE_FOUND)
        pthread_cond_wait(&engine->changed, &engine->lock);
    uint64_t wanted = engine->job.wanted;
    bool ours = engine->number == worker->number && engine->waiting < MR_LIMIT_MINE_FOUND &&
                (wanted == 0 || engine->found < wanted);
    if (ours) {
        unsigned last = (engine->first + engine->waiting++) % MR_LIMIT_MINE_FOUND;
        engine->queue[last] = (struct mr_engine_found){*solution, worker->number, worker->index};
        engine->found++;
        keep_best(worker);
        if (engine->found == engine->job.wanted) {
            engine->running = false;
            mr_engine_change(engine);
        }
    }
    pthread_mutex_unlock(&engine->lock);
    if (ours)
        engine->wake(engine->ctx);
}

static void tell_best(struct mr_worker *worker)
{
    pthread_mutex_lock(&worker->engine->lock);
    keep_best(worker);
    pthread_mutex_unlock(&worker->engine->lock);
}

static void tell_exhausted(struct mr_worker *worker)
{
    struct mr_engine *engine = worker->engine;
    pthread_mutex_lock(&engine->lock);
    worker->exhausted = engine->turn == worker->seen;
    bool last = worker->exhausted && --engine->searching == 0;
    if (last)
        engine->running = false;
    pthread_mutex_unlock(&engine->lock);
    if (last)
        engine->wake(engine->ctx);
}

static void add(_Atomic uint64_t *counter, uint64_t more)
{
    /* Nobody else writes it. */
    uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, before + more, memory_order_relaxed);
}

static void work(struct mr_worker *worker)
{
    while (atomic_load_explicit(&worker->turn, memory_order_acquire) == worker->seen) {
        uint64_t attempts = mr_search_step(&worker->search, on_found, worker);
        if (attempts == 0) {
            tell_exhausted(worker);
            return;
        }
        add(&worker->attempts, attempts);
        add(&worker->job_attempts, attempts);
        if (worker->search.better)
            tell_best(worker);
    }
}

static void *run(void *ctx)
{
    struct mr_worker *worker = ctx;
    while (take_up(worker))
        work(worker);
    return NULL;
}

int mr_worker_start(struct mr_engine *engine, unsigned index, struct mr_worker **out)
{
    sigset_t all, before;
    struct mr_worker *worker = aligned_alloc(alignof(struct mr_worker), sizeof *worker);
    if (!worker)
        return MR_ENOMEM;
    memset(worker, 0, sizeof *worker);
    worker->engine = engine;
    worker->index = index;
    /* Signals are the owner's. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = pthread_create(&worker->thread, NULL, run, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (err != 0) {
        free(worker);
        return MR_EIO;
    }
    *out = worker;
    return MR_OK;
}
