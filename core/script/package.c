#include "core/script/package.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <moonroom/errors.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/script/find.h"

enum { DEPTH = 8, OPEN_FOLDERS = 16 };

static const char lua[] = ".lua";

struct reading {
    struct mr_package *package;
    struct mr_package_file **end;
    char *why;
    size_t why_size;
};

static int refuse(const struct reading *reading, const char *path, const char *reason)
{
    snprintf(reading->why, reading->why_size, "%s cannot be installed: %s.", path, reason);
    return MR_EINVAL;
}

static bool is_plain(const char *name)
{
    return *name &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
               strlen(name);
}

static bool ends_in_lua(const char *name)
{
    size_t len = strlen(name);
    return len > strlen(lua) && strcmp(name + len - strlen(lua), lua) == 0;
}

/* The script itself goes to the front. */
static void add(struct reading *reading, struct mr_package_file *file)
{
    struct mr_package *package = reading->package;
    if (strcmp(file->name, "init.lua") == 0) {
        file->next = package->files;
        package->files = file;
        reading->end = file->next ? reading->end : &file->next;
    } else {
        *reading->end = file;
        reading->end = &file->next;
    }
    package->count++;
    package->size += file->len;
}

static int read_file(struct reading *reading, const char *path, const char *name)
{
    struct mr_buf text;
    if (reading->package->count == MR_LIMIT_SCRIPT_FILES) {
        return refuse(reading, path, "there are too many files");
    }
    mr_buf_init(&text, MR_LIMIT_SCRIPT_SOURCE);
    int err = ends_in_lua(name) ? mr_find_read(path, &text) : mr_file_load(path, &text);
    struct mr_package_file *file = err == MR_OK ? calloc(1, sizeof *file) : NULL;
    if (file) {
        file->len = mr_buf_len(&text);
        file->bytes = mr_buf_take(&text);
        file->name = strdup(name);
        if (file->bytes && file->name) {
            add(reading, file);
        } else {
            free(file->bytes);
            free(file->name);
            free(file);
            file = NULL;
        }
    }
    mr_buf_free(&text);
    if (err == MR_ELIMIT) {
        return refuse(reading, path, "it is larger than 128 KiB");
    } else if (err == MR_EINVAL) {
        return refuse(reading, path, "it is no UTF-8 text");
    }
    return file ? MR_OK : refuse(reading, path, mr_error_text(err < 0 ? err : MR_ENOMEM));
}

static int read_folder(struct reading *reading, const char *folder, const char *below, int depth);

static int read_entry(struct reading *reading, const char *folder, const char *below,
                      const char *entry, int depth)
{
    char path[MR_FIND_PATH];
    char name[MR_FIND_PATH];
    struct stat status;
    if (entry[0] == '.') {
        return MR_OK;
    }
    if (snprintf(path, sizeof path, "%s/%s", folder, entry) >= (int)sizeof path ||
        snprintf(name, sizeof name, "%s%s", below, entry) >= (int)sizeof name) {
        return refuse(reading, folder, "a name in it is too long");
    }
    if (!is_plain(entry)) {
        return refuse(reading, folder,
                      "a name in it has more than letters, digits, dots, hyphens and _");
    }
    if (lstat(path, &status) != 0 || S_ISLNK(status.st_mode)) {
        return refuse(reading, path, "it is a link");
    }
    if (S_ISREG(status.st_mode)) {
        return read_file(reading, path, name);
    }
    if (!S_ISDIR(status.st_mode) || depth == DEPTH) {
        return refuse(reading, path,
                      S_ISDIR(status.st_mode) ? "it lies too deep" : "it is no file");
    }
    if (snprintf(name, sizeof name, "%s%s/", below, entry) >= (int)sizeof name) {
        return refuse(reading, path, "its name is too long");
    }
    return read_folder(reading, path, name, depth + 1);
}

static int read_folder(struct reading *reading, const char *folder, const char *below, int depth)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    int err = count < 0 ? refuse(reading, folder, strerror(errno)) : MR_OK;
    for (int i = 0; i < count; i++) {
        if (err == MR_OK) {
            err = read_entry(reading, folder, below, entries[i]->d_name, depth);
        }
        free(entries[i]);
    }
    free(entries);
    return err;
}

int mr_package_read(const char *path, struct mr_package *out, char *why, size_t why_size)
{
    char real[MR_FIND_PATH];
    struct stat status;
    struct reading reading = {.package = out, .why = why, .why_size = why_size};
    *out = (struct mr_package){.files = NULL};
    reading.end = &out->files;
    snprintf(real, sizeof real, "%s", path);
    for (size_t len = strlen(real); len > 1 && real[len - 1] == '/'; len--) {
        real[len - 1] = '\0';
    }
    if (lstat(real, &status) != 0) {
        snprintf(why, why_size, "There is no file or folder %s.", path);
        return MR_ENOTFOUND;
    }
    const char *slash = strrchr(real, '/');
    const char *name = slash ? slash + 1 : real;
    out->folder = S_ISDIR(status.st_mode);
    size_t len = strlen(name) - (!out->folder && ends_in_lua(name) ? strlen(lua) : 0);
    snprintf(out->name, sizeof out->name, "%.*s", (int)len, name);
    int err = MR_OK;
    if (S_ISLNK(status.st_mode)) {
        err = refuse(&reading, path, "it is a link");
    } else if (out->folder) {
        err = read_folder(&reading, real, "", 0);
        if (err == MR_OK && (!out->files || strcmp(out->files->name, "init.lua") != 0)) {
            err = refuse(&reading, path, "there is no init.lua in it");
        }
    } else if (!S_ISREG(status.st_mode) || !ends_in_lua(name)) {
        err = refuse(&reading, path, "it is no Lua file, NAME.lua");
    } else {
        err = read_file(&reading, real, name);
    }
    if (err < 0) {
        mr_package_free(out);
    }
    return err;
}

