#include "core/base/limits.h"
#include "core/base/log.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void writes_safe_lines(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    assert_non_null(file);
    struct mr_log log;
    mr_log_init(&log, file, MR_LOG_WARN);
    mr_log_write(&log, MR_LOG_WARN, "%s says %.*s", "bob", 8, "\x1b[2J\nx> yz");
    mr_log_write(&log, MR_LOG_INFO, "not this");
    mr_log_write(NULL, MR_LOG_ERROR, "nowhere");
    fclose(file);
    /* 2026-11-22T10:30:00Z warn: … */
    assert_true(len > 20);
    assert_int_equal(text[4], '-');
    assert_int_equal(text[10], 'T');
    assert_int_equal(text[19], 'Z');
    assert_string_equal(text + 20, " warn: bob says \xe2\x90\x9b[2J\xe2\x90\x8ax> \n");
    free(text);
}

struct seen {
    int lines;
    size_t len;
    bool cut;
};

static void sink(void *context, enum mr_log_level level, const struct mr_safe_text *text)
{
    struct seen *seen = context;
    assert_int_equal(level, MR_LOG_DEBUG);
    seen->lines++;
    seen->len = text->len;
    seen->cut = text->cut;
}

static void hands_lines_to_a_function(void **state)
{
    (void)state;
    static char longest[MR_LIMIT_LOG_LINE + 2];
    struct seen seen = {0};
    struct mr_log log;
    mr_log_init(&log, NULL, MR_LOG_DEBUG);
    mr_log_write(&log, MR_LOG_DEBUG, "nobody listens");
    mr_log_set_sink(&log, sink, &seen);
    memset(longest, 'a', sizeof longest - 1);
    longest[MR_LIMIT_LOG_LINE] = 0;
    mr_log_write(&log, MR_LOG_DEBUG, "%s", longest);
    assert_int_equal(seen.len, MR_LIMIT_LOG_LINE);
    assert_false(seen.cut);
    longest[MR_LIMIT_LOG_LINE] = 'a';
    mr_log_write(&log, MR_LOG_DEBUG, "%s", longest);
    assert_int_equal(seen.lines, 2);
    assert_int_equal(seen.len, MR_LIMIT_LOG_LINE);
    assert_true(seen.cut);
}

static void names_of_levels(void **state)
{
    (void)state;
    assert_string_equal(mr_log_level_name(MR_LOG_ERROR), "error");
    assert_string_equal(mr_log_level_name(MR_LOG_DEBUG), "debug");
    assert_string_equal(mr_log_level_name((enum mr_log_level)9), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_safe_lines),
        cmocka_unit_test(hands_lines_to_a_function),
        cmocka_unit_test(names_of_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
