#include "core/script/watch.h"

#include <libgen.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/limits.h"
#include "core/runtime/folder_watch.h"
#include "core/runtime/json.h"
#include "core/script/command.h"
#include "core/script/life.h"

static const char setting_name[] = "script.watch";

/* A text that a script was made of. */
struct mr_script_part {
    struct mr_script_part *next;
    char module[MR_FIND_NAME];
    char *path; /* NULL: there was none */
    uint64_t hash;
    unsigned round;
};

struct folder {
    struct folder *next;
    struct mr_folder_watch *watch;
    dev_t device;
    ino_t inode;
    bool wanted;
};

struct mr_script_watch {
    struct mr_scripts *scripts;
    struct folder *folders;
    size_t count;
    struct mr_timer *quiet; /* until it has been quiet for a while */
};

/* Parts ------------------------------------------------------------------------------------- */

/* FNV-1a: only to tell one text from the next. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037U;
    for (; *text; text++) {
        hash = (hash ^ (uint8_t)*text) * 1099511628211U;
    }
    return hash;
}

static struct mr_script_part *part_of(struct mr_script *script, const char *module)
{
    struct mr_script_part *part = script->parts;
    size_t count = 0;
    while (part && strcmp(part->module, module) != 0) {
        part = part->next;
        count++;
    }
    if (part || strlen(module) >= sizeof part->module || count == MR_LIMIT_SCRIPT_PARTS) {
        return part;
    }
    part = calloc(1, sizeof *part);
    if (part) {
        snprintf(part->module, sizeof part->module, "%s", module);
        part->next = script->parts;
        script->parts = part;
    }
    return part;
}

void mr_script_part_read(struct mr_script *script, const char *module, const char *path,
                         const char *text)
{
    struct mr_script_part *part = part_of(script, module);
    script->part_round += *module == '\0';
    if (part) {
        free(part->path);
        part->path = path ? strdup(path) : NULL;
        part->hash = hash_of(text);
        part->round = script->part_round;
    }
}

static void drop_parts(struct mr_script *script, bool all)
{
    struct mr_script_part **at = &script->parts;
    while (*at) {
        struct mr_script_part *part = *at;
        if (all || part->round != script->part_round) {
            *at = part->next;
            free(part->path);
            free(part);
        } else {
            at = &part->next;
        }
    }
}

void mr_script_parts_settle(struct mr_script *script)
{
    drop_parts(script, false);
    mr_script_watch_look(script->scripts->watch);
}

void mr_script_parts_free(struct mr_script *script)
{
    drop_parts(script, true);
}

/* Whether the file that would be read now holds another text. */
static bool has_changed(const struct mr_script *script, const struct mr_script_part *part)
{
    char why[256];
    struct mr_found found;
    struct mr_buf text;
    const struct mr_paths *paths = script->scripts->core->paths;
    int err = *part->module ? mr_find_module(paths, &script->now.found, part->module, false, &found)
                            : mr_find_script(paths, script->asked, false, &found, why, sizeof why);
    mr_buf_init(&text, MR_LIMIT_SCRIPT_SOURCE);
    bool changed = err == MR_OK && mr_find_read(found.path, &text) == MR_OK &&
                   mr_buf_len(&text) > 0 && hash_of(mr_buf_str(&text)) != part->hash;
    mr_buf_free(&text);
    return changed;
}

/* Folders ----------------------------------------------------------------------------------- */

static void on_change(void *ctx);

/* The folder, or the nearest above it that is there: it may be made. */
static bool nearest(char *path, struct stat *status)
{
    while (stat(path, status) != 0 || !S_ISDIR(status->st_mode)) {
        char *slash = strrchr(path, '/');
        if (!slash || slash == path) {
            return false;
        }
        *slash = '\0';
    }
    return true;
}

static void want(struct mr_script_watch *watch, const char *folder)
{
    char path[MR_FIND_PATH];
    struct stat status;
    snprintf(path, sizeof path, "%s", folder);
    if (!nearest(path, &status)) {
        return;
    }
    struct folder *at = watch->folders;
    while (at && (at->device != status.st_dev || at->inode != status.st_ino)) {
        at = at->next;
    }
    if (at || watch->count == MR_LIMIT_WATCHED_FOLDERS) {
        if (at) {
            at->wanted = true;
        }
        return;
    }
    at = calloc(1, sizeof *at);
    struct mr_loop *loop = watch->scripts->core->loop;
    if (!at || mr_folder_watch_start(loop, path, on_change, watch, &at->watch) < 0) {
        free(at);
        return;
    }
    *at = (struct folder){watch->folders, at->watch, status.st_dev, status.st_ino, true};
    watch->folders = at;
    watch->count++;
}

