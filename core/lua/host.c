#include "core/lua/host.h"

#include <lauxlib.h>
#include <math.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/lua/prelude.h"
#include "core/lua/value.h"

/* Three quarters for Lua; the rest is for the C library, messages and the heap's own losses. */
enum { LUA_MEMORY = MR_LIMIT_SCRIPT_MEMORY / 4 * 3 };

struct mr_lua *mr_lua_of(lua_State *L)
{
    struct mr_lua *host;
    memcpy(&host, lua_getextraspace(L), sizeof(void *));
    return host;
}

/* err: how the line was begun. The value at 2 goes into it and the line out; with `later` set it
 * may wait for the next one. Pushes nothing; or nil and why it cannot be sent. */
static int send_value(lua_State *L, int err, bool later)
{
    struct mr_link *link = &mr_lua_of(L)->link;
    const char *why = "";
    if (err == MR_OK) {
        err = mr_value_write(L, 2, &link->out, &why);
    }
    if (err == MR_OK) {
        err = later ? mr_link_send_later(link) : mr_link_send(link);
    }
    if (err == MR_OK) {
        return 0;
    }
    lua_pushnil(L);
    lua_pushstring(L, why);
    return 2;
}

/* host.send(method, params) -> id, or nil and why the parameters cannot be sent. */
static int host_send(lua_State *L)
{
    uint64_t id = 0;
    int err = mr_link_begin_request(&mr_lua_of(L)->link, luaL_checkstring(L, 1), &id);
    if (send_value(L, err, false) > 0) {
        return 2;
    }
    lua_pushinteger(L, (lua_Integer)id);
    return 1;
}

/* Pushes result; or nil, code and message. */
static int push_answer(lua_State *L, const cJSON *json)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(json, "error");
    if (!cJSON_IsObject(error)) {
        mr_value_push(L, cJSON_GetObjectItemCaseSensitive(json, "result"), false);
        return 1;
    }
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(error, "data");
    const char *code = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(data, "code"));
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(error, "message"));
    lua_pushnil(L);
    lua_pushstring(L, code ? code : "internal");
    lua_pushstring(L, text ? text : "the core gave no reason");
    return 3;
}

/* host.call(method, params) -> result; or nil, code, message. Nothing else runs meanwhile. */
static int host_call(lua_State *L)
{
    struct mr_lua *host = mr_lua_of(L);
    lua_settop(L, 2);
    if (host_send(L) == 2) {
        lua_pushliteral(L, "unsendable");
        lua_insert(L, -2);
        return 3;
    }
    cJSON *json = mr_link_answer(&host->link, host->link.last_id);
    int pushed = push_answer(L, json);
    cJSON_Delete(json);
    return pushed;
}

