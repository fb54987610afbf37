#include "core/ui/table.h"

#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/ui/cell.h"
#include "core/ui/wrap.h"

enum { GAP = 2 };           /* blanks between two columns */
enum { LEAST_FOLDED = 20 }; /* columns that a folded one has at least */

struct table {
    struct mr_safe_text *cells; /* rows x columns, the header first if there is one */
    size_t rows, columns;
    bool has_header;
    size_t width[MR_LIMIT_TABLE_COLUMNS];
    bool numbers[MR_LIMIT_TABLE_COLUMNS];
};

static size_t count(const cJSON *array)
{
    int n = cJSON_GetArraySize(array);

    return n > 0 ? (size_t)n : 0;
}

static int measure(const cJSON *rows, const cJSON *header, struct table *table)
{
    const cJSON *row = NULL;

    table->has_header = header != NULL;
    table->rows = count(rows) + (header ? 1 : 0);
    table->columns = count(header);
    cJSON_ArrayForEach(row, rows)
    {
        if (!cJSON_IsArray(row)) {
            return MR_EINVAL;
        }
        table->columns = count(row) > table->columns ? count(row) : table->columns;
    }
    if (table->rows > MR_LIMIT_TABLE_ROWS || table->columns > MR_LIMIT_TABLE_COLUMNS) {
        return MR_ELIMIT;
    }
    return MR_OK;
}

static int fill_row(struct table *table, size_t index, const cJSON *row, bool is_header)
{
    size_t column = 0;
    const cJSON *value = NULL;

    cJSON_ArrayForEach(value, row)
    {
        struct mr_safe_text *cell = &table->cells[index * table->columns + column];
        int err = mr_cell_make(value, cell);

        if (err < 0) {
            return err;
        }
        if (cell->width > table->width[column]) {
            table->width[column] = cell->width;
        }
        if (!is_header && !cJSON_IsNumber(value) && cell->len > 0) {
            table->numbers[column] = false;
        }
        column++;
    }
    return MR_OK;
}

static int fill(struct table *table, const cJSON *rows, const cJSON *header)
{
    size_t index = 0;
    const cJSON *row = NULL;
    int err = MR_OK;

    for (size_t i = 0; i < table->columns; i++) {
        table->numbers[i] = true;
    }
    if (header) {
        err = fill_row(table, index++, header, true);
    }
    cJSON_ArrayForEach(row, rows)
    {
        if (err < 0) {
            return err;
        }
        err = fill_row(table, index++, row, false);
    }
    return err;
}

/* Where the last column begins if it is of text and alone makes the lines too long, else 0. Then it
 * is folded, not cut: what stands there is mostly a sentence. */
static size_t folded_from(const struct table *table, size_t available)
{
    size_t others = 0;

    for (size_t i = 0; i + 1 < table->columns; i++) {
        others += table->width[i] + GAP;
    }
    return !table->numbers[table->columns - 1] && others + LEAST_FOLDED <= available &&
                   others + table->width[table->columns - 1] > available
               ? others
               : 0;
}

/* Takes columns away from the widest until the line fits; none gets narrower than 3. */
static void squeeze(struct table *table, size_t available)
{
    size_t total = table->columns ? (table->columns - 1) * GAP : 0;

    for (size_t i = 0; i < table->columns; i++) {
        total += table->width[i];
    }
    while (total > available) {
        size_t widest = 0;

        for (size_t i = 1; i < table->columns; i++) {
            if (table->width[i] > table->width[widest]) {
                widest = i;
            }
        }
        if (table->width[widest] <= 3) {
            return;
        }
        table->width[widest]--;
        total--;
    }
}

static int draw_row(const struct table *table, size_t index, const struct mr_style *style,
                    struct mr_buf *out)
{
    bool title = table->has_header && index == 0;
    int err = title ? mr_buf_append_str(out, mr_style_open(style, MR_ROLE_TITLE)) : MR_OK;

    for (size_t i = 0; i < table->columns && err == MR_OK; i++) {
        if (i > 0) {
            err = mr_cell_repeat(out, " ", GAP);
        }
        if (err == MR_OK) {
            err = mr_cell_append(&table->cells[index * table->columns + i], table->width[i],
                                 table->numbers[i], i + 1 == table->columns, out);
        }
    }
    if (title && err == MR_OK) {
        err = mr_buf_append_str(out, mr_style_close(style));
    }
    return err == MR_OK ? mr_buf_append_byte(out, '\n') : err;
}

static int draw(struct table *table, const struct mr_style *style, size_t columns,
                struct mr_buf *out)
{
    size_t from = folded_from(table, columns);
    struct mr_buf lines;
    int err = MR_OK;

    mr_buf_init(&lines, out->max);
    if (from == 0) {
        squeeze(table, columns);
    }
    for (size_t i = 0; i < table->rows && err == MR_OK; i++) {
        err = draw_row(table, i, style, &lines);
    }
    if (err == MR_OK) {
        err = from ? mr_wrap(mr_buf_str(&lines), columns, from, out)
                   : mr_buf_append(out, mr_buf_data(&lines), mr_buf_len(&lines));
    }
    mr_buf_free(&lines);
    return err;
}

int mr_table_render(const struct mr_style *style, const cJSON *rows, const cJSON *header,
                    size_t columns, struct mr_buf *out)
{
    struct table table = {0};
    int err = MR_OK;

    if (!cJSON_IsArray(rows) || (header && !cJSON_IsArray(header))) {
        return MR_EINVAL;
    }
    err = measure(rows, header, &table);
    if (err < 0 || table.rows * table.columns == 0) {
        return err;
    }
    table.cells = calloc(table.rows * table.columns, sizeof *table.cells);
    if (!table.cells) {
        return MR_ENOMEM;
    }
    err = fill(&table, rows, header);
    if (err == MR_OK) {
        err = draw(&table, style, columns, out);
    }
    for (size_t i = 0; i < table.rows * table.columns; i++) {
        mr_safe_text_free(&table.cells[i]);
    }
    free(table.cells);
    return err;
}
