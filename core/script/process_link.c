/* The link to a process: its lines, and whose turn it is. */
#include <moonroom/errors.h>
#include <stdio.h>

#include "core/base/limits.h"
#include "core/script/process_inside.h"
#include "core/script/trace.h"

static void read_again(void *ctx);

size_t mr_process_queued(const struct mr_process *process)
{
    return mr_stream_queued(process->link) + mr_buf_len(&process->out);
}

/* Whoever has more to say than its share waits for its next turn; whoever does not listen is not
 * listened to. */
static void pace(struct mr_process *process, size_t waiting)
{
    if (process->link_ended) {
        return;
    }
    uint64_t now = mr_loop_real_ms();
    uint64_t rest = process->held_until_ms > now ? process->held_until_ms - now : 0;
    bool full = mr_process_queued(process) > MR_LIMIT_SCRIPT_QUEUE / 2;
    bool hold = waiting > 0 || full || rest > 0;
    if (hold != process->paused) {
        process->paused = hold;
        (hold ? mr_stream_pause : mr_stream_resume)(process->link);
    }
    if ((waiting > 0 || rest > 0) && !full && !process->again) {
        (void)mr_timer_start_real(process->core->loop, rest, 0, read_again, process,
                                  &process->again);
    }
}

void mr_process_hold(struct mr_process *process, uint64_t ms)
{
    process->held_until_ms = mr_loop_real_ms() + ms;
}

static void read_again(void *ctx)
{
    struct mr_process *process = ctx;
    mr_timer_stop(&process->again);
    if (process->held_until_ms > mr_loop_real_ms()) {
        pace(process, 0);
        return;
    }
    pace(process, mr_rpc_feed(process->rpc, NULL, 0, MR_LIMIT_RPC_LINES_PER_TURN));
}

static void on_link_read(void *ctx, const uint8_t *bytes, size_t len)
{
    struct mr_process *process = ctx;
    pace(process, mr_rpc_feed(process->rpc, bytes, len, MR_LIMIT_RPC_LINES_PER_TURN));
}

static void on_link_drain(void *ctx)
{
    struct mr_process *process = ctx;
    if (process->callbacks.on_drain) {
        process->callbacks.on_drain(process->ctx);
    }
    if (process->paused && !process->again) {
        read_again(process);
    }
}

static void on_link_close(void *ctx, int err, const char *text)
{
    struct mr_process *process = ctx;
    (void)err;
    (void)text;
    mr_timer_stop(&process->again);
    /* The last lines count, then no more come. */
    (void)mr_rpc_feed(process->rpc, NULL, 0, 0);
    mr_process_link_ended(process);
}

static void flush(void *ctx)
{
    struct mr_process *process = ctx;
    mr_timer_stop(&process->flush);
    /* It fits: what waits was counted. An error is told by the end of the link. */
    (void)mr_stream_write(process->link, mr_buf_data(&process->out), mr_buf_len(&process->out));
    mr_buf_clear(&process->out);
}

static int write_line(void *ctx, const char *line, size_t len)
{
    struct mr_process *process = ctx;
    if (process->link_ended || process->exited) {
        return MR_ECLOSED;
    }
    if (mr_process_queued(process) + len > MR_LIMIT_SCRIPT_QUEUE) {
        return MR_ELIMIT;
    }
    mr_trace_write(process->core->trace, process->name, true, line, len);
    int err = mr_buf_append(&process->out, line, len);
    if (err == MR_OK && !process->flush) {
        err = mr_timer_start_real(process->core->loop, 0, 0, flush, process, &process->flush);
    }
    process->touched = true;
    mr_process_watch(process);
    return err;
}

static void on_rpc_line(void *ctx, const char *line, size_t len)
{
    const struct mr_process *process = ctx;
    mr_trace_write(process->core->trace, process->name, false, line, len);
}

static void on_rpc_request(void *ctx, const cJSON *id, const char *method, const cJSON *params)
{
    struct mr_process *process = ctx;
    process->traffic++;
    if (!process->freeing) {
        process->callbacks.on_request(process->ctx, id, method, params);
    }
}

static void on_broken(void *ctx, const char *reason)
{
    struct mr_process *process = ctx;
    char text[MR_PROCESS_REASON];
    snprintf(text, sizeof text, "it broke the protocol of its link: %s", reason);
    mr_process_kill(process, "protocol", text);
}

int mr_process_link_new(struct mr_process *process)
{
    static const struct mr_rpc_callbacks callbacks = {write_line, on_rpc_request, on_broken};
    int err = mr_rpc_new(&callbacks, process, &process->rpc);
    if (err == MR_OK && process->core->trace) {
        mr_rpc_tap(process->rpc, on_rpc_line);
    }
    return err;
}

int mr_process_link_open(struct mr_process *process, int fd)
{
    static const struct mr_stream_callbacks callbacks = {
        .on_read = on_link_read, .on_close = on_link_close, .on_drain = on_link_drain};
    int err = mr_stream_open_fd(process->core->loop, fd, &callbacks, process, &process->link);
    if (err == MR_OK) {
        mr_stream_set_max_queued(process->link, MR_LIMIT_SCRIPT_QUEUE);
    }
    return err;
}

void mr_process_link_flush(struct mr_process *process)
{
    if (process->flush && process->link) {
        flush(process);
    }
}

struct mr_rpc *mr_process_rpc(struct mr_process *process)
{
    return process->rpc;
}
