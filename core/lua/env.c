/* What scripts have of Lua's own libraries: a list of what is allowed, so that nothing new slips
 * in.
 *
 * The process is the wall; this list only keeps scripts from what would not work behind it. The
 * prelude itself runs with all of Lua, scripts get the table made here as their globals. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <string.h>

#include "core/lua/host.h"

static const char *const base[] = {
    "assert", "error",        "ipairs",       "next",     "pairs",    "pcall",  "xpcall",
    "select", "tonumber",     "tostring",     "type",     "rawequal", "rawget", "rawlen",
    "rawset", "setmetatable", "getmetatable", "_VERSION", NULL,
};

static const char *const coroutines[] = {
    "create", "isyieldable", "resume", "running", "status", "wrap", "yield",
/* Up to 5.4.4 nested calls of it crash. */
#if LUA_VERSION_RELEASE_NUM > 50404
    "close",
#endif
    NULL,
};

static const char *const os[] = {"time", "date", "clock", "difftime", NULL};

static const char *const debugging[] = {"traceback", NULL};

static const luaL_Reg libraries[] = {
    {LUA_GNAME, luaopen_base},
    {LUA_STRLIBNAME, luaopen_string},
    {LUA_TABLIBNAME, luaopen_table},
    {LUA_MATHLIBNAME, luaopen_math},
    {LUA_UTF8LIBNAME, luaopen_utf8},
    {LUA_COLIBNAME, luaopen_coroutine},
    {LUA_OSLIBNAME, luaopen_os},
    {LUA_DBLIBNAME, luaopen_debug},
    {NULL, NULL},
};

/* Copies the named fields of the table at `from` to the table on top. */
static void copy(lua_State *L, int from, const char *const *names)
{
    for (; *names; names++) {
        lua_getfield(L, from, *names);
        lua_setfield(L, -2, *names);
    }
}

/* Env gets a table `library` with the named fields of the global one. */
static void add_part(lua_State *L, const char *library, const char *const *names)
{
    lua_getglobal(L, library);
    lua_newtable(L);
    copy(L, lua_gettop(L) - 1, names);
    lua_remove(L, -2);
    lua_setfield(L, -2, library);
}

static int collect_count(lua_State *L)
{
    const char *what = luaL_optstring(L, 1, "count");
    luaL_argcheck(L, strcmp(what, "count") == 0, 1, "a script may only ask for \"count\"");
    lua_pushnumber(L, (double)mr_lua_of(L)->memory.used / 1024.0);
    return 1;
}

/* Text methods work, the metatable behind them is out of reach. */
static void close_string_metatable(lua_State *L)
{
    lua_getglobal(L, "string");
    lua_pushnil(L);
    lua_setfield(L, -2, "dump");
    lua_pop(L, 1);
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

void mr_lua_push_env(lua_State *L)
{
    for (const luaL_Reg *library = libraries; library->func; library++) {
        luaL_requiref(L, library->name, library->func, 1);
        lua_pop(L, 1);
    }
    close_string_metatable(L);
    lua_newtable(L);
    lua_pushglobaltable(L);
    lua_insert(L, -2);
    copy(L, lua_gettop(L) - 1, base);
    lua_remove(L, -2);
    static const char *const whole[] = {"string", "table", "math", "utf8", NULL};
    for (const char *const *name = whole; *name; name++) {
        lua_getglobal(L, *name);
        lua_setfield(L, -2, *name);
    }
    add_part(L, "coroutine", coroutines);
    add_part(L, "os", os);
    add_part(L, "debug", debugging);
    lua_pushcfunction(L, collect_count);
    lua_setfield(L, -2, "collectgarbage");
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "_G");
}
