/* Mining with a strategy: the job page it reads, starting, stopping and what it did. */
#include <fcntl.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/job_page.h"
#include "core/runtime/json.h"
#include "core/script/scripts.h"

enum { WHY = 512, STOP_MS = 100 };

struct mr_strategy {
    struct mr_scripts *scripts;
    struct mr_script *script; /* the one that mines or last did; NULL once it is gone */
    struct mr_job_page *page; /* NULL until the first strategy starts */
    int read_fd;
    uint64_t attempts, attempts_before;
    uint64_t attempts_earlier; /* of processes that were replaced */
    bool paused;
    uint64_t started_ms, reported_ms, reported_before_ms;
};

/* The job page ------------------------------------------------------------------------------ */

static void write_page(struct mr_strategy *strategy)
{
    struct mr_job job;
    struct mr_job_view view = {.paused = strategy->paused};
    if (!strategy->page) {
        return;
    }
    if (mr_session_job(strategy->scripts->core->session, &job)) {
        memcpy(view.prev_hash, job.prev_hash, sizeof view.prev_hash);
        view.zeros = job.zeros;
        view.order = job.order;
        view.serial = job.serial;
    }
    mr_job_page_write(strategy->page, &view);
}

static void on_change(void *ctx, const char *name, const cJSON *data)
{
    (void)name;
    (void)data;
    write_page(ctx);
}

static int listen(struct mr_strategy *strategy)
{
    /* Whatever may change the hash, the number of zeros or the order. */
    static const char *const events[] = {"login",         "disconnect",    "block",     "setting",
                                         "mine.accepted", "mine.rejected", "mine.stale"};
    int err = MR_OK;
    for (size_t i = 0; err == MR_OK && i < sizeof events / sizeof events[0]; i++) {
        err = mr_hooks_listen(strategy->scripts->core->hooks, events[i], -100, strategy, on_change,
                              strategy, NULL);
    }
    return err;
}

