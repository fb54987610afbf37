/* Filters of scripts, from their registration to their end.
 *
 * A script that takes too long over an item is passed over: the item goes on as it was. A filter
 * that is required holds it instead. Such a filter outlives its script when that dies, so that what
 * it was to keep away does not come through: it holds until the script runs again, or until the
 * user unloads it.
 *
 * The filter of a run that comes up claims one of the run before it, of the same kind and priority,
 * in order of registration. When that run is in force, it gets the place of what it claims in the
 * chain, and what is there unanswered.
 */
#include <limits.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"
#include "core/script/script_filter.h"

enum { WHY = 512, PRIORITY_MAX = 1000, LOOK_MS = 20 };

static void enter(struct mr_script_filter *filter);

/* Whoever wanted its place needs one of its own. */
static void unclaim(const struct mr_script_filter *filter)
{
    for (struct mr_script_filter *f = filter->scripts->filters; f; f = f->next) {
        if (f->claims == filter) {
            f->claims = NULL;
            enter(f);
        }
    }
}

static void filter_free(struct mr_script_filter *filter)
{
    struct mr_script_filter **at = &filter->scripts->filters;
    while (*at != filter) {
        at = &(*at)->next;
    }
    *at = filter->next;
    unclaim(filter);
    mr_script_visits_cut_off(filter);
    /* At the end of the program nobody is left who could see what it would have kept away. */
    mr_filter_remove(&filter->filter, filter->required && filter->scripts->freeing);
    free(filter);
}

/* Frees the first that fits; false when there is none. What is set free may start anything. */
static bool free_one(struct mr_scripts *scripts, const char *name, const struct mr_run *but)
{
    for (struct mr_script_filter *filter = scripts->filters; filter; filter = filter->next) {
        if (strcmp(filter->name, name) == 0 && (!but || filter->run != but)) {
            filter_free(filter);
            return true;
        }
    }
    return false;
}

void mr_script_filters_forget(struct mr_scripts *scripts, const char *name)
{
    while (free_one(scripts, name, NULL)) {
    }
}

void mr_script_filters_drop(const struct mr_run *heir)
{
    struct mr_script_filter *filter = heir->script->scripts->filters;
    while (filter) {
        struct mr_script_filter *next = filter->next;
        if (filter->run == heir) {
            filter_free(filter); /* nothing is with it: no callback changes the list */
        }
        filter = next;
    }
}

void mr_script_filters_release(struct mr_script *script)
{
    struct mr_scripts *scripts = script->scripts;
    bool lives_on = script->state != MR_SCRIPT_STOPPING && script->state != MR_SCRIPT_STARTING &&
                    !scripts->freeing;
    struct mr_script_filter *filter = script->run ? scripts->filters : NULL;
    while (filter) {
        struct mr_script_filter *next = filter->next;
        if (filter->run == script->run && filter->required && lives_on) {
            filter->run = NULL;
            mr_script_visits_cut_off(filter);
        } else if (filter->run == script->run) {
            filter_free(filter);
            next = scripts->filters;
        }
        filter = next;
    }
}

/* A permission was taken: a filter that needs it ends, and what is with it goes on. */
void mr_script_filters_review(struct mr_script *script)
{
    struct mr_script_filter *filter = script->scripts->filters;
    while (filter) {
        struct mr_script_filter *next = filter->next;
        const struct mr_caller *caller = filter->run ? filter->run->caller : NULL;
        bool mine = caller && filter->run->script == script;
        if (mine && !mr_caller_may(caller, mr_filter_kind_permission(filter->kind))) {
            filter_free(filter);
            next = script->scripts->filters; /* what was set free may have done anything */
        } else if (mine) {
            filter->whispers = filter->whispers && mr_caller_may(caller, "read:whisper");
        }
        filter = next;
    }
}

/* Gets the place of the filter that it claimed. */
static void take_over(struct mr_script_filter *filter)
{
    struct mr_script_filter *old = filter->claims;
    filter->claims = NULL;
    filter->filter = old->filter;
    old->filter = NULL;
    mr_script_visits_cut_off(old);
    mr_filter_give(filter->filter, filter);
}

