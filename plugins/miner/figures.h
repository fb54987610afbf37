/* Figures of a search as people read them. Pure. */
#ifndef MR_MINER_FIGURES_H
#define MR_MINER_FIGURES_H

#include <stddef.h>
#include <stdint.h>

/* Attempts that a solution takes on average: 16 to the power of zeros. */
double mr_figures_expected(int zeros);

/* The chance, 0 to 1, that so many attempts have found one. */
double mr_figures_chance(int zeros, double attempts);

/* "32.9 M", with three digits and a letter for thousands, millions and so on. */
void mr_figures_count(double count, char *out, size_t size);

/* "8.2 s", "3 min 20 s", "2 h 5 min", "4 d 3 h", "12 y". */
void mr_figures_time(double seconds, char *out, size_t size);

#endif
