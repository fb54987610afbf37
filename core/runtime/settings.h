/* Settings: a table of descriptors, a JSON file, and whoever wants to know of changes.
 *
 * The core's settings stand in settings.def; a script's are declared when it loads, under
 * "SCRIPT.name". Values are kept in CONFIG/settings.json (one object, name -> value), saved
 * atomically after a change. Unknown keys in that file are kept and reported, a value of the wrong
 * type is reported and the default used. A change emits the event "setting".
 */
#ifndef MR_RUNTIME_SETTINGS_H
#define MR_RUNTIME_SETTINGS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/log.h"
#include "core/runtime/hook.h"

enum mr_setting_type { MR_SETTING_BOOL, MR_SETTING_INT, MR_SETTING_STRING, MR_SETTING_CHOICE };

struct mr_setting {
    const char *name;
    enum mr_setting_type type;
    const char *fallback; /* the default, as typed: "on", "10", "text" */
    int64_t min, max;     /* INT: bounds; STRING: max is its maximum in bytes */
    const char *choices;  /* CHOICE: "dark|light"; else NULL */
    const char *unit;     /* "ms", "lines", or "" */
    const char *help;     /* one line */
};

struct mr_settings;

/* path is copied; NULL keeps everything in memory. A file that cannot be read is reported to log.
 */
int mr_settings_new(const char *path, struct mr_hooks *hooks, struct mr_log *log,
                    struct mr_settings **out);
void mr_settings_free(struct mr_settings *settings);

/* Copies the row. MR_EEXISTS if the name is taken by another owner. */
int mr_settings_declare(struct mr_settings *settings, const struct mr_setting *row,
                        const void *owner);
/* MR_EINVAL when the row could not be declared. */
int mr_settings_check(const struct mr_setting *row);
/* The value that this row would have if it were declared now, as a new item; NULL without memory.
 */
cJSON *mr_settings_peek(const struct mr_settings *settings, const struct mr_setting *row);
void mr_settings_undeclare(struct mr_settings *settings, const void *owner);
bool mr_settings_has(const struct mr_settings *settings, const char *name);
/* Whether it is one of settings.def, not of a script or plugin. */
bool mr_settings_is_core(const struct mr_settings *settings, const char *name);

/* Reading a setting that does not exist is a mistake of ours: fallback values, and a line in the
 * log. */
bool mr_settings_bool(const struct mr_settings *settings, const char *name);
int64_t mr_settings_int(const struct mr_settings *settings, const char *name);
/* Borrowed until the next change. */
const char *mr_settings_string(const struct mr_settings *settings, const char *name);

/* What is set and kept of OWNER.*, a script's say; whether there is any, and forgetting it. */
bool mr_settings_keeps(const struct mr_settings *settings, const char *owner);
void mr_settings_forget(struct mr_settings *settings, const char *owner);

/* Parses as typed; on MR_EINVAL or MR_ENOTFOUND why (size why_size) says what is allowed. */
int mr_settings_set(struct mr_settings *settings, const char *name, const char *value, char *why,
                    size_t why_size);
/* All rows with their values in order of name: an array of {name, type, value, default, unit, help,
 * choices}; the caller deletes it. */
cJSON *mr_settings_list(const struct mr_settings *settings);

#endif
