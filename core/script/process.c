/* The start and the end of a process, and its log pipe. */
#include <moonroom/errors.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/script/process_inside.h"

enum { CLOSED_MS = 100, LOG_LINES = 100 };

/* Exit codes of moonroom-lua (core/lua/memory.h). */
enum { EXIT_MEMORY = 71, EXIT_LINK = 72, EXIT_WALL = 73 };

/* The end ----------------------------------------------------------------------------------- */

static void set_reason(struct mr_process *process, const char *code, const char *text)
{
    if (!process->reason_set) {
        process->reason_set = true;
        size_t len = mr_utf8_cut(text, strlen(text), sizeof process->reason - 1);
        snprintf(process->code, sizeof process->code, "%s", code);
        snprintf(process->reason, sizeof process->reason, "%.*s", (int)len, text);
    }
}

void mr_process_kill(struct mr_process *process, const char *code, const char *text)
{
    set_reason(process, code, text);
    (void)mr_child_kill(process->child, SIGKILL);
}

static void force_end(void *ctx)
{
    struct mr_process *process = ctx;
    mr_process_kill(process, "closed", "it closed its link");
}

/* The end comes by itself within this time, or by force. */
static void await_end(struct mr_process *process, uint64_t within_ms)
{
    mr_timer_stop(&process->force);
    if (mr_timer_start_real(process->core->loop, within_ms, 0, force_end, process,
                            &process->force) < 0) {
        force_end(process);
    }
}

void mr_process_expect_end(struct mr_process *process, uint64_t within_ms, const char *code,
                           const char *text)
{
    set_reason(process, code, text);
    await_end(process, within_ms);
}

static void explain_end(struct mr_process *process)
{
    char text[MR_PROCESS_REASON];
    if (process->signum == SIGSYS) {
        set_reason(process, "denied", "it tried what no script may do, and was stopped");
    } else if (process->signum != 0) {
        snprintf(text, sizeof text, "it crashed (signal %d)", process->signum);
        set_reason(process, "internal", text);
    } else if (process->status == EXIT_MEMORY) {
        snprintf(text, sizeof text, "it used up its memory (%d MiB)",
                 MR_LIMIT_SCRIPT_MEMORY / (1024 * 1024));
        set_reason(process, "no_memory", text);
    } else if (process->status == EXIT_LINK || process->status == EXIT_WALL) {
        snprintf(text, sizeof text, "its process could not go on; the log says why");
        set_reason(process, "internal", text);
    } else if (process->status != 0) {
        snprintf(text, sizeof text, "its process ended with code %lld", (long long)process->status);
        set_reason(process, "internal", text);
    } else {
        set_reason(process, "", "it ended");
    }
}

static void check_end(struct mr_process *process)
{
    if (!process->exited || !process->link_ended || process->freeing) {
        return;
    }
    mr_timer_stop(&process->look);
    mr_timer_stop(&process->again);
    mr_timer_stop(&process->force);
    explain_end(process);
    process->callbacks.on_end(process->ctx, process->code, process->reason);
}

static void on_exit_status(void *ctx, int64_t status, int signum)
{
    struct mr_process *process = ctx;
    process->exited = true;
    process->status = status;
    process->signum = signum;
    check_end(process);
}

void mr_process_link_ended(struct mr_process *process)
{
    process->link_ended = true;
    if (!process->exited) {
        await_end(process, CLOSED_MS);
    }
    check_end(process);
}

/* The log pipe ------------------------------------------------------------------------------ */

static void log_lines(struct mr_process *process)
{
    const char *data = mr_buf_str(&process->log_line);
    const char *end;
    while ((end = memchr(data, '\n', mr_buf_len(&process->log_line)))) {
        if (++process->log_lines <= LOG_LINES) {
            mr_log_write(process->core->log, MR_LOG_WARN, "%s: %.*s", process->name,
                         (int)(end - data), data);
        }
        mr_buf_consume(&process->log_line, (size_t)(end - data) + 1);
        data = mr_buf_str(&process->log_line);
    }
}

static void on_log_read(void *ctx, const uint8_t *bytes, size_t len)
{
    struct mr_process *process = ctx;
    while (len > 0) {
        size_t room = mr_buf_room(&process->log_line);
        size_t part = len < room ? len : room;
        if (mr_buf_append(&process->log_line, bytes, part) < 0) {
            return;
        }
        bytes += part;
        len -= part;
        log_lines(process);
        if (mr_buf_room(&process->log_line) == 0) {
            mr_buf_clear(&process->log_line);
        }
    }
}

