/* What scripts and moonroom itself say: lines that are no events. */
#include <moonroom/errors.h>
#include <string.h>

#include "core/base/safe_text.h"
#include "core/ui/markup.h"
#include "core/ui/view.h"

static int put_one(const struct mr_style *style, const char *color, const char *who,
                   const char *text, size_t len, bool markup, struct mr_buf *out)
{
    const char *close = mr_style_close(style);
    int err = MR_OK;

    if (who[0]) {
        err = mr_buf_printf(out, "%s%s|%s ", mr_style_open(style, MR_ROLE_SCRIPT), who, close);
    }
    if (err == MR_OK) {
        err = mr_buf_append_str(out, color);
    }
    if (err == MR_OK) {
        err =
            markup ? mr_markup_render(style, color, text, len, out) : mr_buf_append(out, text, len);
    }
    if (err == MR_OK && color[0]) {
        err = mr_buf_append_str(out, close);
    }
    return err == MR_OK ? mr_buf_append_byte(out, '\n') : err;
}

int mr_view_text(const struct mr_style *style, enum mr_role role, const char *who, const char *text,
                 bool markup, struct mr_buf *out)
{
    struct mr_safe_text safe = {0};
    struct mr_safe_text name = {0};
    int err = mr_safe_text_make_lines(text, strlen(text), MR_LIMIT_SHOWN_TEXT, &safe);

    if (err == MR_OK) {
        err = mr_safe_text_make(who, who ? strlen(who) : 0, 64, &name);
    }
    for (const char *at = safe.text; err == MR_OK && at;) {
        size_t len = strcspn(at, "\n");

        err = put_one(style, mr_style_open(style, role), name.text, at, len, markup, out);
        at = at[len] && at[len + 1] ? at + len + 1 : NULL;
    }
    mr_safe_text_free(&safe);
    mr_safe_text_free(&name);
    return err;
}
