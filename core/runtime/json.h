/* JSON, strictly: the rules for every line that crosses a process border.
 *
 * A text must be valid UTF-8, at most MR_LIMIT_JSON_DEPTH deep, one value with nothing behind it,
 * without \u0000. Integers beyond 10^15 travel as strings. Keys are compared case-sensitively.
 */
#ifndef MR_RUNTIME_JSON_H
#define MR_RUNTIME_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A new value, or NULL and the reason in *why (static text). The caller deletes it. */
cJSON *mr_json_parse(const char *text, size_t len, const char **why);
/* One line without LF; NULL without memory. The caller frees it with cJSON_free(). */
char *mr_json_print(const cJSON *value);

/* Members by name: NULL / fallback when missing or of another type. Strings are borrowed. */
const char *mr_json_string(const cJSON *object, const char *key);
int64_t mr_json_int(const cJSON *object, const char *key, int64_t fallback);
bool mr_json_bool(const cJSON *object, const char *key, bool fallback);
/* Whether value is a whole number within +-10^15; if so and out is given, stores it. */
bool mr_json_is_int(const cJSON *value, int64_t *out);
/* Sets a member, replacing an old one of that name; takes value. MR_ENOMEM frees it. */
int mr_json_set(cJSON *object, const char *key, cJSON *value);
int mr_json_set_string(cJSON *object, const char *key, const char *text);
int mr_json_set_int(cJSON *object, const char *key, int64_t number);
int mr_json_set_bool(cJSON *object, const char *key, bool flag);

#endif
