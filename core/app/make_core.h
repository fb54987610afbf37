/* The parts of floors 2 to 4, made in order and destroyed in the reverse one. */
#ifndef MR_APP_MAKE_CORE_H
#define MR_APP_MAKE_CORE_H

#include "core/api/core.h"

/* What a test of scripts has in the place of the machine's clock and of the network. */
struct mr_make_core {
    int64_t epoch; /* the virtual clock begins there; 0: the machine's clock */
    int (*dial)(void *ctx, const struct mr_address *address); /* see mr_session_options; or NULL */
    void *dial_ctx;
};

/* core->log, paths, quit and quit_ctx are set already. options may be NULL. What was made before a
 * failure is freed by mr_free_core(). */
int mr_make_core(struct mr_core *core, const struct mr_make_core *options);
/* In two steps, between which goes whoever still needs the one but not the other. */
void mr_free_core_api(struct mr_core *core);
void mr_free_core_runtime(struct mr_core *core);

#endif
