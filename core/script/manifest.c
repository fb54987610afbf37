#include "core/script/manifest.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/permission.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/script/version.h"

enum { CHOICES = 256, STRING_MAX = 1024, VALUE = 1100, FULL_NAME = 80 };

static bool listed(const char *const *list, const char *word)
{
    for (; *list; list++) {
        if (strcmp(*list, word) == 0) {
            return true;
        }
    }
    return false;
}

bool mr_manifest_name_valid(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= MR_MANIFEST_NAME && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

static int copy_text(const cJSON *value, const char *key, char *out, size_t size, char *why,
                     size_t why_size)
{
    const char *text = mr_json_string(value, key);
    if (!text) {
        return MR_OK;
    }
    if (strlen(text) >= size) {
        snprintf(why, why_size, "the manifest's %s is longer than %zu bytes", key, size - 1);
        return MR_EINVAL;
    }
    snprintf(out, size, "%s", text);
    return MR_OK;
}

static int add_need(struct mr_manifest *manifest, size_t *count, const char *need, char *why,
                    size_t why_size)
{
    char problem[200];
    if (!need || mr_permission_check(need, problem, sizeof problem) < 0) {
        snprintf(why, why_size, "needs: %s",
                 need ? problem : "there is no permission that is not a text");
        return MR_EINVAL;
    }
    if (listed((const char *const *)manifest->needs, need)) {
        return MR_OK;
    }
    if (*count == MR_MANIFEST_NEEDS) {
        snprintf(why, why_size, "needs has more than %d entries", MR_MANIFEST_NEEDS);
        return MR_ELIMIT;
    }
    manifest->needs[*count] = strdup(need);
    if (!manifest->needs[(*count)++]) {
        snprintf(why, why_size, "%s", mr_error_text(MR_ENOMEM));
        return MR_ENOMEM;
    }
    return MR_OK;
}

static int read_needs(const cJSON *value, struct mr_manifest *manifest, char *why, size_t why_size)
{
    size_t count = 0;
    int err = MR_OK;
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(value, "needs");
    if (!manifest->given) {
        const char *name;
        for (size_t i = 0; err == MR_OK && (name = mr_permission_row(i)); i++) {
            if (mr_permission_rule(name) == MR_PERMISSION_EVERY) {
                err = add_need(manifest, &count, name, why, why_size);
            }
        }
        return err;
    }
    if (list && !cJSON_IsArray(list) && list->child) {
        snprintf(why, why_size, "needs is a list of permissions");
        return MR_EINVAL;
    }
    for (const cJSON *item = list ? list->child : NULL; err == MR_OK && item; item = item->next) {
        err = add_need(manifest, &count, cJSON_GetStringValue(item), why, why_size);
    }
    return err;
}

int mr_manifest_read(const cJSON *value, const char *fallback_name, struct mr_manifest *out,
                     char *why, size_t why_size)
{
    *out = (struct mr_manifest){.given = cJSON_IsObject(value)};
    if (strlen(fallback_name) <= MR_MANIFEST_NAME) {
        snprintf(out->name, sizeof out->name, "%s", fallback_name);
    }
    int err = copy_text(value, "name", out->name, sizeof out->name, why, why_size);
    if (err == MR_OK) {
        err = copy_text(value, "version", out->version, sizeof out->version, why, why_size);
    }
    if (err == MR_OK) {
        err = copy_text(value, "help", out->help, sizeof out->help, why, why_size);
    }
    if (err == MR_OK && out->version[0] && !mr_version_valid(out->version)) {
        snprintf(why, why_size, "the manifest's version is like 1.2.3, or 1.2.3-beta, not '%s'",
                 out->version);
        err = MR_EINVAL;
    }
    if (err == MR_OK && !mr_manifest_name_valid(out->name)) {
        snprintf(why, why_size,
                 "a script's name has 1 to %d of a-z 0-9 - _ and begins with a letter",
                 MR_MANIFEST_NAME);
        err = MR_EINVAL;
    }
    if (err == MR_OK) {
        err = read_needs(value, out, why, why_size);
    }
    const cJSON *settings = cJSON_GetObjectItemCaseSensitive(value, "settings");
    if (err == MR_OK && cJSON_IsObject(settings)) {
        out->settings = cJSON_Duplicate(settings, true);
        err = out->settings ? MR_OK : MR_ENOMEM;
    }
    if (err < 0) {
        mr_manifest_free(out);
    }
    return err;
}

void mr_manifest_free(struct mr_manifest *manifest)
{
    for (size_t i = 0; manifest->needs[i]; i++) {
        free(manifest->needs[i]);
    }
    cJSON_Delete(manifest->settings);
    *manifest = (struct mr_manifest){0};
}

bool mr_manifest_is_modest(const struct mr_manifest *manifest)
{
    for (size_t i = 0; manifest->needs[i]; i++) {
        if (mr_permission_rule(manifest->needs[i]) != MR_PERMISSION_EVERY) {
            return false;
        }
    }
    return true;
}

/* {"a", "b"} as "a|b". */
static int join_choices(const cJSON *list, char *out, size_t size)
{
    size_t len = 0;
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
        const char *text = cJSON_GetStringValue(item);
        int put = text && !strchr(text, '|')
                      ? snprintf(out + len, size - len, "%s%s", len > 0 ? "|" : "", text)
                      : -1;
        if (put < 0 || (size_t)put >= size - len) {
            return MR_EINVAL;
        }
        len += (size_t)put;
    }
    return len > 0 ? MR_OK : MR_EINVAL;
}

