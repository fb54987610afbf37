/*
 * Values: Lua to JSON and back, in one place.
 *
 * To JSON: a table is an object, or an array when its keys are 1 to n; an empty one is {} unless it
 * was marked by json.array(). Integers beyond 10^15 become strings. NaN, infinity, text that is no
 * UTF-8 or holds a NUL, mixed keys, functions and tables nested too deep are refused. From JSON:
 * whole numbers within 10^15 are integers; null inside an array is json.null.
 */
#ifndef MR_LUA_VALUE_H
#define MR_LUA_VALUE_H

#include <cjson/cJSON.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

/* Name of the metatable in the registry that marks arrays. */
#define MR_VALUE_ARRAY "moonroom.array"

/* Creates the metatable. */
void mr_value_setup(lua_State *L);

/* Appends the value at index to out. MR_EINVAL or MR_ELIMIT with the reason in *why (static text);
 * out then holds a part of it. Runs no Lua code and raises nothing. */
int mr_value_write(lua_State *L, int index, struct mr_buf *out, const char **why);

/* Appends a string with its quotes; text must be UTF-8 without NUL. */
int mr_value_write_string(struct mr_buf *out, const char *text, size_t len);

/* Pushes one value; NULL is nil. keep_null keeps the nulls in objects as json.null. */
void mr_value_push(lua_State *L, const cJSON *value, bool keep_null);

/* Strict parsing: UTF-8, one value, no \u0000, depth at most MR_LIMIT_RPC_DEPTH. NULL and the
 * reason in *why (static text). The caller deletes the value. */
cJSON *mr_value_parse(const char *text, size_t len, const char **why);

#endif
