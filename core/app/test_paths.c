#include <dirent.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/app/test.h"

enum { FILES_MAX = 4096, PATH = 4096, DEPTH_MAX = 16 };

static const char ending[] = "_test.lua";

static bool is_test(const char *name)
{
    size_t len = strlen(name);
    return len > strlen(ending) && strcmp(name + len - strlen(ending), ending) == 0;
}

static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && path[len] == '/';
}

/* greeter.lua for greeter_test.lua; init.lua for what lies in the folder tests of a script; NULL
 * when there is no such file. */
static char *script_of(const char *file)
{
    char path[PATH];
    const char *slash = strrchr(file, '/');
    int folder = (int)(slash - file);
    int stem = (int)(strlen(file) - strlen(ending));
    snprintf(path, sizeof path, "%.*s.lua", stem, file);
    if (access(path, R_OK) == 0) {
        return strdup(path);
    }
    if (folder >= 6 && strncmp(slash - 6, "/tests", 6) == 0) {
        snprintf(path, sizeof path, "%.*s/init.lua", folder - 6, file);
    }
    return access(path, R_OK) == 0 ? strdup(path) : NULL;
}

static int add_file(struct mr_test_list *list, const char *path)
{
    struct mr_test_place *place = &list->places[list->count];
    if (list->count == FILES_MAX) {
        return MR_ELIMIT;
    }
    place->file = strdup(path);
    if (!place->file) {
        return MR_ENOMEM;
    }
    place->script = script_of(path);
    place->user_scripts =
        list->user_scripts && is_below(path, list->user_scripts) ? list->user_scripts : NULL;
    list->count++;
    return MR_OK;
}

static int add_folder(struct mr_test_list *list, const char *folder, int depth)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, NULL, alphasort);
    int err = MR_OK;
    for (int i = 0; i < count; i++) {
        char path[PATH];
        struct stat status;
        const char *name = names[i]->d_name;
        int len = snprintf(path, sizeof path, "%s/%s", folder, name);
        bool usable = err == MR_OK && name[0] != '.' && len < PATH && stat(path, &status) == 0;
        if (usable && S_ISDIR(status.st_mode) && depth < DEPTH_MAX) {
            err = add_folder(list, path, depth + 1);
        } else if (usable && S_ISREG(status.st_mode) && is_test(name)) {
            err = add_file(list, path);
        }
        free(names[i]);
    }
    free(names);
    return err;
}

static int add_path(struct mr_test_list *list, const char *path, char *why, size_t why_size)
{
    struct stat status;
    char *real = realpath(path, NULL);
    int err = MR_ENOTFOUND;
    size_t before = list->count;
    if (!real || stat(real, &status) != 0) {
        snprintf(why, why_size, "there is no %s", path);
    } else if (S_ISDIR(status.st_mode)) {
        err = add_folder(list, real, 0);
        if (err == MR_OK && list->count == before) {
            snprintf(why, why_size, "there are no tests (files called NAME_test.lua) below %s",
                     path);
            err = MR_ENOTFOUND;
        }
    } else if (is_test(real)) {
        err = add_file(list, real);
    } else {
        snprintf(why, why_size, "%s is no test: their files are called NAME_test.lua", path);
    }
    free(real);
    return err;
}

int mr_test_list_make(struct mr_test_list *list, char **paths, size_t count, char *why,
                      size_t why_size)
{
    struct mr_paths usual = {0};
    *list = (struct mr_test_list){.places = calloc(FILES_MAX, sizeof *list->places)};
    int err = list->places ? mr_paths_init(&usual, NULL) : MR_ENOMEM;
    if (err == MR_OK) {
        list->user_scripts = realpath(usual.user_scripts, NULL);
    }
    if (err == MR_OK && count == 0) {
        err = add_path(list, usual.user_scripts, why, why_size);
    }
    for (size_t i = 0; err == MR_OK && i < count; i++) {
        err = add_path(list, paths[i], why, why_size);
    }
    mr_paths_free(&usual);
    return err;
}

void mr_test_list_free(struct mr_test_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->places[i].file);
        free(list->places[i].script);
    }
    free(list->places);
    free(list->user_scripts);
}
