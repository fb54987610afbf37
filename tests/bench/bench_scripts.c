/* The way from an event to a Lua handler and back, and what a script's process costs.
 *
 * Prints one JSON object a line: the round trip of an event (handed over by core/script/process.h,
 * answered when the handler has returned), the same with a call of the core in the handler, the
 * start of a process up to a loaded script, its memory, and the attempts a second of a strategy's
 * loop.
 */
#include <moonroom/errors.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/runtime/json.h"
#include "core/script/process.h"
#include "tests/unit/script/harness.h"

enum { WARM = 2000, ROUNDS = 20000, STARTS = 50 };

struct bench {
    struct harness h;
    struct mr_process *process;
    double samples[ROUNDS];
    size_t count, wanted;
    bool idle; /* a pause before each event, so that both sides sleep */
    bool done;
    double begin;
    double open; /* of the event on its way */
};

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *name, double *samples, size_t count)
{
    qsort(samples, count, sizeof *samples, compare);
    printf("{\"name\": \"%s\", \"median_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f, "
           "\"count\": %zu}\n",
           name, samples[count / 2], samples[count * 9 / 10], samples[count * 99 / 100], count);
}

static void on_request(void *ctx, const cJSON *id, const char *method, const cJSON *params)
{
    struct bench *b = ctx;
    (void)params;
    if (id) {
        cJSON *result =
            strcmp(method, "event.subscribe") == 0 ? cJSON_CreateNumber(1) : cJSON_CreateTrue();
        (void)mr_rpc_reply(mr_process_rpc(b->process), id, result);
        cJSON_Delete(result);
    }
}

static void on_overrun(void *ctx, const char *what, bool often)
{
    (void)ctx;
    (void)what;
    (void)often;
}

static void on_end(void *ctx, const char *code, const char *text)
{
    struct bench *b = ctx;
    (void)code;
    (void)text;
    mr_process_free(&b->process);
    mr_loop_stop(b->h.core.loop);
}

static void start(struct bench *b)
{
    static const struct mr_process_callbacks callbacks = {on_request, on_overrun, NULL, on_end};
    static const struct mr_process_options options = {.name = "bench", .job_fd = -1};
    assert_int_equal(mr_process_start(&b->h.core, &options, &callbacks, b, &b->process), MR_OK);
}

static void on_loaded(void *ctx, int err, const char *text, const cJSON *result)
{
    struct bench *b = ctx;
    (void)result;
    if (err < 0) {
        fprintf(stderr, "%s\n", text);
    }
    mr_loop_stop(b->h.core.loop);
}

static void load(struct bench *b, const char *source)
{
    cJSON *params = cJSON_CreateObject();
    mr_json_set_string(params, "kind", "script");
    mr_json_set_string(params, "name", "bench");
    mr_json_set_string(params, "path", "bench.lua");
    mr_json_set_string(params, "source", source);
    assert_int_equal(mr_process_ask(b->process, "load", params, "load", 2000, on_loaded, b), MR_OK);
    cJSON_Delete(params);
    assert_int_equal(mr_loop_run(b->h.core.loop), MR_OK);
}

static void send_event(struct bench *b);

static void next(void *ctx)
{
    send_event(ctx);
}

static void on_answer(void *ctx, int err, const char *text, const cJSON *result)
{
    struct bench *b = ctx;
    (void)err;
    (void)text;
    (void)result;
    if (b->count >= WARM) {
        b->samples[b->count - WARM] = now_us() - b->open;
    }
    if (++b->count == b->wanted) {
        mr_loop_stop(b->h.core.loop);
    } else {
        (void)mr_loop_defer(b->h.core.loop, next, b);
    }
}

static void send_event(struct bench *b)
{
    cJSON *params = cJSON_CreateObject();
    cJSON *data = cJSON_AddObjectToObject(params, "data");
    mr_json_set_int(params, "id", 1);
    mr_json_set_string(params, "name", "message");
    mr_json_set_string(data, "from", "alice");
    mr_json_set_string(data, "text", "a line of some forty characters of text");
    mr_json_set_string(data, "chat", "Lobby");
    mr_json_set_bool(data, "self", false);
    mr_json_set_int(data, "time", 1764000000);
    if (b->idle) {
        usleep(300);
    }
    b->open = now_us();
    assert_int_equal(mr_process_ask(b->process, "event", params, "event", 1000, on_answer, b),
                     MR_OK);
    cJSON_Delete(params);
}

static void end(struct bench *b)
{
    mr_process_kill(b->process, "", "");
    assert_int_equal(mr_loop_run(b->h.core.loop), MR_OK);
}

static void round_trip(struct bench *b, const char *name, const char *source, bool idle)
{
    start(b);
    load(b, source);
    b->idle = idle;
    b->count = 0;
    b->wanted = WARM + (idle ? ROUNDS / 10 : ROUNDS);
    send_event(b);
    assert_int_equal(mr_loop_run(b->h.core.loop), MR_OK);
    report(name, b->samples, b->wanted - WARM);
    end(b);
}

static void bench_start(struct bench *b)
{
    double samples[STARTS];
    for (int i = 0; i < STARTS; i++) {
        double begin = now_us();
        start(b);
        load(b, "chat.on('message', function() end)");
        samples[i] = now_us() - begin;
        end(b);
    }
    report("start", samples, STARTS);
}

/* Rss and Pss of a process in KiB. */
static void memory_of(int pid, long *rss, long *pss)
{
    char path[64];
    char line[128];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        long *place = strncmp(line, "Rss:", 4) == 0   ? rss
                      : strncmp(line, "Pss:", 4) == 0 ? pss
                                                      : NULL;
        if (place) {
            *place = strtol(line + 4, NULL, 10);
        }
    }
    if (file) {
        fclose(file);
    }
}

/* Among several hosts, as in use: the pages of the program and its libraries are shared. */
static void bench_memory(struct bench *b)
{
    enum { HOSTS = 4 };
    struct mr_process *others[HOSTS];
    for (int i = 0; i < HOSTS; i++) {
        start(b);
        load(b, "chat.on('message', function() end)");
        others[i] = b->process;
    }
    start(b);
    load(b, "chat.on('message', function() end)");
    long rss = 0;
    long pss = 0;
    memory_of(mr_process_pid(b->process), &rss, &pss);
    printf("{\"name\": \"memory\", \"rss_kib\": %ld, \"pss_kib\": %ld, \"hosts\": %d}\n", rss, pss,
           HOSTS + 1);
    for (int i = 0; i < HOSTS; i++) {
        mr_process_free(&others[i]);
    }
    end(b);
}

int main(void)
{
    static struct bench b;
    signal(SIGPIPE, SIG_IGN);
    harness_start(&b.h);
    const char *plain = "chat.on('message', function(m) local x = m.text end)";
    round_trip(&b, "event", plain, false);
    round_trip(&b, "event when idle", plain, true);
    round_trip(&b, "event with a call", "chat.on('message', function(m) chat.me() end)", false);
    bench_start(&b);
    bench_memory(&b);
    harness_stop(&b.h);
    return 0;
}
