/* What a process is asked, and how long it may take: questions and deadlines. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/limits.h"
#include "core/script/process_inside.h"

enum { LOOK_MS = 100, LOOK_SOON_MS = 20 };

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
void mr_process_watch(struct mr_process *process)
{
    if (process->look || process->exited) {
        return;
    }
    struct mr_moment at = moment(process);
    uint64_t every = process->filters ? LOOK_SOON_MS : LOOK_MS;
    mr_deadline_start(&process->deadline, allowance_of(process), &at);
    (void)mr_timer_start_real(process->core->loop, every, every, look, process, &process->look);
}

static bool is_urgent(const struct mr_question *question)
{
    return question->allowance_ms == MR_LIMIT_FILTER_TIME;
}

/* A question waits in the queue while those before it are answered: that is not its own time. */
static void measure(struct mr_process *process, const struct mr_question *question)
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
    struct mr_question *question = ctx;
    struct mr_process *process = question->process;
    struct mr_question **at = &process->first;
    struct mr_question *before = NULL;
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

static struct mr_question *question_new(struct mr_process *process, const char *what,
                                        uint64_t allowance_ms, mr_rpc_answer_fn *fn, void *ctx)
{
    struct mr_question *question = calloc(1, sizeof *question);
    if (question) {
        *question = (struct mr_question){.process = process, .fn = fn, .ctx = ctx};
        question->allowance_ms = allowance_ms;
        question->asked_us = now_us();
        snprintf(question->what, sizeof question->what, "%s", what);
    }
    return question;
}

/* err: whether the question went out. Then it is the last in the row, and time counts. */
static int asked(struct mr_process *process, struct mr_question *question, int err)
{
    if (err < 0) {
        free(question);
        return err;
    }
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
        mr_process_watch(process);
    }
    if (first || (urgent && process->urgent == 1)) {
        mr_deadline_progress(&process->deadline, allowance_of(process));
    }
    return MR_OK;
}

int mr_process_ask(struct mr_process *process, const char *method, const cJSON *params,
                   const char *what, uint64_t allowance_ms, mr_rpc_answer_fn *fn, void *ctx)
{
    struct mr_question *question = question_new(process, what, allowance_ms, fn, ctx);
    int err = question ? mr_rpc_request(process->rpc, method, params, on_answer, question, NULL)
                       : MR_ENOMEM;
    return asked(process, question, err);
}

/* question is taken; NULL: there is no memory for it. */
static int ask_text(struct mr_process *process, struct mr_question *question, const char *method,
                    const char *params)
{
    int err = question ? mr_rpc_request_text(process->rpc, method, params, on_answer, question)
                       : MR_ENOMEM;
    return asked(process, question, err);
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
        char text[MR_PROCESS_REASON];
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
