#include "core/api/bytes.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"
#include "core/base/str.h"
#include "core/runtime/json.h"

enum { NAME = 40, ESCAPE = 6 };

/* How many bytes JSON makes of them: \u0001. */
static size_t escaped_len(const unsigned char *bytes, size_t len)
{
    size_t sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += bytes[i] < ' ' ? ESCAPE : bytes[i] == '"' || bytes[i] == '\\' ? 2 : 1;
    }
    return sum;
}

int mr_bytes_set(cJSON *object, const char *key, const void *bytes, size_t len)
{
    char name[NAME];
    bool plain = mr_utf8_valid(bytes, len) && !memchr(bytes, '\0', len) &&
                 escaped_len(bytes, len) <= 2 * len;
    char *text = malloc(plain ? len + 1 : 2 * len + 1);
    if (!text) {
        return MR_ENOMEM;
    }
    if (plain) {
        memcpy(text, bytes, len);
        text[len] = '\0';
    } else {
        mr_hex_encode(bytes, len, text);
    }
    snprintf(name, sizeof name, "%s%s", key, plain ? "" : "_hex");
    int err = mr_json_set_string(object, name, text);
    free(text);
    return err;
}

int mr_bytes_get(const cJSON *object, const char *key, struct mr_buf *out)
{
    char name[NAME];
    snprintf(name, sizeof name, "%s_hex", key);
    const char *text = mr_json_string(object, key);
    const char *hex = mr_json_string(object, name);
    if (text && hex) {
        return MR_EINVAL;
    }
    if (!hex) {
        return text ? mr_buf_append_str(out, text) : MR_OK;
    }
    size_t len = strlen(hex);
    if (len == 0) {
        return MR_OK;
    }
    uint8_t *at = mr_buf_reserve(out, len / 2);
    int got = at ? mr_hex_decode(hex, len, at) : MR_ELIMIT;
    if (got > 0) {
        mr_buf_commit(out, (size_t)got);
    }
    return got < 0 ? got : MR_OK;
}
