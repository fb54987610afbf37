#include "core/plugin/file.h"

#include "core/base/limits.h"

#include <moonroom/errors.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(int err, char *why, size_t why_size, const char *text)
{
    snprintf(why, why_size, "%s", text);
    return err;
}

static int cannot_open(char *why, size_t why_size)
{
    if (errno == ENOENT || errno == ENOTDIR)
        return refuse(MR_ENOTFOUND, why, why_size, "it does not exist");
    if (errno == ELOOP)
        return refuse(MR_EDENIED, why, why_size, "it is a symbolic link");
    return refuse(MR_EIO, why, why_size, "it cannot be read");
}

static int check_owner(const struct stat *info, char *why, size_t why_size)
{
    if (info->st_uid != 0 && info->st_uid != geteuid())
        return refuse(MR_EDENIED, why, why_size, "it belongs to another user");
    if (info->st_mode & (S_IWGRP | S_IWOTH))
        return refuse(MR_EDENIED, why, why_size, "others can write to it (try chmod go-w)");
    return MR_OK;
}

int mr_plugin_folder_check(const char *path, char *why, size_t why_size)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return cannot_open(why, why_size);
    if (S_ISLNK(info.st_mode))
        return refuse(MR_EDENIED, why, why_size, "it is a symbolic link");
    if (!S_ISDIR(info.st_mode))
        return refuse(MR_EDENIED, why, why_size, "it is not a folder");
    return check_owner(&info, why, why_size);
}

static int read_all(int fd, size_t len, struct mr_buf *out)
{
    uint8_t *at = mr_buf_reserve(out, len);
    if (!at)
        return MR_ENOMEM;
    size_t got = 0;
    while (got < len) {
        ssize_t n = read(fd, at + got, len - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return MR_EIO;
        got += (size_t)n;
    }
    mr_buf_commit(out, got);
    return MR_OK;
}

static int read_checked(int fd, struct mr_buf *out, char *why, size_t why_size)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return refuse(MR_EIO, why, why_size, "it cannot be read");
    if (!S_ISREG(info.st_mode))
        return refuse(MR_EDENIED, why, why_size, "it is not a regular file");
    int err = check_owner(&info, why, why_size);
    if (err != MR_OK)
        return err;
    if (info.st_size > MR_LIMIT_PLUGIN_FILE)
        return refuse(MR_ELIMIT, why, why_size, "it is too large");
    err = read_all(fd, (size_t)info.st_size, out);
    return err == MR_OK ? MR_OK : refuse(err, why, why_size, "it cannot be read");
}

int mr_plugin_file_read(const char *path, struct mr_buf *out, char *why, size_t why_size)
{
    mr_buf_init(out, MR_LIMIT_PLUGIN_FILE);
    /* Not blocking: a FIFO in the place of the file must not hold the program. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return cannot_open(why, why_size);
    int err = read_checked(fd, out, why, why_size);
    if (err != MR_OK)
        mr_buf_free(out);
    close(fd);
    return err;
}
