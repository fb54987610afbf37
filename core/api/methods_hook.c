/* event.* and command.*: what a caller listens to, and the commands it brings. */
#include <moonroom/errors.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/command_table.h"
#include "core/api/methods.h"
#include "core/base/limits.h"
#include "core/runtime/json.h"

enum { WHY = 512, MOST = 512 };

/* A subscription or a command of a caller: one of the two pointers is set. */
struct registration {
    struct registration *next;
    struct registrations *owner;
    int64_t id;
    struct mr_hook *hook;
    struct mr_command *command;
    const char *permission; /* what the event needs, a row's text; NULL for commands */
};

struct registrations {
    struct mr_caller *caller;
    struct registration *first;
    int64_t last_id;
    size_t count;
};

static const char registrations_key;

static void take_out(struct registration *registration)
{
    struct registrations *all = registration->owner;
    for (struct registration **at = &all->first; *at; at = &(*at)->next) {
        if (*at == registration) {
            *at = registration->next;
            break;
        }
    }
    all->count--;
    mr_hook_remove(&registration->hook);
    mr_command_remove(&registration->command);
    free(registration);
}

static void registrations_free(void *value)
{
    struct registrations *all = value;
    if (strcmp(mr_caller_name(all->caller), MR_COMMANDS_OWNER) == 0) {
        for (const struct registration *r = all->first; r; r = r->next) {
            if (r->command) {
                mr_command_reserve(r->command);
            }
        }
    }
    while (all->first) {
        take_out(all->first);
    }
    free(all);
}

/* Somebody may be waiting for the next of these events. */
static void tell_ended(const struct registration *registration)
{
    struct mr_caller *caller = registration->owner->caller;
    char why[WHY];
    cJSON *params = cJSON_CreateObject();
    mr_caller_denied(caller, "the event", registration->permission, why, sizeof why);
    if (params && mr_json_set_int(params, "id", registration->id) == MR_OK &&
        mr_json_set_string(params, "message", why) == MR_OK) {
        mr_caller_notify(caller, "unsubscribed", params);
    }
    cJSON_Delete(params);
}

/* A permission was taken: what may be heard no more is heard no more. */
static void registrations_review(void *value)
{
    const struct registrations *all = value;
    struct registration *next;
    for (struct registration *r = all->first; r; r = next) {
        next = r->next;
        if (r->permission && !mr_caller_may(all->caller, r->permission)) {
            tell_ended(r);
            take_out(r);
        }
    }
}

static struct registrations *registrations_of(struct mr_caller *caller)
{
    struct registrations *all = mr_caller_data(caller, &registrations_key);
    if (all) {
        return all;
    }
    all = calloc(1, sizeof *all);
    if (all && mr_caller_attach(caller, &registrations_key, all, registrations_free) < 0) {
        free(all);
        return NULL;
    }
    if (all) {
        all->caller = caller;
        mr_caller_review(caller, &registrations_key, registrations_review);
    }
    return all;
}

static struct registration *registration_new(struct mr_call *call)
{
    struct registrations *all = registrations_of(mr_call_caller(call));
    if (!all) {
        mr_call_fail(call, MR_ENOMEM, "%s", mr_error_text(MR_ENOMEM));
        return NULL;
    }
    if (all->count == MOST) {
        mr_call_fail(call, MR_ELIMIT, "at most %d handlers and commands", MOST);
        return NULL;
    }
    struct registration *registration = calloc(1, sizeof *registration);
    if (!registration) {
        mr_call_fail(call, MR_ENOMEM, "%s", mr_error_text(MR_ENOMEM));
        return NULL;
    }
    *registration = (struct registration){.next = all->first, .owner = all, .id = ++all->last_id};
    all->first = registration;
    all->count++;
    return registration;
}

static void remove_registration(struct mr_call *call, const cJSON *params, bool command)
{
    struct registrations *all = registrations_of(mr_call_caller(call));
    int64_t id = mr_json_int(params, "id", 0);
    for (struct registration *r = all ? all->first : NULL; r; r = r->next) {
        if (r->id == id && (r->command != NULL) == command) {
            take_out(r);
            mr_call_return(call, cJSON_CreateTrue());
            return;
        }
    }
    mr_call_fail(call, MR_ENOTFOUND, "it was removed already");
}

/* The value stays its owner's: the message to the caller only refers to it. */
static bool refer(cJSON *object, const char *key, const cJSON *value)
{
    return cJSON_AddItemReferenceToObject(object, key, (cJSON *)(uintptr_t)value);
}

static void on_event(void *ctx, const char *name, const cJSON *data)
{
    const struct registration *registration = ctx;
    cJSON *params = cJSON_CreateObject();
    if (params && mr_json_set_int(params, "id", registration->id) == MR_OK &&
        mr_json_set_string(params, "name", name) == MR_OK && refer(params, "data", data)) {
        mr_caller_notify(registration->owner->caller, "event", params);
    }
    cJSON_Delete(params);
}

static int check_event(const struct mr_core *core, const struct mr_caller *caller, const char *name,
                       char *why)
{
    const struct mr_event_row *declared = mr_hooks_declared(core->hooks, name, NULL);
    int event = mr_event_find(name);
    if (event < 0 && !strchr(name, '.')) {
        snprintf(why, WHY, "there is no event '%.60s' (one of your own is called SCRIPT.name)",
                 name);
        return MR_EINVAL;
    }
    const char *permission = event >= 0 ? mr_event_permission((enum mr_event)event)
                             : declared ? declared->permission
                                        : "";
    if (!mr_caller_may(caller, permission)) {
        char what[80];
        snprintf(what, sizeof what, "the event %s", name);
        return mr_caller_denied(caller, what, permission, why, WHY);
    }
    return MR_OK;
}

