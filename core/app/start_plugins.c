#include "core/app/start_plugins.h"

#include <dirent.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/exit.h"
#include "core/base/safe_text.h"
#include "core/base/str.h"
#include "core/plugin/file.h"
#include "core/runtime/file.h"

enum { WHY = 512, AUTOLOAD_MAX = 65536, NAME = 64 };

/* The plugins that come with moonroom. */
static const struct {
    const char *name;
    const char *subcommands[2]; /* NULL: none */
    bool in_client;
} shipped[] = {
    {"roomhost", {"host"}, false},
    {"miner", {"mine", "bench"}, true},
};

enum { SHIPPED = sizeof shipped / sizeof shipped[0] };

const char *mr_shipped_plugin_of(const char *subcommand)
{
    for (size_t i = 0; i < SHIPPED; i++) {
        for (int j = 0; j < 2; j++) {
            const char *name = shipped[i].subcommands[j];
            if (name && strcmp(name, subcommand) == 0) {
                return shipped[i].name;
            }
        }
    }
    return NULL;
}

/* The autoload list ---------------------------------------------------------------------------- */

typedef void name_fn(void *ctx, const char *name);

/* Calls fn for each name; blank lines and lines that begin with # are passed over. */
static void each_line(const char *text, size_t len, name_fn *fn, void *ctx)
{
    while (len > 0) {
        const char *end = memchr(text, '\n', len);
        size_t line = end ? (size_t)(end - text) : len;
        struct mr_span span = mr_str_trim(text, line);
        char name[NAME];
        if (span.len > 0 && span.at[0] != '#') {
            snprintf(name, sizeof name, "%.*s", (int)span.len, span.at);
            fn(ctx, name);
        }
        text += end ? line + 1 : line;
        len -= end ? line + 1 : line;
    }
}

/* The list decides which code runs: it must be as well kept as the plugins themselves. */
static int each_autoload(const char *folder, name_fn *fn, void *ctx, char *why, size_t why_size)
{
    char reason[WHY / 2];
    struct mr_buf text;
    char *path = mr_paths_join(folder, "autoload");
    int err = path ? mr_plugin_folder_check(folder, reason, sizeof reason) : MR_ENOMEM;
    if (err == MR_OK) {
        err = mr_plugin_file_read(path, &text, reason, sizeof reason);
    }
    if (err == MR_OK) {
        if (mr_buf_len(&text) <= AUTOLOAD_MAX) {
            each_line(mr_buf_str(&text), mr_buf_len(&text), fn, ctx);
        }
        mr_buf_free(&text);
    } else if (err == MR_ENOTFOUND) {
        err = MR_OK;
    } else {
        snprintf(why, why_size, "The list of plugins %s/autoload is refused: %s.", folder,
                 err == MR_ENOMEM ? mr_error_text(err) : reason);
    }
    free(path);
    return err;
}

struct loading {
    struct mr_plugins *plugins;
    const char *folder;
    void (*say)(void *ctx, const char *text);
    void *ctx;
};

static void load_one(void *ctx, const char *name)
{
    const struct loading *loading = ctx;
    char why[WHY];
    if (mr_plugins_load_named(loading->plugins, loading->folder, name, why, sizeof why) < 0) {
        loading->say(loading->ctx, why);
    }
}

void mr_load_shipped_plugins(struct mr_core *core, struct mr_plugins *plugins,
                             void (*say)(void *ctx, const char *text), void *ctx)
{
    struct loading loading = {plugins, core->paths->plugins, say, ctx};
    for (size_t i = 0; i < SHIPPED; i++) {
        if (shipped[i].in_client) {
            load_one(&loading, shipped[i].name);
        }
    }
}

void mr_load_usual_plugins(struct mr_core *core, struct mr_plugins *plugins,
                           void (*say)(void *ctx, const char *text), void *ctx)
{
    char why[WHY];
    struct loading loading = {plugins, core->paths->user_plugins, say, ctx};
    mr_load_shipped_plugins(core, plugins, say, ctx);
    if (each_autoload(loading.folder, load_one, &loading, why, sizeof why) < 0) {
        say(ctx, why);
    }
}

