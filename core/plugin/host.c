/* The vtable that a plugin gets: log, what it registers, events, filters, settings. */
#include "core/plugin/inside.h"

#include "core/runtime/json.h"

#include <moonroom/errors.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHY = 256, PRIORITY_MAX = 1000, SETTING_NAME = 96 };

int mr_plugin_complain(const struct mr_loaded *loaded, int err, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mr_log_write(loaded->core->log, MR_LOG_WARN, "plugin %s: %s", loaded->manifest.name, text);
    return err;
}

int mr_plugin_may_add(const struct mr_loaded *loaded)
{
    return loaded->started ? mr_plugin_complain(loaded, MR_ESTATE, "a plugin adds in init() only")
                           : MR_OK;
}

static void host_log(void *core, enum mr_host_log level, const char *text)
{
    static const enum mr_log_level levels[] = {MR_LOG_ERROR, MR_LOG_WARN, MR_LOG_INFO,
                                               MR_LOG_DEBUG};
    const struct mr_loaded *loaded = core;
    if ((size_t)level < sizeof levels / sizeof levels[0] && text)
        mr_log_write(loaded->core->log, levels[level], "plugin %s: %s", loaded->manifest.name,
                     text);
}

static int add_subcommand(void *core, const struct mr_subcommand *command)
{
    struct mr_loaded *loaded = core;
    int err = mr_plugin_may_add(loaded);
    if (err < 0)
        return err;
    if (!command || !command->name || !command->name[0] || !command->run)
        return mr_plugin_complain(loaded, MR_EINVAL, "a subcommand is not complete");
    if (mr_plugins_subcommand(loaded->plugins, command->name))
        return mr_plugin_complain(loaded, MR_EEXISTS, "there is a subcommand %s already",
                                  command->name);
    if (loaded->subcommand_count == MR_LIMIT_PLUGIN_ROWS)
        return MR_ELIMIT;
    loaded->subcommands[loaded->subcommand_count++] = command;
    return MR_OK;
}

/* Events ------------------------------------------------------------------------------------ */

/* "PLUGIN.word": nobody speaks in the name of another. */
static bool is_own(const struct mr_loaded *loaded, const char *name)
{
    size_t len = strlen(loaded->manifest.name);
    return strncmp(name, loaded->manifest.name, len) == 0 && name[len] == '.' && name[len + 1];
}

static int add_event(void *core, const struct mr_plugin_event *event)
{
    struct mr_loaded *loaded = core;
    int err = mr_plugin_may_add(loaded);
    if (err < 0)
        return err;
    if (!event || !event->name || !event->permission || !event->fields || !event->help)
        return mr_plugin_complain(loaded, MR_EINVAL, "an event is not complete");
    if (!is_own(loaded, event->name))
        return mr_plugin_complain(loaded, MR_EINVAL, "the name of the event %s must begin with %s.",
                                  event->name, loaded->manifest.name);
    struct mr_added_event *added =
        loaded->event_count < MR_LIMIT_PLUGIN_ROWS ? calloc(1, sizeof *added) : NULL;
    if (!added)
        return loaded->event_count < MR_LIMIT_PLUGIN_ROWS ? MR_ENOMEM : MR_ELIMIT;
    added->next = loaded->events;
    added->row = (struct mr_event_row){event->name, event->permission, event->fields, event->help};
    err = mr_hooks_declare(loaded->core->hooks, &added->row, loaded);
    if (err < 0) {
        free(added);
        return mr_plugin_complain(loaded, err, "the event %s was refused: %s", event->name,
                                  mr_error_text(err));
    }
    loaded->events = added;
    loaded->event_count++;
    return MR_OK;
}

static int emit(void *core, const char *event, cJSON *data)
{
    const struct mr_loaded *loaded = core;
    const void *owner = NULL;
    if (!event || !mr_hooks_declared(loaded->core->hooks, event, &owner) || owner != loaded) {
        cJSON_Delete(data);
        return mr_plugin_complain(loaded, MR_EINVAL, "%s is no event that it has added",
                                  event ? event : "NULL");
    }
    if (data && !cJSON_IsObject(data)) {
        cJSON_Delete(data);
        return mr_plugin_complain(loaded, MR_EINVAL, "the data of %s is no object", event);
    }
    return mr_hooks_emit_named(loaded->core->hooks, event, data);
}

