/* Bytes as lower-case hexadecimal digits and back. */
#ifndef MR_BASE_HEX_H
#define MR_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 2 * len digits and a NUL to out, which has place for 2 * len + 1 bytes. */
void mr_hex_encode(const void *bytes, size_t len, char *out);

/* Reads len digits of either case into out, which has place for len / 2 bytes. Returns how many
 * bytes that gave; MR_EINVAL for an odd number of digits or anything that is no digit. */
int mr_hex_decode(const char *digits, size_t len, uint8_t *out);

/* Whether all len bytes are digits 0-9 a-f, the form in which the protocol writes digests. */
bool mr_hex_is_lower(const char *digits, size_t len);

#endif
