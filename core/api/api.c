#include "core/api/api.h"

#include <moonroom/errors.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/caller.h"
#include "core/api/params.h"
#include "core/api/permission.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"

/* clang-format off */
static const struct mr_method_row rows[] = {
#define MR_METHOD(name, permission, parameters, returns, help)                                     \
    {name, permission, parameters, returns, help},
#include <moonroom/methods.def>
#include "core/api/test_methods.def"
#undef MR_METHOD
};
/* clang-format on */

/* What is described ends before the rows of test files. */
enum {
#define MR_METHOD(name, permission, parameters, returns, help) +1
    PUBLIC_ROWS = 0
#include <moonroom/methods.def>
#undef MR_METHOD
};

enum { ROWS = sizeof rows / sizeof rows[0], WHY = 512 };

struct handler {
    mr_method_fn *fn;
    void *ctx;
};

struct added {
    const struct mr_method_row *row;
    const char *owner;
    struct handler handler;
};

struct mr_api {
    struct handler handlers[ROWS];
    struct added added[MR_LIMIT_PLUGIN_METHODS];
    size_t added_count;
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

/* A method with who answers it; row is NULL if there is none. */
struct method {
    const struct mr_method_row *row;
    struct handler handler;
};

static struct method find_method(const struct mr_api *api, const char *name)
{
    int row = find_row(name);
    if (row >= 0) {
        return (struct method){&rows[row], api->handlers[row]};
    }
    for (size_t i = 0; i < api->added_count; i++) {
        if (strcmp(api->added[i].row->name, name) == 0) {
            return (struct method){api->added[i].row, api->added[i].handler};
        }
    }
    return (struct method){0};
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

int mr_api_add(struct mr_api *api, const struct mr_method_row *row, const char *owner,
               mr_method_fn *fn, void *ctx, char *why, size_t why_size)
{
    int err = mr_params_check_row(row, why, why_size);
    if (err == MR_OK && find_method(api, row->name).row) {
        snprintf(why, why_size, "there is a method %s already", row->name);
        err = MR_EEXISTS;
    }
    if (err == MR_OK && api->added_count == MR_LIMIT_PLUGIN_METHODS) {
        snprintf(why, why_size, "there are too many methods");
        err = MR_ELIMIT;
    }
    if (err == MR_OK) {
        api->added[api->added_count++] = (struct added){row, owner, {fn, ctx}};
    }
    return err;
}

void mr_api_remove_owner(struct mr_api *api, const char *owner)
{
    size_t kept = 0;
    for (size_t i = 0; i < api->added_count; i++) {
        if (api->added[i].owner != owner) {
            api->added[kept++] = api->added[i];
        }
    }
    api->added_count = kept;
}

cJSON *mr_api_added(const struct mr_api *api)
{
    cJSON *added = api->added_count > 0 ? cJSON_CreateObject() : NULL;
    for (size_t i = 0; added && i < api->added_count; i++) {
        mr_json_set_string(added, api->added[i].row->name, api->added[i].row->parameters);
    }
    return added;
}

static void describe(cJSON *list, const struct mr_method_row *row, const char *plugin)
{
    cJSON *entry = cJSON_CreateObject();
    if (!entry || !cJSON_AddItemToArray(list, entry)) {
        cJSON_Delete(entry);
        return;
    }
    mr_json_set_string(entry, "name", row->name);
    mr_json_set_string(entry, "permission", row->permission);
    mr_json_set_string(entry, "parameters", row->parameters);
    mr_json_set_string(entry, "returns", row->returns);
    mr_json_set_string(entry, "help", row->help);
    if (plugin) {
        mr_json_set_string(entry, "plugin", plugin);
    }
}

cJSON *mr_api_describe(const struct mr_api *api)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; list && i < PUBLIC_ROWS; i++) {
        describe(list, &rows[i], NULL);
    }
    for (size_t i = 0; list && i < api->added_count; i++) {
        describe(list, api->added[i].row, api->added[i].owner);
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

static int refuse(const struct method *found, const struct mr_caller *caller, const char *method,
                  char *why)
{
    if (!found->row) {
        snprintf(why, WHY, "there is no method '%.60s'", method);
        return MR_ENOTFOUND;
    }
    /* Which member of a family is needed follows from the parameters: see mr_call_needs(). */
    if (!mr_permission_is_family(found->row->permission) &&
        !mr_caller_may(caller, found->row->permission)) {
        return mr_caller_denied(caller, found->row->name, found->row->permission, why, WHY);
    }
    if (!found->handler.fn) {
        snprintf(why, WHY, "%s does not work here", found->row->name);
        return MR_EUNSUPPORTED;
    }
    return MR_OK;
}

void mr_api_call(struct mr_api *api, struct mr_caller *caller, const char *method,
                 const cJSON *params, mr_done_fn *done, void *ctx)
{
    char why[WHY] = "";
    cJSON *checked = NULL;
    struct method found = find_method(api, method);
    int err = refuse(&found, caller, method, why);
    if (err == MR_OK) {
        char reason[WHY / 2];
        err = mr_params_check(found.row->parameters, params, &checked, reason, sizeof reason);
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
    found.handler.fn(found.handler.ctx, call, checked);
    cJSON_Delete(checked);
}
