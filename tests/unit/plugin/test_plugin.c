#include "core/plugin/plugin.h"
#include "tests/unit/plugin/parts.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder with the fixtures as they were built. */
#ifndef FIXTURES
#error "FIXTURES is the folder of the built fixtures"
#endif

struct world {
    struct parts parts;
    const char *folder;
    char trace[96];
    struct mr_plugins *plugins;
    char why[512];
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    parts_start(&world->parts);
    world->folder = world->parts.home;
    snprintf(world->trace, sizeof world->trace, "%s/trace", world->folder);
    setenv("FIXTURE_TRACE", world->trace, 1);
    assert_int_equal(mr_plugins_new(&world->parts.core, &world->plugins), MR_OK);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    mr_plugins_stop(&world->plugins);
    parts_end(&world->parts);
    free(world);
    return 0;
}

static void path_of(const struct world *world, const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s/%s.so", world->folder, name);
}

static void put(const struct world *world, const char *name, const void *bytes, size_t len)
{
    char path[128];
    path_of(world, name, path, sizeof path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static uint8_t *fixture(const char *name, size_t *len)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.so", FIXTURES, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t *bytes = malloc(1 << 22);
    assert_non_null(bytes);
    *len = fread(bytes, 1, 1 << 22, file);
    fclose(file);
    assert_true(*len > 0 && *len < 1 << 22);
    return bytes;
}

static void install_as(const struct world *world, const char *name, const char *as)
{
    size_t len;
    uint8_t *bytes = fixture(name, &len);
    put(world, as, bytes, len);
    free(bytes);
}

static int load(struct world *world, const char *name)
{
    world->why[0] = '\0';
    int err =
        mr_plugins_load_named(world->plugins, world->folder, name, world->why, sizeof world->why);
    assert_true((err == MR_OK) == (world->why[0] == '\0'));
    return err;
}

static void assert_trace(const struct world *world, const char *expected)
{
    char got[1024] = "";
    FILE *file = fopen(world->trace, "r");
    if (file) {
        got[fread(got, 1, sizeof got - 1, file)] = '\0';
        fclose(file);
    }
    assert_string_equal(got, expected);
}

static void test_start_and_stop_in_mirrored_order(void **state)
{
    struct world *world = *state;
    install_as(world, "good", "good");
    install_as(world, "other", "other");
    assert_int_equal(load(world, "good"), MR_OK);
    assert_int_equal(load(world, "other"), MR_OK);
    const struct mr_subcommand *command = mr_plugins_subcommand(world->plugins, "other");
    assert_non_null(command);
    assert_int_equal(command->run(command->ctx, 7, NULL), 7);
    assert_null(mr_plugins_subcommand(world->plugins, "third"));
    /* What a plugin logs is made safe. */
    assert_non_null(
        strstr(world->parts.log, "info: plugin good: a line of good\xe2\x90\x9b[31m\n"));
    assert_int_equal(load(world, "good"), MR_EEXISTS);
    mr_plugins_stop(&world->plugins);
    assert_null(world->plugins);
    assert_trace(world, "good constructor\ngood init\nother constructor\nother init\n"
                        "other stop\ngood stop\n");
}

static void test_wrong_abi_runs_nothing(void **state)
{
    struct world *world = *state;
    install_as(world, "abi", "abi");
    assert_int_equal(load(world, "abi"), MR_EUNSUPPORTED);
    char ours[64];
    snprintf(ours, sizeof ours, "this moonroom has plugin interface %d", MR_PLUGIN_ABI);
    assert_non_null(strstr(world->why, "plugin interface 4711"));
    assert_non_null(strstr(world->why, ours));
    assert_trace(world, "");
}

static void test_lies_of_the_struct(void **state)
{
    struct world *world = *state;
    install_as(world, "lying", "lying");
    assert_int_equal(load(world, "lying"), MR_EUNSUPPORTED);
    assert_non_null(strstr(world->why, "plugin interface 4711"));
    install_as(world, "short", "short");
    assert_int_equal(load(world, "short"), MR_EUNSUPPORTED);
    assert_non_null(strstr(world->why, "of 8 bytes"));
    install_as(world, "called", "called");
    assert_int_equal(load(world, "called"), MR_EINVAL);
    assert_trace(world, "lying constructor\nshort constructor\ncalled constructor\n");
}

static void test_no_symbol(void **state)
{
    struct world *world = *state;
    install_as(world, "nosymbol", "nosymbol");
    assert_int_equal(load(world, "nosymbol"), MR_EINVAL);
    assert_non_null(strstr(world->why, "moonroom_plugin"));
}

static void test_refusing_init_is_not_stopped(void **state)
{
    struct world *world = *state;
    install_as(world, "refusing", "refusing");
    assert_int_equal(load(world, "refusing"), MR_EDENIED);
    assert_null(mr_plugins_subcommand(world->plugins, "refusing"));
    mr_plugins_stop(&world->plugins);
    assert_trace(world, "refusing constructor\nrefusing init\n");
}

static void test_manifest_of_another_name(void **state)
{
    struct world *world = *state;
    install_as(world, "good", "another");
    assert_int_equal(load(world, "another"), MR_EINVAL);
    assert_non_null(strstr(world->why, "calls it good"));
    assert_trace(world, "");
}

static void test_not_a_shared_object(void **state)
{
    struct world *world = *state;
    put(world, "empty", "", 0);
    assert_int_equal(load(world, "empty"), MR_EINVAL);
    put(world, "script", "#!/bin/sh\necho no\n", 18);
    assert_int_equal(load(world, "script"), MR_EINVAL);
    install_as(world, "nomanifest", "nomanifest");
    assert_int_equal(load(world, "nomanifest"), MR_EINVAL);
    assert_trace(world, "");
    assert_int_equal(load(world, "absent"), MR_ENOTFOUND);
}

static void test_file_that_others_could_change(void **state)
{
    struct world *world = *state;
    char path[128], target[128];
    install_as(world, "good", "good");
    path_of(world, "good", path, sizeof path);
    static const mode_t modes[] = {0664, 0646, 0666};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(load(world, "good"), MR_EDENIED);
    }
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chmod(world->folder, 0777), 0);
    assert_int_equal(load(world, "good"), MR_EDENIED);
    assert_int_equal(chmod(world->folder, 0775), 0);
    assert_int_equal(load(world, "good"), MR_EDENIED);
    assert_int_equal(chmod(world->folder, 0755), 0);
    path_of(world, "target", target, sizeof target);
    assert_int_equal(rename(path, target), 0);
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(load(world, "good"), MR_EDENIED);
    assert_non_null(strstr(world->why, "symbolic link"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0644), 0);
    assert_int_equal(load(world, "good"), MR_EDENIED);
    assert_int_equal(unlink(path), 0);
    if (geteuid() == 0) {
        assert_int_equal(rename(target, path), 0);
        assert_int_equal(chown(path, 65534, 65534), 0);
        assert_int_equal(load(world, "good"), MR_EDENIED);
        assert_non_null(strstr(world->why, "another user"));
    }
    assert_trace(world, "");
}

