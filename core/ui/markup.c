#include "core/ui/markup.h"

#include <moonroom/errors.h>
#include <stdbool.h>
#include <string.h>

static bool is_mark(const char *text, size_t len, size_t at)
{
    return at + 1 < len && (text[at] == '*' || text[at] == '_') && text[at + 1] == text[at];
}

/* Where the mark that begins at `at` ends: the offset of its partner, or 0. What was once looked
 * for in vain is not there later in the line either: `spent` remembers that, so the work stays
 * linear. */
static size_t partner(const char *text, size_t len, size_t at, bool spent[2])
{
    char mark = text[at];

    if (spent[mark == '*'] || at + 2 >= len || text[at + 2] == ' ' || text[at + 2] == mark) {
        return 0;
    }
    for (size_t i = at + 3; i + 1 < len; i++) {
        if (text[i] == mark && text[i + 1] == mark && text[i - 1] != ' ') {
            return i;
        }
    }
    spent[mark == '*'] = true;
    return 0;
}

int mr_markup_render(const struct mr_style *style, const char *base, const char *text, size_t len,
                     struct mr_buf *out)
{
    size_t i = 0;
    bool spent[2] = {false, false};
    int err = MR_OK;

    while (i < len && err == MR_OK) {
        size_t end = is_mark(text, len, i) ? partner(text, len, i, spent) : 0;

        if (end == 0) {
            /* Everything up to the next character that could begin a mark. */
            size_t plain = 1 + strcspn(text + i + 1, "*_");

            plain = plain > len - i ? len - i : plain;
            err = mr_buf_append(out, text + i, plain);
            i += plain;
            continue;
        }
        const char *open = mr_style_open(style, text[i] == '*' ? MR_ROLE_TITLE : MR_ROLE_UNDERLINE);

        err = mr_buf_append_str(out, open);
        if (err == MR_OK) {
            err = mr_markup_render(style, open, text + i + 2, end - i - 2, out);
        }
        if (err == MR_OK) {
            err = mr_buf_append_str(out, mr_style_close(style));
        }
        if (err == MR_OK) {
            err = mr_buf_append_str(out, base);
        }
        i = end + 2;
    }
    return err;
}
