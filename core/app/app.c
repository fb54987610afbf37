#include "core/app/app.h"

#include <fcntl.h>
#include <locale.h>
#include <moonroom/errors.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/api/core.h"
#include "core/api/methods.h"
#include "core/app/cli.h"
#include "core/app/control.h"
#include "core/app/core_commands.h"
#include "core/app/local.h"
#include "core/app/make_core.h"
#include "core/app/password_file.h"
#include "core/app/start_plugins.h"
#include "core/app/stdio_rpc.h"
#include "core/app/subcommand.h"
#include "core/app/test.h"
#include "core/base/exit.h"
#include "core/base/limits.h"
#include "core/base/secret.h"
#include "core/runtime/file.h"
#include "core/script/script.h"
#include "core/ui/ui.h"

enum { WHY = 512, LEAVE_MS = 2500, SCRIPTS_MS = 2000, SIGNALS = 3 };

struct mr_app {
    struct mr_cli cli;
    struct mr_core core;
    struct mr_log log;
    struct mr_paths paths;
    FILE *log_file;
    struct mr_methods *methods;
    struct mr_ui *ui;
    struct mr_plugins *plugins;
    struct mr_scripts *scripts;
    struct mr_stdio_rpc *rpc;
    struct mr_control *control;
    struct mr_local *local;
    struct mr_signal *signals[SIGNALS];
    struct mr_timer *leaving; /* set once we are on the way out */
    struct mr_timer *waiting; /* for the scripts of `moonroom run` */
    struct mr_secret password;
    int exit_code;
    bool quitting;
};

static enum mr_ui_kind ui_kind(const struct mr_cli *cli)
{
    if (cli->mode == MR_CLI_RUN || cli->mode == MR_CLI_RPC) {
        return MR_UI_QUIET;
    }
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? MR_UI_PROMPT : MR_UI_PLAIN;
}

static void stop_loop(void *ctx)
{
    struct mr_app *app = ctx;
    mr_loop_stop(app->core.loop);
}

/* Runs from the loop, so that whoever asked has returned. */
static void begin_leaving(void *ctx)
{
    struct mr_app *app = ctx;
    (void)mr_hooks_emit(app->core.hooks, MR_EVENT_QUIT, NULL);
    if (mr_session_state(app->core.session) == MR_SESSION_OFFLINE ||
        mr_timer_start(app->core.loop, LEAVE_MS, 0, stop_loop, app, &app->leaving) < 0) {
        mr_loop_stop(app->core.loop);
        return;
    }
    mr_session_logout(app->core.session);
}

static void quit(void *ctx, int exit_code)
{
    struct mr_app *app = ctx;
    if (!app->quitting) {
        app->quitting = true;
        app->exit_code = exit_code;
        if (mr_loop_defer(app->core.loop, begin_leaving, app) < 0) {
            mr_loop_stop(app->core.loop);
        }
    }
}

static void on_disconnect(void *ctx, const char *name, const cJSON *data)
{
    struct mr_app *app = ctx;
    (void)name;
    (void)data;
    if (app->leaving) {
        mr_loop_stop(app->core.loop);
    }
}

static void on_signal(void *ctx)
{
    quit(ctx, MR_EXIT_OK);
}

/* `moonroom run` ends with its last script. */
static void on_script_ended(void *ctx, const char *name, const cJSON *data)
{
    struct mr_app *app = ctx;
    (void)name;
    (void)data;
    if (app->cli.mode == MR_CLI_RUN && mr_scripts_ready(app->scripts) &&
        mr_scripts_running(app->scripts) == 0) {
        quit(app, MR_EXIT_OK);
    }
}

static void enter_room(struct mr_app *app, const char *text)
{
    struct mr_address address;
    char why[WHY];
    struct mr_ui_entry entry = {
        .user = app->cli.user,
        .password = app->password.bytes ? &app->password : NULL,
        .registering = app->cli.registering || (app->local && mr_local_is_new(app->local)),
        .accept_terms = app->cli.accept_terms,
    };
    if (*text) {
        if (mr_address_parse(text, &address, why, sizeof why) < 0) {
            mr_ui_say(app->ui, true, why);
            quit(app, MR_EXIT_USAGE);
            return;
        }
        entry.address = &address;
    }
    int err = mr_ui_enter(app->ui, &entry);
    if (err < 0) {
        mr_log_write(&app->log, MR_LOG_ERROR, "could not enter the room: %s", mr_error_text(err));
    }
}

/* `moonroom run` goes into the room once its scripts listen, so that they miss nothing; one that
 * waits for something while it loads is not waited for. */
