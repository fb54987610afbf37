/* What a filter may make of an item. */
#include <stdio.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/filter.h"
#include "core/runtime/json.h"

struct row {
    const char *fields, *changes;
};

static const struct row rows[MR_FILTER_KINDS] = {
#define MR_FILTER(id, name_, permission_, fields_, changes_, help_)                                \
    [MR_FILTER_##id] = {fields_, changes_},
#include <moonroom/filters.def>
#undef MR_FILTER
};

/* What leaves again has the limits of where it goes. */
static size_t max_text(enum mr_filter_kind kind)
{
    if (kind == MR_FILTER_OUTGOING)
        return MR_LIMIT_CHAT_TEXT;
    return kind == MR_FILTER_INPUT ? MR_LIMIT_INPUT_LINE : MR_LIMIT_SHOWN_LINE;
}

/* The type behind "name:" or "name?:" in a list of fields; NULL when it is not in there. */
static const char *type_of(const char *fields, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = fields; *at;) {
        size_t word = strcspn(at, " ");
        const char *colon = memchr(at, ':', word);
        size_t name_len = (size_t)(colon - at) - (colon[-1] == '?');
        if (name_len == len && memcmp(at, name, len) == 0)
            return colon + 1;
        at += word + strspn(at + word, " ");
    }
    return NULL;
}

static int refuse(char *why, size_t size, const char *text)
{
    snprintf(why, size, "%s", text);
    return MR_EINVAL;
}

/* "/whisper" of "/whisper bob hello"; a line without a slash has none. */
static size_t command_len(const char *text)
{
    return text[0] == '/' ? strcspn(text, " ") : 0;
}

static int check_text(enum mr_filter_kind kind, const char *old, const char *text, char *why,
                      size_t size)
{
    size_t len = strlen(text);
    if (mr_str_trim(text, len).len == 0)
        return refuse(why, size, "text is empty; a filter drops by returning false");
    if (len > max_text(kind)) {
        snprintf(why, size, "text is longer than %zu bytes", max_text(kind));
        return MR_EINVAL;
    }
    if (strpbrk(text, "\n\r"))
        return refuse(why, size, "text has a line break");
    size_t command = command_len(old);
    if (command_len(text) != command && (text[0] == '/' || kind == MR_FILTER_INPUT))
        return refuse(why, size, "no filter makes another command of a text");
    if (kind == MR_FILTER_INPUT && memcmp(old, text, command) != 0)
        return refuse(why, size, "no filter makes another command of a text");
    return MR_OK;
}

static int check_field(enum mr_filter_kind kind, const cJSON *item, const cJSON *value, char *why,
                       size_t size)
{
    const char *name = value->string;
    const cJSON *old = cJSON_GetObjectItemCaseSensitive(item, name);
    const char *type = type_of(rows[kind].changes, name);
    if (old && cJSON_Compare(old, value, true))
        return MR_OK;
    if (!type) {
        snprintf(why, size, "%.40s %s", name,
                 type_of(rows[kind].fields, name) ? "cannot be changed" : "is no field of it");
        return MR_EINVAL;
    }
    if (strncmp(type, "boolean", 7) == 0)
        return cJSON_IsBool(value) ? MR_OK : refuse(why, size, "highlight is true or false");
    if (!cJSON_IsString(value))
        return refuse(why, size, "text is not a string");
    const char *was = mr_json_string(item, name);
    return check_text(kind, was ? was : "", value->valuestring, why, size);
}

int mr_filter_apply(enum mr_filter_kind kind, cJSON *item, const cJSON *change, char *why,
                    size_t why_size)
{
    if (!cJSON_IsObject(change))
        return refuse(why, why_size, "a change is a table of fields");
    const cJSON *value;
    cJSON_ArrayForEach(value, change)
    {
        int err = check_field(kind, item, value, why, why_size);
        if (err < 0)
            return err;
    }
    cJSON_ArrayForEach(value, change)
    {
        const cJSON *old = cJSON_GetObjectItemCaseSensitive(item, value->string);
        if (old && cJSON_Compare(old, value, true))
            continue;
        if (mr_json_set(item, value->string, cJSON_Duplicate(value, true)) < 0)
            return refuse(why, why_size, mr_error_text(MR_ENOMEM));
    }
    return MR_OK;
}
