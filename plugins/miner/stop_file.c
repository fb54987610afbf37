#include "plugins/miner/stop_file.h"

#include <moonroom/errors.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool mr_stop_file_is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

int mr_stop_file_write(const char *path, const char s[static MR_WORK_S_BYTES])
{
    char line[MR_WORK_S_BYTES + 1];
    char *temporary = NULL;
    if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
        return MR_ENOMEM;
    int fd = mkstemp(temporary);
    if (fd < 0) {
        free(temporary);
        return MR_EIO;
    }
    memcpy(line, s, MR_WORK_S_BYTES);
    line[MR_WORK_S_BYTES] = '\n';
    bool written = write(fd, line, sizeof line) == (ssize_t)sizeof line;
    written = close(fd) == 0 && written;
    /* A link, unlike a rename, leaves a file alone that is there already. */
    bool linked = written && (link(temporary, path) == 0 || errno == EEXIST);
    unlink(temporary);
    free(temporary);
    return linked ? MR_OK : MR_EIO;
}
