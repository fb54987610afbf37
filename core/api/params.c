#include "core/api/params.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/api/api.h"
#include "core/runtime/json.h"

enum { ROW_NAME = 48 };

bool mr_param_next(const char **spec, struct mr_param *out)
{
    const char *at = *spec + strspn(*spec, " ");
    if (*at == '\0') {
        return false;
    }
    size_t len = strcspn(at, " ");
    const char *colon = memchr(at, ':', len);
    size_t name_len = colon ? (size_t)(colon - at) : len;
    out->type = colon ? colon + 1 : "any";
    out->type_len = colon ? len - name_len - 1 : 3;
    out->optional = name_len > 0 && at[name_len - 1] == '?';
    out->name = at;
    out->name_len = out->optional ? name_len - 1 : name_len;
    *spec = at + len;
    return true;
}

static bool is_type(const struct mr_param *param, const char *name)
{
    return strlen(name) == param->type_len && memcmp(param->type, name, param->type_len) == 0;
}

static bool fits(const struct mr_param *param, const cJSON *value)
{
    if (is_type(param, "any")) {
        return true;
    }
    if (is_type(param, "string") || is_type(param, "secret")) {
        return cJSON_IsString(value);
    }
    if (is_type(param, "integer")) {
        return mr_json_is_int(value, NULL);
    }
    if (is_type(param, "number")) {
        return cJSON_IsNumber(value);
    }
    if (is_type(param, "boolean")) {
        return cJSON_IsBool(value);
    }
    if (is_type(param, "array")) {
        /* An empty Lua table cannot say which of the two it is. */
        return cJSON_IsArray(value) || (cJSON_IsObject(value) && value->child == NULL);
    }
    return cJSON_IsObject(value) || (cJSON_IsArray(value) && value->child == NULL);
}

static const cJSON *given(const cJSON *params, const struct mr_param *param, int index)
{
    if (cJSON_IsArray(params)) {
        return cJSON_GetArrayItem(params, index);
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, params)
    {
        if (item->string && strlen(item->string) == param->name_len &&
            memcmp(item->string, param->name, param->name_len) == 0) {
            return item;
        }
    }
    return NULL;
}

static int add_member(cJSON *out, const struct mr_param *param, const cJSON *value)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)param->name_len, param->name);
    return mr_json_set(out, name, cJSON_Duplicate(value, true));
}

static bool spec_has(const char *spec, const char *name)
{
    struct mr_param param;
    while (mr_param_next(&spec, &param)) {
        if (strlen(name) == param.name_len && memcmp(name, param.name, param.name_len) == 0) {
            return true;
        }
    }
    return false;
}

static int check_unknown(const char *spec, const cJSON *params, int known, char *why, size_t size)
{
    if (cJSON_IsArray(params)) {
        if (cJSON_GetArraySize(params) > known) {
            snprintf(why, size, "too many arguments, at most %d are taken", known);
            return MR_EINVAL;
        }
        return MR_OK;
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, params)
    {
        if (!item->string || !spec_has(spec, item->string)) {
            snprintf(why, size, "there is no parameter '%.40s'", item->string ? item->string : "");
            return MR_EINVAL;
        }
    }
    return MR_OK;
}

static int check_members(const char *spec, const cJSON *params, cJSON *out, char *why, size_t size)
{
    struct mr_param param;
    const char *at = spec;
    int index = 0;
    for (; mr_param_next(&at, &param); index++) {
        const cJSON *value = given(params, &param, index);
        if (!value || cJSON_IsNull(value)) {
            if (param.optional) {
                continue;
            }
            snprintf(why, size, "%.*s is missing", (int)param.name_len, param.name);
            return MR_EINVAL;
        }
        if (!fits(&param, value)) {
            snprintf(why, size, "%.*s must be a value of type %.*s", (int)param.name_len,
                     param.name, (int)param.type_len, param.type);
            return MR_EINVAL;
        }
        int err = add_member(out, &param, value);
        if (err < 0) {
            snprintf(why, size, "%s", mr_error_text(err));
            return err;
        }
    }
    return check_unknown(spec, params, index, why, size);
}

int mr_params_check(const char *spec, const cJSON *params, cJSON **out, char *why, size_t why_size)
{
    if (params && !cJSON_IsObject(params) && !cJSON_IsArray(params) && !cJSON_IsNull(params)) {
        snprintf(why, why_size, "the parameters must be an object or an array");
        return MR_EINVAL;
    }
    *out = cJSON_CreateObject();
    if (!*out) {
        snprintf(why, why_size, "%s", mr_error_text(MR_ENOMEM));
        return MR_ENOMEM;
    }
    int err = check_members(spec, params, *out, why, why_size);
    if (err < 0) {
        cJSON_Delete(*out);
        *out = NULL;
    }
    return err;
}

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

static bool method_name_valid(const char *name)
{
    size_t space = strspn(name, letters);
    size_t verb = name[space] == '.' ? strspn(name + space + 1, letters) : 0;
    return space > 0 && verb > 0 && name[space + 1 + verb] == '\0' && space + verb < ROW_NAME &&
           name[0] >= 'a' && name[0] <= 'z';
}

static bool param_valid(const struct mr_param *param)
{
    static const char *const types[] = {"string", "integer", "number", "boolean",
                                        "array",  "table",   "any",    "secret"};
    bool known = false;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        known = known || is_type(param, types[i]);
    }
    return known && param->name_len > 0 && param->name_len < ROW_NAME &&
           strspn(param->name, letters) == param->name_len;
}

int mr_params_check_row(const struct mr_method_row *row, char *why, size_t why_size)
{
    if (!row->name || !row->permission || !row->parameters || !row->returns || !row->help) {
        snprintf(why, why_size, "a method has no name, permission, parameters, returns or help");
        return MR_EINVAL;
    }
    if (!method_name_valid(row->name)) {
        snprintf(why, why_size, "'%.60s' is not the name of a method (space.verb)", row->name);
        return MR_EINVAL;
    }
    struct mr_param param;
    bool optional = false;
    for (const char *at = row->parameters; mr_param_next(&at, &param);) {
        if (!param_valid(&param) || (optional && !param.optional)) {
            snprintf(why, why_size, "%s: '%.*s' does not fit among its parameters", row->name,
                     (int)param.name_len, param.name);
            return MR_EINVAL;
        }
        optional = param.optional;
    }
    return MR_OK;
}
