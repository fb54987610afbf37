#include "core/script/find.h"

#include <dirent.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"

enum { HELP = 200 };

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* FOLDER/NAME and what follows; false when it is too long or no file. */
static bool try_path(char *out, const char *folder, const char *name, const char *end)
{
    int len = snprintf(out, MR_FIND_PATH, "%s/%s%s", folder, name, end);
    return len > 0 && len < MR_FIND_PATH && is_file(out);
}

/* Names and modules: parts of letters, digits, - and _ between single slashes. */
static bool is_plain(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len >= MR_FIND_NAME || name[0] == '/' || name[len - 1] == '/' ||
        strstr(name, "//")) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && c != '-' && c != '_' && c != '/') {
            return false;
        }
    }
    return true;
}

/* The part of text before its last slash, which may be shorter than out. */
static void parent_of(const char *path, char *out)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    memcpy(out, path, len);
    out[len] = '\0';
}

/* Fills name, shown and folder from the path. root: the scripts folder it lies in, or NULL. */
static void describe(struct mr_found *out, const char *root)
{
    char folder[MR_FIND_PATH];
    parent_of(out->path, folder);
    const char *file = strrchr(out->path, '/') + 1;
    const char *name = file;
    size_t len = strlen(file) - strlen(".lua");
    if (strcmp(file, "init.lua") == 0) {
        const char *slash = strrchr(folder, '/');
        name = slash ? slash + 1 : folder;
        len = strlen(name);
    }
    snprintf(out->name, sizeof out->name, "%.*s", (int)len, name);
    size_t root_len = root ? strlen(root) : 0;
    bool below = root && strncmp(out->path, root, root_len) == 0 && out->path[root_len] == '/';
    snprintf(out->shown, sizeof out->shown, "%s", out->path + (below ? root_len + 1 : 0));
    snprintf(out->folder, sizeof out->folder, "%s",
             below && folder[root_len] ? folder + root_len + 1
             : below                   ? ""
                                       : folder);
}

static bool find_below(const char *root, const char *name, struct mr_found *out)
{
    static const char *const folders[] = {"", "filters/", "responders/", "examples/"};
    for (size_t i = 0; i < 2 * sizeof folders / sizeof folders[0]; i++) {
        char relative[MR_FIND_NAME + 32];
        const char *after = i % 2 == 0 ? ".lua" : "/init.lua";
        snprintf(relative, sizeof relative, "%s%s", folders[i / 2], name);
        if (try_path(out->path, root, relative, after)) {
            describe(out, root);
            return true;
        }
    }
    return false;
}

static bool is_path(const char *text)
{
    size_t len = strlen(text);
    return text[0] == '/' || strncmp(text, "./", 2) == 0 || strncmp(text, "../", 3) == 0 ||
           (len > 4 && strcmp(text + len - 4, ".lua") == 0);
}

static int find_path(const struct mr_paths *paths, const char *path, struct mr_found *out)
{
    char real[MR_FIND_PATH];
    char *resolved = realpath(path, NULL);
    if (!resolved) {
        return MR_ENOTFOUND;
    }
    snprintf(real, sizeof real, "%s", resolved);
    free(resolved);
    if (is_file(real)) {
        snprintf(out->path, sizeof out->path, "%s", real);
    } else if (!try_path(out->path, real, "init", ".lua")) {
        return MR_ENOTFOUND;
    }
    size_t len = strlen(out->path);
    if (len < 5 || strcmp(out->path + len - 4, ".lua") != 0) {
        return MR_EINVAL;
    }
    char *shipped = realpath(paths->shipped_scripts, NULL);
    size_t shipped_len = shipped ? strlen(shipped) : 0;
    out->shipped =
        shipped && strncmp(out->path, shipped, shipped_len) == 0 && out->path[shipped_len] == '/';
    describe(out, out->shipped ? shipped : paths->user_scripts);
    free(shipped);
    return MR_OK;
}

int mr_find_script(const struct mr_paths *paths, const char *name_or_path, bool shipped_only,
                   struct mr_found *out, char *why, size_t why_size)
{
    memset(out, 0, sizeof *out);
    if (is_path(name_or_path)) {
        int err = find_path(paths, name_or_path, out);
        if (err < 0) {
            snprintf(why, why_size,
                     err == MR_EINVAL ? "%s is no Lua file." : "There is no file %s.",
                     name_or_path);
        }
        return err;
    }
    if (!is_plain(name_or_path)) {
        snprintf(why, why_size, "'%.60s' is no name of a script.", name_or_path);
        return MR_EINVAL;
    }
    struct mr_found shipped = {0};
    bool has_shipped = find_below(paths->shipped_scripts, name_or_path, &shipped);
    if (!shipped_only && find_below(paths->user_scripts, name_or_path, out)) {
        out->overrides = has_shipped;
        return MR_OK;
    }
    if (!has_shipped) {
        snprintf(why, why_size, "There is no script %s in %s or among the shipped ones.",
                 name_or_path, paths->user_scripts);
        return MR_ENOTFOUND;
    }
    *out = shipped;
    out->shipped = true;
    return MR_OK;
}

