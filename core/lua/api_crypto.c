/* crypto: hashes, random text and encodings. Bytes are Lua strings; digests come as hex. */
#include <lauxlib.h>
#include <moonroom/errors.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/hex.h"
#include "core/base/sha512.h"
#include "core/lua/host.h"

/* 64 characters, so six random bits each; none of them is a blank. */
static const char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { POOL_BYTES = 4096, RANDOM_MAX = 65536 };

/* Random bytes, taken from the system some thousand at a time; a userdata, the upvalue of its
 * users. */
struct pool {
    size_t left;
    uint8_t bytes[POOL_BYTES];
};

static void push_digest(lua_State *L, const uint8_t digest[static MR_SHA512_BYTES])
{
    char hex[MR_SHA512_HEX + 1];
    mr_hex_encode(digest, MR_SHA512_BYTES, hex);
    lua_pushlstring(L, hex, MR_SHA512_HEX);
}

/* SHA-512 as 128 hex digits.
 * @lua crypto.sha512
 * @param bytes string
 * @return string */
static int crypto_sha512(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    uint8_t digest[MR_SHA512_BYTES];
    mr_sha512_of(text, len, digest);
    push_digest(L, digest);
    return 1;
}

/* The key's block xored with a constant, then bytes, as HMAC has it twice (RFC 2104). */
static void keyed_hash(const uint8_t key[static MR_SHA512_BLOCK_BYTES], uint8_t with,
                       const void *bytes, size_t len, uint8_t digest[static MR_SHA512_BYTES])
{
    uint8_t block[MR_SHA512_BLOCK_BYTES];
    for (size_t i = 0; i < sizeof block; i++) {
        block[i] = key[i] ^ with;
    }
    struct mr_sha512 state;
    mr_sha512_init(&state);
    mr_sha512_update(&state, block, sizeof block);
    mr_sha512_update(&state, bytes, len);
    mr_sha512_final(&state, digest);
}

/* HMAC-SHA-512 as 128 hex digits.
 * @lua crypto.hmac
 * @param key string
 * @param bytes string
 * @return string */
static int crypto_hmac(lua_State *L)
{
    size_t key_len;
    size_t len;
    const char *key = luaL_checklstring(L, 1, &key_len);
    const char *text = luaL_checklstring(L, 2, &len);
    uint8_t block[MR_SHA512_BLOCK_BYTES] = {0};
    uint8_t digest[MR_SHA512_BYTES];
    if (key_len > sizeof block) {
        mr_sha512_of(key, key_len, digest);
        memcpy(block, digest, sizeof digest);
    } else {
        memcpy(block, key, key_len);
    }
    keyed_hash(block, 0x36, text, len, digest);
    uint8_t inner[MR_SHA512_BYTES];
    memcpy(inner, digest, sizeof inner);
    keyed_hash(block, 0x5c, inner, sizeof inner, digest);
    push_digest(L, digest);
    return 1;
}

/* In a test random bytes follow from a seed: splitmix64. */
static void fill_from_seed(uint64_t *seed, struct pool *pool)
{
    uint64_t value = *seed += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    value ^= value >> 31;
    memcpy(pool->bytes, &value, sizeof value);
    pool->left = sizeof value;
}

static uint8_t next_byte(lua_State *L, struct pool *pool)
{
    uint64_t *seed = &mr_lua_of(L)->seed;
    if (*seed != 0 && pool->left == 0) {
        fill_from_seed(seed, pool);
    }
    while (pool->left == 0) {
        ssize_t got = getrandom(pool->bytes, sizeof pool->bytes, 0);
        if (got < 0) {
            luaL_error(L, "the system gives no random bytes");
        }
        pool->left = (size_t)got;
    }
    return pool->bytes[--pool->left];
}

/* The argument says how many: characters of the 64 letters, or bytes where those are NULL. */
static int push_random(lua_State *L, const char *letters)
{
    struct pool *pool = lua_touserdata(L, lua_upvalueindex(1));
    lua_Integer n = luaL_checkinteger(L, 1);
    luaL_argcheck(L, n >= 0 && n <= RANDOM_MAX, 1, "0 to 65536 expected");
    luaL_Buffer out;
    char *place = luaL_buffinitsize(L, &out, (size_t)n);
    for (lua_Integer i = 0; i < n; i++) {
        unsigned char byte = next_byte(L, pool);
        place[i] = letters ? letters[byte & 63] : (char)byte;
    }
    luaL_pushresultsize(&out, (size_t)n);
    return 1;
}

