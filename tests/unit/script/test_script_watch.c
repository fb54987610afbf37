/* Saving the file of a script loads it anew, however the editor does that. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <moonroom/errors.h>

#include "tests/unit/script/harness.h"

static int set_up(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_call(&h, "settings.set", "{\"name\":\"script.watch\",\"value\":true}");
    *state = &h;
    return 0;
}

static int tear_down(void **state)
{
    harness_stop(*state);
    return 0;
}

/* In place, as `echo > file` does. */
static void write_over(struct harness *h, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", h->paths.user_scripts, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static void expect(struct harness *h, const char *text)
{
    harness_until(h, text);
    harness_until_ready(h);
    harness_forget(h);
}

static void test_saved(void **state)
{
    struct harness *h = *state;
    harness_script(h, "r.lua", "print('one')");
    harness_load(h, "r");
    expect(h, "script_loaded r");
    /* A new file, renamed over the old one; then written in place. */
    harness_script(h, "r.lua", "print('two')");
    harness_until(h, "r| two");
    expect(h, "moonroom| r was saved and is loaded anew.");
    write_over(h, "r.lua", "print('three')");
    expect(h, "r was saved and is loaded anew.");
    /* The same text, and one that is only begun, do nothing; a mistake is told once, with its line.
     */
    harness_script(h, "r.lua", "print('three')");
    harness_run(h, 300);
    write_over(h, "r.lua", "");
    harness_run(h, 300);
    assert_false(harness_has(h, "r|"));
    write_over(h, "r.lua", "\nx = = 1");
    harness_until(h, "r.lua:2: unexpected symbol");
    assert_true(harness_has(h, "the old one goes on"));
    harness_forget(h);
    write_over(h, "other.lua", "");
    harness_run(h, 300);
    assert_false(harness_has(h, "r|"));
    write_over(h, "r.lua", "print('four')");
    harness_until(h, "r| four");
    expect(h, "r was saved and is loaded anew.");
    /* Not where the user does not want it; what was saved meanwhile counts from then on. */
    harness_call(h, "settings.set", "{\"name\":\"script.watch\",\"value\":false}");
    harness_script(h, "r.lua", "print('five')");
    harness_run(h, 300);
    assert_false(harness_has(h, "r| five"));
    harness_call(h, "settings.set", "{\"name\":\"script.watch\",\"value\":true}");
    harness_until(h, "r| five");
}

static void test_modules_and_overrides(void **state)
{
    struct harness *h = *state;
    harness_script(h, "shipped/commands/init.lua",
                   "script{ name = 'commands', needs = { 'client' } }\n"
                   "require('one') print(pcall(require, 'later'))");
    harness_script(h, "shipped/commands/one.lua", "print('shipped one')");
    assert_int_equal(mr_scripts_start(h->scripts), MR_OK);
    harness_until(h, "commands| shipped one");
    expect(h, "script_loaded commands");
    harness_script(h, "commands/one.lua", "print('my one')");
    harness_until(h, "commands| my one");
    expect(h, "commands was saved and is loaded anew.");
    harness_script(h, "commands/later.lua", "print('later')");
    harness_until(h, "commands| later");
    expect(h, "commands was saved and is loaded anew.");
    char path[512];
    snprintf(path, sizeof path, "%s/commands/one.lua", h->paths.user_scripts);
    assert_int_equal(unlink(path), 0);
    harness_until(h, "commands| shipped one");
}

static void test_by_path_and_link(void **state)
{
    struct harness *h = *state;
    char path[512];
    char link[512];
    harness_script(h, "elsewhere/far.lua", "print('far one')");
    snprintf(path, sizeof path, "%s/elsewhere/far.lua", h->paths.user_scripts);
    snprintf(link, sizeof link, "%s/near.lua", h->paths.user_scripts);
    assert_int_equal(symlink(path, link), 0);
    harness_load(h, "near");
    harness_load(h, path);
    harness_until(h, "script_loaded near");
    expect(h, "script_loaded far");
    write_over(h, "elsewhere/far.lua", "print('far two')");
    harness_until(h, "near| far two");
    harness_until(h, "far| far two");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_saved),
        TEST(test_modules_and_overrides),
        TEST(test_by_path_and_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
