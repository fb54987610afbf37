/*
 * The maxima of moonroom as constants, and the table of them for documentation and tests.
 *
 * MR_LIMIT_NAME is the value of the row NAME in limits.def.
 */
#ifndef MR_BASE_LIMITS_H
#define MR_BASE_LIMITS_H

#include <stddef.h>

enum mr_limit_value {
#define MR_LIMIT(name, value, unit, help) MR_LIMIT_##name = (value),
#include "core/base/limits.def"
#undef MR_LIMIT
};

struct mr_limit {
    const char *name; /* as in limits.def */
    long value;
    const char *unit;
    const char *help; /* a sentence */
};

/* The row at index, NULL behind the last. */
const struct mr_limit *mr_limit_at(size_t index);

#endif