void mr_script_filters_ready(struct mr_script *script)
{
    struct mr_scripts *scripts = script->scripts;
    for (struct mr_script_filter *f = scripts->filters; f; f = f->next) {
        if (f->run == script->run && f->claims) {
            take_over(f);
        }
    }
    while (free_one(scripts, mr_script_name(script), script->run)) {
    }
    /* What is offered may be answered at once, and that may start anything. */
    int64_t last = script->last_filter;
    for (int64_t id = 1; id <= last; id++) {
        struct mr_script_filter *f = scripts->filters;
        while (f && (f->run != script->run || f->id != id)) {
            f = f->next;
        }
        if (f && f->filter) {
            mr_filter_offer_again(f->filter);
        }
    }
}

bool mr_script_filters_hold(const struct mr_script *script, char *kinds, size_t size)
{
    size_t len = 0;
    *kinds = '\0';
    const struct mr_script_filter *filter = script->scripts->filters;
    for (; filter; filter = filter->next) {
        if (!filter->run && strcmp(filter->name, mr_script_name(script)) == 0 && len < size) {
            int put = snprintf(kinds + len, size - len, "%s%s", len > 0 ? ", " : "",
                               mr_filter_kind_name(filter->kind));
            len += put > 0 ? (size_t)put : 0;
        }
    }
    return *kinds != '\0';
}

/* The start ------------------------------------------------------------------------------------ */

static void wait_offer(void *ctx, uint64_t ticket, const cJSON *item, const char *json)
{
    (void)ctx;
    (void)ticket;
    (void)item;
    (void)json; /* it goes on when this filter is removed */
}

static void end_wait(struct mr_scripts *scripts)
{
    mr_timer_stop(&scripts->early_look);
    mr_filter_remove(&scripts->early, false);
}

static void look_early(void *ctx)
{
    struct mr_scripts *scripts = ctx;
    uint64_t now = mr_loop_real_ms();
    if (mr_scripts_ready(scripts) || now - scripts->early_ms >= MR_LIMIT_EARLY_FILTER_TIME) {
        end_wait(scripts);
    }
}

void mr_script_filters_wait(struct mr_scripts *scripts)
{
    const struct mr_filter_options options = {
        .kind = MR_FILTER_INCOMING, .priority = INT_MIN + 1, .offer = wait_offer, .ctx = scripts};
    if (mr_timer_start_real(scripts->core->loop, LOOK_MS, LOOK_MS, look_early, scripts,
                            &scripts->early_look) == MR_OK) {
        scripts->early_ms = mr_loop_real_ms();
        (void)mr_filters_add(scripts->core->filters, &options, &scripts->early);
    }
}

/* Methods ----------------------------------------------------------------------------------- */

static bool wants(void *ctx, const cJSON *item)
{
    const struct mr_script_filter *filter = ctx;
    const char *kind = mr_json_string(item, "kind");
    if (filter->run && filter->run->role == MR_RUN_HEIR) {
        return false;
    }
    return filter->whispers || !kind || (strcmp(kind, "whisper") != 0 && strcmp(kind, "note") != 0);
}

static bool is_claimed(const struct mr_script_filter *filter)
{
    const struct mr_script_filter *f = filter->scripts->filters;
    while (f && f->claims != filter) {
        f = f->next;
    }
    return f != NULL;
}

/* One of an earlier run, in whose place this one comes. The list has the newest first. */
static struct mr_script_filter *earlier(const struct mr_script_filter *filter)
{
    struct mr_script_filter *oldest = NULL;
    struct mr_script_filter *f = filter->scripts->filters;
    for (; f; f = f->next) {
        if (f->run != filter->run && f->kind == filter->kind && f->priority == filter->priority &&
            strcmp(f->name, filter->name) == 0 && !is_claimed(f)) {
            oldest = f;
        }
    }
    return oldest;
}

static int add_to_chain(struct mr_script_filter *filter)
{
    const struct mr_filter_options options = {.kind = filter->kind,
                                              .priority = filter->priority,
                                              .wants = wants,
                                              .offer = mr_script_visit_begin,
                                              .ctx = filter};
    return mr_filters_add(filter->scripts->core->filters, &options, &filter->filter);
}

static void enter(struct mr_script_filter *filter)
{
    int err = add_to_chain(filter);
    if (err < 0) {
        mr_log_write(filter->scripts->core->log, MR_LOG_ERROR, "a filter of %s is lost: %s",
                     filter->name, mr_error_text(err));
    }
}