static void on_log_close(void *ctx, int err, const char *text)
{
    (void)ctx;
    (void)err;
    (void)text;
}

/* Starting ---------------------------------------------------------------------------------- */

static int start_child(struct mr_process *process, const int fds[5], int job_fd)
{
    char parent[24];
    /* A test does nothing but wait for its scripts. */
    bool waits = mr_loop_is_virtual(process->core->loop);
    const char *option = job_fd >= 0 ? "--job" : waits ? "--nice" : NULL;
    const char *argument = job_fd >= 0 ? "4" : "0";
    snprintf(parent, sizeof parent, "%d", (int)getpid());
    const char *argv[] = {"moonroom-lua", "--parent", parent, option, argument, NULL};
    /* Of the environment only the time zone goes in, and what sanitizers listen to. */
    static const char *const names[] = {"TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"};
    enum { NAMES = sizeof names / sizeof names[0], LINE = 512 };
    char lines[NAMES][LINE];
    const char *env[NAMES + 1] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < NAMES; i++) {
        const char *value = getenv(names[i]);
        if (value && snprintf(lines[count], LINE, "%s=%s", names[i], value) < LINE) {
            env[count] = lines[count];
            count++;
        }
    }
    const struct mr_child_options options = {.file = process->core->paths->lua_host,
                                             .argv = argv,
                                             .env = env,
                                             .fds = fds,
                                             .fds_count = job_fd >= 0 ? 5 : 4};
    return mr_child_start(process->core->loop, &options, on_exit_status, process, &process->child);
}

/* Both streams take their descriptor over, whatever comes of it. */
static int open_streams(struct mr_process *process, int link, int log)
{
    static const struct mr_stream_callbacks callbacks = {.on_read = on_log_read,
                                                         .on_close = on_log_close};
    int err = mr_process_link_open(process, link);
    int err_log = mr_stream_open_fd(process->core->loop, log, &callbacks, process, &process->log);
    return err < 0 ? err : err_log;
}

static int start(struct mr_process *process, const struct mr_process_options *options)
{
    int link[2];
    int log[2];
    int err = mr_child_socketpair(link);
    if (err < 0) {
        return err;
    }
    err = mr_child_socketpair(log);
    if (err < 0) {
        close(link[0]);
        close(link[1]);
        return err;
    }
    const int fds[5] = {-1, -1, log[1], link[1], options->job_fd};
    err = start_child(process, fds, options->job_fd);
    close(link[1]);
    close(log[1]);
    if (err < 0) {
        close(link[0]);
        close(log[0]);
        return err;
    }
    return open_streams(process, link[0], log[0]);
}

int mr_process_start(struct mr_core *core, const struct mr_process_options *options,
                     const struct mr_process_callbacks *callbacks, void *ctx,
                     struct mr_process **out)
{
    struct mr_process *process = calloc(1, sizeof *process);
    *out = NULL;
    if (!process) {
        return MR_ENOMEM;
    }
    process->core = core;
    process->callbacks = *callbacks;
    process->ctx = ctx;
    process->no_deadline = options->no_deadline;
    process->name = strdup(options->name);
    mr_buf_init(&process->log_line, MR_LIMIT_LOG_LINE);
    mr_buf_init(&process->out, MR_LIMIT_SCRIPT_QUEUE);
    int err = process->name ? mr_process_link_new(process) : MR_ENOMEM;
    if (err == MR_OK) {
        err = start(process, options);
    }
    if (err < 0) {
        mr_process_free(&process);
        return err;
    }
    *out = process;
    return MR_OK;
}

void mr_process_free(struct mr_process **process_at)
{
    struct mr_process *process = *process_at;
    if (!process) {
        return;
    }
    *process_at = NULL;
    process->freeing = true;
    mr_process_link_flush(process);
    mr_timer_stop(&process->flush);
    mr_timer_stop(&process->look);
    mr_timer_stop(&process->again);
    mr_timer_stop(&process->force);
    mr_rpc_free(&process->rpc);
    mr_stream_close(&process->link);
    mr_stream_close(&process->log);
    mr_child_free(&process->child);
    mr_buf_free(&process->log_line);
    mr_buf_free(&process->out);
    free(process->name);
    free(process);
}

/* What it is -------------------------------------------------------------------------------- */

struct mr_core *mr_process_core(const struct mr_process *process)
{
    return process->core;
}

int mr_process_pid(const struct mr_process *process)
{
    return mr_child_pid(process->child);
}

uint64_t mr_process_cpu_us(const struct mr_process *process)
{
    return mr_child_cpu_us(process->child);
}
