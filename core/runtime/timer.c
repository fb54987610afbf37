/* Time: the machine's, by libuv's timers, or a virtual one that stands still until it is told. */
#include <stdlib.h>
#include <time.h>

#include <moonroom/errors.h>

#include "core/runtime/handle.h"

/* Not 0, so that what never happened is long ago, as it is by the machine's clock. */
enum { VIRTUAL_BEGIN_MS = 24 * 3600 * 1000 };

struct mr_timer {
    struct mr_handle handle; /* of a real one */
    uv_timer_t uv;
    struct mr_loop *owner; /* of a virtual one; else NULL */
    struct mr_timer *next;
    uint64_t at_ms, repeat_ms;
    mr_loop_fn *fn;
    void *ctx;
};

uint64_t mr_loop_real_ms(void)
{
    return uv_hrtime() / 1000000;
}

uint64_t mr_loop_now_ms(struct mr_loop *loop)
{
    return loop->is_virtual ? loop->virtual_ms : mr_loop_real_ms();
}

int64_t mr_loop_time(const struct mr_loop *loop)
{
    return loop->is_virtual ? loop->virtual_epoch + (int64_t)(loop->virtual_ms / 1000)
                            : (int64_t)time(NULL);
}

/* The virtual clock */

void mr_loop_use_virtual_clock(struct mr_loop *loop, int64_t epoch)
{
    loop->is_virtual = true;
    loop->virtual_ms = VIRTUAL_BEGIN_MS;
    loop->virtual_epoch = epoch - VIRTUAL_BEGIN_MS / 1000;
}

bool mr_loop_is_virtual(const struct mr_loop *loop)
{
    return loop->is_virtual;
}

bool mr_loop_next_timer(const struct mr_loop *loop, uint64_t *at_ms)
{
    if (loop->virtual_due)
        *at_ms = loop->virtual_due->at_ms;
    return loop->virtual_due != NULL;
}

static bool is_due(const struct mr_loop *loop)
{
    return loop->virtual_due && loop->virtual_due->at_ms <= loop->virtual_ms;
}

/* Behind those that fire at the same time. */
static void insert(struct mr_loop *loop, struct mr_timer *timer)
{
    struct mr_timer **at = &loop->virtual_due;
    while (*at && (*at)->at_ms <= timer->at_ms)
        at = &(*at)->next;
    timer->next = *at;
    *at = timer;
}

static void take_out(struct mr_loop *loop, struct mr_timer *timer)
{
    struct mr_timer **at = &loop->virtual_due;
    while (*at && *at != timer)
        at = &(*at)->next;
    if (*at)
        *at = timer->next;
    timer->next = NULL;
}

static void fire_one(void *ctx);

static void schedule(struct mr_loop *loop)
{
    if (is_due(loop) && !loop->virtual_running)
        loop->virtual_running = mr_loop_defer(loop, fire_one, loop) == MR_OK;
}

/* One a turn, so that what a timer does is seen by the rest of the loop before the next. */
static void fire_one(void *ctx)
{
    struct mr_loop *loop = ctx;
    struct mr_timer *timer = loop->virtual_due;
    loop->virtual_running = false;
    if (!is_due(loop))
        return;
    take_out(loop, timer);
    if (timer->repeat_ms > 0) {
        timer->at_ms += timer->repeat_ms;
        insert(loop, timer);
    }
    timer->fn(timer->ctx); /* it may stop the timer */
    schedule(loop);
}

void mr_loop_advance(struct mr_loop *loop, uint64_t at_ms)
{
    if (at_ms > loop->virtual_ms)
        loop->virtual_ms = at_ms;
    schedule(loop);
}

void mr_timers_free(struct mr_loop *loop)
{
    while (loop->virtual_due) {
        struct mr_timer *timer = loop->virtual_due;
        loop->virtual_due = timer->next;
        free(timer);
    }
}

/* Timers */

static void on_timer(uv_timer_t *uv)
{
    struct mr_timer *timer = uv->data;
    timer->fn(timer->ctx);
}

static void start_real(struct mr_loop *loop, struct mr_timer *timer, uint64_t delay_ms)
{
    uv_timer_init(&loop->uv, &timer->uv);
    mr_handle_adopt(loop, &timer->handle, &timer->uv);
    /* libuv counts from the begin of the turn; a long turn would shorten the delay. */
    uv_update_time(&loop->uv);
    uv_timer_start(&timer->uv, on_timer, delay_ms, timer->repeat_ms);
}

static int start(struct mr_loop *loop, bool real, const struct mr_timer *values, uint64_t delay_ms,
                 struct mr_timer **out)
{
    *out = NULL;
    struct mr_timer *timer = malloc(sizeof(*timer));
    if (!timer)
        return MR_ENOMEM;
    *timer = *values;
    if (real) {
        start_real(loop, timer, delay_ms);
    } else {
        timer->owner = loop;
        timer->at_ms = loop->virtual_ms + delay_ms;
        insert(loop, timer);
        schedule(loop);
    }
    *out = timer;
    return MR_OK;
}

int mr_timer_start(struct mr_loop *loop, uint64_t delay_ms, uint64_t repeat_ms, mr_loop_fn *fn,
                   void *ctx, struct mr_timer **out)
{
    const struct mr_timer values = {.repeat_ms = repeat_ms, .fn = fn, .ctx = ctx};
    return start(loop, !loop->is_virtual, &values, delay_ms, out);
}

int mr_timer_start_real(struct mr_loop *loop, uint64_t delay_ms, uint64_t repeat_ms, mr_loop_fn *fn,
                        void *ctx, struct mr_timer **out)
{
    const struct mr_timer values = {.repeat_ms = repeat_ms, .fn = fn, .ctx = ctx};
    return start(loop, true, &values, delay_ms, out);
}

void mr_timer_stop(struct mr_timer **timer_)
{
    struct mr_timer *timer = *timer_;
    if (!timer)
        return;
    *timer_ = NULL;
    if (!timer->owner) {
        mr_handle_close(&timer->handle);
        return;
    }
    take_out(timer->owner, timer);
    free(timer);
}
