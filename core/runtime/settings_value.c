#include "core/runtime/settings_value.h"

#include <stdio.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/str.h"

static bool one_of(const char *list, const char *word)
{
    size_t len = strlen(word);
    while (list && *list) {
        size_t part = strcspn(list, "|");
        if (part == len && memcmp(list, word, len) == 0)
            return true;
        list += part;
        list += *list == '|';
    }
    return false;
}

static int parse_bool(const char *value, int64_t *number)
{
    *number = one_of("on|true|yes|1", value);
    return *number || one_of("off|false|no|0", value) ? MR_OK : MR_EINVAL;
}

static bool text_valid(const char *value, int64_t max)
{
    size_t len = strlen(value);
    if (len > MR_SETTING_TEXT || (int64_t)len > max || !mr_utf8_valid(value, len))
        return false;
    for (; *value; value++)
        if ((unsigned char)*value < 0x20 || *value == 0x7f)
            return false;
    return true;
}

int mr_setting_parse(const struct mr_setting *setting, const char *value, int64_t *number)
{
    *number = 0;
    switch (setting->type) {
    case MR_SETTING_BOOL:
        return parse_bool(value, number);
    case MR_SETTING_INT:
        return mr_str_to_i64(value, strlen(value), setting->min, setting->max, number);
    case MR_SETTING_STRING:
        return text_valid(value, setting->max) ? MR_OK : MR_EINVAL;
    case MR_SETTING_CHOICE:
        return one_of(setting->choices, value) ? MR_OK : MR_EINVAL;
    }
    return MR_EINVAL;
}

void mr_setting_explain(const struct mr_setting *setting, char *why, size_t size)
{
    switch (setting->type) {
    case MR_SETTING_BOOL:
        snprintf(why, size, "%s is on or off.", setting->name);
        break;
    case MR_SETTING_INT:
        snprintf(why, size, "%s is a whole number from %lld to %lld%s%s.", setting->name,
                 (long long)setting->min, (long long)setting->max, *setting->unit ? " " : "",
                 setting->unit);
        break;
    case MR_SETTING_STRING:
        snprintf(why, size, "%s is a line of text of at most %lld bytes.", setting->name,
                 (long long)(setting->max < MR_SETTING_TEXT ? setting->max : MR_SETTING_TEXT));
        break;
    case MR_SETTING_CHOICE:
        snprintf(why, size, "%s is one of %s.", setting->name, setting->choices);
        break;
    }
}
