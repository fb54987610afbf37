#include "core/base/limits.h"

static const struct mr_limit limit_table[] = {
#define MR_LIMIT(name, value, unit, help) {#name, value, unit, help},
#include "core/base/limits.def"
#undef MR_LIMIT
};

const struct mr_limit *mr_limit_at(size_t index)
{
    return index < sizeof limit_table / sizeof limit_table[0] ? &limit_table[index] : NULL;
}
