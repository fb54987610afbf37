#include "core/session/logins.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <moonroom/errors.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/secret.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"

/* Overwrites the strings before they are freed: among them are secrets. */
static void delete_secret(cJSON *value)
{
    cJSON *child;
    cJSON_ArrayForEach(child, value)
    {
        for (cJSON *login = child->child; login; login = login->next)
            for (cJSON *hash = login->child; hash; hash = hash->next)
                if (cJSON_IsString(hash))
                    mr_wipe(hash->valuestring, strlen(hash->valuestring));
    }
    cJSON_Delete(value);
}

/* An empty object if there is no file yet. */
static int load(const char *path, cJSON **out)
{
    struct mr_buf text;
    const char *why;
    *out = NULL;
    mr_buf_init(&text, MR_LIMIT_SETTINGS_FILE);
    int err = mr_file_load(path, &text);
    if (err == MR_OK)
        *out = mr_json_parse(mr_buf_str(&text), mr_buf_len(&text), &why);
    else if (err == MR_ENOTFOUND)
        *out = cJSON_CreateObject();
    mr_buf_wipe(&text);
    if (err != MR_OK && err != MR_ENOTFOUND)
        return err;
    if (cJSON_IsObject(*out))
        return MR_OK;
    delete_secret(*out);
    *out = NULL;
    return err == MR_OK ? MR_EIO : MR_ENOMEM;
}

static int make_folder(const char *path)
{
    char *folder = strdup(path);
    int err = folder ? mr_file_make_folder(dirname(folder)) : MR_ENOMEM;
    free(folder);
    return err;
}

static int save(const char *path, const cJSON *all)
{
    char *text = cJSON_Print(all);
    int err = text ? MR_OK : MR_ENOMEM;
    if (err == MR_OK)
        err = mr_file_save(path, text, strlen(text));
    if (text)
        mr_wipe(text, strlen(text));
    cJSON_free(text);
    return err;
}

static cJSON *member(cJSON *object, const char *key)
{
    cJSON *found = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsObject(found) ? found : NULL;
}

/* The object of that key, made if it is missing or none. */
static cJSON *make_member(cJSON *object, const char *key)
{
    cJSON *found = member(object, key);
    if (found || mr_json_set(object, key, cJSON_CreateObject()) != MR_OK)
        return found;
    return member(object, key);
}

int mr_logins_last(const char *path, const char *room, char *name, size_t name_size, bool *has_hash)
{
    cJSON *all;
    int err = load(path, &all);
    if (err != MR_OK)
        return err;
    cJSON *entry = member(all, room);
    const char *last = mr_json_string(entry, "last");
    if (last && mr_name_valid(last, strlen(last)) && strlen(last) < name_size) {
        const char *hash = mr_json_string(member(entry, "logins"), last);
        snprintf(name, name_size, "%s", last);
        *has_hash = hash && *hash;
    } else {
        err = MR_ENOTFOUND;
    }
    delete_secret(all);
    return err;
}

int mr_logins_hash(const char *path, const char *room, const char *name, char *hash,
                   size_t hash_size)
{
    cJSON *all;
    int err = load(path, &all);
    if (err != MR_OK)
        return err;
    const char *found = mr_json_string(member(member(all, room), "logins"), name);
    if (found && *found && strlen(found) < hash_size)
        snprintf(hash, hash_size, "%s", found);
    else
        err = MR_ENOTFOUND;
    delete_secret(all);
    return err;
}

static int remember(const char *path, const char *room, const char *name, const char *hash)
{
    cJSON *all;
    int err = load(path, &all);
    if (err != MR_OK)
        return err;
    cJSON *entry = make_member(all, room);
    cJSON *logins = entry ? make_member(entry, "logins") : NULL;
    err = logins ? mr_json_set_string(logins, name, hash ? hash : "") : MR_ENOMEM;
    if (err == MR_OK)
        err = mr_json_set_string(entry, "last", name);
    if (err == MR_OK)
        err = save(path, all);
    delete_secret(all);
    return err;
}

int mr_logins_remember(const char *path, const char *room, const char *name, const char *hash)
{
    if (!mr_name_valid(name, strlen(name)) || !*room)
        return MR_EINVAL;
    int err = make_folder(path);
    if (err != MR_OK)
        return err;
    int lock = mr_file_lock(path);
    err = remember(path, room, name, hash);
    mr_file_unlock(lock);
    return err;
}

static int forget(const char *path, const char *room, const char *name)
{
    cJSON *all;
    int err = load(path, &all);
    if (err != MR_OK)
        return err;
    cJSON *entry = member(all, room);
    cJSON *logins = member(entry, "logins");
    if (cJSON_GetObjectItemCaseSensitive(logins, name)) {
        const char *last = mr_json_string(entry, "last");
        if (last && strcmp(last, name) == 0)
            cJSON_DeleteItemFromObjectCaseSensitive(entry, "last");
        cJSON_DeleteItemFromObjectCaseSensitive(logins, name);
        if (!logins->child)
            cJSON_DeleteItemFromObjectCaseSensitive(all, room);
        err = save(path, all);
    } else {
        err = MR_ENOTFOUND;
    }
    delete_secret(all);
    return err;
}

int mr_logins_forget(const char *path, const char *room, const char *name)
{
    int lock = mr_file_lock(path);
    int err = forget(path, room, name);
    mr_file_unlock(lock);
    return err;
}
