#include "core/api/door.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/api/rpc.h"
#include "core/api/serve.h"
#include "core/runtime/stream.h"

struct mr_door {
    struct mr_core *core;
    struct mr_caller *caller;
    struct mr_rpc *rpc;
    struct mr_stream *in;
    struct mr_stream *out; /* the same as in for a socket */
    const char *how;
    void (*on_end)(void *ctx, int err, const char *why);
    void *ctx;
    bool ended;
};

static void end(struct mr_door *door, int err, const char *why)
{
    if (!door->ended) {
        door->ended = true;
        door->on_end(door->ctx, err, why);
    }
}

static int on_write(void *ctx, const char *line, size_t len)
{
    struct mr_door *door = ctx;
    return door->out ? mr_stream_write(door->out, line, len) : MR_ECLOSED;
}

static void on_request(void *ctx, const cJSON *id, const char *method, const cJSON *params)
{
    struct mr_door *door = ctx;
    mr_serve_request(door->core->api, door->caller, door->rpc, id, method, params);
}

static void on_broken(void *ctx, const char *reason)
{
    end(ctx, MR_EPROTOCOL, reason);
}

static void on_notify(void *ctx, const char *method, const cJSON *params)
{
    struct mr_door *door = ctx;
    if (mr_rpc_notify(door->rpc, method, params) == MR_ELIMIT) {
        mr_log_write(door->core->log, MR_LOG_WARN, "%s does not read what it is told: %s lost",
                     mr_caller_name(door->caller), method);
    }
}

static void tell_how(void *ctx, const char *permission, char *out, size_t size)
{
    const struct mr_door *door = ctx;
    (void)permission;
    snprintf(out, size, "%s", door->how ? door->how : "this door does not give it");
}

static void on_read(void *ctx, const uint8_t *bytes, size_t len)
{
    struct mr_door *door = ctx;
    (void)mr_rpc_feed(door->rpc, bytes, len, 0);
}

static void on_close(void *ctx, int err, const char *text)
{
    (void)err;
    end(ctx, MR_OK, text);
}

/* Nothing comes from where we write to but its end. */
static void ignore_read(void *ctx, const uint8_t *bytes, size_t len)
{
    (void)ctx;
    (void)bytes;
    (void)len;
}

static int open_streams(struct mr_door *door, int in_fd, int out_fd)
{
    static const struct mr_stream_callbacks in = {.on_read = on_read, .on_close = on_close};
    static const struct mr_stream_callbacks out = {.on_read = ignore_read, .on_close = on_close};
    struct mr_loop *loop = door->core->loop;
    int err = mr_stream_open_fd(loop, in_fd, &in, door, &door->in);
    if (out_fd < 0) {
        door->out = door->in;
        return err;
    }
    if (err < 0) {
        close(out_fd);
        return err;
    }
    return mr_stream_open_fd(loop, out_fd, &out, door, &door->out);
}

int mr_door_open(struct mr_core *core, const struct mr_door_options *options, struct mr_door **out)
{
    static const struct mr_rpc_callbacks callbacks = {on_write, on_request, on_broken};
    struct mr_door *door = calloc(1, sizeof *door);
    *out = NULL;
    if (!door) {
        close(options->in_fd);
        if (options->out_fd >= 0) {
            close(options->out_fd);
        }
        return MR_ENOMEM;
    }
    door->core = core;
    door->on_end = options->on_end;
    door->ctx = options->ctx;
    door->how = options->how;
    const struct mr_caller_options caller = {.kind = options->kind,
                                             .name = options->name,
                                             .grants = options->grants,
                                             .notify = on_notify,
                                             .how = tell_how,
                                             .ctx = door};
    int err = open_streams(door, options->in_fd, options->out_fd);
    if (err == MR_OK) {
        err = mr_rpc_new(&callbacks, door, &door->rpc);
    }
    if (err == MR_OK) {
        err = mr_caller_new(core->api, &caller, &door->caller);
    }
    if (err < 0) {
        mr_door_close(&door);
    }
    *out = door;
    return err;
}

void mr_door_close(struct mr_door **door_at)
{
    struct mr_door *door = *door_at;
    if (!door) {
        return;
    }
    *door_at = NULL;
    door->ended = true;
    mr_caller_free(&door->caller);
    mr_rpc_free(&door->rpc);
    if (door->out == door->in) {
        door->out = NULL;
    }
    mr_stream_close(&door->in);
    mr_stream_close(&door->out);
    free(door);
}
