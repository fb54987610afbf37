#include "core/base/safe_text.h"

#include "core/base/buf.h"
#include "core/base/str.h"

#include <moonroom/errors.h>

#include <stdint.h>
#include <stdlib.h>

enum {
    REPLACEMENT = 0xfffd,
    ELLIPSIS = 0x2026,
    ELLIPSIS_BYTES = 3,
    JOINER = 0x200d,
    SYMBOL_ESC = 0x241b,
    SYMBOL_DEL = 0x2421,
    MARKS_MAX = 4
};

struct maker {
    struct mr_buf out;
    size_t max;
    bool lines;
    bool full;
    size_t line_width;
    size_t widest;
    size_t mark;        /* length of the output that leaves place for the ellipsis */
    size_t mark_width;  /* and the width of its last line */
    size_t mark_widest; /* and of its widest */
    uint32_t before;    /* the last character put out, 0 at the beginning of a line */
    int marks;          /* combining marks put out behind it */
};

/* Characters that would change what stands around them, or that nobody can see. */
static bool is_unseen(uint32_t c)
{
    return c == 0x00ad || c == 0x034f || c == 0x061c || (c >= 0x115f && c <= 0x1160) ||
           (c >= 0x17b4 && c <= 0x17b5) || (c >= 0x180b && c <= 0x180f) ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0x3164 || c == 0xfeff || c == 0xffa0 ||
           (c >= 0xfff0 && c <= 0xfffb) || (c >= 0x1bca0 && c <= 0x1bca3) ||
           (c >= 0x1d173 && c <= 0x1d17a) || (c >= 0xe0000 && c <= 0xe0fff) ||
           (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

static bool is_private(uint32_t c)
{
    return (c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000;
}

static bool is_pictograph(uint32_t c)
{
    return (c >= 0x1f000 && c <= 0x1faff) || (c >= 0x2190 && c <= 0x2bff);
}

static bool is_variation(uint32_t c)
{
    return c >= 0xfe00 && c <= 0xfe0f;
}

static int put(struct maker *m, uint32_t c)
{
    char utf8[4];
    size_t len = mr_utf8_encode(c, utf8);
    if (m->full)
        return MR_OK;
    if (mr_buf_len(&m->out) + len > m->max) {
        m->full = true;
        return MR_OK;
    }
    int error = mr_buf_append(&m->out, utf8, len);
    if (error)
        return error;
    m->line_width = c == '\n' ? 0 : m->line_width + (size_t)mr_char_width(c);
    if (m->line_width > m->widest)
        m->widest = m->line_width;
    /* Never behind a joiner, which would then join nothing. */
    if (c != JOINER && mr_buf_len(&m->out) <= m->max - ELLIPSIS_BYTES) {
        m->mark = mr_buf_len(&m->out);
        m->mark_width = m->line_width;
        m->mark_widest = m->widest;
    }
    m->before = c == '\n' ? 0 : c;
    return MR_OK;
}

static int put_control(struct maker *m, uint32_t c)
{
    m->marks = 0;
    if (c == '\t') {
        int error = MR_OK;
        for (int i = 0; i < 4 && !error; i++)
            error = put(m, ' ');
        return error;
    }
    if (c == '\n' && m->lines)
        return put(m, '\n');
    if (c < 0x20)
        return put(m, 0x2400 + c);
    if (c == 0x7f)
        return put(m, SYMBOL_DEL);
    int error = put(m, SYMBOL_ESC);
    return error ? error : put(m, c - 0x40);
}

/* A character that is no control; next is the one behind it, 0 if there is none. */
static int put_character(struct maker *m, uint32_t c, uint32_t next)
{
    if (c == JOINER) {
        bool joins = (is_pictograph(m->before) || is_variation(m->before)) && is_pictograph(next);
        return put(m, joins ? c : REPLACEMENT);
    }
    if (is_variation(c))
        return m->before && !is_variation(m->before) ? put(m, c) : put(m, REPLACEMENT);
    if (is_unseen(c) || is_private(c))
        return put(m, REPLACEMENT);
    if (mr_char_width(c) > 0) {
        m->marks = 0;
        return put(m, c);
    }
    if (m->before == 0)
        return put(m, REPLACEMENT);
    return ++m->marks <= MARKS_MAX ? put(m, c) : MR_OK;
}

static int make_all(struct maker *m, const char *in, size_t len)
{
    int error = MR_OK;
    for (size_t at = 0, step; at < len && !error && !m->full; at += step) {
        uint32_t c = REPLACEMENT;
        uint32_t next = 0;
        step = mr_utf8_next(in + at, len - at, &c);
        if (step == 0)
            step = 1;
        if (c == '\r' && m->lines && at + 1 < len && in[at + 1] == '\n')
            continue;
        if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
            error = put_control(m, c);
        } else {
            if (c == JOINER)
                mr_utf8_next(in + at + step, len - at - step, &next);
            error = put_character(m, c, next);
        }
    }
    return error;
}

static void add_ellipsis(struct maker *m)
{
    char utf8[4];
    mr_buf_truncate(&m->out, m->mark);
    /* There is place for it: put() never passes the maximum and mark leaves three bytes. */
    mr_buf_append(&m->out, utf8, mr_utf8_encode(ELLIPSIS, utf8));
    m->widest = m->mark_widest > m->mark_width + 1 ? m->mark_widest : m->mark_width + 1;
}

static int make(const void *bytes, size_t len, size_t max_bytes, bool lines,
                struct mr_safe_text *out)
{
    *out = (struct mr_safe_text){0};
    if (max_bytes < ELLIPSIS_BYTES)
        return MR_EINVAL;
    struct maker m = {.max = max_bytes, .lines = lines};
    mr_buf_init(&m.out, max_bytes);
    int error = make_all(&m, bytes ? bytes : "", len);
    if (!error && m.full)
        add_ellipsis(&m);
    *out = (struct mr_safe_text){.len = mr_buf_len(&m.out), .width = m.widest, .cut = m.full};
    if (!error)
        out->text = mr_buf_take(&m.out);
    mr_buf_free(&m.out);
    if (out->text)
        return MR_OK;
    *out = (struct mr_safe_text){0};
    return error ? error : MR_ENOMEM;
}

int mr_safe_text_make(const void *bytes, size_t len, size_t max_bytes, struct mr_safe_text *out)
{
    return make(bytes, len, max_bytes, false, out);
}

int mr_safe_text_make_lines(const void *bytes, size_t len, size_t max_bytes,
                            struct mr_safe_text *out)
{
    return make(bytes, len, max_bytes, true, out);
}

void mr_safe_text_free(struct mr_safe_text *safe)
{
    free(safe->text);
    *safe = (struct mr_safe_text){0};
}
