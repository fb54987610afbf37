#include "core/runtime/settings_file.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"

static cJSON *load(struct mr_settings_file *file)
{
    struct mr_buf text;
    const char *why = NULL;
    file->broken = false;
    if (!file->path)
        return NULL;
    mr_buf_init(&text, MR_LIMIT_SETTINGS_FILE);
    int err = mr_file_load(file->path, &text);
    cJSON *values = NULL;
    if (err == MR_OK)
        values = mr_json_parse(mr_buf_str(&text), mr_buf_len(&text), &why);
    mr_buf_free(&text);
    if (values && !cJSON_IsObject(values)) {
        cJSON_Delete(values);
        values = NULL;
        why = "it is no JSON object";
    }
    file->broken = err != MR_ENOTFOUND && !values;
    if (file->broken)
        mr_log_write(file->log, MR_LOG_ERROR, "settings: %s cannot be read: %s", file->path,
                     why ? why : mr_error_text(err));
    return values;
}

static int save(const struct mr_settings_file *file)
{
    char *copy = strdup(file->path);
    if (!copy)
        return MR_ENOMEM;
    int err = mr_file_make_folder(dirname(copy));
    free(copy);
    if (err != MR_OK)
        return err;
    if (file->broken) {
        char *aside = NULL;
        if (asprintf(&aside, "%s.broken", file->path) < 0)
            return MR_ENOMEM;
        rename(file->path, aside);
        free(aside);
    }
    char *text = cJSON_Print(file->values);
    if (!text)
        return MR_ENOMEM;
    err = mr_file_save(file->path, text, strlen(text));
    cJSON_free(text);
    return err;
}

int mr_settings_file_open(struct mr_settings_file *file, const char *path, struct mr_log *log)
{
    *file = (struct mr_settings_file){.log = log};
    if (path && !(file->path = strdup(path)))
        return MR_ENOMEM;
    file->values = load(file);
    if (!file->values)
        file->values = cJSON_CreateObject();
    return file->values ? MR_OK : MR_ENOMEM;
}

void mr_settings_file_close(struct mr_settings_file *file)
{
    cJSON_Delete(file->values);
    free(file->path);
}

int mr_settings_file_begin(struct mr_settings_file *file)
{
    if (!file->path)
        return MR_OK;
    int lock = mr_file_lock(file->path);
    cJSON *newest = load(file);
    if (newest) {
        cJSON_Delete(file->values);
        file->values = newest;
    }
    return lock;
}

void mr_settings_file_end(struct mr_settings_file *file, int lock, int err)
{
    if (!file->path)
        return;
    if (err == MR_OK)
        err = save(file);
    mr_file_unlock(lock);
    if (err == MR_OK)
        file->broken = false;
    else
        mr_log_write(file->log, MR_LOG_ERROR, "settings: %s cannot be saved: %s", file->path,
                     mr_error_text(err));
}
