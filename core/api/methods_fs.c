/* fs.*: files of a script in a folder of its own, DATA/files/NAME.
 *
 * Names are plain, so that no path leads out of it, and links are not followed: a program that the
 * script runs might have made one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/api/bytes.h"
#include "core/api/methods.h"
#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"

enum { NAME_MAX_BYTES = 64, PATH = 4096 };

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

static bool is_plain(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= NAME_MAX_BYTES && name[0] != '.' && strspn(name, letters) == len;
}

int mr_files_folder(const struct mr_core *core, const struct mr_caller *caller, char **out)
{
    *out = NULL;
    if (mr_caller_kind(caller) != MR_CALLER_SCRIPT) {
        return MR_EUNSUPPORTED;
    }
    if (asprintf(out, "%s/files/%s", core->paths->data, mr_caller_name(caller)) < 0) {
        *out = NULL;
        return MR_ENOMEM;
    }
    int err = mr_file_make_folder(*out);
    if (err < 0) {
        free(*out);
        *out = NULL;
    }
    return err;
}

/* The folder as a descriptor, or a negative value and the call was failed. */
static int open_folder(const struct mr_core *core, struct mr_call *call, char **path)
{
    int err = mr_files_folder(core, mr_call_caller(call), path);
    int fd = err == MR_OK ? open(*path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (err == MR_EUNSUPPORTED) {
        mr_call_fail(call, err, "only a script has a folder of its own");
    } else if (fd < 0) {
        mr_call_fail(call, err < 0 ? err : MR_EIO, "the folder for its files cannot be opened");
    }
    return fd;
}

/* A file of the call's folder; the same. */
static int open_file(const struct mr_core *core, struct mr_call *call, const char *name, int flags)
{
    char *path = NULL;
    struct stat status;
    if (!is_plain(name)) {
        mr_call_fail(call, MR_EINVAL,
                     "a file's name has 1 to %d of A-Z a-z 0-9 . _ - and does not begin with a dot",
                     NAME_MAX_BYTES);
        return -1;
    }
    int folder = open_folder(core, call, &path);
    free(path);
    if (folder < 0) {
        return -1;
    }
    int fd = openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    int err = fd >= 0 ? 0 : errno;
    close(folder);
    if (fd < 0) {
        mr_call_fail(call, err == ENOENT ? MR_ENOTFOUND : MR_EIO,
                     err == ENOENT ? "there is no file %s" : "%s cannot be opened", name);
        return -1;
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        mr_call_fail(call, MR_EIO, "%s is no file", name);
        close(fd);
        return -1;
    }
    return fd;
}

static off_t size_of(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 ? status.st_size : 0;
}

/* Reading ------------------------------------------------------------------------------------ */

static ssize_t read_part(int fd, off_t from, char *out, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t got = pread(fd, out + len, size - len, from + (off_t)len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        len += (size_t)got;
    }
    return (ssize_t)len;
}

static void fs_read(void *ctx, struct mr_call *call, const cJSON *params)
{
    int64_t from = mr_json_int(params, "offset", 0);
    if (from < 0) {
        mr_call_fail(call, MR_EINVAL, "offset is 0 or more");
        return;
    }
    int fd = open_file(ctx, call, mr_json_string(params, "name"), O_RDONLY);
    if (fd < 0) {
        return;
    }
    char *part = malloc(MR_LIMIT_FS_PART);
    cJSON *out = part ? cJSON_CreateObject() : NULL;
    off_t size = size_of(fd);
    ssize_t got = out ? read_part(fd, (off_t)from, part, MR_LIMIT_FS_PART) : -1;
    int err = got >= 0 ? mr_bytes_set(out, "text", part, (size_t)got) : MR_EIO;
    if (err == MR_OK) {
        err = mr_json_set_int(out, "size", size);
    }
    close(fd);
    free(part);
    if (err < 0) {
        cJSON_Delete(out);
        mr_call_fail(call, err, "%s", mr_error_text(err));
    } else {
        mr_call_return(call, out);
    }
}

/* Calls fn for each file; the sum of their sizes and their number, or a negative error. */
typedef int entry_fn(void *ctx, const char *name, off_t size);

static int each_file(int folder, entry_fn *fn, void *ctx)
{
    int copy = fcntl(folder, F_DUPFD_CLOEXEC, 3);
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    int err = dir ? MR_OK : MR_EIO;
    if (!dir && copy >= 0) {
        close(copy);
    }
    for (const struct dirent *entry; err == MR_OK && (entry = readdir(dir));) {
        struct stat status;
        if (is_plain(entry->d_name) &&
            fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode)) {
            err = fn(ctx, entry->d_name, status.st_size);
        }
    }
    if (dir) {
        closedir(dir);
    }
    return err;
}

static int add_entry(void *list, const char *name, off_t size)
{
    cJSON *entry = cJSON_CreateObject();
    int err = entry ? mr_json_set_string(entry, "name", name) : MR_ENOMEM;
    if (err == MR_OK) {
        err = mr_json_set_int(entry, "size", size);
    }
    if (err == MR_OK && cJSON_AddItemToArray(list, entry)) {
        return MR_OK;
    }
    cJSON_Delete(entry);
    return MR_ENOMEM;
}