/* host.tell(method, params): a notification. True, or nil and why. */
static int host_tell(lua_State *L)
{
    int err = mr_link_begin_notification(&mr_lua_of(L)->link, luaL_checkstring(L, 1));
    if (send_value(L, err, false) > 0) {
        return 2;
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* host.answer(id, result[, later]): true, or nil and why the result cannot be sent (then nothing
 * was). */
static int host_answer(lua_State *L)
{
    int err = mr_link_begin_answer(&mr_lua_of(L)->link, luaL_checkinteger(L, 1));
    if (send_value(L, err, lua_toboolean(L, 3)) > 0) {
        return 2;
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* host.fail(id, code, message) */
static int host_fail(lua_State *L)
{
    int err = mr_error_by_name(luaL_checkstring(L, 2));
    (void)mr_link_send_error(&mr_lua_of(L)->link, luaL_checkinteger(L, 1),
                             err < 0 ? err : MR_EINTERNAL, luaL_checkstring(L, 3));
    return 0;
}

/* host.now() -> seconds that only ever grow */
static int host_now(lua_State *L)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    lua_pushnumber(L, (double)now.tv_sec + (double)now.tv_nsec / 1e9);
    return 1;
}

static int host_end(lua_State *L)
{
    mr_lua_of(L)->ended = true;
    return 0;
}

/* Only the strategy's own coroutine gives way, and only where Lua can come back to. */
static void on_count(lua_State *L, lua_Debug *debug)
{
    (void)debug;
    if (L == mr_lua_of(L)->preempted && lua_isyieldable(L)) {
        lua_yield(L, 0);
    }
}

/* host.preempt(coroutine): from now on it yields every 10,000 instructions. */
static int host_preempt(lua_State *L)
{
    lua_State *co = lua_tothread(L, 1);
    luaL_argcheck(L, co != NULL, 1, "coroutine expected");
    mr_lua_of(L)->preempted = co;
    lua_sethook(co, on_count, LUA_MASKCOUNT, MR_LIMIT_YIELD_INSTRUCTIONS);
    return 0;
}

/* host.seed(n): from now on random numbers follow from n. */
static int host_seed(lua_State *L)
{
    lua_Integer n = luaL_checkinteger(L, 1);
    mr_lua_of(L)->seed = (uint64_t)n * 2 + 1; /* never 0 */
    return 0;
}

void mr_lua_add_host(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"send", host_send}, {"call", host_call},
        {"tell", host_tell}, {"answer", host_answer},
        {"fail", host_fail}, {"preempt", host_preempt},
        {"now", host_now},   {"finish", host_end},
        {"seed", host_seed}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}

/* A message for the log pipe, with the place it comes from. */
static int traceback(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

/* Calls the prelude's function below `arguments` values; an error there is a mistake of ours. */
static void call_prelude(struct mr_lua *host, int arguments, int results)
{
    lua_State *L = host->L;
    int function = lua_gettop(L) - arguments;
    lua_pushcfunction(L, traceback);
    lua_insert(L, function);
    if (lua_pcall(L, arguments, results, function) != LUA_OK) {
        mr_memory_die(MR_LUA_EXIT_INTERNAL, lua_tostring(L, -1));
    }
    lua_remove(L, function);
}

/* Errors outside of any pcall end here. */
static int on_panic(lua_State *L)
{
    mr_memory_die(MR_LUA_EXIT_INTERNAL, lua_tostring(L, -1));
}

static void seed_random(lua_State *L)
{
    lua_Integer seed[2] = {0};
    ssize_t got = getrandom(seed, sizeof seed, 0);
    (void)got;
    lua_getglobal(L, "math");
    lua_getfield(L, -1, "randomseed");
    lua_pushinteger(L, seed[0]);
    lua_pushinteger(L, seed[1]);
    lua_call(L, 2, 0);
    lua_pop(L, 1);
}

/* Runs the parts of the prelude one after the other; each gets (host, env, shared table). */
static void run_prelude(struct mr_lua *host)
{
    lua_State *L = host->L;
    int top = lua_gettop(L); /* host, env, shared */
    for (const struct mr_prelude_part *part = mr_prelude_parts; part->name; part++) {
        if (luaL_loadbufferx(L, (const char *)part->text, part->len, part->name, "t") != LUA_OK) {
            mr_memory_die(MR_LUA_EXIT_INTERNAL, lua_tostring(L, -1));
        }
        lua_pushvalue(L, top - 2);
        lua_pushvalue(L, top - 1);
        lua_pushvalue(L, top);
        call_prelude(host, 3, 0);
    }
}

static int take_function(lua_State *L, const char *name)
{
    lua_getfield(L, -1, name);
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

void mr_lua_start(struct mr_lua *host)
{
    cJSON_Hooks hooks = {mr_memory_take, free};
    cJSON_InitHooks(&hooks);
    host->memory.max = LUA_MEMORY;
    host->L = lua_newstate(mr_memory_lua, &host->memory);
    lua_State *L = host->L;
    lua_atpanic(L, on_panic);
    memcpy(lua_getextraspace(L), &host, sizeof(void *));
    mr_value_setup(L);
    lua_newtable(L);
    mr_lua_add_host(L);
    mr_lua_add_crypto(L);
    mr_lua_add_json(L);
    mr_lua_add_re(L);
    mr_lua_add_mine(L);
    mr_lua_push_methods(L);
    lua_setfield(L, -2, "methods");
    mr_lua_push_events(L);
    lua_setfield(L, -2, "events");
    mr_lua_push_env(L);
    seed_random(L);
    lua_newtable(L);
    run_prelude(host);
    host->on_request = take_function(L, "on_request");
    host->on_answer = take_function(L, "on_answer");
    host->on_turn = take_function(L, "on_turn");
    lua_settop(L, 0);
}

static void handle(struct mr_lua *host, const cJSON *json)
{
    lua_State *L = host->L;
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(json, "id");
    const char *method = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "method"));
    lua_Integer number = cJSON_IsNumber(id) ? (lua_Integer)id->valuedouble : 0;
    lua_rawgeti(L, LUA_REGISTRYINDEX, method ? host->on_request : host->on_answer);
    lua_pushinteger(L, number);
    int arguments = 1;
    if (method) {
        lua_pushstring(L, method);
        mr_value_push(L, cJSON_GetObjectItemCaseSensitive(json, "params"), false);
        arguments += 2;
    } else {
        arguments += push_answer(L, json);
    }
    call_prelude(host, arguments, 0);
}

/* Gives the coroutines that gave way their turn; whether any of them waits for another. */
static bool take_turn(struct mr_lua *host)
{
    lua_rawgeti(host->L, LUA_REGISTRYINDEX, host->on_turn);
    call_prelude(host, 0, 1);
    bool busy = lua_toboolean(host->L, -1);
    lua_pop(host->L, 1);
    return busy;
}

void mr_lua_run(struct mr_lua *host)
{
    bool busy = false;
    while (!host->ended) {
        cJSON *json = mr_link_next(&host->link, !busy);
        if (json) {
            handle(host, json);
            cJSON_Delete(json);
        }
        busy = take_turn(host);
    }
    mr_link_flush(&host->link);
}

void mr_lua_free(struct mr_lua *host)
{
#ifdef MR_TEST_WALL
    /* So that a leak is found; without sanitizers the end of the process frees faster. */
    lua_close(host->L);
    mr_link_free(&host->link);
#else
    (void)host;
#endif
}