static int add(struct mr_run *run, enum mr_filter_kind kind, int priority,
               struct mr_script_filter **out)
{
    struct mr_scripts *scripts = run->script->scripts;
    struct mr_script_filter *filter = calloc(1, sizeof *filter);
    if (!filter) {
        return MR_ENOMEM;
    }
    filter->scripts = scripts;
    filter->run = run;
    filter->kind = kind;
    filter->priority = priority;
    snprintf(filter->name, sizeof filter->name, "%s", mr_script_name(run->script));
    /* Only who comes up has someone to follow: a script that runs adds to what it has. */
    bool comes_up = run->role == MR_RUN_HEIR || run->script->state == MR_SCRIPT_STARTING;
    filter->claims = comes_up ? earlier(filter) : NULL;
    int err = filter->claims ? MR_OK : add_to_chain(filter);
    if (err < 0) {
        free(filter);
        return err;
    }
    filter->next = scripts->filters;
    scripts->filters = filter;
    *out = filter;
    return MR_OK;
}

static int check_kind(const struct mr_caller *caller, const char *name, char *why)
{
    int kind = mr_filter_kind_find(name);
    if (kind < 0) {
        snprintf(why, WHY,
                 "there is no filter '%.40s'; there are incoming, outgoing, input, display and "
                 "notify",
                 name);
        return MR_EINVAL;
    }
    const char *permission = mr_filter_kind_permission((enum mr_filter_kind)kind);
    if (!mr_caller_may(caller, permission)) {
        char what[64];
        snprintf(what, sizeof what, "the filter %s", name);
        return mr_caller_denied(caller, what, permission, why, WHY);
    }
    return kind;
}

static void filter_register(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_scripts *scripts = ctx;
    char why[WHY];
    struct mr_run *run = mr_run_of_call(scripts, call);
    if (!run) {
        return;
    }
    int64_t priority = mr_json_int(params, "priority", 0);
    bool required = mr_json_bool(params, "required", false);
    int kind = check_kind(run->caller, mr_json_string(params, "kind"), why);
    if (kind < 0) {
        mr_call_fail(call, kind, "%s", why);
        return;
    }
    if (priority < -PRIORITY_MAX || priority > PRIORITY_MAX) {
        mr_call_fail(call, MR_EINVAL, "priority is a number from -%d to %d", PRIORITY_MAX,
                     PRIORITY_MAX);
        return;
    }
    struct mr_script_filter *filter;
    int err = add(run, (enum mr_filter_kind)kind, (int)priority, &filter);
    if (err < 0) {
        mr_call_fail(call, err, "%s",
                     err == MR_ELIMIT ? "there are too many filters of this kind"
                                      : mr_error_text(err));
        return;
    }
    filter->id = ++run->script->last_filter;
    filter->required = required;
    filter->whispers = mr_caller_may(run->caller, "read:whisper");
    mr_call_return(call, cJSON_CreateNumber((double)filter->id));
}

static void filter_remove(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_scripts *scripts = ctx;
    const struct mr_run *run = mr_run_of_call(scripts, call);
    if (!run) {
        return;
    }
    struct mr_script_filter *filter = scripts->filters;
    int64_t id = mr_json_int(params, "id", 0);
    while (filter && (filter->run != run || filter->id != id)) {
        filter = filter->next;
    }
    if (!filter) {
        mr_call_fail(call, MR_ENOTFOUND, "it was removed already");
        return;
    }
    filter_free(filter);
    mr_call_return(call, cJSON_CreateTrue());
}

static const struct mr_binding rows[] = {
    {"filter.register", filter_register}, {"filter.remove", filter_remove}, {NULL, NULL}};

int mr_script_filters_bind(struct mr_scripts *scripts)
{
    return mr_api_bind_all(scripts->core->api, rows, scripts);
}

void mr_script_filters_unbind(struct mr_scripts *scripts)
{
    for (const struct mr_binding *row = rows; row->name; row++) {
        mr_api_unbind(scripts->core->api, row->name);
    }
    end_wait(scripts);
    while (scripts->filters) {
        filter_free(scripts->filters);
    }
    mr_script_visits_free(scripts);
}

cJSON *mr_script_filters_list(const struct mr_script *script)
{
    cJSON *list = cJSON_CreateArray();
    const struct mr_script_filter *filter = script->scripts->filters;
    for (; list && filter; filter = filter->next) {
        bool coming = filter->run && filter->run->role == MR_RUN_HEIR;
        if (!coming && strcmp(filter->name, mr_script_name(script)) == 0) {
            (void)cJSON_AddItemToArray(list, cJSON_CreateString(mr_filter_kind_name(filter->kind)));
        }
    }
    return list;
}
