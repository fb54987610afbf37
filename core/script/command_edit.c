/* /script edit NAME: opens a script in the user's editor; of a shipped one, the copy that overrides
 * it. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"
#include "core/script/command.h"

/* One at a time: there is one terminal. */
struct mr_editing {
    struct mr_scripts *scripts;
    char path[MR_FIND_PATH];
    char folder[MR_FIND_PATH]; /* of the script, as in mr_found */
    char name[MR_FIND_NAME];
    bool copied; /* the file was made for this */
    struct mr_buf before;
};

static void finish(struct mr_editing *editing)
{
    editing->scripts->editing = NULL;
    mr_buf_free(&editing->before);
    free(editing);
}

void mr_editing_free(struct mr_editing *editing)
{
    if (editing) {
        finish(editing);
    }
}

static void reloaded(void *ctx, int err, const char *text)
{
    if (err == MR_OK) {
        mr_script_command_print(ctx, "info", "It is loaded anew.");
    } else if (err == MR_EBUSY || err == MR_ENOTFOUND) {
        mr_script_command_print(ctx, "error", "%s", text);
    }
}

/* The running script that the file is of: itself, or one whose folder it lies in. */
static struct mr_script *script_of(const struct mr_editing *editing)
{
    struct mr_script *script = mr_scripts_find(editing->scripts, editing->name);
    if (script && mr_script_alive(script)) {
        return script;
    }
    for (script = editing->scripts->first; script; script = script->next) {
        const struct mr_found *found =
            script->now.found.path[0] ? &script->now.found : &script->coming.found;
        const char *file = strrchr(found->path, '/');
        if (mr_script_alive(script) && editing->folder[0] && file &&
            strcmp(found->folder, editing->folder) == 0 && strcmp(file, "/init.lua") == 0) {
            return script;
        }
    }
    return NULL;
}

static bool is_unchanged(const struct mr_editing *editing)
{
    struct mr_buf now;
    mr_buf_init(&now, MR_LIMIT_SCRIPT_SOURCE);
    bool same = mr_file_load(editing->path, &now) == MR_OK &&
                mr_buf_len(&now) == mr_buf_len(&editing->before) &&
                memcmp(mr_buf_data(&now), mr_buf_data(&editing->before), mr_buf_len(&now)) == 0;
    mr_buf_free(&now);
    return same;
}

/* What the user changes by /script edit is the user's own: an installed script is not suspended for
 * it. */
static void agree(const struct mr_editing *editing, const struct mr_script *script)
{
    struct mr_grants *grants = editing->scripts->grants;
    const char *path = script ? script->now.found.path : editing->path;
    if (script && mr_grants_is_installed(grants, path)) {
        (void)mr_grants_installed(grants, path, (const char *const *)script->now.manifest.needs);
    }
}

static void edited(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_editing *editing = ctx;
    struct mr_scripts *scripts = editing->scripts;
    struct mr_script *script = script_of(editing);
    (void)result;
    if (is_unchanged(editing)) {
        if (editing->copied) {
            (void)unlink(editing->path); /* a copy that is the same only keeps new versions away */
        }
        mr_script_command_print(scripts, err < 0 ? "error" : "info", "%s",
                                err < 0 ? text : "Nothing was changed.");
    } else if (script) {
        agree(editing, script);
        mr_script_reload(script, reloaded, scripts);
    } else {
        mr_script_command_print(scripts, "info", "/script load %s starts it.", editing->name);
    }
    finish(editing);
}

/* The file that is edited: the user's own, or a copy of the shipped one in its place. */
static int choose_file(struct mr_editing *editing, const struct mr_found *found)
{
    const char *folder = editing->scripts->core->paths->user_scripts;
    int err = mr_find_read(found->path, &editing->before);
    if (err < 0) {
        return err;
    }
    int len = found->shipped
                  ? snprintf(editing->path, sizeof editing->path, "%s/%s", folder, found->shown)
                  : snprintf(editing->path, sizeof editing->path, "%s", found->path);
    if (len < 0 || (size_t)len >= sizeof editing->path) {
        return MR_ELIMIT;
    }
    if (!found->shipped) {
        return MR_OK;
    }
    char *slash = strrchr(editing->path, '/');
    *slash = '\0';
    err = mr_file_make_folder(editing->path);
    *slash = '/';
    if (err == MR_OK) {
        err = mr_file_save(editing->path, mr_buf_data(&editing->before),
                           mr_buf_len(&editing->before));
        editing->copied = err == MR_OK;
    }
    return err;
}

static int find(struct mr_scripts *scripts, const char *name, struct mr_found *out, char *why,
                size_t why_size)
{
    const struct mr_script *script = mr_scripts_find(scripts, name);
    if (script && script->now.found.path[0]) {
        *out = script->now.found;
        return MR_OK;
    }
    return mr_find_script(scripts->core->paths, name, false, out, why, why_size);
}

void mr_script_command_edit(struct mr_scripts *scripts, const char *name, const char *rest)
{
    struct mr_found found;
    char why[MR_COMMAND_WHY];
    (void)rest;
    if (scripts->editing) {
        mr_script_command_print(scripts, "error", "The editor runs already.");
        return;
    }
    if (find(scripts, name, &found, why, sizeof why) < 0) {
        mr_script_command_print(scripts, "error", "%s /script new NAME makes one.", why);
        return;
    }
    struct mr_editing *editing = calloc(1, sizeof *editing);
    cJSON *params = cJSON_CreateObject();
    if (!editing) {
        cJSON_Delete(params);
        return;
    }
    editing->scripts = scripts;
    scripts->editing = editing;
    mr_buf_init(&editing->before, MR_LIMIT_SCRIPT_SOURCE);
    snprintf(editing->name, sizeof editing->name, "%s", found.name);
    snprintf(editing->folder, sizeof editing->folder, "%s", found.folder);
    int err = choose_file(editing, &found);
    if (err == MR_OK) {
        err = params ? mr_json_set_string(params, "path", editing->path) : MR_ENOMEM;
    }
    if (err == MR_OK) {
        if (editing->copied) {
            mr_script_command_print(scripts, "info",
                                    "%s takes the place of the shipped file from now on.",
                                    editing->path);
        }
        mr_api_call(scripts->core->api, scripts->self, "ui.edit", params, edited, editing);
    } else {
        mr_script_command_print(scripts, "error", "%s cannot be edited: %s", found.path,
                                mr_error_text(err));
        finish(editing);
    }
    cJSON_Delete(params);
}
