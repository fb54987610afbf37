/* Errands: what runs outside (a program, a fetch) on behalf of a call, and ends with its caller.
 *
 * An errand is part of whatever does the work. It stands under one permission: when that is taken,
 * the errand is stopped and its call fails; when the caller goes away, it is stopped.
 */
#ifndef MR_API_ERRAND_H
#define MR_API_ERRAND_H

#include <stdint.h>

#include "core/api/api.h"
#include "core/api/permission.h"

struct mr_errand;

/* A constant: its address is what tells kinds apart. */
struct mr_errand_kind {
    const char *what; /* the method, in messages */
    size_t most;      /* at once for one caller */
    /* Ends the work and frees what the errand is part of. */
    void (*stop)(struct mr_errand *errand);
};

struct mr_errand {
    struct mr_errand *prev, *next;
    struct mr_errands *all;
    struct mr_call *call;
    char permission[MR_PERMISSION_MAX];
};

/* Begins to count it; a zeroed errand. false: the call was failed, and nothing is to be done. */
bool mr_errand_begin(const struct mr_errand_kind *kind, struct mr_errand *errand,
                     struct mr_call *call, const char *permission);
/* The work is done: gives the call back, which is to be answered now. */
struct mr_call *mr_errand_end(struct mr_errand *errand);

/* The parameter "timeout", seconds; false: it is out of bounds, and the call was failed. */
bool mr_errand_timeout(struct mr_call *call, const cJSON *params, uint64_t fallback_ms,
                       uint64_t max_ms, uint64_t *out);

#endif
