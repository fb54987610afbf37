#include "plugins/miner/supervisor/supervisor.h"

#include "core/base/limits.h"
#include "plugins/miner/figures.h"
#include "plugins/miner/supervisor/machine.h"
#include "plugins/miner/supervisor/rates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { TICK_MS = 40, LOOK_TICKS = 25, HISTORY = 60, MAX_METHODS = 3 };

struct mr_supervisor {
    const struct mr_host *host;
    struct mr_helper *helper;      /* NULL: the engine does not run */
    struct mr_plugin_call *search; /* that waits for a solution; NULL: none */
    cJSON *wishes;                 /* its parameters */
    uint64_t deadline_ms;          /* when it gives up; 0: never */
    double job;                    /* the engine's number of the newest job; 0: none runs */
    double serial;                 /* the client's number of what is mined on */
    bool paused;                   /* mining is: the search waits */
    bool halted;                   /* so the engine was stopped in the middle of its job */
    uint64_t since_ms;             /* when the wait began */
    unsigned ticks;
    bool ticking;
    bool asking; /* for the present job */
    bool again;  /* it has changed meanwhile */
    uv_timer_t timer;
    cJSON *stats; /* the engine's newest; NULL: none yet */
    int zeros;
    struct mr_rates rates;
    struct mr_machine machine;
    struct mr_plugin_method methods[MAX_METHODS];
    struct mr_plugin_setting settings[2];
};

static double number(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static const char *text(const cJSON *object, const char *key)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return value ? value : "";
}

/* The end of a search ------------------------------------------------------------------------- */

static void forget_job(struct mr_supervisor *supervisor)
{
    const struct mr_host *host = supervisor->host;
    supervisor->job = supervisor->serial = 0;
    supervisor->halted = false;
    if (supervisor->helper)
        (void)host->tell_helper(host->core, supervisor->helper, "stop", NULL);
}

static void rest(struct mr_supervisor *supervisor)
{
    supervisor->search = NULL;
    forget_job(supervisor);
    if (supervisor->ticking)
        uv_timer_stop(&supervisor->timer);
    supervisor->ticking = false;
}

static void give_up(struct mr_supervisor *supervisor, int err, const char *why)
{
    const struct mr_host *host = supervisor->host;
    struct mr_plugin_call *search = supervisor->search;
    if (!search)
        return;
    rest(supervisor);
    host->fail(host->core, search, err, why);
}

static void on_tell(void *ctx, const char *method, const cJSON *params)
{
    struct mr_supervisor *supervisor = ctx;
    const struct mr_host *host = supervisor->host;
    struct mr_plugin_call *search = supervisor->search;
    if (!search || supervisor->job == 0 || number(params, "job") != supervisor->job)
        return;
    if (strcmp(method, "exhausted") == 0) {
        give_up(supervisor, MR_ENOTFOUND, "Every solution of this search was tried in vain.");
    } else if (strcmp(method, "found") == 0) {
        cJSON *answer = cJSON_CreateObject();
        cJSON_AddStringToObject(answer, "s", text(params, "s"));
        cJSON_AddStringToObject(answer, "digest", text(params, "digest"));
        rest(supervisor);
        host->answer(host->core, search, answer);
    }
}

static void on_end(void *ctx, int64_t status, int signum)
{
    struct mr_supervisor *supervisor = ctx;
    const struct mr_host *host = supervisor->host;
    char line[96];
    snprintf(line, sizeof line, "the engine has ended (exit code %lld, signal %d)",
             (long long)status, signum);
    host->log(host->core, MR_HOST_LOG_WARN, line);
    host->end_helper(host->core, &supervisor->helper);
    mr_rates_clear(&supervisor->rates);
    give_up(supervisor, MR_EIO, "The mining engine has ended. Its log says why.");
}

/* Its beginning ------------------------------------------------------------------------------- */

static int start_engine(struct mr_supervisor *supervisor)
{
    const struct mr_host *host = supervisor->host;
    char parent[48];
    snprintf(parent, sizeof parent, "--exit-with-parent=%ld", (long)getpid());
    const char *const argv[] = {host->program, "mine", "--rpc", parent, NULL};
    const struct mr_helper_options options = {
        .argv = argv, .on_tell = on_tell, .on_end = on_end, .ctx = supervisor};
    return supervisor->helper ? MR_OK
                              : host->start_helper(host->core, &options, &supervisor->helper);
}

