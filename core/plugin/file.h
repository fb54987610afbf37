/*
 * Whether a file can be trusted to be what its owner put there.
 *
 * Trusted is what only root or this user can change. The folder above it all is the user's choice
 * and not looked at.
 */
#ifndef MR_PLUGIN_FILE_H
#define MR_PLUGIN_FILE_H

#include "core/base/buf.h"

#include <stddef.h>

/* MR_ENOTFOUND, MR_EDENIED or MR_EIO, with the reason in why (to follow "FOLDER is refused: "). */
int mr_plugin_folder_check(const char *path, char *why, size_t why_size);

/* Reads a regular file that passes the checks into out, which it initialises and the caller frees.
 * On failure out is empty. Errors as above, MR_ELIMIT and MR_ENOMEM. */
int mr_plugin_file_read(const char *path, struct mr_buf *out, char *why, size_t why_size);

#endif
