/* The outbox: pace, packing, order, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/session/outbox.h"

struct world {
    struct mr_loop *loop;
    struct mr_outbox *outbox;
    struct mr_timer *tick;
    bool ready;
    int err, failures;
    size_t frames, lines, longest;
    struct mr_buf text; /* frames, each with "|" behind */
};

static int send_frame(void *ctx, const char *text, size_t len, size_t lines)
{
    struct world *world = ctx;
    if (world->err != MR_OK)
        return world->err;
    size_t counted = 1;
    for (size_t i = 0; i < len; i++)
        counted += text[i] == '\n';
    assert_int_equal(counted, lines);
    world->frames++;
    world->lines += lines;
    if (len > world->longest)
        world->longest = len;
    assert_int_equal(mr_buf_append(&world->text, text, len), MR_OK);
    assert_int_equal(mr_buf_append(&world->text, "|", 1), MR_OK);
    return MR_OK;
}

static bool ready(void *ctx)
{
    struct world *world = ctx;
    return world->ready;
}

static void failed(void *ctx, int err)
{
    struct world *world = ctx;
    assert_int_equal(err, world->err);
    world->failures++;
}

static void on_tick(void *ctx)
{
    struct world *world = ctx;
    mr_loop_stop(world->loop);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    world->ready = true;
    mr_buf_init(&world->text, 10000000);
    assert_int_equal(mr_loop_new(&world->loop), MR_OK);
    const struct mr_outbox_options options = {
        .loop = world->loop, .send = send_frame, .ready = ready, .failed = failed, .ctx = world};
    assert_int_equal(mr_outbox_new(&options, &world->outbox), MR_OK);
    assert_int_equal(mr_timer_start(world->loop, 1, 1, on_tick, world, &world->tick), MR_OK);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    mr_outbox_free(&world->outbox);
    mr_timer_stop(&world->tick);
    mr_loop_free(world->loop);
    mr_buf_free(&world->text);
    free(world);
    return 0;
}

static int add(struct world *world, const char *line)
{
    return mr_outbox_add(world->outbox, line, strlen(line), MR_OUTBOX_BACK);
}

static void run_until(struct world *world, size_t lines)
{
    uint64_t begin = mr_loop_now_ms(world->loop);
    while (world->lines < lines) {
        assert_true(mr_loop_now_ms(world->loop) - begin < 20000);
        mr_loop_run(world->loop);
    }
}

/* Makes lines pile up, however slow this machine is. */
static void hold(struct world *world)
{
    world->ready = false;
}

static void let_go(struct world *world)
{
    world->ready = true;
    mr_outbox_kick(world->outbox);
}

static void an_idle_room_gets_a_line_at_once(void **state)
{
    struct world *world = *state;
    assert_int_equal(add(world, "hello"), MR_OK);
    assert_string_equal(mr_buf_str(&world->text), "hello|");
    assert_int_equal(mr_outbox_count(world->outbox), 0);
}

static void lines_that_pile_up_are_joined_in_order(void **state)
{
    struct world *world = *state;
    assert_int_equal(add(world, "a"), MR_OK);
    assert_string_equal(mr_buf_str(&world->text), "a|");
    hold(world);
    for (char c = 'b'; c != 'g'; c++)
        assert_int_equal(mr_outbox_add(world->outbox, &c, 1, MR_OUTBOX_BACK), MR_OK);
    let_go(world);
    run_until(world, 6);
    assert_string_equal(mr_buf_str(&world->text), "a|b\nc\nd\ne\nf|");
}

static void ten_at_once_then_four_a_second(void **state)
{
    struct world *world = *state;
    uint64_t begin = mr_loop_now_ms(world->loop);
    for (int i = 0; i < 14; i++)
        assert_int_equal(add(world, "x"), MR_OK);
    run_until(world, 14);
    /* Never faster than the pace allows; slower is not asserted. */
    assert_true(mr_loop_now_ms(world->loop) - begin >= 950);
    assert_int_equal(mr_outbox_count(world->outbox), 0);
}

static void frames_never_exceed_the_limit(void **state)
{
    struct world *world = *state;
    char line[MR_LIMIT_FRAME_OUT_TEXT + 1];
    memset(line, 'x', sizeof(line));
    assert_int_equal(mr_outbox_add(world->outbox, line, MR_LIMIT_FRAME_OUT_TEXT, MR_OUTBOX_BACK),
                     MR_OK);
    assert_int_equal(world->longest, MR_LIMIT_FRAME_OUT_TEXT);
    assert_int_equal(
        mr_outbox_add(world->outbox, line, MR_LIMIT_FRAME_OUT_TEXT + 1, MR_OUTBOX_BACK), MR_ELIMIT);
    assert_int_equal(mr_outbox_add(world->outbox, line, 0, MR_OUTBOX_BACK), MR_EINVAL);
    /* 1005 + LF + 1005 fit, one more does not */
    hold(world);
    static const size_t lengths[] = {1005, 1005, 1005, 1006, 5};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(mr_outbox_add(world->outbox, line, lengths[i], MR_OUTBOX_BACK), MR_OK);
    let_go(world);
    run_until(world, 6);
    assert_int_equal(world->frames, 4);
    assert_int_equal(world->longest, MR_LIMIT_FRAME_OUT_TEXT);
}

