/* Small files, saved whole or not at all.
 *
 * A save writes a new file beside the old one, syncs it, renames it over the old one and syncs the
 * folder: after a crash there is the old or the new file, whole. Mode 0600 always.
 */
#ifndef MR_RUNTIME_FILE_H
#define MR_RUNTIME_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

int mr_file_save(const char *path, const void *bytes, size_t len);
/* Appends the content to out (whose maximum bounds it). MR_ENOTFOUND, MR_EIO, MR_ELIMIT. */
int mr_file_load(const char *path, struct mr_buf *out);
/* For who loads a file, changes it and saves it again: keeps other clients that do the same from
 * doing it meanwhile, by a lock on the file's folder. Waits for them, but not long: MR_EBUSY. Then,
 * as on other errors, one goes on without. The result, if not negative, is for mr_file_unlock(). */
int mr_file_lock(const char *path);
/* Takes any result of mr_file_lock(). */
void mr_file_unlock(int lock);
/* Creates the folder and its parents, mode 0700. */
int mr_file_make_folder(const char *path);

#endif
