/*
 * The room: who is connected, who they are, and what they do.
 *
 * Everything here is on the thread of the loop. A guest is one connection; once it has logged in it
 * belongs to a user, who may have several. What a guest asks is answered in the order of asking.
 * The rules (rules.h) say what follows from a line; this part knows the people it is said to.
 */
#ifndef MR_ROOMHOST_ROOM_H
#define MR_ROOMHOST_ROOM_H

#include "core/base/log.h"
#include "plugins/roomhost/options.h"

struct uv_loop_s;
struct mr_room;

/* Opens the room: key, database, listening socket. Both structs must outlive the room. An error
 * comes with one sentence in why. */
int mr_room_open(struct uv_loop_s *loop, const struct mr_host_options *options,
                 const char *database, struct mr_log *log, char *why, size_t why_size,
                 struct mr_room **out);

/* "ADDRESS:PORT", as long as the room is open. */
const char *mr_room_address(const struct mr_room *room);

/* Runs the loop until mr_room_stop() was called and everybody has been told and has gone. */
void mr_room_run(struct mr_room *room);

/* Begins the end. */
void mr_room_stop(struct mr_room *room);

/* After mr_room_run(), or if that was never called. Runs the loop for the last callbacks. */
void mr_room_free(struct mr_room **room);

#endif
