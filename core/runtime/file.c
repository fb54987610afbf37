#include "core/runtime/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <moonroom/errors.h>

enum { CHUNK = 16384, LOCK_TRIES = 100, LOCK_TRY_MS = 10 };

static int error_of(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return MR_ENOTFOUND;
    case ENOMEM:
        return MR_ENOMEM;
    default:
        return MR_EIO;
    }
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, bytes, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return MR_EIO;
        bytes += done;
        len -= (size_t)done;
    }
    return fsync(fd) == 0 ? MR_OK : MR_EIO;
}

/* A rename is on disk once its folder is. Some file systems cannot do that, and then need not. */
static void sync_folder(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return;
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

int mr_file_lock(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return MR_ENOMEM;
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int err = fd < 0 ? error_of(errno) : MR_EBUSY;
    free(copy);
    /* Who stops with the lock in hand must not stop us. */
    for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
        const struct timespec pause = {.tv_nsec = LOCK_TRY_MS * 1000000L};
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fd;
        nanosleep(&pause, NULL);
    }
    mr_file_unlock(fd);
    return err;
}

void mr_file_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

static int save_beside(const char *path, const void *bytes, size_t len)
{
    char *beside = NULL;
    if (asprintf(&beside, "%s.XXXXXX", path) < 0)
        return MR_ENOMEM;
    int fd = mkostemp(beside, O_CLOEXEC); /* mode 0600 */
    if (fd < 0) {
        int err = error_of(errno);
        free(beside);
        return err;
    }
    int err = write_all(fd, bytes, len);
    if (close(fd) != 0 && err == MR_OK)
        err = MR_EIO;
    if (err == MR_OK && rename(beside, path) != 0)
        err = MR_EIO;
    if (err != MR_OK)
        unlink(beside);
    else
        sync_folder(path);
    free(beside);
    return err;
}

int mr_file_save(const char *path, const void *bytes, size_t len)
{
    /* People keep such files as links into a folder of their own: the link stays. */
    char *real = realpath(path, NULL);
    int err = save_beside(real ? real : path, bytes, len);
    free(real);
    return err;
}

static int load_fd(int fd, struct mr_buf *out)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return MR_EIO;
    size_t before = mr_buf_len(out);
    for (;;) {
        char chunk[CHUNK];
        ssize_t got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            return MR_OK;
        int err = got < 0 ? MR_EIO : mr_buf_append(out, chunk, (size_t)got);
        if (err != MR_OK) {
            mr_buf_truncate(out, before);
            return err;
        }
    }
}

int mr_file_load(const char *path, struct mr_buf *out)
{
    /* A pipe in its place must not make us wait. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_of(errno);
    int err = load_fd(fd, out);
    close(fd);
    return err;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int mr_file_make_folder(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return MR_ENOMEM;
    int err = MR_OK;
    for (char *at = copy; *at && err == MR_OK;) {
        at += strspn(at, "/");
        at += strcspn(at, "/");
        char saved = *at;
        *at = '\0';
        if (*copy && mkdir(copy, 0700) != 0 && !is_folder(copy))
            err = MR_EIO;
        *at = saved;
    }
    free(copy);
    return err;
}
