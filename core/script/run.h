/* Inside core/script: one process that runs one edition of a script, and in whose name it calls.
 *
 * A script has at most one run at work ("live"). During a reload a second one comes up beside it
 * (the "heir"), which becomes the live one in a single step, or goes without a trace. A run that
 * was replaced, or will not be needed, is "leaving": it is on its way out and has no say any more.
 *
 * What is for a run (events, calls of its commands and timers) goes to the live one. An heir gets
 * nothing before the switch. During the switch both keep what is for them in a queue; then one of
 * the two queues is delivered, the other thrown away, so that each message is handled exactly once.
 */
#ifndef MR_SCRIPT_RUN_H
#define MR_SCRIPT_RUN_H

#include "core/script/scripts.h"

enum mr_run_role { MR_RUN_LIVE, MR_RUN_HEIR, MR_RUN_LEAVING };

struct mr_run_message;

struct mr_run {
    struct mr_run *next; /* among those that leave */
    struct mr_script *script;
    enum mr_run_role role;
    struct mr_process *process;
    struct mr_caller *caller; /* NULL: there is no memory for one, and it gets no answers */
    struct mr_run_message *first, *last;
    size_t queued;   /* bytes */
    bool wants_lost; /* it listens to events.lost */
    uint64_t lost_untold;
    unsigned saves; /* questions to save that are not answered */
    bool told;      /* that it called what an heir cannot */
};

/* Starts the process, which is not asked for anything yet. */
int mr_run_new(struct mr_script *script, const struct mr_script_edition *edition,
               enum mr_run_role role, struct mr_run **out);
/* Kills it if it runs. Not from a callback of its own process, but for its end. */
void mr_run_free(struct mr_run **run);
/* Lets it say goodbye, or with `kill` ends it now. Its registrations are gone when this returns; it
 * is freed when the process has ended. */
void mr_run_leave(struct mr_run **run, bool kill);
/* Delivers what was kept for it, or throws it away. */
void mr_run_deliver(struct mr_run *run);
void mr_run_forget(struct mr_run *run);
/* The edition that it runs. */
const struct mr_script_edition *mr_run_edition(const struct mr_run *run);
/* The run on whose behalf a call is made; fails the call when there is none. */
struct mr_run *mr_run_of_call(struct mr_scripts *scripts, struct mr_call *call);

/* script_run.c: what a run asks for and is told. */
void mr_run_on_request(struct mr_run *run, const cJSON *id, const char *method,
                       const cJSON *params);
void mr_run_on_drain(struct mr_run *run);
/* Sends a message of the core, given as JSON; counts what finds no place. */
void mr_run_send(struct mr_run *run, const char *method, const char *params, const char *what);
void mr_run_lose(struct mr_run *run, const char *method);
/* "event message", "a command", for messages about time. */
void mr_run_describe(const char *method, const cJSON *params, char *out, size_t size);

#endif
