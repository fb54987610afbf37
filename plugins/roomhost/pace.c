#include "plugins/roomhost/pace.h"

#include "core/base/name.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

enum { LINE = 1000, FULL = MR_LIMIT_FLOOD_ROOM_BURST * LINE, MINUTE_MS = 60000, TRIES_MAX = 16384 };

void mr_bucket_init(struct mr_bucket *bucket, uint64_t now_ms)
{
    *bucket = (struct mr_bucket){.at_ms = now_ms, .thousandths = FULL};
}

enum mr_pace mr_bucket_take(struct mr_bucket *bucket, uint64_t now_ms)
{
    uint64_t passed = now_ms > bucket->at_ms ? now_ms - bucket->at_ms : 0;
    if (passed > FULL)
        passed = FULL; /* it would be full anyway */
    bucket->at_ms = now_ms;
    bucket->thousandths += (int64_t)passed * MR_LIMIT_FLOOD_ROOM_RATE;
    if (bucket->thousandths >= FULL) {
        bucket->thousandths = FULL;
        bucket->dropped = 0;
    }
    if (bucket->thousandths >= LINE) {
        bucket->thousandths -= LINE;
        return MR_PACE_FINE;
    }
    bucket->dropped++;
    if (bucket->dropped > MR_LIMIT_FLOOD_ROOM_PATIENCE)
        return MR_PACE_KICK;
    return bucket->dropped == 1 ? MR_PACE_WARN : MR_PACE_DROP;
}

/* The wrong tries of the last minute, oldest first. They come no faster than passwords can be
 * checked, so the list stays short enough to be searched from end to end. */
struct mr_try {
    uint64_t at_ms;
    size_t len;
    char name[MR_LIMIT_NAME];
};

struct mr_tries {
    struct mr_try *at;
    size_t count, capacity;
};

int mr_tries_new(struct mr_tries **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? MR_OK : MR_ENOMEM;
}

void mr_tries_free(struct mr_tries *tries)
{
    if (!tries)
        return;
    free(tries->at);
    free(tries);
}

static bool recent(const struct mr_try *one, uint64_t now_ms)
{
    return now_ms - one->at_ms < MINUTE_MS;
}

bool mr_tries_allowed(const struct mr_tries *tries, const char *name, size_t len, uint64_t now_ms)
{
    unsigned wrong = 0;
    if (len > MR_LIMIT_NAME)
        len = MR_LIMIT_NAME;
    for (size_t i = 0; i < tries->count; i++)
        wrong += recent(&tries->at[i], now_ms) &&
                 mr_name_equal_fold(tries->at[i].name, tries->at[i].len, name, len);
    return wrong < MR_LIMIT_LOGIN_TRIES;
}

static void forget_old(struct mr_tries *tries, uint64_t now_ms)
{
    size_t old = 0;
    while (old < tries->count && !recent(&tries->at[old], now_ms))
        old++;
    if (tries->count - old >= TRIES_MAX)
        old++;
    if (old == 0)
        return;
    tries->count -= old;
    memmove(tries->at, tries->at + old, tries->count * sizeof *tries->at);
}

void mr_tries_wrong(struct mr_tries *tries, const char *name, size_t len, uint64_t now_ms)
{
    forget_old(tries, now_ms);
    if (tries->count == tries->capacity) {
        size_t capacity = tries->capacity ? tries->capacity * 2 : 16;
        struct mr_try *at = reallocarray(tries->at, capacity, sizeof *at);
        if (!at)
            return;
        tries->at = at;
        tries->capacity = capacity;
    }
    struct mr_try *one = &tries->at[tries->count++];
    one->at_ms = now_ms;
    one->len = len < MR_LIMIT_NAME ? len : MR_LIMIT_NAME;
    memcpy(one->name, name, one->len);
}
