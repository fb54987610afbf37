#include "core/ui/cell.h"

#include <math.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"

int mr_cell_make(const cJSON *value, struct mr_safe_text *out)
{
    char number[32];
    const char *text = "";

    if (cJSON_IsString(value)) {
        text = value->valuestring;
    } else if (cJSON_IsNumber(value)) {
        bool whole = floor(value->valuedouble) == value->valuedouble;

        snprintf(number, sizeof number, whole && fabs(value->valuedouble) < 1e15 ? "%.0f" : "%.6g",
                 value->valuedouble);
        text = number;
    } else if (cJSON_IsBool(value)) {
        text = cJSON_IsTrue(value) ? "yes" : "no";
    } else if (value && !cJSON_IsNull(value)) {
        return MR_EINVAL;
    }
    return mr_safe_text_make(text, strlen(text), MR_LIMIT_SHOWN_LINE, out);
}

int mr_cell_repeat(struct mr_buf *out, const char *text, size_t count)
{
    int err = MR_OK;

    while (count-- > 0 && err == MR_OK) {
        err = mr_buf_append_str(out, text);
    }
    return err;
}

/* The longest beginning of text that takes at most `width` columns. */
static size_t fitting(const char *text, size_t len, size_t width, size_t *taken)
{
    size_t at = 0;

    *taken = 0;
    while (at < len) {
        uint32_t c = 0;
        size_t n = mr_utf8_next(text + at, len - at, &c);
        size_t w = n ? (size_t)mr_char_width(c) : 1;

        if (*taken + w > width) {
            break;
        }
        *taken += w;
        at += n ? n : 1;
    }
    return at;
}

int mr_cell_append(const struct mr_safe_text *cell, size_t width, bool right, bool last,
                   struct mr_buf *out)
{
    size_t taken = cell->width;
    size_t len = cell->len;
    bool cut = cell->width > width;
    int err = MR_OK;

    if (cut) {
        len = fitting(cell->text, cell->len, width ? width - 1 : 0, &taken);
        taken += width ? 1 : 0;
    }
    if (right) {
        err = mr_cell_repeat(out, " ", width - taken);
    }
    if (err == MR_OK) {
        err = mr_buf_append(out, cell->text, len);
    }
    if (err == MR_OK && cut && width) {
        err = mr_buf_append_str(out, "…");
    }
    if (err == MR_OK && !right && !last) {
        err = mr_cell_repeat(out, " ", width - taken);
    }
    return err;
}
