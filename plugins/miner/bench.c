#include "plugins/miner/bench.h"

#include "core/base/exit.h"
#include "core/wire/hash.h"
#include "plugins/miner/engine/dispatch.h"
#include "plugins/miner/figures.h"

#include <cjson/cJSON.h>
#include <moonroom/errors.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TURNS_MAX = 2001,
    STEPS = 4,      /* of a search, in a turn */
    DIGESTS = 4000, /* of OpenSSL, in a turn */
    MESSAGE = MR_WORK_S_BYTES + MR_WORK_HASH_HEX,
    WARM_MS = 200,   /* before the threads are measured */
    ENGINE_SHARE = 4 /* a quarter of the time is the engine's */
};

/* Seconds for one attempt, once a turn. */
struct series {
    double turns[TURNS_MAX];
    size_t count;
};

struct bench {
    const struct mr_kernel *kernels[MR_KERNELS_MAX];
    size_t count;
    struct mr_search *search;
    struct series kernel[MR_KERNELS_MAX], limit[MR_KERNELS_MAX], one_shot, evp;
    unsigned threads;
    double engine; /* attempts a second */
    const struct mr_kernel *best;
};

static double seconds_of(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* The time that this thread has had; what others took of the processor does not count. */
static double cpu(void)
{
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

static void note(struct series *series, double begin, double attempts)
{
    if (series->count < TURNS_MAX && attempts > 0)
        series->turns[series->count++] = (cpu() - begin) / attempts;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Attempts a second, the median; 0 if there is none. */
static double median_rate(struct series *series)
{
    if (series->count == 0)
        return 0;
    qsort(series->turns, series->count, sizeof series->turns[0], compare);
    return 1 / series->turns[series->count / 2];
}

static void ignore(void *ctx, const struct mr_solution *solution)
{
    (void)ctx;
    (void)solution;
}

/* More zeros than anybody finds, so that nothing but hashing is measured. */
static struct mr_search_job hard_job(const struct mr_kernel *kernel)
{
    struct mr_search_job job = {
        .zeros = MR_LIMIT_ZEROS, .alphabet = MR_SPACE_ALPHABET, .kernel = kernel};
    memset(job.prev_hash, '0', sizeof job.prev_hash);
    return job;
}

static void turn_of_kernel(struct bench *bench, size_t i)
{
    const struct mr_kernel *kernel = bench->kernels[i];
    struct mr_search_job job = hard_job(kernel);
    double attempts = 0;
    mr_search_begin(bench->search, &job, 0, NULL);
    /* The first one finds "the best so far" again and again. */
    (void)mr_search_step(bench->search, ignore, NULL);
    double begin = cpu();
    for (int step = 0; step < STEPS; step++)
        attempts += (double)mr_search_step(bench->search, ignore, NULL);
    note(&bench->kernel[i], begin, attempts);
    if (!kernel->saturate)
        return;
    begin = cpu();
    attempts = (double)kernel->saturate((uint64_t)attempts);
    note(&bench->limit[i], begin, attempts);
}

static int turn_of_openssl(enum mr_hash_way way, struct series *series)
{
    uint8_t message[MESSAGE], digest[MR_SHA512_BYTES];
    memset(message, 'a', sizeof message);
    double begin = cpu();
    int err = mr_hash_repeat(way, message, sizeof message, DIGESTS, digest);
    note(series, begin, DIGESTS);
    return err;
}

static int one_thread(struct bench *bench, double seconds)
{
    double end = seconds_of(CLOCK_MONOTONIC) + seconds;
    int err = MR_OK;
    do {
        for (size_t i = 0; i < bench->count; i++)
            turn_of_kernel(bench, i);
        err = turn_of_openssl(MR_HASH_ONE_SHOT, &bench->one_shot);
        if (err == MR_OK)
            err = turn_of_openssl(MR_HASH_EVP, &bench->evp);
    } while (err == MR_OK && seconds_of(CLOCK_MONOTONIC) < end &&
             bench->one_shot.count < TURNS_MAX);
    return err;
}

static void no_wake(void *ctx)
{
    (void)ctx;
}

static void sleep_for(double seconds)
{
    struct timespec time = {.tv_sec = (time_t)seconds};
    time.tv_nsec = (long)(1e9 * (seconds - (double)time.tv_sec));
    nanosleep(&time, NULL);
}

static int all_threads(struct bench *bench, double seconds)
{
    struct mr_engine *engine = NULL;
    struct mr_engine_stats before, after;
    struct mr_engine_job job = {.search = hard_job(bench->best), .shards = 1, .wanted = 1};
    mr_mine_options_complete(&job);
    bench->threads = job.threads;
    int err = mr_engine_new(no_wake, NULL, &engine);
    if (err == MR_OK)
        err = mr_engine_start(engine, &job, NULL);
    if (err == MR_OK) {
        sleep_for(WARM_MS / 1000.0);
        mr_engine_stats(engine, &before);
        double begin = seconds_of(CLOCK_MONOTONIC);
        sleep_for(seconds);
        mr_engine_stats(engine, &after);
        bench->engine =
            (double)(after.attempts - before.attempts) / (seconds_of(CLOCK_MONOTONIC) - begin);
    }
    mr_engine_free(&engine);
    return err;
}

static void processor_name(char *out, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "re");
    snprintf(out, size, "unknown");
    while (file && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (colon && strncmp(line, "model name", 10) == 0) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(out, size, "%s", colon + 1 + strspn(colon + 1, " \t"));
            break;
        }
    }
    if (file)
        fclose(file);
}

static double ratio(double rate, double other)
{
    return other > 0 ? rate / other : 0;
}

static void print_json(struct bench *bench)
{
    char name[128];
    double one_shot = median_rate(&bench->one_shot), evp = median_rate(&bench->evp);
    cJSON *object = cJSON_CreateObject();
    processor_name(name, sizeof name);
    cJSON_AddStringToObject(object, "cpu", name);
    cJSON *kernels = cJSON_AddArrayToObject(object, "kernels");
    for (size_t i = 0; i < bench->count; i++) {
        double rate = median_rate(&bench->kernel[i]), limit = median_rate(&bench->limit[i]);
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "name", bench->kernels[i]->name);
        cJSON_AddNumberToObject(row, "hashes_per_s", rate);
        cJSON_AddNumberToObject(row, "ratio_sha512", ratio(rate, one_shot));
        cJSON_AddNumberToObject(row, "ratio_evp", ratio(rate, evp));
        if (limit > 0)
            cJSON_AddNumberToObject(row, "limit_share", rate / limit);
        else
            cJSON_AddNullToObject(row, "limit_share");
        cJSON_AddItemToArray(kernels, row);
    }
    cJSON *openssl = cJSON_AddObjectToObject(object, "openssl");
    cJSON_AddNumberToObject(openssl, "sha512_per_s", one_shot);
    cJSON_AddNumberToObject(openssl, "evp_per_s", evp);
    cJSON_AddStringToObject(object, "best", bench->best->name);
    cJSON *engine = cJSON_AddObjectToObject(object, "engine");
    cJSON_AddNumberToObject(engine, "threads", bench->threads);
    cJSON_AddNumberToObject(engine, "hashes_per_s", bench->engine);
    char *text = cJSON_PrintUnformatted(object);
    if (text)
        puts(text);
    cJSON_free(text);
    cJSON_Delete(object);
}

