/*
 * The listening socket.
 *
 * When the process is out of descriptors or memory, connections wait in the system's queue and are
 * looked at again a little later: the loop does not spin.
 */
#ifndef MR_ROOMHOST_LISTENER_H
#define MR_ROOMHOST_LISTENER_H

#include <stddef.h>
#include <stdint.h>

struct uv_loop_s;
struct sockaddr;
struct sockaddr_storage;
struct mr_listener;

/* fd is the callback's, with its far end's address. */
typedef void mr_listener_fn(void *ctx, int fd, const struct sockaddr *address);

/* Binds and listens. MR_EIO with a sentence in why. Port 0 lets the system choose. */
int mr_listener_open(struct uv_loop_s *loop, const struct sockaddr_storage *address,
                     mr_listener_fn *fn, void *ctx, char *why, size_t why_size,
                     struct mr_listener **out);
/* "ADDRESS:PORT", as long as the listener. */
const char *mr_listener_text(const struct mr_listener *listener);
/* Nothing is accepted between these two. */
void mr_listener_pause(struct mr_listener *listener);
void mr_listener_resume(struct mr_listener *listener);
/* Closes and clears the pointer. Its memory goes in a later turn of the loop. */
void mr_listener_close(struct mr_listener **listener);

#endif
