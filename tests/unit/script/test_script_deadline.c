/* Deadlines, with time as the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/script/deadline.h"

static enum mr_verdict at(struct mr_deadline *d, uint64_t ms, uint64_t cpu_ms, unsigned gaps)
{
    const struct mr_moment now = {.now_ms = ms, .cpu_us = cpu_ms * 1000, .gaps = gaps};
    return mr_deadline_check(d, &now);
}

static struct mr_deadline begun(uint64_t allowance_ms)
{
    struct mr_deadline d = {0};
    const struct mr_moment now = {.now_ms = 10000, .cpu_us = 50000};
    mr_deadline_start(&d, allowance_ms, &now);
    return d;
}

static void test_nothing_open(void **state)
{
    (void)state;
    struct mr_deadline d = begun(0);
    assert_int_equal(at(&d, 99999, 99999, 0), MR_DEADLINE_KEPT);
}

static void test_missed_then_stuck(void **state)
{
    (void)state;
    struct mr_deadline d = begun(1000);
    assert_int_equal(at(&d, 10900, 950, 0), MR_DEADLINE_KEPT);
    assert_int_equal(at(&d, 11000, 1050, 0), MR_DEADLINE_MISSED);
    assert_int_equal(at(&d, 11100, 1150, 0), MR_DEADLINE_KEPT);
    assert_int_equal(at(&d, 11700, 1750, 0), MR_DEADLINE_STUCK);
}

static void test_answer_in_the_grace(void **state)
{
    (void)state;
    struct mr_deadline d = begun(1000);
    assert_int_equal(at(&d, 11000, 1050, 0), MR_DEADLINE_MISSED);
    mr_deadline_progress(&d, 0);
    assert_int_equal(at(&d, 20000, 9000, 0), MR_DEADLINE_KEPT);
}

static void test_waiting_is_no_miss(void **state)
{
    (void)state;
    struct mr_deadline d = begun(1000);
    assert_int_equal(at(&d, 60000, 300, 0), MR_DEADLINE_KEPT);
    /* What it used at last counts: it had its time by then. */
    assert_int_equal(at(&d, 70000, 1100, 0), MR_DEADLINE_MISSED);
}

static void test_progress_restarts(void **state)
{
    (void)state;
    struct mr_deadline d = begun(1000);
    mr_deadline_progress(&d, 1000);
    assert_int_equal(at(&d, 10900, 950, 0), MR_DEADLINE_KEPT);
    assert_int_equal(at(&d, 11800, 1800, 0), MR_DEADLINE_KEPT);
    assert_int_equal(at(&d, 11900, 1950, 0), MR_DEADLINE_MISSED);
}

static void test_gap_restarts(void **state)
{
    (void)state;
    struct mr_deadline d = begun(1000);
    assert_int_equal(at(&d, 90000, 5000, 1), MR_DEADLINE_KEPT);
    assert_int_equal(at(&d, 90900, 5900, 1), MR_DEADLINE_KEPT);
    assert_int_equal(at(&d, 91000, 6000, 1), MR_DEADLINE_MISSED);
}

static void test_three_in_a_minute(void **state)
{
    (void)state;
    struct mr_deadline d = begun(1000);
    for (uint64_t i = 0; i < 3; i++) {
        const struct mr_moment now = {.now_ms = 10000 + i * 20000, .cpu_us = i * 2000000};
        mr_deadline_start(&d, 1000, &now);
        assert_false(mr_deadline_exhausted(&d, now.now_ms));
        assert_int_equal(at(&d, now.now_ms + 1000, i * 2000 + 1000, 0), MR_DEADLINE_MISSED);
    }
    assert_true(mr_deadline_exhausted(&d, 51000));
    assert_true(mr_deadline_exhausted(&d, 71000));
    assert_false(mr_deadline_exhausted(&d, 71001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_open),        cmocka_unit_test(test_missed_then_stuck),
        cmocka_unit_test(test_answer_in_the_grace), cmocka_unit_test(test_waiting_is_no_miss),
        cmocka_unit_test(test_progress_restarts),   cmocka_unit_test(test_gap_restarts),
        cmocka_unit_test(test_three_in_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
