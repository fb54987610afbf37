/* What a strategy sees of the job, straight from the job page: no question to the core, no wait. */
#include <lauxlib.h>
#include <moonroom/errors.h>

#include "core/base/job_page.h"
#include "core/base/work.h"
#include "core/lua/host.h"

/* How long a strategy rests where there is nothing to mine, and at most before it sees that mining
 * goes on after a pause. */
enum { IDLE_MS = 50 };

/* mine_serial() -> a number that changes whenever the job does; nil without a job page */
static int mine_serial(lua_State *L)
{
    const struct mr_lua *host = mr_lua_of(L);
    if (!host->job) {
        return 0;
    }
    lua_pushinteger(L, mr_job_page_sequence(host->job));
    return 1;
}

/* mine_job() -> prev_hash, zeros, order, serial; nothing when offline */
static int mine_job(lua_State *L)
{
    const struct mr_lua *host = mr_lua_of(L);
    struct mr_job_view view;
    if (!host->job || !mr_job_page_read(host->job, &view) || !view.prev_hash[0]) {
        return 0;
    }
    lua_pushstring(L, view.prev_hash);
    lua_pushinteger(L, view.zeros);
    lua_pushstring(L, mr_work_order_name(view.order));
    lua_pushinteger(L, (lua_Integer)view.serial);
    return 4;
}

/* mine_verify(s) -> whether s solves the newest job. One attempt. */
static int mine_verify(lua_State *L)
{
    struct mr_lua *host = mr_lua_of(L);
    size_t len;
    const char *s = luaL_checklstring(L, 1, &len);
    struct mr_job_view view;
    if (!mr_work_s_valid(s, len)) {
        return luaL_argerror(L, 1, "86 printable characters without blanks expected");
    }
    if (!host->job || !mr_job_page_read(host->job, &view) || !view.prev_hash[0]) {
        mr_link_pause(&host->link, IDLE_MS);
        lua_pushboolean(L, 0);
        return 1;
    }
    host->attempts++;
    int err = mr_work_verify(view.order, (int)view.zeros, view.prev_hash, s, NULL);
    lua_pushboolean(L, err == MR_OK);
    return 1;
}

/* mine_paused(wait) -> whether mining is paused. If it is and wait is true, it comes back when
 * there is something to read, or a little later. */
static int mine_paused(lua_State *L)
{
    struct mr_lua *host = mr_lua_of(L);
    struct mr_job_view view;
    bool paused = host->job && mr_job_page_read(host->job, &view) && view.paused;
    if (paused && lua_toboolean(L, 1)) {
        mr_link_pause(&host->link, IDLE_MS);
    }
    lua_pushboolean(L, paused);
    return 1;
}

static int mine_attempts(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)mr_lua_of(L)->attempts);
    return 1;
}

void mr_lua_add_mine(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"mine_serial", mine_serial}, {"mine_job", mine_job},
        {"mine_verify", mine_verify}, {"mine_attempts", mine_attempts},
        {"mine_paused", mine_paused}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