static void test_path_outside_the_folder(void **state)
{
    struct world *world = *state;
    char folder[128], outside[160];
    install_as(world, "good", "good");
    snprintf(folder, sizeof folder, "%s/inner", world->folder);
    assert_int_equal(mkdir(folder, 0755), 0);
    static const char *const names[] = {"../good", "", "..", "a/b", "Good", "good.so", "gööd"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(
            mr_plugins_load_named(world->plugins, folder, names[i], world->why, sizeof world->why),
            MR_EINVAL);
    snprintf(outside, sizeof outside, "%s.link", folder);
    assert_int_equal(symlink(world->folder, outside), 0);
    assert_int_equal(
        mr_plugins_load_named(world->plugins, outside, "good", world->why, sizeof world->why),
        MR_EDENIED);
    assert_trace(world, "");
}

static void test_path_of_a_file(void **state)
{
    struct world *world = *state;
    char path[128];
    install_as(world, "good", "good");
    static const char *const wrong[] = {"good.so", "", "/", "/good", "/.so", "/tmp/Good.so"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(mr_plugins_load(world->plugins, wrong[i], world->why, sizeof world->why),
                         MR_EINVAL);
        assert_non_null(strstr(world->why, "not the file of a plugin"));
    }
    path_of(world, "good", path, sizeof path);
    struct mr_plugin_manifest manifest;
    assert_int_equal(mr_plugin_inspect(path, &manifest, world->why, sizeof world->why), MR_OK);
    assert_string_equal(manifest.name, "good");
    assert_trace(world, "");
    assert_int_equal(mr_plugins_load(world->plugins, path, world->why, sizeof world->why), MR_OK);
    assert_trace(world, "good constructor\ngood init\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_start_and_stop_in_mirrored_order),
        T(test_wrong_abi_runs_nothing),
        T(test_lies_of_the_struct),
        T(test_no_symbol),
        T(test_refusing_init_is_not_stopped),
        T(test_manifest_of_another_name),
        T(test_not_a_shared_object),
        T(test_file_that_others_could_change),
        T(test_path_outside_the_folder),
        T(test_path_of_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
