/* Versions, the autoload list, and scripts as files: read, put in place, removed. */
#include "core/script/package.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/script/autoload.h"
#include "core/script/version.h"

enum { WHY = 512, PLACE = 512 };

static void test_versions(void **state)
{
    static const char *const order[] = {"",           "0.9",   "1",      "1.0.1-alpha",
                                        "1.0.1-beta", "1.0.1", "1.2",    "1.10",
                                        "2.0.0-rc.1", "2.0.0", "10.0.0", NULL};
    static const char *const bad[] = {"",     "v1",         "1.",       "1.2.3.4", ".1",
                                      "1.x",  "1-",         "1.0 beta", "1.0.0_1", "-1",
                                      "1..2", "9999999999", NULL};
    (void)state;
    for (size_t i = 0; order[i]; i++) {
        for (size_t j = 0; order[j]; j++) {
            int sign = mr_version_compare(order[i], order[j]);
            assert_int_equal((sign > 0) - (sign < 0), (i > j) - (i < j));
        }
        assert_int_equal(mr_version_valid(order[i]), i > 0);
    }
    assert_int_equal(mr_version_compare("1", "1.0.0"), 0);
    for (size_t i = 0; bad[i]; i++) {
        assert_false(mr_version_valid(bad[i]));
    }
}

static char *folder_new(char *template)
{
    char *folder = mkdtemp(template);
    assert_non_null(folder);
    return folder;
}

static const char *read_text(const char *folder, const char *name)
{
    static char text[4096];
    char path[PLACE];
    struct mr_buf buf;
    mr_buf_init(&buf, sizeof text - 1);
    assert_true(snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path);
    int err = mr_file_load(path, &buf);
    snprintf(text, sizeof text, "%s", err == MR_OK ? mr_buf_str(&buf) : "(none)");
    mr_buf_free(&buf);
    return text;
}

static void write_text(const char *folder, const char *name, const char *text)
{
    char path[PLACE];
    assert_true(snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    assert_int_equal(mr_file_make_folder(path), MR_OK);
    *slash = '/';
    assert_int_equal(mr_file_save(path, text, strlen(text)), MR_OK);
}

static size_t count_entries(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, NULL);
    assert_true(count >= 0);
    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(entries);
    return (size_t)count - 2;
}

static void test_autoload(void **state)
{
    char place[] = "/tmp/mr-test-autoload-XXXXXX";
    const char *folder = folder_new(place);
    (void)state;
    assert_int_equal(mr_autoload_set(folder, "bell", false), MR_OK);
    assert_string_equal(read_text(folder, "autoload"), "(none)");
    assert_int_equal(mr_autoload_set(folder, "bell", true), MR_OK);
    assert_int_equal(mr_autoload_set(folder, "bell", true), MR_OK);
    assert_string_equal(read_text(folder, "autoload"), "bell\n");
    write_text(folder, "autoload", "# mine\nbells\n  bell  # rings\npong");
    assert_int_equal(mr_autoload_set(folder, "bell", false), MR_OK);
    assert_string_equal(read_text(folder, "autoload"), "# mine\nbells\npong\n");
    assert_int_equal(mr_autoload_set(folder, "pong", true), MR_OK);
    assert_string_equal(read_text(folder, "autoload"), "# mine\nbells\npong\n");
    write_text(folder, "bell", "");
    assert_int_equal(mr_package_remove(place), MR_OK);
}

/* A file becomes a folder, a folder another, and a file again: there is always one whole script. */
static void test_one_takes_the_place_of_the_other(void **state)
{
    char place[] = "/tmp/mr-test-package-XXXXXX";
    char why[WHY];
    char path[PLACE];
    char from[PLACE];
    char to[PLACE];
    const char *folder = folder_new(place);
    struct mr_package file;
    struct mr_package whole;
    (void)state;
    snprintf(to, sizeof to, "%s/to", folder);
    write_text(folder, "one.lua", "one");
    write_text(folder, "two/init.lua", "two");
    write_text(folder, "two/a.lua", "a");
    write_text(folder, "two/zz/b.lua", "b");
    write_text(folder, "two/.hidden", "no");
    snprintf(from, sizeof from, "%s/one.lua", folder);
    assert_int_equal(mr_package_read(from, &file, why, sizeof why), MR_OK);
    assert_string_equal(file.name, "one");
    snprintf(from, sizeof from, "%s/two/", folder);
    assert_int_equal(mr_package_read(from, &whole, why, sizeof why), MR_OK);
    assert_string_equal(whole.files->name, "init.lua");
    assert_int_equal(whole.count, 3);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mr_package_write(&file, to, "x", path, sizeof path), MR_OK);
        assert_string_equal(read_text(to, "x.lua"), "one");
        assert_int_equal(count_entries(to), 1);
        assert_int_equal(mr_package_write(&whole, to, "x", path, sizeof path), MR_OK);
        assert_int_equal(mr_package_write(&whole, to, "x", path, sizeof path), MR_OK);
        assert_string_equal(read_text(to, "x/init.lua"), "two");
        assert_string_equal(read_text(to, "x/zz/b.lua"), "b");
        assert_int_equal(count_entries(to), 1);
    }
    assert_int_equal(mr_package_remove(path), MR_OK);
    assert_int_equal(count_entries(to), 0);
    assert_int_equal(mr_package_remove(path), MR_ENOTFOUND);
    mr_package_free(&file);
    mr_package_free(&whole);
    assert_int_equal(mr_package_remove(place), MR_OK);
}

