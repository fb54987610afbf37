/* Inside one script's life: what script_life.c, script_check.c and script_start.c share.
 *
 * The way of an edition: mr_script_check() reads it and its manifest and asks for permission; then
 * mr_script_start() runs it, by way of mr_script_swap() where an old process works. Whatever goes
 * wrong on the way ends in mr_script_failed(), whatever ends in mr_script_ended().
 */
#ifndef MR_SCRIPT_LIFE_H
#define MR_SCRIPT_LIFE_H

#include "core/script/scripts.h"

enum { MR_SCRIPT_WHY = 4096 };

/* Copies a text that may be longer, without cutting a character in two. */
void mr_script_copy(char *out, size_t size, const char *text);
void mr_script_drop(struct mr_script_edition *edition);
void mr_script_move(struct mr_script_edition *to, struct mr_script_edition *from);
/* The command table waits for the commands script until the script is settled. */
void mr_script_hold(struct mr_script *script);
/* Tells all who wait how it went. */
void mr_script_settle(struct mr_script *script, int err, const char *text);
void mr_script_emit(struct mr_script *script, enum mr_event event, const char *code,
                    const char *text);
/* What was registered in the script's name goes with its caller, then the process goes. */
void mr_script_release(struct mr_script *script);

/* The edition that is checked or starts will not do. What worked before goes on or comes back; the
 * shipped file takes the place of the user's. */
void mr_script_failed(struct mr_script *script, int err, const char *text);
void mr_script_ended(struct mr_script *script, enum mr_script_state state, const char *code,
                     const char *text);
/* The process that ran it has ended: the mr_process callback of that name. */
void mr_script_on_end(void *script, const char *code, const char *text);

/* Checks script->coming; the second from the loop, for callers inside a process' callback. */
void mr_script_check(struct mr_script *script);
int mr_script_check_later(struct mr_script *script);
/* Starts script->now. */
void mr_script_start(struct mr_script *script);
/* Saves and ends the process of script->now, and starts script->coming in its place. */
void mr_script_swap(struct mr_script *script);
/* Tells what the clock of a test says, and what random numbers begin with. */
int mr_script_add_clock(struct mr_scripts *scripts, cJSON *params);
int mr_script_ask_load(struct mr_scripts *scripts, struct mr_process *process,
                       const struct mr_script_edition *edition, const char *kind,
                       uint64_t allowance_ms, mr_rpc_answer_fn *fn, void *ctx);

#endif
