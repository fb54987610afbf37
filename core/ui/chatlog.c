#include "core/ui/chatlog.h"

#include <errno.h>
#include <fcntl.h>
#include <moonroom/errors.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/runtime/paths.h"

static bool plain_byte(unsigned char c, bool first)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || (c == '.' && !first) || c == ':' || c == '[' || c == ']';
}

void mr_chatlog_file_name(const char *text, char out[static MR_CHATLOG_NAME])
{
    size_t used = 0;

    for (const char *p = text; *p && used + 4 < MR_CHATLOG_NAME; p++) {
        unsigned char c = (unsigned char)*p;

        if (plain_byte(c, p == text)) {
            out[used++] = (char)c;
        } else {
            used += (size_t)snprintf(out + used, 4, "%%%02X", c);
        }
    }
    if (used == 0) {
        out[used++] = '_';
    }
    out[used] = '\0';
}

static char *room_folder(const char *state, const char *room)
{
    char name[MR_CHATLOG_NAME];

    mr_chatlog_file_name(room, name);
    return mr_paths_join(state, name);
}

static char *log_path(const char *folder, const char *chat)
{
    char name[MR_CHATLOG_NAME];
    char file[MR_CHATLOG_NAME + 8];

    mr_chatlog_file_name(chat, name);
    snprintf(file, sizeof file, "%s.log", name);
    return mr_paths_join(folder, file);
}

static int open_log(const char *folder, const char *path)
{
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(path, flags, 0600);

    if (fd < 0 && errno == ENOENT && mr_file_make_folder(folder) == MR_OK) {
        fd = open(path, flags, 0600);
    }
    return fd;
}

int mr_chatlog_write(const char *state, const char *room, const char *chat, time_t when,
                     const char *said)
{
    char *folder = room_folder(state, room);
    char *path = folder ? log_path(folder, chat) : NULL;
    int err = path ? MR_OK : MR_ENOMEM;
    struct mr_buf line;
    struct tm tm;
    char stamp[32] = "";

    mr_buf_init(&line, MR_LIMIT_SHOWN_LINE * 2);
    if (localtime_r(&when, &tm)) {
        strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &tm);
    }
    if (err == MR_OK) {
        err = mr_buf_printf(&line, "%s %s\n", stamp, said);
    }
    if (err == MR_OK) {
        int fd = open_log(folder, path);
        size_t len = mr_buf_len(&line);

        /* One write: two clients of one user never mix inside a line. */
        if (fd < 0 || write(fd, mr_buf_data(&line), len) != (ssize_t)len) {
            err = MR_EIO;
        }
        if (fd >= 0 && close(fd) != 0) {
            err = MR_EIO;
        }
    }
    mr_buf_free(&line);
    free(path);
    free(folder);
    return err;
}
