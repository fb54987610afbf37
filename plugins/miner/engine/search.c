#include "plugins/miner/engine/search.h"

#include "plugins/miner/engine/prepare.h"

#include <string.h>

static void fill_contexts(struct mr_search *search)
{
    uint64_t left = search->space.ys - search->y;
    search->count = left < MR_CONTEXTS ? (unsigned)left : MR_CONTEXTS;
    for (unsigned i = 0; i < search->count; i++)
        mr_prepare_context(&search->contexts[i], &search->block,
                           mr_space_y(&search->space, search->y + i));
}

static void fill_block(struct mr_search *search)
{
    mr_prepare_block(&search->block, search->job.order, search->job.prev_hash, search->space.s);
    fill_contexts(search);
}

void mr_search_begin(struct mr_search *search, const struct mr_search_job *job, uint64_t number,
                     const uint8_t *random)
{
    search->job = *job;
    search->x = search->y = 0;
    search->exhausted = search->better = false;
    memset(&search->best, 0xff, sizeof search->best);
    mr_space_init(&search->space, job->alphabet, job->prefix, number, random);
    fill_block(search);
}

/* Returns how many lanes hold an x that there is. Those behind the last one repeat it. */
static unsigned fill_lanes(struct mr_search *search)
{
    unsigned lanes = search->job.kernel->lanes;
    uint64_t left = search->space.xs - search->x;
    unsigned used = left < lanes ? (unsigned)left : lanes;
    for (unsigned i = 0; i < lanes; i++) {
        uint64_t x = search->x + (i < used ? i : used - 1);
        mr_prepare_lane(&search->lanes, i, lanes, &search->block, mr_space_x(&search->space, x));
    }
    return used;
}

static void move_on(struct mr_search *search, unsigned used)
{
    search->x += used;
    if (search->x < search->space.xs)
        return;
    search->x = 0;
    search->y += search->count;
    if (search->y < search->space.ys) {
        fill_contexts(search);
        return;
    }
    search->y = 0;
    search->exhausted = !mr_space_next(&search->space);
    fill_block(search);
}

static void look_at(struct mr_search *search, unsigned context, unsigned lane, mr_search_fn *found,
                    void *ctx)
{
    const struct mr_search_job *job = &search->job;
    struct mr_solution one;
    mr_space_write(&search->space, search->x + lane, search->y + context, one.s);
    mr_work_digest(job->order, job->prev_hash, one.s, one.digest);
    if (memcmp(one.digest, search->best.digest, sizeof one.digest) < 0) {
        search->best = one;
        search->better = true;
    }
    if (mr_work_zeros(one.digest) >= job->zeros)
        found(ctx, &one);
}

/* Solutions have digests up to here, or there is a better one than the best so far. */
static uint64_t current_limit(const struct mr_search *search)
{
    uint64_t limit = mr_prepare_limit(search->job.zeros), best = 0;
    for (int i = 0; i < 8; i++)
        best = best << 8 | search->best.digest[i];
    return limit >= best ? limit : best - 1;
}

uint64_t mr_search_step(struct mr_search *search, mr_search_fn *found, void *ctx)
{
    if (search->exhausted)
        return 0;
    mr_kernel_fn *sweep = search->job.kernel->sweep;
    unsigned used = fill_lanes(search), count = search->count;
    for (unsigned at = 0; at < count; at++) {
        uint32_t hits = 0;
        at = sweep(&search->block, search->contexts, at, count, &search->lanes,
                   current_limit(search), &hits);
        for (unsigned lane = 0; at < count && lane < used; lane++)
            if (hits >> lane & 1)
                look_at(search, at, lane, found, ctx);
    }
    move_on(search, used);
    return (uint64_t)used * count;
}
