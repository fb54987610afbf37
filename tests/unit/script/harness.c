#include "tests/unit/script/harness.h"

#include <dirent.h>
#include <ftw.h>
#include <moonroom/errors.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/runtime/file.h"
#include "core/runtime/json.h"

enum { KEPT = 8 * 1024 * 1024, TURN_MS = 5 };

static void on_log(void *ctx, enum mr_log_level level, const struct mr_safe_text *text)
{
    struct harness *h = ctx;
    (void)level;
    (void)mr_buf_printf(&h->logged, "%s\n", text->text);
}

static void on_event(void *ctx, const char *name, const cJSON *data)
{
    struct harness *h = ctx;
    const char *code = mr_json_string(data, "code");
    const char *text = mr_json_string(data, "text");
    (void)mr_buf_printf(&h->events, "%s %s %s %s\n", name, mr_json_string(data, "name"),
                        code ? code : "", text ? text : "");
}

static void print(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct harness *h = ctx;
    (void)mr_buf_printf(&h->printed, "%s| %s\n", mr_caller_name(mr_call_caller(call)),
                        mr_json_string(params, "text"));
    mr_call_return(call, cJSON_CreateTrue());
}

static void table(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct harness *h = ctx;
    char *text = mr_json_print(cJSON_GetObjectItemCaseSensitive(params, "rows"));
    (void)mr_buf_printf(&h->printed, "%s| %s\n", mr_caller_name(mr_call_caller(call)), text);
    cJSON_free(text);
    mr_call_return(call, cJSON_CreateTrue());
}

static void confirm(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct harness *h = ctx;
    h->questions++;
    snprintf(h->question, sizeof h->question, "%s", mr_json_string(params, "question"));
    if (h->reply == HARNESS_NOBODY) {
        mr_call_fail(call, MR_EUNSUPPORTED, "nobody can be asked");
    } else {
        mr_call_return(call, cJSON_CreateBool(h->reply == HARNESS_YES));
    }
}

static void point_paths(struct harness *h)
{
    assert_int_equal(mr_paths_init(&h->paths, h->home), MR_OK);
    free(h->paths.lua_host);
    free(h->paths.shipped_scripts);
    h->paths.lua_host = strdup(MR_LUA_HOST);
    assert_true(asprintf(&h->paths.shipped_scripts, "%s/shipped", h->home) > 0);
    assert_int_equal(mr_file_make_folder(h->paths.user_scripts), MR_OK);
    assert_int_equal(mr_file_make_folder(h->paths.shipped_scripts), MR_OK);
}

static void make_core(struct harness *h)
{
    struct mr_core *core = &h->core;
    const struct mr_caller_options user = {.kind = MR_CALLER_USER, .name = "you"};
    core->log = &h->log;
    core->paths = &h->paths;
    assert_int_equal(mr_loop_new(&core->loop), MR_OK);
    assert_int_equal(mr_hooks_new(&core->hooks), MR_OK);
    assert_int_equal(mr_filters_new(&core->filters), MR_OK);
    assert_int_equal(mr_settings_new(NULL, core->hooks, core->log, &core->settings), MR_OK);
    /* Tests write files while they see to reloading themselves. */
    char why[128];
    assert_int_equal(mr_settings_set(core->settings, "script.watch", "off", why, sizeof why),
                     MR_OK);
    const struct mr_session_options session = {.loop = core->loop,
                                               .hooks = core->hooks,
                                               .filters = core->filters,
                                               .settings = core->settings,
                                               .log = core->log};
    assert_int_equal(mr_session_new(&session, &core->session), MR_OK);
    assert_int_equal(mr_api_new(&core->api), MR_OK);
    assert_int_equal(mr_commands_new(core->loop, &core->commands), MR_OK);
    assert_int_equal(mr_caller_new(core->api, &user, &core->user), MR_OK);
    assert_int_equal(mr_methods_new(core, &h->methods), MR_OK);
}

