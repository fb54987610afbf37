/* Timers on a virtual clock: nothing fires by itself, and everything in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/runtime/loop.h"

static const int64_t epoch = 1000000000;

struct world {
    struct mr_loop *loop;
    struct mr_timer *timers[4];
    uint64_t begin;
    char order[64];
};

struct ring {
    struct world *world;
    char letter;
    int stops; /* the timer that it stops; -1: none */
};

static void set_up(struct world *world)
{
    *world = (struct world){0};
    assert_int_equal(mr_loop_new(&world->loop), MR_OK);
    mr_loop_use_virtual_clock(world->loop, epoch);
    world->begin = mr_loop_now_ms(world->loop);
}

static void tear_down(struct world *world)
{
    for (size_t i = 0; i < 4; i++)
        mr_timer_stop(&world->timers[i]);
    mr_loop_free(world->loop);
}

static void stop(void *ctx)
{
    mr_loop_stop(ctx);
}

/* So many turns of the loop, without waiting for anything. */
static void run(struct world *world)
{
    struct mr_timer *end = NULL;
    assert_int_equal(mr_timer_start_real(world->loop, 10, 0, stop, world->loop, &end), MR_OK);
    mr_loop_run(world->loop);
    mr_timer_stop(&end);
}

static void on_ring(void *ctx)
{
    const struct ring *ring = ctx;
    size_t len = strlen(ring->world->order);
    snprintf(ring->world->order + len, sizeof ring->world->order - len, "%c", ring->letter);
    if (ring->stops >= 0)
        mr_timer_stop(&ring->world->timers[ring->stops]);
}

static void start(struct world *world, int i, uint64_t delay, uint64_t repeat, struct ring *ring)
{
    assert_int_equal(mr_timer_start(world->loop, delay, repeat, on_ring, ring, &world->timers[i]),
                     MR_OK);
}

static void nothing_fires_before_its_time(void **state)
{
    struct world world;
    (void)state;
    set_up(&world);
    struct ring a = {&world, 'a', -1};
    uint64_t at = 0;
    start(&world, 0, 5, 0, &a);
    run(&world); /* more than 5 ms of real time */
    assert_string_equal(world.order, "");
    assert_true(mr_loop_next_timer(world.loop, &at));
    assert_int_equal(at, world.begin + 5);
    mr_loop_advance(world.loop, world.begin + 4);
    run(&world);
    assert_string_equal(world.order, "");
    mr_loop_advance(world.loop, world.begin + 5);
    run(&world);
    assert_string_equal(world.order, "a");
    assert_false(mr_loop_next_timer(world.loop, &at));
    tear_down(&world);
}

static void timers_fire_in_order_of_time_then_of_begin(void **state)
{
    struct world world;
    (void)state;
    set_up(&world);
    struct ring rings[] = {
        {&world, 'a', -1}, {&world, 'b', -1}, {&world, 'c', -1}, {&world, 'd', -1}};
    start(&world, 0, 20, 0, &rings[0]);
    start(&world, 1, 10, 0, &rings[1]);
    start(&world, 2, 20, 0, &rings[2]);
    start(&world, 3, 0, 8, &rings[3]); /* at 0, 8, 16 and 24 */
    mr_loop_advance(world.loop, world.begin + 24);
    run(&world);
    assert_string_equal(world.order, "ddbdacd");
    tear_down(&world);
}

static void a_stopped_timer_is_silent_in_the_same_turn(void **state)
{
    struct world world;
    (void)state;
    set_up(&world);
    struct ring a = {&world, 'a', 1};
    struct ring b = {&world, 'b', -1};
    struct ring c = {&world, 'c', 2};
    start(&world, 0, 3, 0, &a); /* stops the second */
    start(&world, 1, 3, 0, &b);
    start(&world, 2, 3, 3, &c); /* stops itself */
    mr_loop_advance(world.loop, world.begin + 100);
    run(&world);
    assert_string_equal(world.order, "ac");
    tear_down(&world);
}

static void the_clock_on_the_wall_goes_along(void **state)
{
    struct world world;
    (void)state;
    set_up(&world);
    assert_int_equal(mr_loop_time(world.loop), epoch);
    mr_loop_advance(world.loop, world.begin + 61500);
    assert_int_equal(mr_loop_time(world.loop), epoch + 61);
    mr_loop_advance(world.loop, world.begin); /* never back */
    assert_int_equal(mr_loop_now_ms(world.loop), world.begin + 61500);
    tear_down(&world);
}

static void what_nobody_stopped_goes_with_the_loop(void **state)
{
    struct world world;
    (void)state;
    set_up(&world);
    struct ring a = {&world, 'a', -1};
    start(&world, 0, 1000, 1000, &a);
    mr_loop_free(world.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_fires_before_its_time),
        cmocka_unit_test(timers_fire_in_order_of_time_then_of_begin),
        cmocka_unit_test(a_stopped_timer_is_silent_in_the_same_turn),
        cmocka_unit_test(the_clock_on_the_wall_goes_along),
        cmocka_unit_test(what_nobody_stopped_goes_with_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
