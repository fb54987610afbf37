/* Messages through filters in scripts: how many a second, and how long one takes.
 *
 * Prints one JSON object a line. Five scripts, each in its process, each with one filter of the
 * kind incoming; the items are those of a chat message, and leave in order. Pipelined: as many as
 * the chain takes at a time. Idle: one at a time, with a pause before each, so that all processes
 * sleep.
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

#include <cmocka.h>

#include "core/runtime/json.h"
#include "tests/unit/script/harness.h"

enum { SECONDS = 4, WARM = 2000, IDLE = 1000, IDLE_WARM = 100, SCRIPTS = 5 };

struct bench {
    struct harness h;
    struct mr_timer *pause;
    double samples[IDLE];
    double begin;     /* of the item on its way, or of all behind the warm ones */
    double cpu_begin; /* of all processes, then */
    size_t passed, left, wanted;
    bool full;
    int pids[SCRIPTS];
};

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static cJSON *message(size_t number)
{
    char text[64];
    cJSON *item = cJSON_CreateObject();
    snprintf(text, sizeof text, "a line of some forty characters, %zu", number);
    mr_json_set_string(item, "from", "alice");
    mr_json_set_string(item, "text", text);
    mr_json_set_string(item, "chat", "Lobby");
    mr_json_set_bool(item, "self", false);
    mr_json_set_string(item, "raw", text);
    mr_json_set_string(item, "kind", "message");
    return item;
}

/* What the core and all scripts have used so far. */
static double cpu_us(struct bench *b)
{
    struct timespec own;
    double sum = 0;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    for (int i = 0; i < SCRIPTS; i++) {
        clockid_t clock;
        struct timespec used = {0};
        if (b->pids[i] > 0 && clock_getcpuclockid(b->pids[i], &clock) == 0) {
            clock_gettime(clock, &used);
        }
        sum += (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
    }
    return sum + (double)own.tv_sec * 1e6 + (double)own.tv_nsec / 1e3;
}

static void feed(struct bench *b);

static void on_left(void *ctx, bool dropped, cJSON *item)
{
    struct bench *b = ctx;
    (void)dropped;
    cJSON_Delete(item);
    if (++b->left == WARM) {
        b->begin = now_us();
        b->cpu_begin = cpu_us(b);
    }
    if (b->left > WARM && now_us() - b->begin > SECONDS * 1e6) {
        mr_loop_stop(b->h.core.loop);
    }
}

static void on_full(void *ctx, bool full)
{
    struct bench *b = ctx;
    b->full = full;
    if (!full) {
        feed(b);
    }
}

static void feed(struct bench *b)
{
    while (!b->full) {
        assert_int_equal(mr_filters_pass(b->h.core.filters, MR_FILTER_INCOMING,
                                         message(b->passed++), true, on_left, b),
                         MR_OK);
    }
}

static void start_feeding(void *ctx)
{
    feed(ctx);
}

static void bench_pipelined(struct bench *b)
{
    b->passed = b->left = 0;
    b->full = false;
    mr_filters_watch(b->h.core.filters, MR_FILTER_INCOMING, on_full, b);
    assert_int_equal(mr_loop_defer(b->h.core.loop, start_feeding, b), MR_OK);
    assert_int_equal(mr_loop_run(b->h.core.loop), MR_OK);
    double seconds = (now_us() - b->begin) / 1e6;
    double count = (double)(b->left - WARM);
    double cpu = cpu_us(b) - b->cpu_begin;
    mr_filters_watch(b->h.core.filters, MR_FILTER_INCOMING, NULL, NULL);
    printf("{\"name\": \"filtered\", \"scripts\": %d, \"messages_a_second\": %.0f, "
           "\"cpu_us_a_message\": %.1f}\n",
           SCRIPTS, count / seconds, cpu / count);
}

static void pass_one(void *ctx);

static void on_one_left(void *ctx, bool dropped, cJSON *item)
{
    struct bench *b = ctx;
    (void)dropped;
    if (b->left >= IDLE_WARM) {
        b->samples[b->left - IDLE_WARM] = now_us() - b->begin;
    }
    cJSON_Delete(item);
    if (++b->left == b->wanted) {
        mr_loop_stop(b->h.core.loop);
    } else {
        assert_int_equal(mr_timer_start(b->h.core.loop, 2, 0, pass_one, b, &b->pause), MR_OK);
    }
}

static void pass_one(void *ctx)
{
    struct bench *b = ctx;
    cJSON *item = message(b->left);
    mr_timer_stop(&b->pause);
    b->begin = now_us();
    assert_int_equal(
        mr_filters_pass(b->h.core.filters, MR_FILTER_INCOMING, item, true, on_one_left, b), MR_OK);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void bench_idle(struct bench *b, int scripts)
{
    b->left = 0;
    b->wanted = IDLE_WARM + IDLE;
    assert_int_equal(mr_loop_defer(b->h.core.loop, pass_one, b), MR_OK);
    assert_int_equal(mr_loop_run(b->h.core.loop), MR_OK);
    qsort(b->samples, IDLE, sizeof b->samples[0], compare);
    printf("{\"name\": \"filter delay, %d script%s\", \"median_us\": %.1f, \"p90_us\": %.1f, "
           "\"p99_us\": %.1f, \"count\": %d}\n",
           scripts, scripts == 1 ? "" : "s", b->samples[IDLE / 2], b->samples[IDLE * 9 / 10],
           b->samples[IDLE * 99 / 100], IDLE);
}

static void load(struct bench *b, int number)
{
    char name[8];
    char file[16];
    char event[32];
    char params[32];
    snprintf(name, sizeof name, "f%d", number);
    snprintf(file, sizeof file, "%s.lua", name);
    snprintf(event, sizeof event, "script_loaded %s", name);
    harness_script(&b->h, file,
                   "script { needs = { 'read' } }\n"
                   "chat.filter('incoming', function(m)\n"
                   "  if m.text == 'spam' then return false end\n"
                   "end)");
    harness_load(&b->h, name);
    harness_until(&b->h, event);
    snprintf(params, sizeof params, "{\"name\":\"%s\"}", name);
    cJSON *info = cJSON_Parse(harness_call(&b->h, "script.info", params));
    b->pids[number] = (int)mr_json_int(info, "pid", 0);
    cJSON_Delete(info);
}

int main(void)
{
    static struct bench b;
    signal(SIGPIPE, SIG_IGN);
    harness_start(&b.h);
    load(&b, 0);
    bench_idle(&b, 1);
    for (int i = 1; i < SCRIPTS; i++) {
        load(&b, i);
    }
    bench_idle(&b, SCRIPTS);
    bench_pipelined(&b);
    if (harness_has(&b.h, "passed over")) {
        printf("{\"name\": \"filters were passed over\"}\n");
    }
    harness_stop(&b.h);
    return 0;
}
