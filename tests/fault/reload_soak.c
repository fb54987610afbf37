/* reload_soak SAVES RATE: saves a counting script so often, while RATE messages a second come in,
 * and compares what it counted with what was sent. Prints the figures; exits with 1 when they
 * differ. */
#include <moonroom/errors.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/runtime/json.h"
#include "tests/unit/script/harness.h"

enum { TICK_MS = 5 };

struct soak {
    struct harness h;
    uint64_t begin_ms, rate;
    uint64_t sent;
};

static void save(struct soak *soak, long number)
{
    char text[512];
    snprintf(text, sizeof text,
             "local n = 0 -- save %ld\n"
             "chat.on('message', function() n = n + 1 end)\n"
             "chat.on('block', function() print('counted ' .. n) end)\n"
             "script.on_save(function() return n end)\n"
             "script.on_restore(function(state) n = state end)\n",
             number);
    harness_script(&soak->h, "count.lua", text);
}

/* As many as are due by now. */
static void send_due(struct soak *soak)
{
    uint64_t due = (mr_loop_now_ms(soak->h.core.loop) - soak->begin_ms) * soak->rate / 1000;
    /* Where the machine stood still, they do not come all at once: that would be another test. */
    for (int i = 0; soak->sent < due && i < 50; i++) {
        harness_emit(&soak->h, "message", "{\"from\":\"bob\",\"text\":\"one more\"}");
        soak->sent++;
    }
}

static void done(void *ctx, int err, const char *text, const cJSON *result)
{
    (void)result;
    *(int *)ctx = err < 0 ? -1 : 1;
    if (err < 0) {
        fprintf(stderr, "reload: %s\n", text);
    }
}

static bool reload(struct soak *soak)
{
    int ended = 0;
    cJSON *params = cJSON_CreateObject();
    mr_json_set_string(params, "name", "count");
    mr_api_call(soak->h.core.api, soak->h.core.user, "script.reload", params, done, &ended);
    cJSON_Delete(params);
    while (ended == 0) {
        send_due(soak);
        harness_run(&soak->h, TICK_MS);
    }
    return ended > 0;
}

static long saves;
static struct soak soak;

static void run(void **state)
{
    char expected[64];
    (void)state;
    harness_start(&soak.h);
    save(&soak, 0);
    harness_load(&soak.h, "count");
    harness_until(&soak.h, "script_loaded count");
    soak.begin_ms = mr_loop_now_ms(soak.h.core.loop);
    long failed = 0;
    for (long i = 1; i <= saves; i++) {
        save(&soak, i);
        failed += !reload(&soak);
        harness_forget(&soak.h);
    }
    double seconds = (double)(mr_loop_now_ms(soak.h.core.loop) - soak.begin_ms) / 1000;
    printf("%ld saves, %ld failed, %llu messages in %.1f s\n", saves, failed,
           (unsigned long long)soak.sent, seconds);
    harness_emit(&soak.h, "block", "{}");
    snprintf(expected, sizeof expected, "counted %llu\n", (unsigned long long)soak.sent);
    harness_until(&soak.h, expected);
    assert_int_equal(failed, 0);
    harness_stop(&soak.h);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(run)};
    if (argc != 3) {
        fputs("Usage: reload_soak SAVES RATE\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    saves = strtol(argv[1], NULL, 10);
    soak.rate = strtoul(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
