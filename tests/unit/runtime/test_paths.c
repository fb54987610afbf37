/* Where things are. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/runtime/paths.h"

static void clear_environment(void)
{
    setenv("HOME", "/home/somebody", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_DATA_HOME");
}

static void the_defaults_are_below_home(void **state)
{
    (void)state;
    struct mr_paths paths;
    clear_environment();
    assert_int_equal(mr_paths_init(&paths, NULL), MR_OK);
    assert_string_equal(paths.config, "/home/somebody/.config/moonroom");
    assert_string_equal(paths.state, "/home/somebody/.local/state/moonroom");
    assert_string_equal(paths.data, "/home/somebody/.local/share/moonroom");
    assert_string_equal(paths.user_scripts, "/home/somebody/.config/moonroom/scripts");
    mr_paths_free(&paths);
}

static void xdg_variables_are_followed_unless_relative(void **state)
{
    (void)state;
    struct mr_paths paths;
    clear_environment();
    setenv("XDG_CONFIG_HOME", "/c/", 1);
    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("XDG_DATA_HOME", "", 1);
    assert_int_equal(mr_paths_init(&paths, NULL), MR_OK);
    assert_string_equal(paths.config, "/c/moonroom");
    assert_string_equal(paths.state, "/home/somebody/.local/state/moonroom");
    assert_string_equal(paths.data, "/home/somebody/.local/share/moonroom");
    mr_paths_free(&paths);
    clear_environment();
}

static void one_folder_holds_all_with_home(void **state)
{
    (void)state;
    struct mr_paths paths;
    clear_environment();
    setenv("XDG_CONFIG_HOME", "/c", 1);
    assert_int_equal(mr_paths_init(&paths, "/tmp/h"), MR_OK);
    assert_string_equal(paths.config, "/tmp/h/config");
    assert_string_equal(paths.state, "/tmp/h/state");
    assert_string_equal(paths.data, "/tmp/h/data");
    assert_string_equal(paths.user_scripts, "/tmp/h/config/scripts");
    mr_paths_free(&paths);
    assert_int_equal(chdir("/tmp"), 0);
    assert_int_equal(mr_paths_init(&paths, "here"), MR_OK);
    assert_string_equal(paths.config, "/tmp/here/config");
    mr_paths_free(&paths);
    assert_int_equal(mr_paths_init(&paths, ""), MR_EINVAL);
    mr_paths_free(&paths);
}

static void without_home_the_account_is_asked(void **state)
{
    (void)state;
    struct mr_paths paths;
    clear_environment();
    unsetenv("HOME");
    assert_int_equal(mr_paths_init(&paths, NULL), MR_OK);
    assert_int_equal(paths.config[0], '/');
    mr_paths_free(&paths);
    clear_environment();
}

/* This program lies in a build tree. */
static void a_build_tree_uses_itself(void **state)
{
    (void)state;
    struct mr_paths paths;
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    assert_true(len > 0);
    self[len] = '\0';
    assert_int_equal(mr_paths_init(&paths, NULL), MR_OK);
    assert_string_equal(paths.self, self);
    *strrchr(self, '/') = '\0';
    char expected[PATH_MAX + 64];
    snprintf(expected, sizeof(expected), "%s/moonroom-lua", self);
    assert_string_equal(paths.lua_host, expected);
    *strrchr(self, '/') = '\0';
    snprintf(expected, sizeof(expected), "%s/lib/moonroom/plugins", self);
    assert_string_equal(paths.plugins, expected);
    const char *tail = strrchr(paths.shipped_scripts, '/');
    assert_string_equal(tail, "/scripts");
    assert_null(strstr(paths.shipped_scripts, "/share/"));
    mr_paths_free(&paths);
}

static void joining(void **state)
{
    (void)state;
    char *path = mr_paths_join("/a", "b");
    assert_string_equal(path, "/a/b");
    free(path);
    path = mr_paths_join("/", "b");
    assert_string_equal(path, "/b");
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_below_home),
        cmocka_unit_test(xdg_variables_are_followed_unless_relative),
        cmocka_unit_test(one_folder_holds_all_with_home),
        cmocka_unit_test(without_home_the_account_is_asked),
        cmocka_unit_test(a_build_tree_uses_itself),
        cmocka_unit_test(joining),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
