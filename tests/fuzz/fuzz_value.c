/* What a script's process makes of JSON: any bytes, parsed, given to Lua and written again. What
 * was written must be the same value when it has gone through Lua once more. */
#include <lauxlib.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/lua/value.h"

/* Value to Lua and back to text; false when it cannot be written. */
static int through_lua(lua_State *L, const cJSON *value, struct mr_buf *out)
{
    const char *why = NULL;
    mr_value_push(L, value, true);
    int err = mr_value_write(L, -1, out, &why);
    if (err < 0 && !why) {
        abort();
    }
    lua_settop(L, 0);
    return err;
}

static void check(lua_State *L, const cJSON *value)
{
    const char *why = NULL;
    struct mr_buf first;
    struct mr_buf second;
    mr_buf_init(&first, MR_LIMIT_RPC_LINE);
    mr_buf_init(&second, MR_LIMIT_RPC_LINE);
    if (through_lua(L, value, &first) == 0) {
        cJSON *again = mr_value_parse(mr_buf_str(&first), mr_buf_len(&first), &why);
        if (!again || through_lua(L, again, &second) < 0) {
            abort();
        }
        cJSON *last = mr_value_parse(mr_buf_str(&second), mr_buf_len(&second), &why);
        if (!last || !cJSON_Compare(again, last, true)) {
            abort();
        }
        cJSON_Delete(again);
        cJSON_Delete(last);
    }
    mr_buf_free(&first);
    mr_buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *why = NULL;
    cJSON *value = mr_value_parse((const char *)data, size, &why);
    if (!value) {
        if (!why) {
            abort();
        }
        return 0;
    }
    lua_State *L = luaL_newstate();
    mr_value_setup(L);
    check(L, value);
    lua_close(L);
    cJSON_Delete(value);
    return 0;
}
