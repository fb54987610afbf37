/* Cells of tables and bars: a JSON value as one line of safe text. */
#ifndef MR_UI_CELL_H
#define MR_UI_CELL_H

#include <cjson/cJSON.h>

#include "core/base/buf.h"
#include "core/base/safe_text.h"

/* MR_EINVAL for what is no string, number or boolean. null is an empty cell. */
int mr_cell_make(const cJSON *value, struct mr_safe_text *out);
/* Writes a cell into `width` columns: cut with an ellipsis, or filled with blanks on one side. No
 * blanks are added behind the last cell of a line (`last`). */
int mr_cell_append(const struct mr_safe_text *cell, size_t width, bool right, bool last,
                   struct mr_buf *out);
/* Appends count copies of a string. */
int mr_cell_repeat(struct mr_buf *out, const char *text, size_t count);

#endif
