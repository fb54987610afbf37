/* What scripts may do, as it is kept on disk. */
#include "core/script/grants.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const needs[] = {"send", NULL};

/* Each has what it knew when it began, and writes all of it. */
static void two_clients_keep_each_others_answers(void **state)
{
    (void)state;
    char folder[] = "/tmp/mr-test-grants-XXXXXX", path[64];
    struct mr_grants *one, *two, *later;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/grants.json", folder);
    assert_int_equal(mr_grants_new(path, NULL, &one), MR_OK);
    assert_int_equal(mr_grants_new(path, NULL, &two), MR_OK);
    assert_int_equal(mr_grants_record(one, "/a.lua", needs, MR_GRANT_YES), MR_OK);
    assert_int_equal(mr_grants_record(one, "/b.lua", needs, MR_GRANT_YES), MR_OK);
    assert_int_equal(mr_grants_record(two, "/a.lua", needs, MR_GRANT_NO), MR_OK);
    assert_int_equal(mr_grants_record(one, "/c.lua", needs, MR_GRANT_YES), MR_OK);
    assert_int_equal(mr_grants_new(path, NULL, &later), MR_OK);
    assert_int_equal(mr_grants_find(later, "/a.lua", needs), MR_GRANT_NO);
    assert_int_equal(mr_grants_find(later, "/b.lua", needs), MR_GRANT_YES);
    assert_int_equal(mr_grants_find(later, "/c.lua", needs), MR_GRANT_YES);
    assert_int_equal(mr_grants_find(one, "/a.lua", needs), MR_GRANT_NO);
    mr_grants_free(one);
    mr_grants_free(two);
    mr_grants_free(later);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

enum { CLIENTS = 3, ANSWERS = 12 };

static int answer_many(const char *path, int client)
{
    struct mr_grants *grants;
    int err = mr_grants_new(path, NULL, &grants);
    for (int i = 0; err == MR_OK && i < ANSWERS; i++) {
        char script[32];
        snprintf(script, sizeof script, "/%d-%d.lua", client, i);
        do { /* on a slow disk the others may not let it in for long */
            err = mr_grants_record(grants, script, needs, MR_GRANT_YES);
        } while (err == MR_EBUSY);
    }
    mr_grants_free(grants);
    return err == MR_OK ? 0 : 1;
}

/* All at the same time, and none finds the folder there. */
static void clients_at_once_lose_nothing(void **state)
{
    (void)state;
    char folder[] = "/tmp/mr-test-grants-XXXXXX", below[48], path[64];
    struct mr_grants *grants;
    pid_t pids[CLIENTS];
    int count = 0;
    assert_non_null(mkdtemp(folder));
    snprintf(below, sizeof below, "%s/state", folder);
    snprintf(path, sizeof path, "%s/grants.json", below);
    for (int i = 0; i < CLIENTS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            _exit(answer_many(path, i));
        }
    }
    for (int i = 0; i < CLIENTS; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(mr_grants_new(path, NULL, &grants), MR_OK);
    for (int i = 0; i < CLIENTS * ANSWERS; i++) {
        char script[32];
        snprintf(script, sizeof script, "/%d-%d.lua", i % CLIENTS, i / CLIENTS);
        count += mr_grants_find(grants, script, needs) == MR_GRANT_YES;
    }
    assert_int_equal(count, CLIENTS * ANSWERS);
    mr_grants_free(grants);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(below), 0);
    assert_int_equal(rmdir(folder), 0);
}

struct home {
    char folder[32], path[64], script[64];
    struct mr_grants *grants;
};

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    static struct home home;
    snprintf(home.folder, sizeof home.folder, "/tmp/mr-test-grants-XXXXXX");
    assert_non_null(mkdtemp(home.folder));
    snprintf(home.path, sizeof home.path, "%s/grants.json", home.folder);
    snprintf(home.script, sizeof home.script, "%s/bot.lua", home.folder);
    put(home.script, "print(1)");
    *state = &home;
    return mr_grants_new(home.path, NULL, &home.grants);
}