static void on_event(void *ctx, const char *name, const cJSON *data)
{
    const struct mr_added_listener *listener = ctx;
    listener->fn(listener->ctx, name, data);
}

static int listen_to(void *core, const char *event, mr_plugin_event_fn *fn, void *ctx)
{
    struct mr_loaded *loaded = core;
    if (!event || !fn)
        return mr_plugin_complain(loaded, MR_EINVAL, "a listener is not complete");
    struct mr_added_listener *listener =
        loaded->listener_count < MR_LIMIT_PLUGIN_ROWS ? calloc(1, sizeof *listener) : NULL;
    if (!listener)
        return loaded->listener_count < MR_LIMIT_PLUGIN_ROWS ? MR_ENOMEM : MR_ELIMIT;
    *listener = (struct mr_added_listener){loaded->listeners, fn, ctx};
    int err = mr_hooks_listen(loaded->core->hooks, event, 0, loaded, on_event, listener, NULL);
    if (err < 0) {
        free(listener);
        return mr_plugin_complain(loaded, err, "there is no event %s", event);
    }
    loaded->listeners = listener;
    loaded->listener_count++;
    return MR_OK;
}

/* Filters ----------------------------------------------------------------------------------- */

/* A verdict that is none, or a change that may not be, keeps the item as it is. */
static void offer(void *ctx, uint64_t ticket, const cJSON *item, const char *json)
{
    const struct mr_added_filter *added = ctx;
    char why[WHY] = "its verdict is none";
    cJSON *change = NULL;
    (void)json;
    enum mr_filter_verdict verdict = added->row->fn(added->row->ctx, item, &change);
    int err = MR_EINVAL;
    if (verdict == MR_VERDICT_KEEP || verdict == MR_VERDICT_CHANGE || verdict == MR_VERDICT_DROP)
        err = mr_filter_answer(added->filter, ticket, verdict, change, why, sizeof why);
    if (err == MR_EINVAL) {
        (void)mr_plugin_complain(added->loaded, err, "the filter %s: %s", added->row->kind, why);
        (void)mr_filter_answer(added->filter, ticket, MR_VERDICT_KEEP, NULL, why, sizeof why);
    }
    cJSON_Delete(change);
}

static int add_filter(void *core, const struct mr_plugin_filter *filter)
{
    struct mr_loaded *loaded = core;
    int err = mr_plugin_may_add(loaded);
    if (err < 0)
        return err;
    int kind = filter && filter->kind ? mr_filter_kind_find(filter->kind) : -1;
    if (kind < 0 || !filter->fn)
        return mr_plugin_complain(loaded, MR_EINVAL,
                                  "a filter is of no known kind, or has no "
                                  "function");
    if (filter->priority < -PRIORITY_MAX || filter->priority > PRIORITY_MAX)
        return mr_plugin_complain(loaded, MR_EINVAL, "priority is a number from -%d to %d",
                                  PRIORITY_MAX, PRIORITY_MAX);
    struct mr_added_filter *added =
        loaded->filter_count < MR_LIMIT_PLUGIN_ROWS ? calloc(1, sizeof *added) : NULL;
    if (!added)
        return loaded->filter_count < MR_LIMIT_PLUGIN_ROWS ? MR_ENOMEM : MR_ELIMIT;
    *added = (struct mr_added_filter){loaded->filters, loaded, filter, NULL};
    const struct mr_filter_options options = {.kind = (enum mr_filter_kind)kind,
                                              .priority = filter->priority,
                                              .offer = offer,
                                              .ctx = added};
    err = mr_filters_add(loaded->core->filters, &options, &added->filter);
    if (err < 0) {
        free(added);
        return err;
    }
    loaded->filters = added;
    loaded->filter_count++;
    return MR_OK;
}

/* Settings ---------------------------------------------------------------------------------- */

static void full_name(const struct mr_loaded *loaded, const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s.%s", loaded->manifest.name, name);
}

