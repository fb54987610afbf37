/* Filters of scripts, from their registration to their end.
 *
 * A script that takes too long over an item is passed over: the item goes on as it was. A filter
 * that is required holds it instead. Such a filter outlives its script when that dies, so that what
 * it was to keep away does not come through: it holds until the script runs again, or until the
 * user unloads it.
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

static void filter_free(struct mr_script_filter *filter)
{
    struct mr_script_filter **at = &filter->scripts->filters;
    while (*at != filter) {
        at = &(*at)->next;
    }
    *at = filter->next;
    mr_script_visits_cut_off(filter);
    /* At the end of the program nobody is left who could see what it would have kept away. */
    mr_filter_remove(&filter->filter, filter->required && filter->scripts->freeing);
    free(filter);
}

/* Frees the first that fits; false when there is none. What is set free may start anything. */
static bool free_one(struct mr_scripts *scripts, const char *name, bool orphans_only)
{
    for (struct mr_script_filter *filter = scripts->filters; filter; filter = filter->next) {
        if (strcmp(filter->name, name) == 0 && (!orphans_only || !filter->script)) {
            filter_free(filter);
            return true;
        }
    }
    return false;
}

void mr_script_filters_forget(struct mr_scripts *scripts, const char *name)
{
    while (free_one(scripts, name, false)) {
    }
}

void mr_script_filters_release(struct mr_script *script)
{
    struct mr_scripts *scripts = script->scripts;
    bool unloaded = script->state == MR_SCRIPT_STOPPING && !script->swapping;
    struct mr_script_filter *filter = scripts->filters;
    while (filter) {
        struct mr_script_filter *next = filter->next;
        /* One of a first life that never came up has kept nothing away so far. */
        bool lives_on = filter->required && !unloaded && !scripts->freeing &&
                        (script->state != MR_SCRIPT_STARTING || filter->adopted);
        if (filter->script == script && lives_on) {
            filter->script = NULL;
            filter->ready = false;
            mr_script_visits_cut_off(filter);
        } else if (filter->script == script) {
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
        bool mine = filter->script == script && script->caller;
        if (mine && !mr_caller_may(script->caller, mr_filter_kind_permission(filter->kind))) {
            filter_free(filter);
            next = script->scripts->filters; /* what was set free may have done anything */
        } else if (mine) {
            filter->whispers = filter->whispers && mr_caller_may(script->caller, "read:whisper");
        }
        filter = next;
    }
}

void mr_script_filters_ready(struct mr_script *script)
{
    struct mr_scripts *scripts = script->scripts;
    while (free_one(scripts, mr_script_name(script), true)) {
    }
    struct mr_script_filter *filter = scripts->filters;
    while (filter) {
        struct mr_script_filter *next = filter->next;
        if (filter->script == script && !filter->ready) {
            filter->adopted = false;
            filter->ready = true;
            mr_filter_offer_again(filter->filter);
            next = scripts->filters;
        }
        filter = next;
    }
}

bool mr_script_filters_hold(const struct mr_script *script, char *kinds, size_t size)
{
    size_t len = 0;
    *kinds = '\0';
    const struct mr_script_filter *filter = script->scripts->filters;
    for (; filter; filter = filter->next) {
        if (!filter->script && strcmp(filter->name, mr_script_name(script)) == 0 && len < size) {
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
    return filter->whispers || !kind || (strcmp(kind, "whisper") != 0 && strcmp(kind, "note") != 0);
}

/* One of an earlier life, in whose place this one comes. */
static struct mr_script_filter *orphan(struct mr_script *script, enum mr_filter_kind kind,
                                       int priority)
{
    struct mr_script_filter *oldest = NULL;
    struct mr_script_filter *filter = script->scripts->filters;
    for (; filter; filter = filter->next) {
        if (!filter->script && filter->kind == kind && filter->priority == priority &&
            strcmp(filter->name, mr_script_name(script)) == 0) {
            oldest = filter;
        }
    }
    return oldest;
}

static int add(struct mr_script *script, enum mr_filter_kind kind, int priority, bool required,
               struct mr_script_filter **out)
{
    struct mr_scripts *scripts = script->scripts;
    struct mr_script_filter *filter = required ? orphan(script, kind, priority) : NULL;
    *out = filter;
    if (filter) {
        filter->adopted = true;
        return MR_OK;
    }
    filter = calloc(1, sizeof *filter);
    if (!filter) {
        return MR_ENOMEM;
    }
    const struct mr_filter_options options = {.kind = kind,
                                              .priority = priority,
                                              .wants = wants,
                                              .offer = mr_script_visit_begin,
                                              .ctx = filter};
    filter->scripts = scripts;
    filter->kind = kind;
    filter->priority = priority;
    snprintf(filter->name, sizeof filter->name, "%s", mr_script_name(script));
    int err = mr_filters_add(scripts->core->filters, &options, &filter->filter);
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
    struct mr_script *script = mr_scripts_caller(scripts, call);
    if (!script) {
        return;
    }
    int64_t priority = mr_json_int(params, "priority", 0);
    bool required = mr_json_bool(params, "required", false);
    int kind = check_kind(script->caller, mr_json_string(params, "kind"), why);
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
    int err = add(script, (enum mr_filter_kind)kind, (int)priority, required, &filter);
    if (err < 0) {
        mr_call_fail(call, err, "%s",
                     err == MR_ELIMIT ? "there are too many filters of this kind"
                                      : mr_error_text(err));
        return;
    }
    filter->script = script;
    filter->id = ++script->last_filter;
    filter->required = required;
    filter->ready = script->state == MR_SCRIPT_RUNNING;
    filter->whispers = mr_caller_may(script->caller, "read:whisper");
    mr_call_return(call, cJSON_CreateNumber((double)filter->id));
}

static void filter_remove(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_scripts *scripts = ctx;
    const struct mr_script *script = mr_scripts_caller(scripts, call);
    if (!script) {
        return;
    }
    struct mr_script_filter *filter = scripts->filters;
    int64_t id = mr_json_int(params, "id", 0);
    while (filter && (filter->script != script || filter->id != id)) {
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
        if (strcmp(filter->name, mr_script_name(script)) == 0) {
            (void)cJSON_AddItemToArray(list, cJSON_CreateString(mr_filter_kind_name(filter->kind)));
        }
    }
    return list;
}
