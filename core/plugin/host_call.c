/* Methods: those that a plugin adds, and those that it calls. */
#include "core/plugin/inside.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

enum { WHY = 256 };

static struct mr_plugin_call **place_of(struct mr_loaded *loaded, const struct mr_plugin_call *call)
{
    struct mr_plugin_call **at = &loaded->calls;
    while (*at && *at != call)
        at = &(*at)->next;
    return at;
}

/* Takes a call out of those that are open; NULL when it is none of them. */
static struct mr_call *take(struct mr_loaded *loaded, const struct mr_plugin_call *call)
{
    struct mr_plugin_call **at = place_of(loaded, call);
    struct mr_plugin_call *found = *at;
    if (!found)
        return NULL;
    struct mr_call *inner = found->call;
    *at = found->next;
    loaded->call_count--;
    free(found);
    return inner;
}

void mr_plugin_answer(void *core, struct mr_plugin_call *call, cJSON *result)
{
    struct mr_call *inner = take(core, call);
    if (inner)
        mr_call_return(inner, result);
    else
        cJSON_Delete(result);
}

void mr_plugin_fail(void *core, struct mr_plugin_call *call, int err, const char *text)
{
    struct mr_call *inner = take(core, call);
    if (!inner)
        return;
    int known = err < 0 && strcmp(mr_error_name(err), "unknown") != 0 ? err : MR_EINTERNAL;
    mr_call_fail(inner, known, "%s", text ? text : mr_error_text(known));
}

const char *mr_plugin_caller(void *core, const struct mr_plugin_call *call)
{
    struct mr_plugin_call *found = *place_of(core, call);
    const struct mr_caller *caller = found ? mr_call_caller(found->call) : NULL;
    return caller ? mr_caller_name(caller) : "";
}

static void on_call(void *ctx, struct mr_call *inner, const cJSON *params)
{
    struct mr_added_method *added = ctx;
    struct mr_loaded *loaded = added->loaded;
    struct mr_plugin_call *call =
        loaded->call_count < MR_LIMIT_PLUGIN_CALLS ? calloc(1, sizeof *call) : NULL;
    if (!call) {
        mr_call_fail(inner, MR_EBUSY, "the plugin %s has too many calls to answer",
                     loaded->manifest.name);
        return;
    }
    *call = (struct mr_plugin_call){loaded->calls, inner};
    loaded->calls = call;
    loaded->call_count++;
    added->method->fn(added->method->ctx, call, params);
}

int mr_plugin_add_method(void *core, const struct mr_plugin_method *method)
{
    struct mr_loaded *loaded = core;
    char why[WHY] = "";
    int err = mr_plugin_may_add(loaded);
    if (err < 0)
        return err;
    if (!method || !method->fn)
        return mr_plugin_complain(loaded, MR_EINVAL, "a method has no function");
    struct mr_added_method *added = calloc(1, sizeof *added);
    if (!added)
        return MR_ENOMEM;
    *added = (struct mr_added_method){
        .next = loaded->methods,
        .loaded = loaded,
        .method = method,
        .row = {method->name, method->permission, method->parameters, method->returns,
                method->help},
    };
    err = mr_api_add(loaded->core->api, &added->row, loaded->manifest.name, on_call, added, why,
                     sizeof why);
    if (err < 0) {
        free(added);
        return mr_plugin_complain(loaded, err, "a method was refused: %s", why);
    }
    loaded->methods = added;
    return MR_OK;
}

/* A plugin has no way on which calls back would reach it. */
static bool calls_back(const char *method)
{
    static const char *const names[] = {"event.subscribe",   "command.register", "filter.register",
                                        "complete.register", "timer.start",      "ui.bind"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], method) == 0)
            return true;
    return false;
}

static void waiting_free(struct mr_waiting_call *waiting)
{
    free(waiting->method);
    cJSON_Delete(waiting->params);
    free(waiting);
}

/* All that wait now; what they lead to has its turn later. */
static void make_calls(void *ctx)
{
    struct mr_loaded *loaded = ctx;
    struct mr_waiting_call *waiting = loaded->waiting;
    mr_timer_stop(&loaded->turn);
    loaded->waiting = NULL;
    loaded->waiting_count = 0;
    while (waiting) {
        struct mr_waiting_call *next = waiting->next;
        mr_api_call(loaded->core->api, loaded->caller, waiting->method, waiting->params,
                    waiting->fn, waiting->ctx);
        waiting_free(waiting);
        waiting = next;
    }
}

/* A plugin is called from the midst of the core, where nothing may change under its feet: its own
 * calls wait until all of that has returned. */
int mr_plugin_call(void *core, const char *method, const cJSON *params, mr_plugin_answer_fn *fn,
                   void *ctx)
{
    struct mr_loaded *loaded = core;
    if (!method)
        return mr_plugin_complain(loaded, MR_EINVAL, "a call has no method");
    if (calls_back(method))
        return mr_plugin_complain(loaded, MR_EUNSUPPORTED, "%s is not for plugins", method);
    if (loaded->waiting_count == MR_LIMIT_PLUGIN_CALLS)
        return mr_plugin_complain(loaded, MR_ELIMIT, "too many of its calls wait");
    struct mr_waiting_call *waiting = calloc(1, sizeof *waiting);
    if (!waiting)
        return MR_ENOMEM;
    *waiting = (struct mr_waiting_call){NULL, strdup(method),
                                        params ? cJSON_Duplicate(params, true) : NULL, fn, ctx};
    int err = waiting->method && (!params || waiting->params) ? MR_OK : MR_ENOMEM;
    if (err == MR_OK && !loaded->turn)
        err = mr_timer_start(loaded->core->loop, 0, 0, make_calls, loaded, &loaded->turn);
    if (err < 0) {
        waiting_free(waiting);
        return err;
    }
    struct mr_waiting_call **at = &loaded->waiting;
    while (*at)
        at = &(*at)->next;
    *at = waiting;
    loaded->waiting_count++;
    return MR_OK;
}

void mr_plugin_calls_release(struct mr_loaded *loaded)
{
    mr_api_remove_owner(loaded->core->api, loaded->manifest.name);
    mr_timer_stop(&loaded->turn);
    while (loaded->waiting) {
        struct mr_waiting_call *waiting = loaded->waiting;
        loaded->waiting = waiting->next;
        waiting_free(waiting);
    }
    while (loaded->calls)
        mr_plugin_fail(loaded, loaded->calls, MR_ECANCELED, "the plugin has ended");
    while (loaded->methods) {
        struct mr_added_method *added = loaded->methods;
        loaded->methods = added->next;
        free(added);
    }
}
