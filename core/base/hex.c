#include "core/base/hex.h"

#include <moonroom/errors.h>

#include <limits.h>

void mr_hex_encode(const void *bytes, size_t len, char *out)
{
    static const char digit[] = "0123456789abcdef";
    const uint8_t *in = bytes;
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digit[in[i] >> 4];
        out[2 * i + 1] = digit[in[i] & 15];
    }
    out[2 * len] = 0;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int mr_hex_decode(const char *digits, size_t len, uint8_t *out)
{
    if (len % 2 || len / 2 > INT_MAX)
        return MR_EINVAL;
    for (size_t i = 0; i < len / 2; i++) {
        int high = digit_value(digits[2 * i]);
        int low = digit_value(digits[2 * i + 1]);
        if (high < 0 || low < 0)
            return MR_EINVAL;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return (int)(len / 2);
}

bool mr_hex_is_lower(const char *digits, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((digits[i] >= '0' && digits[i] <= '9') || (digits[i] >= 'a' && digits[i] <= 'f')))
            return false;
    return true;
}
