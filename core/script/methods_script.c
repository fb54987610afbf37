/* The methods script.* and store.*. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"
#include "core/script/inspect.h"
#include "core/script/run.h"
#include "core/script/watch.h"

enum { WHY = 512, STOP_MS = 500 };

struct mr_script *mr_scripts_caller(struct mr_scripts *scripts, struct mr_call *call)
{
    const struct mr_run *run = mr_run_of_call(scripts, call);
    return run ? run->script : NULL;
}

static struct mr_script *named(struct mr_scripts *scripts, struct mr_call *call,
                               const cJSON *params)
{
    const char *name = mr_json_string(params, "name");
    struct mr_script *script = mr_scripts_find(scripts, name);
    if (!script) {
        mr_call_fail(call, MR_ENOTFOUND, "No script called %s is loaded.", name);
    }
    return script;
}

static void answer_name(void *ctx, int err, const char *text)
{
    struct mr_call *call = ctx;
    if (err < 0) {
        mr_call_fail(call, err, "%s", text);
    } else {
        mr_call_return(call, cJSON_CreateString(text));
    }
}

static void answer_true(void *ctx, int err, const char *text)
{
    struct mr_call *call = ctx;
    if (err < 0) {
        mr_call_fail(call, err, "%s", text);
    } else {
        mr_call_return(call, cJSON_CreateTrue());
    }
}

/* script ------------------------------------------------------------------------------------- */

static cJSON *source_value(const struct mr_found *found)
{
    struct mr_buf text;
    mr_buf_init(&text, MR_LIMIT_SCRIPT_SOURCE);
    cJSON *value = mr_find_read(found->path, &text) == MR_OK ? cJSON_CreateObject() : NULL;
    if (value && (mr_json_set_string(value, "path", found->shown) < 0 ||
                  mr_json_set_string(value, "source", mr_buf_str(&text)) < 0)) {
        cJSON_Delete(value);
        value = NULL;
    }
    mr_buf_free(&text);
    return value;
}

/* Whether a module lies in the folder of the script, and so was installed with it. */
static bool is_part_of(const struct mr_found *module, const struct mr_found *script)
{
    const char *slash = strrchr(script->path, '/');
    size_t len = slash ? (size_t)(slash + 1 - script->path) : 0;
    return slash && strcmp(slash, "/init.lua") == 0 &&
           strncmp(module->path, script->path, len) == 0;
}

static void source(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_scripts *scripts = ctx;
    struct mr_found found;
    struct mr_found shipped;
    const char *module = mr_json_string(params, "module");
    const struct mr_run *run = mr_run_of_call(scripts, call);
    if (!run) {
        return;
    }
    const struct mr_found *from = &mr_run_edition(run)->found;
    int err = mr_find_module(scripts->core->paths, from, module, false, &found);
    if (err == MR_OK && is_part_of(&found, from) &&
        mr_grants_changed(scripts->grants, from->path)) {
        mr_call_fail(call, MR_EDENIED,
                     "the module %.60s: the script was changed outside /script since it was "
                     "installed; /script reload %s asks whether that is right",
                     module, run->script->asked);
        return;
    }
    cJSON *value = err == MR_OK ? source_value(&found) : NULL;
    const char *text = mr_json_string(value, "source");
    mr_script_part_read(run->script, module, err == MR_OK ? found.path : NULL, text ? text : "");
    if (!value) {
        mr_call_fail(call, err < 0 ? err : MR_EIO,
                     err < 0 ? "there is no module %.60s" : "the module %.60s cannot be read",
                     module);
        return;
    }
    /* A user's file that does not load gives way to the shipped one: the script decides that. */
    if (found.overrides &&
        mr_find_module(scripts->core->paths, from, module, true, &shipped) == MR_OK) {
        cJSON *fallback = source_value(&shipped);
        if (fallback) {
            (void)mr_json_set(value, "fallback", fallback);
        }
    }
    mr_call_return(call, value);
}

static void list(void *ctx, struct mr_call *call, const cJSON *params)
{
    (void)params;
    mr_call_return(call, mr_scripts_list(ctx));
}

static void load(void *ctx, struct mr_call *call, const cJSON *params)
{
    char why[WHY];
    int err = mr_scripts_open(ctx, mr_json_string(params, "name"), MR_TRUST_ASK, answer_name, call,
                              why, sizeof why);
    if (err < 0) {
        mr_call_fail(call, err, "%s", why);
    }
}

static void unload(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_script *script = named(ctx, call, params);
    if (script) {
        mr_script_stop(script, STOP_MS, answer_true, call);
    }
}

static void reload(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_script *script = named(ctx, call, params);
    if (!script) {
        return;
    }
    if (mr_script_alive(script)) {
        mr_script_reload(script, answer_true, call);
    } else {
        load(ctx, call, params);
    }
}

static void inspected(void *ctx, const cJSON *facts)
{
    mr_call_return(ctx, facts ? cJSON_Duplicate(facts, true) : NULL);
}

static void info(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_script *script = named(ctx, call, params);
    if (script) {
        mr_script_inspect(script, mr_call_caller(call), inspected, call);
    }
}

/* store -------------------------------------------------------------------------------------- */

static struct mr_store *store_of(struct mr_scripts *scripts, struct mr_call *call)
{
    struct mr_script *script = mr_scripts_caller(scripts, call);
    if (!script) {
        return NULL;
    }
    if (!script->store) {
        int err = mr_store_open(scripts->core->loop, scripts->core->log, scripts->store_folder,
                                mr_script_name(script), &script->store);
        if (err < 0) {
            mr_call_fail(call, err, "the store of %s cannot be read: %s", mr_script_name(script),
                         mr_error_text(err));
        }
    }
    return script->store;
}

static void store_get(void *ctx, struct mr_call *call, const cJSON *params)
{
    const struct mr_store *store = store_of(ctx, call);
    if (store) {
        const cJSON *value = mr_store_get(store, mr_json_string(params, "key"));
        mr_call_return(call, value ? cJSON_Duplicate(value, true) : NULL);
    }
}

static void store_set(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_store *store = store_of(ctx, call);
    if (!store) {
        return;
    }
    int err = mr_store_set(store, mr_json_string(params, "key"),
                           cJSON_GetObjectItemCaseSensitive(params, "value"));
    if (err == MR_ELIMIT) {
        mr_call_fail(call, err, "the store is full: it holds %d KiB", MR_LIMIT_SCRIPT_STORE / 1024);
    } else {
        answer_true(call, err, mr_error_text(err));
    }
}

static void store_keys(void *ctx, struct mr_call *call, const cJSON *params)
{
    const struct mr_store *store = store_of(ctx, call);
    (void)params;
    if (store) {
        mr_call_return(call, mr_store_keys(store));
    }
}

static const struct mr_binding rows[] = {{"script.source", source},  {"script.list", list},
                                         {"script.load", load},      {"script.unload", unload},
                                         {"script.reload", reload},  {"script.info", info},
                                         {"store.get", store_get},   {"store.set", store_set},
                                         {"store.keys", store_keys}, {NULL, NULL}};

int mr_script_methods_bind(struct mr_scripts *scripts)
{
    return mr_api_bind_all(scripts->core->api, rows, scripts);
}

void mr_script_methods_unbind(struct mr_scripts *scripts)
{
    for (const struct mr_binding *row = rows; row->name; row++) {
        mr_api_unbind(scripts->core->api, row->name);
    }
}
