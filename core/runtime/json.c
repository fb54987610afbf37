#include "core/runtime/json.h"

#include <math.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/base/str.h"

static const int64_t max_int = 1000000000000000; /* 10^15 */

/* What cJSON does not look at: depth, \u0000, control characters. The grammar is its business.
 * NULL, or what is wrong. */
static const char *scan(const char *text, size_t len)
{
    bool in_string = false;
    int depth = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 && (in_string || (c != '\n' && c != '\r' && c != '\t')))
            return "it holds a control character";
        if (in_string && c == '\\') {
            if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
                return "it holds \\u0000";
            i++;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '{' || c == '[')) {
            if (++depth > MR_LIMIT_RPC_DEPTH)
                return "it is nested too deeply";
        } else if (!in_string && (c == '}' || c == ']')) {
            depth--;
        }
    }
    return in_string ? "a string has no end" : NULL;
}

/* Numbers that are none of ours: too large for a double. */
static bool all_finite(const cJSON *value)
{
    if (cJSON_IsNumber(value) && !isfinite(value->valuedouble))
        return false;
    const cJSON *child;
    cJSON_ArrayForEach(child, value)
    {
        if (!all_finite(child))
            return false;
    }
    return true;
}

cJSON *mr_json_parse(const char *text, size_t len, const char **why)
{
    *why = NULL;
    if (!mr_utf8_valid(text, len))
        *why = "it is not UTF-8";
    else
        *why = scan(text, len);
    if (*why)
        return NULL;
    const char *end = NULL;
    cJSON *value = cJSON_ParseWithLengthOpts(text, len, &end, false);
    if (!value) {
        *why = "it is no JSON";
        return NULL;
    }
    while (end < text + len && strchr(" \t\r\n", *end) && *end != '\0')
        end++;
    if (end != text + len)
        *why = "something follows the value";
    else if (!all_finite(value))
        *why = "a number is too large";
    if (*why) {
        cJSON_Delete(value);
        return NULL;
    }
    return value;
}

char *mr_json_print(const cJSON *value)
{
    return cJSON_PrintUnformatted(value);
}

const char *mr_json_string(const cJSON *object, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(member) ? member->valuestring : NULL;
}

int64_t mr_json_int(const cJSON *object, const char *key, int64_t fallback)
{
    int64_t number;
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    return mr_json_is_int(member, &number) ? number : fallback;
}

bool mr_json_bool(const cJSON *object, const char *key, bool fallback)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsBool(member) ? cJSON_IsTrue(member) : fallback;
}

bool mr_json_is_int(const cJSON *value, int64_t *out)
{
    if (!cJSON_IsNumber(value))
        return false;
    double number = value->valuedouble;
    if (!(fabs(number) <= (double)max_int) || floor(number) < number)
        return false;
    if (out)
        *out = (int64_t)number;
    return true;
}

int mr_json_set(cJSON *object, const char *key, cJSON *value)
{
    if (!value)
        return MR_ENOMEM;
    /* Never by cJSON's Replace: that one frees the old before the new is in. */
    cJSON *old = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_AddItemToObject(object, key, value)) {
        cJSON_Delete(value);
        return cJSON_IsObject(object) ? MR_ENOMEM : MR_EINVAL;
    }
    if (old)
        cJSON_Delete(cJSON_DetachItemViaPointer(object, old));
    return MR_OK;
}

int mr_json_set_string(cJSON *object, const char *key, const char *text)
{
    return mr_json_set(object, key, cJSON_CreateString(text));
}

int mr_json_set_int(cJSON *object, const char *key, int64_t number)
{
    return mr_json_set(object, key, cJSON_CreateNumber((double)number));
}

int mr_json_set_bool(cJSON *object, const char *key, bool flag)
{
    return mr_json_set(object, key, cJSON_CreateBool(flag));
}
