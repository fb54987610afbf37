/* Known answers, made with the Python packages rsa and pyaes that old clients use. */
#ifndef TESTS_WIRE_VECTORS_H
#define TESTS_WIRE_VECTORS_H

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/wire/rsa.h"

#include <cjson/cJSON.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The whole file; the caller frees it with cJSON_Delete(). */
cJSON *vectors_load(void);

/* A string member, which must be there. */
const char *vectors_string(const cJSON *object, const char *name);

/* The bytes of a member that holds hex digits, appended to out. */
void vectors_hex(const cJSON *object, const char *name, struct mr_buf *out);

/* The private key called `name`, to be freed by the caller, and the same key as a peer's. */
struct mr_rsa_key *vectors_key(const cJSON *all, const char *name);
struct mr_rsa_public *vectors_public(const cJSON *all, const char *name);

/* A buffer for tests, and one with some bytes in it. */
struct mr_buf test_buf(void);
struct mr_buf test_buf_of(const char *string);

void assert_span(struct mr_span span, const char *expected);

#endif
