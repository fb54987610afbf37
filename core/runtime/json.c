#include "core/runtime/json.h"

#include <math.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/base/str.h"

static const int64_t max_int = 1000000000000000; /* 10^15 */

static size_t digits(const char *text, size_t len, size_t at)
{
    size_t begin = at;
    while (at < len && text[at] >= '0' && text[at] <= '9')
        at++;
    return at - begin;
}

/* The length of the number at the beginning of text, 0 if it is none by JSON's grammar. */
static size_t number_len(const char *text, size_t len)
{
    size_t at = text[0] == '-';
    size_t whole = digits(text, len, at);
    if (whole == 0 || (whole > 1 && text[at] == '0'))
        return 0;
    at += whole;
    if (at < len && text[at] == '.') {
        size_t part = digits(text, len, at + 1);
        if (part == 0)
            return 0;
        at += 1 + part;
    }
    if (at < len && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        if (at < len && (text[at] == '+' || text[at] == '-'))
            at++;
        size_t part = digits(text, len, at);
        if (part == 0)
            return 0;
        at += part;
    }
    return at;
}

static const char *scan_string(const char *text, size_t len, size_t *at)
{
    for (size_t i = *at + 1; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20)
            return "a string holds a control character";
        if (c == '"') {
            *at = i + 1;
            return NULL;
        }
        if (c == '\\') {
            if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
                return "it holds \\u0000";
            i++;
        }
    }
    return "a string has no end";
}

/* What cJSON is not strict about: depth, \u0000, control characters, the form of numbers. The rest
 * of the grammar is its business. NULL, or what is wrong. */
static const char *scan(const char *text, size_t len)
{
    int depth = 0;
    for (size_t at = 0; at < len;) {
        char c = text[at];
        size_t step = 1;
        if (c == '"') {
            const char *why = scan_string(text, len, &at);
            if (why)
                return why;
            continue;
        }
        if (c == '-' || (c >= '0' && c <= '9')) {
            step = number_len(text + at, len - at);
            if (step == 0)
                return "a number is malformed";
        } else if (c == '{' || c == '[') {
            if (++depth > MR_LIMIT_RPC_DEPTH)
                return "it is nested too deeply";
        } else if (c == '}' || c == ']') {
            depth--;
        } else if (!strchr(" \t\r\n,:truefalsn", c) || c == '\0') {
            return "it is no JSON";
        }
        at += step;
    }
    return NULL;
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
