/* The methods test.*: each does something to the client and answers when that has had all its
 * consequences, so that a test reads like a script. */
#include <errno.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/app/test.h"
#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"

enum { WHY = 512, PATH = 4096, ADVANCE_MAX_S = 366 * 24 * 3600, PAUSE_MAX_S = 60 };

static const char user_name[] = "me";
static const char room_address[] = "legacy://room.test";

static void answer(void *ctx)
{
    struct mr_test_world *world = ctx;
    struct mr_call *call = world->call;
    world->call = NULL;
    if (call) {
        world->finish(world, call);
        world->on_answered(world->on_answered_ctx);
    }
}

static void finish_true(struct mr_test_world *world, struct mr_call *call)
{
    (void)world;
    mr_call_return(call, cJSON_CreateTrue());
}

/* Notes that this call is answered once everything is quiet. */
static bool begin(struct mr_test_world *world, struct mr_call *call,
                  void (*finish)(struct mr_test_world *world, struct mr_call *call))
{
    if (world->call) {
        mr_call_fail(call, MR_EBUSY, "One step of a test at a time: another task is at it.");
        return false;
    }
    world->call = call;
    world->finish = finish;
    return true;
}

static void settle(struct mr_test_world *world, struct mr_call *call,
                   void (*finish)(struct mr_test_world *world, struct mr_call *call))
{
    if (begin(world, call, finish)) {
        mr_test_world_settle(world, answer, world);
    }
}

static void fail_now(struct mr_test_world *world, int err, const char *text)
{
    struct mr_call *call = world->call;
    world->call = NULL;
    mr_call_fail(call, err, "%s", text);
    world->on_answered(world->on_answered_ctx);
}

/* Scripts ----------------------------------------------------------------------------------------
 */

static void on_loaded(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_test_world *world = ctx;
    (void)result;
    if (!world->call || world->freeing) {
        return;
    }
    if (err < 0) {
        fail_now(world, err, text);
    } else {
        mr_test_world_settle(world, answer, world);
    }
}

/* What lies beside the test file comes first, then what is found by name. */
static void resolve(const struct mr_test_world *world, const char *name, char *out, size_t size)
{
    const char *file = world->place->file;
    int folder = (int)(strrchr(file, '/') - file);
    size_t len = strlen(name);
    bool lua = len > 4 && strcmp(name + len - 4, ".lua") == 0;
    snprintf(out, size, "%.*s/%s%s", folder, file, name, lua ? "" : ".lua");
    if (name[0] == '/' || access(out, R_OK) != 0) {
        snprintf(out, size, "%s", name);
    }
}

static void load(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_test_world *world = ctx;
    char path[PATH];
    char why[WHY] = "";
    if (!begin(world, call, finish_true)) {
        return;
    }
    resolve(world, mr_json_string(params, "name"), path, sizeof path);
    int err =
        mr_scripts_load_for_test(world->scripts, path, false, on_loaded, world, why, sizeof why);
    if (err < 0) {
        world->call = NULL;
        mr_call_fail(call, err, "%s", *why ? why : mr_error_text(err));
    }
}

/* The room ---------------------------------------------------------------------------------------
 */

int mr_test_enter(struct mr_test_world *world, const char *name, char *why, size_t why_size)
{
    struct mr_address address;
    struct mr_secret password = {0};
    int err = mr_address_parse(room_address, &address, why, why_size);
    if (err == MR_OK) {
        err = mr_secret_init(&password, MR_LIMIT_PASSWORD);
    }
    if (err == MR_OK) {
        err = mr_secret_set(&password, "password", strlen("password"));
    }
    if (err == MR_OK) {
        mr_session_abort(world->core.session);
        err = mr_session_login(world->core.session, &address, name ? name : user_name, &password,
                               false, why, why_size);
    }
    mr_secret_free(&password);
    return err;
}

static void enter(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_test_world *world = ctx;
    char why[WHY] = "";
    const cJSON *info = cJSON_GetObjectItemCaseSensitive(params, "info");
    int err = mr_test_room_set_info(world->room, info, why, sizeof why);
    if (err == MR_OK) {
        err = mr_test_enter(world, mr_json_string(info, "name"), why, sizeof why);
    }
    if (err < 0) {
        mr_call_fail(call, err, "%s", *why ? why : mr_error_text(err));
    } else {
        settle(world, call, finish_true);
    }
}

