/* Inside one script's life: what script_life.c, script_check.c, script_start.c and script_reload.c
 * share.
 *
 * The way of an edition: mr_script_check() reads it and its manifest and asks for permission; then
 * mr_script_start() runs it, or mr_reload_load() where an older one works. Whatever goes wrong on
 * the way ends in mr_script_failed(), whatever ends in mr_script_ended().
 */
#ifndef MR_SCRIPT_LIFE_H
#define MR_SCRIPT_LIFE_H

#include "core/script/scripts.h"

enum { MR_SCRIPT_WHY = 4096 };

/* Copies a text that may be longer, without cutting a character in two. */
void mr_script_copy(char *out, size_t size, const char *text);
void mr_script_drop(struct mr_script_edition *edition);
void mr_script_move(struct mr_script_edition *to, struct mr_script_edition *from);
/* Commands that are not known wait until the script is settled. */
void mr_script_hold(struct mr_script *script);
void mr_script_unhold(struct mr_script *script);
/* fn (may be NULL) is told when the script is settled, or at once of an error. */
void mr_script_await(struct mr_script *script, mr_script_fn *fn, void *ctx, int err,
                     const char *text);
/* Tells all who wait how it went. */
void mr_script_settle(struct mr_script *script, int err, const char *text);
void mr_script_emit(struct mr_script *script, enum mr_event event, const char *code,
                    const char *text);
/* What was registered in the script's name goes with its caller, then the process goes; what comes
 * up beside it stays. */
void mr_script_release(struct mr_script *script);

/* The edition that is checked or starts will not do. What worked before goes on; else the shipped
 * file takes the place of the user's. */
void mr_script_failed(struct mr_script *script, int err, const char *text);
void mr_script_ended(struct mr_script *script, enum mr_script_state state, const char *code,
                     const char *text);
/* The process that ran it has ended, or took too long: the mr_process callbacks of those names. */
void mr_script_on_end(struct mr_script *script, const char *code, const char *text);
void mr_script_overrun(struct mr_script *script, const char *what, bool often);

/* Checks script->coming; the second from the loop, for callers inside a process' callback. */
void mr_script_check(struct mr_script *script);
int mr_script_check_later(struct mr_script *script);
/* Starts script->now. */
void mr_script_start(struct mr_script *script);
/* It is up: everybody is told. */
void mr_script_running(struct mr_script *script);
/* Tells what the clock of a test says, and what random numbers begin with. */
int mr_script_add_clock(struct mr_scripts *scripts, cJSON *params);
/* Has the process run the text, staged in the place of an older edition. */
int mr_script_ask_load(struct mr_script *script, struct mr_process *process,
                       const struct mr_script_edition *edition, const char *kind, bool staged,
                       mr_rpc_answer_fn *fn, void *ctx);
const char *mr_script_kind_name(const struct mr_script *script);

/* script_reload.c ---------------------------------------------------------------------------- */

/* script->coming was permitted: its process comes up beside the one that works. */
void mr_reload_load(struct mr_script *script);
/* Whether the switch is under way: what is for the script waits. */
bool mr_reload_holds(const struct mr_script *script);
/* Something went wrong: the old process goes on. */
void mr_reload_failed(struct mr_script *script, int err, const char *text);
/* The process of the next edition has ended. */
void mr_reload_heir_ended(struct mr_script *script, const char *code, const char *text);
/* The old process has ended by itself: the new one takes its place as soon as it can. */
void mr_reload_inherit(struct mr_script *script, const char *text);
/* The script is unloaded: nobody asks for the next edition any more. */
void mr_reload_cancel(struct mr_script *script);

#endif
