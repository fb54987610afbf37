/* Parameters: a row's spec, "user:string text?:string", against what a caller sent.
 *
 * Pure functions; the spec is a row of moonroom/methods.def and is trusted, the params are not.
 */
#ifndef MR_API_PARAMS_H
#define MR_API_PARAMS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* One member of a spec. Strings point into the spec. */
struct mr_param {
    const char *name;
    size_t name_len;
    const char *type;
    size_t type_len;
    bool optional;
};

/* Takes the next member from *spec; false at its end. */
bool mr_param_next(const char **spec, struct mr_param *out);

/* Checks params (an object, an array in the spec's order, null or NULL) and makes *out the object
 * for the handler, which the caller deletes. Members that are null are left out. MR_EINVAL with the
 * reason, MR_ENOMEM. */
int mr_params_check(const char *spec, const cJSON *params, cJSON **out, char *why, size_t why_size);

/* Whether a row of a plugin is one: every text is there, the name is "space.verb", the parameters
 * are of known types, the optional ones last. MR_EINVAL with a sentence part. */
struct mr_method_row;
int mr_params_check_row(const struct mr_method_row *row, char *why, size_t why_size);

#endif