void mr_package_free(struct mr_package *package)
{
    while (package->files) {
        struct mr_package_file *file = package->files;
        package->files = file->next;
        free(file->name);
        free(file->bytes);
        free(file);
    }
    *package = (struct mr_package){.files = NULL};
}

/* Removing and writing ------------------------------------------------------------------------ */

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
    (void)status;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static int remove_tree(const char *path)
{
    if (nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0) {
        return MR_OK;
    }
    return errno == ENOENT ? MR_ENOTFOUND : MR_EIO;
}

/* A name beside `path` that nothing has and nothing looks for. */
static int name_beside(const char *folder, char *out, size_t size)
{
    if (snprintf(out, size, "%s/.script-XXXXXX", folder) >= (int)size) {
        return MR_ELIMIT;
    }
    return mkdtemp(out) ? MR_OK : MR_EIO;
}

/* Out of sight at once, then taken apart. */
static int remove_whole(const char *folder, const char *path)
{
    char aside[MR_FIND_PATH];
    char inside[MR_FIND_PATH + 8];
    int err = name_beside(folder, aside, sizeof aside);
    if (err < 0) {
        return err;
    }
    snprintf(inside, sizeof inside, "%s/old", aside);
    err = rename(path, inside) == 0 ? MR_OK : errno == ENOENT ? MR_ENOTFOUND : MR_EIO;
    int removed = remove_tree(aside);
    return err < 0 ? err : removed;
}

int mr_package_remove(const char *path)
{
    char folder[MR_FIND_PATH];
    char script[MR_FIND_PATH];
    const char *slash = strrchr(path, '/');
    if (!slash || strlen(path) >= sizeof script) {
        return MR_EINVAL;
    }
    snprintf(script, sizeof script, "%s", path);
    if (strcmp(slash, "/init.lua") == 0) {
        script[slash - path] = '\0';
    }
    snprintf(folder, sizeof folder, "%s", script);
    char *above = strrchr(folder, '/');
    if (!above) {
        return MR_EINVAL;
    }
    *above = '\0';
    return remove_whole(folder, script);
}

static int write_files(const struct mr_package *package, const char *folder)
{
    char path[MR_FIND_PATH];
    int err = MR_OK;
    for (const struct mr_package_file *file = package->files; err == MR_OK && file;
         file = file->next) {
        if (snprintf(path, sizeof path, "%s/%s", folder, file->name) >= (int)sizeof path) {
            return MR_ELIMIT;
        }
        char *slash = strrchr(path, '/');
        *slash = '\0';
        err = mr_file_make_folder(path);
        *slash = '/';
        err = err == MR_OK ? mr_file_save(path, file->bytes, file->len) : err;
    }
    return err;
}

/* Nothing, or a script: another folder holds what is the user's own, and is left alone. */
static bool may_go(const char *path)
{
    char init[MR_FIND_PATH + 16];
    struct stat status;
    if (lstat(path, &status) != 0) {
        return true;
    }
    snprintf(init, sizeof init, "%s/init.lua", path);
    return !S_ISDIR(status.st_mode) || access(init, F_OK) == 0;
}

/* The new folder takes the place of the old one, which comes to where the new one was. */
static int put_in_place(const char *made, const char *target)
{
    if (renameat2(AT_FDCWD, made, AT_FDCWD, target, RENAME_EXCHANGE) == 0) {
        return MR_OK;
    }
    return rename(made, target) == 0 ? MR_OK : MR_EIO;
}

static int write_folder(const struct mr_package *package, const char *folder, const char *target)
{
    char made[MR_FIND_PATH];
    int err = name_beside(folder, made, sizeof made);
    if (err < 0) {
        return err;
    }
    err = write_files(package, made);
    if (err == MR_OK) {
        err = put_in_place(made, target);
    }
    (void)remove_tree(made); /* the old one, or what could not be written */
    return err;
}

int mr_package_write(const struct mr_package *package, const char *folder, const char *name,
                     char *path, size_t path_size)
{
    char file[MR_FIND_PATH];
    char target[MR_FIND_PATH];
    if (snprintf(file, sizeof file, "%s/%s.lua", folder, name) >= (int)sizeof file ||
        snprintf(target, sizeof target, "%s/%s", folder, name) >= (int)sizeof target) {
        return MR_ELIMIT;
    }
    if (package->folder && !may_go(target)) {
        return MR_EEXISTS;
    }
    int err = mr_file_make_folder(folder);
    if (err < 0) {
        return err;
    }
    if (package->folder) {
        snprintf(path, path_size, "%s/init.lua", target);
        err = write_folder(package, folder, target);
    } else {
        snprintf(path, path_size, "%s", file);
        err = mr_file_save(file, package->files->bytes, package->files->len);
    }
    if (err == MR_OK) {
        /* It was the other kind before. */
        const char *other = package->folder ? file : target;
        bool goes = access(other, F_OK) == 0 && may_go(other);
        int removed = goes ? remove_whole(folder, other) : MR_OK;
        err = removed;
    }
    return err;
}
