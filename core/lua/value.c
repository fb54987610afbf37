#include "core/lua/value.h"

#include <lauxlib.h>
#include <math.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"

/* Integers up to here are exact in every JSON reader. */
static const double integer_max = 1e15;

struct writer {
    lua_State *L;
    struct mr_buf *out;
    const char *why;
    int depth;
};

static int write_value(struct writer *w, int index);

void mr_value_setup(lua_State *L)
{
    luaL_newmetatable(L, MR_VALUE_ARRAY);
    lua_pop(L, 1);
}

static int refuse(struct writer *w, const char *why)
{
    w->why = why;
    return MR_EINVAL;
}

static int append(struct writer *w, const char *text)
{
    return mr_buf_append_str(w->out, text);
}

static size_t plain_run(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && (unsigned char)text[n] >= 0x20 && text[n] != '"' && text[n] != '\\') {
        n++;
    }
    return n;
}

static int write_escape(struct mr_buf *out, char c)
{
    static const char from[] = "\"\\\n\r\t\b\f";
    static const char to[] = "\"\\nrtbf";
    const char *at = memchr(from, c, sizeof from - 1);
    if (at) {
        char pair[2] = {'\\', to[at - from]};
        return mr_buf_append(out, pair, sizeof pair);
    }
    return mr_buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
}

int mr_value_write_string(struct mr_buf *out, const char *text, size_t len)
{
    int err = mr_buf_append_byte(out, '"');
    while (err == MR_OK && len > 0) {
        size_t run = plain_run(text, len);
        err = mr_buf_append(out, text, run);
        text += run;
        len -= run;
        if (err == MR_OK && len > 0) {
            err = write_escape(out, *text++);
            len--;
        }
    }
    return err == MR_OK ? mr_buf_append_byte(out, '"') : err;
}

static int write_string(struct writer *w, int index)
{
    size_t len;
    const char *text = lua_tolstring(w->L, index, &len);
    if (memchr(text, '\0', len)) {
        return refuse(w, "a text holds a NUL byte; bytes are sent as hex");
    }
    if (!mr_utf8_valid(text, len)) {
        return refuse(w, "a text is no UTF-8; bytes are sent as hex");
    }
    return mr_value_write_string(w->out, text, len);
}

static int write_number(struct writer *w, int index)
{
    if (lua_isinteger(w->L, index)) {
        long long number = lua_tointeger(w->L, index);
        bool exact = number <= 1000000000000000LL && number >= -1000000000000000LL;
        return mr_buf_printf(w->out, exact ? "%lld" : "\"%lld\"", number);
    }
    double number = lua_tonumber(w->L, index);
    if (!isfinite(number)) {
        return refuse(w, "a number is infinite or not a number");
    }
    if (floor(number) == number && fabs(number) <= integer_max) {
        return mr_buf_printf(w->out, "%.0f", number);
    }
    char text[40];
    snprintf(text, sizeof text, "%.15g", number);
    if (strtod(text, NULL) != number) {
        snprintf(text, sizeof text, "%.17g", number);
    }
    return append(w, text);
}

static bool is_marked(lua_State *L, int index)
{
    if (!lua_getmetatable(L, index)) {
        return false;
    }
    luaL_getmetatable(L, MR_VALUE_ARRAY);
    bool marked = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return marked;
}

/* Whether the keys are 1 to n and nothing else. */
static bool is_sequence(lua_State *L, int index)
{
    lua_Integer n = (lua_Integer)lua_rawlen(L, index);
    lua_Integer seen = 0;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 1 || lua_tointeger(L, -1) > n) {
            lua_pop(L, 1);
            return false;
        }
        seen++;
    }
    return seen == n;
}

static int write_array(struct writer *w, int index)
{
    lua_Integer n = (lua_Integer)lua_rawlen(w->L, index);
    int err = append(w, "[");
    for (lua_Integer i = 1; err == MR_OK && i <= n; i++) {
        if (i > 1) {
            err = append(w, ",");
        }
        lua_rawgeti(w->L, index, i);
        if (err == MR_OK) {
            err = write_value(w, lua_gettop(w->L));
        }
        lua_pop(w->L, 1);
    }
    return err == MR_OK ? append(w, "]") : err;
}

static int write_member(struct writer *w, int key, bool first)
{
    if (lua_type(w->L, key) != LUA_TSTRING) {
        return refuse(w, "a table has keys that are neither 1 to n nor all texts");
    }
    int err = first ? MR_OK : append(w, ",");
    if (err == MR_OK) {
        err = write_string(w, key);
    }
    if (err == MR_OK) {
        err = append(w, ":");
    }
    return err == MR_OK ? write_value(w, key + 1) : err;
}

static int write_object(struct writer *w, int index)
{
    int err = append(w, "{");
    bool first = true;
    lua_pushnil(w->L);
    while (lua_next(w->L, index)) {
        if (err == MR_OK) {
            err = write_member(w, lua_gettop(w->L) - 1, first);
        }
        first = false;
        lua_pop(w->L, 1);
        if (err != MR_OK) {
            lua_pop(w->L, 1);
            return err;
        }
    }
    return append(w, "}");
}