int mr_load_named_plugins(struct mr_plugins *plugins, const char *const *paths, char *why,
                          size_t why_size)
{
    int err = MR_OK;
    for (; err == MR_OK && *paths; paths++) {
        char *path = mr_paths_absolute(*paths);
        if (path) {
            err = mr_plugins_load(plugins, path, why, why_size);
        } else {
            err = MR_ENOMEM;
            snprintf(why, why_size, "There is no memory for the plugin %s.", *paths);
        }
        free(path);
    }
    return err;
}

/* The list for people -------------------------------------------------------------------------- */

struct listed {
    const char *name;
    bool found;
};

static void compare(void *ctx, const char *name)
{
    struct listed *listed = ctx;
    listed->found = listed->found || strcmp(listed->name, name) == 0;
}

static bool is_autoloaded(const char *folder, const char *name)
{
    char why[WHY];
    struct listed listed = {name, false};
    (void)each_autoload(folder, compare, &listed, why, sizeof why);
    return listed.found;
}

/* "for moonroom mine, bench"; "" for one that a client loads. */
static void state_of_shipped(const char *name, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < SHIPPED; i++) {
        if (strcmp(shipped[i].name, name) == 0 && !shipped[i].in_client) {
            const char *second = shipped[i].subcommands[1];
            snprintf(out, size, "for moonroom %s%s%s", shipped[i].subcommands[0],
                     second ? ", " : "", second ? second : "");
        }
    }
}

static void print_plugin(const char *path, const char *state)
{
    struct mr_plugin_manifest manifest;
    char why[WHY] = "";
    struct mr_safe_text safe = {0};
    bool good = mr_plugin_inspect(path, &manifest, why, sizeof why) == MR_OK;
    const char *text = good ? path : why;
    if (mr_safe_text_make(text, strlen(text), WHY, &safe) == MR_OK) {
        if (good) {
            printf("%-16s %-10s ABI %-4u %-24s %s\n", manifest.name, manifest.version,
                   (unsigned)manifest.abi, state, safe.text);
        } else {
            printf("%s\n", safe.text);
        }
    }
    mr_safe_text_free(&safe);
}

static int is_object(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 3 && strcmp(entry->d_name + len - 3, ".so") == 0;
}

static void print_folder(const char *folder, bool users)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_object, alphasort);
    for (int i = 0; i < count; i++) {
        char state[NAME] = "";
        char *path = mr_paths_join(folder, entries[i]->d_name);
        char *name = strndup(entries[i]->d_name, strlen(entries[i]->d_name) - 3);
        if (name && !users) {
            state_of_shipped(name, state, sizeof state);
        }
        if (!state[0]) {
            bool loaded = !users || (name && is_autoloaded(folder, name));
            snprintf(state, sizeof state, "%s", loaded ? "loaded" : "not in autoload");
        }
        if (path) {
            print_plugin(path, state);
        }
        free(path);
        free(name);
        free(entries[i]);
    }
    free(entries);
}

int mr_list_plugins(const char *home, const char *const *paths)
{
    struct mr_paths folders;
    char why[WHY];
    struct listed nothing = {"", false};
    printf("This moonroom has plugin interface %u.\n", (unsigned)MR_PLUGIN_ABI);
    int err = mr_paths_init(&folders, home);
    if (err < 0) {
        fprintf(stderr, "moonroom: could not start: %s\n", mr_error_text(err));
        return MR_EXIT_FAILED;
    }
    print_folder(folders.plugins, false);
    print_folder(folders.user_plugins, true);
    if (each_autoload(folders.user_plugins, compare, &nothing, why, sizeof why) < 0) {
        printf("%s\n", why);
    }
    for (; *paths; paths++) {
        char *path = mr_paths_absolute(*paths);
        if (path) {
            print_plugin(path, "loaded");
        }
        free(path);
    }
    mr_paths_free(&folders);
    return MR_EXIT_OK;
}