static void drop(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_test_world *world = ctx;
    (void)params;
    mr_test_room_hang_up(world->room);
    settle(world, call, finish_true);
}

static void receive(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_test_world *world = ctx;
    int err = mr_test_room_send(world->room, mr_json_string(params, "line"));
    if (err < 0) {
        mr_call_fail(call, err, "%s",
                     err == MR_EOFFLINE ? "The room cannot say anything: nobody is in it."
                                        : mr_error_text(err));
    } else {
        settle(world, call, finish_true);
    }
}

/* The user ---------------------------------------------------------------------------------------
 */

static void keys(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_test_world *world = ctx;
    const char *text = mr_json_string(params, "keys");
    size_t len = strlen(text);
    if (len > 4096) {
        mr_call_fail(call, MR_ELIMIT, "That is more than can be typed at once.");
        return;
    }
    ssize_t written = write(world->keys[1], text, len);
    if (written != (ssize_t)len) {
        mr_call_fail(call, MR_EIO, "The keys could not be pressed: %s", strerror(errno));
        return;
    }
    world->news++;
    settle(world, call, finish_true);
}

/* Time -------------------------------------------------------------------------------------------
 */

static void go_to(struct mr_test_world *world, uint64_t at_ms)
{
    int64_t before = mr_loop_time(world->core.loop);
    mr_loop_advance(world->core.loop, at_ms);
    if (mr_loop_time(world->core.loop) != before) {
        mr_scripts_tell_time(world->scripts);
    }
}

bool mr_test_next_timer(struct mr_test_world *world, uint64_t until_ms)
{
    uint64_t at;
    if (!mr_loop_next_timer(world->core.loop, &at) || at > until_ms) {
        return false;
    }
    go_to(world, at);
    return true;
}

/* From timer to timer, with all that each brings about. */
static void advance_step(void *ctx)
{
    struct mr_test_world *world = ctx;
    if (mr_test_next_timer(world, world->until_ms)) {
        mr_test_world_settle(world, advance_step, world);
    } else {
        go_to(world, world->until_ms);
        mr_test_world_settle(world, answer, world);
    }
}

static void advance(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_test_world *world = ctx;
    double seconds = cJSON_GetObjectItemCaseSensitive(params, "seconds")->valuedouble;
    if (!(seconds >= 0) || seconds > ADVANCE_MAX_S) {
        mr_call_fail(call, MR_EINVAL, "Time goes on by 0 seconds to a year.");
        return;
    }
    if (begin(world, call, finish_true)) {
        world->until_ms = mr_loop_now_ms(world->core.loop) + (uint64_t)(seconds * 1000 + 0.5);
        mr_test_world_settle(world, advance_step, world);
    }
}

static void paused(void *ctx)
{
    struct mr_test_world *world = ctx;
    mr_timer_stop(&world->pause);
    mr_test_world_settle(world, answer, world);
}

static void pause_really(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_test_world *world = ctx;
    double seconds = cJSON_GetObjectItemCaseSensitive(params, "seconds")->valuedouble;
    if (!(seconds >= 0) || seconds > PAUSE_MAX_S) {
        mr_call_fail(call, MR_EINVAL, "A pause has 0 to %d seconds.", PAUSE_MAX_S);
        return;
    }
    if (begin(world, call, finish_true) &&
        mr_timer_start_real(world->core.loop, (uint64_t)(seconds * 1000), 0, paused, world,
                            &world->pause) < 0) {
        fail_now(world, MR_ENOMEM, mr_error_text(MR_ENOMEM));
    }
}

/* What happened ----------------------------------------------------------------------------------
 */

