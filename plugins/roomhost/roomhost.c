/* The plugin: `moonroom host`, a room in a process of its own. */
#include "plugins/roomhost/home.h"
#include "plugins/roomhost/keeper.h"
#include "plugins/roomhost/room.h"

#include "core/base/secret.h"

#include <moonroom/errors.h>
#include <moonroom/plugin.h>

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <uv.h>

MR_PLUGIN_MANIFEST("roomhost", MR_VERSION);

struct plugin {
    struct uv_loop_s *loop;
    struct mr_subcommand command;
};

enum {
    STOP_SIGNALS = 3,
    /* A fixed threshold: else each thread that has once checked a password keeps its 16 MiB. */
    MMAP_THRESHOLD = 1024 * 1024
};

/* A room that is open, and what ends it. */
struct host {
    struct mr_room *room;
    uv_signal_t signals[STOP_SIGNALS];
    unsigned handles; /* of the signals, still to be closed */
};

static int complain(int code, const char *why)
{
    fprintf(stderr, "moonroom host: %s\n", why);
    return code;
}

/* The system tells when the parent dies from now on; it may have died before. */
static bool follow_parent(pid_t expected)
{
    pid_t parent = expected ? expected : getppid();
    return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
}

static int open_log(const struct mr_host_options *options, FILE **file)
{
    *file = stderr;
    if (!options->log)
        return MR_OK;
    int fd = open(options->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    *file = fd < 0 ? NULL : fdopen(fd, "a");
    if (!*file && fd >= 0)
        close(fd);
    return *file ? MR_OK : MR_EIO;
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct host *host = signal->data;
    (void)number;
    if (host->room) /* not while it is taken down */
        mr_room_stop(host->room);
}

static void on_signal_closed(uv_handle_t *handle)
{
    struct host *host = handle->data;
    host->handles--;
}

static void watch_signals(struct host *host, uv_loop_t *loop)
{
    static const int numbers[STOP_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
    for (int i = 0; i < STOP_SIGNALS; i++) {
        uv_signal_init(loop, &host->signals[i]);
        host->signals[i].data = host;
        host->handles++;
        uv_signal_start(&host->signals[i], on_signal, numbers[i]);
    }
}

static void unwatch_signals(struct host *host, uv_loop_t *loop)
{
    for (int i = 0; i < STOP_SIGNALS; i++)
        uv_close((uv_handle_t *)&host->signals[i], on_signal_closed);
    while (host->handles > 0)
        uv_run(loop, UV_RUN_NOWAIT);
}

static int run_room(uv_loop_t *loop, const struct mr_host_options *options,
                    const struct mr_home *home, struct mr_log *log)
{
    char why[512] = "";
    struct host host = {0};
    mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file at its limit is an error of the write */
    if (options->exit_with_parent && !follow_parent(options->parent))
        return complain(MR_HOST_FAILED, "The parent process has gone.");
    int err = mr_room_open(loop, options, home->database, log, why, sizeof why, &host.room);
    if (err != MR_OK)
        return complain(MR_HOST_FAILED, *why ? why : mr_error_text(err));
    watch_signals(&host, loop);
    printf("listening on %s\n", mr_room_address(host.room));
    fflush(stdout);
    mr_log_write(log, MR_LOG_INFO, "the room in %s is open on %s", home->folder,
                 mr_room_address(host.room));
    mr_room_run(host.room);
    mr_log_write(log, MR_LOG_INFO, "the room is closed");
    mr_room_free(&host.room);
    unwatch_signals(&host, loop);
    return MR_HOST_OK;
}

static int keep(const struct mr_host_options *options, const char *database)
{
    char why[512] = "";
    struct mr_db *db = NULL;
    struct mr_room_terms any = {.zeros = -1};
    int err = mr_db_open(database, MR_DB_TOOL, &any, why, sizeof why, &db);
    if (err != MR_OK)
        return complain(MR_HOST_FAILED, *why ? why : mr_error_text(err));
    int code = MR_HOST_USAGE;
    if (options->mode == MR_HOST_VERIFY)
        code = mr_keeper_verify(db);
    else if (options->mode == MR_HOST_ACCOUNTS)
        code = mr_keeper_accounts(db);
    else if (options->mode == MR_HOST_RESET_PASSWORD)
        code = mr_keeper_reset_password(db, options->user);
    mr_db_close(&db);
    return code;
}

static int run_with(uv_loop_t *loop, const struct mr_host_options *options)
{
    char why[512] = "";
    struct mr_home home;
    struct mr_log log;
    FILE *file = NULL;
    int code = MR_HOST_FAILED;
    bool room = options->mode == MR_HOST_ROOM;
    if (mr_home_open(options->home, room, &home, why, sizeof why) != MR_OK) {
        complain(code, why);
    } else if (!room) {
        code = keep(options, home.database);
    } else if (open_log(options, &file) != MR_OK) {
        complain(code, "The log cannot be written.");
    } else {
        mr_log_init(&log, file, MR_LOG_INFO);
        code = run_room(loop, options, &home, &log);
    }
    if (file && file != stderr)
        fclose(file);
    mr_home_close(&home);
    return code;
}

static int run(void *ctx, int argc, char **argv)
{
    struct plugin *plugin = ctx;
    struct mr_host_options options;
    char why[256] = "";
    int code = MR_HOST_OK;
    mr_secret_no_dumps();
    if (mr_host_options_parse(argc, argv, &options, why, sizeof why) != MR_OK) {
        complain(0, why);
        fprintf(stderr, "Try 'moonroom host --help'.\n");
        code = MR_HOST_USAGE;
    } else if (options.mode == MR_HOST_HELP) {
        mr_host_options_help();
    } else if (options.mode == MR_HOST_VERSION) {
        printf("moonroom host %s\n", MR_VERSION);
    } else {
        code = run_with(plugin->loop, &options);
    }
    mr_host_options_free(&options);
    return code;
}

static int init(const struct mr_host *host, void **state)
{
    struct plugin *plugin = calloc(1, sizeof *plugin);
    if (!plugin)
        return MR_ENOMEM;
    plugin->loop = host->loop;
    plugin->command = (struct mr_subcommand){
        .name = "host", .help = "open a room, without a client", .run = run, .ctx = plugin};
    int err = host->add_subcommand(host->core, &plugin->command);
    if (err < 0)
        free(plugin);
    else
        *state = plugin;
    return err;
}

static void stop(void *state)
{
    free(state);
}

const struct mr_plugin moonroom_plugin = {
    .abi = MR_PLUGIN_ABI,
    .size = sizeof(struct mr_plugin),
    .name = "roomhost",
    .init = init,
    .stop = stop,
};
