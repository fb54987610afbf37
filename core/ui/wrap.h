/* Folding long lines between words, so that the terminal does not fold them inside. */
#ifndef MR_UI_WRAP_H
#define MR_UI_WRAP_H

#include <stddef.h>

#include "core/base/buf.h"

/* Appends lines (each ended by LF; safe text and our own escape sequences) folded to `columns`.
 * What follows a fold is indented by `indent` columns. A word longer than a line is left whole: it
 * may be an address that is to be copied. Lines that fit stay as they are. */
int mr_wrap(const char *lines, size_t columns, size_t indent, struct mr_buf *out);

#endif
