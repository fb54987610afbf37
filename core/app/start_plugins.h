/* Which plugins are loaded, and from where.
 *
 * Shipped ones lie in one folder beside the program. The user's lie in CONFIG/plugins, and only
 * those that the file `autoload` there names, one a line, are loaded; or they are named on the
 * command line by their path.
 */
#ifndef MR_APP_START_PLUGINS_H
#define MR_APP_START_PLUGINS_H

#include "core/api/core.h"
#include "core/plugin/plugin.h"

/* The plugin that comes with moonroom and brings this subcommand; NULL if there is none. */
const char *mr_shipped_plugin_of(const char *subcommand);

/* Loads the shipped plugins of a client. What cannot be loaded is told to `say` (one sentence), and
 * left out. */
void mr_load_shipped_plugins(struct mr_core *core, struct mr_plugins *plugins,
                             void (*say)(void *ctx, const char *text), void *ctx);
/* The same, and those of the autoload list. */
void mr_load_usual_plugins(struct mr_core *core, struct mr_plugins *plugins,
                           void (*say)(void *ctx, const char *text), void *ctx);
/* Loads those of the command line, paths ended by NULL, until one fails. */
int mr_load_named_plugins(struct mr_plugins *plugins, const char *const *paths, char *why,
                          size_t why_size);

/* `moonroom --plugins`: prints every plugin there is, and whether it is loaded. Runs nothing of
 * them. The exit code. */
int mr_list_plugins(const char *home, const char *const *paths);

#endif
