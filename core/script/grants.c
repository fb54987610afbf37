#include "core/script/grants.h"

#include <cjson/cJSON.h>
#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/permission.h"
#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"
#include "core/script/content.h"

struct mr_grants {
    char *path;
    cJSON *records; /* {PATH: {"allowed": true, "needs": [...]}} */
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

static const cJSON *record_of(const struct mr_grants *grants, const char *path)
{
    const cJSON *record = cJSON_GetObjectItemCaseSensitive(grants->records, path);
    return cJSON_IsObject(record) ? record : NULL;
}

static const cJSON *list_of(const cJSON *record, const char *key)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(record, key);
    return cJSON_IsArray(list) ? list : NULL;
}

enum mr_grant mr_grants_find(struct mr_grants *grants, const char *path, const char *const *needs)
{
    refresh(grants);
    const cJSON *record = record_of(grants, path);
    const cJSON *list = list_of(record, "needs");
    if (!list) {
        return MR_GRANT_UNKNOWN;
    }
    for (; *needs; needs++) {
        if (!holds(list, *needs)) {
            return MR_GRANT_UNKNOWN;
        }
    }
    return mr_json_bool(record, "allowed", false) ? MR_GRANT_YES : MR_GRANT_NO;
}

bool mr_grants_is_revoked(const struct mr_grants *grants, const char *path, const char *permission)
{
    return holds(list_of(record_of(grants, path), "revoked"), permission);
}

bool mr_grants_is_installed(const struct mr_grants *grants, const char *path)
{
    return mr_json_string(record_of(grants, path), "content") != NULL;
}

bool mr_grants_changed(struct mr_grants *grants, const char *path)
{
    char now[MR_SHA512_HEX + 1];
    refresh(grants);
    const char *then = mr_json_string(record_of(grants, path), "content");
    return then && (mr_content_hash(path, now) < 0 || strcmp(then, now) != 0);
}

const cJSON *mr_grants_all(struct mr_grants *grants)
{
    refresh(grants);
    return grants->records;
}

/* Changes ------------------------------------------------------------------------------------ */

static int save(const struct mr_grants *grants)
{
    char *text = cJSON_Print(grants->records);
    if (!text) {
        return MR_ENOMEM;
    }
    int err = mr_file_save(grants->path, text, strlen(text));
    cJSON_free(text);
    return err;
}

static int make_folder(const struct mr_grants *grants)
{
    const char *slash = strrchr(grants->path, '/');
    char *folder = slash ? strndup(grants->path, (size_t)(slash - grants->path)) : NULL;
    int err = folder ? mr_file_make_folder(folder) : MR_OK;
    free(folder);
    return err;
}

/* One record in the place of another (NULL: of nothing), while no other client changes the file.
 * make gets the old record or NULL, and returns a new one. */
typedef cJSON *make_fn(const cJSON *old, const void *ctx);

static int replace(struct mr_grants *grants, const char *path, make_fn *make, const void *ctx)
{
    int err = make_folder(grants);
    int lock = err == MR_OK ? mr_file_lock(grants->path) : err;
    if (lock == MR_EBUSY) {
        return lock; /* an answer that is not kept is asked for again; one that is undone is not */
    }
    refresh(grants);
    cJSON *record = make(record_of(grants, path), ctx);
    err = record ? mr_json_set(grants->records, path, record) : MR_ENOMEM;
    if (err == MR_OK) {
        err = save(grants);
    }
    mr_file_unlock(lock);
    return err;
}

static cJSON *text_list(const char *const *texts)
{
    cJSON *list = cJSON_CreateArray();
    for (; list && *texts; texts++) {
        cJSON *item = cJSON_CreateString(*texts);
        if (!item || !cJSON_AddItemToArray(list, item)) {
            cJSON_Delete(item);
            cJSON_Delete(list);
            return NULL;
        }
    }
    return list;
}

struct answer {
    const char *const *needs;
    const char *content; /* what it is now; NULL when it cannot be read */
    enum mr_grant grant;
    bool installed;
};

