/*
 * Memory with a budget that never says no.
 *
 * Lua 5.4.4 corrupts its heap when an allocation fails, so none ever does: a script that passes its
 * budget ends with one line on the log pipe, and its process with it.
 */
#ifndef MR_LUA_MEMORY_H
#define MR_LUA_MEMORY_H

#include <stddef.h>
#include <stdnoreturn.h>

struct mr_memory {
    size_t used; /* bytes, as asked for */
    size_t max;
};

/* The lua_Alloc of a state whose `ud` is a struct mr_memory. */
void *mr_memory_lua(void *ud, void *old, size_t old_size, size_t new_size);

/* malloc that does not return without memory; for cJSON. */
void *mr_memory_take(size_t size);

/* Writes "moonroom-lua: TEXT" to the log pipe and ends the process with code. */
noreturn void mr_memory_die(int code, const char *text);

/* Exit codes of moonroom-lua. */
enum mr_lua_exit {
    MR_LUA_EXIT_OK = 0,
    MR_LUA_EXIT_USAGE = 2,
    MR_LUA_EXIT_INTERNAL = 70,
    MR_LUA_EXIT_MEMORY = 71,
    MR_LUA_EXIT_LINK = 72, /* the core broke the protocol */
    MR_LUA_EXIT_WALL = 73, /* the wall could not be put up */
};

#endif
