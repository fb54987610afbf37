/* The typed lines, newest last, and their file of mode 0600.
 *
 * Pure of readline: the prompt is given its lines. Each line is appended to the file at once, so
 * that two clients share it; it is rewritten when it has twice as many lines as are to be kept. Of
 * commands that may carry a secret only the name is kept.
 */
#ifndef MR_UI_HISTORY_H
#define MR_UI_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

struct mr_history;

/* Reads the file if it is there. path is copied; NULL keeps everything in memory. max may be 0:
 * then nothing is written. */
int mr_history_new(const char *path, size_t max, struct mr_history **out);
void mr_history_free(struct mr_history *history);

/* Adds a line; a blank one and the same as the last are left out. kept (may be NULL) tells what was
 * added, borrowed until the next call, NULL if nothing. MR_EIO when the file cannot be written: the
 * line is kept in memory. */
int mr_history_add(struct mr_history *history, const char *line, const char **kept);
size_t mr_history_count(const struct mr_history *history);
/* 0 is the oldest; NULL behind the newest. Borrowed until the next mr_history_add(). */
const char *mr_history_at(const struct mr_history *history, size_t index);
void mr_history_set_max(struct mr_history *history, size_t max);

#endif
