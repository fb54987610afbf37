/* The room of a test: the other end of the wire over a socket pair in this process.
 *
 * It lets everybody in, repeats to a speaker what he said, as rooms do, answers pings, and
 * otherwise says what it is told to. What the client sends is kept.
 */
#ifndef MR_APP_TEST_ROOM_H
#define MR_APP_TEST_ROOM_H

#include <cjson/cJSON.h>

#include "core/runtime/loop.h"
#include "core/session/session.h"
#include "core/wire/login.h"

struct mr_test_room;

/* key is the room's, and must outlive it: to make one takes longer than a test. */
int mr_test_room_new(struct mr_loop *loop, struct mr_rsa_key *key, struct mr_test_room **out);
/* NULL is fine. */
void mr_test_room_free(struct mr_test_room *room);

/* For mr_session_options: the client's end of a new connection. */
int mr_test_room_dial(void *room, const struct mr_address *address);
/* What whoever comes in is told: coins, cookies, zeros, prev_hash; and whether the room is
 * `silent`: says nothing by itself. Members may be missing. */
int mr_test_room_set_info(struct mr_test_room *room, const cJSON *info, char *why, size_t why_size);
/* MR_EOFFLINE when nobody is in. */
int mr_test_room_send(struct mr_test_room *room, const char *line);
void mr_test_room_hang_up(struct mr_test_room *room);
/* The lines that came since the last call; the caller deletes the array. Secrets are left out. */
cJSON *mr_test_room_take(struct mr_test_room *room);

#endif
