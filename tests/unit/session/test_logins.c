/* Remembered logins on disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/runtime/file.h"
#include "core/runtime/paths.h"
#include "core/session/logins.h"

struct world {
    char folder[64];
    char *path;
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    strcpy(world->folder, "/tmp/mr-test-logins-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    world->path = mr_paths_join(world->folder, "config/logins.json");
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", world->folder);
    assert_int_equal(system(command), 0);
    free(world->path);
    free(world);
    return 0;
}

static void assert_last(const struct world *world, const char *room, const char *expected,
                        bool expected_hash)
{
    char name[64] = "";
    bool has_hash = !expected_hash;
    assert_int_equal(mr_logins_last(world->path, room, name, sizeof(name), &has_hash), MR_OK);
    assert_string_equal(name, expected);
    assert_int_equal(has_hash, expected_hash);
}

static void nothing_is_remembered_at_first(void **state)
{
    struct world *world = *state;
    char name[64];
    bool has_hash;
    assert_int_equal(mr_logins_last(world->path, "a:1", name, sizeof(name), &has_hash),
                     MR_ENOTFOUND);
    assert_int_equal(mr_logins_hash(world->path, "a:1", "bob", name, sizeof(name)), MR_ENOTFOUND);
    assert_int_equal(mr_logins_forget(world->path, "a:1", "bob"), MR_ENOTFOUND);
    assert_int_equal(access(world->path, F_OK), -1);
}

static void names_and_hashes(void **state)
{
    struct world *world = *state;
    char hash[160];
    struct stat status;
    assert_int_equal(mr_logins_remember(world->path, "a:1", "alice", "deadbeef"), MR_OK);
    assert_last(world, "a:1", "alice", true);
    assert_int_equal(mr_logins_remember(world->path, "a:1", "bob", NULL), MR_OK);
    assert_last(world, "a:1", "bob", false);
    assert_int_equal(mr_logins_hash(world->path, "a:1", "alice", hash, sizeof(hash)), MR_OK);
    assert_string_equal(hash, "deadbeef");
    assert_int_equal(mr_logins_hash(world->path, "a:1", "bob", hash, sizeof(hash)), MR_ENOTFOUND);
    assert_int_equal(mr_logins_hash(world->path, "b:1", "alice", hash, sizeof(hash)), MR_ENOTFOUND);
    assert_int_equal(mr_logins_hash(world->path, "a:1", "alice", hash, 4), MR_ENOTFOUND);
    assert_int_equal(stat(world->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    /* A name alone takes the place of the hash. */
    assert_int_equal(mr_logins_remember(world->path, "a:1", "alice", NULL), MR_OK);
    assert_last(world, "a:1", "alice", false);
}

static void forgetting(void **state)
{
    struct world *world = *state;
    char name[64];
    bool has_hash;
    mr_logins_remember(world->path, "a:1", "alice", "x");
    mr_logins_remember(world->path, "a:1", "bob", "y");
    mr_logins_remember(world->path, "b:2", "bob", "z");
    assert_int_equal(mr_logins_forget(world->path, "a:1", "bob"), MR_OK);
    assert_int_equal(mr_logins_last(world->path, "a:1", name, sizeof(name), &has_hash),
                     MR_ENOTFOUND);
    assert_int_equal(mr_logins_hash(world->path, "a:1", "alice", name, sizeof(name)), MR_OK);
    assert_int_equal(mr_logins_forget(world->path, "a:1", "bob"), MR_ENOTFOUND);
    assert_int_equal(mr_logins_forget(world->path, "a:1", "alice"), MR_OK);
    assert_last(world, "b:2", "bob", true);
}

static void bad_names_are_not_kept(void **state)
{
    struct world *world = *state;
    assert_int_equal(mr_logins_remember(world->path, "a:1", "", "x"), MR_EINVAL);
    assert_int_equal(mr_logins_remember(world->path, "a:1", "a b", "x"), MR_EINVAL);
    assert_int_equal(mr_logins_remember(world->path, "", "bob", "x"), MR_EINVAL);
}

/* What somebody has written into the file cannot do harm, and is not overwritten. */
static void strange_files(void **state)
{
    struct world *world = *state;
    static const char *const texts[] = {"[]",
                                        "x",
                                        "{\"a:1\":[]}",
                                        "{\"a:1\":{\"last\":7,\"logins\":[]}}",
                                        "{\"a:1\":{\"last\":\"a b\",\"logins\":{\"a b\":\"x\"}}}",
                                        "{\"a:1\":{\"last\":\"bob\"}}",
                                        "{\"a:1\":{\"last\":\"bob\",\"logins\":{\"bob\":7}}}"};
    char name[64];
    bool has_hash;
    char folder[128];
    snprintf(folder, sizeof(folder), "%s/config", world->folder);
    assert_int_equal(mr_file_make_folder(folder), MR_OK);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(mr_file_save(world->path, texts[i], strlen(texts[i])), MR_OK);
        int err = mr_logins_last(world->path, "a:1", name, sizeof(name), &has_hash);
        if (i >= 5) {
            assert_int_equal(err, MR_OK);
            assert_false(has_hash);
        } else {
            assert_true(err < 0);
        }
        assert_true(mr_logins_hash(world->path, "a:1", "bob", name, sizeof(name)) < 0);
        err = mr_logins_remember(world->path, "a:1", "carol", "x");
        assert_int_equal(err, i < 2 ? MR_EIO : MR_OK);
    }
}

/* Two clients of one user write at the same time: neither loses what the other has kept. */
static void two_clients_at_once(void **state)
{
    enum { CLIENTS = 2, LOGINS = 15 };
    const struct world *world = *state;
    pid_t clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = fork();
        assert_true(clients[i] >= 0);
        for (int j = 0; clients[i] == 0 && j < LOGINS; j++) {
            char name[32];
            snprintf(name, sizeof(name), "user%d-%d", i, j);
            if (mr_logins_remember(world->path, "a:1", name, "abc") != MR_OK)
                _exit(1);
        }
        if (clients[i] == 0)
            _exit(0);
    }
    for (int i = 0; i < CLIENTS; i++) {
        int status = -1;
        assert_int_equal(waitpid(clients[i], &status, 0), clients[i]);
        assert_int_equal(status, 0);
    }
    for (int i = 0; i < CLIENTS * LOGINS; i++) {
        char name[32], hash[16];
        snprintf(name, sizeof(name), "user%d-%d", i / LOGINS, i % LOGINS);
        assert_int_equal(mr_logins_hash(world->path, "a:1", name, hash, sizeof(hash)), MR_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_remembered_at_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_and_hashes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forgetting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_names_are_not_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strange_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_clients_at_once, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