/* A folder of the user's that is no script has a name that a script may have as well. */
static void test_other_folders_are_left_alone(void **state)
{
    char place[] = "/tmp/mr-test-folders-XXXXXX";
    char why[WHY];
    char path[PLACE];
    char from[PLACE];
    const char *folder = folder_new(place);
    struct mr_package file;
    struct mr_package whole;
    (void)state;
    write_text(folder, "one.lua", "one");
    write_text(folder, "two/init.lua", "two");
    write_text(folder, "to/bots/mine.lua", "mine");
    snprintf(from, sizeof from, "%s/one.lua", folder);
    assert_int_equal(mr_package_read(from, &file, why, sizeof why), MR_OK);
    snprintf(from, sizeof from, "%s/two", folder);
    assert_int_equal(mr_package_read(from, &whole, why, sizeof why), MR_OK);
    snprintf(from, sizeof from, "%s/to", folder);
    assert_int_equal(mr_package_write(&whole, from, "bots", path, sizeof path), MR_EEXISTS);
    assert_int_equal(count_entries(from), 1);
    assert_int_equal(mr_package_write(&file, from, "bots", path, sizeof path), MR_OK);
    assert_string_equal(read_text(folder, "to/bots.lua"), "one");
    assert_string_equal(read_text(folder, "to/bots/mine.lua"), "mine");
    mr_package_free(&file);
    mr_package_free(&whole);
    assert_int_equal(mr_package_remove(place), MR_OK);
}

/* At the limit a file is taken, a byte beyond it is not; so with the number of files. */
static void test_limits(void **state)
{
    char place[] = "/tmp/mr-test-limits-XXXXXX";
    char why[WHY];
    char name[64];
    char *large = malloc(MR_LIMIT_SCRIPT_SOURCE + 2);
    const char *folder = folder_new(place);
    struct mr_package package;
    (void)state;
    memset(large, '-', MR_LIMIT_SCRIPT_SOURCE + 1);
    large[MR_LIMIT_SCRIPT_SOURCE + 1] = '\0';
    write_text(folder, "init.lua", large + 1);
    assert_int_equal(mr_package_read(folder, &package, why, sizeof why), MR_OK);
    assert_int_equal(package.size, MR_LIMIT_SCRIPT_SOURCE);
    mr_package_free(&package);
    write_text(folder, "init.lua", large);
    assert_int_equal(mr_package_read(folder, &package, why, sizeof why), MR_EINVAL);
    assert_non_null(strstr(why, "larger than 128 KiB"));
    write_text(folder, "init.lua", "");
    for (int i = 1; i <= MR_LIMIT_SCRIPT_FILES; i++) {
        if (i == MR_LIMIT_SCRIPT_FILES) {
            assert_int_equal(mr_package_read(folder, &package, why, sizeof why), MR_OK);
            assert_int_equal(package.count, MR_LIMIT_SCRIPT_FILES);
            mr_package_free(&package);
        }
        snprintf(name, sizeof name, "%s/m%d.lua", folder, i);
        FILE *file = fopen(name, "we");
        assert_non_null(file);
        fclose(file);
    }
    assert_int_equal(mr_package_read(folder, &package, why, sizeof why), MR_EINVAL);
    assert_non_null(strstr(why, "too many files"));
    free(large);
    assert_int_equal(mr_package_remove(place), MR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_autoload),
        cmocka_unit_test(test_one_takes_the_place_of_the_other),
        cmocka_unit_test(test_other_folders_are_left_alone),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
