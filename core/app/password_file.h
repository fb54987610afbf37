/* A password from a file: its first line. */
#ifndef MR_APP_PASSWORD_FILE_H
#define MR_APP_PASSWORD_FILE_H

#include <stddef.h>

#include "core/base/secret.h"

/* Fills out (freed by the caller). On failure why holds a sentence. */
int mr_password_file_read(const char *path, struct mr_secret *out, char *why, size_t why_size);

#endif
