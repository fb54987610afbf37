#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/ui/cell.h"
#include "core/ui/table.h"

static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const letters[] = {"_", ".", "-", "~", "=", "+", "*", "#"};

enum { STEPS = sizeof blocks / sizeof blocks[0] };

static int check(const cJSON *values)
{
    const cJSON *value = NULL;

    if (!cJSON_IsArray(values)) {
        return MR_EINVAL;
    }
    cJSON_ArrayForEach(value, values)
    {
        if (!cJSON_IsNumber(value)) {
            return MR_EINVAL;
        }
    }
    return cJSON_GetArraySize(values) > MR_LIMIT_TABLE_ROWS ? MR_ELIMIT : MR_OK;
}

/* The value from which on the rest fits: the newest, at the end, matter most. */
static const cJSON *first_shown(const cJSON *values, size_t columns)
{
    size_t count = (size_t)cJSON_GetArraySize(values);
    const cJSON *first = values->child;

    for (; count > columns; count--) {
        first = first->next;
    }
    return first;
}

static int draw(const struct mr_style *style, const cJSON *first, struct mr_buf *out)
{
    double low = first ? first->valuedouble : 0;
    double high = low;
    int err = mr_buf_append_str(out, mr_style_open(style, MR_ROLE_SELF));

    for (const cJSON *value = first; value; value = value->next) {
        low = value->valuedouble < low ? value->valuedouble : low;
        high = value->valuedouble > high ? value->valuedouble : high;
    }
    for (const cJSON *value = first; value && err == MR_OK; value = value->next) {
        /* Halved, as the whole range may be more than a double holds. */
        double range = high / 2 - low / 2;
        double share = range > 0 ? (value->valuedouble / 2 - low / 2) / range : 0;

        err = mr_buf_append_str(
            out, (style->utf8 ? blocks : letters)[(size_t)(share * (STEPS - 1) + 0.5)]);
    }
    return err == MR_OK ? mr_buf_append_str(out, mr_style_close(style)) : err;
}

int mr_sparkline_render(const struct mr_style *style, const cJSON *values, const cJSON *label,
                        size_t columns, struct mr_buf *out)
{
    struct mr_safe_text text = {0};
    int err = check(values);

    if (err == MR_OK) {
        err = mr_cell_make(label, &text);
    }
    if (err == MR_OK && text.len > 0) {
        size_t width = text.width < columns / 3 ? text.width : columns / 3;

        err = mr_cell_append(&text, width, false, false, out);
        err = err == MR_OK ? mr_buf_append_byte(out, ' ') : err;
        columns -= width + 1;
    }
    if (err == MR_OK) {
        err = draw(style, first_shown(values, columns), out);
    }
    mr_safe_text_free(&text);
    return err == MR_OK ? mr_buf_append_byte(out, '\n') : err;
}
