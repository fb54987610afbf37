#include "core/script/content.h"

#include <dirent.h>
#include <moonroom/errors.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/buf.h"
#include "core/base/hex.h"
#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/script/find.h"

enum { DEPTH = 8 };

struct walk {
    struct mr_sha512 hash;
    size_t root_len; /* of the path above the names that count */
    int files;
};

/* Name and length go before the bytes, so that no text can pass for another file. */
static int add_file(struct walk *walk, const char *path)
{
    struct mr_buf text;
    char head[MR_FIND_PATH + 32];
    if (++walk->files > MR_LIMIT_SCRIPT_FILES) {
        return MR_ELIMIT;
    }
    mr_buf_init(&text, MR_LIMIT_SCRIPT_SOURCE);
    int err = mr_file_load(path, &text);
    if (err == MR_OK) {
        int len =
            snprintf(head, sizeof head, "%s\n%zu\n", path + walk->root_len, mr_buf_len(&text));
        mr_sha512_update(&walk->hash, head, (size_t)len);
        mr_sha512_update(&walk->hash, mr_buf_data(&text), mr_buf_len(&text));
    }
    mr_buf_free(&text);
    return err;
}

static bool ends_in_lua(const char *name)
{
    size_t len = strlen(name);
    return len > 4 && strcmp(name + len - 4, ".lua") == 0;
}

static int add_folder(struct walk *walk, const char *folder, int depth);

static int add_entry(struct walk *walk, const char *folder, const char *name, int depth)
{
    char path[MR_FIND_PATH];
    struct stat status;
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (name[0] == '.') {
        return MR_OK; /* no module can be called that */
    }
    if (len < 0 || (size_t)len >= sizeof path) {
        return MR_ELIMIT;
    }
    if (lstat(path, &status) != 0) {
        return MR_EIO;
    }
    if (S_ISDIR(status.st_mode)) {
        return depth < DEPTH ? add_folder(walk, path, depth + 1) : MR_ELIMIT;
    }
    return S_ISREG(status.st_mode) && ends_in_lua(name) ? add_file(walk, path) : MR_OK;
}

static int add_folder(struct walk *walk, const char *folder, int depth)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    int err = count < 0 ? MR_EIO : MR_OK;
    for (int i = 0; i < count; i++) {
        if (err == MR_OK) {
            err = add_entry(walk, folder, entries[i]->d_name, depth);
        }
        free(entries[i]);
    }
    free(entries);
    return err;
}

int mr_content_hash(const char *path, char out[static MR_SHA512_HEX + 1])
{
    struct walk walk = {.files = 0};
    uint8_t digest[MR_SHA512_BYTES];
    char folder[MR_FIND_PATH];
    const char *slash = strrchr(path, '/');
    if (!slash || strlen(path) >= sizeof folder) {
        return MR_EINVAL;
    }
    walk.root_len = (size_t)(slash - path);
    memcpy(folder, path, walk.root_len);
    folder[walk.root_len] = '\0';
    mr_sha512_init(&walk.hash);
    int err =
        strcmp(slash, "/init.lua") == 0 ? add_folder(&walk, folder, 0) : add_file(&walk, path);
    mr_sha512_final(&walk.hash, digest);
    mr_hex_encode(digest, sizeof digest, out);
    return err;
}
