/* The chat log: what was said, in plain files of the user, STATE/ROOM/CHAT.log, mode 0600.
 *
 * A line is "2026-11-22 10:41:05 bob> text". Room and chat are made safe as file names.
 */
#ifndef MR_UI_CHATLOG_H
#define MR_UI_CHATLOG_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <time.h>

enum { MR_CHATLOG_NAME = 200 };

/* A file name for any text: letters, digits, '-', '_' and dots inside stay, every other byte
 * becomes %XX; what is too long is cut. Two texts that differ get two names unless they were cut.
 */
void mr_chatlog_file_name(const char *text, char out[static MR_CHATLOG_NAME]);

/* Appends one line. `said` is "name> text", safe and without LF. MR_EIO, MR_ENOMEM. */
int mr_chatlog_write(const char *state, const char *room, const char *chat, time_t when,
                     const char *said);

/* The newest `max` lines of a room's logs that hold word (A to Z in either case), oldest first:
 * [{chat, line}]; the caller deletes it. NULL without memory. Of each log the last
 * MR_LIMIT_SEARCH_BYTES are looked at. */
cJSON *mr_chatlog_search(const char *state, const char *room, const char *word, size_t max);

#endif