static bool found_module(const char *root, const char *folder, const char *module, bool shipped,
                         struct mr_found *out)
{
    char full[MR_FIND_PATH];
    int len = folder[0] == '/' ? snprintf(full, sizeof full, "%s", folder)
              : folder[0]      ? snprintf(full, sizeof full, "%s/%s", root, folder)
                               : snprintf(full, sizeof full, "%s", root);
    if (len < 0 || len >= (int)sizeof full ||
        (!try_path(out->path, full, module, ".lua") &&
         !try_path(out->path, full, module, "/init.lua"))) {
        return false;
    }
    describe(out, root);
    out->shipped = shipped;
    return true;
}

int mr_find_module(const struct mr_paths *paths, const struct mr_found *script, const char *module,
                   bool shipped_only, struct mr_found *out)
{
    const char *user = paths->user_scripts;
    const char *shipped = paths->shipped_scripts;
    memset(out, 0, sizeof *out);
    if (!is_plain(module)) {
        return MR_EINVAL;
    }
    struct mr_found own = {0};
    bool has_own = found_module(shipped, script->folder, module, true, &own);
    if (!shipped_only && found_module(user, script->folder, module, false, out)) {
        out->overrides = has_own && script->folder[0] != '/';
        return MR_OK;
    }
    if (has_own) {
        *out = own;
        return MR_OK;
    }
    if (found_module(shipped, "lib", module, true, out) ||
        found_module(user, "lib", module, false, out)) {
        return MR_OK;
    }
    return MR_ENOTFOUND;
}

int mr_find_read(const char *path, struct mr_buf *out)
{
    int err = mr_file_load(path, out);
    if (err < 0) {
        return err;
    }
    const char *text = mr_buf_str(out);
    size_t len = mr_buf_len(out);
    return memchr(text, '\0', len) || !mr_utf8_valid(text, len) ? MR_EINVAL : MR_OK;
}

/* "-- classic: the loop" -> "the loop". */
static void first_comment(const char *path, const char *name, char *out, size_t size)
{
    char line[HELP];
    FILE *file = fopen(path, "re");
    out[0] = '\0';
    if (!file) {
        return;
    }
    if (fgets(line, sizeof line, file) && strncmp(line, "--", 2) == 0) {
        struct mr_span text = mr_str_trim(line + 2, strlen(line + 2));
        size_t skip = strlen(name);
        if (text.len > skip + 1 && strncmp(text.at, name, skip) == 0 && text.at[skip] == ':') {
            text = mr_str_trim(text.at + skip + 1, text.len - skip - 1);
        }
        size_t len = mr_utf8_cut(text.at, text.len, size - 1);
        memcpy(out, text.at, len);
        out[len] = '\0';
    }
    fclose(file);
}

/* greeter_test.lua holds the tests of greeter.lua, for `moonroom test`. */
static bool is_test(const char *name)
{
    static const char ending[] = "_test";
    size_t len = strlen(name);
    return len > strlen(ending) && strcmp(name + len - strlen(ending), ending) == 0;
}

static void add_entry(cJSON *list, const char *folder, const char *file)
{
    char path[MR_FIND_PATH];
    char name[MR_FIND_NAME];
    char help[HELP];
    size_t len = strlen(file);
    bool lua = len > 4 && strcmp(file + len - 4, ".lua") == 0;
    len -= lua ? strlen(".lua") : 0;
    if (len >= sizeof name) {
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)len, file);
    if (is_test(name) || !is_plain(name) ||
        !try_path(path, folder, name, lua ? ".lua" : "/init.lua")) {
        return;
    }
    for (const cJSON *item = list->child; item; item = item->next) {
        const char *known = mr_json_string(item, "name");
        if (known && strcmp(known, name) == 0) {
            return;
        }
    }
    cJSON *entry = cJSON_CreateObject();
    first_comment(path, name, help, sizeof help);
    if (!entry || mr_json_set_string(entry, "name", name) < 0 ||
        mr_json_set_string(entry, "path", path) < 0 ||
        mr_json_set_string(entry, "help", help) < 0 || !cJSON_AddItemToArray(list, entry)) {
        cJSON_Delete(entry);
    }
}

static void add_folder(cJSON *list, const char *root, const char *folder)
{
    char *path = mr_paths_join(root, folder);
    struct dirent **names = NULL;
    int count = path ? scandir(path, &names, NULL, alphasort) : -1;
    for (int i = 0; i < count; i++) {
        add_entry(list, path, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    free(path);
}

cJSON *mr_find_list(const struct mr_paths *paths, const char *folder)
{
    cJSON *list = cJSON_CreateArray();
    if (list) {
        add_folder(list, paths->user_scripts, folder);
        add_folder(list, paths->shipped_scripts, folder);
    }
    return list;
}
