#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/ui/cell.h"
#include "core/ui/table.h"

/* How many eighths of a column the last piece of a bar may have. */
static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

enum { LONGEST = 50 }; /* columns; a longer bar says no more */

struct bars {
    double largest;
    size_t label_width, number_width;
};

static int look(const cJSON *row, struct bars *bars)
{
    struct mr_safe_text label = {0};
    struct mr_safe_text number = {0};
    const cJSON *value = cJSON_GetArrayItem(row, 1);
    int err = MR_EINVAL;

    if (cJSON_IsArray(row) && cJSON_IsNumber(value)) {
        err = mr_cell_make(cJSON_GetArrayItem(row, 0), &label);
    }
    if (err == MR_OK) {
        err = mr_cell_make(value, &number);
    }
    if (err == MR_OK) {
        bars->largest = value->valuedouble > bars->largest ? value->valuedouble : bars->largest;
        bars->label_width = label.width > bars->label_width ? label.width : bars->label_width;
        bars->number_width = number.width > bars->number_width ? number.width : bars->number_width;
    }
    mr_safe_text_free(&label);
    mr_safe_text_free(&number);
    return err;
}

static int draw_bar(const struct mr_style *style, double share, size_t columns, struct mr_buf *out)
{
    size_t pieces = (size_t)(share * (double)columns * 8 + 0.5);
    int err = mr_buf_append_str(out, mr_style_open(style, MR_ROLE_SELF));

    if (err == MR_OK) {
        err = mr_cell_repeat(out, style->utf8 ? "█" : "#", pieces / 8);
    }
    if (err == MR_OK && style->utf8) {
        err = mr_buf_append_str(out, eighths[pieces % 8]);
    }
    return err == MR_OK ? mr_buf_append_str(out, mr_style_close(style)) : err;
}

static int draw_row(const struct mr_style *style, const struct bars *bars, const cJSON *row,
                    size_t columns, struct mr_buf *out)
{
    struct mr_safe_text label = {0};
    struct mr_safe_text number = {0};
    double value = cJSON_GetArrayItem(row, 1)->valuedouble;
    int err = mr_cell_make(cJSON_GetArrayItem(row, 0), &label);

    if (err == MR_OK) {
        err = mr_cell_make(cJSON_GetArrayItem(row, 1), &number);
    }
    if (err == MR_OK) {
        err = mr_cell_append(&label, bars->label_width, false, false, out);
    }
    if (err == MR_OK) {
        err = mr_buf_append_str(out, "  ");
    }
    if (err == MR_OK) {
        err = mr_cell_append(&number, bars->number_width, true, false, out);
    }
    if (err == MR_OK && value > 0 && bars->largest > 0) {
        err = mr_buf_append_str(out, "  ");
        if (err == MR_OK) {
            err = draw_bar(style, value / bars->largest, columns, out);
        }
    }
    mr_safe_text_free(&label);
    mr_safe_text_free(&number);
    return err == MR_OK ? mr_buf_append_byte(out, '\n') : err;
}

int mr_bars_render(const struct mr_style *style, const cJSON *rows, size_t columns,
                   struct mr_buf *out)
{
    struct bars bars = {0};
    const cJSON *row = NULL;
    size_t taken = 0;

    if (!cJSON_IsArray(rows)) {
        return MR_EINVAL;
    }
    if (cJSON_GetArraySize(rows) > MR_LIMIT_TABLE_ROWS) {
        return MR_ELIMIT;
    }
    cJSON_ArrayForEach(row, rows)
    {
        int err = look(row, &bars);

        if (err < 0) {
            return err;
        }
    }
    bars.label_width = bars.label_width > columns / 3 ? columns / 3 : bars.label_width;
    taken = bars.label_width + bars.number_width + 5;
    columns = columns > taken + LONGEST ? taken + LONGEST : columns;
    cJSON_ArrayForEach(row, rows)
    {
        int err = draw_row(style, &bars, row, columns > taken + 4 ? columns - taken : 4, out);

        if (err < 0) {
            return err;
        }
    }
    return MR_OK;
}