static void enter_with_scripts(void *ctx)
{
    struct mr_app *app = ctx;
    mr_timer_stop(&app->waiting);
    if (!app->quitting) {
        enter_room(app, app->cli.address);
    }
}

static void on_script_loaded(void *ctx, const char *name, const cJSON *data)
{
    struct mr_app *app = ctx;
    (void)name;
    (void)data;
    if (app->waiting && mr_scripts_ready(app->scripts)) {
        enter_with_scripts(app);
    }
}

static int enter_first_room(struct mr_app *app)
{
    switch (app->cli.mode) {
    case MR_CLI_LOCAL:
        return MR_OK; /* when it is open */
    case MR_CLI_RUN:
        return mr_timer_start(app->core.loop, SCRIPTS_MS, 0, enter_with_scripts, app,
                              &app->waiting);
    default:
        enter_room(app, app->cli.address
                            ? app->cli.address
                            : mr_settings_string(app->core.settings, "connect.address"));
        return MR_OK;
    }
}

static void on_local_open(void *ctx, uint16_t port, const char *why)
{
    struct mr_app *app = ctx;
    char text[64];
    if (port == 0) {
        mr_ui_say(app->ui, true, why);
        quit(app, MR_EXIT_UNREACHABLE);
        return;
    }
    snprintf(text, sizeof text, "legacy://127.0.0.1:%u", (unsigned)port);
    enter_room(app, text);
}

static int open_log(struct mr_app *app)
{
    enum mr_log_level level = app->cli.verbose ? MR_LOG_DEBUG : MR_LOG_INFO;
    if (ui_kind(&app->cli) != MR_UI_PROMPT) {
        mr_log_init(&app->log, stderr, app->cli.verbose ? MR_LOG_DEBUG : MR_LOG_WARN);
        return MR_OK;
    }
    char *path = mr_paths_join(app->paths.state, "moonroom.log");
    int err = path ? mr_file_make_folder(app->paths.state) : MR_ENOMEM;
    int fd = err == MR_OK ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)
                          : -1;
    free(path);
    app->log_file = fd >= 0 ? fdopen(fd, "a") : NULL;
    if (app->log_file) {
        setvbuf(app->log_file, NULL, _IOLBF, BUFSIZ);
    } else if (fd >= 0) {
        close(fd);
    }
    mr_log_init(&app->log, app->log_file, level);
    return err == MR_ENOMEM ? err : MR_OK;
}

static int create_app(struct mr_app *app)
{
    app->core.log = &app->log;
    app->core.paths = &app->paths;
    app->core.quit = quit;
    app->core.quit_ctx = app;
    int err = mr_paths_init(&app->paths, app->cli.home);
    if (err == MR_OK) {
        err = open_log(app);
    }
    if (err == MR_OK) {
        err = mr_make_core(&app->core, NULL);
    }
    if (err == MR_OK) {
        err = mr_methods_new(&app->core, &app->methods);
    }
    if (err == MR_OK) {
        err = mr_core_commands_add(&app->core);
    }
    if (err == MR_OK) {
        err = mr_ui_new(&app->core, ui_kind(&app->cli), &app->ui);
    }
    if (err == MR_OK) {
        err = mr_plugins_new(&app->core, &app->plugins);
    }
    if (err == MR_OK) {
        err = mr_scripts_new(&app->core, &app->scripts);
    }
    return err;
}

static void destroy_app(struct mr_app *app)
{
    struct mr_core *core = &app->core;
    for (size_t i = 0; i < SIGNALS; i++) {
        mr_signal_stop(&app->signals[i]);
    }
    mr_timer_stop(&app->leaving);
    mr_timer_stop(&app->waiting);
    mr_control_stop(&app->control);
    mr_stdio_rpc_stop(&app->rpc);
    mr_scripts_free(app->scripts);
    mr_plugins_stop(&app->plugins);
    mr_ui_free(app->ui);
    mr_methods_free(&app->methods);
    mr_free_core_api(core);
    mr_local_stop(&app->local);
    mr_free_core_runtime(core);
    if (app->log_file) {
        fclose(app->log_file);
    }
    mr_paths_free(&app->paths);
    mr_secret_free(&app->password);
}

static int watch_signals(struct mr_app *app)
{
    struct mr_loop *loop = app->core.loop;
    int err = mr_signal_start(loop, SIGTERM, on_signal, app, &app->signals[0]);
    if (err == MR_OK) {
        err = mr_signal_start(loop, SIGHUP, on_signal, app, &app->signals[1]);
    }
    if (err == MR_OK && ui_kind(&app->cli) != MR_UI_PROMPT) {
        err = mr_signal_start(loop, SIGINT, on_signal, app, &app->signals[2]);
    }
    return err;
}

