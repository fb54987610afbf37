/* The inside of the engine: what its threads share with it, and what each has for itself. */
#ifndef MR_MINER_WORKER_H
#define MR_MINER_WORKER_H

#include "plugins/miner/engine/engine.h"

#include <pthread.h>
#include <stdatomic.h>

/* The parts are on cache lines of their own: the first one is written by the engine only, and only
 * when something changes; the second by the thread only, after each step. */
struct mr_worker {
    alignas(64) _Atomic uint64_t turn; /* the engine's, as this thread should know it */
    alignas(64) _Atomic uint64_t attempts;
    _Atomic uint64_t job_attempts;
    _Atomic uint64_t job; /* to which job_attempts belongs */
    alignas(64) struct mr_engine *engine;
    pthread_t thread;
    unsigned index;
    bool working;
    bool exhausted;  /* it has tried all of its part of the job */
    uint64_t number; /* of the job that it has taken up */
    uint64_t seen;   /* the turn in which it did */
    struct mr_search search;
};

/* All of it is under the lock, but for wake and ctx, which never change. */
struct mr_engine {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* the turn, the queue has got shorter, or a thread rests */
    mr_engine_wake_fn *wake;
    void *ctx;
    struct mr_worker *workers[MR_LIMIT_MINE_THREADS];
    unsigned threads;
    uint64_t turn; /* counts changes of what the threads are to do */
    bool running, quit;
    struct mr_engine_job job;
    uint64_t number; /* of the job */
    uint8_t random[MR_SPACE_FILLER];
    unsigned working;   /* threads that are in a job, the newest or an older one */
    unsigned searching; /* threads that have not exhausted their space */
    uint64_t found;
    struct mr_engine_found queue[MR_LIMIT_MINE_FOUND];
    unsigned first, waiting;
    bool has_best;
    struct mr_solution best;
};

/* Makes a thread that waits for a job. MR_ENOMEM, MR_EIO. */
int mr_worker_start(struct mr_engine *engine, unsigned index, struct mr_worker **out);

/* A new state for all threads, told through their own words. With the lock held. */
void mr_engine_change(struct mr_engine *engine);

#endif
