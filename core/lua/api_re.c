/* Regular expressions for the prelude: re_new(pattern), re_search(program, text, from). */
#include <lauxlib.h>
#include <stdint.h>

#include "core/lua/host.h"
#include "core/lua/re.h"

/* What all searches work with is made for the first one: most scripts need none. */
static const char work_key;

static struct mr_re_work *work_of(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &work_key) != LUA_TUSERDATA) {
        lua_newuserdatauv(L, sizeof(struct mr_re_work), 0);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &work_key);
    }
    return lua_touserdata(L, -1);
}

/* re_new(pattern) -> program; or nil, what is wrong, and the byte where */
static int re_new(lua_State *L)
{
    size_t len;
    size_t at;
    const char *why;
    const char *pattern = luaL_checklstring(L, 1, &len);
    struct mr_re *re = lua_newuserdatauv(L, sizeof *re, 0);
    if (mr_re_compile(pattern, len, re, &why, &at) < 0) {
        lua_pushnil(L);
        lua_pushstring(L, why);
        lua_pushinteger(L, (lua_Integer)at);
        return 3;
    }
    return 1;
}

/* A group that took no part is false, as nil would end what is returned. */
static void push_part(lua_State *L, const char *text, const size_t slots[static 2])
{
    if (slots[0] == SIZE_MAX || slots[1] == SIZE_MAX) {
        lua_pushboolean(L, 0);
    } else {
        lua_pushlstring(L, text + slots[0], slots[1] - slots[0]);
    }
}

/* re_search(program, text, from) -> first, last, groups...; nothing when there is no match. Places
 * are Lua's. */
static int re_search(lua_State *L)
{
    size_t len;
    size_t slots[MR_RE_SLOTS];
    const struct mr_re *re = lua_touserdata(L, 1);
    const char *text = luaL_checklstring(L, 2, &len);
    lua_Integer from = luaL_checkinteger(L, 3);
    struct mr_re_work *work = work_of(L);
    luaL_argcheck(L, re != NULL, 1, "program expected");
    if (from < 1 || (lua_Unsigned)from > len + 1 ||
        !mr_re_search(re, work, text, len, (size_t)from - 1, slots)) {
        return 0;
    }
    lua_pushinteger(L, (lua_Integer)slots[0] + 1);
    lua_pushinteger(L, (lua_Integer)slots[1]);
    for (int32_t i = 1; i <= re->groups; i++) {
        push_part(L, text, slots + 2 * (size_t)i);
    }
    return 2 + re->groups;
}

void mr_lua_add_re(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"re_new", re_new}, {"re_search", re_search}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
