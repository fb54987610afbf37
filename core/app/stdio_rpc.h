/* `moonroom --rpc`: the api over JSON-RPC on standard input and output. */
#ifndef MR_APP_STDIO_RPC_H
#define MR_APP_STDIO_RPC_H

#include "core/api/core.h"

struct mr_stdio_rpc;

/* Serves until the end of standard input, then quits. Both must be pipes or sockets. MR_EIO with a
 * sentence in why when they are not. */
int mr_stdio_rpc_start(struct mr_core *core, struct mr_stdio_rpc **out, char *why, size_t why_size);
void mr_stdio_rpc_stop(struct mr_stdio_rpc **rpc);

#endif
