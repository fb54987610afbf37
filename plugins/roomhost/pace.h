/*
 * How often somebody may do something. Pure: the time, in milliseconds of any steady clock, is
 * given.
 */
#ifndef MR_ROOMHOST_PACE_H
#define MR_ROOMHOST_PACE_H

#include "core/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Lines of one connection: MR_LIMIT_FLOOD_ROOM_BURST at once, _RATE a second; after _PATIENCE
 * lines too many it is over. ---- */

struct mr_bucket {
    uint64_t at_ms;      /* when `thousandths` was true */
    int64_t thousandths; /* of a line that may be sent now */
    unsigned dropped;    /* lines too many, since it was last full */
};

enum mr_pace {
    MR_PACE_FINE,
    MR_PACE_WARN, /* the first line too many: say so, and drop it */
    MR_PACE_DROP, /* one more */
    MR_PACE_KICK  /* it does not stop */
};

void mr_bucket_init(struct mr_bucket *bucket, uint64_t now_ms);
enum mr_pace mr_bucket_take(struct mr_bucket *bucket, uint64_t now_ms);

/* ---- Wrong passwords: MR_LIMIT_LOGIN_TRIES a minute and name, whether there is such a name or
 * not.
 */

struct mr_tries;

int mr_tries_new(struct mr_tries **out);
void mr_tries_free(struct mr_tries *tries);
/* Whether another try may be made for a name (any bytes; compared without regard to case). */
bool mr_tries_allowed(const struct mr_tries *tries, const char *name, size_t len, uint64_t now_ms);
/* One was wrong. Forgets what is older than a minute. */
void mr_tries_wrong(struct mr_tries *tries, const char *name, size_t len, uint64_t now_ms);

#endif
