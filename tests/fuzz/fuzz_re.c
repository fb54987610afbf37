/* Regular expressions: the first byte says how long the pattern is, the rest is text. What matches
 * lies inside the text, its groups too, and no search takes more steps than its bound. */
#include <stdint.h>
#include <stdlib.h>

#include "core/lua/re.h"

static void check_slots(const struct mr_re *re, size_t len, const size_t *slots)
{
    for (int32_t i = 0; i <= re->groups; i++) {
        size_t first = slots[2 * i];
        size_t last = slots[2 * i + 1];
        if (first != SIZE_MAX && last != SIZE_MAX && (first > last || last > len)) {
            abort();
        }
    }
    if (slots[0] > slots[1] || slots[1] > len) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mr_re re;
    static struct mr_re_work work;
    size_t slots[MR_RE_SLOTS];
    const char *why = NULL;
    size_t at = 0;
    if (size == 0) {
        return 0;
    }
    size_t pattern = data[0] < size - 1 ? data[0] : size - 1;
    const char *text = (const char *)data + 1 + pattern;
    size_t len = size - 1 - pattern;
    if (mr_re_compile((const char *)data + 1, pattern, &re, &why, &at) < 0) {
        if (!why || at > pattern) {
            abort();
        }
        return 0;
    }
    if (mr_re_search(&re, &work, text, len, 0, slots)) {
        check_slots(&re, len, slots);
    }
    if (work.steps > 2 * (uint64_t)re.count * (len + 2)) {
        abort();
    }
    return 0;
}
