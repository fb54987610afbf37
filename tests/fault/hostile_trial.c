/* hostile_trial FILE CODE: a hostile script beside a good one.
 *
 * Loads both, sends the hostile one the event that sets it off, and keeps asking the good one. CODE
 * is how the hostile script has to end ("timeout", "no_memory"), or "running" if it may live on.
 * Prints one line of JSON with what was measured; exits with 1 when the script did not end so or
 * the good one fell silent.
 */
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

enum { WATCH_MS = 3000, ASK_EVERY_MS = 50, PATH = 1024 };

static const char *path;
static const char *expected;

struct figures {
    uint64_t gone_ms;       /* from the event to the end */
    uint64_t good_worst_ms; /* the slowest answer of the good script */
    int64_t peak_kib;       /* largest memory of the hostile process that was seen */
    unsigned asked;
};

static void watch_memory(struct harness *h, struct figures *figures)
{
    cJSON *list = cJSON_Parse(harness_call(h, "script.list", "{}"));
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
        char params[256];
        const char *name = mr_json_string(item, "name");
        const char *state = mr_json_string(item, "state");
        if (!name || strcmp(name, "good") == 0 || strcmp(state, "available") == 0) {
            continue;
        }
        snprintf(params, sizeof params, "{\"name\":\"%s\"}", name);
        cJSON *info = cJSON_Parse(harness_call(h, "script.info", params));
        int64_t kib = mr_json_int(info, "memory_kib", 0);
        figures->peak_kib = kib > figures->peak_kib ? kib : figures->peak_kib;
        cJSON_Delete(info);
    }
    cJSON_Delete(list);
}

/* Asks the good script something and waits for its answer. */
static void ask_good(struct harness *h, struct figures *figures)
{
    char json[64];
    char answer[64];
    snprintf(json, sizeof json, "{\"text\":\"%u\"}", ++figures->asked);
    snprintf(answer, sizeof answer, "good| heard %u\n", figures->asked);
    harness_emit(h, "message", json);
    uint64_t ms = harness_until(h, answer);
    figures->good_worst_ms = ms > figures->good_worst_ms ? ms : figures->good_worst_ms;
}

static bool ended(const struct harness *h)
{
    return harness_has(h, "script_ended ");
}

static void check_end(const struct harness *h, bool lives)
{
    char line[128];
    const char *name = strrchr(path, '/') + 1;
    if (lives) {
        assert_false(ended(h));
        return;
    }
    snprintf(line, sizeof line, "script_ended %.*s %s ", (int)(strlen(name) - strlen(".lua")), name,
             expected);
    if (!harness_has(h, line)) {
        fail_msg("'%s' is not in '%s'", line, mr_buf_str(&h->events));
    }
}

static void trial(void **state)
{
    (void)state;
    struct harness h;
    struct figures figures = {0};
    bool lives = strcmp(expected, "running") == 0;
    harness_start(&h);
    harness_script(&h, "good.lua", "chat.on('message', function(m) print('heard ' .. m.text) end)");
    harness_load(&h, "good");
    harness_until(&h, "script_loaded good");
    uint64_t begin = mr_loop_now_ms(h.core.loop);
    harness_load(&h, path);
    harness_until_ready(&h);
    if (!ended(&h)) {
        begin = mr_loop_now_ms(h.core.loop);
        harness_emit(&h, "block", "{}");
    }
    while (!ended(&h) &&
           mr_loop_now_ms(h.core.loop) - begin < (lives ? WATCH_MS : HARNESS_WAIT_MS)) {
        ask_good(&h, &figures);
        watch_memory(&h, &figures);
        harness_run(&h, ASK_EVERY_MS);
    }
    figures.gone_ms = mr_loop_now_ms(h.core.loop) - begin;
    check_end(&h, lives);
    ask_good(&h, &figures);
    assert_int_equal(mr_scripts_running(h.scripts), lives ? 2 : 1);
    printf("{\"gone_ms\": %llu, \"good_worst_ms\": %llu, \"peak_kib\": %lld, \"asked\": %u}\n",
           (unsigned long long)figures.gone_ms, (unsigned long long)figures.good_worst_ms,
           (long long)figures.peak_kib, figures.asked);
    harness_stop(&h);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(trial)};
    if (argc != 3) {
        fputs("Usage: hostile_trial FILE CODE\n", stderr);
        return 2;
    }
    path = argv[1];
    expected = argv[2];
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
