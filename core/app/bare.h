/* The parts of a core that plugins register with, without a client: no room, no commands, no user.
 *
 * For programs that only look at plugins or run one's subcommand. Methods of the core have no
 * handlers here, and settings have their defaults.
 */
#ifndef MR_APP_BARE_H
#define MR_APP_BARE_H

#include "core/api/core.h"

struct mr_bare {
    struct mr_log log; /* to standard error */
    struct mr_paths paths;
    struct mr_core core;
};

/* home as in mr_paths_init(). On failure nothing is left to be freed. */
int mr_bare_init(struct mr_bare *bare, const char *home);
void mr_bare_free(struct mr_bare *bare);

#endif