/* The writer's mapping stays ours; processes get a descriptor that cannot be written through. */
static int make_page(struct mr_strategy *strategy)
{
    char path[64];
    int fd = memfd_create("moonroom-job", MFD_CLOEXEC);
    if (fd < 0) {
        return MR_EIO;
    }
    void *page = MAP_FAILED;
    if (ftruncate(fd, sizeof *strategy->page) == 0) {
        page = mmap(NULL, sizeof *strategy->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int read_fd = page != MAP_FAILED ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    close(fd);
    if (read_fd < 0) {
        if (page != MAP_FAILED) {
            munmap(page, sizeof *strategy->page);
        }
        return MR_EIO;
    }
    strategy->page = page;
    strategy->read_fd = read_fd;
    mr_job_page_init(strategy->page);
    return MR_OK;
}

int mr_strategy_job_fd(struct mr_strategy *strategy)
{
    int err = strategy->page ? MR_OK : make_page(strategy);
    if (err < 0) {
        return err;
    }
    write_page(strategy);
    return strategy->read_fd;
}

/* What it did ------------------------------------------------------------------------------- */

void mr_strategy_attempts(struct mr_strategy *strategy, const struct mr_script *script,
                          uint64_t attempts)
{
    if (strategy->script != script) {
        return;
    }
    strategy->attempts_before = strategy->attempts;
    strategy->reported_before_ms = strategy->reported_ms;
    strategy->attempts = strategy->attempts_earlier + attempts;
    strategy->reported_ms = mr_loop_now_ms(strategy->scripts->core->loop);
}

void mr_strategy_begun(struct mr_strategy *strategy, struct mr_script *script)
{
    uint64_t now = mr_loop_now_ms(strategy->scripts->core->loop);
    strategy->script = script;
    strategy->attempts = strategy->attempts_before = strategy->attempts_earlier = 0;
    strategy->started_ms = strategy->reported_ms = strategy->reported_before_ms = now;
}

static void set_paused(struct mr_strategy *strategy, bool paused)
{
    if (strategy->paused == paused) {
        return;
    }
    strategy->paused = paused;
    write_page(strategy);
    cJSON *data = cJSON_CreateObject();
    if (data) {
        (void)mr_json_set_bool(data, "paused", paused);
    }
    (void)mr_hooks_emit(strategy->scripts->core->hooks, MR_EVENT_MINE_PAUSE, data);
}

void mr_strategy_replaced(struct mr_strategy *strategy, const struct mr_script *script)
{
    if (strategy->script == script) {
        strategy->attempts_earlier = strategy->attempts;
    }
}

void mr_strategy_gone(struct mr_strategy *strategy, const struct mr_script *script)
{
    if (strategy->script == script) {
        strategy->script = NULL;
        set_paused(strategy, false);
    }
}

/* Attempts a second, over the time between the last two reports. */
static double rate(const struct mr_strategy *strategy)
{
    uint64_t ms = strategy->reported_ms - strategy->reported_before_ms;
    if (!strategy->script || strategy->paused || ms == 0 ||
        strategy->attempts < strategy->attempts_before) {
        return 0;
    }
    return (double)(strategy->attempts - strategy->attempts_before) * 1000.0 / (double)ms;
}

static void stats(void *ctx, struct mr_call *call, const cJSON *params)
{
    const struct mr_strategy *strategy = ctx;
    struct mr_core *core = strategy->scripts->core;
    struct mr_mine_counts counts = {0};
    (void)params;
    mr_session_mine_counts(core->session, &counts);
    bool running = strategy->script != NULL;
    uint64_t seconds = running ? (mr_loop_now_ms(core->loop) - strategy->started_ms) / 1000 : 0;
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {{"found", counts.found},
                   {"accepted", counts.accepted},
                   {"rejected", counts.rejected},
                   {"stale", counts.stale},
                   {"unverified", counts.unverified},
                   {"attempts", strategy->attempts},
                   {"seconds", seconds}};
    cJSON *out = cJSON_CreateObject();
    int err = out ? mr_json_set_bool(out, "running", running) : MR_ENOMEM;
    if (err == MR_OK) {
        err = mr_json_set_bool(out, "paused", strategy->paused);
    }
    for (size_t i = 0; err == MR_OK && i < sizeof numbers / sizeof numbers[0]; i++) {
        err = mr_json_set_int(out, numbers[i].key, (int64_t)numbers[i].value);
    }
    if (err == MR_OK) {
        err = mr_json_set_string(out, "strategy", running ? mr_script_name(strategy->script) : "");
    }
    if (err == MR_OK) {
        err = mr_json_set(out, "rate", cJSON_CreateNumber(rate(strategy)));
    }
    if (err < 0) {
        cJSON_Delete(out);
        mr_call_fail(call, err, "%s", mr_error_text(err));
    } else {
        mr_call_return(call, out);
    }
}

/* Starting and stopping --------------------------------------------------------------------- */

static void started(void *ctx, int err, const char *text)
{
    struct mr_call *call = ctx;
    if (err < 0) {
        mr_call_fail(call, err, "%s", text);
    } else {
        mr_call_return(call, cJSON_CreateString(text));
    }
}

static void start(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_strategy *strategy = ctx;
    struct mr_core *core = strategy->scripts->core;
    char name[MR_FIND_NAME];
    char why[WHY];
    const char *wanted = mr_json_string(params, "strategy");
    if (strategy->script) {
        mr_call_fail(call, MR_ESTATE, "%s is mining already; /mine stop ends it.",
                     mr_script_name(strategy->script));
        return;
    }
    if (!wanted) {
        wanted = mr_settings_string(core->settings, "mine.strategy");
    }
    if (strchr(wanted, '/') ||
        snprintf(name, sizeof name, "strategies/%s", wanted) >= (int)sizeof name) {
        mr_call_fail(call, MR_EINVAL, "'%.60s' is no name of a strategy.", wanted);
        return;
    }
    int err =
        mr_scripts_open(strategy->scripts, name, MR_TRUST_ASK, started, call, why, sizeof why);
    if (err == MR_ENOTFOUND) {
        mr_call_fail(call, err, "There is no strategy %.60s; /mine strategy lists them.", wanted);
    } else if (err < 0) {
        mr_call_fail(call, err, "%s", why);
    }
}

static void stopped(void *ctx, int err, const char *text)
{
    (void)err;
    (void)text;
    mr_call_return(ctx, cJSON_CreateTrue());
}

static void stop(void *ctx, struct mr_call *call, const cJSON *params)
{
    const struct mr_strategy *strategy = ctx;
    (void)params;
    if (!strategy->script) {
        mr_call_fail(call, MR_ESTATE, "Nothing is mining.");
        return;
    }
    mr_script_stop(strategy->script, STOP_MS, stopped, call);
}

static void answer_pause(struct mr_strategy *strategy, struct mr_call *call, bool paused)
{
    if (!strategy->script) {
        mr_call_fail(call, MR_ESTATE, "Nothing is mining.");
    } else if (strategy->paused == paused) {
        mr_call_fail(call, MR_ESTATE,
                     paused ? "Mining is paused already; /mine resume goes on."
                            : "Mining is not paused.");
    } else {
        set_paused(strategy, paused);
        mr_call_return(call, cJSON_CreateTrue());
    }
}

static void pause_mining(void *ctx, struct mr_call *call, const cJSON *params)
{
    (void)params;
    answer_pause(ctx, call, true);
}

static void resume_mining(void *ctx, struct mr_call *call, const cJSON *params)
{
    (void)params;
    answer_pause(ctx, call, false);
}

static void strategies(void *ctx, struct mr_call *call, const cJSON *params)
{
    const struct mr_strategy *strategy = ctx;
    (void)params;
    mr_call_return(call, mr_find_list(strategy->scripts->core->paths, "strategies"));
}

static const struct mr_binding rows[] = {{"mine.stats", stats},
                                         {"mine.start", start},
                                         {"mine.stop", stop},
                                         {"mine.pause", pause_mining},
                                         {"mine.resume", resume_mining},
                                         {"mine.strategies", strategies},
                                         {NULL, NULL}};

int mr_strategy_new(struct mr_scripts *scripts, struct mr_strategy **out)
{
    struct mr_strategy *strategy = calloc(1, sizeof *strategy);
    if (!strategy) {
        return MR_ENOMEM;
    }
    strategy->scripts = scripts;
    strategy->read_fd = -1;
    *out = strategy;
    int err = listen(strategy);
    return err == MR_OK ? mr_api_bind_all(scripts->core->api, rows, strategy) : err;
}

void mr_strategy_free(struct mr_strategy *strategy)
{
    if (!strategy) {
        return;
    }
    mr_hooks_remove_owner(strategy->scripts->core->hooks, strategy);
    for (const struct mr_binding *row = rows; row->name; row++) {
        mr_api_unbind(strategy->scripts->core->api, row->name);
    }
    if (strategy->page) {
        munmap(strategy->page, sizeof *strategy->page);
        close(strategy->read_fd);
    }
    free(strategy);
}
