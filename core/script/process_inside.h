/* Inside one process: what process.c (start and end), process_link.c (lines and their pace) and
 * process_ask.c (questions and deadlines) share. */
#ifndef MR_SCRIPT_PROCESS_INSIDE_H
#define MR_SCRIPT_PROCESS_INSIDE_H

#include "core/base/buf.h"
#include "core/runtime/child.h"
#include "core/runtime/stream.h"
#include "core/script/deadline.h"
#include "core/script/process.h"

enum { MR_PROCESS_REASON = 4096 };

/* A question that is not answered yet, in order. */
struct mr_question {
    struct mr_question *next;
    struct mr_process *process;
    mr_rpc_answer_fn *fn;
    void *ctx;
    uint64_t allowance_ms;
    uint64_t asked_us;
    char what[MR_PROCESS_WHAT];
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
    struct mr_question *first, *last;
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
    char reason[MR_PROCESS_REASON];
};

/* The side of the link that speaks JSON-RPC. */
int mr_process_link_new(struct mr_process *process);
/* Takes the descriptor over, whatever comes of it. */
int mr_process_link_open(struct mr_process *process, int fd);
/* What was said in this turn goes out now. */
void mr_process_link_flush(struct mr_process *process);
/* Told by the link: its last line was read. */
void mr_process_link_ended(struct mr_process *process);
/* Looks after the process from now on, until nothing is left that it could be late with. */
void mr_process_watch(struct mr_process *process);

#endif