/* n random characters of A-Z a-z 0-9 - _.
 * @lua crypto.random_string
 * @param n integer 0 to 65536
 * @return string */
static int crypto_random_string(lua_State *L)
{
    return push_random(L, url_safe);
}

/* n random bytes.
 * @lua crypto.random_bytes
 * @param n integer 0 to 65536
 * @return string */
static int crypto_random_bytes(lua_State *L)
{
    return push_random(L, NULL);
}

/* Bytes as hex digits, two for each.
 * @lua crypto.hex
 * @param bytes string
 * @return string */
static int crypto_hex(lua_State *L)
{
    size_t len;
    const char *bytes = luaL_checklstring(L, 1, &len);
    luaL_argcheck(L, len < SIZE_MAX / 4, 1, "too long");
    luaL_Buffer out;
    char *place = luaL_buffinitsize(L, &out, 2 * len + 1);
    mr_hex_encode(bytes, len, place);
    luaL_pushresultsize(&out, 2 * len);
    return 1;
}

/* Hex digits as bytes.
 * @lua crypto.unhex
 * @param digits string
 * @return string? bytes nil and a sentence when these are no hex digits */
static int crypto_unhex(lua_State *L)
{
    size_t len;
    const char *digits = luaL_checklstring(L, 1, &len);
    luaL_Buffer out;
    char *place = luaL_buffinitsize(L, &out, len / 2 + 1);
    int got = mr_hex_decode(digits, len, (uint8_t *)place);
    if (got < 0) {
        lua_pushnil(L);
        lua_pushliteral(L, "these are no hex digits, or an odd number of them");
        return 2;
    }
    luaL_pushresultsize(&out, len / 2);
    return 1;
}

/* Bytes as base64.
 * @lua crypto.base64
 * @param bytes string
 * @return string */
static int crypto_base64(lua_State *L)
{
    size_t len;
    const uint8_t *bytes = (const uint8_t *)luaL_checklstring(L, 1, &len);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)bytes[i] << 16;
        bits |= have > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        bits |= have > 2 ? bytes[i + 2] : 0;
        luaL_addchar(&out, base64[bits >> 18 & 63]);
        luaL_addchar(&out, base64[bits >> 12 & 63]);
        luaL_addchar(&out, have > 1 ? base64[bits >> 6 & 63] : '=');
        luaL_addchar(&out, have > 2 ? base64[bits & 63] : '=');
    }
    luaL_pushresult(&out);
    return 1;
}

/* Length of text without its padding; -1 when it cannot be base64. */
static ptrdiff_t unpadded(const char *text, size_t len)
{
    size_t pad = 0;
    while (pad < 2 && pad < len && text[len - 1 - pad] == '=') {
        pad++;
    }
    bool fits = len % 4 == 0 && (len - pad) % 4 != 1;
    return fits ? (ptrdiff_t)(len - pad) : -1;
}

/* Base64 as bytes.
 * @lua crypto.unbase64
 * @param text string
 * @return string? bytes nil and a sentence when this is no base64 */
static int crypto_unbase64(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    ptrdiff_t digits = unpadded(text, len);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    uint32_t bits = 0;
    int have = 0;
    for (ptrdiff_t i = 0; i < digits; i++) {
        const char *at = memchr(base64, text[i], sizeof base64 - 1);
        if (!at) {
            digits = -1;
            break;
        }
        bits = bits << 6 | (uint32_t)(at - base64);
        have += 6;
        if (have >= 8) {
            have -= 8;
            luaL_addchar(&out, (char)(bits >> have & 255));
        }
    }
    luaL_pushresult(&out);
    if (digits < 0) {
        lua_pushnil(L);
        lua_pushliteral(L, "this is no base64");
        return 2;
    }
    return 1;
}

void mr_lua_add_crypto(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"sha512", crypto_sha512},
        {"hmac", crypto_hmac},
        {"random_string", crypto_random_string},
        {"random_bytes", crypto_random_bytes},
        {"hex", crypto_hex},
        {"unhex", crypto_unhex},
        {"base64", crypto_base64},
        {"unbase64", crypto_unbase64},
        {NULL, NULL},
    };
    luaL_newlibtable(L, functions);
    struct pool *pool = lua_newuserdatauv(L, sizeof *pool, 0);
    pool->left = 0;
    luaL_setfuncs(L, functions, 1);
    lua_setfield(L, -2, "crypto");
}
