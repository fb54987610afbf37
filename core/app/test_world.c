#include "core/app/test_world.h"

#include <fcntl.h>
#include <ftw.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/app/core_commands.h"
#include "core/app/make_core.h"
#include "core/app/start_plugins.h"
#include "core/app/test.h"

/* Monday, 5 January 2026, 12:00:00 UTC. */
static const int64_t epoch = 1767614400;

enum { CALM_TURNS = 3, TRANSIT_MS = 1 };

/* The user ---------------------------------------------------------------------------------------
 */

static void shown(void *ctx, const char *lines)
{
    struct mr_test_world *world = ctx;
    world->news++;
    while (*lines) {
        size_t len = strcspn(lines, "\n");
        char *line = strndup(lines, len);
        (void)cJSON_AddItemToArray(world->shown, line ? cJSON_CreateString(line) : NULL);
        free(line);
        lines += len + (lines[len] == '\n');
    }
}

static void rang(void *ctx)
{
    struct mr_test_world *world = ctx;
    world->bells++;
}

static void on_error(void *ctx, const char *text)
{
    struct mr_test_world *world = ctx;
    (void)cJSON_AddItemToArray(world->errors, cJSON_CreateString(text));
}

static void quit(void *ctx, int exit_code)
{
    struct mr_test_world *world = ctx;
    (void)exit_code;
    world->quits = true;
}

/* Opening and closing ----------------------------------------------------------------------------
 */

