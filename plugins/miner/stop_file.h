/* The file with which one of many searches ends the others. On a shared file system as well: it
 * appears whole or not at all. */
#ifndef MR_MINER_STOP_FILE_H
#define MR_MINER_STOP_FILE_H

#include "core/base/work.h"

bool mr_stop_file_is_there(const char *path);

/* Writes the solution and a line feed, unless somebody was faster, which is no error. MR_EIO. */
int mr_stop_file_write(const char *path, const char s[static MR_WORK_S_BYTES]);

#endif
