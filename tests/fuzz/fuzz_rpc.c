/* JSON-RPC: any bytes, in two feeds, to a peer that answers everything and has a request open. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/api/rpc.h"

static struct mr_rpc *peer;

static int on_write(void *ctx, const char *line, size_t len)
{
    size_t *written = ctx;
    if (len == 0 || line[len - 1] != '\n') {
        abort();
    }
    *written += len;
    return 0;
}

static void on_request(void *ctx, const cJSON *id, const char *method, const cJSON *params)
{
    (void)ctx;
    if (method[0] == 'q') {
        mr_rpc_free(&peer);
    } else if (id) {
        (void)mr_rpc_reply(peer, id, params);
    }
}

static void on_broken(void *ctx, const char *reason)
{
    (void)ctx;
    (void)reason;
}

static void on_answer(void *ctx, int err, const char *text, const cJSON *result)
{
    int *answers = ctx;
    (void)err;
    (void)text;
    (void)result;
    if (++*answers > 1) {
        abort(); /* an answer comes once */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mr_rpc_callbacks callbacks = {on_write, on_request, on_broken};
    size_t written = 0;
    int answers = 0;
    size_t half = size > 0 ? data[0] % size : 0;
    if (mr_rpc_new(&callbacks, &written, &peer) < 0) {
        return 0;
    }
    (void)mr_rpc_request(peer, "x", NULL, on_answer, &answers, NULL);
    (void)mr_rpc_feed(peer, data, half, 0);
    if (peer) {
        (void)mr_rpc_feed(peer, data + half, size - half, 0);
    }
    mr_rpc_free(&peer);
    return 0;
}
