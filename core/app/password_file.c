#include "core/app/password_file.h"

#include <errno.h>
#include <fcntl.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/limits.h"

static int fill(int fd, struct mr_secret *out)
{
    char bytes[MR_LIMIT_PASSWORD + 2];
    size_t len = 0;
    ssize_t n = 0;
    while (len < sizeof bytes && (n = read(fd, bytes + len, sizeof bytes - len)) > 0) {
        len += (size_t)n;
    }
    const char *end = memchr(bytes, '\n', len);
    size_t line = end ? (size_t)(end - bytes) : len;
    line -= line > 0 && bytes[line - 1] == '\r';
    int err = n < 0 ? MR_EIO : mr_secret_set(out, bytes, line);
    mr_wipe(bytes, sizeof bytes);
    return err;
}

int mr_password_file_read(const char *path, struct mr_secret *out, char *why, size_t why_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        snprintf(why, why_size, "The password file %.200s cannot be read: %s.", path,
                 strerror(errno));
        return MR_ENOTFOUND;
    }
    int err = mr_secret_init(out, MR_LIMIT_PASSWORD);
    if (err == MR_OK) {
        err = fill(fd, out);
    }
    close(fd);
    if (err == MR_OK && out->len == 0) {
        err = MR_EINVAL;
    }
    if (err < 0) {
        mr_secret_free(out);
        snprintf(why, why_size, "The first line of %.200s is no password: %s.", path,
                 err == MR_EINVAL ? "it is empty" : mr_error_text(err));
    }
    return err;
}
