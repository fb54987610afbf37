/* A script's process that does not keep to the link: it is stopped with a reason, or lives on where
 * that harms nobody; the core and the others never notice. */
#include <moonroom/errors.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/script/harness.h"

static const struct {
    const char *mode;
    const char *end; /* what is told of its end; NULL: it may live on */
} rows[] = {
    {"exit", "script_ended bad closed it ended"},
    {"abort", "script_ended bad internal it crashed (signal 6)"},
    {"close", "script_ended bad closed it closed its link"},
    {"half_close", "script_ended bad closed it closed its link"},
    {"half", "script_ended bad closed it ended"},
    {"long", "script_ended bad protocol it broke the protocol of its link: a line is longer"},
    {"endless", "script_ended bad protocol it broke the protocol of its link: a line is longer"},
    {"deep", "script_ended bad protocol"},
    {"array", "script_ended bad protocol"},
    {"no_id", "script_ended bad protocol"},
    {"garbage", "script_ended bad protocol"},
    {"twice", NULL},
    {"wrong_ids", NULL},
    {"unknown", NULL},
    {"flood", NULL},
    {"notify_flood", NULL},
    {"log", NULL},
    {"deaf", NULL},
};

static void point_at(struct harness *h, const char *host)
{
    free(h->paths.lua_host);
    h->paths.lua_host = strdup(host);
}

static void try_row(size_t i)
{
    struct harness h;
    char source[64];
    harness_start(&h);
    harness_script(&h, "good.lua", "chat.on('message', function() print('good here') end)");
    harness_load(&h, "good");
    harness_until(&h, "script_loaded good");
    point_at(&h, MR_BAD_HOST);
    snprintf(source, sizeof source, "-- bad: %s", rows[i].mode);
    harness_script(&h, "bad.lua", source);
    harness_load(&h, "bad");
    if (rows[i].end) {
        harness_until(&h, rows[i].end);
    } else {
        harness_until(&h, "script_loaded bad");
    }
    harness_emit(&h, "message", "{}");
    harness_until(&h, "good| good here");
    if (!rows[i].end) {
        assert_string_equal(harness_call(&h, "script.unload", "{\"name\":\"bad\"}"), "true");
    }
    assert_int_equal(mr_scripts_running(h.scripts), 1);
    harness_stop(&h);
}

static void test_bad_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("%s\n", rows[i].mode);
        try_row(i);
    }
}

static void test_no_host_at_all(void **state)
{
    (void)state;
    struct harness h;
    harness_start(&h);
    point_at(&h, "/nonexistent/moonroom-lua");
    harness_script(&h, "a.lua", "");
    harness_load(&h, "a");
    harness_until(&h, "script_ended a");
    harness_stop(&h);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_hosts),
        cmocka_unit_test(test_no_host_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
