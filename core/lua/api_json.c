/* json.encode, json.decode, json.array and json.null. */
#include <lauxlib.h>
#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/lua/host.h"
#include "core/lua/value.h"

/* json.encode(value) -> text; raises what cannot be written. */
static int json_encode(lua_State *L)
{
    luaL_checkany(L, 1);
    const char *why = "";
    struct mr_buf out;
    mr_buf_init(&out, MR_LIMIT_RPC_LINE);
    if (mr_value_write(L, 1, &out, &why) < 0) {
        mr_buf_free(&out);
        return luaL_error(L, "%s", why);
    }
    lua_pushlstring(L, mr_buf_str(&out), mr_buf_len(&out));
    mr_buf_free(&out);
    return 1;
}

/* json.decode(text) -> value; or nil and why it is no JSON. */
static int json_decode(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    const char *why = "it is too long";
    cJSON *value = len <= MR_LIMIT_SCRIPT_QUEUE ? mr_value_parse(text, len, &why) : NULL;
    if (!value) {
        lua_pushnil(L);
        lua_pushstring(L, why);
        return 2;
    }
    mr_value_push(L, value, true);
    cJSON_Delete(value);
    return 1;
}

/* json.array(t): t itself, or a new table, marked to be written as an array even when empty. */
static int json_array(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_newtable(L);
    } else {
        luaL_checktype(L, 1, LUA_TTABLE);
        lua_settop(L, 1);
    }
    luaL_setmetatable(L, MR_VALUE_ARRAY);
    return 1;
}

void mr_lua_add_json(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"encode", json_encode},
        {"decode", json_decode},
        {"array", json_array},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    lua_setfield(L, -2, "json");
}
