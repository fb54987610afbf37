#include "tests/unit/plugin/parts.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 20000, TURN_MS = 5 };

static void keep_log(void *context, enum mr_log_level level, const struct mr_safe_text *text)
{
    struct parts *parts = context;
    size_t len = strlen(parts->log);
    snprintf(parts->log + len, sizeof parts->log - len, "%s: %s\n", mr_log_level_name(level),
             text->text);
}

void parts_start(struct parts *parts)
{
    struct mr_core *core = &parts->core;
    memset(parts, 0, sizeof *parts);
    snprintf(parts->home, sizeof parts->home, "/tmp/moonroom-plugin-XXXXXX");
    assert_non_null(mkdtemp(parts->home));
    mr_log_init(&parts->sink, NULL, MR_LOG_DEBUG);
    mr_log_set_sink(&parts->sink, keep_log, parts);
    core->log = &parts->sink;
    core->paths = &parts->paths;
    assert_int_equal(mr_paths_init(&parts->paths, parts->home), MR_OK);
    assert_int_equal(mr_loop_new(&core->loop), MR_OK);
    assert_int_equal(mr_hooks_new(&core->hooks), MR_OK);
    assert_int_equal(mr_filters_new(&core->filters), MR_OK);
    assert_int_equal(mr_settings_new(NULL, core->hooks, core->log, &core->settings), MR_OK);
    assert_int_equal(mr_api_new(&core->api), MR_OK);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

void parts_end(struct parts *parts)
{
    struct mr_core *core = &parts->core;
    mr_api_free(core->api);
    mr_settings_free(core->settings);
    mr_filters_free(core->filters);
    mr_hooks_free(core->hooks);
    mr_loop_free(core->loop);
    mr_paths_free(&parts->paths);
    assert_int_equal(nftw(parts->home, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void stop_loop(void *ctx)
{
    mr_loop_stop(ctx);
}

void parts_run(struct parts *parts, bool (*done)(void *ctx), void *ctx)
{
    uint64_t end = mr_loop_now_ms(parts->core.loop) + PATIENCE_MS;
    struct mr_timer *turn = NULL;
    assert_int_equal(
        mr_timer_start(parts->core.loop, TURN_MS, TURN_MS, stop_loop, parts->core.loop, &turn),
        MR_OK);
    while (!done(ctx) && mr_loop_now_ms(parts->core.loop) < end)
        (void)mr_loop_run(parts->core.loop);
    mr_timer_stop(&turn);
    assert_true(done(ctx));
}
