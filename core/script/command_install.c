/* /script install FILE|DIR: shows what it is and wants, asks, and puts it into the user's folder.
 */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/api/permission.h"
#include "core/base/limits.h"
#include "core/runtime/json.h"
#include "core/script/autoload.h"
#include "core/script/command.h"
#include "core/script/package.h"
#include "core/script/reader.h"
#include "core/script/version.h"

enum { WORDS = 512, CELL = 1024 };

/* One at a time; it hangs on the manager while something is waited for. */
struct mr_install {
    struct mr_scripts *scripts;
    struct mr_package package;
    struct mr_reader *reader;
    struct mr_manifest manifest;
    bool strategy;
    bool there;                /* one of this name is installed already, */
    char old_version[33];      /* in this version */
    char folder[MR_FIND_PATH]; /* where it goes */
    char path[MR_FIND_PATH];   /* where the script itself is or will be */
};

void mr_install_free(struct mr_install *install)
{
    if (install) {
        mr_reader_free(&install->reader);
        mr_package_free(&install->package);
        mr_manifest_free(&install->manifest);
        free(install);
    }
}

static void finish(struct mr_install *install)
{
    install->scripts->install = NULL;
    mr_install_free(install);
}

static void ask(struct mr_install *install, const char *question, mr_done_fn *fn)
{
    mr_script_command_confirm(install->scripts, question, fn, install);
}

/* Loading ------------------------------------------------------------------------------------ */

static void loaded(void *ctx, int err, const char *text)
{
    if (err == MR_OK) {
        mr_script_command_print(ctx, "info", "%s is loaded.", text);
    }
}

static void load_answered(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_install *install = ctx;
    struct mr_scripts *scripts = install->scripts;
    const char *name = install->manifest.name;
    (void)text;
    if (err == MR_OK && cJSON_IsTrue(result)) {
        char why[MR_COMMAND_WHY];
        err = mr_autoload_set(scripts->core->paths->user_scripts, name, true);
        if (err < 0) {
            mr_script_command_print(scripts, "error", "The list of autoload was not changed: %s",
                                    mr_error_text(err));
        }
        if (mr_scripts_open(scripts, name, MR_TRUST_ASK, loaded, scripts, why, sizeof why) < 0) {
            mr_script_command_print(scripts, "error", "%s", why);
        }
    } else {
        mr_script_command_print(scripts, "info", "/script load %s starts it.", name);
    }
    finish(install);
}

static void reloaded(void *ctx, int err, const char *text)
{
    (void)text;
    if (err == MR_OK) {
        mr_script_command_print(ctx, "info", "The new version runs.");
    }
}

static void start(struct mr_install *install)
{
    struct mr_scripts *scripts = install->scripts;
    struct mr_script *running = mr_scripts_find(scripts, install->manifest.name);
    mr_script_command_print(scripts, "info", "%s is installed: %s", install->manifest.name,
                            install->path);
    if (running && mr_script_alive(running)) {
        mr_script_reload(running, reloaded, scripts);
        finish(install);
    } else if (install->strategy) {
        mr_script_command_print(scripts, "info", "/mine start %s uses it.", install->manifest.name);
        finish(install);
    } else {
        ask(install, "Load it now, and whenever moonroom starts?", load_answered);
    }
}

/* Writing ------------------------------------------------------------------------------------- */

static void install_answered(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_install *install = ctx;
    struct mr_scripts *scripts = install->scripts;
    const char *const *needs = (const char *const *)install->manifest.needs;
    (void)text;
    if (err < 0 || !cJSON_IsTrue(result)) {
        mr_script_command_print(scripts, err < 0 ? "error" : "info", "%s",
                                err < 0 ? "It was not installed: the question was not answered."
                                        : "It was not installed.");
        finish(install);
        return;
    }
    err = mr_package_write(&install->package, install->folder, install->manifest.name,
                           install->path, sizeof install->path);
    if (err == MR_OK) {
        err = mr_grants_installed(scripts->grants, install->path, needs);
    }
    if (err < 0) {
        mr_script_command_print(scripts, "error", "%s could not be written to %s: %s",
                                install->manifest.name, install->folder, mr_error_text(err));
        finish(install);
        return;
    }
    start(install);
}

/* Showing ------------------------------------------------------------------------------------- */

static void add_fact(cJSON *rows, const char *key, const char *value)
{
    const char *cells[] = {key, value};
    if (*value) {
        mr_script_command_row(rows, cells, 2);
    }
}

static void add_wishes(const struct mr_install *install, cJSON *rows)
{
    char *const *needs = install->manifest.needs;
    for (size_t i = 0; needs[i]; i++) {
        struct mr_buf words;
        mr_buf_init(&words, WORDS);
        (void)mr_permission_words(needs[i], &words);
        const char *cells[] = {i == 0 ? "wants to" : "", mr_buf_str(&words)};
        mr_script_command_row(rows, cells, 2);
        mr_buf_free(&words);
    }
    if (!needs[0]) {
        add_fact(rows, "wants to", "do nothing that needs a permission");
    }
}

