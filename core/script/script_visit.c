/* An item on its way to a script and back: in time, or not at all. */
#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"
#include "core/script/life.h"
#include "core/script/script_filter.h"

enum { WHY = 256, TICK_MS = 20, TELL_MS = 10000 };

/* Visits ------------------------------------------------------------------------------------ */

static void visit_free(struct mr_script_visit *visit)
{
    struct mr_script_visit **at = &visit->scripts->visits;
    while (*at != visit) {
        at = &(*at)->next;
    }
    *at = visit->next;
    free(visit);
}

void mr_script_visits_cut_off(struct mr_script_filter *filter)
{
    struct mr_script_visit *next;
    for (struct mr_script_visit *visit = filter->scripts->visits; visit; visit = next) {
        next = visit->next;
        if (visit->filter != filter) {
            continue;
        }
        visit->filter = NULL;
        if (visit->unsent) {
            visit_free(visit);
        }
    }
}

static int answer(const struct mr_script_visit *visit, enum mr_filter_verdict verdict,
                  const cJSON *change, char *why)
{
    return mr_filter_answer(visit->filter->filter, visit->ticket, verdict, change, why, WHY);
}

/* The filter failed over an item. One that is required fails closed. */
static void give_up(const struct mr_script_visit *visit)
{
    if (visit->filter->required) {
        mr_script_tell(visit->run->script, true,
                       "Its filter failed and is required: something of the kind %s was dropped.",
                       mr_filter_kind_name(visit->filter->kind));
    }
    (void)answer(visit, visit->filter->required ? MR_VERDICT_DROP : MR_VERDICT_KEEP, NULL, NULL);
}

/* true keeps, false drops, an object changes. */
static void take_verdict(const struct mr_script_visit *visit, const cJSON *result)
{
    char why[WHY] = "a filter answers true, false or an object";
    int err = MR_EINVAL;
    if (cJSON_IsBool(result)) {
        err = answer(visit, cJSON_IsTrue(result) ? MR_VERDICT_KEEP : MR_VERDICT_DROP, NULL, why);
    } else if (cJSON_IsObject(result)) {
        err = answer(visit, MR_VERDICT_CHANGE, result, why);
    }
    if (err == MR_EINVAL) {
        mr_script_error(visit->run->script, "a filter", why);
        give_up(visit);
    }
}

static void on_answer(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_script_visit visit = *(struct mr_script_visit *)ctx;
    (void)text;
    visit_free(ctx);
    /* With the end of the process its filters are released, which decides about the items. */
    if (!visit.filter || err == MR_ECLOSED) {
        return;
    }
    if (err < 0) {
        give_up(&visit);
    } else {
        take_verdict(&visit, result);
    }
}

/* The item travels as the text that was made of it once for all filters. */
static int hand_over(struct mr_script_visit *visit, const char *json)
{
    struct mr_buf *params = &visit->scripts->params;
    mr_buf_clear(params);
    int err = mr_buf_printf(params, "{\"id\":%lld,\"item\":%llu,\"data\":%s}",
                            (long long)visit->filter->id, (unsigned long long)visit->ticket, json);
    if (err == MR_OK) {
        visit->run->script->calls++;
        err = mr_process_ask_filter(visit->run->process, mr_buf_str(params), on_answer, visit);
    }
    return err;
}

static void tick(void *ctx);

static struct mr_script_visit *visit_new(struct mr_script_filter *filter, uint64_t ticket)
{
    struct mr_scripts *scripts = filter->scripts;
    struct mr_script_visit *visit = calloc(1, sizeof *visit);
    if (visit) {
        *visit = (struct mr_script_visit){.next = scripts->visits,
                                          .scripts = scripts,
                                          .run = filter->run,
                                          .number = ++scripts->last_visit,
                                          .filter = filter,
                                          .ticket = ticket,
                                          .since_ms = mr_loop_now_ms(scripts->core->loop)};
        scripts->visits = visit;
        if (!scripts->tick) {
            (void)mr_timer_start(scripts->core->loop, TICK_MS, TICK_MS, tick, scripts,
                                 &scripts->tick);
        }
    }
    return visit;
}

void mr_script_visit_begin(void *ctx, uint64_t ticket, const cJSON *item, const char *json)
{
    struct mr_script_filter *filter = ctx;
    const struct mr_run *run = filter->run;
    (void)item;
    bool up = run && run->role == MR_RUN_LIVE && run->script->state == MR_SCRIPT_RUNNING;
    struct mr_script_visit *visit = up ? visit_new(filter, ticket) : NULL;
    int err = visit ? MR_OK : MR_ESTATE;
    if (visit && mr_reload_holds(run->script)) {
        visit->unsent = true;
    } else if (visit) {
        err = hand_over(visit, json);
        visit->unsent = err < 0;
    }
    if (err < 0 && !filter->required) {
        if (visit) {
            visit_free(visit);
        }
        (void)mr_filter_answer(filter->filter, ticket, MR_VERDICT_KEEP, NULL, NULL, 0);
    }
}

