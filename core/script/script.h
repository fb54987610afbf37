/* The script manager: finds, starts, supervises and ends the processes of scripts.
 *
 * Binds the methods script.*, store.*, mine.start, mine.stop, mine.strategies and the command
 * /script. Each script runs in a moonroom-lua process of its own behind its wall; the link is
 * core/api/rpc.h over a socketpair. Rules of deadlines, back-pressure, death and reload:
 * docs/architecture.md.
 */
#ifndef MR_SCRIPT_SCRIPT_H
#define MR_SCRIPT_SCRIPT_H

#include "core/api/core.h"

struct mr_scripts;

int mr_scripts_new(struct mr_core *core, struct mr_scripts **out);
/* Kills what still runs. */
void mr_scripts_free(struct mr_scripts *scripts);

/* Starts the shipped commands and whatever the user has in the scripts folder's autoload list.
 * Returns at once; each script tells by the event script_loaded or script_ended. Holds the command
 * table until the commands script is up. */
int mr_scripts_start(struct mr_scripts *scripts);
/* What --grant lists, permissions with commas or blanks between: mr_scripts_load() grants what a
 * script names, but those that permissions.def marks LISTED only when they stand there. MR_EINVAL
 * with a sentence in why when there is no such permission. */
int mr_scripts_list_grants(struct mr_scripts *scripts, const char *list, char *why,
                           size_t why_size);
/* Starts one by path or name, as `moonroom run` does. */
int mr_scripts_load(struct mr_scripts *scripts, const char *name_or_path, char *why,
                    size_t why_size);
/* Whether nothing is starting any more. */
bool mr_scripts_ready(const struct mr_scripts *scripts);
size_t mr_scripts_running(const struct mr_scripts *scripts);

#endif
