/* What scripts may do, as it is kept on disk. */
#include "core/script/grants.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_clients_keep_each_others_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
