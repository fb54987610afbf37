#include "core/plugin/plugin.h"

#include "core/plugin/file.h"
#include "core/plugin/inside.h"
#include "core/runtime/json.h"

#include <moonroom/errors.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASON = 256, SUFFIX = 3 /* bytes of ".so" */ };

struct mr_plugins {
    struct mr_core *core;
    struct mr_loaded *loaded[MR_LIMIT_PLUGINS];
    size_t count;
};

/* The method plugin.list --------------------------------------------------------------------- */

static void add_text(cJSON *list, const char *text)
{
    (void)cJSON_AddItemToArray(list, cJSON_CreateString(text));
}

static cJSON *describe(const struct mr_loaded *loaded)
{
    cJSON *row = cJSON_CreateObject();
    cJSON *methods = cJSON_AddArrayToObject(row, "methods");
    cJSON *events = cJSON_AddArrayToObject(row, "events");
    cJSON *filters = cJSON_AddArrayToObject(row, "filters");
    (void)mr_json_set_string(row, "name", loaded->manifest.name);
    (void)mr_json_set_string(row, "version", loaded->manifest.version);
    (void)mr_json_set_int(row, "abi", loaded->manifest.abi);
    (void)mr_json_set_string(row, "path", loaded->path);
    for (const struct mr_added_method *at = loaded->methods; at; at = at->next)
        add_text(methods, at->row.name);
    for (const struct mr_added_event *at = loaded->events; at; at = at->next)
        add_text(events, at->row.name);
    for (const struct mr_added_filter *at = loaded->filters; at; at = at->next)
        add_text(filters, at->row->kind);
    return row;
}

static void list(void *ctx, struct mr_call *call, const cJSON *params)
{
    const struct mr_plugins *plugins = ctx;
    cJSON *rows = cJSON_CreateArray();
    (void)params;
    for (size_t i = 0; i < plugins->count; i++)
        (void)cJSON_AddItemToArray(rows, describe(plugins->loaded[i]));
    mr_call_return(call, rows);
}

int mr_plugins_new(struct mr_core *core, struct mr_plugins **out)
{
    struct mr_plugins *plugins = calloc(1, sizeof *plugins);
    *out = NULL;
    if (!plugins)
        return MR_ENOMEM;
    plugins->core = core;
    int err = mr_api_bind(core->api, "plugin.list", list, plugins);
    if (err < 0) {
        free(plugins);
        return err;
    }
    *out = plugins;
    return MR_OK;
}

/* Checks -------------------------------------------------------------------------------------- */

static bool name_valid(const char *name, size_t len)
{
    return len > 0 && len < sizeof((struct mr_plugin_manifest *)0)->name &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") >= len;
}

/* The name in FOLDER/NAME.so, which the caller frees; NULL if there is none or without memory. */
static char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? strlen(slash + 1) : 0;
    if (path[0] != '/' || len <= SUFFIX || strcmp(slash + 1 + len - SUFFIX, ".so") != 0 ||
        !name_valid(slash + 1, len - SUFFIX))
        return NULL;
    return strndup(slash + 1, len - SUFFIX);
}

static int check_folder(const char *path, char *why, size_t why_size)
{
    char reason[REASON];
    const char *slash = strrchr(path, '/');
    char *folder = slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
    if (!folder) {
        snprintf(why, why_size, "There is no memory for the plugin %s.", path);
        return MR_ENOMEM;
    }
    int err = mr_plugin_folder_check(folder, reason, sizeof reason);
    if (err < 0)
        snprintf(why, why_size, "The folder of plugins %s is refused: %s.", folder, reason);
    free(folder);
    return err;
}

static int read_manifest(const char *path, struct mr_plugin_manifest *out, char *why,
                         size_t why_size)
{
    char reason[REASON];
    struct mr_buf bytes;
    int err = mr_plugin_file_read(path, &bytes, reason, sizeof reason);
    if (err == MR_OK) {
        err = mr_plugin_manifest_read(mr_buf_data(&bytes), mr_buf_len(&bytes), out, reason,
                                      sizeof reason);
        mr_buf_free(&bytes);
    }
    if (err < 0) {
        *out = (struct mr_plugin_manifest){0};
        snprintf(why, why_size, "The plugin %s is refused: %s.", path, reason);
    }
    return err;
}

