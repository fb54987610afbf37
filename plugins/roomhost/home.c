#include "plugins/roomhost/home.h"

#include <moonroom/errors.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char *join(const char *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/* XDG says that a relative folder is to be ignored. */
static char *default_folder(void)
{
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    if (data && data[0] == '/')
        return join(data, "moonroom/room");
    return home && home[0] == '/' ? join(home, ".local/share/moonroom/room") : NULL;
}

static int make_folders(char *path)
{
    for (char *at = path + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        int result = mkdir(path, 0700);
        int error = errno;
        *at = '/';
        if (result != 0 && error != EEXIST)
            return MR_EIO;
    }
    struct stat info;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return MR_EIO;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? MR_OK : MR_EIO;
}

static int lock(struct mr_home *home, char *why, size_t why_size)
{
    char *path = join(home->folder, "lock");
    if (!path)
        return MR_ENOMEM;
    home->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    free(path);
    if (home->lock < 0) {
        snprintf(why, why_size, "The room cannot write to its folder %s.", home->folder);
        return MR_EIO;
    }
    if (flock(home->lock, LOCK_EX | LOCK_NB) == 0)
        return MR_OK;
    bool taken = errno == EWOULDBLOCK;
    snprintf(why, why_size,
             taken ? "The room in %s is open already." : "The folder %s cannot be locked.",
             home->folder);
    return taken ? MR_EBUSY : MR_EIO;
}

int mr_home_open(const char *folder, bool open, struct mr_home *out, char *why, size_t why_size)
{
    *out = (struct mr_home){.lock = -1};
    out->folder = folder ? strdup(folder) : default_folder();
    if (!out->folder) {
        snprintf(why, why_size, "There is no home folder: say where with --home DIR.");
        return MR_ENOTFOUND;
    }
    out->database = join(out->folder, "room.db");
    if (!out->database) {
        snprintf(why, why_size, "There is no memory.");
        return MR_ENOMEM;
    }
    if (!open)
        return MR_OK;
    if (make_folders(out->folder) != MR_OK) {
        snprintf(why, why_size, "The folder %s cannot be made.", out->folder);
        return MR_EIO;
    }
    return lock(out, why, why_size);
}

void mr_home_close(struct mr_home *home)
{
    if (home->lock >= 0)
        close(home->lock);
    free(home->folder);
    free(home->database);
    *home = (struct mr_home){.lock = -1};
}
