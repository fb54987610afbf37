#include "core/script/process.h"

#include <moonroom/errors.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/child.h"
#include "core/runtime/json.h"
#include "core/runtime/stream.h"
#include "core/script/deadline.h"
#include "core/script/trace.h"

enum { LOOK_MS = 100, LOOK_SOON_MS = 20, WHAT = MR_PROCESS_WHAT, REASON = 4096, LOG_LINES = 100 };

/* Exit codes of moonroom-lua (core/lua/memory.h). */
enum { EXIT_MEMORY = 71, EXIT_LINK = 72, EXIT_WALL = 73 };

/* A question that is not answered yet, in order. */
struct question {
    struct question *next;
    struct mr_process *process;
    mr_rpc_answer_fn *fn;
    void *ctx;
    uint64_t allowance_ms;
    uint64_t asked_us;
    char what[WHAT];
};

struct mr_process {
    struct mr_core *core;
    struct mr_process_callbacks callbacks;
    void *ctx;
    char *name;
    struct mr_child *child;
    struct mr_stream *link, *log;
    struct mr_rpc *rpc;
    struct mr_buf out;      /* lines of this turn, written together */
    struct mr_timer *flush; /* while there are some */
    struct mr_buf log_line;
    unsigned log_lines;
    struct question *first, *last;
    uint64_t traffic;
    size_t urgent; /* open questions of filters */
    struct mr_deadline deadline;
    struct mr_timer *look;  /* while there is something to watch */
    struct mr_timer *again; /* more lines wait for their turn */
    struct mr_timer *force; /* the end is expected */
    bool no_deadline;
    bool filters;              /* was asked as a filter: its time is looked at more often */
    bool touched;              /* something was written since it was last known to give way */
    bool patient;              /* the user lets it take its time over the oldest question */
    uint64_t answered_us;      /* when it last answered */
    struct mr_slowest slowest; /* of its answers */
    bool paused;
    uint64_t held_until_ms;
    bool exited, link_ended, freeing;
    bool reason_set;
    int64_t status;
    int signum;
    char code[32];
    char reason[REASON];
};

static void look(void *ctx);

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static struct mr_moment moment(const struct mr_process *process)
{
    return (struct mr_moment){
        .now_ms = mr_loop_real_ms(),
        .cpu_us = mr_child_cpu_us(process->child),
        .gaps = mr_loop_gaps(process->core->loop),
    };
}

/* What filters hold up cannot wait for what the process does besides. */
static uint64_t allowance_of(const struct mr_process *process)
{
    if (process->urgent > 0) {
        return MR_LIMIT_FILTER_TIME;
    }
    return process->first ? process->first->allowance_ms : 0;
}

/* Watching is a timer that runs only while there is something to watch. */
static void watch(struct mr_process *process)
{
    if (process->look || process->exited) {
        return;
    }
    struct mr_moment at = moment(process);
    uint64_t every = process->filters ? LOOK_SOON_MS : LOOK_MS;
    mr_deadline_start(&process->deadline, allowance_of(process), &at);
    (void)mr_timer_start_real(process->core->loop, every, every, look, process, &process->look);
}

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

/* The end ----------------------------------------------------------------------------------- */

