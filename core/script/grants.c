#include "core/script/grants.h"

#include <cjson/cJSON.h>
#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"

struct mr_grants {
    char *path;
    cJSON *records; /* {PATH: {"allowed": true, "needs": [...]}} */
};

static const struct {
    const char *need;
    const char *words;
} plain[] = {
    {"send", "speak in the room as you"},
    {"whisper", "whisper to others as you"},
    {"read:whisper", "read your whispers and notes"},
    {"read", "keep from you, or change, what is said in the room"},
    {"filter:outgoing", "see, change and keep back what you say and whisper"},
    {"filter:input", "see and change every line that you type, commands and whispers included"},
    {"filter:display", "change how lines are shown to you, and hide some"},
    {"notify", "notify you, and decide when you are notified"},
    {"bind", "take keys that you press"},
    {"raw", "send anything to the room as you, unchecked"},
    {"account", "change your password and delete your account"},
    {"shop", "spend your coins"},
    {"admin", "throw others out, where you may"},
    {"mine", "mine"},
    {"store", "keep data of its own on this machine"},
    {"client", "steer moonroom: connect, change settings, load scripts"},
};

/* NULL if there are none, with an error or the reason. */
static cJSON *read_records(const char *path, int *err, const char **why)
{
    struct mr_buf text;
    *why = "it is no list of scripts";
    mr_buf_init(&text, MR_LIMIT_SETTINGS_FILE);
    *err = mr_file_load(path, &text);
    cJSON *records =
        *err == MR_OK ? mr_json_parse(mr_buf_str(&text), mr_buf_len(&text), why) : NULL;
    mr_buf_free(&text);
    if (cJSON_IsObject(records)) {
        return records;
    }
    cJSON_Delete(records);
    return NULL;
}

static cJSON *load(const char *path, struct mr_log *log)
{
    const char *why;
    int err;
    cJSON *records = read_records(path, &err, &why);
    if (!records && err != MR_ENOTFOUND) {
        mr_log_write(log, MR_LOG_WARN, "%s cannot be read (%s); scripts will ask again", path,
                     err < 0 ? mr_error_text(err) : why);
    }
    return records ? records : cJSON_CreateObject();
}

/* Another moonroom may have saved meanwhile, and what it took back must not come again. */
static void refresh(struct mr_grants *grants)
{
    const char *why;
    int err;
    cJSON *newest = read_records(grants->path, &err, &why);
    if (newest) {
        cJSON_Delete(grants->records);
        grants->records = newest;
    }
}

int mr_grants_new(const char *path, struct mr_log *log, struct mr_grants **out)
{
    struct mr_grants *grants = calloc(1, sizeof *grants);
    *out = NULL;
    if (!grants) {
        return MR_ENOMEM;
    }
    grants->path = strdup(path);
    grants->records = grants->path ? load(path, log) : NULL;
    if (!grants->records) {
        mr_grants_free(grants);
        return MR_ENOMEM;
    }
    *out = grants;
    return MR_OK;
}

void mr_grants_free(struct mr_grants *grants)
{
    if (!grants) {
        return;
    }
    cJSON_Delete(grants->records);
    free(grants->path);
    free(grants);
}

static bool holds(const cJSON *list, const char *need)
{
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
        const char *text = cJSON_GetStringValue(item);
        if (text && strcmp(text, need) == 0) {
            return true;
        }
    }
    return false;
}

enum mr_grant mr_grants_find(const struct mr_grants *grants, const char *path,
                             const char *const *needs)
{
    const cJSON *record = cJSON_GetObjectItemCaseSensitive(grants->records, path);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(record, "needs");
    if (!cJSON_IsObject(record) || !cJSON_IsArray(list)) {
        return MR_GRANT_UNKNOWN;
    }
    for (; *needs; needs++) {
        if (!holds(list, *needs)) {
            return MR_GRANT_UNKNOWN;
        }
    }
    return mr_json_bool(record, "allowed", false) ? MR_GRANT_YES : MR_GRANT_NO;
}

static int save(const struct mr_grants *grants)
{
    char *text = cJSON_Print(grants->records);
    if (!text) {
        return MR_ENOMEM;
    }
    char *slash = strrchr(grants->path, '/');
    char *folder = slash ? strndup(grants->path, (size_t)(slash - grants->path)) : NULL;
    int err = folder ? mr_file_make_folder(folder) : MR_OK;
    if (err == MR_OK) {
        err = mr_file_save(grants->path, text, strlen(text));
    }
    free(folder);
    cJSON_free(text);
    return err;
}

int mr_grants_record(struct mr_grants *grants, const char *path, const char *const *needs,
                     enum mr_grant grant)
{
    cJSON *record = cJSON_CreateObject();
    cJSON *list = cJSON_CreateArray();
    int err =
        record && list ? mr_json_set_bool(record, "allowed", grant == MR_GRANT_YES) : MR_ENOMEM;
    for (; err == MR_OK && *needs; needs++) {
        cJSON *need = cJSON_CreateString(*needs);
        err = need && cJSON_AddItemToArray(list, need) ? MR_OK : MR_ENOMEM;
    }
    if (err < 0) {
        cJSON_Delete(list);
        cJSON_Delete(record);
        return err;
    }
    err = mr_json_set(record, "needs", list);
    if (err < 0) {
        cJSON_Delete(record);
        return err;
    }
    int lock = mr_file_lock(grants->path);
    refresh(grants);
    err = mr_json_set(grants->records, path, record);
    if (err == MR_OK) {
        err = save(grants);
    }
    mr_file_unlock(lock);
    return err;
}

static const char *words_for(const char *need)
{
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (strcmp(plain[i].need, need) == 0) {
            return plain[i].words;
        }
    }
    return need;
}

int mr_grants_question(const char *name, const char *path, const char *const *needs,
                       struct mr_buf *out)
{
    int err = mr_buf_printf(out, "The script %s (%s) wants to ", name, path);
    for (size_t i = 0; err == MR_OK && needs[i]; i++) {
        const char *joint = i == 0 ? "" : needs[i + 1] ? "; " : "; and ";
        err = mr_buf_printf(out, "%s%s", joint, words_for(needs[i]));
    }
    return err == MR_OK ? mr_buf_append_str(out, ". Allow that?") : err;
}
