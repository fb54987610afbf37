/* moonroom-lua: the process that one script runs in. Started by moonroom, never by hand. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/lua/host.h"
#include "core/lua/wall.h"

struct options {
    int64_t parent;
    int64_t job_fd;
    int64_t nice;
};

static int usage(int code)
{
    fputs("Usage: moonroom-lua --parent PID [--job FD] [--nice N]\n\n"
          "The process that one script of moonroom runs in. It is started by moonroom, which talks "
          "to\n"
          "it over descriptor 3; there is nothing to use by hand.\n\n"
          "  --parent PID  end unless started by this process\n"
          "  --job FD      read what to mine on from this descriptor\n"
          "  --nice N      the priority, 19 (the lowest) at first; tests wait for their scripts\n"
          "  --help        this text\n"
          "  --version     the version\n",
          code == 0 ? stdout : stderr);
    return code;
}

static int parse(int argc, char **argv, struct options *out)
{
    for (int i = 1; i < argc; i += 2) {
        int64_t *place = strcmp(argv[i], "--parent") == 0 ? &out->parent
                         : strcmp(argv[i], "--job") == 0  ? &out->job_fd
                         : strcmp(argv[i], "--nice") == 0 ? &out->nice
                                                          : NULL;
        if (!place || i + 1 == argc ||
            mr_str_to_i64(argv[i + 1], strlen(argv[i + 1]), 0, INT32_MAX, place) < 0) {
            return MR_EINVAL;
        }
    }
    return out->parent > 0 ? MR_OK : MR_EINVAL;
}

/* The user is to know what keeps scripts in, and what does not. */
static void tell_of_gap(struct mr_link *link)
{
    int err = mr_link_begin_notification(link, "wall.gap");
    if (err == MR_OK) {
        err = mr_buf_append_str(&link->out, "{}");
    }
    if (err < 0 || mr_link_send(link) < 0) {
        mr_memory_die(MR_LUA_EXIT_LINK, "the core cannot be told that there is no seccomp");
    }
}

int main(int argc, char **argv)
{
    struct options options = {.parent = 0, .job_fd = -1, .nice = MR_WALL_LAST};
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        return usage(MR_LUA_EXIT_OK);
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("moonroom-lua " MR_VERSION);
        return MR_LUA_EXIT_OK;
    }
    if (parse(argc, argv, &options) < 0) {
        return usage(MR_LUA_EXIT_USAGE);
    }
    struct mr_lua host = {0};
    mr_wall_prepare((pid_t)options.parent, (int)options.job_fd, (int)options.nice, &host.job);
    bool whole = mr_wall_close();
    mr_link_init(&host.link, 3);
    if (!whole) {
        tell_of_gap(&host.link);
    }
    mr_lua_start(&host);
    mr_lua_run(&host);
    mr_lua_free(&host);
    return MR_LUA_EXIT_OK;
}
