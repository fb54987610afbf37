/* The file in which settings stand: one JSON object, keys that nobody declared included.
 *
 * Another moonroom may save to the same file: whoever changes the values does so between
 * mr_settings_file_begin() and mr_settings_file_end().
 */
#ifndef MR_RUNTIME_SETTINGS_FILE_H
#define MR_RUNTIME_SETTINGS_FILE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "core/base/log.h"

struct mr_settings_file {
    char *path; /* NULL: the values live in memory only */
    struct mr_log *log;
    cJSON *values; /* an object */
    bool broken;   /* the file is no JSON object: it is kept aside before the first save */
};

/* path is copied; a file that cannot be read is told to the log and counts as empty. MR_ENOMEM;
 * close it then too. */
int mr_settings_file_open(struct mr_settings_file *file, const char *path, struct mr_log *log);
void mr_settings_file_close(struct mr_settings_file *file);

/* The values are the newest ones from here. The result is for mr_settings_file_end(). */
int mr_settings_file_begin(struct mr_settings_file *file);
/* err: how the change went. If it went well the values are saved; what fails goes to the log. */
void mr_settings_file_end(struct mr_settings_file *file, int lock, int err);

#endif
