/* How fast a search went: samples of a counter, one a second, and what follows from them. Pure. */
#ifndef MR_MINER_RATES_H
#define MR_MINER_RATES_H

#include <stddef.h>

enum { MR_RATES_SAMPLES = 901 /* a quarter of an hour */ };

struct mr_rates {
    double seconds[MR_RATES_SAMPLES]; /* when, by any clock that only goes forward */
    double attempts[MR_RATES_SAMPLES];
    size_t first, count;
};

void mr_rates_clear(struct mr_rates *rates);

/* A counter that is less than before begins anew. */
void mr_rates_add(struct mr_rates *rates, double seconds, double attempts);

/* Attempts a second over the last `window` seconds, or as far back as there are samples; 0 with
 * less than two. */
double mr_rates_over(const struct mr_rates *rates, double window);

/* The rates of the last `max` steps, the oldest first; returns how many there are. */
size_t mr_rates_history(const struct mr_rates *rates, double *out, size_t max);

#endif