static void finish_take(struct mr_test_world *world, struct mr_call *call)
{
    cJSON *result = cJSON_CreateObject();
    int err = result ? mr_json_set(result, "sent", mr_test_room_take(world->room)) : MR_ENOMEM;
    if (err == MR_OK) {
        err = mr_json_set(result, "shown", world->shown);
        world->shown = cJSON_CreateArray();
    }
    if (err == MR_OK) {
        err = mr_json_set(result, "errors", world->errors);
        world->errors = cJSON_CreateArray();
    }
    if (err == MR_OK) {
        (void)mr_json_set_int(result, "bells", world->bells);
        world->bells = 0;
    }
    mr_call_return(call, result);
}

static void take(void *ctx, struct mr_call *call, const cJSON *params)
{
    (void)params;
    settle(ctx, call, finish_take);
}

static void finish_look(struct mr_test_world *world, struct mr_call *call)
{
    const char *question = mr_ui_question(world->ui);
    enum mr_session_state state = mr_session_state(world->core.session);
    cJSON *result = cJSON_CreateObject();
    int err = result && question ? mr_json_set_string(result, "question", question) : MR_OK;
    if (err == MR_OK) {
        err = mr_json_set_string(result, "typed", mr_ui_line(world->ui));
    }
    if (err == MR_OK) {
        err = mr_json_set_string(result, "state", mr_session_state_name(state));
    }
    if (err == MR_OK) {
        err = mr_json_set_int(result, "time", mr_loop_time(world->core.loop));
    }
    if (err == MR_OK) {
        (void)mr_json_set_bool(result, "quits", world->quits);
    }
    mr_call_return(call, result);
}

static void look(void *ctx, struct mr_call *call, const cJSON *params)
{
    (void)params;
    settle(ctx, call, finish_look);
}

/* Recordings -------------------------------------------------------------------------------------
 */

static cJSON *parse_lines(const char *text, char *why, size_t why_size)
{
    cJSON *list = cJSON_CreateArray();
    for (int number = 1; list && *text; number++) {
        size_t len = strcspn(text, "\n");
        const char *reason = "";
        cJSON *entry = len ? mr_json_parse(text, len, &reason) : NULL;
        if (len && (!cJSON_IsObject(entry) || !cJSON_AddItemToArray(list, entry))) {
            snprintf(why, why_size, "line %d is no JSON object %s", number, reason);
            cJSON_Delete(entry);
            cJSON_Delete(list);
            return NULL;
        }
        text += len + (text[len] == '\n');
    }
    return list;
}

static void recording(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_test_world *world = ctx;
    char path[PATH];
    char why[WHY] = "";
    struct mr_buf text;
    const char *name = mr_json_string(params, "file");
    const char *file = world->place->file;
    int folder = name[0] == '/' ? 0 : (int)(strrchr(file, '/') + 1 - file);
    snprintf(path, sizeof path, "%.*s%s", folder, file, name);
    mr_buf_init(&text, MR_LIMIT_RECORDING);
    int err = mr_file_load(path, &text);
    cJSON *list = err == MR_OK ? parse_lines(mr_buf_str(&text), why, sizeof why) : NULL;
    mr_buf_free(&text);
    if (!list) {
        mr_call_fail(call, err < 0 ? err : MR_EINVAL, "%s: %s", name,
                     *why ? why : mr_error_text(err < 0 ? err : MR_ENOMEM));
        return;
    }
    mr_call_return(call, list);
}

/* ------------------------------------------------------------------------------------------------
 */

static void nobody_waits(void *ctx)
{
    (void)ctx;
}

int mr_test_methods_bind(struct mr_test_world *world)
{
    static const struct mr_binding rows[] = {
        {"test.load", load},           {"test.enter", enter}, {"test.drop", drop},
        {"test.recv", receive},        {"test.keys", keys},   {"test.advance", advance},
        {"test.take", take},           {"test.look", look},   {"test.pause", pause_really},
        {"test.recording", recording}, {NULL, NULL},
    };
    world->on_answered = nobody_waits;
    return mr_api_bind_all(world->core.api, rows, world);
}

void mr_test_methods_end(struct mr_test_world *world)
{
    struct mr_call *call = world->call;
    world->call = NULL;
    mr_timer_stop(&world->pause);
    if (call) {
        mr_call_fail(call, MR_ECANCELED, "The test has ended.");
    }
}
