#include "plugins/miner/serve.h"

#include "core/base/buf.h"
#include "core/base/exit.h"
#include "core/base/hex.h"
#include "core/base/str.h"
#include "plugins/miner/engine/dispatch.h"
#include "plugins/miner/options.h"
#include "plugins/miner/waker.h"

#include <cjson/cJSON.h>
#include <moonroom/errors.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* JSON-RPC 2.0, section 5.1: the range for errors of the server. */
enum { RPC_ERROR_BASE = -32000, READ_BYTES = 65536 };

struct serve {
    struct mr_engine *engine;
    struct mr_engine_job job; /* the newest, for those that change a part of it */
    bool has_job;
    uint64_t number;      /* of the job */
    uint64_t told_ending; /* the newest job of which it was said that it is exhausted */
    struct mr_buf in;
    bool broken;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Writing */

static void write_all(struct serve *serve, const char *bytes, size_t len)
{
    while (len > 0 && !serve->broken) {
        ssize_t done = write(STDOUT_FILENO, bytes, len);
        if (done > 0) {
            bytes += done;
            len -= (size_t)done;
        } else if (done < 0 && errno != EINTR) {
            serve->broken = true;
        }
    }
}

/* Sends and deletes a message. */
static void send(struct serve *serve, cJSON *message)
{
    cJSON_AddStringToObject(message, "jsonrpc", "2.0");
    char *text = cJSON_PrintUnformatted(message);
    cJSON_Delete(message);
    if (!text) {
        serve->broken = true;
        return;
    }
    size_t len = strlen(text);
    text[len] = '\n'; /* in place of the NUL: the length counts from here on */
    write_all(serve, text, len + 1);
    cJSON_free(text);
}

static void notify(struct serve *serve, const char *method, cJSON *params)
{
    cJSON *message = cJSON_CreateObject();
    cJSON_AddStringToObject(message, "method", method);
    cJSON_AddItemToObject(message, "params", params);
    send(serve, message);
}

static void answer(struct serve *serve, const cJSON *id, cJSON *result)
{
    cJSON *message = cJSON_CreateObject();
    cJSON_AddItemToObject(message, "id", cJSON_Duplicate(id, true));
    cJSON_AddItemToObject(message, "result", result);
    send(serve, message);
}

static void refuse(struct serve *serve, const cJSON *id, int err, const char *text)
{
    cJSON *message = cJSON_CreateObject();
    cJSON_AddItemToObject(message, "id", id ? cJSON_Duplicate(id, true) : cJSON_CreateNull());
    cJSON *error = cJSON_AddObjectToObject(message, "error");
    cJSON_AddNumberToObject(error, "code", RPC_ERROR_BASE + err);
    cJSON_AddStringToObject(error, "message", *text ? text : mr_error_text(err));
    cJSON_AddStringToObject(cJSON_AddObjectToObject(error, "data"), "code", mr_error_name(err));
    send(serve, message);
}

static void add_solution(cJSON *object, const struct mr_solution *solution)
{
    char hex[MR_SHA512_HEX + 1], s[MR_WORK_S_BYTES + 1];
    memcpy(s, solution->s, MR_WORK_S_BYTES);
    s[MR_WORK_S_BYTES] = '\0';
    mr_hex_encode(solution->digest, MR_SHA512_BYTES, hex);
    cJSON_AddStringToObject(object, "s", s);
    cJSON_AddStringToObject(object, "digest", hex);
}

/* Parameters */

/* A whole number within bounds, if it is there. */
static int take_number(const cJSON *params, const char *key, double min, double max, double *out,
                       char *why, size_t why_size)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(params, key);
    if (!item)
        return MR_OK;
    double value = cJSON_IsNumber(item) ? item->valuedouble : min - 1;
    if (value < min || value > max || value != (double)(int64_t)value) {
        snprintf(why, why_size, "%s: a whole number from %.0f to %.0f is wanted.", key, min, max);
        return MR_EINVAL;
    }
    *out = value;
    return MR_OK;
}

static const struct {
    const char *key;
    int (*set)(struct mr_engine_job *job, const char *text, char *why, size_t why_size);
} texts[] = {{"prev_hash", mr_mine_set_prev},
             {"order", mr_mine_set_order},
             {"kernel", mr_mine_set_kernel},
             {"alphabet", mr_mine_set_alphabet},
             {"prefix", mr_mine_set_prefix}};

static int take_texts(const cJSON *params, struct mr_engine_job *job, char *why, size_t why_size)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(params, texts[i].key);
        if (!item)
            continue;
        if (!cJSON_IsString(item)) {
            snprintf(why, why_size, "%s: a text is wanted.", texts[i].key);
            return MR_EINVAL;
        }
        int err = texts[i].set(job, item->valuestring, why, why_size);
        if (err != MR_OK)
            return err;
    }
    return MR_OK;
}