static void on_begun(void *ctx, int err, const char *why, const cJSON *result)
{
    struct mr_supervisor *supervisor = ctx;
    if (err < 0 && err != MR_ECLOSED)
        give_up(supervisor, err, why);
    else if (err == MR_OK && supervisor->search)
        supervisor->job = number(result, "job");
}

static void copy_wish(const cJSON *wishes, const char *key, cJSON *to)
{
    const cJSON *wish = cJSON_GetObjectItemCaseSensitive(wishes, key);
    if (wish && !cJSON_IsNull(wish))
        cJSON_AddItemToObject(to, key, cJSON_Duplicate(wish, true));
}

/* What the engine is asked for: the client's job, the caller's wishes, and the settings. */
static cJSON *make_order(const struct mr_supervisor *supervisor, const cJSON *job)
{
    const struct mr_host *host = supervisor->host;
    const char *kernel = host->setting_text(host->core, "kernel");
    int64_t threads = host->setting_number(host->core, "threads");
    cJSON *order = cJSON_CreateObject();
    cJSON_AddStringToObject(order, "prev_hash", text(job, "prev_hash"));
    cJSON_AddNumberToObject(order, "zeros", number(job, "zeros"));
    cJSON_AddStringToObject(order, "order", text(job, "order"));
    copy_wish(supervisor->wishes, "alphabet", order);
    copy_wish(supervisor->wishes, "prefix", order);
    copy_wish(supervisor->wishes, "threads", order);
    if (threads > 0 && !cJSON_GetObjectItemCaseSensitive(order, "threads"))
        cJSON_AddNumberToObject(order, "threads", (double)threads);
    if (kernel && strcmp(kernel, "auto") != 0)
        cJSON_AddStringToObject(order, "kernel", kernel);
    return order;
}

static void ask_for_job(struct mr_supervisor *supervisor);

static void on_job(void *ctx, int err, const char *why, const cJSON *job)
{
    struct mr_supervisor *supervisor = ctx;
    const struct mr_host *host = supervisor->host;
    bool again = supervisor->again;
    (void)why;
    supervisor->asking = supervisor->again = false;
    if (!supervisor->search || supervisor->paused)
        return;
    if (again) {
        ask_for_job(supervisor);
        return;
    }
    /* Outside of a room there is nothing to mine on: the search goes on in the next one. */
    if (err < 0 || !cJSON_IsObject(job)) {
        forget_job(supervisor);
        return;
    }
    bool halted = supervisor->halted;
    supervisor->halted = false;
    if (supervisor->serial == number(job, "serial") + 1) {
        if (halted && supervisor->helper)
            (void)host->tell_helper(host->core, supervisor->helper, "resume", NULL);
        return;
    }
    supervisor->serial = number(job, "serial") + 1;
    supervisor->zeros = (int)number(job, "zeros");
    err = start_engine(supervisor);
    cJSON *order = make_order(supervisor, job);
    if (err == MR_OK)
        err =
            host->ask_helper(host->core, supervisor->helper, "start", order, on_begun, supervisor);
    cJSON_Delete(order);
    if (err < 0)
        give_up(supervisor, err, "The mining engine cannot be started.");
}

static void ask_for_job(struct mr_supervisor *supervisor)
{
    const struct mr_host *host = supervisor->host;
    supervisor->again = supervisor->asking;
    if (supervisor->asking)
        return;
    supervisor->asking = host->call(host->core, "mine.job", NULL, on_job, supervisor) == MR_OK;
    if (!supervisor->asking)
        give_up(supervisor, MR_EBUSY, "The client is too busy to search.");
}

/* While mining is paused the engine rests in the middle of its job, and no time passes for the
 * search. */
static void on_pause(struct mr_supervisor *supervisor, bool paused)
{
    const struct mr_host *host = supervisor->host;
    uv_update_time(host->loop);
    uint64_t now = uv_now(host->loop);
    if (paused == supervisor->paused)
        return;
    supervisor->paused = paused;
    if (!paused && supervisor->search && supervisor->deadline_ms > 0)
        supervisor->deadline_ms += now - supervisor->since_ms;
    supervisor->since_ms = now;
    if (paused && supervisor->helper && supervisor->serial > 0) {
        supervisor->halted = true;
        (void)host->tell_helper(host->core, supervisor->helper, "stop", NULL);
    }
}

/* Whatever may change what is mined on. */
static void on_event(void *ctx, const char *name, const cJSON *data)
{
    struct mr_supervisor *supervisor = ctx;
    if (strcmp(name, "mine.pause") == 0)
        on_pause(supervisor, cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(data, "paused")));
    if (supervisor->search && !supervisor->paused)
        ask_for_job(supervisor);
}

