#include "core/ui/wrap.h"

#include <moonroom/errors.h>
#include <stdint.h>
#include <string.h>

#include "core/base/str.h"

/* The length of an escape sequence of ours, "ESC [ ... letter"; 0 if there is none. */
static size_t escape_length(const char *text, size_t len)
{
    size_t n = 2;

    if (len < 3 || text[0] != '\x1b' || text[1] != '[') {
        return 0;
    }
    while (n < len && !(text[n] >= 0x40 && text[n] <= 0x7e)) {
        n++;
    }
    return n < len ? n + 1 : len;
}

/* The next run of blanks, or of anything else; its columns in *width. */
static size_t next_run(const char *text, size_t len, size_t *width)
{
    bool blank = text[0] == ' ';
    size_t at = 0;

    *width = 0;
    while (at < len && (text[at] == ' ') == blank) {
        uint32_t c = 0;
        size_t n = escape_length(text + at, len - at);

        if (n == 0) {
            n = mr_utf8_next(text + at, len - at, &c);
            *width += n ? (size_t)mr_char_width(c) : 1;
        }
        at += n ? n : 1;
    }
    return at;
}

static size_t line_width(const char *text, size_t len)
{
    size_t total = 0;

    for (size_t at = 0; at < len;) {
        size_t width = 0;

        at += next_run(text + at, len - at, &width);
        total += width;
    }
    return total;
}

static int fold(struct mr_buf *out, size_t indent)
{
    int err = mr_buf_append_byte(out, '\n');

    for (size_t i = 0; i < indent && err == MR_OK; i++) {
        err = mr_buf_append_byte(out, ' ');
    }
    return err;
}

static int wrap_line(const char *text, size_t len, size_t columns, size_t indent,
                     struct mr_buf *out)
{
    size_t column = 0;
    size_t blanks = 0; /* not yet written: they vanish where the line is folded */
    int err = MR_OK;

    for (size_t at = 0; at < len && err == MR_OK;) {
        size_t width = 0;
        size_t n = next_run(text + at, len - at, &width);

        if (text[at] == ' ') {
            blanks = width;
            at += n;
            continue;
        }
        if (column + blanks + width > columns && column > indent && width + indent <= columns) {
            err = fold(out, indent);
            column = indent;
            blanks = 0;
        }
        for (; blanks > 0 && err == MR_OK; blanks--, column++) {
            err = mr_buf_append_byte(out, ' ');
        }
        if (err == MR_OK) {
            err = mr_buf_append(out, text + at, n);
        }
        column += width;
        if (column > columns) {
            column %= columns; /* the terminal has folded a long word */
        }
        at += n;
    }
    return err;
}

int mr_wrap(const char *lines, size_t columns, size_t indent, struct mr_buf *out)
{
    int err = MR_OK;

    for (const char *at = lines; *at && err == MR_OK;) {
        size_t len = strcspn(at, "\n");

        if (columns < 8 || columns - 8 < indent || line_width(at, len) <= columns) {
            err = mr_buf_append(out, at, len);
        } else {
            err = wrap_line(at, len, columns, indent, out);
        }
        if (err == MR_OK) {
            err = mr_buf_append_byte(out, '\n');
        }
        at += len + (at[len] == '\n');
    }
    return err;
}
