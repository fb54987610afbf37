/* Serving the api to a JSON-RPC peer: a request becomes a call, its outcome the reply.
 *
 * Used by script links, --rpc and everything else that speaks core/api/rpc.h to the core.
 */
#ifndef MR_API_SERVE_H
#define MR_API_SERVE_H

#include "core/api/api.h"
#include "core/api/rpc.h"

/* Handles one request (or notification, id NULL) of the peer on behalf of caller. Free the caller
 * before the peer: then no reply is ever written to a peer that is gone. id and params are
 * borrowed. */
void mr_serve_request(struct mr_api *api, struct mr_caller *caller, struct mr_rpc *rpc,
                      const cJSON *id, const char *method, const cJSON *params);

#endif