static void print_row(const char *name, double rate, double one_shot, double evp, double limit)
{
    char count[32], share[16] = "";
    mr_figures_count(rate, count, sizeof count);
    if (limit > 0)
        snprintf(share, sizeof share, "%.0f %%", 100 * rate / limit);
    printf("  %-24s %9s/s %9.2f %9.2f %9s\n", name, count, ratio(rate, one_shot), ratio(rate, evp),
           share);
}

static void print_table(struct bench *bench)
{
    char name[128], count[32];
    double one_shot = median_rate(&bench->one_shot), evp = median_rate(&bench->evp);
    processor_name(name, sizeof name);
    printf("%s\nOne thread, medians of %zu turns    x SHA512()     x EVP   of limit\n", name,
           bench->one_shot.count);
    for (size_t i = 0; i < bench->count; i++)
        print_row(bench->kernels[i]->name, median_rate(&bench->kernel[i]), one_shot, evp,
                  median_rate(&bench->limit[i]));
    print_row("OpenSSL EVP, reused", evp, one_shot, evp, 0);
    print_row("OpenSSL SHA512()", one_shot, one_shot, evp, 0);
    mr_figures_count(bench->engine, count, sizeof count);
    printf("The engine with %s on %u threads: %s/s\n", bench->best->name, bench->threads, count);
}

static void choose_best(struct bench *bench)
{
    double most = -1;
    for (size_t i = 0; i < bench->count; i++) {
        double rate = median_rate(&bench->kernel[i]);
        if (rate > most) {
            most = rate;
            bench->best = bench->kernels[i];
        }
    }
}

int mr_bench_run(const struct mr_mine_options *options)
{
    struct bench *bench = calloc(1, sizeof *bench);
    double engine = (double)options->seconds / ENGINE_SHARE;
    int err = bench ? MR_OK : MR_ENOMEM;
    if (bench) {
        bench->search = aligned_alloc(alignof(struct mr_search), sizeof *bench->search);
        bench->count = mr_kernels(bench->kernels);
        err = bench->search ? one_thread(bench, options->seconds - engine) : MR_ENOMEM;
    }
    if (err == MR_OK) {
        choose_best(bench);
        err = all_threads(bench, engine);
    }
    if (err == MR_OK && options->json)
        print_json(bench);
    else if (err == MR_OK)
        print_table(bench);
    else
        fprintf(stderr, "moonroom bench: %s\n", mr_error_text(err));
    if (bench)
        free(bench->search);
    free(bench);
    return err == MR_OK ? MR_EXIT_OK : MR_EXIT_FAILED;
}
