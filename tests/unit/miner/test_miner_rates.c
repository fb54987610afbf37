/* The rates of a search, from samples. */
#include "plugins/miner/supervisor/machine.h"
#include "plugins/miner/supervisor/rates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct mr_rates rates;

static void nothing_is_known_of_one_sample(void **state)
{
    (void)state;
    double history[4];
    mr_rates_clear(&rates);
    assert_true(mr_rates_over(&rates, 60) == 0);
    assert_int_equal(mr_rates_history(&rates, history, 4), 0);
    mr_rates_add(&rates, 5, 100);
    assert_true(mr_rates_over(&rates, 60) == 0);
    assert_int_equal(mr_rates_history(&rates, history, 4), 0);
}

/* 10 a second for a while, then 20. */
static void windows(void **state)
{
    (void)state;
    double history[4], attempts = 0;
    mr_rates_clear(&rates);
    for (int second = 0; second <= 2000; second++) {
        mr_rates_add(&rates, second, attempts);
        attempts += second < 1970 ? 10 : 20;
    }
    assert_true(mr_rates_over(&rates, 1) == 20);
    assert_true(mr_rates_over(&rates, 30) == 20);
    assert_true(mr_rates_over(&rates, 60) == 15);
    /* No further back than a quarter of an hour: 870 s of 10, 30 s of 20. */
    assert_true(mr_rates_over(&rates, 1e6) == (870.0 * 10 + 30 * 20) / 900);
    assert_int_equal(mr_rates_history(&rates, history, 4), 4);
    for (int i = 0; i < 4; i++)
        assert_true(history[i] == 20);
}

static void a_counter_that_begins_anew(void **state)
{
    (void)state;
    mr_rates_clear(&rates);
    mr_rates_add(&rates, 1, 1000);
    mr_rates_add(&rates, 2, 2000);
    mr_rates_add(&rates, 3, 10);
    assert_true(mr_rates_over(&rates, 60) == 0);
    mr_rates_add(&rates, 4, 40);
    assert_true(mr_rates_over(&rates, 60) == 30);
    mr_rates_add(&rates, 4, 50); /* a clock that stands still */
    assert_true(mr_rates_over(&rates, 0) == 0);
}

static void the_machine_is_looked_at(void **state)
{
    (void)state;
    struct mr_machine machine = {0};
    mr_machine_look(&machine, 0);
    assert_true(machine.total > 0 && machine.busy <= machine.total);
    for (int i = 0; i < 3; i++) {
        mr_machine_look(&machine, 1e9 * i); /* more than there is */
        assert_true(machine.others >= 0 && machine.others <= 1);
    }
    (void)mr_machine_on_battery();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_of_one_sample),
        cmocka_unit_test(windows),
        cmocka_unit_test(a_counter_that_begins_anew),
        cmocka_unit_test(the_machine_is_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
