#include "core/session/room.h"

#include <stdlib.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/name.h"

static const int64_t max_count = 1000000000000000;

void mr_room_init(struct mr_room *room)
{
    memset(room, 0, sizeof(*room));
    mr_buf_init(&room->board, 2 * (size_t)MR_LIMIT_FRAME_CLIENT + 64);
}

void mr_room_clear(struct mr_room *room)
{
    free(room->users);
    mr_buf_free(&room->board);
    mr_room_init(room);
}

void mr_room_enter(struct mr_room *room, const struct mr_login_info *info, const char *name,
                   int64_t now)
{
    mr_room_clear(room);
    room->balance = info->coins;
    room->cookies = info->cookies;
    room->login_time = now;
    room->zeros = info->zeros;
    memcpy(room->prev_hash, info->prev_hash, sizeof(room->prev_hash));
    mr_room_joined(room, mr_span_of(name));
}

void mr_room_add(int64_t *count, int64_t change)
{
    *count += change; /* both are within +-10^15 */
    if (*count > max_count)
        *count = max_count;
    else if (*count < -max_count)
        *count = -max_count;
}

bool mr_room_new_hash(struct mr_room *room, struct mr_span hash)
{
    if (!mr_work_hash_valid(hash.at, hash.len) ||
        memcmp(room->prev_hash, hash.at, MR_WORK_HASH_HEX) == 0)
        return false;
    memcpy(room->prev_hash, hash.at, MR_WORK_HASH_HEX);
    return true;
}

bool mr_room_board_twin(struct mr_room *room, struct mr_span list, uint64_t now_ms)
{
    bool twin = room->has_board && now_ms - room->board_ms < MR_LIMIT_LEADERBOARD_TWIN &&
                mr_buf_len(&room->board) == list.len &&
                memcmp(mr_buf_data(&room->board), list.at, list.len) == 0;
    mr_buf_clear(&room->board);
    /* A pair is a pair: the third is news. */
    room->has_board = !twin && mr_buf_append(&room->board, list.at, list.len) == MR_OK;
    room->board_ms = now_ms;
    return twin;
}

/* Users */

static size_t find_place(const struct mr_room *room, const char *name, bool *found)
{
    size_t low = 0, high = room->user_count;
    *found = false;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(room->users[middle], name);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool copy_name(struct mr_span span, char out[static MR_LIMIT_NAME + 1])
{
    if (!mr_name_valid(span.at, span.len))
        return false;
    memcpy(out, span.at, span.len);
    out[span.len] = '\0';
    return true;
}

static bool make_place(struct mr_room *room)
{
    if (room->user_count < room->user_capacity)
        return true;
    if (room->user_count >= MR_LIMIT_KNOWN_USERS)
        return false;
    size_t capacity = room->user_capacity ? 2 * room->user_capacity : 16;
    void *users = reallocarray(room->users, capacity, sizeof(room->users[0]));
    if (!users)
        return false;
    room->users = users;
    room->user_capacity = capacity;
    return true;
}

void mr_room_joined(struct mr_room *room, struct mr_span span)
{
    char name[MR_LIMIT_NAME + 1];
    bool found;
    if (!copy_name(span, name))
        return;
    size_t at = find_place(room, name, &found);
    if (found || !make_place(room))
        return;
    memmove(room->users + at + 1, room->users + at,
            (room->user_count - at) * sizeof(room->users[0]));
    memcpy(room->users[at], name, sizeof(name));
    room->user_count++;
    room->users_changed = true;
}

void mr_room_left(struct mr_room *room, struct mr_span span)
{
    char name[MR_LIMIT_NAME + 1];
    bool found;
    if (!copy_name(span, name))
        return;
    size_t at = find_place(room, name, &found);
    if (!found)
        return;
    room->user_count--;
    memmove(room->users + at, room->users + at + 1,
            (room->user_count - at) * sizeof(room->users[0]));
    room->users_changed = true;
}

void mr_room_set_users(struct mr_room *room, const cJSON *names, const char *me)
{
    struct mr_room before = *room;
    room->users = NULL;
    room->user_count = room->user_capacity = 0;
    const cJSON *name;
    cJSON_ArrayForEach(name, names)
    {
        if (cJSON_IsString(name))
            mr_room_joined(room, mr_span_of(name->valuestring));
    }
    mr_room_joined(room, mr_span_of(me));
    bool same = before.user_count == room->user_count;
    for (size_t i = 0; same && i < room->user_count; i++)
        same = strcmp(before.users[i], room->users[i]) == 0;
    room->users_changed = before.users_changed || !same;
    free(before.users);
}

cJSON *mr_room_users(const struct mr_room *room)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; list && i < room->user_count; i++) {
        cJSON *name = cJSON_CreateString(room->users[i]);
        if (!name || !cJSON_AddItemToArray(list, name)) {
            cJSON_Delete(name);
            cJSON_Delete(list);
            return NULL;
        }
    }
    return list;
}
