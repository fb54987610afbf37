/* A private socket in the file system that programs of the same user connect to.
 *
 * The socket file has mode 0600, and only processes of our own user (or root) are let in, whatever
 * the modes of the folders above say. A file that a dead process left behind is replaced.
 */
#ifndef MR_RUNTIME_LISTENER_H
#define MR_RUNTIME_LISTENER_H

#include <stddef.h>

#include "core/runtime/loop.h"

struct mr_listener;

/* fd is the callee's: a connected, close-on-exec stream socket. */
typedef void mr_listener_fn(void *ctx, int fd);

/* MR_EEXISTS when somebody listens there, MR_ELIMIT for a path that is too long for a socket (107
 * bytes), MR_EIO; why then holds a sentence. */
int mr_listener_open(struct mr_loop *loop, const char *path, mr_listener_fn *fn, void *ctx,
                     struct mr_listener **out, char *why, size_t why_size);
/* Removes the file. */
void mr_listener_close(struct mr_listener **listener);

#endif