static int check_manifest(const struct mr_plugin_manifest *manifest, const char *path,
                          const char *name, char *why, size_t why_size)
{
    if (manifest->abi != MR_PLUGIN_ABI) {
        snprintf(why, why_size,
                 "The plugin %s is refused: it was made for plugin interface %u, this moonroom has "
                 "plugin interface %u.",
                 path, (unsigned)manifest->abi, (unsigned)MR_PLUGIN_ABI);
        return MR_EUNSUPPORTED;
    }
    if (strcmp(manifest->name, name) != 0) {
        snprintf(why, why_size, "The plugin %s is refused: its manifest calls it %s.", path,
                 manifest->name);
        return MR_EINVAL;
    }
    return MR_OK;
}

int mr_plugin_inspect(const char *path, struct mr_plugin_manifest *out, char *why, size_t why_size)
{
    char *name = name_in(path);
    *out = (struct mr_plugin_manifest){0};
    if (!name) {
        snprintf(why, why_size,
                 "%s is not the file of a plugin, NAME.so with a NAME of a-z, 0-9, - and _.", path);
        return MR_EINVAL;
    }
    int err = check_folder(path, why, why_size);
    if (err == MR_OK)
        err = read_manifest(path, out, why, why_size);
    if (err == MR_OK)
        err = check_manifest(out, path, name, why, why_size);
    free(name);
    return err;
}

/* The manifest can say what it likes; the struct is what is really used. */
static int check_plugin(const struct mr_plugin *plugin, const char *path, const char *name,
                        char *why, size_t why_size)
{
    if (plugin->abi != MR_PLUGIN_ABI || plugin->size < sizeof *plugin) {
        snprintf(why, why_size,
                 "The plugin %s is refused: it has plugin interface %u of %u bytes, this moonroom "
                 "has plugin interface %u of %u bytes.",
                 path, (unsigned)plugin->abi, (unsigned)plugin->size, (unsigned)MR_PLUGIN_ABI,
                 (unsigned)sizeof *plugin);
        return MR_EUNSUPPORTED;
    }
    if (!plugin->name || strcmp(plugin->name, name) != 0 || !plugin->init || !plugin->stop) {
        snprintf(why, why_size, "The plugin %s is refused: it is not complete.", path);
        return MR_EINVAL;
    }
    return MR_OK;
}

/* Loading ------------------------------------------------------------------------------------- */

static int open_object(const char *path, const char *name, const struct mr_plugin **out, char *why,
                       size_t why_size)
{
    /* Never closed again, also when it is refused: its destructors would run. */
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        snprintf(why, why_size, "The plugin %s cannot be loaded: %s.", path, dlerror());
        return MR_EINVAL;
    }
    const struct mr_plugin *plugin = dlsym(object, "moonroom_plugin");
    if (!plugin) {
        snprintf(why, why_size, "The plugin %s is refused: it has no symbol moonroom_plugin.",
                 path);
        return MR_EINVAL;
    }
    *out = plugin;
    return check_plugin(plugin, path, name, why, why_size);
}

static void loaded_free(struct mr_loaded *loaded)
{
    loaded->stopped = true;
    mr_plugin_host_release(loaded);
    free(loaded->path);
    free(loaded->folder);
    free(loaded);
}

static int loaded_new(struct mr_plugins *plugins, const char *path,
                      const struct mr_plugin_manifest *manifest, struct mr_loaded **out)
{
    const struct mr_caller_options caller = {.kind = MR_CALLER_PLUGIN, .name = manifest->name};
    struct mr_loaded *loaded = calloc(1, sizeof *loaded);
    if (!loaded)
        return MR_ENOMEM;
    loaded->plugins = plugins;
    loaded->core = plugins->core;
    loaded->manifest = *manifest;
    loaded->path = strdup(path);
    if (asprintf(&loaded->folder, "%s/plugins/%s", plugins->core->paths->data, manifest->name) < 0)
        loaded->folder = NULL;
    int err = loaded->path && loaded->folder
                  ? mr_caller_new(plugins->core->api, &caller, &loaded->caller)
                  : MR_ENOMEM;
    if (err < 0) {
        loaded_free(loaded);
        return err;
    }
    mr_plugin_host_init(loaded);
    *out = loaded;
    return MR_OK;
}

