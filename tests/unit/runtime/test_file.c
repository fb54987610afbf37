/* Files saved whole or not at all. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/runtime/file.h"
#include "core/runtime/paths.h"

static int set_up(void **state)
{
    char folder[] = "/tmp/mr-test-file-XXXXXX";
    assert_non_null(mkdtemp(folder));
    *state = strdup(folder);
    return 0;
}

static int tear_down(void **state)
{
    char command[256];
    snprintf(command, sizeof(command), "chmod -R u+w '%s'; rm -rf '%s'", (char *)*state,
             (char *)*state);
    assert_int_equal(system(command), 0);
    free(*state);
    return 0;
}

static void load_and_compare(const char *path, const char *expected)
{
    struct mr_buf buf;
    mr_buf_init(&buf, 1000);
    assert_int_equal(mr_file_load(path, &buf), MR_OK);
    assert_string_equal(mr_buf_str(&buf), expected);
    mr_buf_free(&buf);
}

static void what_is_saved_is_loaded(void **state)
{
    char *path = mr_paths_join(*state, "a file");
    assert_int_equal(mr_file_save(path, "one", 3), MR_OK);
    load_and_compare(path, "one");
    assert_int_equal(mr_file_save(path, "second", 6), MR_OK);
    load_and_compare(path, "second");
    assert_int_equal(mr_file_save(path, NULL, 0), MR_OK);
    load_and_compare(path, "");
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    free(path);
}

static void a_wide_mode_becomes_narrow(void **state)
{
    char *path = mr_paths_join(*state, "wide");
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
    fchmod(fd, 0666);
    close(fd);
    assert_int_equal(mr_file_save(path, "x", 1), MR_OK);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    free(path);
}

static void a_link_stays_a_link(void **state)
{
    char *path = mr_paths_join(*state, "target"), *link = mr_paths_join(*state, "link");
    assert_int_equal(mr_file_save(path, "old", 3), MR_OK);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(mr_file_save(link, "new", 3), MR_OK);
    load_and_compare(path, "new");
    struct stat status;
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    free(path);
    free(link);
}

static void failures_leave_the_old_file_and_no_other(void **state)
{
    char *path = mr_paths_join(*state, "folder");
    assert_int_equal(mkdir(path, 0700), 0);
    char *inside = mr_paths_join(path, "x");
    assert_int_equal(mr_file_save(inside, "x", 1), MR_OK);
    /* A file cannot replace a folder. */
    assert_int_equal(mr_file_save(path, "x", 1), MR_EIO);
    char command[256];
    snprintf(command, sizeof(command), "test \"$(ls '%s')\" = folder", (char *)*state);
    assert_int_equal(system(command), 0);
    free(inside);
    inside = mr_paths_join(*state, "none/x");
    assert_int_equal(mr_file_save(inside, "x", 1), MR_ENOTFOUND);
    free(inside);
    free(path);
}

static void limits_and_strange_files(void **state)
{
    char *path = mr_paths_join(*state, "f");
    struct mr_buf buf;
    mr_buf_init(&buf, 5);
    assert_int_equal(mr_file_load(path, &buf), MR_ENOTFOUND);
    assert_int_equal(mr_file_save(path, "12345", 5), MR_OK);
    assert_int_equal(mr_file_load(path, &buf), MR_OK);
    mr_buf_clear(&buf);
    assert_int_equal(mr_buf_append(&buf, "x", 1), MR_OK);
    assert_int_equal(mr_file_load(path, &buf), MR_ELIMIT);
    assert_string_equal(mr_buf_str(&buf), "x");
    assert_int_equal(mr_file_load(*state, &buf), MR_EIO);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(mr_file_load(path, &buf), MR_EIO); /* and does not wait for a writer */
    mr_buf_free(&buf);
    free(path);
}

static void folders_are_made_private(void **state)
{
    char *path = mr_paths_join(*state, "a//b/c/");
    assert_int_equal(mr_file_make_folder(path), MR_OK);
    assert_int_equal(mr_file_make_folder(path), MR_OK);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISDIR(status.st_mode));
    assert_int_equal(status.st_mode & 07777, 0700);
    free(path);
    path = mr_paths_join(*state, "file");
    assert_int_equal(mr_file_save(path, "", 0), MR_OK);
    assert_int_equal(mr_file_make_folder(path), MR_EIO);
    char *below = mr_paths_join(path, "x");
    assert_int_equal(mr_file_make_folder(below), MR_EIO);
    free(below);
    free(path);
}

/* Whoever holds it keeps the others out, for a while; then they go on without. */
static void a_lock_is_for_one(void **state)
{
    char *path = mr_paths_join(*state, "f");
    int one = mr_file_lock(path);
    assert_true(one >= 0);
    int two = mr_file_lock(path);
    assert_int_equal(two, MR_EBUSY);
    mr_file_unlock(two);
    mr_file_unlock(one);
    one = mr_file_lock(path);
    assert_true(one >= 0);
    mr_file_unlock(one);
    free(path);
    path = mr_paths_join(*state, "none/x");
    assert_true(mr_file_lock(path) < 0);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_saved_is_loaded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wide_mode_becomes_narrow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_stays_a_link, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failures_leave_the_old_file_and_no_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(limits_and_strange_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_are_made_private, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lock_is_for_one, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