static int write_table(struct writer *w, int index)
{
    if (++w->depth > MR_LIMIT_RPC_DEPTH - 2) {
        return refuse(w, "tables are nested too deep, or one holds itself");
    }
    int err;
    bool marked = is_marked(w->L, index);
    if (marked && !is_sequence(w->L, index)) {
        err = refuse(w, "an array made by json.array has other keys than 1 to n");
    } else if (marked || (lua_rawlen(w->L, index) > 0 && is_sequence(w->L, index))) {
        err = write_array(w, index);
    } else {
        err = write_object(w, index);
    }
    w->depth--;
    return err;
}

static int write_value(struct writer *w, int index)
{
    if (!lua_checkstack(w->L, 8)) {
        return refuse(w, "tables are nested too deep");
    }
    switch (lua_type(w->L, index)) {
    case LUA_TNIL:
        return append(w, "null");
    case LUA_TBOOLEAN:
        return append(w, lua_toboolean(w->L, index) ? "true" : "false");
    case LUA_TNUMBER:
        return write_number(w, index);
    case LUA_TSTRING:
        return write_string(w, index);
    case LUA_TTABLE:
        return write_table(w, index);
    case LUA_TLIGHTUSERDATA:
        return append(w, "null"); /* json.null */
    default:
        return refuse(w, "only texts, numbers, booleans and tables of them can be sent");
    }
}

int mr_value_write(lua_State *L, int index, struct mr_buf *out, const char **why)
{
    struct writer w = {L, out, "this is larger than one line of 256 KiB", 0};
    int err = write_value(&w, lua_absindex(L, index));
    *why = w.why;
    return err;
}

static void push_array(lua_State *L, const cJSON *value, bool keep_null)
{
    int n = cJSON_GetArraySize(value);
    lua_createtable(L, n, 0);
    if (n == 0) {
        luaL_setmetatable(L, MR_VALUE_ARRAY);
    }
    lua_Integer i = 0;
    for (const cJSON *item = value->child; item; item = item->next) {
        if (cJSON_IsNull(item)) {
            lua_pushlightuserdata(L, NULL);
        } else {
            mr_value_push(L, item, keep_null);
        }
        lua_rawseti(L, -2, ++i);
    }
}

static void push_object(lua_State *L, const cJSON *value, bool keep_null)
{
    lua_newtable(L);
    for (const cJSON *item = value->child; item; item = item->next) {
        lua_pushstring(L, item->string);
        if (cJSON_IsNull(item) && keep_null) {
            lua_pushlightuserdata(L, NULL);
        } else {
            mr_value_push(L, item, keep_null);
        }
        lua_rawset(L, -3);
    }
}

void mr_value_push(lua_State *L, const cJSON *value, bool keep_null)
{
    luaL_checkstack(L, 8, "value");
    if (!value || cJSON_IsNull(value) || cJSON_IsInvalid(value)) {
        lua_pushnil(L);
    } else if (cJSON_IsBool(value)) {
        lua_pushboolean(L, cJSON_IsTrue(value));
    } else if (cJSON_IsString(value)) {
        lua_pushstring(L, value->valuestring);
    } else if (cJSON_IsArray(value)) {
        push_array(L, value, keep_null);
    } else if (cJSON_IsObject(value)) {
        push_object(L, value, keep_null);
    } else if (floor(value->valuedouble) == value->valuedouble &&
               fabs(value->valuedouble) <= integer_max) {
        lua_pushinteger(L, (lua_Integer)value->valuedouble);
    } else {
        lua_pushnumber(L, value->valuedouble);
    }
}

/* Walks over the text once, outside and inside strings. */
static const char *scan(const char *text, size_t len)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (quoted && c == '\\') {
            if (len - i > 5 && memcmp(text + i + 1, "u0000", 5) == 0) {
                return "a text holds \\u0000";
            }
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (quoted) {
            continue;
        } else if (c == '[' || c == '{') {
            if (++depth > MR_LIMIT_RPC_DEPTH) {
                return "it is nested too deep";
            }
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return NULL;
}

cJSON *mr_value_parse(const char *text, size_t len, const char **why)
{
    *why = "it holds a NUL byte";
    if (memchr(text, '\0', len)) {
        return NULL;
    }
    *why = "it is no UTF-8";
    if (!mr_utf8_valid(text, len)) {
        return NULL;
    }
    const char *problem = scan(text, len);
    if (problem) {
        *why = problem;
        return NULL;
    }
    const char *end = NULL;
    cJSON *value = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    *why = "it is no JSON";
    if (!value) {
        return NULL;
    }
    for (; end < text + len; end++) {
        if (!strchr(" \t\r\n", *end)) {
            cJSON_Delete(value);
            *why = "something follows the value";
            return NULL;
        }
    }
    return value;
}
