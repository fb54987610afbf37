/* What we know of the room we are in: a copy, the room's own books are what counts. */
#ifndef MR_SESSION_ROOM_H
#define MR_SESSION_ROOM_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/base/work.h"
#include "core/wire/login.h"

struct mr_room {
    int64_t balance, cookies;
    int64_t login_time; /* seconds since 1970; 0: we are in no room */
    char prev_hash[MR_WORK_HASH_HEX + 1];
    int zeros;
    char (*users)[MR_LIMIT_NAME + 1]; /* sorted */
    size_t user_count, user_capacity;
    bool users_changed;  /* since mr_room_users_told() */
    struct mr_buf board; /* the last leaderboard, as it came */
    uint64_t board_ms;   /* when */
    bool has_board;
};

void mr_room_init(struct mr_room *room);
/* Forgets all. */
void mr_room_clear(struct mr_room *room);
void mr_room_enter(struct mr_room *room, const struct mr_login_info *info, const char *name,
                   int64_t now);

/* Adds a change to a count; it stays within +-10^15. */
void mr_room_add(int64_t *count, int64_t change);
/* Whether that is another hash than before; it is taken then. */
bool mr_room_new_hash(struct mr_room *room, struct mr_span hash);
/* Whether the same list came within the last MR_LIMIT_LEADERBOARD_TWIN ms: rooms send it in two
 * spellings. Remembers it. */
bool mr_room_board_twin(struct mr_room *room, struct mr_span list, uint64_t now_ms);

void mr_room_joined(struct mr_room *room, struct mr_span name);
void mr_room_left(struct mr_room *room, struct mr_span name);
/* The answer to /active: an array of names takes the place of what was known. */
void mr_room_set_users(struct mr_room *room, const cJSON *names, const char *me);
/* A new array of strings, NULL without memory. */
cJSON *mr_room_users(const struct mr_room *room);

#endif
