/* Text that may be shown: whatever the bytes, the result is valid UTF-8 without controls, within
 * its maximum, and stays as it is when it is made safe once more. */
#include "core/base/safe_text.h"
#include "core/base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static bool allowed(uint32_t c, bool lines)
{
    if (c == '\n')
        return lines;
    return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0xad && !(c >= 0x200b && c <= 0x200c) &&
           !(c >= 0x200e && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
           !(c >= 0x2060 && c <= 0x206f) && c != 0xfeff && !(c >= 0xe0000 && c <= 0xe0fff);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    bool lines = data[0] & 1;
    size_t max = 3 + (size_t)(data[0] >> 1) * 8 + data[1];
    int (*make)(const void *, size_t, size_t, struct mr_safe_text *) =
        lines ? mr_safe_text_make_lines : mr_safe_text_make;
    struct mr_safe_text safe, again;
    HOLDS(make(data + 2, size - 2, max, &safe) == 0);
    HOLDS(safe.len <= max && safe.len == strlen(safe.text));
    HOLDS(safe.width <= safe.len);
    for (size_t at = 0, step; at < safe.len; at += step) {
        uint32_t c;
        step = mr_utf8_next(safe.text + at, safe.len - at, &c);
        HOLDS(step > 0 && allowed(c, lines));
    }
    HOLDS(lines || safe.width == mr_str_width(safe.text, safe.len));
    HOLDS(make(safe.text, safe.len, max, &again) == 0);
    HOLDS(strcmp(safe.text, again.text) == 0 && safe.width == again.width);
    mr_safe_text_free(&safe);
    mr_safe_text_free(&again);
    return 0;
}
