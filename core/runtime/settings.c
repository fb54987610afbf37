#include "core/runtime/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/runtime/json.h"
#include "core/runtime/settings_file.h"
#include "core/runtime/settings_value.h"

enum { MAX_NAME = 96, MAX_ROWS = 2048 };

struct row {
    struct mr_setting setting; /* its strings are copies */
    const void *owner;         /* NULL: the core's own */
    char *text;                /* the value as typed, for BOOL "on" or "off" */
    int64_t number;            /* of BOOL and INT */
};

struct mr_settings {
    struct mr_settings_file file;
    struct mr_hooks *hooks;
    struct row **rows; /* in order of name */
    size_t count, capacity;
};

static const struct mr_setting core_rows[] = {
#define MR_SETTING_ROW(name_, type_, fallback_, min_, max_, choices_, unit_, help_)                \
    {.name = name_,                                                                                \
     .type = MR_SETTING_##type_,                                                                   \
     .fallback = fallback_,                                                                        \
     .min = min_,                                                                                  \
     .max = max_,                                                                                  \
     .choices = choices_,                                                                          \
     .unit = unit_,                                                                                \
     .help = help_},
#include "core/runtime/settings.def"
#undef MR_SETTING_ROW
};

/* Values */

static int store_value(struct row *row, const char *value)
{
    int64_t number;
    int err = mr_setting_parse(&row->setting, value, &number);
    if (err != MR_OK)
        return MR_EINVAL;
    if (row->setting.type == MR_SETTING_BOOL)
        value = number ? "on" : "off";
    char *copy = strdup(value);
    if (!copy)
        return MR_ENOMEM;
    free(row->text);
    row->text = copy;
    row->number = number;
    return MR_OK;
}

static cJSON *value_json(const struct row *row)
{
    if (row->setting.type == MR_SETTING_BOOL)
        return cJSON_CreateBool(row->number != 0);
    if (row->setting.type == MR_SETTING_INT)
        return cJSON_CreateNumber((double)row->number);
    return cJSON_CreateString(row->text);
}

/* The value of the file, in the form that is typed; false if it is of another type. */
static bool json_text(enum mr_setting_type type, const cJSON *value, char *out, size_t size)
{
    int64_t number;
    int len = -1;
    if (type == MR_SETTING_BOOL && cJSON_IsBool(value))
        len = snprintf(out, size, "%s", cJSON_IsTrue(value) ? "on" : "off");
    else if (type == MR_SETTING_INT && mr_json_is_int(value, &number))
        len = snprintf(out, size, "%lld", (long long)number);
    else if ((type == MR_SETTING_STRING || type == MR_SETTING_CHOICE) && cJSON_IsString(value))
        len = snprintf(out, size, "%s", value->valuestring);
    return len >= 0 && (size_t)len < size;
}

static void take_from_file(const struct mr_settings *settings, struct row *row)
{
    char text[MR_SETTING_TEXT + 1];
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(settings->file.values, row->setting.name);
    if (!value)
        return;
    if (!json_text(row->setting.type, value, text, sizeof(text)) || store_value(row, text) != MR_OK)
        mr_log_write(settings->file.log, MR_LOG_WARN,
                     "settings: the value of %s does not fit, its default %s is used",
                     row->setting.name, row->setting.fallback);
}

/* Rows */