/* Time -------------------------------------------------------------------------------------- */

static void tell(struct mr_script *script, bool required, const char *kind)
{
    uint64_t now = mr_loop_now_ms(script->scripts->core->loop);
    if (script->filter_told_ms != 0 && now - script->filter_told_ms < TELL_MS) {
        return;
    }
    script->filter_told_ms = now;
    if (required) {
        mr_script_tell(script, true,
                       "Its filter does not answer and is required: %s is held back. /script "
                       "unload %s lets everything through.",
                       kind, mr_script_name(script));
    } else {
        mr_script_tell(script, true, "Its filter does not answer in time and was passed over (%s).",
                       kind);
    }
}

/* Each goes on without it, unless it is required. Answers may start anything: from the front again
 * each time. */
static void pass_over(struct mr_scripts *scripts,
                      bool (*late)(struct mr_script_visit *visit, const void *ctx), const void *ctx,
                      bool told)
{
    struct mr_script_visit *visit = scripts->visits;
    while (visit) {
        struct mr_script_filter *filter = visit->filter;
        if (!filter || !late(visit, ctx)) {
            visit = visit->next;
            continue;
        }
        if (filter->required || !told) {
            tell(visit->run->script, filter->required, mr_filter_kind_name(filter->kind));
        }
        if (filter->required) {
            visit = visit->next;
            continue;
        }
        visit->filter = NULL;
        (void)mr_filter_answer(filter->filter, visit->ticket, MR_VERDICT_KEEP, NULL, NULL, 0);
        visit = scripts->visits;
    }
}

/* While the script is exchanged no filter is late: the switch has an end of its own. */
static bool is_late(struct mr_script_visit *visit, const void *ctx)
{
    uint64_t now = *(const uint64_t *)ctx;
    return !mr_reload_holds(visit->run->script) &&
           now - visit->since_ms >= (visit->waits ? MR_LIMIT_FILTER_TIME : MR_LIMIT_FILTER_WAIT);
}

static bool is_with(struct mr_script_visit *visit, const void *run)
{
    return visit->run == run && !visit->unsent;
}

void mr_script_filters_overrun(struct mr_script *script)
{
    pass_over(script->scripts, is_with, script->run, true);
}

/* The oldest that waits to be sent, of those up to this number. The list has the newest first. */
static struct mr_script_visit *oldest_unsent(const struct mr_scripts *scripts, uint64_t until)
{
    struct mr_script_visit *oldest = NULL;
    for (struct mr_script_visit *visit = scripts->visits; visit; visit = visit->next) {
        if (visit->unsent && visit->number <= until && !mr_reload_holds(visit->run->script)) {
            oldest = visit;
        }
    }
    return oldest;
}

void mr_script_filters_resume(struct mr_scripts *scripts)
{
    uint64_t until = scripts->last_visit;
    struct mr_script_visit *visit;
    while ((visit = oldest_unsent(scripts, until))) {
        struct mr_filter *filter = visit->filter->filter;
        uint64_t ticket = visit->ticket;
        visit_free(visit);
        (void)mr_filter_offer_one(filter, ticket);
    }
}

static void tick(void *ctx)
{
    struct mr_scripts *scripts = ctx;
    uint64_t now = mr_loop_now_ms(scripts->core->loop);
    unsigned gaps = mr_loop_gaps(scripts->core->loop);
    if (!scripts->visits) {
        mr_timer_stop(&scripts->tick);
        return;
    }
    if (gaps != scripts->gaps) {
        scripts->gaps = gaps;
        for (struct mr_script_visit *visit = scripts->visits; visit; visit = visit->next) {
            visit->since_ms = now;
        }
    }
    pass_over(scripts, is_late, &now, false);
    mr_script_filters_resume(scripts);
}

void mr_script_filter_waits(const struct mr_run *run, const cJSON *params)
{
    int64_t ticket = mr_json_int(params, "item", 0);
    struct mr_script_visit *visit = run->script->scripts->visits;
    while (visit && (visit->run != run || (int64_t)visit->ticket != ticket)) {
        visit = visit->next;
    }
    if (visit) {
        visit->waits = true;
        visit->since_ms = mr_loop_now_ms(run->script->scripts->core->loop);
    }
}

void mr_script_visits_free(struct mr_scripts *scripts)
{
    mr_timer_stop(&scripts->tick);
    while (scripts->visits) {
        visit_free(scripts->visits);
    }
}
