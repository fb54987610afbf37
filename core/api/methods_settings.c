/* settings.*: the core's settings, and a script's own under their short names. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/api/methods.h"
#include "core/runtime/json.h"

enum { WHY = 256, NAME = 128 };

static const cJSON *find(const cJSON *list, const char *name)
{
    const cJSON *row = NULL;
    cJSON_ArrayForEach(row, list)
    {
        const char *row_name = mr_json_string(row, "name");
        if (row_name && strcmp(row_name, name) == 0) {
            return row;
        }
    }
    return NULL;
}

/* A script may be called like the first word of the core's settings, which do not become its own by
 * that. */
static bool is_own(const struct mr_core *core, const struct mr_caller *caller, const char *full)
{
    const char *name = mr_caller_name(caller);
    size_t len = strlen(name);
    return mr_caller_kind(caller) == MR_CALLER_SCRIPT && strncmp(full, name, len) == 0 &&
           full[len] == '.' && !mr_settings_is_core(core->settings, full);
}

/* What one script keeps in its settings is nothing to the others. */
static bool may_read(const struct mr_core *core, const struct mr_caller *caller, const char *full)
{
    return mr_caller_may(caller, "client") || mr_settings_is_core(core->settings, full) ||
           is_own(core, caller, full);
}

/* What the caller means: its own setting if it has one of that name. NULL if there is none that it
 * may read. */
static const cJSON *resolve(const struct mr_core *core, const cJSON *list,
                            const struct mr_caller *caller, const char *name, bool *own)
{
    char full[NAME];
    snprintf(full, sizeof full, "%s.%s", mr_caller_name(caller), name);
    *own = is_own(core, caller, full);
    const cJSON *row = *own ? find(list, full) : NULL;
    if (!row) {
        *own = is_own(core, caller, name);
        row = may_read(core, caller, name) ? find(list, name) : NULL;
    }
    return row;
}

static void get(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    const char *name = mr_json_string(params, "name");
    cJSON *list = mr_settings_list(core->settings);
    bool own = false;
    const cJSON *row = resolve(core, list, mr_call_caller(call), name, &own);
    if (!row) {
        mr_call_fail(call, MR_ENOTFOUND, "There is no setting '%.60s'. /set lists them.", name);
    } else {
        mr_call_return(call, cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(row, "value"), true));
    }
    cJSON_Delete(list);
}

/* A value as it would be typed. */
static int as_typed(const cJSON *value, char *out, size_t size)
{
    int64_t number = 0;
    int len = -1;
    if (cJSON_IsString(value)) {
        len = snprintf(out, size, "%s", value->valuestring);
    } else if (cJSON_IsBool(value)) {
        len = snprintf(out, size, "%s", cJSON_IsTrue(value) ? "on" : "off");
    } else if (mr_json_is_int(value, &number)) {
        len = snprintf(out, size, "%lld", (long long)number);
    }
    return len >= 0 && (size_t)len < size ? MR_OK : MR_EINVAL;
}

static void set(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    char why[WHY] = "a setting is a string, a whole number, true or false";
    char text[1024];
    const struct mr_caller *caller = mr_call_caller(call);
    const char *name = mr_json_string(params, "name");
    cJSON *list = mr_settings_list(core->settings);
    bool own = false;
    const cJSON *row = resolve(core, list, caller, name, &own);
    int err = as_typed(cJSON_GetObjectItemCaseSensitive(params, "value"), text, sizeof text);
    if (!row) {
        err = MR_ENOTFOUND;
        snprintf(why, sizeof why, "There is no setting '%.60s'. /set lists them.", name);
    } else if (!own && !mr_caller_may(caller, "client")) {
        err = MR_EDENIED;
        snprintf(why, sizeof why, "settings.set needs the permission 'client' for '%.60s'", name);
    } else if (err == MR_OK) {
        err = mr_settings_set(core->settings, mr_json_string(row, "name"), text, why, sizeof why);
    }
    cJSON_Delete(list);
    if (err < 0) {
        mr_call_fail(call, err, "%s", why);
        return;
    }
    get(ctx, call, params);
}

static void list_all(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_core *core = ctx;
    cJSON *list = mr_settings_list(core->settings);
    cJSON *next = NULL;
    (void)params;
    for (cJSON *row = list ? list->child : NULL; row; row = next) {
        next = row->next;
        if (!may_read(core, mr_call_caller(call), mr_json_string(row, "name"))) {
            cJSON_Delete(cJSON_DetachItemViaPointer(list, row));
        }
    }
    mr_call_return(call, list);
}

int mr_methods_bind_settings(struct mr_core *core)
{
    static const struct mr_binding rows[] = {
        {"settings.get", get}, {"settings.set", set}, {"settings.list", list_all}, {NULL, NULL}};
    return mr_api_bind_all(core->api, rows, core);
}
