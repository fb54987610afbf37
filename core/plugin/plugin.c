#include "core/plugin/plugin.h"

#include "core/plugin/file.h"
#include "core/plugin/manifest.h"

#include <moonroom/errors.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLUGINS_MAX = 32, SUBCOMMANDS_MAX = 32 };

struct loaded {
    const struct mr_plugin *plugin;
    void *state;
};

struct mr_plugins {
    struct mr_host host;
    struct mr_log *log;
    char *folder;
    struct loaded loaded[PLUGINS_MAX];
    size_t count;
    const struct mr_subcommand *subcommands[SUBCOMMANDS_MAX];
    size_t subcommand_count;
};

static void host_log(void *core, enum mr_host_log level, const char *text)
{
    static const enum mr_log_level levels[] = {MR_LOG_ERROR, MR_LOG_WARN, MR_LOG_INFO,
                                               MR_LOG_DEBUG};
    struct mr_plugins *plugins = core;
    if ((size_t)level < sizeof levels / sizeof levels[0])
        mr_log_write(plugins->log, levels[level], "%s", text);
}

static int host_add_subcommand(void *core, const struct mr_subcommand *command)
{
    struct mr_plugins *plugins = core;
    if (!command || !command->name || !command->name[0] || !command->run)
        return MR_EINVAL;
    if (mr_plugins_subcommand(plugins, command->name))
        return MR_EEXISTS;
    if (plugins->subcommand_count == SUBCOMMANDS_MAX)
        return MR_ELIMIT;
    plugins->subcommands[plugins->subcommand_count++] = command;
    return MR_OK;
}

int mr_plugins_new(struct uv_loop_s *loop, struct mr_log *log, const char *folder,
                   struct mr_plugins **out)
{
    if (folder[0] != '/')
        return MR_EINVAL;
    struct mr_plugins *plugins = calloc(1, sizeof *plugins);
    char *copy = strdup(folder);
    if (!plugins || !copy) {
        free(plugins);
        free(copy);
        return MR_ENOMEM;
    }
    plugins->log = log;
    plugins->folder = copy;
    plugins->host = (struct mr_host){
        .abi = MR_PLUGIN_ABI,
        .size = sizeof plugins->host,
        .core = plugins,
        .loop = loop,
        .log = host_log,
        .add_subcommand = host_add_subcommand,
    };
    *out = plugins;
    return MR_OK;
}

static const struct loaded *find(const struct mr_plugins *plugins, const char *name)
{
    for (size_t i = 0; i < plugins->count; i++)
        if (strcmp(plugins->loaded[i].plugin->name, name) == 0)
            return &plugins->loaded[i];
    return NULL;
}

/* What can be said of the object before any of its code runs. */
static int check_manifest(const char *path, const char *name, char *why, size_t why_size)
{
    struct mr_plugin_manifest manifest;
    char reason[256];
    struct mr_buf bytes;
    int err = mr_plugin_file_read(path, &bytes, reason, sizeof reason);
    if (err == MR_OK) {
        err = mr_plugin_manifest_read(mr_buf_data(&bytes), mr_buf_len(&bytes), &manifest, reason,
                                      sizeof reason);
        mr_buf_free(&bytes);
    }
    if (err != MR_OK) {
        snprintf(why, why_size, "The plugin %s is refused: %s.", path, reason);
        return err;
    }
    if (manifest.abi != MR_PLUGIN_ABI) {
        snprintf(why, why_size,
                 "The plugin %s is refused: it was made for plugin interface %u, this moonroom has "
                 "plugin interface %u.",
                 path, (unsigned)manifest.abi, (unsigned)MR_PLUGIN_ABI);
        return MR_EUNSUPPORTED;
    }
    if (strcmp(manifest.name, name) != 0) {
        snprintf(why, why_size, "The plugin %s is refused: its manifest calls it %s.", path,
                 manifest.name);
        return MR_EINVAL;
    }
    return MR_OK;
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

static int start(struct mr_plugins *plugins, const struct mr_plugin *plugin, char *why,
                 size_t why_size)
{
    size_t subcommands = plugins->subcommand_count;
    struct loaded *slot = &plugins->loaded[plugins->count];
    *slot = (struct loaded){.plugin = plugin};
    int err = plugin->init(&plugins->host, &slot->state);
    if (err < 0) {
        plugins->subcommand_count = subcommands;
        snprintf(why, why_size, "The plugin %s did not start: %s.", plugin->name,
                 mr_error_text(err));
        return err;
    }
    plugins->count++;
    mr_log_write(plugins->log, MR_LOG_DEBUG, "plugin %s started", plugin->name);
    return MR_OK;
}

static int open_and_start(struct mr_plugins *plugins, const char *path, const char *name, char *why,
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
    int err = check_plugin(plugin, path, name, why, why_size);
    return err == MR_OK ? start(plugins, plugin, why, why_size) : err;
}

int mr_plugins_load(struct mr_plugins *plugins, const char *name, char *why, size_t why_size)
{
    if (name[0] == '\0' || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(name) ||
        strlen(name) >= sizeof((struct mr_plugin_manifest *)0)->name) {
        snprintf(why, why_size, "This is not the name of a plugin.");
        return MR_EINVAL;
    }
    if (find(plugins, name)) {
        snprintf(why, why_size, "The plugin %s is loaded already.", name);
        return MR_EEXISTS;
    }
    if (plugins->count == PLUGINS_MAX) {
        snprintf(why, why_size, "There are too many plugins.");
        return MR_ELIMIT;
    }
    char *path = NULL;
    if (asprintf(&path, "%s/%s.so", plugins->folder, name) < 0) {
        snprintf(why, why_size, "There is no memory for the plugin %s.", name);
        return MR_ENOMEM;
    }
    char reason[256];
    int err = mr_plugin_folder_check(plugins->folder, reason, sizeof reason);
    if (err != MR_OK)
        snprintf(why, why_size, "The folder of plugins %s is refused: %s.", plugins->folder,
                 reason);
    if (err == MR_OK)
        err = check_manifest(path, name, why, why_size);
    if (err == MR_OK)
        err = open_and_start(plugins, path, name, why, why_size);
    free(path);
    return err;
}

const struct mr_subcommand *mr_plugins_subcommand(const struct mr_plugins *plugins,
                                                  const char *name)
{
    for (size_t i = 0; i < plugins->subcommand_count; i++)
        if (strcmp(plugins->subcommands[i]->name, name) == 0)
            return plugins->subcommands[i];
    return NULL;
}

void mr_plugins_stop(struct mr_plugins **plugins)
{
    if (!*plugins)
        return;
    struct mr_plugins *gone = *plugins;
    *plugins = NULL;
    gone->subcommand_count = 0;
    while (gone->count > 0) {
        struct loaded *last = &gone->loaded[--gone->count];
        last->plugin->stop(last->state);
    }
    free(gone->folder);
    free(gone);
}