static void fs_list(void *ctx, struct mr_call *call, const cJSON *params)
{
    char *path = NULL;
    (void)params;
    int folder = open_folder(ctx, call, &path);
    free(path);
    if (folder < 0) {
        return;
    }
    cJSON *list = cJSON_CreateArray();
    int err = list ? each_file(folder, add_entry, list) : MR_ENOMEM;
    close(folder);
    if (err < 0) {
        cJSON_Delete(list);
        mr_call_fail(call, err, "%s", mr_error_text(err));
    } else {
        mr_call_return(call, list);
    }
}

/* Writing ------------------------------------------------------------------------------------ */

struct usage {
    const char *name; /* of the file that is written */
    off_t others;     /* bytes of the other files */
    off_t own;
    int files; /* others */
};

static int add_usage(void *ctx, const char *name, off_t size)
{
    struct usage *usage = ctx;
    bool own = strcmp(name, usage->name) == 0;
    usage->own += own ? size : 0;
    usage->others += own ? 0 : size;
    usage->files += !own;
    return MR_OK;
}

/* Whether `len` bytes more, or in the place of the file, are within bounds. */
static bool fits(int folder, struct mr_call *call, const char *name, size_t len, bool append)
{
    struct usage usage = {.name = name};
    int err = each_file(folder, add_usage, &usage);
    off_t size = (off_t)len + (append ? usage.own : 0);
    if (err < 0) {
        mr_call_fail(call, err, "%s", mr_error_text(err));
    } else if (size > MR_LIMIT_FS_FILE) {
        mr_call_fail(call, MR_ELIMIT, "%s would be larger than %d bytes", name, MR_LIMIT_FS_FILE);
    } else if (usage.others + size > MR_LIMIT_FS_FOLDER || usage.files >= MR_LIMIT_FS_FILES) {
        mr_call_fail(call, MR_ELIMIT, "the folder is full: it holds %d files and %d bytes",
                     MR_LIMIT_FS_FILES, MR_LIMIT_FS_FOLDER);
    } else {
        return true;
    }
    return false;
}

/* The old file or the new one, never half of it. A link in its place gives way to it. */
static int replace(int folder, const char *path, const char *name, const struct mr_buf *text)
{
    struct stat status;
    char file[PATH];
    int len = snprintf(file, sizeof file, "%s/%s", path, name);
    if (len < 0 || (size_t)len >= sizeof file) {
        return MR_ELIMIT;
    }
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(status.st_mode) &&
        unlinkat(folder, name, 0) != 0) {
        return MR_EIO;
    }
    return mr_file_save(file, mr_buf_data(text), mr_buf_len(text));
}

static int append_to(int folder, const char *name, const struct mr_buf *text)
{
    struct stat status;
    int fd = openat(folder, name,
                    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    bool file = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    ssize_t done = file ? write(fd, mr_buf_data(text), mr_buf_len(text)) : -1;
    /* On a full disk a part may have come through: it is taken back. */
    if (file && done != (ssize_t)mr_buf_len(text) && ftruncate(fd, status.st_size) != 0) {
        done = -1;
    }
    if (fd >= 0) {
        close(fd);
    }
    return done == (ssize_t)mr_buf_len(text) ? MR_OK : MR_EIO;
}

static void put(struct mr_core *core, struct mr_call *call, const cJSON *params, bool append)
{
    struct mr_buf text;
    char *path = NULL;
    const char *name = mr_json_string(params, "name");
    mr_buf_init(&text, MR_LIMIT_FS_PART);
    int err = is_plain(name) ? mr_bytes_get(params, "text", &text) : MR_EINVAL;
    if (err < 0) {
        mr_call_fail(call, err,
                     err == MR_ELIMIT ? "at most %d bytes are written at once; fs.append adds more"
                                      : "a file's name has 1 to 64 of A-Z a-z 0-9 . _ - and does "
                                        "not begin with a dot; its text is text or hex of %d bytes",
                     MR_LIMIT_FS_PART);
        mr_buf_free(&text);
        return;
    }
    int folder = open_folder(core, call, &path);
    if (folder >= 0 && fits(folder, call, name, mr_buf_len(&text), append)) {
        err = append ? append_to(folder, name, &text) : replace(folder, path, name, &text);
        if (err < 0) {
            mr_call_fail(call, err, "%s was not written: %s", name, mr_error_text(err));
        } else {
            mr_call_return(call, cJSON_CreateTrue());
        }
    }
    if (folder >= 0) {
        close(folder);
    }
    free(path);
    mr_buf_free(&text);
}

static void fs_write(void *ctx, struct mr_call *call, const cJSON *params)
{
    put(ctx, call, params, false);
}

static void fs_append(void *ctx, struct mr_call *call, const cJSON *params)
{
    put(ctx, call, params, true);
}

static void fs_remove(void *ctx, struct mr_call *call, const cJSON *params)
{
    char *path = NULL;
    const char *name = mr_json_string(params, "name");
    int folder = open_folder(ctx, call, &path);
    free(path);
    if (folder < 0) {
        return;
    }
    int err = is_plain(name) && unlinkat(folder, name, 0) == 0 ? MR_OK : MR_ENOTFOUND;
    close(folder);
    if (err < 0) {
        mr_call_fail(call, err, "there is no file %.64s", name);
    } else {
        mr_call_return(call, cJSON_CreateTrue());
    }
}

int mr_methods_bind_fs(struct mr_core *core)
{
    static const struct mr_binding rows[] = {{"fs.read", fs_read},     {"fs.write", fs_write},
                                             {"fs.append", fs_append}, {"fs.list", fs_list},
                                             {"fs.remove", fs_remove}, {NULL, NULL}};
    return mr_api_bind_all(core->api, rows, core);
}
