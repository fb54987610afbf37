/* What is told of one script: what the core knows, and what its process says of its handlers. */
#ifndef MR_SCRIPT_INSPECT_H
#define MR_SCRIPT_INSPECT_H

#include "core/script/scripts.h"

/* facts: as of mr_scripts_info(), with an array `handlers` of {what, calls, ms, slowest_ms, errors,
 * disabled?} when the process has answered; borrowed, NULL without memory. */
typedef void mr_inspect_fn(void *ctx, const cJSON *facts);

/* fn comes once: at once where there is no process to ask, else from the loop, at most a second
 * later. A script that `asker` is is not asked itself: it would wait for its own answer. */
void mr_script_inspect(struct mr_script *script, const struct mr_caller *asker, mr_inspect_fn *fn,
                       void *ctx);

#endif
