/* hostile_trial FILE CODE: a hostile script beside a good one.
 *
 * Loads both, sends the hostile one the event that sets it off, and keeps asking the good one. CODE
 * is how the hostile script has to end ("timeout", "no_memory"), "running" if it may live on, or
 * "refused" if it tries things, says what it ESCAPED by, and says that it tried everything.
 * Prints one line of JSON with what was measured; exits with 1 when the script did not end so, had
 * more memory than it may, or the good one fell silent.
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

/* What a trial of memory may cost: its process, and the core. Sanitizers have a memory of their
 * own.
 */
enum { PROCESS_KIB = 64 * 1024, CORE_KIB = 1024 };
#if defined(MR_SANITIZED)
static const bool memory_counts = false;
#else
static const bool memory_counts = true;
#endif

static const char *path;
static const char *expected;

struct figures {
    uint64_t gone_ms;       /* from the event to the end */
    uint64_t good_worst_ms; /* the slowest answer of the good script */
    int64_t peak_kib;       /* largest memory of the hostile process that was seen */
    int64_t core_kib;       /* by how much this process, the core, has grown */
    unsigned asked;
};

static int64_t own_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d %ld", &pages), 1); /* NOLINT(cert-err34-c) */
    fclose(file);
    return (int64_t)pages * 4;
}

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

static void check_memory(const struct figures *figures)
{
    if (memory_counts && strcmp(expected, "no_memory") == 0) {
        assert_in_range(figures->peak_kib, 0, PROCESS_KIB);
        assert_true(figures->core_kib <= CORE_KIB);
    }
}

static bool goes_on(struct harness *h, bool lives, uint64_t begin)
{
    uint64_t most = lives ? WATCH_MS : HARNESS_WAIT_MS;
    bool tried = strcmp(expected, "refused") == 0 && harness_has(h, "tried everything");
    return !ended(h) && !tried && mr_loop_now_ms(h->core.loop) - begin < most;
}

static void trial(void **state)
{
    (void)state;
    struct harness h;
    struct figures figures = {0};
    bool refused = strcmp(expected, "refused") == 0;
    bool lives = refused || strcmp(expected, "running") == 0;
    harness_start(&h);
    harness_script(&h, "good.lua", "chat.on('message', function(m) print('heard ' .. m.text) end)");
    harness_load(&h, "good");
    harness_until(&h, "script_loaded good");
    uint64_t begin = mr_loop_now_ms(h.core.loop);
    int64_t core_kib = own_kib();
    harness_load(&h, path);
    harness_until_ready(&h);
    if (!ended(&h)) {
        begin = mr_loop_now_ms(h.core.loop);
        harness_emit(&h, "block", "{}");
    }
    while (goes_on(&h, lives, begin)) {
        ask_good(&h, &figures);
        watch_memory(&h, &figures);
        harness_run(&h, ASK_EVERY_MS);
    }
    figures.gone_ms = mr_loop_now_ms(h.core.loop) - begin;
    figures.core_kib = own_kib() - core_kib;
    check_end(&h, lives);
    check_memory(&figures);
    assert_false(harness_has(&h, "ESCAPED"));
    assert_true(!refused || harness_has(&h, "tried everything"));
    ask_good(&h, &figures);
    assert_int_equal(mr_scripts_running(h.scripts), lives ? 2 : 1);
    printf("{\"gone_ms\": %llu, \"good_worst_ms\": %llu, \"peak_kib\": %lld, \"core_kib\": %lld, "
           "\"asked\": %u}\n",
           (unsigned long long)figures.gone_ms, (unsigned long long)figures.good_worst_ms,
           (long long)figures.peak_kib, (long long)figures.core_kib, figures.asked);
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
