#include "plugins/roomhost/users.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

enum { FIRST_BUCKETS = 64 };

static size_t hash(struct mr_span name)
{
    /* FNV-1a. A name is an account, so nobody can have many that fall together. */
    uint64_t value = 14695981039346656037u;
    for (size_t i = 0; i < name.len; i++)
        value = (value ^ (uint8_t)name.at[i]) * 1099511628211u;
    return (size_t)(value ^ value >> 32);
}

static struct mr_user **bucket(const struct mr_users *users, struct mr_span name)
{
    return &users->buckets[hash(name) & (users->bucket_count - 1)];
}

void mr_users_free(struct mr_users *users)
{
    for (size_t i = 0; i < users->bucket_count; i++)
        while (users->buckets[i])
            mr_users_remove(users, users->buckets[i]);
    free(users->buckets);
    *users = (struct mr_users){0};
}

struct mr_user *mr_users_find(const struct mr_users *users, struct mr_span name)
{
    if (users->count == 0)
        return NULL;
    struct mr_user *user = *bucket(users, name);
    while (user && (strlen(user->purse.name) != name.len ||
                    memcmp(user->purse.name, name.at, name.len) != 0))
        user = user->next;
    return user;
}

static int grow(struct mr_users *users)
{
    size_t count = users->bucket_count ? users->bucket_count * 2 : FIRST_BUCKETS;
    struct mr_user **buckets = calloc(count, sizeof *buckets);
    if (!buckets)
        return MR_ENOMEM;
    struct mr_users old = *users;
    users->buckets = buckets;
    users->bucket_count = count;
    for (size_t i = 0; i < old.bucket_count; i++) {
        struct mr_user *user = old.buckets[i];
        while (user) {
            struct mr_user *next = user->next;
            struct mr_user **place = bucket(users, mr_span_of(user->purse.name));
            user->next = *place;
            *place = user;
            user = next;
        }
    }
    free(old.buckets);
    return MR_OK;
}

struct mr_user *mr_users_add(struct mr_users *users, const struct mr_purse *purse)
{
    if (users->count >= users->bucket_count && grow(users) != MR_OK && users->bucket_count == 0)
        return NULL;
    struct mr_user *user = calloc(1, sizeof *user);
    if (!user)
        return NULL;
    user->purse = *purse;
    struct mr_user **place = bucket(users, mr_span_of(user->purse.name));
    user->next = *place;
    *place = user;
    users->count++;
    return user;
}

void mr_users_remove(struct mr_users *users, struct mr_user *user)
{
    struct mr_user **link = bucket(users, mr_span_of(user->purse.name));
    while (*link != user)
        link = &(*link)->next;
    *link = user->next;
    users->count--;
    free(user);
}

static int by_name(const void *a, const void *b)
{
    const struct mr_span *one = a, *two = b;
    return strcmp(one->at, two->at);
}

int mr_users_names(const struct mr_users *users, struct mr_span **names, size_t *count)
{
    *count = 0;
    *names = calloc(users->count ? users->count : 1, sizeof **names);
    if (!*names)
        return MR_ENOMEM;
    for (size_t i = 0; i < users->bucket_count; i++)
        for (const struct mr_user *user = users->buckets[i]; user; user = user->next)
            if (user->open_count > 0)
                (*names)[(*count)++] = mr_span_of(user->purse.name);
    qsort(*names, *count, sizeof **names, by_name);
    return MR_OK;
}
