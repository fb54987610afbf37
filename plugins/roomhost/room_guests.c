#include "plugins/roomhost/room_parts.h"

#include "core/base/limits.h"
#include "core/base/secret.h"
#include "plugins/roomhost/address.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

void mr_guest_arrive(void *ctx, int fd, const struct sockaddr *address)
{
    struct mr_room *room = ctx;
    struct mr_guest *guest = calloc(1, sizeof *guest);
    if (!guest) {
        close(fd);
        return;
    }
    guest->room = room;
    mr_address_show(address, guest->from, sizeof guest->from);
    mr_address_household(address, guest->household, sizeof guest->household);
    mr_bucket_init(&guest->bucket, uv_now(room->loop));
    if (mr_peer_new(&room->peers, fd, guest, &guest->peer) != MR_OK) {
        free(guest);
        return;
    }
    guest->next = room->guests;
    guest->link = &room->guests;
    if (guest->next)
        guest->next->link = &guest->next;
    room->guests = guest;
    if (room->peers.alive >= room->peers_max) {
        room->accepting = false;
        mr_listener_pause(room->listener);
        mr_log_write(room->log, MR_LOG_WARN, "%u connections are all that this process may have",
                     room->peers.alive);
    }
}

int mr_guest_become(struct mr_guest *guest, const struct mr_purse *purse)
{
    struct mr_users *users = &guest->room->users;
    struct mr_user *user = mr_users_find(users, mr_span_of(purse->name));
    if (!user)
        user = mr_users_add(users, purse);
    if (!user)
        return MR_ENOMEM;
    user->purse = *purse;
    if (user->guest_count >= MR_LIMIT_ROOM_DEVICES)
        return MR_ELIMIT;
    guest->user = user;
    guest->user_next = user->guests;
    guest->user_link = &user->guests;
    if (guest->user_next)
        guest->user_next->user_link = &guest->user_next;
    user->guests = guest;
    user->guest_count++;
    return MR_OK;
}

static void free_guest(struct mr_guest *guest)
{
    mr_wipe(guest->secret, sizeof guest->secret);
    free(guest);
}

static void tell_left(struct mr_room *room, const char *name)
{
    struct mr_answers answers = {0};
    mr_rules_left(mr_span_of(name), &answers);
    mr_room_say(room, NULL, NULL, NULL, &answers);
}

/* Takes the guest from its user, and the user from the room if it was the last. */
static void leave_user(struct mr_guest *guest)
{
    struct mr_room *room = guest->room;
    struct mr_user *user = guest->user;
    bool left = false;
    if (!user)
        return;
    guest->user = NULL;
    *guest->user_link = guest->user_next;
    if (guest->user_next)
        guest->user_next->user_link = guest->user_link;
    user->guest_count--;
    if (guest->open) {
        guest->open = false;
        room->open_count--;
        left = --user->open_count == 0;
    }
    if (user->guest_count == 0)
        mr_users_remove(&room->users, user);
    if (left && !room->stopping)
        tell_left(room, guest->name);
}

void mr_guest_leave(struct mr_guest *guest, enum mr_leave how)
{
    struct mr_peer *peer = guest->peer;
    guest->peer = NULL;
    *guest->link = guest->next;
    if (guest->next)
        guest->next->link = guest->link;
    if (how == MR_LEAVE_CLOSE)
        mr_peer_close(peer);
    else if (how == MR_LEAVE_DROP)
        mr_peer_drop(peer);
    leave_user(guest);
    if (guest->checking)
        mr_auth_cancel(guest->checking);
    if (!guest->busy)
        free_guest(guest);
}

void mr_guest_check(struct mr_guest *guest, struct mr_auth_job *job)
{
    memcpy(job->household, guest->household, sizeof job->household);
    guest->busy = true;
    guest->checking = job;
    mr_auth_submit(guest->room->auth, job);
}

bool mr_guest_back(struct mr_guest *guest)
{
    guest->busy = false;
    guest->checking = NULL;
    if (guest->peer)
        return true;
    free_guest(guest);
    return false;
}

void mr_user_leave(struct mr_user *user)
{
    /* The user goes with the last of its guests. */
    for (unsigned left = user->guest_count; left > 0; left--)
        mr_guest_leave(user->guests, MR_LEAVE_CLOSE);
}

void mr_guest_enter(struct mr_guest *guest)
{
    struct mr_room *room = guest->room;
    struct mr_user *user = guest->user;
    struct mr_answers answers = {0};
    guest->open = true;
    room->open_count++;
    user->open_count++;
    bool changed = strcmp(guest->told_hash, room->prev) != 0;
    mr_rules_catch_up(user->purse.coins - guest->told_coins,
                      user->purse.cookies - guest->told_cookies, changed ? room->prev : NULL,
                      &answers);
    mr_rules_welcome(
        (struct mr_span){mr_buf_str(&room->options->welcome), mr_buf_len(&room->options->welcome)},
        &answers);
    if (user->open_count == 1)
        mr_rules_joined(mr_span_of(guest->name), &answers);
    mr_log_write(room->log, MR_LOG_INFO, "%s is in from %s", guest->name, guest->from);
    mr_room_say(room, guest, user, NULL, &answers);
}

static void say_to_user(const struct mr_user *user, struct mr_span line)
{
    for (struct mr_guest *guest = user ? user->guests : NULL; guest; guest = guest->user_next)
        if (guest->open)
            mr_peer_send(guest->peer, line);
}

static void say_to_all(const struct mr_room *room, struct mr_span line)
{
    for (struct mr_guest *guest = room->guests; guest; guest = guest->next)
        if (guest->open)
            mr_peer_send(guest->peer, line);
}

void mr_room_say(struct mr_room *room, struct mr_guest *guest, struct mr_user *me,
                 struct mr_user *other, struct mr_answers *answers)
{
    for (size_t i = 0; i < answers->count; i++) {
        struct mr_buf *line = &answers->at[i].line;
        struct mr_span text = {mr_buf_str(line), mr_buf_len(line)};
        switch (answers->at[i].to) {
        case MR_TO_PEER:
            if (guest && guest->open)
                mr_peer_send(guest->peer, text);
            break;
        case MR_TO_ME:
            say_to_user(me, text);
            break;
        case MR_TO_OTHER:
            say_to_user(other, text);
            break;
        case MR_TO_ALL:
            say_to_all(room, text);
            break;
        }
    }
    if (answers->lost)
        mr_log_write(room->log, MR_LOG_ERROR, "an answer was lost: there is no memory");
    mr_answers_free(answers);
}