void harness_start(struct harness *h)
{
    memset(h, 0, sizeof *h);
    snprintf(h->home, sizeof h->home, "/tmp/moonroom-test-XXXXXX");
    assert_non_null(mkdtemp(h->home));
    mr_buf_init(&h->printed, KEPT);
    mr_buf_init(&h->logged, KEPT);
    mr_buf_init(&h->events, KEPT);
    mr_log_init(&h->log, NULL, MR_LOG_DEBUG);
    mr_log_set_sink(&h->log, on_log, h);
    point_paths(h);
    make_core(h);
    assert_int_equal(mr_api_bind(h->core.api, "ui.print", print, h), MR_OK);
    assert_int_equal(mr_api_bind(h->core.api, "ui.table", table, h), MR_OK);
    assert_int_equal(mr_api_bind(h->core.api, "ui.confirm", confirm, h), MR_OK);
    assert_int_equal(mr_hooks_listen(h->core.hooks, "script_loaded", 0, h, on_event, h, NULL),
                     MR_OK);
    assert_int_equal(mr_hooks_listen(h->core.hooks, "script_ended", 0, h, on_event, h, NULL),
                     MR_OK);
    assert_int_equal(mr_scripts_new(&h->core, &h->scripts), MR_OK);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void harness_stop(struct harness *h)
{
    struct mr_core *core = &h->core;
    mr_scripts_free(h->scripts);
    mr_methods_free(&h->methods);
    mr_caller_free(&core->user);
    mr_commands_free(core->commands);
    mr_session_free(core->session);
    mr_api_free(core->api);
    mr_settings_free(core->settings);
    mr_filters_free(core->filters);
    mr_hooks_free(core->hooks);
    mr_loop_free(core->loop);
    mr_paths_free(&h->paths);
    mr_buf_free(&h->printed);
    mr_buf_free(&h->logged);
    mr_buf_free(&h->events);
    nftw(h->home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void harness_script(struct harness *h, const char *name, const char *text)
{
    char path[512];
    /* Names that begin with "shipped/" lie with the program. */
    bool shipped = strncmp(name, "shipped/", 8) == 0;
    snprintf(path, sizeof path, "%s/%s", shipped ? h->home : h->paths.user_scripts, name);
    char *folder = strndup(path, (size_t)(strrchr(path, '/') - path));
    assert_int_equal(mr_file_make_folder(folder), MR_OK);
    free(folder);
    assert_int_equal(mr_file_save(path, text, strlen(text)), MR_OK);
}

void harness_load(struct harness *h, const char *name)
{
    char why[512];
    int err = mr_scripts_load(h->scripts, name, why, sizeof why);
    if (err < 0) {
        fail_msg("%s: %s", name, why);
    }
}

static void stop_loop(void *ctx)
{
    mr_loop_stop(ctx);
}

static void turn(struct harness *h, uint64_t ms)
{
    struct mr_timer *timer = NULL;
    assert_int_equal(mr_timer_start(h->core.loop, ms, 0, stop_loop, h->core.loop, &timer), MR_OK);
    assert_int_equal(mr_loop_run(h->core.loop), MR_OK);
    mr_timer_stop(&timer);
}

void harness_run(struct harness *h, uint64_t ms)
{
    turn(h, ms);
}

bool harness_has(const struct harness *h, const char *text)
{
    return strstr(mr_buf_str(&h->printed), text) || strstr(mr_buf_str(&h->events), text) ||
           strstr(mr_buf_str(&h->logged), text);
}

uint64_t harness_until(struct harness *h, const char *text)
{
    uint64_t begin = mr_loop_now_ms(h->core.loop);
    while (!harness_has(h, text)) {
        if (mr_loop_now_ms(h->core.loop) - begin > HARNESS_WAIT_MS) {
            fail_msg("'%s' did not come; printed:\n%sevents:\n%slogged:\n%s", text,
                     mr_buf_str(&h->printed), mr_buf_str(&h->events), mr_buf_str(&h->logged));
        }
        turn(h, TURN_MS);
    }
    return mr_loop_now_ms(h->core.loop) - begin;
}

void harness_forget(struct harness *h)
{
    mr_buf_clear(&h->printed);
    mr_buf_clear(&h->events);
    mr_buf_clear(&h->logged);
}

void harness_until_ready(struct harness *h)
{
    uint64_t begin = mr_loop_now_ms(h->core.loop);
    while (!mr_scripts_ready(h->scripts)) {
        assert_true(mr_loop_now_ms(h->core.loop) - begin < HARNESS_WAIT_MS);
        turn(h, TURN_MS);
    }
}

struct answer {
    bool done;
    char text[16384];
};

static void on_answer(void *ctx, int err, const char *text, const cJSON *result)
{
    struct answer *answer = ctx;
    char *json = result ? mr_json_print(result) : NULL;
    if (err < 0) {
        snprintf(answer->text, sizeof answer->text, "!%s %s", mr_error_name(err), text);
    } else {
        snprintf(answer->text, sizeof answer->text, "%s", json ? json : "null");
    }
    cJSON_free(json);
    answer->done = true;
}

const char *harness_call(struct harness *h, const char *method, const char *params)
{
    static struct answer answer;
    cJSON *json = cJSON_Parse(params);
    answer.done = false;
    mr_api_call(h->core.api, h->core.user, method, json, on_answer, &answer);
    cJSON_Delete(json);
    uint64_t begin = mr_loop_now_ms(h->core.loop);
    while (!answer.done) {
        assert_true(mr_loop_now_ms(h->core.loop) - begin < HARNESS_WAIT_MS);
        turn(h, TURN_MS);
    }
    return answer.text;
}

static void on_typed(void *ctx, int err, const char *text)
{
    struct harness *h = ctx;
    if (err < 0) {
        (void)mr_buf_printf(&h->printed, "refused| %s\n", text);
    }
}

void harness_type(struct harness *h, const char *line)
{
    mr_commands_run(h->core.commands, line, "Lobby", on_typed, h);
}

void harness_emit(struct harness *h, const char *name, const char *json)
{
    int event = mr_event_find(name);
    assert_true(event >= 0);
    assert_int_equal(mr_hooks_emit(h->core.hooks, (enum mr_event)event, cJSON_Parse(json)), MR_OK);
}
