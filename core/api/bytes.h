/* Bytes in JSON: as text where they are text, else as hex under the name with _hex behind. */
#ifndef MR_API_BYTES_H
#define MR_API_BYTES_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "core/base/buf.h"

/* Sets KEY, or KEY_hex where the bytes are no UTF-8, hold a NUL, or are so full of control
 * characters that hex is shorter. */
int mr_bytes_set(cJSON *object, const char *key, const void *bytes, size_t len);
/* Appends what KEY or KEY_hex holds; nothing when both are missing. MR_EINVAL when both are there
 * or the hex is none; else as mr_buf_append(). */
int mr_bytes_get(const cJSON *object, const char *key, struct mr_buf *out);

#endif
