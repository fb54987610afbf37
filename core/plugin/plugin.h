/*
 * Native plugins: found in a trusted folder, checked, loaded, started and stopped.
 *
 * Before any code of a plugin runs, moonroom looks at the file: it must be a regular file (no
 * symbolic link) that only root or this user can change, in a folder of which the same is true, and
 * the manifest in it must name the plugin and the interface version (MR_PLUGIN_ABI) of this
 * program. Only then is it loaded and its init() called. A plugin has all rights of the process:
 * these checks keep the wrong object out, they are no sandbox.
 *
 * What a plugin may use of the core is in moonroom/plugin.h. Of struct mr_core this folder uses
 * log, paths, loop, hooks, filters, settings and api; a program without a client has no more.
 *
 * Plugins are stopped in the reverse order of their start and are never unloaded, because code of
 * theirs may still be on a stack or in a table of the C library.
 *
 * All functions are called on the thread of the loop.
 */
#ifndef MR_PLUGIN_PLUGIN_H
#define MR_PLUGIN_PLUGIN_H

#include "core/api/core.h"
#include "core/plugin/manifest.h"

#include <moonroom/plugin.h>

#include <stddef.h>

struct mr_plugins;

/* Makes an empty set of plugins, and binds the method plugin.list. core outlives it. MR_ENOMEM. */
int mr_plugins_new(struct mr_core *core, struct mr_plugins **out);

/* Loads the file at an absolute path, NAME.so, and starts it. MR_EINVAL for a name that is none;
 * MR_ENOTFOUND if there is no such file; MR_EDENIED if others could have changed it;
 * MR_EUNSUPPORTED for another interface version; MR_EEXISTS if one of this name is loaded already;
 * else what is wrong with it. why, of why_size bytes, then holds one sentence of UTF-8 for the
 * user. */
int mr_plugins_load(struct mr_plugins *plugins, const char *path, char *why, size_t why_size);
/* The same for FOLDER/NAME.so; NAME may not lead anywhere else. */
int mr_plugins_load_named(struct mr_plugins *plugins, const char *folder, const char *name,
                          char *why, size_t why_size);

/* Does all the checks of mr_plugins_load() that run nothing of the plugin, and tells what its
 * manifest says. Where that could be read, out is filled also on failure; else its name is "". */
int mr_plugin_inspect(const char *path, struct mr_plugin_manifest *out, char *why, size_t why_size);

/* The subcommand that a plugin has added under this name, NULL if none has. Lives until
 * mr_plugins_stop(). */
const struct mr_subcommand *mr_plugins_subcommand(const struct mr_plugins *plugins,
                                                  const char *name);

/* Stops every plugin, the last one first, frees the set and clears the pointer. NULL is allowed. */
void mr_plugins_stop(struct mr_plugins **plugins);

#endif
