/*
 * One script's process: its link, its Lua state, its view of the job.
 *
 * The prelude (prelude/, embedded when moonroom-lua is built) makes the friendly surface out of the
 * few functions that host.c and the api_*.c files give it. It hands back the functions that the
 * main loop calls: for a request of the core, for an answer, and once a turn.
 *
 * C functions that are called by Lua may leave by longjmp; they hold nothing then that must be
 * freed.
 */
#ifndef MR_LUA_HOST_H
#define MR_LUA_HOST_H

#include <lua.h>
#include <stdint.h>

#include "core/lua/link.h"
#include "core/lua/memory.h"

struct mr_job_page;

struct mr_lua {
    struct mr_memory memory;
    struct mr_link link;
    lua_State *L;
    const struct mr_job_page *job;      /* NULL: no strategy runs here */
    lua_State *preempted;               /* the coroutine that the count hook may interrupt */
    uint64_t attempts;                  /* of mine.verify on the job page */
    uint64_t seed;                      /* of the random numbers in a test; 0: the system's */
    bool ended;                         /* the prelude wants the process to end */
    int on_request, on_answer, on_turn; /* references to the prelude's functions */
};

/* Makes the Lua state and runs the prelude. Ends the process when that fails. */
void mr_lua_start(struct mr_lua *host);

/* Runs until the core closes the link or unloads the script. */
void mr_lua_run(struct mr_lua *host);

void mr_lua_free(struct mr_lua *host);

/* The process a state belongs to. */
struct mr_lua *mr_lua_of(lua_State *L);

/* Each adds what it has to the table on top of the stack. */
void mr_lua_add_host(lua_State *L);   /* host.c: the link */
void mr_lua_add_crypto(lua_State *L); /* api_crypto.c */
void mr_lua_add_json(lua_State *L);   /* api_json.c */
void mr_lua_add_re(lua_State *L);     /* api_re.c */
void mr_lua_add_mine(lua_State *L);   /* api_mine.c */

/* Pushes the table of globals that scripts see: the allowed functions of Lua's own libraries. */
void mr_lua_push_env(lua_State *L);

/* Pushes {method = {permission =, parameters =}, ...} and {event = true, ...}. */
void mr_lua_push_methods(lua_State *L);
void mr_lua_push_events(lua_State *L);

#endif
