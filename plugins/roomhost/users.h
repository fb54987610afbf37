/* Who is in the room: users by name, each with the connections (guests) that are logged in as it.
 */
#ifndef MR_ROOMHOST_USERS_H
#define MR_ROOMHOST_USERS_H

#include "plugins/roomhost/store_db.h"

#include "core/base/str.h"

#include <stddef.h>

struct mr_guest;

struct mr_user {
    struct mr_purse purse; /* as of the store's last answer */
    struct mr_guest *guests;
    unsigned guest_count;
    unsigned open_count; /* of them through the handshake: above 0, the user is in the room */
    struct mr_user *next;
};

struct mr_users {
    struct mr_user **buckets;
    size_t bucket_count, count;
};

/* Zeroed is empty. */
void mr_users_free(struct mr_users *users);
/* NULL if nobody of this name is there; bytes are compared. */
struct mr_user *mr_users_find(const struct mr_users *users, struct mr_span name);
/* A new one; its name must not be there. NULL without memory. */
struct mr_user *mr_users_add(struct mr_users *users, const struct mr_purse *purse);
/* Takes it out and frees it. */
void mr_users_remove(struct mr_users *users, struct mr_user *user);
/* The names of all that are in the room, into an array that the caller frees; they live as long as
 * the users. MR_ENOMEM. */
int mr_users_names(const struct mr_users *users, struct mr_span **names, size_t *count);

#endif