static void say_of_plugin(void *ctx, const char *text)
{
    const struct mr_app *app = ctx;
    mr_ui_say(app->ui, true, text);
}

/* Before the scripts, which learn of their methods. */
static int start_plugins(struct mr_app *app, char *why, size_t why_size)
{
    mr_load_usual_plugins(&app->core, app->plugins, say_of_plugin, app);
    return mr_load_named_plugins(app->plugins, app->cli.plugins, why, why_size);
}

static int start_scripts(struct mr_app *app)
{
    char why[WHY];
    if (app->cli.mode != MR_CLI_RUN) {
        return mr_scripts_start(app->scripts);
    }
    if (app->cli.grants &&
        mr_scripts_list_grants(app->scripts, app->cli.grants, why, sizeof why) < 0) {
        fprintf(stderr, "moonroom: --grant: %s\n", why);
        app->exit_code = MR_EXIT_USAGE;
        return MR_EINVAL;
    }
    for (char **script = app->cli.scripts; *script; script++) {
        if (mr_scripts_load(app->scripts, *script, why, sizeof why) < 0) {
            fprintf(stderr, "moonroom: %s\n", why);
            app->exit_code = MR_EXIT_FAILED;
            return MR_EINVAL;
        }
    }
    return MR_OK;
}

static int start_parts(struct mr_app *app)
{
    char why[WHY] = "";
    struct mr_core *core = &app->core;
    int err = watch_signals(app);
    if (err == MR_OK) {
        err = mr_hooks_listen(core->hooks, "disconnect", 100, app, on_disconnect, app, NULL);
    }
    if (err == MR_OK) {
        err = mr_hooks_listen(core->hooks, "script_ended", 100, app, on_script_ended, app, NULL);
    }
    if (err == MR_OK) {
        err = mr_hooks_listen(core->hooks, "script_loaded", 100, app, on_script_loaded, app, NULL);
    }
    if (err == MR_OK) {
        err = start_plugins(app, why, sizeof why);
    }
    if (err == MR_OK && app->cli.mode == MR_CLI_RPC) {
        err = mr_stdio_rpc_start(core, &app->rpc, why, sizeof why);
    }
    if (err == MR_OK && app->cli.listening) {
        err = mr_control_start(core, app->cli.listen_path, &app->control, why, sizeof why);
    }
    if (err == MR_OK && app->cli.trace_path) {
        err = mr_scripts_trace(app->scripts, app->cli.trace_path, why, sizeof why);
    }
    if (err == MR_OK) {
        err = start_scripts(app);
    }
    if (err == MR_OK && app->cli.mode == MR_CLI_LOCAL) {
        err = mr_local_start(core, on_local_open, app, &app->local);
    }
    if (err < 0 && *why) {
        fprintf(stderr, "moonroom: %s\n", why);
        app->exit_code = MR_EXIT_FAILED;
    }
    return err;
}

static int run_app(struct mr_app *app)
{
    char why[WHY];
    int err = MR_OK;
    if (app->cli.password_file) {
        err = mr_password_file_read(app->cli.password_file, &app->password, why, sizeof why);
        if (err < 0) {
            fprintf(stderr, "moonroom: %s\n", why);
            return MR_EXIT_USAGE;
        }
    }
    err = create_app(app);
    if (err == MR_OK) {
        err = start_parts(app);
    }
    if (err == MR_OK) {
        err = enter_first_room(app);
    }
    if (err == MR_OK) {
        err = mr_loop_run(app->core.loop);
    }
    destroy_app(app);
    if (err < 0 && app->exit_code == MR_EXIT_OK) {
        fprintf(stderr, "moonroom: could not go on: %s\n", mr_error_text(err));
        return MR_EXIT_FAILED;
    }
    return app->exit_code;
}

int mr_app_main(int argc, char **argv)
{
    struct mr_app app = {0};
    mr_secret_no_dumps();
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    int code = mr_cli_parse(argc, argv, &app.cli);
    if (code != 0 || app.cli.mode == MR_CLI_HELP) {
        return code;
    }
    if (app.cli.mode == MR_CLI_API) {
        return mr_describe_api_main(app.cli.home, app.cli.plugins);
    }
    if (app.cli.mode == MR_CLI_PLUGINS) {
        return mr_list_plugins(app.cli.home, app.cli.plugins);
    }
    if (app.cli.mode == MR_CLI_SUBCOMMAND) {
        return mr_subcommand_main(app.cli.rest_argc, app.cli.rest_argv);
    }
    if (app.cli.mode == MR_CLI_TEST) {
        return mr_test_main(app.cli.rest_argc, app.cli.rest_argv);
    }
    return run_app(&app);
}
