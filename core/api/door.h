/* A door: a program that speaks JSON-RPC with the core over descriptors.
 *
 * It is one peer (core/api/rpc.h) on behalf of one caller: requests become calls, what the caller
 * is told becomes notifications. Used for `moonroom --rpc` and for the control socket.
 */
#ifndef MR_API_DOOR_H
#define MR_API_DOOR_H

#include "core/api/core.h"

struct mr_door;

struct mr_door_options {
    enum mr_caller_kind kind;
    const char *name;          /* in the log; copied */
    const char *const *grants; /* as in struct mr_caller_options */
    const char *how;           /* how it is granted more, ends a sentence; NULL: not at all */
    int in_fd;                 /* taken over, as out_fd, also on failure */
    int out_fd;                /* -1: in_fd is a socket and serves both ways */
    /* The program went away (err MR_OK) or broke the protocol; close the door now or later. Told
     * once. */
    void (*on_end)(void *ctx, int err, const char *why);
    void *ctx;
};

int mr_door_open(struct mr_core *core, const struct mr_door_options *options, struct mr_door **out);
/* Undoes all that its caller registered. */
void mr_door_close(struct mr_door **door);

#endif
