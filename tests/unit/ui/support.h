/* What the tests of the ui share. */
#ifndef MR_TESTS_UI_SUPPORT_H
#define MR_TESTS_UI_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/ui/style.h"

static inline struct mr_style style_with(const char *when, const char *term)
{
    const struct mr_style_terminal terminal = {.tty = true, .utf8 = true, .term = term};
    struct mr_style style;

    mr_style_init(&style, when, &terminal);
    return style;
}

static inline struct mr_style plain_style(void)
{
    return style_with("off", "xterm");
}

static inline struct mr_style color_style(void)
{
    return style_with("on", "xterm");
}

/* A folder of its own for one test; freed by the caller. */
static inline char *make_folder(void)
{
    char *path = strdup("/tmp/moonroom-test-XXXXXX");

    assert_non_null(path);
    assert_non_null(mkdtemp(path));
    return path;
}

#endif
