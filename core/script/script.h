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
/* Every message to and from scripts is written to this file from now on (core/script/trace.h). To
 * be called before anything is started. MR_EIO with a sentence in why. */
int mr_scripts_trace(struct mr_scripts *scripts, const char *path, char *why, size_t why_size);
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

/* For tests of scripts (script_test.c) ------------------------------------------------------- */

/* How a load, or a question to a test, ended. */
typedef void mr_scripts_fn(void *ctx, int err, const char *text, const cJSON *result);

/* Loads a script as the user who loads it grants what it names; or, with `test`, a test file, which
 * may do everything. fn is told when it is up or has failed. */
int mr_scripts_load_for_test(struct mr_scripts *scripts, const char *name_or_path, bool test,
                             mr_scripts_fn *fn, void *ctx, char *why, size_t why_size);
/* Asks the test file. allowance_ms is its own processor time. MR_ENOTFOUND when none runs. */
int mr_scripts_ask_test(struct mr_scripts *scripts, const char *method, const cJSON *params,
                        uint64_t allowance_ms, mr_scripts_fn *fn, void *ctx);
/* From now on random numbers of scripts follow from seed, which is not 0; fn gets each error that a
 * handler raises. */
void mr_scripts_set_up_test(struct mr_scripts *scripts, uint64_t seed,
                            void (*fn)(void *ctx, const char *text), void *ctx);
/* Tells all processes the time of the virtual clock. */
void mr_scripts_tell_time(struct mr_scripts *scripts);
/* Whether some script is on its way up or down. A question to the user is waited for by nobody. */
bool mr_scripts_in_transit(const struct mr_scripts *scripts);
/* Grows with everything that scripts say and are asked. Strategies, which are never quiet, do not
 * count, here and below. */
uint64_t mr_scripts_traffic(const struct mr_scripts *scripts);
/* Calls fn once all processes have done what they were asked, and what they say about it has been
 * read. When mr_scripts_traffic() is then what it was before, they are quiet. */
int mr_scripts_await_quiet(struct mr_scripts *scripts, mr_loop_fn *fn, void *ctx);

#endif