static int take_numbers(const cJSON *params, struct mr_engine_job *job, char *why, size_t why_size)
{
    double zeros = job->search.zeros, threads = job->threads, shard = job->shard;
    double shards = job->shards, wanted = (double)job->wanted;
    int err = take_number(params, "zeros", 0, MR_LIMIT_ZEROS, &zeros, why, why_size);
    if (err == MR_OK)
        err = take_number(params, "threads", 1, MR_LIMIT_MINE_THREADS, &threads, why, why_size);
    if (err == MR_OK)
        err = take_number(params, "shards", 1, UINT32_MAX, &shards, why, why_size);
    if (err == MR_OK)
        err = take_number(params, "shard", 0, shards - 1, &shard, why, why_size);
    if (err == MR_OK)
        err = take_number(params, "wanted", 0, 1e15, &wanted, why, why_size);
    job->search.zeros = (int)zeros;
    job->threads = (unsigned)threads;
    job->shard = (uint32_t)shard;
    job->shards = (uint32_t)shards;
    job->wanted = (uint64_t)wanted;
    return err;
}

/* Methods: the result, or NULL with *err and a sentence in why. */

static cJSON *begin(struct serve *serve, struct mr_engine_job *job, const cJSON *params, int *err,
                    char *why, size_t why_size)
{
    *err = take_texts(params, job, why, why_size);
    if (*err == MR_OK)
        *err = take_numbers(params, job, why, why_size);
    if (*err != MR_OK)
        return NULL;
    mr_mine_options_complete(job);
    *err = mr_engine_start(serve->engine, job, &serve->number);
    if (*err != MR_OK)
        return NULL;
    serve->job = *job;
    serve->has_job = true;
    cJSON *result = cJSON_CreateObject();
    cJSON_AddNumberToObject(result, "job", (double)serve->number);
    cJSON_AddStringToObject(result, "kernel", job->search.kernel->name);
    cJSON_AddNumberToObject(result, "threads", job->threads);
    return result;
}

static cJSON *do_start(struct serve *serve, const cJSON *params, int *err, char *why,
                       size_t why_size)
{
    struct mr_engine_job job = {.shards = 1, .wanted = 1};
    snprintf(job.search.alphabet, sizeof job.search.alphabet, "%s", MR_SPACE_ALPHABET);
    if (!cJSON_GetObjectItemCaseSensitive(params, "prev_hash") ||
        !cJSON_GetObjectItemCaseSensitive(params, "zeros")) {
        snprintf(why, why_size, "prev_hash and zeros say what to search for.");
        *err = MR_EINVAL;
        return NULL;
    }
    /* Measured once: the processor stays the same. */
    if (serve->has_job)
        job.search.kernel = serve->job.search.kernel;
    return begin(serve, &job, params, err, why, why_size);
}

/* What is not named stays as it was. */
static cJSON *do_block(struct serve *serve, const cJSON *params, int *err, char *why,
                       size_t why_size)
{
    struct mr_engine_job job = serve->job;
    if (!serve->has_job) {
        snprintf(why, why_size, "There was no start yet.");
        *err = MR_ESTATE;
        return NULL;
    }
    return begin(serve, &job, params, err, why, why_size);
}

static cJSON *do_stats(struct serve *serve, const cJSON *params, int *err, char *why,
                       size_t why_size)
{
    struct mr_engine_stats stats;
    struct timespec cpu;
    (void)params, (void)err, (void)why, (void)why_size;
    mr_engine_stats(serve->engine, &stats);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    cJSON *result = cJSON_CreateObject();
    cJSON_AddBoolToObject(result, "running", stats.running);
    cJSON_AddNumberToObject(result, "job", (double)stats.job);
    cJSON_AddNumberToObject(result, "seconds", now());
    cJSON_AddNumberToObject(result, "cpu_seconds", (double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec);
    cJSON_AddNumberToObject(result, "attempts", (double)stats.attempts);
    cJSON_AddNumberToObject(result, "job_attempts", (double)stats.job_attempts);
    cJSON *threads = cJSON_AddArrayToObject(result, "threads");
    for (unsigned i = 0; i < stats.threads; i++)
        cJSON_AddItemToArray(threads, cJSON_CreateNumber((double)stats.thread_attempts[i]));
    if (serve->has_job)
        cJSON_AddStringToObject(result, "kernel", serve->job.search.kernel->name);
    if (stats.has_best)
        add_solution(cJSON_AddObjectToObject(result, "best"), &stats.best);
    return result;
}

static cJSON *do_stop(struct serve *serve, const cJSON *params, int *err, char *why,
                      size_t why_size)
{
    mr_engine_stop(serve->engine);
    return do_stats(serve, params, err, why, why_size);
}

static cJSON *do_resume(struct serve *serve, const cJSON *params, int *err, char *why,
                        size_t why_size)
{
    *err = mr_engine_resume(serve->engine);
    if (*err == MR_OK)
        return do_stats(serve, params, err, why, why_size);
    snprintf(why, why_size, "There is no search that was stopped before its end.");
    return NULL;
}

static cJSON *do_kernels(struct serve *serve, const cJSON *params, int *err, char *why,
                         size_t why_size)
{
    const struct mr_kernel *list[MR_KERNELS_MAX];
    size_t count = mr_kernels(list);
    cJSON *result = cJSON_CreateArray();
    (void)serve, (void)params, (void)err, (void)why, (void)why_size;
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(result, cJSON_CreateString(list[i]->name));
    return result;
}

typedef cJSON *method_fn(struct serve *serve, const cJSON *params, int *err, char *why,
                         size_t why_size);

static const struct {
    const char *name;
    method_fn *fn;
} methods[] = {{"start", do_start},   {"block", do_block}, {"stop", do_stop},
               {"resume", do_resume}, {"stats", do_stats}, {"kernels", do_kernels}};

static void handle_message(struct serve *serve, const cJSON *message)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(message, "id");
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(message, "method"));
    const cJSON *params = cJSON_GetObjectItemCaseSensitive(message, "params");
    char why[256] = "";
    int err = MR_ENOTFOUND;
    cJSON *result = NULL;
    if (!name || (params && !cJSON_IsObject(params)))
        err = MR_EPROTOCOL;
    for (size_t i = 0; err == MR_ENOTFOUND && i < sizeof methods / sizeof methods[0]; i++) {
        if (strcmp(methods[i].name, name) == 0) {
            err = MR_OK;
            result = methods[i].fn(serve, params, &err, why, sizeof why);
            break;
        }
    }
    /* Without an id it is a notification, which nobody waits for. */
    if (result && id)
        answer(serve, id, result);
    else if (result)
        cJSON_Delete(result);
    else if (id || err == MR_EPROTOCOL)
        refuse(serve, id, err, why);
}