static void subscribe(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY];
    const char *name = mr_json_string(params, "name");
    int err = check_event(core, mr_call_caller(call), name, why);
    if (err < 0) {
        mr_call_fail(call, err, "%s", why);
        return;
    }
    struct registration *registration = registration_new(call);
    if (!registration) {
        return;
    }
    int event = mr_event_find(name);
    const struct mr_event_row *declared = mr_hooks_declared(core->hooks, name, NULL);
    registration->permission = event >= 0 ? mr_event_permission((enum mr_event)event)
                               : declared ? declared->permission
                                          : NULL;
    err = mr_hooks_listen(core->hooks, name, 0, mr_call_caller(call), on_event, registration,
                          &registration->hook);
    if (err < 0) {
        take_out(registration);
        mr_call_fail(call, err, "%s", mr_error_text(err));
        return;
    }
    mr_call_return(call, cJSON_CreateNumber((double)registration->id));
}

static void unsubscribe(void *ctx, struct mr_call *call, const cJSON *params)
{
    (void)ctx;
    remove_registration(call, params, false);
}

static void emit(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    const struct mr_caller *caller = mr_call_caller(call);
    const char *name = mr_json_string(params, "name");
    size_t len = strlen(mr_caller_name(caller));
    if (mr_event_find(name) >= 0 || strncmp(name, mr_caller_name(caller), len) != 0 ||
        name[len] != '.' || strlen(name) > 100) {
        mr_call_fail(call, MR_EINVAL, "the name of your own event must begin with '%s.'",
                     mr_caller_name(caller));
        return;
    }
    if (mr_hooks_declared(core->hooks, name, NULL)) {
        mr_call_fail(call, MR_EEXISTS, "the event %s is a plugin's", name);
        return;
    }
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(params, "data");
    int err = mr_hooks_emit_named(core->hooks, name,
                                  cJSON_IsObject(data) ? cJSON_Duplicate(data, true) : NULL);
    mr_methods_answer(call, err, mr_error_text(err));
}

static void on_command(void *ctx, const cJSON *args, const char *chat)
{
    const struct registration *registration = ctx;
    cJSON *params = cJSON_CreateObject();
    if (params && mr_json_set_int(params, "id", registration->id) == MR_OK &&
        mr_json_set_string(params, "name", registration->command->name) == MR_OK &&
        mr_json_set_string(params, "chat", chat) == MR_OK && refer(params, "args", args)) {
        mr_caller_notify(registration->owner->caller, "command", params);
    }
    cJSON_Delete(params);
}

static int read_aliases(const cJSON *list, const char *out[MR_COMMAND_ALIASES + 1])
{
    size_t count = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) || count == MR_COMMAND_ALIASES) {
            return MR_EINVAL;
        }
        out[count++] = item->valuestring;
    }
    out[count] = NULL;
    return MR_OK;
}

static const char *text_or(const cJSON *params, const char *key, const char *fallback)
{
    const char *text = mr_json_string(params, key);
    return text ? text : fallback;
}

static void command_register(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY] = "aliases must be a list of at most 8 names";
    const char *aliases[MR_COMMAND_ALIASES + 1] = {NULL};
    struct mr_command_spec spec = {
        .name = mr_json_string(params, "name"),
        .args = text_or(params, "args", ""),
        .help = text_or(params, "help", ""),
        .details = mr_json_string(params, "long"),
        .aliases = aliases,
        .owner = mr_caller_name(mr_call_caller(call)),
        .asks = mr_json_bool(params, "asks", false),
        .caller = mr_call_caller(call),
    };
    int err = read_aliases(cJSON_GetObjectItemCaseSensitive(params, "aliases"), aliases);
    if (err < 0) {
        mr_call_fail(call, err, "%s", why);
        return;
    }
    struct registration *registration = registration_new(call);
    if (!registration) {
        return;
    }
    err = mr_commands_add(core->commands, &spec, on_command, registration, &registration->command,
                          why, sizeof why);
    if (err < 0) {
        take_out(registration);
        mr_call_fail(call, err, "%s", why);
        return;
    }
    mr_call_return(call, cJSON_CreateNumber((double)registration->id));
}

static void command_remove(void *ctx, struct mr_call *call, const cJSON *params)
{
    (void)ctx;
    remove_registration(call, params, true);
}

static void command_list(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    (void)params;
    mr_call_return(call, mr_commands_list(core->commands));
}

static void command_ran(void *ctx, int err, const char *text)
{
    mr_methods_answer(ctx, err, text);
}

static void command_run(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    const char *line = mr_json_string(params, "line");
    if (line[0] != '/' || strlen(line) > MR_LIMIT_INPUT_LINE || strpbrk(line, "\r\n")) {
        mr_call_fail(call, MR_EINVAL, "line must be one line that begins with /");
        return;
    }
    if (mr_caller_kind(mr_call_caller(call)) == MR_CALLER_SCRIPT &&
        !mr_commands_open_to_scripts(core->commands, line)) {
        mr_call_fail(call, MR_EDENIED, "%.60s is for the user alone, no script can run it", line);
        return;
    }
    mr_commands_run(core->commands, line, "Lobby", command_ran, call);
}

int mr_methods_bind_hooks(struct mr_core *core)
{
    static const struct mr_binding rows[] = {
        {"event.subscribe", subscribe},
        {"event.unsubscribe", unsubscribe},
        {"event.emit", emit},
        {"command.register", command_register},
        {"command.remove", command_remove},
        {"command.list", command_list},
        {"command.run", command_run},
        {NULL, NULL},
    };
    return mr_api_bind_all(core->api, rows, core);
}
