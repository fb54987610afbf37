#include "plugins/miner/supervisor/rates.h"

void mr_rates_clear(struct mr_rates *rates)
{
    rates->first = rates->count = 0;
}

/* The sample that was added so many before the newest. */
static size_t place(const struct mr_rates *rates, size_t back)
{
    return (rates->first + rates->count - 1 - back) % MR_RATES_SAMPLES;
}

void mr_rates_add(struct mr_rates *rates, double seconds, double attempts)
{
    if (rates->count > 0 && attempts < rates->attempts[place(rates, 0)])
        mr_rates_clear(rates);
    if (rates->count == MR_RATES_SAMPLES) {
        rates->first = (rates->first + 1) % MR_RATES_SAMPLES;
        rates->count--;
    }
    rates->count++;
    rates->seconds[place(rates, 0)] = seconds;
    rates->attempts[place(rates, 0)] = attempts;
}

static double between(const struct mr_rates *rates, size_t older, size_t newer)
{
    double seconds = rates->seconds[newer] - rates->seconds[older];
    return seconds > 0 ? (rates->attempts[newer] - rates->attempts[older]) / seconds : 0;
}

double mr_rates_over(const struct mr_rates *rates, double window)
{
    size_t back = 0;
    if (rates->count < 2)
        return 0;
    size_t newest = place(rates, 0);
    while (back + 1 < rates->count &&
           rates->seconds[newest] - rates->seconds[place(rates, back)] < window)
        back++;
    return between(rates, place(rates, back), newest);
}

size_t mr_rates_history(const struct mr_rates *rates, double *out, size_t max)
{
    size_t steps = rates->count > 0 ? rates->count - 1 : 0;
    size_t used = steps < max ? steps : max;
    for (size_t i = 0; i < used; i++)
        out[i] = between(rates, place(rates, used - i), place(rates, used - i - 1));
    return used;
}