static int add_setting(void *core, const struct mr_plugin_setting *setting)
{
    static const enum mr_setting_type types[] = {MR_SETTING_BOOL, MR_SETTING_INT, MR_SETTING_STRING,
                                                 MR_SETTING_CHOICE};
    const struct mr_loaded *loaded = core;
    char name[SETTING_NAME];
    int err = mr_plugin_may_add(loaded);
    if (err < 0)
        return err;
    if (!setting || !setting->name || !setting->name[0] ||
        (size_t)setting->type >= sizeof types / sizeof types[0])
        return mr_plugin_complain(loaded, MR_EINVAL, "a setting is not complete");
    full_name(loaded, setting->name, name, sizeof name);
    const struct mr_setting row = {.name = name,
                                   .type = types[setting->type],
                                   .fallback = setting->fallback,
                                   .min = setting->min,
                                   .max = setting->max,
                                   .choices = setting->choices,
                                   .unit = setting->unit,
                                   .help = setting->help};
    err = mr_settings_declare(loaded->core->settings, &row, loaded);
    return err == MR_OK ? err
                        : mr_plugin_complain(loaded, err, "the setting %s was refused: %s", name,
                                             mr_error_text(err));
}

/* The full name of what the plugin means. */
static void resolve(const struct mr_loaded *loaded, const char *name, char *out, size_t size)
{
    full_name(loaded, name, out, size);
    if (!mr_settings_has(loaded->core->settings, out))
        snprintf(out, size, "%s", name);
}

static int64_t setting_number(void *core, const char *name)
{
    const struct mr_loaded *loaded = core;
    char full[SETTING_NAME];
    resolve(loaded, name, full, sizeof full);
    return mr_settings_int(loaded->core->settings, full);
}

static const char *setting_text(void *core, const char *name)
{
    const struct mr_loaded *loaded = core;
    char full[SETTING_NAME];
    resolve(loaded, name, full, sizeof full);
    return mr_settings_string(loaded->core->settings, full);
}

/* All of it --------------------------------------------------------------------------------- */

void mr_plugin_host_init(struct mr_loaded *loaded)
{
    loaded->host = (struct mr_host){
        .abi = MR_PLUGIN_ABI,
        .size = sizeof loaded->host,
        .core = loaded,
        .loop = mr_loop_uv(loaded->core->loop),
        .program = loaded->core->paths->self,
        .folder = loaded->folder,
        .log = host_log,
        .add_subcommand = add_subcommand,
        .add_method = mr_plugin_add_method,
        .add_event = add_event,
        .add_filter = add_filter,
        .add_setting = add_setting,
        .listen = listen_to,
        .answer = mr_plugin_answer,
        .fail = mr_plugin_fail,
        .caller = mr_plugin_caller,
        .call = mr_plugin_call,
        .emit = emit,
        .setting_number = setting_number,
        .setting_text = setting_text,
        .start_helper = mr_plugin_start_helper,
        .ask_helper = mr_plugin_ask_helper,
        .tell_helper = mr_plugin_tell_helper,
        .end_helper = mr_plugin_end_helper,
    };
}

void mr_plugin_host_release(struct mr_loaded *loaded)
{
    /* First its caller: what it has asked for is not told to it any more. */
    mr_caller_free(&loaded->caller);
    while (loaded->helpers) {
        struct mr_helper *first = loaded->helpers;
        mr_plugin_end_helper(loaded, &first);
    }
    mr_hooks_remove_owner(loaded->core->hooks, loaded);
    mr_hooks_undeclare(loaded->core->hooks, loaded);
    mr_settings_undeclare(loaded->core->settings, loaded);
    while (loaded->filters) {
        struct mr_added_filter *added = loaded->filters;
        loaded->filters = added->next;
        mr_filter_remove(&added->filter, false);
        free(added);
    }
    mr_plugin_calls_release(loaded);
    while (loaded->listeners) {
        struct mr_added_listener *listener = loaded->listeners;
        loaded->listeners = listener->next;
        free(listener);
    }
    while (loaded->events) {
        struct mr_added_event *added = loaded->events;
        loaded->events = added->next;
        free(added);
    }
    loaded->subcommand_count = 0;
}