static int start(struct mr_plugins *plugins, const char *path,
                 const struct mr_plugin_manifest *manifest, const struct mr_plugin *plugin,
                 char *why, size_t why_size)
{
    struct mr_loaded *loaded = NULL;
    int err = loaded_new(plugins, path, manifest, &loaded);
    if (err == MR_OK) {
        loaded->plugin = plugin;
        /* In its place already: what it registers is looked for among all others. */
        plugins->loaded[plugins->count++] = loaded;
        err = plugin->init(&loaded->host, &loaded->state);
        loaded->started = true;
        if (err < 0) {
            plugins->count--;
            loaded_free(loaded);
        }
    }
    if (err < 0) {
        snprintf(why, why_size, "The plugin %s did not start: %s.", plugin->name,
                 mr_error_text(err));
        return err;
    }
    mr_log_write(plugins->core->log, MR_LOG_DEBUG, "plugin %s started", plugin->name);
    return MR_OK;
}

static bool is_loaded(const struct mr_plugins *plugins, const char *name)
{
    for (size_t i = 0; i < plugins->count; i++)
        if (strcmp(plugins->loaded[i]->manifest.name, name) == 0)
            return true;
    return false;
}

int mr_plugins_load(struct mr_plugins *plugins, const char *path, char *why, size_t why_size)
{
    struct mr_plugin_manifest manifest;
    const struct mr_plugin *plugin = NULL;
    int err = mr_plugin_inspect(path, &manifest, why, why_size);
    if (err < 0)
        return err;
    if (is_loaded(plugins, manifest.name)) {
        snprintf(why, why_size, "The plugin %s is loaded already.", manifest.name);
        return MR_EEXISTS;
    }
    if (plugins->count == MR_LIMIT_PLUGINS) {
        snprintf(why, why_size, "There are too many plugins.");
        return MR_ELIMIT;
    }
    err = open_object(path, manifest.name, &plugin, why, why_size);
    return err < 0 ? err : start(plugins, path, &manifest, plugin, why, why_size);
}

int mr_plugins_load_named(struct mr_plugins *plugins, const char *folder, const char *name,
                          char *why, size_t why_size)
{
    char *path = NULL;
    if (!name_valid(name, strlen(name))) {
        snprintf(why, why_size, "'%.40s' is not the name of a plugin (a-z, 0-9, - and _).", name);
        return MR_EINVAL;
    }
    if (asprintf(&path, "%s/%s.so", folder, name) < 0) {
        snprintf(why, why_size, "There is no memory for the plugin %s.", name);
        return MR_ENOMEM;
    }
    int err = mr_plugins_load(plugins, path, why, why_size);
    free(path);
    return err;
}

const struct mr_subcommand *mr_plugins_subcommand(const struct mr_plugins *plugins,
                                                  const char *name)
{
    for (size_t i = 0; i < plugins->count; i++) {
        const struct mr_loaded *loaded = plugins->loaded[i];
        for (size_t k = 0; k < loaded->subcommand_count; k++)
            if (strcmp(loaded->subcommands[k]->name, name) == 0)
                return loaded->subcommands[k];
    }
    return NULL;
}

void mr_plugins_stop(struct mr_plugins **plugins)
{
    if (!*plugins)
        return;
    struct mr_plugins *gone = *plugins;
    *plugins = NULL;
    mr_api_unbind(gone->core->api, "plugin.list");
    while (gone->count > 0) {
        struct mr_loaded *last = gone->loaded[--gone->count];
        last->plugin->stop(last->state);
        loaded_free(last);
    }
    free(gone);
}
