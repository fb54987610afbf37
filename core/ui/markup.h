/* Markup of what scripts show: **bold** and __underline__, nothing else.
 *
 * The marks take effect in pairs around text that neither begins nor ends with a blank; everything
 * else stays as it is, so that snake_case, 2 ** 3 and a lonely ** are shown as they were written.
 */
#ifndef MR_UI_MARKUP_H
#define MR_UI_MARKUP_H

#include "core/base/buf.h"
#include "core/base/safe_text.h"
#include "core/ui/style.h"

/* Appends one line of safe text with its marks drawn. `base` is the colour that the rest has, to
 * return to behind a mark ("" for none). Without colours the marks are left out. */
int mr_markup_render(const struct mr_style *style, const char *base, const char *text, size_t len,
                     struct mr_buf *out);

#endif
