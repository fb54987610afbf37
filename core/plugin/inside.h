/* Inside core/plugin: one plugin that was loaded, and what it has registered.
 *
 * Everything a plugin registers hangs on its struct mr_loaded and is taken back with it. The
 * functions of the vtable get it as their first argument.
 */
#ifndef MR_PLUGIN_INSIDE_H
#define MR_PLUGIN_INSIDE_H

#include "core/api/core.h"
#include "core/base/limits.h"
#include "core/plugin/plugin.h"

#include <moonroom/plugin.h>

struct mr_added_filter {
    struct mr_added_filter *next;
    struct mr_loaded *loaded;
    const struct mr_plugin_filter *row;
    struct mr_filter *filter;
};

struct mr_added_listener {
    struct mr_added_listener *next;
    mr_plugin_event_fn *fn;
    void *ctx;
};

struct mr_added_method {
    struct mr_added_method *next;
    struct mr_loaded *loaded;
    const struct mr_plugin_method *method;
    struct mr_method_row row;
};

struct mr_added_event {
    struct mr_added_event *next;
    struct mr_event_row row;
};

/* A call that is with the plugin. */
struct mr_plugin_call {
    struct mr_plugin_call *next;
    struct mr_call *call;
};

/* A call by the plugin that is still to be made. */
struct mr_waiting_call {
    struct mr_waiting_call *next;
    char *method;
    cJSON *params;
    mr_plugin_answer_fn *fn;
    void *ctx;
};

struct mr_loaded {
    struct mr_plugins *plugins;
    struct mr_core *core;
    struct mr_plugin_manifest manifest;
    char *path, *folder;
    const struct mr_plugin *plugin;
    void *state;
    struct mr_host host;
    struct mr_caller *caller;
    const struct mr_subcommand *subcommands[MR_LIMIT_PLUGIN_ROWS];
    size_t subcommand_count, filter_count, listener_count, event_count;
    struct mr_added_filter *filters;
    struct mr_added_listener *listeners;
    struct mr_added_method *methods;
    struct mr_added_event *events;
    struct mr_plugin_call *calls;
    size_t call_count;
    struct mr_waiting_call *waiting;
    size_t waiting_count;
    struct mr_timer *turn; /* while some wait */
    struct mr_helper *helpers;
    size_t helper_count;
    bool started; /* init() has returned: nothing more is added */
    bool stopped; /* nothing of the plugin is called any more */
};

/* host.c: fills loaded->host. */
void mr_plugin_host_init(struct mr_loaded *loaded);
/* Takes back all that was registered, and ends what is under way. */
void mr_plugin_host_release(struct mr_loaded *loaded);

/* host_call.c: methods of the plugin and of others. */
int mr_plugin_add_method(void *core, const struct mr_plugin_method *method);
void mr_plugin_answer(void *core, struct mr_plugin_call *call, cJSON *result);
void mr_plugin_fail(void *core, struct mr_plugin_call *call, int err, const char *text);
const char *mr_plugin_caller(void *core, const struct mr_plugin_call *call);
int mr_plugin_call(void *core, const char *method, const cJSON *params, mr_plugin_answer_fn *fn,
                   void *ctx);
void mr_plugin_calls_release(struct mr_loaded *loaded);

/* helper.c: child processes that speak JSON-RPC. */
int mr_plugin_start_helper(void *core, const struct mr_helper_options *options,
                           struct mr_helper **out);
int mr_plugin_ask_helper(void *core, struct mr_helper *helper, const char *method,
                         const cJSON *params, mr_plugin_answer_fn *fn, void *ctx);
int mr_plugin_tell_helper(void *core, struct mr_helper *helper, const char *method,
                          const cJSON *params);
void mr_plugin_end_helper(void *core, struct mr_helper **helper);

/* Whether something may still be added: MR_ESTATE, and a complaint. */
int mr_plugin_may_add(const struct mr_loaded *loaded);

/* Writes to the log under the plugin's name, and gives err back. */
int mr_plugin_complain(const struct mr_loaded *loaded, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