static int type_of(const cJSON *row, enum mr_setting_type *out)
{
    static const struct {
        const char *name;
        enum mr_setting_type type;
    } types[] = {{"string", MR_SETTING_STRING}, {"integer", MR_SETTING_INT},
                 {"int", MR_SETTING_INT},       {"boolean", MR_SETTING_BOOL},
                 {"bool", MR_SETTING_BOOL},     {"choice", MR_SETTING_CHOICE}};
    const char *name = mr_json_string(row, "type");
    for (size_t i = 0; name && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(name, types[i].name) == 0) {
            *out = types[i].type;
            return MR_OK;
        }
    }
    return MR_EINVAL;
}

/* The default as it would be typed. */
static int typed_default(const cJSON *value, enum mr_setting_type type, char *out, size_t size)
{
    int64_t number = 0;
    int len = -1;
    if (!value) {
        len = snprintf(out, size, "%s",
                       type == MR_SETTING_BOOL  ? "off"
                       : type == MR_SETTING_INT ? "0"
                                                : "");
    } else if (type == MR_SETTING_BOOL && cJSON_IsBool(value)) {
        len = snprintf(out, size, "%s", cJSON_IsTrue(value) ? "on" : "off");
    } else if (type == MR_SETTING_INT && mr_json_is_int(value, &number)) {
        len = snprintf(out, size, "%lld", (long long)number);
    } else if ((type == MR_SETTING_STRING || type == MR_SETTING_CHOICE) && cJSON_IsString(value)) {
        len = snprintf(out, size, "%s", value->valuestring);
    }
    return len >= 0 && (size_t)len < size ? MR_OK : MR_EINVAL;
}

/* A row of the manifest in the form in which it is declared, with room for its texts. */
struct setting_row {
    struct mr_setting setting;
    char name[FULL_NAME];
    char choices[CHOICES];
    char fallback[VALUE];
};

static int read_setting(const struct mr_manifest *manifest, const cJSON *row,
                        struct setting_row *out)
{
    enum mr_setting_type type;
    const char *help = mr_json_string(row, "help");
    if (!mr_manifest_name_valid(row->string) || type_of(row, &type) < 0 ||
        typed_default(cJSON_GetObjectItemCaseSensitive(row, "default"), type, out->fallback,
                      sizeof out->fallback) < 0) {
        return MR_EINVAL;
    }
    if (type == MR_SETTING_CHOICE && join_choices(cJSON_GetObjectItemCaseSensitive(row, "choices"),
                                                  out->choices, sizeof out->choices) < 0) {
        return MR_EINVAL;
    }
    snprintf(out->name, sizeof out->name, "%s.%s", manifest->name, row->string);
    out->setting = (struct mr_setting){
        .name = out->name,
        .type = type,
        .fallback = out->fallback,
        .min = mr_json_int(row, "min", type == MR_SETTING_INT ? -1000000000000LL : 0),
        .max = mr_json_int(row, "max", type == MR_SETTING_INT ? 1000000000000LL : STRING_MAX),
        .choices = type == MR_SETTING_CHOICE ? out->choices : NULL,
        .unit = "",
        .help = help ? help : "",
    };
    return mr_settings_check(&out->setting);
}

static int each_setting(const struct mr_manifest *manifest, struct mr_settings *settings,
                        const void *owner, char *why, size_t why_size)
{
    int count = 0;
    struct setting_row read;
    const cJSON *rows = manifest->settings;
    for (const cJSON *row = rows ? rows->child : NULL; row; row = row->next) {
        int err = ++count > MR_MANIFEST_SETTINGS ? MR_ELIMIT : read_setting(manifest, row, &read);
        if (err == MR_OK && settings) {
            err = mr_settings_declare(settings, &read.setting, owner);
        }
        if (err < 0) {
            snprintf(why, why_size,
                     "the setting '%.40s' is not declared right: {type = \"string\", \"integer\", "
                     "\"boolean\" or \"choice\", default =, help =, min =, max =, choices =}",
                     row->string);
            return err;
        }
    }
    return MR_OK;
}

int mr_manifest_check(const struct mr_manifest *manifest, char *why, size_t why_size)
{
    return each_setting(manifest, NULL, NULL, why, why_size);
}

int mr_manifest_declare(const struct mr_manifest *manifest, struct mr_settings *settings,
                        const void *owner, char *why, size_t why_size)
{
    return each_setting(manifest, settings, owner, why, why_size);
}

cJSON *mr_manifest_setting(const struct mr_manifest *manifest, const struct mr_settings *settings,
                           const char *name)
{
    struct setting_row read;
    size_t len = strlen(manifest->name);
    bool whole = strncmp(name, manifest->name, len) == 0 && name[len] == '.';
    const cJSON *row =
        cJSON_GetObjectItemCaseSensitive(manifest->settings, whole ? name + len + 1 : name);
    return row && read_setting(manifest, row, &read) == MR_OK
               ? mr_settings_peek(settings, &read.setting)
               : NULL;
}