static void a_block_goes_first(void **state)
{
    struct world *world = *state;
    assert_int_equal(add(world, "first"), MR_OK);
    hold(world);
    assert_int_equal(add(world, "chat"), MR_OK);
    assert_int_equal(mr_outbox_add(world->outbox, "/mine", 5, MR_OUTBOX_FRONT), MR_OK);
    let_go(world);
    run_until(world, 3);
    assert_string_equal(mr_buf_str(&world->text), "first|/mine\nchat|");
    assert_false(mr_outbox_drop_front(world->outbox));
    hold(world);
    assert_int_equal(mr_outbox_add(world->outbox, "/mine", 5, MR_OUTBOX_FRONT), MR_OK);
    assert_int_equal(add(world, "more"), MR_OK);
    assert_true(mr_outbox_drop_front(world->outbox));
    assert_int_equal(mr_outbox_count(world->outbox), 1);
    let_go(world);
    run_until(world, 4);
    assert_string_equal(mr_buf_str(&world->text), "first|/mine\nchat|more|");
}

/* Whoever finds blocks faster than lines may go can still talk. */
static void blocks_and_talk_take_turns(void **state)
{
    struct world *world = *state;
    hold(world);
    for (int i = 0; i < 3; i++)
        assert_int_equal(add(world, "chat"), MR_OK);
    let_go(world);
    run_until(world, 3);
    assert_int_equal(mr_outbox_add(world->outbox, "/mine", 5, MR_OUTBOX_FRONT), MR_OK);
    run_until(world, 4);
    hold(world);
    assert_int_equal(add(world, "one"), MR_OK);
    assert_int_equal(add(world, "two"), MR_OK);
    assert_int_equal(mr_outbox_add(world->outbox, "/mine", 5, MR_OUTBOX_FRONT), MR_OK);
    let_go(world);
    run_until(world, 7);
    assert_string_equal(mr_buf_str(&world->text), "chat\nchat\nchat|/mine|one\n/mine\ntwo|");
    hold(world);
    assert_int_equal(mr_outbox_add(world->outbox, "/mine", 5, MR_OUTBOX_FRONT), MR_OK);
    assert_true(mr_outbox_drop_front(world->outbox));
    let_go(world);
}

static void a_dropped_only_line_leaves_nothing(void **state)
{
    struct world *world = *state;
    hold(world);
    assert_int_equal(mr_outbox_add(world->outbox, "/mine", 5, MR_OUTBOX_FRONT), MR_OK);
    assert_true(mr_outbox_drop_front(world->outbox));
    let_go(world);
    assert_int_equal(add(world, "later"), MR_OK);
    run_until(world, 1);
    assert_string_equal(mr_buf_str(&world->text), "later|");
}

static void leaving_ignores_the_pace_but_not_the_turn(void **state)
{
    struct world *world = *state;
    hold(world);
    for (int i = 0; i < 11; i++)
        assert_int_equal(add(world, "chat"), MR_OK);
    assert_int_equal(mr_outbox_add(world->outbox, "/exit", 5, MR_OUTBOX_EXIT), MR_OK);
    let_go(world);
    run_until(world, 12);
    const char *text = mr_buf_str(&world->text);
    assert_string_equal(text + strlen(text) - 11, "chat\n/exit|");
}

static void the_queue_has_a_maximum(void **state)
{
    struct world *world = *state;
    int err = MR_OK;
    size_t taken = 0;
    hold(world);
    while ((err = add(world, "x")) == MR_OK)
        taken++;
    assert_int_equal(err, MR_EBUSY);
    assert_int_equal(taken, MR_LIMIT_OUTBOX_LINES);
    assert_int_equal(mr_outbox_count(world->outbox), MR_LIMIT_OUTBOX_LINES);
    /* The goodbye always has a place. */
    assert_int_equal(mr_outbox_add(world->outbox, "/exit", 5, MR_OUTBOX_EXIT), MR_OK);
}

static void a_full_stream_holds_it_back(void **state)
{
    struct world *world = *state;
    world->ready = false;
    assert_int_equal(add(world, "one"), MR_OK);
    assert_int_equal(add(world, "two"), MR_OK);
    for (int i = 0; i < 50; i++)
        mr_loop_run(world->loop);
    assert_int_equal(world->frames, 0);
    world->ready = true;
    mr_outbox_kick(world->outbox);
    assert_string_equal(mr_buf_str(&world->text), "one\ntwo|");
    mr_outbox_kick(world->outbox);
    assert_int_equal(world->frames, 1);
}

static void a_failure_is_for_good(void **state)
{
    struct world *world = *state;
    assert_int_equal(add(world, "one"), MR_OK);
    hold(world);
    assert_int_equal(add(world, "two"), MR_OK);
    world->err = MR_ECRYPTO;
    world->ready = true;
    mr_outbox_kick(world->outbox);
    for (int i = 0; i < 100; i++)
        mr_loop_run(world->loop);
    assert_int_equal(world->failures, 1);
    world->err = MR_OK;
    assert_int_equal(add(world, "three"), MR_ECRYPTO);
    mr_outbox_kick(world->outbox);
    assert_int_equal(world->frames, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_idle_room_gets_a_line_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_that_pile_up_are_joined_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ten_at_once_then_four_a_second, set_up, tear_down),
        cmocka_unit_test_setup_teardown(frames_never_exceed_the_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_block_goes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(blocks_and_talk_take_turns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dropped_only_line_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaving_ignores_the_pace_but_not_the_turn, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_queue_has_a_maximum, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_stream_holds_it_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_is_for_good, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