/* How it goes --------------------------------------------------------------------------------- */

static void on_stats(void *ctx, int err, const char *why, const cJSON *result)
{
    struct mr_supervisor *supervisor = ctx;
    (void)why;
    if (err < 0)
        return;
    mr_rates_add(&supervisor->rates, number(result, "seconds"), number(result, "attempts"));
    mr_machine_look(&supervisor->machine, number(result, "cpu_seconds"));
    cJSON_Delete(supervisor->stats);
    supervisor->stats = cJSON_Duplicate(result, true);
}

static void on_tick(uv_timer_t *timer)
{
    struct mr_supervisor *supervisor = timer->data;
    const struct mr_host *host = supervisor->host;
    if (!supervisor->search)
        return;
    /* Who asked may have ended: then nobody waits for an answer. */
    if (host->caller(host->core, supervisor->search)[0] == '\0')
        give_up(supervisor, MR_ECANCELED, "");
    else if (!supervisor->paused && supervisor->deadline_ms > 0 &&
             uv_now(host->loop) >= supervisor->deadline_ms)
        give_up(supervisor, MR_ETIMEOUT, "No solution was found in this time.");
    else if (supervisor->helper && supervisor->ticks++ % LOOK_TICKS == 0)
        (void)host->ask_helper(host->core, supervisor->helper, "stats", NULL, on_stats, supervisor);
}

/* Methods ------------------------------------------------------------------------------------- */

static void do_search(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    struct mr_supervisor *supervisor = ctx;
    const struct mr_host *host = supervisor->host;
    double seconds = number(params, "seconds");
    give_up(supervisor, MR_ECANCELED, "Another search has taken the place of this one.");
    cJSON_Delete(supervisor->wishes);
    supervisor->wishes = cJSON_Duplicate(params, true);
    supervisor->search = call;
    uv_update_time(host->loop);
    supervisor->deadline_ms = seconds > 0 ? uv_now(host->loop) + (uint64_t)(seconds * 1000) : 0;
    supervisor->ticking = uv_timer_start(&supervisor->timer, on_tick, TICK_MS, TICK_MS) == 0;
    supervisor->since_ms = uv_now(host->loop);
    if (!supervisor->paused)
        ask_for_job(supervisor);
}

static void add_rates(const struct mr_supervisor *supervisor, cJSON *result)
{
    double history[HISTORY];
    size_t count = mr_rates_history(&supervisor->rates, history, HISTORY);
    bool running = supervisor->search && !supervisor->paused;
    cJSON_AddNumberToObject(result, "rate", running ? mr_rates_over(&supervisor->rates, 2) : 0);
    cJSON_AddNumberToObject(result, "rate_1m", mr_rates_over(&supervisor->rates, 60));
    cJSON_AddNumberToObject(result, "rate_15m", mr_rates_over(&supervisor->rates, 900));
    cJSON *values = cJSON_AddArrayToObject(result, "history");
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(values, cJSON_CreateNumber(history[i]));
}

static void do_engine(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    struct mr_supervisor *supervisor = ctx;
    const struct mr_host *host = supervisor->host;
    const cJSON *stats = supervisor->stats;
    const cJSON *best = cJSON_GetObjectItemCaseSensitive(stats, "best");
    const cJSON *threads = cJSON_GetObjectItemCaseSensitive(stats, "threads");
    double minute = mr_rates_over(&supervisor->rates, 60);
    cJSON *result = cJSON_CreateObject();
    (void)params;
    cJSON_AddBoolToObject(result, "searching", supervisor->search != NULL);
    cJSON_AddStringToObject(result, "kernel", text(stats, "kernel"));
    cJSON_AddNumberToObject(result, "attempts", number(stats, "attempts"));
    cJSON_AddItemToObject(result, "threads",
                          threads ? cJSON_Duplicate(threads, true) : cJSON_CreateArray());
    add_rates(supervisor, result);
    cJSON_AddNumberToObject(result, "zeros", supervisor->zeros);
    cJSON_AddNumberToObject(result, "expected",
                            minute > 0 ? mr_figures_expected(supervisor->zeros) / minute : 0);
    cJSON_AddNumberToObject(result, "chance",
                            mr_figures_chance(supervisor->zeros, number(stats, "job_attempts")));
    cJSON_AddStringToObject(result, "best", text(best, "digest"));
    host->answer(host->core, call, result);
}

