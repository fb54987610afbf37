/*
 * The engine: threads that search for one block at a time.
 *
 * Whoever owns the engine starts jobs, replaces them while they run, stops them and takes what was
 * found. The threads work each for itself: between two steps of its search (well under a
 * millisecond) a thread looks at one word of its own cache line, which only changes when there is
 * something new for it. Locks are taken when something was found and when the job changes.
 *
 * Threads: an engine belongs to the thread that made it; `wake` is called from the engine's own
 * threads.
 */
#ifndef MR_MINER_ENGINE_H
#define MR_MINER_ENGINE_H

#include "plugins/miner/engine/search.h"

#include <stddef.h>

struct mr_engine;

/* What to search and with what. Plain data. */
struct mr_engine_job {
    struct mr_search_job search;
    unsigned threads;       /* 1 to MR_LIMIT_MINE_THREADS */
    uint32_t shard, shards; /* this part of so many; shard < shards */
    uint64_t wanted;        /* the search ends after that many solutions; 0: never */
    bool from_first;        /* the filler begins at its first letter: the same search each time */
};

struct mr_engine_found {
    struct mr_solution solution;
    uint64_t job; /* as mr_engine_start() numbered it */
    unsigned thread;
};

struct mr_engine_stats {
    uint64_t job;          /* the newest one; 0 before the first */
    bool running;          /* false once stopped, exhausted, or when all that was wanted is found */
    bool exhausted;        /* every solution of the job's space was tried */
    uint64_t attempts;     /* of all jobs and threads */
    uint64_t job_attempts; /* of the newest job */
    bool has_best;
    struct mr_solution best; /* the smallest digest of the newest job */
    unsigned threads;        /* that there are; each has its attempts below */
    uint64_t thread_attempts[MR_LIMIT_MINE_THREADS];
};

typedef void mr_engine_wake_fn(void *ctx);

/* Makes an engine without a job. wake is called from other threads whenever there is something to
 * take or the job has ended; it must only signal the owner's loop. MR_ENOMEM. */
int mr_engine_new(mr_engine_wake_fn *wake, void *ctx, struct mr_engine **out);

/* Stops everything, waits for the threads and frees the engine. NULL is allowed. */
void mr_engine_free(struct mr_engine **engine);

/* Begins a job, in place of the one that runs; *number (may be NULL) tells which it is, counted
 * from 1. What was found before and not taken yet is dropped. The job must be a good one (see
 * space.h). MR_ELIMIT if there are more workers in all shards than the alphabet has numbers for;
 * MR_EIO if a thread cannot be started or there are no random bytes; the old job then goes on. */
int mr_engine_start(struct mr_engine *engine, const struct mr_engine_job *job, uint64_t *number);

/* Ends the job. The threads end the steps they are in, and rest. */
void mr_engine_stop(struct mr_engine *engine);

/* Goes on with the job that mr_engine_stop() has ended, where it was and with its counts. MR_ESTATE
 * when there is none, it runs, or it has come to its own end. */
int mr_engine_resume(struct mr_engine *engine);

/* Waits until a job that has ended is in no thread any more, and all attempts are counted. */
void mr_engine_rest(struct mr_engine *engine);

/* The next thing found, in order; false if there is none. */
bool mr_engine_take(struct mr_engine *engine, struct mr_engine_found *out);

void mr_engine_stats(struct mr_engine *engine, struct mr_engine_stats *out);

#endif