/* The loop */

static void handle_line(struct serve *serve, const char *line, size_t len)
{
    const char *end = line;
    cJSON *message = NULL;
    if (mr_utf8_valid(line, len))
        message = cJSON_ParseWithLengthOpts(line, len, &end, false);
    if (cJSON_IsObject(message) && mr_str_trim(end, (size_t)(line + len - end)).len == 0)
        handle_message(serve, message);
    else
        refuse(serve, NULL, MR_EPROTOCOL, "This line is no JSON object.");
    cJSON_Delete(message);
}

static void handle_lines(struct serve *serve)
{
    for (;;) {
        const char *line = mr_buf_str(&serve->in);
        const char *lf = memchr(line, '\n', mr_buf_len(&serve->in));
        if (!lf)
            return;
        size_t len = (size_t)(lf - line);
        handle_line(serve, line, len);
        mr_buf_consume(&serve->in, len + 1);
    }
}

/* false at the end of the input, or when a line is too long. */
static bool read_input(struct serve *serve)
{
    size_t room = mr_buf_room(&serve->in);
    uint8_t *to = mr_buf_reserve(&serve->in, room < READ_BYTES ? room : READ_BYTES);
    if (!to || room == 0)
        return false;
    ssize_t len = read(STDIN_FILENO, to, room < READ_BYTES ? room : READ_BYTES);
    if (len <= 0)
        return len < 0 && (errno == EINTR || errno == EAGAIN);
    mr_buf_commit(&serve->in, (size_t)len);
    handle_lines(serve);
    return !serve->broken;
}

static void tell_news(struct serve *serve)
{
    struct mr_engine_found found;
    struct mr_engine_stats stats;
    while (mr_engine_take(serve->engine, &found)) {
        cJSON *params = cJSON_CreateObject();
        cJSON_AddNumberToObject(params, "job", (double)found.job);
        cJSON_AddNumberToObject(params, "thread", found.thread);
        add_solution(params, &found.solution);
        notify(serve, "found", params);
    }
    mr_engine_stats(serve->engine, &stats);
    if (stats.exhausted && serve->told_ending != stats.job) {
        serve->told_ending = stats.job;
        cJSON *params = cJSON_CreateObject();
        cJSON_AddNumberToObject(params, "job", (double)stats.job);
        notify(serve, "exhausted", params);
    }
}

int mr_serve_run(void)
{
    struct serve serve = {0};
    int waker = mr_waker_open();
    if (waker < 0 || mr_engine_new(mr_waker_wake, &waker, &serve.engine) != MR_OK) {
        fprintf(stderr, "moonroom mine: the engine cannot start\n");
        return MR_EXIT_FAILED;
    }
    struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {waker, POLLIN, 0}};
    mr_buf_init(&serve.in, MR_LIMIT_RPC_LINE);
    for (bool more = true; more && !serve.broken;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            break;
        if (fds[0].revents)
            more = read_input(&serve);
        if (fds[1].revents) {
            mr_waker_clear(waker);
            tell_news(&serve);
        }
    }
    mr_engine_free(&serve.engine);
    mr_buf_free(&serve.in);
    close(waker);
    return MR_EXIT_OK;
}
