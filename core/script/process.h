/* One moonroom-lua process: started, spoken to, watched, ended.
 *
 * The link is core/api/rpc.h over a socketpair, the process' stderr a pipe into the log. At most
 * MR_LIMIT_RPC_LINES_PER_TURN lines are read in one turn of the loop. What the process does not
 * read waits here, up to MR_LIMIT_SCRIPT_QUEUE; while much waits, nothing more is read from it.
 *
 * Its end is told once, by on_end, when both the exit status and the end of the link were seen; the
 * process may be freed there, and only there or when the program ends. Everything else that ends it
 * only sends the signal.
 */
#ifndef MR_SCRIPT_PROCESS_H
#define MR_SCRIPT_PROCESS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/api/core.h"
#include "core/api/rpc.h"

struct mr_process;

enum { MR_PROCESS_WHAT = 64 };

/* The answer that took longest, from the moment in which the process could begin with it. */
struct mr_slowest {
    uint64_t us;
    char what[MR_PROCESS_WHAT];
};

struct mr_process_callbacks {
    void (*on_request)(void *ctx, const cJSON *id, const char *method, const cJSON *params);
    /* It took longer than it may over `what`; with `often` set for the third time in a minute. */
    void (*on_overrun)(void *ctx, const char *what, bool often);
    /* Everything that was queued has been read by the process. May be NULL. */
    void (*on_drain)(void *ctx);
    /* `code` is the name of an mr_error, "" for an orderly end; `text` a sentence for the user. */
    void (*on_end)(void *ctx, const char *code, const char *text);
};

struct mr_process_options {
    const char *name; /* for the log; copied */
    int job_fd;       /* a read-only descriptor of the job page, or -1; stays the caller's */
    bool no_deadline; /* a strategy: only loading has one */
};

int mr_process_start(struct mr_core *core, const struct mr_process_options *options,
                     const struct mr_process_callbacks *callbacks, void *ctx,
                     struct mr_process **out);
/* Kills it if it runs; open questions end with MR_ECLOSED. */
void mr_process_free(struct mr_process **process);

/* Asks with a deadline (0: none). The answer comes once, MR_ECLOSED when the process ends first; fn
 * may be NULL. `what` is copied for on_overrun. MR_ELIMIT when too much waits to be read. */
int mr_process_ask(struct mr_process *process, const char *method, const cJSON *params,
                   const char *what, uint64_t allowance_ms, mr_rpc_answer_fn *fn, void *ctx);
/* The same with the parameters as JSON, for a question whose answer is of no interest. */
int mr_process_ask_text(struct mr_process *process, const char *method, const char *params,
                        const char *what, uint64_t allowance_ms);
/* Bytes that wait to be read by it. */
size_t mr_process_queued(const struct mr_process *process);
/* The same for an item of a filter, with its short deadline; params is JSON. */
int mr_process_ask_filter(struct mr_process *process, const char *params, mr_rpc_answer_fn *fn,
                          void *ctx);
struct mr_core *mr_process_core(const struct mr_process *process);
struct mr_rpc *mr_process_rpc(struct mr_process *process);

/* Ends it now; on_end tells this code and text. The first reason counts. */
void mr_process_kill(struct mr_process *process, const char *code, const char *text);
/* Its end is expected from now on, with this reason, and forced after a while. */
void mr_process_expect_end(struct mr_process *process, uint64_t within_ms, const char *code,
                           const char *text);

/* Nothing is read from it for so long: it has said more than its share. */
void mr_process_hold(struct mr_process *process, uint64_t ms);

/* CPU time that it has used up over what it is at, *what, since it last answered; 0 when nothing
 * with a deadline is open. *what lasts until the next turn of the loop. */
uint64_t mr_process_busy_us(const struct mr_process *process, const char **what);
/* No deadline for what it is at now: until its next answer, or taken back before. */
void mr_process_be_patient(struct mr_process *process, bool patient);
bool mr_process_is_patient(const struct mr_process *process);

const struct mr_slowest *mr_process_slowest(const struct mr_process *process);
/* What came so far does not count: it was loading. */
void mr_process_forget_slowest(struct mr_process *process);

/* How many lines came and how many questions were asked so far; those of the core's own look
 * after the process do not count. */
uint64_t mr_process_traffic(const struct mr_process *process);
/* Asks whether it gives way; the answer comes behind all that it does about earlier questions. */
int mr_process_ask_quiet(struct mr_process *process, mr_rpc_answer_fn *fn, void *ctx);

int mr_process_pid(const struct mr_process *process);
uint64_t mr_process_cpu_us(const struct mr_process *process);

#endif
