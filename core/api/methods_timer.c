/* timer.*: timers live in the core and end with their caller.
 *
 * A caller that takes another's place takes the phase of its timers: who waits for ten minutes
 * waits for the rest of them. Timers are paired by their name, or in the order of registration
 * where they have none.
 */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/methods.h"
#include "core/runtime/json.h"

enum { TIMERS_MAX = 256, NAME_MAX_BYTES = 64 };

struct caller_timer {
    struct caller_timer *next; /* in order of registration */
    struct caller_timers *owner;
    struct mr_timer *timer; /* NULL: not in force yet */
    int64_t id;
    char name[NAME_MAX_BYTES + 1]; /* "": none */
    uint64_t period_ms;            /* or how long it waits once */
    uint64_t begin_ms;             /* it counts from here; 0: from when it is in force */
    bool repeats;
    bool missed; /* it fired while its caller was held */
    bool paired; /* its phase was taken over */
};

struct caller_timers {
    struct mr_loop *loop;
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

/* Firing ------------------------------------------------------------------------------------- */

static void tell(struct caller_timer *timer)
{
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

static void fired(void *ctx)
{
    struct caller_timer *timer = ctx;
    timer->begin_ms = mr_loop_now_ms(timer->owner->loop);
    if (mr_caller_stage(timer->owner->caller) == MR_CALLER_HELD) {
        timer->missed = true;
    } else {
        tell(timer);
    }
}

/* Waits for what is left of its time. */
static int arm(struct caller_timer *timer)
{
    uint64_t now = mr_loop_now_ms(timer->owner->loop);
    timer->begin_ms = timer->begin_ms ? timer->begin_ms : now;
    uint64_t due = timer->begin_ms + timer->period_ms;
    return mr_timer_start(timer->owner->loop, due > now ? due - now : 0,
                          timer->repeats ? timer->period_ms : 0, fired, timer, &timer->timer);
}

/* One caller in the place of another ----------------------------------------------------------- */

/* The first that is not paired yet. One that fires once is the same only if it waits as long; one
 * that repeats may have another period now. */
static struct caller_timer *partner(const struct caller_timers *before,
                                    const struct caller_timer *timer, bool same_period)
{
    struct caller_timer *other = before->first;
    while (other && (other->paired || other->repeats != timer->repeats ||
                     strcmp(other->name, timer->name) != 0 ||
                     (same_period ? other->period_ms != timer->period_ms : !timer->repeats))) {
        other = other->next;
    }
    return other;
}

static void take_phases(const struct caller_timers *timers, const struct caller_timers *before,
                        bool same_period)
{
    for (struct caller_timer *timer = timers->first; timer; timer = timer->next) {
        struct caller_timer *other = timer->paired ? NULL : partner(before, timer, same_period);
        if (other) {
            other->paired = timer->paired = true;
            timer->begin_ms = other->begin_ms;
            timer->missed = other->missed;
        }
    }
}

/* Those that take over first of all look for one with the same period, so that a timer more in the
 * new text does not shift all behind it. */
static void live(void *value, void *before)
{
    struct caller_timers *timers = value;
    if (before) {
        take_phases(timers, before, true);
        take_phases(timers, before, false);
    }
    struct caller_timer *next;
    for (struct caller_timer *timer = timers->first; timer; timer = next) {
        next = timer->next;
        bool missed = timer->missed;
        timer->paired = timer->missed = false;
        if (!timer->timer && !(missed && !timer->repeats)) {
            (void)arm(timer); /* without memory for it, it stays silent */
        }
        if (missed) {
            tell(timer);
        }
    }
}

static struct caller_timers *timers_of(struct mr_core *core, struct mr_caller *caller)
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
        timers->loop = core->loop;
        timers->caller = caller;
        mr_caller_on_live(caller, &timers_key, live);
    }
    return timers;
}

/* Methods ----------------------------------------------------------------------------------- */

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

static int check(const cJSON *params, int64_t after, int64_t every, const char **why)
{
    const char *name = mr_json_string(params, "name");
    if (after == -2 || every == -2 || (after == -1 && every == -1)) {
        *why = "give `after` (0 to 366 days) or `every` (0.01 s to 366 days), in seconds";
        return MR_EINVAL;
    }
    if (name && strlen(name) > NAME_MAX_BYTES) {
        *why = "the name of a timer has at most 64 bytes";
        return MR_EINVAL;
    }
    return MR_OK;
}

/* Behind the others. */
static struct caller_timer *add(struct caller_timers *timers, const char *name)
{
    struct caller_timer *timer = timers ? calloc(1, sizeof *timer) : NULL;
    struct caller_timer **at = timers ? &timers->first : NULL;
    if (!timer) {
        return NULL;
    }
    while (*at) {
        at = &(*at)->next;
    }
    *at = timer;
    timers->count++;
    timer->owner = timers;
    timer->id = ++timers->last_id;
    snprintf(timer->name, sizeof timer->name, "%s", name ? name : "");
    return timer;
}

static void start(void *ctx, struct mr_call *call, const cJSON *params)
{
    const char *why = "";
    struct mr_caller *caller = mr_call_caller(call);
    struct caller_timers *timers = timers_of(ctx, caller);
    int64_t after = milliseconds(params, "after", 0);
    int64_t every = milliseconds(params, "every", 0.01);
    int err = check(params, after, every, &why);
    if (err < 0) {
        mr_call_fail(call, err, "%s", why);
        return;
    }
    if (timers && timers->count == TIMERS_MAX) {
        mr_call_fail(call, MR_ELIMIT, "there are too many timers, at most %d", TIMERS_MAX);
        return;
    }
    struct caller_timer *timer = add(timers, mr_json_string(params, "name"));
    if (!timer) {
        mr_call_fail(call, MR_ENOMEM, "%s", mr_error_text(MR_ENOMEM));
        return;
    }
    timer->repeats = every >= 0;
    timer->period_ms = (uint64_t)(every >= 0 ? every : after);
    if (every >= 0 && after >= 0) {
        timer->begin_ms = mr_loop_now_ms(timers->loop) + (uint64_t)after - timer->period_ms;
    }
    err = mr_caller_stage(caller) == MR_CALLER_STAGED ? MR_OK : arm(timer);
    if (err < 0) {
        take_out(timer);
        mr_call_fail(call, err, "%s", mr_error_text(err));
        return;
    }
    mr_call_return(call, cJSON_CreateNumber((double)timer->id));
}

static void stop(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct caller_timers *timers = timers_of(ctx, mr_call_caller(call));
    int64_t id = mr_json_int(params, "id", 0);
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
