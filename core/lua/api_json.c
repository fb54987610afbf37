/* json.encode, json.decode, json.array and json.null. */
#include <lauxlib.h>
#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/lua/host.h"
#include "core/lua/value.h"

/* A value as JSON. An empty table is `{}` unless it was made by json.array.
 * @lua json.encode
 * @param value any
 * @return string
 * @raise what JSON cannot hold: functions, NaN, infinity, bytes that are no UTF-8, 33 levels */
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

/* JSON as a value; null is json.null.
 * @lua json.decode
 * @param text string
 * @return any value nil and a sentence when it is no JSON */
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

/* Marks a table, or a new one, to be written as an array even when it is empty; returns it.
 * @lua json.array
 * @param list? table
 * @return table */
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
    /* JSON's null inside of tables, where nil would leave a hole.
     * @lua json.null
     * @field lightuserdata */
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    lua_setfield(L, -2, "json");
}
