/* timer.*: timers live in the core and end with their caller. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/methods.h"
#include "core/runtime/json.h"

enum { TIMERS_MAX = 256 };

struct caller_timer {
    struct caller_timer *next;
    struct caller_timers *owner;
    struct mr_timer *timer;
    int64_t id;
    bool repeats;
};

struct caller_timers {
    struct mr_caller *caller;
    struct caller_timer *first;
    int64_t last_id;
    size_t count;
};

static const char timers_key;

static void take_out(struct caller_timer *timer)
{
    struct caller_timers *timers = timer->owner;
    for (struct caller_timer **at = &timers->first; *at; at = &(*at)->next) {
        if (*at == timer) {
            *at = timer->next;
            break;
        }
    }
    timers->count--;
    mr_timer_stop(&timer->timer);
    free(timer);
}

static void timers_free(void *value)
{
    struct caller_timers *timers = value;
    while (timers->first) {
        take_out(timers->first);
    }
    free(timers);
}

static struct caller_timers *timers_of(struct mr_caller *caller)
{
    struct caller_timers *timers = mr_caller_data(caller, &timers_key);
    if (timers) {
        return timers;
    }
    timers = calloc(1, sizeof *timers);
    if (timers && mr_caller_attach(caller, &timers_key, timers, timers_free) < 0) {
        free(timers);
        return NULL;
    }
    if (timers) {
        timers->caller = caller;
    }
    return timers;
}

static void fired(void *ctx)
{
    struct caller_timer *timer = ctx;
    struct mr_caller *caller = timer->owner->caller;
    cJSON *params = cJSON_CreateObject();
    int err = params ? mr_json_set_int(params, "id", timer->id) : MR_ENOMEM;
    if (!timer->repeats) {
        take_out(timer);
    }
    if (err == MR_OK) {
        mr_caller_notify(caller, "timer", params);
    }
    cJSON_Delete(params);
}

/* Seconds of a parameter in milliseconds; -1 when it is missing, -2 when it is out of bounds. */
static int64_t milliseconds(const cJSON *params, const char *key, double least)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(params, key);
    if (!value) {
        return -1;
    }
    double seconds = value->valuedouble;
    return seconds >= least && seconds <= 366.0 * 86400.0 ? (int64_t)(seconds * 1000.0) : -2;
}

static void start(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    struct caller_timers *timers = timers_of(mr_call_caller(call));
    int64_t after = milliseconds(params, "after", 0);
    int64_t every = milliseconds(params, "every", 0.01);
    if (after == -2 || every == -2 || (after == -1 && every == -1)) {
        mr_call_fail(call, MR_EINVAL,
                     "give `after` (0 to 366 days) or `every` (0.01 s to 366 days), in seconds");
        return;
    }
    struct caller_timer *timer = timers ? calloc(1, sizeof *timer) : NULL;
    if (!timer || timers->count == TIMERS_MAX) {
        mr_call_fail(call, timer ? MR_ELIMIT : MR_ENOMEM, "there are too many timers, at most %d",
                     TIMERS_MAX);
        free(timer);
        return;
    }
    *timer = (struct caller_timer){timers->first, timers, NULL, ++timers->last_id, every >= 0};
    timers->first = timer;
    timers->count++;
    int err = mr_timer_start(core->loop, (uint64_t)(after >= 0 ? after : every),
                             every >= 0 ? (uint64_t)every : 0, fired, timer, &timer->timer);
    if (err < 0) {
        take_out(timer);
        mr_call_fail(call, err, "%s", mr_error_text(err));
        return;
    }
    mr_call_return(call, cJSON_CreateNumber((double)timer->id));
}

static void stop(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct caller_timers *timers = timers_of(mr_call_caller(call));
    int64_t id = mr_json_int(params, "id", 0);
    (void)ctx;
    for (struct caller_timer *t = timers ? timers->first : NULL; t; t = t->next) {
        if (t->id == id) {
            take_out(t);
            mr_call_return(call, cJSON_CreateTrue());
            return;
        }
    }
    mr_call_fail(call, MR_ENOTFOUND, "there is no such timer (any more)");
}

int mr_methods_bind_timers(struct mr_core *core)
{
    static const struct mr_binding rows[] = {
        {"timer.start", start}, {"timer.stop", stop}, {NULL, NULL}};
    return mr_api_bind_all(core->api, rows, core);
}