static void explain_end(struct mr_process *process)
{
    char text[REASON];
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

static void on_link_close(void *ctx, int err, const char *text)
{
    struct mr_process *process = ctx;
    (void)err;
    (void)text;
    mr_timer_stop(&process->again);
    /* The last lines count, then no more come. */
    (void)mr_rpc_feed(process->rpc, NULL, 0, 0);
    process->link_ended = true;
    if (!process->exited) {
        await_end(process, LOOK_MS);
    }
    check_end(process);
}

/* The link ---------------------------------------------------------------------------------- */

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
    watch(process);
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
    char text[REASON];
    snprintf(text, sizeof text, "it broke the protocol of its link: %s", reason);
    mr_process_kill(process, "protocol", text);
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

/* Questions --------------------------------------------------------------------------------- */

static bool is_urgent(const struct question *question)
{
    return question->allowance_ms == MR_LIMIT_FILTER_TIME;
}

/* A question waits in the queue while those before it are answered: that is not its own time. */
static void measure(struct mr_process *process, const struct question *question)
{
    uint64_t now = now_us();
    uint64_t since =
        question->asked_us > process->answered_us ? question->asked_us : process->answered_us;
    process->answered_us = now;
    if (now - since > process->slowest.us) {
        process->slowest.us = now - since;
        memcpy(process->slowest.what, question->what, sizeof process->slowest.what);
    }
}

static void on_answer(void *ctx, int err, const char *text, const cJSON *result)
{
    struct question *question = ctx;
    struct mr_process *process = question->process;
    struct question **at = &process->first;
    struct question *before = NULL;
    while (*at != question) {
        before = *at;
        at = &before->next;
    }
    *at = question->next;
    if (process->last == question) {
        process->last = before;
    }
    process->urgent -= is_urgent(question);
    process->patient = false;
    measure(process, question);
    mr_deadline_progress(&process->deadline, allowance_of(process));
    if (question->fn) {
        question->fn(question->ctx, err, text, result);
    }
    free(question);
}

static struct question *question_new(struct mr_process *process, const char *what,
                                     uint64_t allowance_ms, mr_rpc_answer_fn *fn, void *ctx)
{
    struct question *question = calloc(1, sizeof *question);
    if (question) {
        *question = (struct question){.process = process, .fn = fn, .ctx = ctx};
        question->allowance_ms = allowance_ms;
        question->asked_us = now_us();
        snprintf(question->what, sizeof question->what, "%s", what);
    }
    return question;
}

/* The question went out: it is the last in the row, and time counts. */
static void asked(struct mr_process *process, struct question *question)
{
    bool first = !process->first;
    bool urgent = is_urgent(question);
    process->traffic++;
    *(first ? &process->first : &process->last->next) = question;
    process->last = question;
    process->urgent += urgent;
    if (urgent && !process->filters) {
        /* From now on looked at more often. */
        process->filters = true;
        mr_timer_stop(&process->look);
        watch(process);
    }
    if (first || (urgent && process->urgent == 1)) {
        mr_deadline_progress(&process->deadline, allowance_of(process));
    }
}

int mr_process_ask(struct mr_process *process, const char *method, const cJSON *params,
                   const char *what, uint64_t allowance_ms, mr_rpc_answer_fn *fn, void *ctx)
{
    struct question *question = question_new(process, what, allowance_ms, fn, ctx);
    int err = question ? mr_rpc_request(process->rpc, method, params, on_answer, question, NULL)
                       : MR_ENOMEM;
    if (err < 0) {
        free(question);
    } else {
        asked(process, question);
    }
    return err;
}

/* question is taken; NULL: there is no memory for it. */
static int ask_text(struct mr_process *process, struct question *question, const char *method,
                    const char *params)
{
    int err = question ? mr_rpc_request_text(process->rpc, method, params, on_answer, question)
                       : MR_ENOMEM;
    if (err < 0) {
        free(question);
    } else {
        asked(process, question);
    }
    return err;
}

int mr_process_ask_text(struct mr_process *process, const char *method, const char *params,
                        const char *what, uint64_t allowance_ms)
{
    return ask_text(process, question_new(process, what, allowance_ms, NULL, NULL), method, params);
}

int mr_process_ask_filter(struct mr_process *process, const char *params, mr_rpc_answer_fn *fn,
                          void *ctx)
{
    return ask_text(process, question_new(process, "a filter", MR_LIMIT_FILTER_TIME, fn, ctx),
                    "filter", params);
}

/* A process with no open question may still run, after an answer of ours: it is asked. */
static void ask_alive(struct mr_process *process)
{
    process->touched = false;
    (void)mr_process_ask_quiet(process, NULL, NULL);
    process->touched = false;
}

int mr_process_ask_quiet(struct mr_process *process, mr_rpc_answer_fn *fn, void *ctx)
{
    uint64_t allowance = process->no_deadline ? 0 : MR_LIMIT_HANDLER_TIME;
    uint64_t traffic = process->traffic;
    int err = mr_process_ask(process, "alive", NULL, "a task", allowance, fn, ctx);
    process->traffic = traffic;
    return err;
}

uint64_t mr_process_traffic(const struct mr_process *process)
{
    return process->traffic;
}

static void look(void *ctx)
{
    struct mr_process *process = ctx;
    if (!process->exited && !process->first && process->touched && !process->no_deadline) {
        ask_alive(process);
    } else if (process->exited || !process->first) {
        mr_timer_stop(&process->look);
        return;
    }
    struct mr_moment now = moment(process);
    enum mr_verdict verdict =
        process->patient ? MR_DEADLINE_KEPT : mr_deadline_check(&process->deadline, &now);
    if (verdict == MR_DEADLINE_MISSED) {
        bool often = mr_deadline_exhausted(&process->deadline, now.now_ms);
        process->callbacks.on_overrun(process->ctx, process->first->what, often);
    } else if (verdict == MR_DEADLINE_STUCK) {
        char text[REASON];
        snprintf(text, sizeof text, "it did not come back from %s, and was stopped",
                 process->first->what);
        mr_process_kill(process, "timeout", text);
    }
}

uint64_t mr_process_busy_us(const struct mr_process *process, const char **what)
{
    if (process->exited || allowance_of(process) == 0) {
        return 0;
    }
    uint64_t used = mr_child_cpu_us(process->child);
    *what = process->first->what;
    return used > process->deadline.base_cpu_us && !process->deadline.fresh
               ? used - process->deadline.base_cpu_us
               : 0;
}

void mr_process_be_patient(struct mr_process *process, bool patient)
{
    struct mr_moment now = moment(process);
    if (process->patient && !patient) {
        mr_deadline_start(&process->deadline, allowance_of(process), &now);
    }
    process->patient = patient && process->first;
}

bool mr_process_is_patient(const struct mr_process *process)
{
    return process->patient;
}

const struct mr_slowest *mr_process_slowest(const struct mr_process *process)
{
    return &process->slowest;
}

void mr_process_forget_slowest(struct mr_process *process)
{
    process->slowest = (struct mr_slowest){0};
}

struct mr_core *mr_process_core(const struct mr_process *process)
{
    return process->core;
}

struct mr_rpc *mr_process_rpc(struct mr_process *process)
{
    return process->rpc;
}

int mr_process_pid(const struct mr_process *process)
{
    return mr_child_pid(process->child);
}

uint64_t mr_process_cpu_us(const struct mr_process *process)
{
    return mr_child_cpu_us(process->child);
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
    static const struct mr_stream_callbacks link_callbacks = {
        .on_read = on_link_read, .on_close = on_link_close, .on_drain = on_link_drain};
    static const struct mr_stream_callbacks log_callbacks = {.on_read = on_log_read,
                                                             .on_close = on_log_close};
    struct mr_loop *loop = process->core->loop;
    int err = mr_stream_open_fd(loop, link, &link_callbacks, process, &process->link);
    int err_log = mr_stream_open_fd(loop, log, &log_callbacks, process, &process->log);
    if (err == MR_OK) {
        mr_stream_set_max_queued(process->link, MR_LIMIT_SCRIPT_QUEUE);
    }
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
    static const struct mr_rpc_callbacks rpc_callbacks = {write_line, on_rpc_request, on_broken};
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
    int err = process->name ? mr_rpc_new(&rpc_callbacks, process, &process->rpc) : MR_ENOMEM;
    if (err == MR_OK) {
        if (core->trace) {
            mr_rpc_tap(process->rpc, on_rpc_line);
        }
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
    if (process->flush && process->link) {
        flush(process);
    }
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
