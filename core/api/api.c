#include "core/api/api.h"

#include <moonroom/errors.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/caller.h"
#include "core/api/params.h"
#include "core/api/permission.h"
#include "core/base/str.h"
#include "core/runtime/json.h"

struct row {
    const char *name;
    const char *permission;
    const char *parameters;
    const char *returns;
    const char *help;
};

static const struct row rows[] = {
#define MR_METHOD(name, permission, parameters, returns, help)                                     \
    {name, permission, parameters, returns, help},
#include <moonroom/methods.def>
#undef MR_METHOD
};

enum { ROWS = sizeof rows / sizeof rows[0], WHY = 512 };

struct handler {
    mr_method_fn *fn;
    void *ctx;
};

struct mr_api {
    struct handler handlers[ROWS];
};

static int find_row(const char *name)
{
    for (int i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return i;
        }
    }
    return MR_ENOTFOUND;
}

int mr_api_new(struct mr_api **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? MR_OK : MR_ENOMEM;
}

void mr_api_free(struct mr_api *api)
{
    free(api);
}

int mr_api_bind(struct mr_api *api, const char *name, mr_method_fn *fn, void *ctx)
{
    int row = find_row(name);
    if (row < 0) {
        return row;
    }
    if (api->handlers[row].fn) {
        return MR_EEXISTS;
    }
    api->handlers[row] = (struct handler){fn, ctx};
    return MR_OK;
}

void mr_api_unbind(struct mr_api *api, const char *name)
{
    int row = find_row(name);
    if (row >= 0) {
        api->handlers[row] = (struct handler){0};
    }
}

int mr_api_bind_all(struct mr_api *api, const struct mr_binding *bindings, void *ctx)
{
    for (const struct mr_binding *b = bindings; b->name; b++) {
        int err = mr_api_bind(api, b->name, b->fn, ctx);
        if (err < 0) {
            return err;
        }
    }
    return MR_OK;
}

cJSON *mr_api_describe(void)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; list && i < ROWS; i++) {
        cJSON *entry = cJSON_CreateObject();
        if (!entry || !cJSON_AddItemToArray(list, entry)) {
            cJSON_Delete(entry);
            break;
        }
        mr_json_set_string(entry, "name", rows[i].name);
        mr_json_set_string(entry, "permission", rows[i].permission);
        mr_json_set_string(entry, "parameters", rows[i].parameters);
        mr_json_set_string(entry, "returns", rows[i].returns);
        mr_json_set_string(entry, "help", rows[i].help);
    }
    return list;
}

/* An open call hangs in its caller's list until it is answered; a caller that goes away cuts it
 * off. */
struct mr_call {
    struct mr_caller_link link;
    mr_done_fn *done;
    void *ctx;
};

static void finish(struct mr_call *call, int err, const char *text, const cJSON *result)
{
    mr_done_fn *done = call->link.caller ? call->done : NULL;
    void *ctx = call->ctx;
    mr_caller_unlink(&call->link);
    free(call);
    if (done) {
        done(ctx, err, text, result);
    }
}

void mr_call_return(struct mr_call *call, cJSON *result)
{
    finish(call, MR_OK, "", result);
    cJSON_Delete(result);
}

void mr_call_fail(struct mr_call *call, int err, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text[mr_utf8_cut(text, strlen(text), sizeof text)] = '\0';
    finish(call, err, text, NULL);
}

struct mr_caller *mr_call_caller(const struct mr_call *call)
{
    return call->link.caller;
}

bool mr_call_needs(struct mr_call *call, const char *what, const char *permission)
{
    char why[WHY];
    if (!call->link.caller || mr_caller_may(call->link.caller, permission)) {
        return true;
    }
    int err = mr_caller_denied(call->link.caller, what, permission, why, sizeof why);
    mr_call_fail(call, err, "%s", why);
    return false;
}

static int refuse(const struct mr_api *api, const struct mr_caller *caller, int row,
                  const char *method, char *why)
{
    if (row < 0) {
        snprintf(why, WHY, "there is no method '%.60s'", method);
        return MR_ENOTFOUND;
    }
    /* Which member of a family is needed follows from the parameters: see mr_call_needs(). */
    if (!mr_permission_is_family(rows[row].permission) &&
        !mr_caller_may(caller, rows[row].permission)) {
        return mr_caller_denied(caller, rows[row].name, rows[row].permission, why, WHY);
    }
    if (!api->handlers[row].fn) {
        snprintf(why, WHY, "%s does not work here", rows[row].name);
        return MR_EUNSUPPORTED;
    }
    return MR_OK;
}

void mr_api_call(struct mr_api *api, struct mr_caller *caller, const char *method,
                 const cJSON *params, mr_done_fn *done, void *ctx)
{
    char why[WHY] = "";
    cJSON *checked = NULL;
    int row = find_row(method);
    int err = refuse(api, caller, row, method, why);
    if (err == MR_OK) {
        char reason[WHY / 2];
        err = mr_params_check(rows[row].parameters, params, &checked, reason, sizeof reason);
        if (err < 0) {
            snprintf(why, sizeof why, "%s: %s", method, reason);
        }
    }
    struct mr_call *call = err == MR_OK ? calloc(1, sizeof *call) : NULL;
    if (err == MR_OK && !call) {
        err = MR_ENOMEM;
        snprintf(why, sizeof why, "%s", mr_error_text(err));
    }
    if (!call) {
        cJSON_Delete(checked);
        if (done) {
            done(ctx, err, why, NULL);
        }
        return;
    }
    call->done = done;
    call->ctx = ctx;
    mr_caller_link(caller, &call->link);
    api->handlers[row].fn(api->handlers[row].ctx, call, checked);
    cJSON_Delete(checked);
}
