#include "plugins/miner/figures.h"

#include <math.h>
#include <stdio.h>

double mr_figures_expected(int zeros)
{
    return ldexp(1, 4 * zeros);
}

double mr_figures_chance(int zeros, double attempts)
{
    return -expm1(-attempts / mr_figures_expected(zeros));
}

void mr_figures_count(double count, char *out, size_t size)
{
    static const char letters[] = {' ', 'k', 'M', 'G', 'T', 'P', 'E'};
    size_t step = 0;
    while (count >= 999.5 && step + 1 < sizeof letters) {
        count /= 1000;
        step++;
    }
    int decimals = step == 0 || count >= 99.95 ? 0 : count >= 9.995 ? 1 : 2;
    if (step == 0)
        snprintf(out, size, "%.0f", count);
    else
        snprintf(out, size, "%.*f %c", decimals, count, letters[step]);
}

void mr_figures_time(double seconds, char *out, size_t size)
{
    double minutes = floor(seconds / 60), hours = floor(seconds / 3600);
    double days = floor(seconds / 86400), years = seconds / (365.25 * 86400);
    if (seconds < 60)
        snprintf(out, size, "%.*f s", seconds < 10 ? 1 : 0, seconds);
    else if (minutes < 60)
        snprintf(out, size, "%.0f min %.0f s", minutes, seconds - 60 * minutes);
    else if (hours < 24)
        snprintf(out, size, "%.0f h %.0f min", hours, minutes - 60 * hours);
    else if (years < 1)
        snprintf(out, size, "%.0f d %.0f h", days, hours - 24 * days);
    else
        snprintf(out, size, "%.3g y", years);
}
