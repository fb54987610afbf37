#include "plugins/miner/once.h"

#include "core/base/exit.h"
#include "core/base/hex.h"
#include "plugins/miner/figures.h"
#include "plugins/miner/stop_file.h"
#include "plugins/miner/waker.h"

#include <cjson/cJSON.h>
#include <moonroom/errors.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 100 /* between two looks at the stop file, and for the progress line */ };

enum ending { RUNNING, FOUND, EXHAUSTED, STOPPED, INTERRUPTED };

struct once {
    const struct mr_mine_options *options;
    struct mr_engine_job job;
    struct mr_engine *engine;
    int waker, signals;
    int signal; /* that ended it */
    double begin;
    bool progress; /* standard error is a terminal */
    enum ending ending;
    struct mr_engine_found found;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* One line that is drawn over again and again. */
static void show_progress(struct once *once)
{
    struct mr_engine_stats stats;
    char rate[32], attempts[32], left[32];
    double seconds = now() - once->begin;
    int zeros = once->job.search.zeros;
    mr_engine_stats(once->engine, &stats);
    double done = (double)stats.attempts, a_second = seconds > 0 ? done / seconds : 0;
    mr_figures_count(a_second, rate, sizeof rate);
    mr_figures_count(done, attempts, sizeof attempts);
    mr_figures_time(a_second > 0 ? mr_figures_expected(zeros) / a_second : 0, left, sizeof left);
    fprintf(stderr, "\r%-79.79s\r%s/s  %s tried in %.0f s  chance so far %.1f %%  one takes %s", "",
            rate, attempts, seconds, 100 * mr_figures_chance(zeros, done), left);
    if (stats.has_best)
        fprintf(stderr, "  best has %d", mr_work_zeros(stats.best.digest));
    fflush(stderr);
}

static void print_json(const struct once *once)
{
    struct mr_engine_stats stats;
    char hex[MR_SHA512_HEX + 1], s[MR_WORK_S_BYTES + 1] = "";
    double seconds = now() - once->begin;
    cJSON *object = cJSON_CreateObject();
    mr_engine_stats(once->engine, &stats);
    cJSON_AddBoolToObject(object, "found", once->ending == FOUND);
    if (once->ending == FOUND) {
        memcpy(s, once->found.solution.s, MR_WORK_S_BYTES);
        mr_hex_encode(once->found.solution.digest, MR_SHA512_BYTES, hex);
        cJSON_AddStringToObject(object, "s", s);
        cJSON_AddStringToObject(object, "digest", hex);
    }
    snprintf(hex, sizeof hex, "%.*s", (int)MR_WORK_HASH_HEX, once->job.search.prev_hash);
    cJSON_AddStringToObject(object, "prev_hash", hex);
    cJSON_AddNumberToObject(object, "zeros", once->job.search.zeros);
    cJSON_AddStringToObject(object, "order", mr_work_order_name(once->job.search.order));
    cJSON_AddNumberToObject(object, "attempts", (double)stats.attempts);
    cJSON_AddNumberToObject(object, "seconds", seconds);
    cJSON_AddNumberToObject(object, "hashes_per_s", (double)stats.attempts / seconds);
    cJSON_AddStringToObject(object, "kernel", once->job.search.kernel->name);
    cJSON_AddNumberToObject(object, "threads", once->job.threads);
    cJSON_AddNumberToObject(object, "shard", once->job.shard);
    cJSON_AddNumberToObject(object, "shards", once->job.shards);
    char *text = cJSON_PrintUnformatted(object);
    if (text)
        puts(text);
    cJSON_free(text);
    cJSON_Delete(object);
}

static int finish(struct once *once)
{
    const struct mr_mine_options *options = once->options;
    static const char *const why[] = {
        [EXHAUSTED] = "every solution of this search was tried, and none has enough zeros",
        [STOPPED] = "the stop file is there: another one has found a solution",
        [INTERRUPTED] = "interrupted"};
    if (once->progress)
        fprintf(stderr, "\r%-110s\r", "");
    if (options->json)
        print_json(once);
    else if (once->ending == FOUND)
        printf("%.*s\n", (int)MR_WORK_S_BYTES, once->found.solution.s);
    /* Before the others end: their launcher may then end this one as well. */
    fflush(stdout);
    if (once->ending == FOUND && options->stop_file &&
        mr_stop_file_write(options->stop_file, once->found.solution.s) < 0) {
        fprintf(stderr, "moonroom mine: the stop file cannot be written: %s\n", options->stop_file);
        return MR_EXIT_FAILED;
    }
    if (once->ending != FOUND)
        fprintf(stderr, "moonroom mine: %s\n", why[once->ending]);
    if (once->ending == INTERRUPTED)
        return 128 + once->signal;
    return once->ending == EXHAUSTED ? MR_EXIT_FAILED : MR_EXIT_OK;
}

static void look(struct once *once)
{
    struct signalfd_siginfo info;
    struct mr_engine_stats stats;
    mr_waker_clear(once->waker);
    mr_engine_stats(once->engine, &stats);
    if (mr_engine_take(once->engine, &once->found)) {
        once->ending = FOUND;
    } else if (read(once->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        once->ending = INTERRUPTED;
        once->signal = (int)info.ssi_signo;
    } else if (once->options->stop_file && mr_stop_file_is_there(once->options->stop_file)) {
        once->ending = STOPPED;
    } else if (stats.exhausted) {
        once->ending = EXHAUSTED;
    }
}

static int search(struct once *once)
{
    struct pollfd fds[] = {{once->waker, POLLIN, 0}, {once->signals, POLLIN, 0}};
    int err = mr_engine_new(mr_waker_wake, &once->waker, &once->engine);
    once->begin = now();
    if (err == MR_OK)
        err = mr_engine_start(once->engine, &once->job, NULL);
    if (err != MR_OK) {
        fprintf(stderr, "moonroom mine: the search cannot begin: %s\n",
                err == MR_ELIMIT ? "this alphabet is too small for so many shards and threads"
                                 : mr_error_text(err));
        mr_engine_free(&once->engine);
        return MR_EXIT_FAILED;
    }
    for (look(once); once->ending == RUNNING; look(once)) {
        if (once->progress)
            show_progress(once);
        (void)poll(fds, 2, LOOK_MS);
    }
    mr_engine_stop(once->engine);
    mr_engine_rest(once->engine);
    int code = finish(once);
    mr_engine_free(&once->engine);
    return code;
}

int mr_once_run(const struct mr_mine_options *options)
{
    sigset_t set;
    struct once once = {.options = options, .job = options->job};
    mr_mine_options_complete(&once.job);
    once.progress = isatty(STDERR_FILENO) && !options->json;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGQUIT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    once.waker = mr_waker_open();
    once.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    int code = MR_EXIT_FAILED;
    if (once.waker < 0 || once.signals < 0)
        fprintf(stderr, "moonroom mine: there are no descriptors left\n");
    else
        code = search(&once);
    close(once.waker);
    close(once.signals);
    return code;
}
