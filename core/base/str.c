#include "core/base/str.h"

#include "core/base/buf.h"

#include <moonroom/errors.h>

#include <string.h>

struct mr_span mr_span_of(const char *string)
{
    return (struct mr_span){string, strlen(string)};
}

bool mr_span_is(struct mr_span span, const char *string)
{
    size_t len = strlen(string);
    return span.len == len && (len == 0 || memcmp(span.at, string, len) == 0);
}

size_t mr_utf8_next(const char *text, size_t len, uint32_t *code_point)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (len == 0)
        return 0;
    const uint8_t *in = (const uint8_t *)text;
    if (in[0] < 0x80) {
        *code_point = in[0];
        return 1;
    }
    size_t need = in[0] >= 0xf0 ? 4 : in[0] >= 0xe0 ? 3 : 2;
    if (in[0] < 0xc2 || in[0] > 0xf4 || len < need)
        return 0;
    uint32_t value = in[0] & (0x7fu >> need);
    for (size_t i = 1; i < need; i++) {
        if ((in[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (in[i] & 0x3fu);
    }
    if (value < smallest[need] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 0;
    *code_point = value;
    return need;
}

size_t mr_utf8_encode(uint32_t code_point, char out[static 4])
{
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point < 0xe000))
        code_point = 0xfffd;
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    size_t len = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code_point & 0x3f));
        code_point >>= 6;
    }
    out[0] = (char)((0xf00 >> len & 0xff) | code_point);
    return len;
}

bool mr_utf8_valid(const char *text, size_t len)
{
    uint32_t ignored;
    for (size_t at = 0, step; at < len; at += step) {
        step = mr_utf8_next(text + at, len - at, &ignored);
        if (step == 0)
            return false;
    }
    return true;
}

size_t mr_utf8_cut(const char *text, size_t len, size_t max)
{
    if (len <= max)
        return len;
    while (max > 0 && ((uint8_t)text[max] & 0xc0) == 0x80)
        max--;
    return max;
}

int mr_latin1_to_utf8(const void *bytes, size_t len, struct mr_buf *out)
{
    const uint8_t *in = bytes;
    size_t high = 0;
    for (size_t i = 0; i < len; i++)
        high += in[i] >> 7;
    if (len > mr_buf_room(out) || high > mr_buf_room(out) - len)
        return MR_ELIMIT;
    char *to = (char *)mr_buf_reserve(out, len + high);
    if (!to)
        return MR_ENOMEM;
    for (size_t i = 0; i < len; i++) {
        if (in[i] >> 7)
            *to++ = (char)(0xc0 | in[i] >> 6);
        *to++ = (char)(in[i] >> 7 ? 0x80 | (in[i] & 0x3f) : in[i]);
    }
    mr_buf_commit(out, len + high);
    return MR_OK;
}

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool mr_str_equal_fold(const char *a, size_t a_len, const char *b, size_t b_len)
{
    if (a_len != b_len)
        return false;
    for (size_t i = 0; i < a_len; i++)
        if (fold(a[i]) != fold(b[i]))
            return false;
    return true;
}

bool mr_str_starts(const char *text, size_t len, const char *prefix)
{
    size_t prefix_len = strlen(prefix);
    return len >= prefix_len && (prefix_len == 0 || memcmp(text, prefix, prefix_len) == 0);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct mr_span mr_str_trim(const char *text, size_t len)
{
    while (len > 0 && is_space(text[len - 1]))
        len--;
    while (len > 0 && is_space(*text)) {
        text++;
        len--;
    }
    return (struct mr_span){text, len};
}

struct mr_span mr_str_word(struct mr_span *rest)
{
    const char *at = rest->at;
    const char *end = rest->at + rest->len;
    while (at < end && *at == ' ')
        at++;
    struct mr_span word = {at, 0};
    while (at < end && *at != ' ')
        at++;
    word.len = (size_t)(at - word.at);
    while (at < end && *at == ' ')
        at++;
    *rest = (struct mr_span){at, (size_t)(end - at)};
    return word;
}

int mr_str_to_i64(const char *text, size_t len, int64_t min, int64_t max, int64_t *out)
{
    bool negative = len > 0 && text[0] == '-';
    size_t at = negative || (len > 0 && text[0] == '+') ? 1 : 0;
    if (at == len)
        return MR_EINVAL;
    /* Counted below zero, where there is one value more. */
    int64_t value = 0;
    bool over = false;
    for (; at < len; at++) {
        if (text[at] < '0' || text[at] > '9')
            return MR_EINVAL;
        int64_t next;
        over = over || __builtin_mul_overflow(value, 10, &next) ||
               __builtin_sub_overflow(next, text[at] - '0', &next);
        if (!over)
            value = next;
    }
    if (over || (!negative && __builtin_sub_overflow(0, value, &value)))
        return MR_ELIMIT;
    if (value < min || value > max)
        return MR_ELIMIT;
    *out = value;
    return MR_OK;
}

/* Levenshtein's, one row of his table at a time. */
size_t mr_str_distance(const char *a, const char *b)
{
    size_t row[MR_STR_DISTANCE + 1];
    size_t b_len = strlen(b);
    if (strlen(a) > MR_STR_DISTANCE || b_len > MR_STR_DISTANCE) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[b_len];
}
