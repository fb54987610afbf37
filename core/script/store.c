#include "core/script/store.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"
#include "core/runtime/paths.h"

/* Every key counts this much besides: a million of empty ones would be slow to look through. */
enum { SAVE_AFTER_MS = 500, KEY_MAX = 256, KEY_COST = 64 };

struct mr_store {
    struct mr_loop *loop;
    struct mr_log *log;
    char *folder, *path;
    cJSON *values;
    size_t size; /* bytes of all keys and values as text, and what keys cost */
    struct mr_timer *timer;
};

static size_t size_of(const char *key, const cJSON *value)
{
    char *text = mr_json_print(value);
    size_t len = text ? strlen(text) : 0;
    cJSON_free(text);
    return strlen(key) + len + KEY_COST;
}

static int load(struct mr_store *store)
{
    struct mr_buf text;
    const char *why = "";
    mr_buf_init(&text, (size_t)MR_LIMIT_SCRIPT_STORE * 2);
    int err = mr_file_load(store->path, &text);
    if (err == MR_OK) {
        store->values = mr_json_parse(mr_buf_str(&text), mr_buf_len(&text), &why);
        err = cJSON_IsObject(store->values) ? MR_OK : MR_EINVAL;
    } else if (err == MR_ENOTFOUND) {
        store->values = cJSON_CreateObject();
        err = store->values ? MR_OK : MR_ENOMEM;
    }
    mr_buf_free(&text);
    for (const cJSON *item = err == MR_OK ? store->values->child : NULL; item; item = item->next) {
        store->size += size_of(item->string, item);
    }
    return err;
}

static void release(struct mr_store *store)
{
    mr_timer_stop(&store->timer);
    cJSON_Delete(store->values);
    free(store->folder);
    free(store->path);
    free(store);
}

int mr_store_open(struct mr_loop *loop, struct mr_log *log, const char *folder, const char *name,
                  struct mr_store **out)
{
    struct mr_store *store = calloc(1, sizeof *store);
    *out = NULL;
    if (!store) {
        return MR_ENOMEM;
    }
    store->loop = loop;
    store->log = log;
    store->folder = strdup(folder);
    if (asprintf(&store->path, "%s/%s.json", folder, name) < 0) {
        store->path = NULL;
    }
    int err = store->folder && store->path ? load(store) : MR_ENOMEM;
    if (err < 0) {
        release(store);
        return err;
    }
    *out = store;
    return MR_OK;
}

static void save(void *ctx)
{
    struct mr_store *store = ctx;
    mr_timer_stop(&store->timer);
    char *text = mr_json_print(store->values);
    int err = text ? mr_file_make_folder(store->folder) : MR_ENOMEM;
    if (err == MR_OK) {
        err = mr_file_save(store->path, text, strlen(text));
    }
    cJSON_free(text);
    if (err < 0) {
        mr_log_write(store->log, MR_LOG_ERROR, "%s could not be saved: %s", store->path,
                     mr_error_text(err));
    }
}

void mr_store_close(struct mr_store **store_at)
{
    struct mr_store *store = *store_at;
    if (!store) {
        return;
    }
    *store_at = NULL;
    if (store->timer) {
        save(store);
    }
    release(store);
}

const cJSON *mr_store_get(const struct mr_store *store, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(store->values, key);
}

int mr_store_set(struct mr_store *store, const char *key, const cJSON *value)
{
    const cJSON *old = mr_store_get(store, key);
    size_t before = old ? size_of(key, old) : 0;
    size_t after = value ? size_of(key, value) : 0;
    if (strlen(key) > KEY_MAX ||
        (after > before && store->size - before + after > MR_LIMIT_SCRIPT_STORE)) {
        return MR_ELIMIT;
    }
    if (!value) {
        cJSON_DeleteItemFromObjectCaseSensitive(store->values, key);
    } else {
        cJSON *copy = cJSON_Duplicate(value, true);
        int err = copy ? mr_json_set(store->values, key, copy) : MR_ENOMEM;
        if (err < 0) {
            return err;
        }
    }
    store->size = store->size - before + after;
    if (!store->timer) {
        return mr_timer_start(store->loop, SAVE_AFTER_MS, 0, save, store, &store->timer);
    }
    return MR_OK;
}

cJSON *mr_store_keys(const struct mr_store *store)
{
    cJSON *keys = cJSON_CreateArray();
    for (const cJSON *item = store->values->child; keys && item; item = item->next) {
        cJSON *key = cJSON_CreateString(item->string);
        if (!key || !cJSON_AddItemToArray(keys, key)) {
            cJSON_Delete(key);
            cJSON_Delete(keys);
            return NULL;
        }
    }
    return keys;
}