static void show(struct mr_install *install)
{
    const struct mr_manifest *manifest = &install->manifest;
    const struct mr_package *package = &install->package;
    struct mr_found shipped;
    char text[CELL];
    cJSON *rows = cJSON_CreateArray();
    add_fact(rows, "name", manifest->name);
    add_fact(rows, "version", manifest->version);
    add_fact(rows, "does", manifest->help);
    snprintf(text, sizeof text, "%zu file%s, %zu KiB", package->count,
             package->count == 1 ? "" : "s", (package->size + 1023) / 1024);
    add_fact(rows, "is", text);
    add_wishes(install, rows);
    if (mr_find_script(install->scripts->core->paths, manifest->name, true, &shipped, text,
                       sizeof text) == MR_OK) {
        snprintf(text, sizeof text, "takes the place of the shipped %s", shipped.name);
        add_fact(rows, "note", text);
    }
    mr_script_command_table(install->scripts, NULL, rows);
    if (install->there) {
        snprintf(text, sizeof text, "Put it in the place of %s %s, which is installed?",
                 manifest->name, install->old_version);
    } else {
        snprintf(text, sizeof text, "Install it, and let it do that?");
    }
    ask(install, text, install_answered);
}

/* Checking ------------------------------------------------------------------------------------ */

static void refuse(struct mr_install *install, const char *why)
{
    mr_script_command_print(install->scripts, "error", "It was not installed. %s", why);
    finish(install);
}

static void on_old_manifest(void *ctx, int err, const char *why, struct mr_manifest *manifest)
{
    struct mr_install *install = ctx;
    char text[CELL];
    const char *old = err == MR_OK ? manifest->version : "";
    (void)why;
    snprintf(install->old_version, sizeof install->old_version, "%s", *old ? old : "(no version)");
    if (mr_version_compare(install->manifest.version, old) > 0) {
        show(install);
        return;
    }
    snprintf(text, sizeof text,
             "%s %s is there already, and %s is not newer; /script remove %s takes it away.",
             install->manifest.name, install->old_version,
             install->manifest.version[0] ? install->manifest.version : "one without a version",
             install->manifest.name);
    refuse(install, text);
}

/* Something of this name in the folder, and its text; false when there is none. */
static bool read_old(struct mr_install *install, struct mr_buf *text)
{
    static const char *const ends[] = {".lua", "/init.lua"};
    for (size_t i = 0; i < 2; i++) {
        int len = snprintf(install->path, sizeof install->path, "%s/%s%s", install->folder,
                           install->manifest.name, ends[i]);
        if (len < 0 || (size_t)len >= sizeof install->path) {
            return false;
        }
        if (access(install->path, F_OK) == 0) {
            install->there = true;
            return mr_find_read(install->path, text) == MR_OK;
        }
    }
    return false;
}

static bool is_reserved(const char *name)
{
    static const char *const names[] = {"commands", "filters",    "responders", "examples", "lib",
                                        "types",    "strategies", "scratch",    "autoload", "init"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void on_manifest(void *ctx, int err, const char *why, struct mr_manifest *manifest)
{
    struct mr_install *install = ctx;
    struct mr_buf text;
    if (err < 0) {
        refuse(install, why);
        return;
    }
    install->manifest = *manifest;
    *manifest = (struct mr_manifest){.given = false};
    if (is_reserved(install->manifest.name)) {
        refuse(install, "Its name is one of moonroom's own; no other script can have it.");
        return;
    }
    if (strlen(install->folder) + strlen(install->manifest.name) + 16 > sizeof install->path) {
        refuse(install, "The path of the scripts folder is too long.");
        return;
    }
    mr_buf_init(&text, MR_LIMIT_SCRIPT_SOURCE);
    if (read_old(install, &text)) {
        err = mr_reader_start(install->scripts->core, install->manifest.name, install->path,
                              mr_buf_str(&text), on_old_manifest, install, &install->reader);
        if (err < 0) {
            refuse(install, mr_error_text(err));
        }
    } else if (install->there) {
        on_old_manifest(install, MR_EIO, "", NULL);
    } else {
        show(install);
    }
    mr_buf_free(&text);
}

/* A strategy defines mine(client), at the beginning of a line. */
static bool defines_mine(const char *text)
{
    static const char *const beginnings[] = {"function mine(", "mine = function"};
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        for (size_t i = 0; i < 2; i++) {
            if (strncmp(line, beginnings[i], strlen(beginnings[i])) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* ~/x is what a shell would make of it. */
static void expand(const char *path, char *out, size_t size)
{
    const char *home = getenv("HOME");
    bool below = strncmp(path, "~/", 2) == 0 && home;
    snprintf(out, size, "%s%s", below ? home : "", path + (below ? 1 : 0));
    size_t len = strlen(out);
    static const char init[] = "/init.lua";
    if (len > strlen(init) && strcmp(out + len - strlen(init), init) == 0) {
        out[len - strlen(init)] = '\0';
    }
}

void mr_script_command_install(struct mr_scripts *scripts, const char *name, const char *rest)
{
    char why[MR_COMMAND_TEXT];
    char path[MR_FIND_PATH];
    (void)rest;
    if (scripts->install) {
        mr_script_command_print(scripts, "error", "One at a time: a script is being installed.");
        return;
    }
    struct mr_install *install = calloc(1, sizeof *install);
    if (!install) {
        return;
    }
    install->scripts = scripts;
    expand(name, path, sizeof path);
    if (mr_package_read(path, &install->package, why, sizeof why) < 0) {
        mr_script_command_print(scripts, "error", "%s", why);
        mr_install_free(install);
        return;
    }
    const char *source = install->package.files->bytes;
    install->strategy = defines_mine(source);
    snprintf(install->folder, sizeof install->folder, "%s%s", scripts->core->paths->user_scripts,
             install->strategy ? "/strategies" : "");
    scripts->install = install;
    int err = mr_reader_start(scripts->core, install->package.name, path, source, on_manifest,
                              install, &install->reader);
    if (err < 0) {
        refuse(install, mr_error_text(err));
    }
}
