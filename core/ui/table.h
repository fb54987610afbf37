/* Tables, bars and sparklines: rows of a script, aligned by the columns that text takes on the
 * terminal. */
#ifndef MR_UI_TABLE_H
#define MR_UI_TABLE_H

#include <cjson/cJSON.h>

#include "core/base/buf.h"
#include "core/ui/style.h"

/* Appends lines, each ended by LF. `rows` is an array of arrays of strings, numbers and booleans,
 * `header` such an array or NULL. A column of numbers stands to the right. What is wider than
 * `columns` is cut, in the widest column first; a last column of text is folded instead. MR_EINVAL
 * for other values, MR_ELIMIT for more rows or columns than allowed. */
int mr_table_render(const struct mr_style *style, const cJSON *rows, const cJSON *header,
                    size_t columns, struct mr_buf *out);

/* Appends one line a row of [label, number], the largest number as the longest bar; negative
 * numbers have none. */
int mr_bars_render(const struct mr_style *style, const cJSON *rows, size_t columns,
                   struct mr_buf *out);

/* Appends one line: the label, a string or NULL, and each number of the array `values` as a block,
 * the smallest as the lowest. Of more numbers than fit the last ones are shown. MR_EINVAL,
 * MR_ELIMIT as above. */
int mr_sparkline_render(const struct mr_style *style, const cJSON *values, const cJSON *label,
                        size_t columns, struct mr_buf *out);

#endif