static int make_home(struct mr_test_world *world)
{
    const char *folder = getenv("TMPDIR");
    snprintf(world->home, sizeof world->home, "%s/moonroom-test-XXXXXX",
             folder && folder[0] == '/' && strlen(folder) < 80 ? folder : "/tmp");
    if (!mkdtemp(world->home)) {
        world->home[0] = '\0';
        return MR_EIO;
    }
    return mr_paths_init(&world->paths, world->home);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

/* Scripts of the user's folder are tested with what lies beside them there. */
static int use_folder(struct mr_test_world *world, const char *user_scripts)
{
    if (!user_scripts) {
        return MR_OK;
    }
    char *copy = strdup(user_scripts);
    if (!copy) {
        return MR_ENOMEM;
    }
    free(world->paths.user_scripts);
    world->paths.user_scripts = copy;
    return MR_OK;
}

static int make_parts(struct mr_test_world *world, const struct mr_test_options *options)
{
    const struct mr_ui_stage stage = {
        .keys = world->keys[0], .shown = shown, .rang = rang, .ctx = world};
    struct mr_core *core = &world->core;
    int err = mr_methods_new(core, &world->methods);
    if (err == MR_OK) {
        err = mr_core_commands_add(core);
    }
    if (err == MR_OK) {
        err = mr_test_methods_bind(world);
    }
    if (err == MR_OK) {
        err = mr_ui_new_on_stage(core, &stage, &world->ui);
    }
    if (err == MR_OK) {
        err = mr_plugins_new(core, &world->plugins);
    }
    if (err == MR_OK) {
        mr_load_shipped_plugins(core, world->plugins, on_error, world);
    }
    if (err == MR_OK) {
        err = mr_scripts_new(core, &world->scripts);
    }
    if (err == MR_OK) {
        mr_scripts_set_up_test(world->scripts, options->seed, on_error, world);
    }
    return err;
}

/* The room needs the loop, and the session needs the room. */
static int dial(void *ctx, const struct mr_address *address)
{
    struct mr_test_world *world = ctx;
    return mr_test_room_dial(world->room, address);
}

int mr_test_world_open(struct mr_test_world *world, const struct mr_test_options *options,
                       const struct mr_test_place *place)
{
    *world = (struct mr_test_world){.keys = {-1, -1}, .place = place};
    world->core = (struct mr_core){
        .log = &world->log, .paths = &world->paths, .quit = quit, .quit_ctx = world};
    mr_log_init(&world->log, stderr, options->verbose ? MR_LOG_DEBUG : MR_LOG_ERROR);
    world->shown = cJSON_CreateArray();
    world->errors = cJSON_CreateArray();
    const struct mr_make_core make = {.epoch = epoch, .dial = dial, .dial_ctx = world};
    int err = world->shown && world->errors ? make_home(world) : MR_ENOMEM;
    if (err == MR_OK) {
        err = use_folder(world, place->user_scripts);
    }
    if (err == MR_OK && pipe2(world->keys, O_CLOEXEC) != 0) {
        err = MR_EIO;
    }
    if (err == MR_OK) {
        err = mr_make_core(&world->core, &make);
    }
    if (err == MR_OK) {
        err = mr_test_room_new(world->core.loop, options->key, &world->room);
    }
    return err == MR_OK ? make_parts(world, options) : err;
}

void mr_test_world_close(struct mr_test_world *world)
{
    world->freeing = true;
    mr_timer_stop(&world->again);
    mr_test_methods_end(world);
    mr_scripts_free(world->scripts);
    mr_plugins_stop(&world->plugins);
    mr_ui_free(world->ui);
    mr_methods_free(&world->methods);
    mr_free_core_api(&world->core);
    mr_test_room_free(world->room);
    mr_free_core_runtime(&world->core);
    for (int i = 0; i < 2; i++) {
        if (world->keys[i] >= 0) {
            close(world->keys[i]);
        }
    }
    if (world->home[0]) {
        (void)nftw(world->home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    }
    mr_paths_free(&world->paths);
    cJSON_Delete(world->shown);
    cJSON_Delete(world->errors);
    /* The loop that would hear of the ends of killed processes is gone. */
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
}

/* Quiet ------------------------------------------------------------------------------------------
 */

static uint64_t happened(const struct mr_test_world *world)
{
    struct mr_room_facts facts;
    mr_session_facts(world->core.session, &facts);
    return mr_scripts_traffic(world->scripts) + facts.lines_in + facts.lines_out + world->news +
           (uint64_t)mr_session_state(world->core.session);
}

static void look(void *ctx);

static void look_again(struct mr_test_world *world, uint64_t ms)
{
    mr_timer_stop(&world->again);
    if (mr_timer_start_real(world->core.loop, ms, 0, look, world, &world->again) < 0) {
        mr_loop_stop(world->core.loop);
    }
}

static bool is_due(const struct mr_test_world *world)
{
    uint64_t at;
    return mr_loop_next_timer(world->core.loop, &at) && at <= mr_loop_now_ms(world->core.loop);
}

/* All scripts have done what they knew of. If nothing else happens in some turns, that was all. */
static void count_turns(void *ctx)
{
    struct mr_test_world *world = ctx;
    if (world->freeing) {
        return;
    }
    if (happened(world) != world->seen || is_due(world) || mr_scripts_in_transit(world->scripts)) {
        look_again(world, 0);
    } else if (++world->calm < CALM_TURNS) {
        if (mr_loop_defer(world->core.loop, count_turns, world) < 0) {
            mr_loop_stop(world->core.loop);
        }
    } else {
        world->waiting = false;
        world->fn(world->ctx);
    }
}

static void look(void *ctx)
{
    struct mr_test_world *world = ctx;
    mr_timer_stop(&world->again);
    if (mr_scripts_in_transit(world->scripts)) {
        look_again(world, TRANSIT_MS);
        return;
    }
    world->seen = happened(world);
    world->calm = 0;
    if (mr_scripts_await_quiet(world->scripts, count_turns, world) < 0) {
        mr_loop_stop(world->core.loop);
    }
}

void mr_test_world_settle(struct mr_test_world *world, mr_loop_fn *fn, void *ctx)
{
    world->fn = fn;
    world->ctx = ctx;
    if (!world->waiting) {
        world->waiting = true;
        look_again(world, 0);
    }
}
