/* Recordings: what came from the room, what was typed and what was sent, with its times, in a file.
 *
 * One JSON object a line. The first has `recording` (the version of the format, 1), `time` (seconds
 * since 1970), `me`, and what we had and knew then (coins, cookies, zeros, prev_hash); each other
 * has `t`, the seconds since the begin, and one of recv (the text of a frame), sent (a line), typed
 * (a line) or secret (true: one was typed). Secrets are never written. The file lies in the folder
 * recordings of the state folder, is readable by the user alone, and ends by itself at
 * MR_LIMIT_RECORDING. `room:replay()` of a test plays it (core/lua/prelude/test.lua).
 *
 * Binds record.start and record.stop.
 */
#ifndef MR_API_RECORD_H
#define MR_API_RECORD_H

#include "core/api/core.h"

struct mr_recorder;

int mr_recorder_new(struct mr_core *core, struct mr_recorder **out);
void mr_recorder_free(struct mr_recorder **recorder);

/* The user typed a line. Nothing happens where nothing is recorded; recorder may be NULL. */
void mr_recorder_typed(struct mr_recorder *recorder, const char *line);
void mr_recorder_secret(struct mr_recorder *recorder);

#endif