static cJSON *new_record(const cJSON *old, const void *ctx)
{
    const struct answer *answer = ctx;
    const char *content = mr_json_string(old, "content");
    if (content || answer->installed) {
        content = answer->grant == MR_GRANT_YES && answer->content ? answer->content : content;
    }
    cJSON *record = cJSON_CreateObject();
    int err =
        record ? mr_json_set_bool(record, "allowed", answer->grant == MR_GRANT_YES) : MR_ENOMEM;
    if (err == MR_OK) {
        err = mr_json_set(record, "needs", text_list(answer->needs));
    }
    if (err == MR_OK && content) {
        err = mr_json_set_string(record, "content", content);
    }
    if (err < 0) {
        cJSON_Delete(record);
        return NULL;
    }
    return record;
}

int mr_grants_record(struct mr_grants *grants, const char *path, const char *const *needs,
                     enum mr_grant grant)
{
    char content[MR_SHA512_HEX + 1];
    const struct answer answer = {needs, mr_content_hash(path, content) == MR_OK ? content : NULL,
                                  grant, false};
    return replace(grants, path, new_record, &answer);
}

int mr_grants_installed(struct mr_grants *grants, const char *path, const char *const *needs)
{
    char content[MR_SHA512_HEX + 1];
    int err = mr_content_hash(path, content);
    const struct answer answer = {needs, content, MR_GRANT_YES, true};
    return err == MR_OK ? replace(grants, path, new_record, &answer) : err;
}

struct revocation {
    const char *const *needs;
    const char *permission;
    bool revoked;
};

static cJSON *with_revocation(const cJSON *old, const void *ctx)
{
    const struct revocation *change = ctx;
    const struct answer fresh = {change->needs, NULL, MR_GRANT_YES, false};
    cJSON *record = old ? cJSON_Duplicate(old, true) : new_record(NULL, &fresh);
    cJSON *list = cJSON_CreateArray();
    const cJSON *before = list_of(record, "revoked");
    for (const cJSON *item = before ? before->child : NULL; list && item; item = item->next) {
        const char *text = cJSON_GetStringValue(item);
        if (text && strcmp(text, change->permission) != 0) {
            (void)cJSON_AddItemToArray(list, cJSON_CreateString(text));
        }
    }
    if (list && change->revoked) {
        (void)cJSON_AddItemToArray(list, cJSON_CreateString(change->permission));
    }
    if (!record || !list || mr_json_set(record, "revoked", list) < 0) {
        cJSON_Delete(record);
        return NULL;
    }
    if (!list->child) {
        cJSON_DeleteItemFromObjectCaseSensitive(record, "revoked");
    }
    return record;
}

int mr_grants_revoke(struct mr_grants *grants, const char *path, const char *const *needs,
                     const char *permission, bool revoked)
{
    const struct revocation change = {needs, permission, revoked};
    return replace(grants, path, with_revocation, &change);
}

int mr_grants_forget(struct mr_grants *grants, const char *path)
{
    int lock = mr_file_lock(grants->path);
    if (lock == MR_EBUSY) {
        return lock;
    }
    refresh(grants);
    bool known = record_of(grants, path) != NULL;
    cJSON_DeleteItemFromObjectCaseSensitive(grants->records, path);
    int err = known ? save(grants) : MR_OK;
    mr_file_unlock(lock);
    return err;
}

/* The question ------------------------------------------------------------------------------- */

int mr_grants_question(const char *name, const char *path, const char *const *needs, bool changed,
                       struct mr_buf *out)
{
    int err = changed ? mr_buf_printf(out,
                                      "%s was changed outside /script since it was installed. "
                                      "As it is now, it wants to: ",
                                      name)
                      : mr_buf_printf(out, "%s wants to: ", name);
    if (err == MR_OK && !needs[0]) {
        err = mr_buf_append_str(out, "do nothing beyond showing you things");
    }
    for (size_t i = 0; err == MR_OK && needs[i]; i++) {
        err = i > 0 ? mr_buf_append_str(out, "; ") : MR_OK;
        if (err == MR_OK) {
            err = mr_permission_words(needs[i], out);
        }
    }
    return err == MR_OK ? mr_buf_printf(out, ". Its file is %s. Allow that?", path) : err;
}