static int tear_down(void **state)
{
    struct home *home = *state;
    mr_grants_free(home->grants);
    unlink(home->path);
    unlink(home->script);
    return rmdir(home->folder);
}

static void what_was_installed_is_known_again(void **state)
{
    struct home *home = *state;
    assert_false(mr_grants_changed(home->grants, home->script));
    assert_int_equal(mr_grants_installed(home->grants, home->script, needs), MR_OK);
    assert_true(mr_grants_is_installed(home->grants, home->script));
    assert_int_equal(mr_grants_find(home->grants, home->script, needs), MR_GRANT_YES);
    assert_false(mr_grants_changed(home->grants, home->script));
    put(home->script, "print(2)");
    assert_true(mr_grants_changed(home->grants, home->script));
    /* A no changes nothing, a yes takes it as it is. */
    assert_int_equal(mr_grants_record(home->grants, home->script, needs, MR_GRANT_NO), MR_OK);
    assert_true(mr_grants_changed(home->grants, home->script));
    assert_int_equal(mr_grants_record(home->grants, home->script, needs, MR_GRANT_YES), MR_OK);
    assert_false(mr_grants_changed(home->grants, home->script));
    assert_int_equal(unlink(home->script), 0);
    assert_true(mr_grants_changed(home->grants, home->script));
    assert_int_equal(mr_grants_installed(home->grants, home->script, needs), MR_ENOTFOUND);
    assert_int_equal(mr_grants_forget(home->grants, home->script), MR_OK);
    assert_false(mr_grants_changed(home->grants, home->script));
    assert_int_equal(mr_grants_find(home->grants, home->script, needs), MR_GRANT_UNKNOWN);
}

static void what_was_taken_back_stays_away(void **state)
{
    struct home *home = *state;
    struct mr_grants *g = home->grants, *later;
    assert_int_equal(mr_grants_revoke(g, home->script, needs, "send", true), MR_OK);
    assert_int_equal(mr_grants_find(g, home->script, needs), MR_GRANT_YES);
    assert_true(mr_grants_is_revoked(g, home->script, "send"));
    assert_false(mr_grants_is_revoked(g, home->script, "raw"));
    assert_int_equal(mr_grants_revoke(g, home->script, needs, "raw", true), MR_OK);
    assert_int_equal(mr_grants_revoke(g, home->script, needs, "send", false), MR_OK);
    assert_int_equal(mr_grants_new(home->path, NULL, &later), MR_OK);
    assert_false(mr_grants_is_revoked(later, home->script, "send"));
    assert_true(mr_grants_is_revoked(later, home->script, "raw"));
    assert_int_equal(mr_grants_record(later, home->script, needs, MR_GRANT_YES), MR_OK);
    assert_false(mr_grants_is_revoked(later, home->script, "raw"));
    mr_grants_free(later);
}

static void the_question_is_in_plain_words(void **state)
{
    (void)state;
    static const char *const many[] = {"read:whisper", "process:notify-send", "http:example.org",
                                       NULL};
    struct mr_buf text;
    mr_buf_init(&text, 4096);
    assert_int_equal(mr_grants_question("greeter", "/g.lua", many, false, &text), MR_OK);
    assert_string_equal(mr_buf_str(&text),
                        "greeter wants to: read your whispers and notes; run the program "
                        "notify-send, which may do whatever you may; exchange data with "
                        "example.org over the network. Its file is /g.lua. Allow that?");
    mr_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_clients_keep_each_others_answers),
        cmocka_unit_test(clients_at_once_lose_nothing),
        cmocka_unit_test_setup_teardown(what_was_installed_is_known_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_taken_back_stays_away, set_up, tear_down),
        cmocka_unit_test(the_question_is_in_plain_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