static void do_machine(void *ctx, struct mr_plugin_call *call, const cJSON *params)
{
    const struct mr_supervisor *supervisor = ctx;
    const struct mr_host *host = supervisor->host;
    cJSON *result = cJSON_CreateObject();
    (void)params;
    cJSON_AddNumberToObject(result, "others", supervisor->machine.others);
    cJSON_AddBoolToObject(result, "battery", mr_machine_on_battery());
    host->answer(host->core, call, result);
}

/* Life ---------------------------------------------------------------------------------------- */

static const struct mr_plugin_method method_rows[] = {
#define MR_METHOD(name_, permission_, parameters_, returns_, help_)                                \
    {.name = (name_),                                                                              \
     .permission = (permission_),                                                                  \
     .parameters = (parameters_),                                                                  \
     .returns = (returns_),                                                                        \
     .help = (help_)},
#include "plugins/miner/supervisor/methods.def"
#undef MR_METHOD
};

enum { METHODS = sizeof method_rows / sizeof method_rows[0] };

_Static_assert((int)METHODS == (int)MAX_METHODS, "every row has a place and a handler");

static int add_methods(struct mr_supervisor *supervisor)
{
    const struct mr_host *host = supervisor->host;
    static const struct {
        const char *name;
        void (*fn)(void *ctx, struct mr_plugin_call *call, const cJSON *params);
    } handlers[METHODS] = {
        {"mine.search", do_search}, {"mine.engine", do_engine}, {"mine.machine", do_machine}};
    int err = MR_OK;
    for (size_t i = 0; err == MR_OK && i < METHODS; i++) {
        struct mr_plugin_method *method = &supervisor->methods[i];
        *method = method_rows[i];
        method->ctx = supervisor;
        for (size_t k = 0; k < METHODS; k++)
            method->fn = strcmp(handlers[k].name, method->name) == 0 ? handlers[k].fn : method->fn;
        err = host->add_method(host->core, method);
    }
    return err;
}

static int add_settings(struct mr_supervisor *supervisor)
{
    const struct mr_host *host = supervisor->host;
    int err = MR_OK;
    const struct mr_plugin_setting settings[] = {
        {"threads", MR_PLUGIN_SETTING_INT, "0", 0, MR_LIMIT_MINE_THREADS, NULL, "threads",
         "Threads of the mining engine; 0: one for each processor."},
        {"kernel", MR_PLUGIN_SETTING_CHOICE, "auto", 0, 0, "auto|avx512|avx2|scalar", "",
         "How the mining engine hashes."},
    };
    memcpy(supervisor->settings, settings, sizeof settings);
    for (size_t i = 0; err == MR_OK && i < sizeof settings / sizeof settings[0]; i++)
        err = host->add_setting(host->core, &supervisor->settings[i]);
    return err;
}

static int hear(struct mr_supervisor *supervisor)
{
    static const char *const events[] = {"login",      "disconnect",    "block",
                                         "setting",    "mine.accepted", "mine.rejected",
                                         "mine.stale", "mine.pause"};
    const struct mr_host *host = supervisor->host;
    int err = MR_OK;
    for (size_t i = 0; err == MR_OK && i < sizeof events / sizeof events[0]; i++)
        err = host->listen(host->core, events[i], on_event, supervisor);
    return err;
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct mr_supervisor *supervisor = handle->data;
    cJSON_Delete(supervisor->wishes);
    cJSON_Delete(supervisor->stats);
    free(supervisor);
}

int mr_supervisor_new(const struct mr_host *host, struct mr_supervisor **out)
{
    struct mr_supervisor *supervisor = calloc(1, sizeof *supervisor);
    if (!supervisor)
        return MR_ENOMEM;
    supervisor->host = host;
    if (uv_timer_init(host->loop, &supervisor->timer) != 0) {
        free(supervisor);
        return MR_ENOMEM;
    }
    supervisor->timer.data = supervisor;
    int err = add_methods(supervisor);
    if (err == MR_OK)
        err = add_settings(supervisor);
    if (err == MR_OK)
        err = hear(supervisor);
    *out = supervisor;
    if (err < 0)
        mr_supervisor_free(out);
    return err;
}

void mr_supervisor_free(struct mr_supervisor **supervisor)
{
    if (!*supervisor)
        return;
    struct mr_supervisor *gone = *supervisor;
    *supervisor = NULL;
    gone->search = NULL;
    gone->host->end_helper(gone->host->core, &gone->helper);
    uv_close((uv_handle_t *)&gone->timer, on_timer_closed);
}
