/* What the files of the room share: its state, and the guests. */
#ifndef MR_ROOMHOST_ROOM_PARTS_H
#define MR_ROOMHOST_ROOM_PARTS_H

#include "plugins/roomhost/auth.h"
#include "plugins/roomhost/listener.h"
#include "plugins/roomhost/pace.h"
#include "plugins/roomhost/peer.h"
#include "plugins/roomhost/room.h"
#include "plugins/roomhost/store.h"
#include "plugins/roomhost/users.h"

#include <uv.h>

/* Descriptors that are kept free for the rest of the program. */
enum { MR_SPARE_DESCRIPTORS = 32 };

struct mr_guest {
    struct mr_room *room;
    struct mr_peer *peer; /* NULL once it has gone; the guest then waits for its last answer */
    struct mr_user *user; /* NULL before the login */
    bool open;            /* through the handshake: it is told things */
    bool busy;            /* a job of the store or a password check is under way for it */
    char name[MR_LIMIT_NAME + 1];
    struct mr_auth_job *checking; /* its password check, while one is under way */
    int64_t account;              /* between the lookup and the login */
    char household[MR_ADDRESS_TEXT_MAX];
    char from[MR_ADDRESS_TEXT_MAX]; /* for the log */
    struct mr_bucket bucket;
    enum mr_rule_next asked;                   /* what the password check is for */
    char secret[MR_LIMIT_CREDENTIAL_HASH + 1]; /* between the lookup and the check */
    int64_t told_coins, told_cookies;          /* what the info frame said */
    char told_hash[MR_WORK_HASH_HEX + 1];
    struct mr_guest *next, **link;           /* all guests of the room */
    struct mr_guest *user_next, **user_link; /* all of its user */
};

struct mr_room {
    uv_loop_t *loop;
    const struct mr_host_options *options;
    struct mr_log *log;
    struct mr_rsa_key *key;
    struct mr_store *store;
    struct mr_auth *auth;
    struct mr_listener *listener;
    struct mr_peers peers;
    struct mr_users users;
    struct mr_guest *guests;
    unsigned open_count; /* guests that are told things */
    unsigned peers_max;
    bool accepting; /* the listener is not paused */
    bool stopping;
    struct mr_answers farewell; /* the kicked line, by Server */
    struct mr_room_terms terms;
    char prev[MR_WORK_HASH_HEX + 1];   /* the newest block */
    char before[MR_WORK_HASH_HEX + 1]; /* the one it replaced; "" if there was none */
    uint64_t changed_ms;               /* when */
    uv_prepare_t turn;
    unsigned handles; /* of the room's own that are not closed yet */
};

/* ---- Guests (room_guests.c) ---- */

void mr_guest_arrive(void *room, int fd, const struct sockaddr *address);
/* Makes it one of the user's connections. MR_ENOMEM, MR_ELIMIT. */
int mr_guest_become(struct mr_guest *guest, const struct mr_purse *purse);
/* The handshake is over. */
void mr_guest_enter(struct mr_guest *guest);
/* How the connection ends. */
enum mr_leave { MR_LEAVE_CLOSE, MR_LEAVE_DROP, MR_LEAVE_GONE };
/* Takes it out of the room; everybody hears if its user has left. The guest is freed now, or when
 * the job that it waits for comes back. */
void mr_guest_leave(struct mr_guest *guest, enum mr_leave how);
/* Has a password checked or made for the guest, which then waits for it. */
void mr_guest_check(struct mr_guest *guest, struct mr_auth_job *job);
/* For a callback of a job: the guest waits for nothing any more. false: it has gone meanwhile, and
 * is freed. */
bool mr_guest_back(struct mr_guest *guest);
/* All connections of a user, but not itself. */
void mr_user_leave(struct mr_user *user);

/* Says what was collected, and empties it. guest is who asked, or NULL if it has gone; me and other
 * are users, or NULL. */
void mr_room_say(struct mr_room *room, struct mr_guest *guest, struct mr_user *me,
                 struct mr_user *other, struct mr_answers *answers);

/* ---- Logging in (room_login.c) ---- */

void mr_login_begin(void *guest, const struct mr_login_credentials *credentials);
void mr_login_inform(void *guest, struct mr_login_info *info);
void mr_login_open(void *guest);
void mr_login_gone(void *guest, const char *why);

/* ---- Lines (room_lines.c) ---- */

bool mr_lines_take(void *guest, const struct mr_line *line);

#endif
