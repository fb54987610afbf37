/* JSON-RPC 2.0, one object a line, over any byte stream: how scripts, bots and the engine talk to
 * the core.
 *
 * A peer is one end: it cuts lines (at most MR_LIMIT_RPC_LINE bytes), checks them
 * (core/runtime/json.h), matches answers to our requests, and hands the other's requests and
 * notifications to `on_request`. It writes to a sink and is fed with bytes; it knows no sockets, so
 * tests and fuzzers drive it directly.
 *
 * Towards a script or bot the core sends:
 *   request  event    {"id": subscription, "name": "message", "data": {...}}   (to scripts:
 * answered when the handler has returned or waits; to --rpc programs: a notification) request
 * command  {"id": command, "args": {...}, "chat": "Lobby"} request  timer    {"id": timer} and to a
 * script host besides: load, save, restore, unload (core/script). Towards the core: the methods of
 * moonroom/methods.def with an object of parameters, or an array in the order of the row.
 */
#ifndef MR_API_RPC_H
#define MR_API_RPC_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mr_rpc;

struct mr_rpc_callbacks {
    /* One line with its LF is to be written. A negative answer is kept as the peer's error. */
    int (*write)(void *ctx, const char *line, size_t len);
    /* A request (id is not NULL: answer with mr_rpc_reply / mr_rpc_reply_error, now or later,
     * keeping a duplicate of id) or a notification (id NULL). */
    void (*on_request)(void *ctx, const cJSON *id, const char *method, const cJSON *params);
    /* The other side broke the protocol; the stream is to be closed. */
    void (*on_broken)(void *ctx, const char *reason);
};

typedef void mr_rpc_answer_fn(void *ctx, int err, const char *text, const cJSON *result);

int mr_rpc_new(const struct mr_rpc_callbacks *callbacks, void *ctx, struct mr_rpc **out);
/* Shows every whole line that comes in, before it is handled. */
void mr_rpc_tap(struct mr_rpc *rpc, void (*fn)(void *ctx, const char *line, size_t len));
/* Open requests end with MR_ECLOSED. */
void mr_rpc_free(struct mr_rpc **rpc);

/* Feeds bytes; handles at most max_lines whole lines now (0: all) and answers how many wait. Call
 * again with len 0 for the rest: that is how one peer cannot take a whole turn of the loop. */
size_t mr_rpc_feed(struct mr_rpc *rpc, const void *bytes, size_t len, size_t max_lines);

/* params is borrowed. The answer comes once. *id (may be NULL) gets the request's number. */
int mr_rpc_request(struct mr_rpc *rpc, const char *method, const cJSON *params,
                   mr_rpc_answer_fn *fn, void *ctx, uint64_t *id);
/* The same with the parameters as JSON that was made before: one line, valid, at most as long as a
 * line may be. */
int mr_rpc_request_text(struct mr_rpc *rpc, const char *method, const char *params,
                        mr_rpc_answer_fn *fn, void *ctx);
/* Forgets an open request: its answer will be ignored. */
void mr_rpc_cancel(struct mr_rpc *rpc, uint64_t id);
int mr_rpc_notify(struct mr_rpc *rpc, const char *method, const cJSON *params);
/* result is borrowed; NULL stands for null. */
int mr_rpc_reply(struct mr_rpc *rpc, const cJSON *id, const cJSON *result);
/* error: {"code": number of the mr_error, "message": text, "data": {"code": "not_found"}} */
int mr_rpc_reply_error(struct mr_rpc *rpc, const cJSON *id, int err, const char *text);

#endif
