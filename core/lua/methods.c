/* The table of methods and events, for the prelude to make its proxies from. */
#include <lauxlib.h>

#include "core/lua/host.h"

struct row {
    const char *name;
    const char *parameters;
};

static const struct row methods[] = {
#define MR_METHOD(name, permission, parameters, returns, help) {name, parameters},
#include <moonroom/methods.def>
#undef MR_METHOD
};

static const char *const events[] = {
#define MR_EVENT(id, name, permission, fields, help) name,
#include <moonroom/events.def>
#undef MR_EVENT
};

void mr_lua_push_methods(lua_State *L)
{
    lua_newtable(L);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        lua_pushstring(L, methods[i].parameters);
        lua_setfield(L, -2, methods[i].name);
    }
}

void mr_lua_push_events(lua_State *L)
{
    lua_newtable(L);
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, events[i]);
    }
}
