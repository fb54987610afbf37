#include "core/runtime/paths.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <moonroom/errors.h>

/* MR_SOURCE_DIR, MR_INSTALL_SCRIPTS and MR_INSTALL_PLUGINS come from CMakeLists.txt, and so does
 * where the last two are as seen from the folder above the program's. */

enum { MAX_PATH = 4096 };

char *mr_paths_join(const char *folder, const char *name)
{
    char *path = NULL;
    size_t len = strlen(folder);
    const char *slash = len > 0 && folder[len - 1] == '/' ? "" : "/";
    return asprintf(&path, "%s%s%s", folder, slash, name) < 0 ? NULL : path;
}

static bool exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

static char *find_self(void)
{
    char target[MAX_PATH];
    ssize_t len = readlink("/proc/self/exe", target, sizeof(target) - 1);
    if (len <= 0)
        return NULL;
    target[len] = '\0';
    /* After an upgrade of the running program the kernel says so in the name. */
    char *deleted = strstr(target, " (deleted)");
    if (deleted && deleted[10] == '\0')
        *deleted = '\0';
    return strdup(target);
}

/* NAME beside `self`, or in the folder `up` levels above. */
static char *beside(const char *self, int up, const char *name)
{
    char folder[MAX_PATH];
    snprintf(folder, sizeof(folder), "%s", self);
    for (int i = 0; i <= up; i++) {
        char *slash = strrchr(folder, '/');
        if (slash)
            *slash = '\0';
    }
    return mr_paths_join(folder, name);
}

/* The top of a build tree that `self` lies in as bin/NAME, told by its CMakeCache.txt; else NULL.
 */
static char *build_tree(const char *self)
{
    char *cache = beside(self, 1, "CMakeCache.txt");
    bool found = cache && exists(cache);
    free(cache);
    if (!found)
        return NULL;
    char *top = beside(self, 1, "");
    if (top && *top)
        top[strlen(top) - 1] = '\0'; /* the slash that the join has put behind it */
    return top;
}

static char *user_home(void)
{
    const char *home = getenv("HOME");
    if (home && home[0] == '/')
        return strdup(home);
    const struct passwd *user = getpwuid(getuid());
    return strdup(user && user->pw_dir && user->pw_dir[0] == '/' ? user->pw_dir : "/");
}

static char *xdg_folder(const char *variable, const char *fallback)
{
    const char *value = getenv(variable);
    if (value && value[0] == '/')
        return mr_paths_join(value, "moonroom");
    char *home = user_home();
    char *folder = home ? mr_paths_join(home, fallback) : NULL;
    char *path = folder ? mr_paths_join(folder, "moonroom") : NULL;
    free(home);
    free(folder);
    return path;
}

char *mr_paths_absolute(const char *path)
{
    if (path[0] == '/')
        return strdup(path);
    char *here = getcwd(NULL, 0);
    char *result = here ? mr_paths_join(here, path) : NULL;
    free(here);
    return result;
}

static void user_folders(struct mr_paths *paths, const char *home)
{
    if (home) {
        char *top = mr_paths_absolute(home);
        if (top) {
            paths->config = mr_paths_join(top, "config");
            paths->state = mr_paths_join(top, "state");
            paths->data = mr_paths_join(top, "data");
        }
        free(top);
    } else {
        paths->config = xdg_folder("XDG_CONFIG_HOME", ".config");
        paths->state = xdg_folder("XDG_STATE_HOME", ".local/state");
        paths->data = xdg_folder("XDG_DATA_HOME", ".local/share");
    }
    if (paths->config)
        paths->user_scripts = mr_paths_join(paths->config, "scripts");
    if (paths->config)
        paths->user_plugins = mr_paths_join(paths->config, "plugins");
}

/* An installed tree may have been moved, or unpacked anywhere: what lies beside the program is its
 * own. */
static char *installed(const char *self, const char *below, const char *fixed)
{
    char *path = beside(self, 1, below);
    if (path && exists(path))
        return path;
    free(path);
    return strdup(fixed);
}

static char *scripts_of(const char *self)
{
    char *path = installed(self, MR_SCRIPTS_BELOW, MR_INSTALL_SCRIPTS);
    if (path && exists(path))
        return path;
    free(path);
    return strdup(MR_SOURCE_DIR "/scripts");
}

/* A program in a build tree uses that tree, whatever is installed on the machine. */
static void own_folders(struct mr_paths *paths)
{
    char *tree = build_tree(paths->self);
    if (tree) {
        paths->shipped_scripts = strdup(MR_SOURCE_DIR "/scripts");
        paths->plugins = mr_paths_join(tree, "lib/moonroom/plugins");
    } else {
        paths->shipped_scripts = scripts_of(paths->self);
        paths->plugins = installed(paths->self, MR_PLUGINS_BELOW, MR_INSTALL_PLUGINS);
    }
    free(tree);
    paths->lua_host = beside(paths->self, 0, "moonroom-lua");
}

int mr_paths_init(struct mr_paths *paths, const char *home)
{
    memset(paths, 0, sizeof(*paths));
    if (home && !*home)
        return MR_EINVAL;
    user_folders(paths, home);
    paths->self = find_self();
    if (paths->self)
        own_folders(paths);
    if (paths->config && paths->state && paths->data && paths->user_scripts &&
        paths->user_plugins && paths->self && paths->shipped_scripts && paths->plugins &&
        paths->lua_host)
        return MR_OK;
    mr_paths_free(paths);
    return MR_ENOMEM;
}

void mr_paths_free(struct mr_paths *paths)
{
    free(paths->config);
    free(paths->state);
    free(paths->data);
    free(paths->user_scripts);
    free(paths->user_plugins);
    free(paths->shipped_scripts);
    free(paths->plugins);
    free(paths->self);
    free(paths->lua_host);
    memset(paths, 0, sizeof(*paths));
}
