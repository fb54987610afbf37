#include "tests/unit/wire/vectors.h"

#include "core/base/hex.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cJSON *vectors_load(void)
{
    FILE *file = fopen(MR_VECTORS, "rb");
    assert_non_null(file);
    struct mr_buf text;
    mr_buf_init(&text, 1 << 24);
    size_t len;
    do {
        uint8_t *to = mr_buf_reserve(&text, 65536);
        assert_non_null(to);
        len = fread(to, 1, 65536, file);
        mr_buf_commit(&text, len);
    } while (len > 0);
    fclose(file);
    cJSON *all = cJSON_Parse(mr_buf_str(&text));
    mr_buf_free(&text);
    assert_non_null(all);
    return all;
}

const char *vectors_string(const cJSON *object, const char *name)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    assert_non_null(value);
    return value;
}

/* The one frame of 64 KiB is written in base64. */
static void append_base64(const char *text, struct mr_buf *out)
{
    size_t len = strlen(text);
    uint8_t *to = mr_buf_reserve(out, len);
    assert_non_null(to);
    int got = EVP_DecodeBlock(to, (const uint8_t *)text, (int)len);
    assert_true(got > 0);
    for (; len > 0 && text[len - 1] == '='; len--)
        got--;
    mr_buf_commit(out, (size_t)got);
}

void vectors_hex(const cJSON *object, const char *name, struct mr_buf *out)
{
    if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(object, name))) {
        append_base64(vectors_string(object, *name == 'f' ? "frame_b64" : "plain_b64"), out);
        return;
    }
    const char *digits = vectors_string(object, name);
    size_t len = strlen(digits);
    uint8_t *to = mr_buf_reserve(out, len / 2 + 1);
    assert_non_null(to);
    assert_int_equal(mr_hex_decode(digits, len, to), len / 2);
    mr_buf_commit(out, len / 2);
}

static const cJSON *find_key(const cJSON *all, const char *name)
{
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "keys"))
    {
        if (strcmp(vectors_string(row, "name"), name) == 0)
            return row;
    }
    fail_msg("no key called %s", name);
    return NULL;
}

struct mr_rsa_key *vectors_key(const cJSON *all, const char *name)
{
    const cJSON *row = find_key(all, name);
    struct mr_rsa_key *key;
    assert_int_equal(mr_rsa_key_load(vectors_string(row, "n"), vectors_string(row, "e"),
                                     vectors_string(row, "d"), vectors_string(row, "p"),
                                     vectors_string(row, "q"), &key),
                     0);
    return key;
}

struct mr_rsa_public *vectors_public(const cJSON *all, const char *name)
{
    const cJSON *row = find_key(all, name);
    struct mr_rsa_public *key;
    const char *why;
    assert_int_equal(mr_rsa_public_parse(MR_RSA_PEER_ROOM, mr_span_of(vectors_string(row, "n")),
                                         mr_span_of(vectors_string(row, "e")), &key, &why),
                     0);
    assert_null(why);
    return key;
}

struct mr_buf test_buf(void)
{
    struct mr_buf buf;
    mr_buf_init(&buf, 1 << 22);
    return buf;
}

struct mr_buf test_buf_of(const char *string)
{
    struct mr_buf buf = test_buf();
    assert_int_equal(mr_buf_append_str(&buf, string), 0);
    return buf;
}

void assert_span(struct mr_span span, const char *expected)
{
    if (!mr_span_is(span, expected))
        fail_msg("\"%.*s\" is not \"%s\"", (int)span.len, span.at, expected);
}
