#include "plugins/roomhost/room_parts.h"

#include "plugins/roomhost/address.h"

#include <moonroom/errors.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

static const struct mr_peer_callbacks callbacks = {
    .on_credentials = mr_login_begin,
    .on_info = mr_login_inform,
    .on_open = mr_login_open,
    .on_line = mr_lines_take,
    .on_gone = mr_login_gone,
};

/* How far apart frames to one peer are: the more there are to send to, the more lines share a
 * frame. */
static unsigned join_delay(unsigned open_count)
{
    unsigned delay = MR_LIMIT_JOIN_DELAY_MIN + open_count / 50;
    return delay < MR_LIMIT_JOIN_DELAY ? delay : MR_LIMIT_JOIN_DELAY;
}

static void on_turn(uv_prepare_t *turn)
{
    struct mr_room *room = turn->data;
    room->peers.join_delay_ms = join_delay(room->open_count);
    mr_peers_turn(&room->peers);
    if (!room->accepting && !room->stopping && room->peers.alive < room->peers_max) {
        room->accepting = true;
        mr_listener_resume(room->listener);
    }
}

/* As many connections as the system lets us have, less what the program itself needs. */
static unsigned find_peers_max(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 512;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t max = limit.rlim_cur > 1000000 ? 1000000 : limit.rlim_cur;
    return max > 2 * MR_SPARE_DESCRIPTORS ? (unsigned)max - MR_SPARE_DESCRIPTORS
                                          : MR_SPARE_DESCRIPTORS;
}

/* Made at once: it must not fail at the end. */
static int make_farewell(struct mr_room *room)
{
    mr_rules_kicked(mr_span_of("Server"), &room->farewell);
    if (room->farewell.count != 1)
        return MR_ENOMEM;
    struct mr_buf *line = &room->farewell.at[0].line;
    room->peers.farewell = (struct mr_span){mr_buf_str(line), mr_buf_len(line)};
    return MR_OK;
}

static int grant_admins(struct mr_db *db, const struct mr_host_options *options)
{
    int err = mr_db_begin(db);
    for (size_t i = 0; err == MR_OK && i < options->admin_count; i++)
        if (mr_db_grant(db, options->admins[i]) == MR_STORE_FAILED)
            err = MR_EIO;
    if (err == MR_OK)
        return mr_db_commit(db);
    mr_db_rollback(db);
    return err;
}

static int open_store(struct mr_room *room, const char *database, char *why, size_t why_size)
{
    struct mr_db *db;
    int err = mr_db_open(database, MR_DB_ROOM, &room->options->terms, why, why_size, &db);
    if (err != MR_OK)
        return err;
    room->terms = mr_db_terms(db);
    if (mr_db_head(db, room->prev) != MR_STORE_DONE || grant_admins(db, room->options) != MR_OK) {
        snprintf(why, why_size, "The room's database cannot be used.");
        mr_db_close(&db);
        return MR_EIO;
    }
    err = mr_store_start(room->loop, db, &room->store);
    if (err != MR_OK)
        snprintf(why, why_size, "The store could not start.");
    return err;
}

static int open_crypto(struct mr_room *room, char *why, size_t why_size)
{
    int err = mr_rsa_key_generate(MR_RSA_ROOM_BITS, &room->key);
    if (err == MR_OK)
        err = mr_auth_new(room->loop, &mr_password_default_cost, &room->auth);
    if (err != MR_OK)
        snprintf(why, why_size, "The room could not make its key.");
    return err;
}

static int open_listener(struct mr_room *room, char *why, size_t why_size)
{
    struct sockaddr_storage address;
    int err = mr_address_read(room->options->listen, room->options->port, &address);
    if (err == MR_OK)
        err = mr_listener_open(room->loop, &address, mr_guest_arrive, room, why, why_size,
                               &room->listener);
    room->accepting = err == MR_OK;
    return err;
}

int mr_room_open(uv_loop_t *loop, const struct mr_host_options *options, const char *database,
                 struct mr_log *log, char *why, size_t why_size, struct mr_room **out)
{
    struct mr_room *room = calloc(1, sizeof *room);
    if (!room) {
        snprintf(why, why_size, "There is no memory.");
        return MR_ENOMEM;
    }
    room->loop = loop;
    room->options = options;
    room->log = log;
    room->peers_max = find_peers_max();
    room->peers.loop = loop;
    room->peers.callbacks = &callbacks;
    uv_prepare_init(loop, &room->turn);
    room->turn.data = room;
    room->handles = 1;
    uv_prepare_start(&room->turn, on_turn);
    int err = make_farewell(room);
    if (err == MR_OK)
        err = open_store(room, database, why, why_size);
    if (err == MR_OK)
        err = open_crypto(room, why, why_size);
    room->peers.key = room->key;
    if (err == MR_OK)
        err = open_listener(room, why, why_size);
    if (err != MR_OK)
        mr_room_free(&room);
    else
        *out = room;
    return err;
}

const char *mr_room_address(const struct mr_room *room)
{
    return mr_listener_text(room->listener);
}

void mr_room_stop(struct mr_room *room)
{
    if (room->stopping)
        return;
    room->stopping = true;
    mr_listener_close(&room->listener);
    if (room->auth)
        mr_auth_hurry(room->auth);
    while (room->guests) {
        struct mr_guest *guest = room->guests;
        if (guest->open)
            mr_peer_send(guest->peer, room->peers.farewell);
        mr_guest_leave(guest, MR_LEAVE_CLOSE);
    }
}

static bool busy(const struct mr_room *room)
{
    return room->peers.alive > 0 || (room->auth && mr_auth_pending(room->auth) > 0) ||
           (room->store && mr_store_pending(room->store) > 0);
}

void mr_room_run(struct mr_room *room)
{
    while (!room->stopping || busy(room))
        uv_run(room->loop, UV_RUN_ONCE);
}

static void on_turn_closed(uv_handle_t *handle)
{
    struct mr_room *room = handle->data;
    room->handles--;
}

void mr_room_free(struct mr_room **room)
{
    if (!*room)
        return;
    struct mr_room *gone = *room;
    *room = NULL;
    mr_room_stop(gone);
    mr_room_run(gone);
    mr_store_stop(&gone->store);
    mr_auth_free(&gone->auth);
    mr_rsa_key_free(gone->key);
    mr_users_free(&gone->users);
    mr_answers_free(&gone->farewell);
    uv_close((uv_handle_t *)&gone->turn, on_turn_closed);
    while (gone->handles > 0)
        uv_run(gone->loop, UV_RUN_NOWAIT);
    free(gone);
}
