/* Looking up a host's addresses, in a thread of its own.
 *
 * libuv would do it in its pool of threads, which the end of the program waits for: somebody who
 * gives up on a host that cannot be found would wait for the resolver all the same. This thread is
 * left behind.
 */
#ifndef MR_RUNTIME_LOOKUP_H
#define MR_RUNTIME_LOOKUP_H

#include <netdb.h>
#include <stdint.h>

#include "core/runtime/loop.h"

struct mr_lookup;

/* status: 0 or an error of libuv's; addresses are the callee's, to be freed with freeaddrinfo().
 * The lookup is over then, and still to be stopped. */
typedef void mr_lookup_fn(void *ctx, int status, struct addrinfo *addresses);

/* Begins. 0, or an error of libuv's. host is copied. */
int mr_lookup_start(struct mr_loop *loop, const char *host, uint16_t port, mr_lookup_fn *fn,
                    void *ctx, struct mr_lookup **out);
void mr_lookup_stop(struct mr_lookup **lookup);

#endif