static size_t find_place(const struct mr_settings *settings, const char *name, bool *found)
{
    size_t low = 0, high = settings->count;
    *found = false;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(settings->rows[middle]->setting.name, name);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct row *find_row(const struct mr_settings *settings, const char *name)
{
    bool found;
    size_t at = find_place(settings, name, &found);
    return found ? settings->rows[at] : NULL;
}

static void free_row(struct row *row)
{
    if (!row)
        return;
    free((char *)(uintptr_t)row->setting.name);
    free((char *)(uintptr_t)row->setting.fallback);
    free((char *)(uintptr_t)row->setting.choices);
    free((char *)(uintptr_t)row->setting.unit);
    free((char *)(uintptr_t)row->setting.help);
    free(row->text);
    free(row);
}

static struct row *copy_row(const struct mr_setting *setting, const void *owner)
{
    struct row *row = calloc(1, sizeof(*row));
    if (!row)
        return NULL;
    row->setting = *setting;
    row->owner = owner;
    row->setting.name = strdup(setting->name);
    row->setting.fallback = strdup(setting->fallback);
    row->setting.choices = setting->choices ? strdup(setting->choices) : NULL;
    row->setting.unit = strdup(setting->unit ? setting->unit : "");
    row->setting.help = strdup(setting->help ? setting->help : "");
    if (!row->setting.name || !row->setting.fallback || !row->setting.unit || !row->setting.help ||
        (setting->choices && !row->setting.choices) ||
        store_value(row, setting->fallback) != MR_OK) {
        free_row(row);
        return NULL;
    }
    return row;
}

static int make_place(struct mr_settings *settings, size_t at)
{
    if (settings->count == MAX_ROWS)
        return MR_ELIMIT;
    if (settings->count == settings->capacity) {
        size_t capacity = settings->capacity ? settings->capacity * 2 : 64;
        struct row **rows = reallocarray(settings->rows, capacity, sizeof(struct row *));
        if (!rows)
            return MR_ENOMEM;
        settings->rows = rows;
        settings->capacity = capacity;
    }
    memmove(settings->rows + at + 1, settings->rows + at,
            (settings->count - at) * sizeof(struct row *));
    settings->count++;
    return MR_OK;
}

int mr_settings_check(const struct mr_setting *setting)
{
    int64_t number;
    if (!setting->name || !*setting->name || strlen(setting->name) > MAX_NAME ||
        !setting->fallback || mr_setting_parse(setting, setting->fallback, &number) != MR_OK)
        return MR_EINVAL;
    return MR_OK;
}

cJSON *mr_settings_peek(const struct mr_settings *settings, const struct mr_setting *setting)
{
    struct row *row = copy_row(setting, NULL);
    if (!row)
        return NULL;
    take_from_file(settings, row);
    cJSON *value = value_json(row);
    free_row(row);
    return value;
}

int mr_settings_declare(struct mr_settings *settings, const struct mr_setting *setting,
                        const void *owner)
{
    if (mr_settings_check(setting) < 0)
        return MR_EINVAL;
    bool found;
    size_t at = find_place(settings, setting->name, &found);
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what was found is in a row. */
    if (found && settings->rows[at]->owner != owner)
        return MR_EEXISTS;
    struct row *row = copy_row(setting, owner);
    if (!row)
        return MR_ENOMEM;
    if (found) {
        free_row(settings->rows[at]);
    } else {
        int err = make_place(settings, at);
        if (err != MR_OK) {
            free_row(row);
            return err;
        }
    }
    settings->rows[at] = row;
    take_from_file(settings, row);
    return MR_OK;
}

void mr_settings_undeclare(struct mr_settings *settings, const void *owner)
{
    size_t kept = 0;
    for (size_t i = 0; i < settings->count; i++) {
        if (settings->rows[i]->owner == owner)
            free_row(settings->rows[i]);
        else
            settings->rows[kept++] = settings->rows[i];
    }
    settings->count = kept;
}

bool mr_settings_has(const struct mr_settings *settings, const char *name)
{
    return find_row(settings, name) != NULL;
}

bool mr_settings_is_core(const struct mr_settings *settings, const char *name)
{
    const struct row *row = find_row(settings, name);
    return row && !row->owner;
}

/* All of it */

/* Nobody knows yet which scripts will declare settings, so a key is called unknown only where the
 * core itself has the names: without a dot, or behind one of the core's own prefixes. */
static bool looks_like_ours(const char *name)
{
    size_t prefix = strcspn(name, ".");
    if (name[prefix] == '\0')
        return true;
    for (size_t i = 0; i < sizeof(core_rows) / sizeof(core_rows[0]); i++)
        if (strncmp(core_rows[i].name, name, prefix + 1) == 0)
            return true;
    return false;
}

static void report_unknown(const struct mr_settings *settings)
{
    const cJSON *value;
    cJSON_ArrayForEach(value, settings->file.values)
    {
        if (looks_like_ours(value->string) && !find_row(settings, value->string))
            mr_log_write(settings->file.log, MR_LOG_WARN,
                         "settings: %s is not a setting of this version, it is kept as it is",
                         value->string);
    }
}

int mr_settings_new(const char *path, struct mr_hooks *hooks, struct mr_log *log,
                    struct mr_settings **out)
{
    *out = NULL;
    struct mr_settings *settings = calloc(1, sizeof(*settings));
    if (!settings)
        return MR_ENOMEM;
    settings->hooks = hooks;
    int err = mr_settings_file_open(&settings->file, path, log);
    for (size_t i = 0; err == MR_OK && i < sizeof(core_rows) / sizeof(core_rows[0]); i++)
        err = mr_settings_declare(settings, &core_rows[i], NULL);
    if (err != MR_OK) {
        mr_settings_free(settings);
        return err;
    }
    report_unknown(settings);
    *out = settings;
    return MR_OK;
}

void mr_settings_free(struct mr_settings *settings)
{
    if (!settings)
        return;
    for (size_t i = 0; i < settings->count; i++)
        free_row(settings->rows[i]);
    free(settings->rows);
    mr_settings_file_close(&settings->file);
    free(settings);
}

static const struct row *read_row(const struct mr_settings *settings, const char *name)
{
    const struct row *row = find_row(settings, name);
    if (!row)
        mr_log_write(settings->file.log, MR_LOG_ERROR, "settings: %s was read and does not exist",
                     name);
    return row;
}

bool mr_settings_bool(const struct mr_settings *settings, const char *name)
{
    const struct row *row = read_row(settings, name);
    return row && row->number != 0;
}

int64_t mr_settings_int(const struct mr_settings *settings, const char *name)
{
    const struct row *row = read_row(settings, name);
    return row ? row->number : 0;
}

const char *mr_settings_string(const struct mr_settings *settings, const char *name)
{
    const struct row *row = read_row(settings, name);
    return row ? row->text : "";
}

int mr_settings_set(struct mr_settings *settings, const char *name, const char *value, char *why,
                    size_t why_size)
{
    struct row *row = find_row(settings, name);
    if (!row) {
        snprintf(why, why_size, "There is no setting called %s.", name);
        return MR_ENOTFOUND;
    }
    int err = store_value(row, value);
    if (err == MR_EINVAL)
        mr_setting_explain(&row->setting, why, why_size);
    else if (err != MR_OK)
        snprintf(why, why_size, "There is no memory left.");
    if (err != MR_OK)
        return err;
    int lock = mr_settings_file_begin(&settings->file);
    err = mr_json_set(settings->file.values, row->setting.name, value_json(row));
    mr_settings_file_end(&settings->file, lock, err);
    cJSON *data = cJSON_CreateObject();
    if (settings->hooks && data && mr_json_set_string(data, "name", row->setting.name) == MR_OK)
        mr_hooks_emit(settings->hooks, MR_EVENT_SETTING, data);
    else
        cJSON_Delete(data);
    return MR_OK;
}

static const char *type_name(enum mr_setting_type type)
{
    switch (type) {
    case MR_SETTING_BOOL:
        return "boolean";
    case MR_SETTING_INT:
        return "integer";
    case MR_SETTING_STRING:
        return "string";
    case MR_SETTING_CHOICE:
        return "choice";
    }
    return "";
}

static cJSON *row_json(const struct row *row)
{
    cJSON *json = cJSON_CreateObject();
    int err = mr_json_set_string(json, "name", row->setting.name);
    if (err == MR_OK)
        err = mr_json_set_string(json, "type", type_name(row->setting.type));
    if (err == MR_OK)
        err = mr_json_set(json, "value", value_json(row));
    if (err == MR_OK)
        err = mr_json_set_string(json, "default", row->setting.fallback);
    if (err == MR_OK)
        err = mr_json_set_string(json, "unit", row->setting.unit);
    if (err == MR_OK)
        err = mr_json_set_string(json, "help", row->setting.help);
    if (err == MR_OK)
        err = mr_json_set_string(json, "choices", row->setting.choices ? row->setting.choices : "");
    if (err == MR_OK)
        return json;
    cJSON_Delete(json);
    return NULL;
}

cJSON *mr_settings_list(const struct mr_settings *settings)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; list && i < settings->count; i++) {
        cJSON *row = row_json(settings->rows[i]);
        if (!row || !cJSON_AddItemToArray(list, row)) {
            cJSON_Delete(row);
            cJSON_Delete(list);
            return NULL;
        }
    }
    return list;
}

static bool is_of(const char *name, const char *owner)
{
    size_t len = strlen(owner);
    return strncmp(name, owner, len) == 0 && name[len] == '.';
}

bool mr_settings_keeps(const struct mr_settings *settings, const char *owner)
{
    const cJSON *value;
    cJSON_ArrayForEach(value, settings->file.values)
    {
        if (is_of(value->string, owner) && !mr_settings_is_core(settings, value->string))
            return true;
    }
    return false;
}

void mr_settings_forget(struct mr_settings *settings, const char *owner)
{
    if (!settings->file.path)
        return;
    int lock = mr_settings_file_begin(&settings->file);
    for (cJSON *value = settings->file.values->child; value;) {
        cJSON *next = value->next;
        if (is_of(value->string, owner) && !mr_settings_is_core(settings, value->string))
            cJSON_Delete(cJSON_DetachItemViaPointer(settings->file.values, value));
        value = next;
    }
    mr_settings_file_end(&settings->file, lock, MR_OK);
}
