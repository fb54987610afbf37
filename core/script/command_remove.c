/* /script remove NAME: a script of the user's goes, after a question. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/runtime/json.h"
#include "core/script/autoload.h"
#include "core/script/command.h"
#include "core/script/package.h"

enum { QUESTION = 8300 };

/* One at a time; it hangs on the manager while something is waited for. */
struct mr_removal {
    struct mr_scripts *scripts;
    struct mr_found found;
    char name[MR_MANIFEST_NAME + 1];
    bool forget; /* its store, files and settings go as well */
};

static void finish(struct mr_removal *removal)
{
    removal->scripts->removal = NULL;
    free(removal);
}

static void store_path(const struct mr_removal *removal, char *out, size_t size)
{
    snprintf(out, size, "%s/%s.json", removal->scripts->store_folder, removal->name);
}

/* What fs.* has kept (core/api/methods_fs.c); false when the path is too long. */
static bool files_path(const struct mr_removal *removal, char *out, size_t size)
{
    return snprintf(out, size, "%s/files/%s", removal->scripts->core->paths->data, removal->name) <
           (int)size;
}

static bool has_kept(const struct mr_removal *removal)
{
    char path[MR_FIND_PATH];
    char files[MR_FIND_PATH];
    store_path(removal, path, sizeof path);
    return access(path, F_OK) == 0 ||
           (files_path(removal, files, sizeof files) && access(files, F_OK) == 0) ||
           mr_settings_keeps(removal->scripts->core->settings, removal->name);
}

static void forget(const struct mr_removal *removal)
{
    char path[MR_FIND_PATH];
    store_path(removal, path, sizeof path);
    (void)unlink(path);
    if (files_path(removal, path, sizeof path)) {
        (void)mr_package_remove(path);
    }
    mr_settings_forget(removal->scripts->core->settings, removal->name);
}

static void on_unloaded(void *ctx, int err, const char *text)
{
    struct mr_removal *removal = ctx;
    struct mr_scripts *scripts = removal->scripts;
    (void)text;
    if (scripts->freeing) {
        return;
    }
    err = mr_package_remove(removal->found.path);
    if (err < 0) {
        mr_script_command_print(scripts, "error", "%s could not be removed: %s",
                                removal->found.path, mr_error_text(err));
        finish(removal);
        return;
    }
    err = mr_autoload_set(scripts->core->paths->user_scripts, removal->found.name, false);
    if (err == MR_OK && strcmp(removal->found.name, removal->name) != 0) {
        err = mr_autoload_set(scripts->core->paths->user_scripts, removal->name, false);
    }
    if (err < 0) {
        mr_script_command_print(scripts, "error", "The list of autoload was not changed: %s",
                                mr_error_text(err));
    }
    (void)mr_grants_forget(scripts->grants, removal->found.path);
    if (removal->forget) {
        forget(removal);
    }
    mr_script_command_print(scripts, "info", "%s is removed%s.", removal->name,
                            removal->forget     ? ", with all that it kept"
                            : has_kept(removal) ? "; what it kept is still there"
                                                : "");
    finish(removal);
}

static void unload(struct mr_removal *removal)
{
    struct mr_script *script = mr_scripts_find(removal->scripts, removal->name);
    if (script && strcmp(script->now.found.path, removal->found.path) == 0) {
        mr_script_stop(script, MR_COMMAND_STOP_MS, on_unloaded, removal);
    } else {
        on_unloaded(removal, MR_OK, "");
    }
}

static void forget_answered(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_removal *removal = ctx;
    (void)text;
    if (err < 0) {
        mr_script_command_print(removal->scripts, "info", "It was not removed.");
        finish(removal);
        return;
    }
    removal->forget = cJSON_IsTrue(result);
    unload(removal);
}

static void remove_answered(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_removal *removal = ctx;
    (void)text;
    if (err < 0 || !cJSON_IsTrue(result)) {
        mr_script_command_print(removal->scripts, "info", "It was not removed.");
        finish(removal);
    } else if (has_kept(removal)) {
        mr_script_command_confirm(removal->scripts,
                                  "Forget what it has kept, too (its store, files and settings)?",
                                  forget_answered, removal);
    } else {
        unload(removal);
    }
}

/* Where it lies, if it is the user's own; else why it cannot go. */
static int find(struct mr_scripts *scripts, const char *name, struct mr_found *out, char *why,
                size_t why_size)
{
    const struct mr_script *script = mr_scripts_find(scripts, name);
    const char *folder = scripts->core->paths->user_scripts;
    if (script && script->now.found.path[0]) {
        *out = script->now.found;
    } else {
        int err = mr_find_script(scripts->core->paths, name, false, out, why, why_size);
        if (err == MR_ENOTFOUND && !strchr(name, '/')) {
            char below[MR_FIND_NAME + 16];
            snprintf(below, sizeof below, "strategies/%.*s", MR_FIND_NAME - 1, name);
            err = mr_find_script(scripts->core->paths, below, false, out, why, why_size);
        }
        if (err < 0) {
            return err;
        }
    }
    if (out->shipped) {
        snprintf(why, why_size, "%s is shipped with moonroom and stays; /script unload ends it.",
                 out->name);
        return MR_EDENIED;
    }
    if (strncmp(out->path, folder, strlen(folder)) != 0 || out->path[strlen(folder)] != '/') {
        snprintf(why, why_size, "%s is not in your scripts folder; /script unload ends it.",
                 out->path);
        return MR_EDENIED;
    }
    if (strcmp(out->path + strlen(folder), "/init.lua") == 0) {
        /* It would be the script of the whole folder, with all others in it. */
        snprintf(why, why_size, "%s is no script of its own; remove the file by hand.", out->path);
        return MR_EDENIED;
    }
    return MR_OK;
}

void mr_script_command_remove(struct mr_scripts *scripts, const char *name, const char *rest)
{
    char text[QUESTION];
    struct mr_found found;
    const struct mr_script *script = mr_scripts_find(scripts, name);
    (void)rest;
    if (scripts->removal) {
        mr_script_command_print(scripts, "error", "One at a time: a script is being removed.");
        return;
    }
    if (find(scripts, name, &found, text, sizeof text) < 0) {
        mr_script_command_print(scripts, "error", "%s", text);
        return;
    }
    struct mr_removal *removal = calloc(1, sizeof *removal);
    if (!removal) {
        return;
    }
    removal->scripts = scripts;
    removal->found = found;
    snprintf(removal->name, sizeof removal->name, "%.*s", MR_MANIFEST_NAME,
             script ? mr_script_name(script) : found.name);
    scripts->removal = removal;
    snprintf(text, sizeof text, "Remove %s (%s)?", removal->name, found.path);
    mr_script_command_confirm(scripts, text, remove_answered, removal);
}
