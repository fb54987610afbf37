/* `moonroom --local`: a room on this machine, as a child of the client.
 *
 * The child is `moonroom host` on loopback, with its home in the data folder and with the port of
 * last time if that is free, so that the room keeps its address. It ends with the client. When the
 * room is open already, because another client opened it, that one is joined.
 */
#ifndef MR_APP_LOCAL_H
#define MR_APP_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/api/core.h"

struct mr_local;

/* Told once, from the loop: the port, or 0 and a sentence when the room did not open. */
typedef void mr_local_fn(void *ctx, uint16_t port, const char *why);

int mr_local_start(struct mr_core *core, mr_local_fn *fn, void *ctx, struct mr_local **out);
/* Whether the room was never open before: nobody can have an account in it. */
bool mr_local_is_new(const struct mr_local *local);
/* Asks the room to shut down and waits for it, at most 5 s. */
void mr_local_stop(struct mr_local **local);

#endif
