/* Being told when something in a folder changes: a file is written, made, renamed or removed.
 *
 * The folder itself is watched, not its files: editors that write a new file and rename it over the
 * old one are heard as well. What exactly happened is for the listener to look at; several changes
 * may come as one call, one change as several. A watch does not keep the loop running.
 */
#ifndef MR_RUNTIME_FOLDER_WATCH_H
#define MR_RUNTIME_FOLDER_WATCH_H

#include "core/runtime/loop.h"

struct mr_folder_watch;

/* path is a folder that is there; MR_ENOTFOUND when it is not, MR_ELIMIT when the system watches no
 * more. A folder that is removed is watched no longer, also when another takes its name. */
int mr_folder_watch_start(struct mr_loop *loop, const char *path, mr_loop_fn *fn, void *ctx,
                          struct mr_folder_watch **out);
void mr_folder_watch_stop(struct mr_folder_watch **watch);

#endif
