#include "tests/unit/ui/support.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/ui/history.h"

static char path[512];

static int new_path(void **state)
{
    char *folder = make_folder();

    (void)state;
    snprintf(path, sizeof path, "%s/deep/history", folder);
    free(folder);
    return 0;
}

static struct mr_history *open_history(size_t max)
{
    struct mr_history *history = NULL;

    assert_int_equal(mr_history_new(path, max, &history), MR_OK);
    return history;
}

static void add(struct mr_history *history, const char *line)
{
    assert_int_equal(mr_history_add(history, line, NULL), MR_OK);
}

static void check_file(const char *wanted)
{
    struct mr_buf text;

    mr_buf_init(&text, MR_LIMIT_HISTORY_FILE);
    assert_int_equal(mr_file_load(path, &text), MR_OK);
    assert_string_equal(mr_buf_str(&text), wanted);
    mr_buf_free(&text);
}

static void keeps_lines(void **state)
{
    struct mr_history *history = open_history(10);
    struct stat info;
    const char *kept = NULL;

    (void)state;
    add(history, "one");
    add(history, "one"); /* the same again */
    add(history, "   ");
    add(history, "");
    assert_int_equal(mr_history_add(history, "two  ", &kept), MR_OK);
    assert_string_equal(kept, "two");
    assert_int_equal(mr_history_count(history), 2);
    assert_string_equal(mr_history_at(history, 0), "one");
    assert_null(mr_history_at(history, 2));
    mr_history_free(history);
    check_file("one\ntwo\n");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    history = open_history(10);
    assert_int_equal(mr_history_count(history), 2);
    assert_string_equal(mr_history_at(history, 1), "two");
    mr_history_free(history);
}

static void keeps_no_secrets(void **state)
{
    static const char *const lines[] = {"/password old hunter22", "/login bob hunter22",
                                        "/register bob hunter22", "/delete-account hunter22",
                                        "/raw /changepass hunter22 hunter22"};
    struct mr_history *history = open_history(100);

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        add(history, lines[i]);
    }
    add(history, "/loginx is another word");
    mr_history_free(history);
    check_file("/password\n/login\n/register\n/delete-account\n/raw\n/loginx is another word\n");
}

static void has_a_maximum(void **state)
{
    struct mr_history *history = open_history(3);
    char line[16];

    (void)state;
    for (int i = 0; i < 7; i++) {
        snprintf(line, sizeof line, "%d", i);
        add(history, line);
    }
    assert_int_equal(mr_history_count(history), 3);
    assert_string_equal(mr_history_at(history, 0), "4");
    mr_history_free(history);
    check_file(
        "4\n5\n6\n"); /* rewritten with the seventh line, being more than twice the maximum */
    history = open_history(2);
    assert_int_equal(mr_history_count(history), 2);
    assert_string_equal(mr_history_at(history, 0), "5");
    mr_history_free(history);
}

static void none_is_kept_when_off(void **state)
{
    struct mr_history *history = open_history(0);
    struct stat info;

    (void)state;
    add(history, "one");
    assert_int_equal(mr_history_count(history), 1);
    mr_history_free(history);
    assert_int_not_equal(stat(path, &info), 0);
}

static void passes_over_foreign_bytes(void **state)
{
    static const char bytes[] = "good\n\xff\xfe\n\n\nlast";
    struct mr_history *history = NULL;

    (void)state;
    history = open_history(10);
    add(history, "makes the folder");
    mr_history_free(history);
    assert_int_equal(mr_file_save(path, bytes, sizeof bytes - 1), MR_OK);
    history = open_history(10);
    assert_int_equal(mr_history_count(history), 2);
    assert_string_equal(mr_history_at(history, 1), "last");
    mr_history_free(history);
}

static void goes_on_without_a_disk(void **state)
{
    struct mr_history *history = NULL;

    (void)state;
    assert_int_equal(mr_history_new("/dev/null/history", 10, &history), MR_OK);
    assert_int_equal(mr_history_add(history, "one", NULL), MR_EIO);
    assert_int_equal(mr_history_count(history), 1);
    mr_history_free(history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keeps_lines, new_path),
        cmocka_unit_test_setup(keeps_no_secrets, new_path),
        cmocka_unit_test_setup(has_a_maximum, new_path),
        cmocka_unit_test_setup(none_is_kept_when_off, new_path),
        cmocka_unit_test_setup(passes_over_foreign_bytes, new_path),
        cmocka_unit_test_setup(goes_on_without_a_disk, new_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