/* The folder of a file, and of what it is a link to. */
static void want_folder_of(struct mr_script_watch *watch, const char *file)
{
    char path[MR_FIND_PATH];
    snprintf(path, sizeof path, "%s", file);
    want(watch, dirname(path));
    char *real = realpath(file, NULL);
    if (real) {
        want(watch, dirname(real));
    }
    free(real);
}

/* Where a file of the user's could take the place of one of these. */
static void want_users(struct mr_script_watch *watch, const struct mr_script *script)
{
    static const char *const places[] = {"", "filters", "responders", "examples", "lib"};
    char path[MR_FIND_PATH];
    const char *root = watch->scripts->core->paths->user_scripts;
    const char *folder = script->now.found.folder;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        int len = snprintf(path, sizeof path, "%s/%s", root, places[i]);
        if (len > 0 && (size_t)len < sizeof path) {
            want(watch, path);
        }
    }
    for (const struct mr_script_part *part = script->parts; part; part = part->next) {
        const char *file = *part->module ? part->module : script->now.found.name;
        int len = folder[0] == '/' ? snprintf(path, sizeof path, "%s/%s", folder, file)
                                   : snprintf(path, sizeof path, "%s/%s/%s", root, folder, file);
        if (len > 0 && (size_t)len < sizeof path) {
            want_folder_of(watch, path);
            want(watch, path);
        }
    }
}

static void drop_folders(struct mr_script_watch *watch, bool all)
{
    struct folder **at = &watch->folders;
    while (*at) {
        struct folder *folder = *at;
        if (all || !folder->wanted) {
            *at = folder->next;
            mr_folder_watch_stop(&folder->watch);
            free(folder);
            watch->count--;
        } else {
            at = &folder->next;
        }
    }
}

static void choose_folders(struct mr_script_watch *watch)
{
    for (struct folder *folder = watch->folders; folder; folder = folder->next) {
        folder->wanted = false;
    }
    bool on = mr_settings_bool(watch->scripts->core->settings, setting_name);
    const struct mr_script *script = on ? watch->scripts->first : NULL;
    for (; script; script = script->next) {
        if (!mr_script_alive(script) || script->kind == MR_SCRIPT_TEST) {
            continue;
        }
        want_users(watch, script);
        for (const struct mr_script_part *part = script->parts; part; part = part->next) {
            if (part->path) {
                want_folder_of(watch, part->path);
            }
        }
    }
    drop_folders(watch, false);
}

/* Looking ----------------------------------------------------------------------------------- */

/* Failures were told by the script. */
static void reloaded(void *ctx, int err, const char *text)
{
    if (err == MR_OK) {
        mr_script_command_print(ctx, "info", "%s was saved and is loaded anew.", text);
    }
}

static void look_at(struct mr_script *script)
{
    const struct mr_script_part *part = script->parts;
    while (part && !has_changed(script, part)) {
        part = part->next;
    }
    if (part) {
        mr_script_reload(script, reloaded, script->scripts);
    }
}

static void look(void *ctx)
{
    struct mr_script_watch *watch = ctx;
    mr_timer_stop(&watch->quiet);
    choose_folders(watch);
    if (!mr_settings_bool(watch->scripts->core->settings, setting_name)) {
        return;
    }
    struct mr_script *next;
    for (struct mr_script *script = watch->scripts->first; script; script = next) {
        next = script->next;
        /* One that is on its way is looked at when it is up. */
        if (script->state == MR_SCRIPT_RUNNING && script->kind != MR_SCRIPT_TEST) {
            look_at(script);
        }
    }
}

static void on_change(void *ctx)
{
    struct mr_script_watch *watch = ctx;
    mr_timer_stop(&watch->quiet);
    (void)mr_timer_start_real(watch->scripts->core->loop, MR_LIMIT_WATCH_QUIET, 0, look, watch,
                              &watch->quiet);
}

void mr_script_watch_look(struct mr_script_watch *watch)
{
    if (watch && !watch->quiet && !watch->scripts->freeing) {
        choose_folders(watch);
        on_change(watch);
    }
}

static void on_setting(void *ctx, const char *event, const cJSON *data)
{
    const char *name = mr_json_string(data, "name");
    (void)event;
    if (name && strcmp(name, setting_name) == 0) {
        mr_script_watch_look(ctx);
    }
}

int mr_script_watch_new(struct mr_scripts *scripts, struct mr_script_watch **out)
{
    struct mr_script_watch *watch = calloc(1, sizeof *watch);
    *out = watch;
    if (!watch) {
        return MR_ENOMEM;
    }
    watch->scripts = scripts;
    return mr_hooks_listen(scripts->core->hooks, "setting", 0, watch, on_setting, watch, NULL);
}

void mr_script_watch_free(struct mr_script_watch *watch)
{
    if (!watch) {
        return;
    }
    mr_hooks_remove_owner(watch->scripts->core->hooks, watch);
    mr_timer_stop(&watch->quiet);
    drop_folders(watch, true);
    free(watch);
}
