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
/* Creates the folder and its parents, mode 0700. */
int mr_file_make_folder(const char *path);

#endif
