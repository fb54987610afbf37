/* The names of permissions: moonroom/permissions.def.
 *
 * Pure functions. A permission is ASCII text such as "send" or "process:notify-send".
 */
#ifndef MR_API_PERMISSION_H
#define MR_API_PERMISSION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

/* The longest there are: "http:" and a host's name. */
enum { MR_PERMISSION_MAX = 260 };

/* Who gets one; see permissions.def. */
enum mr_permission_rule { MR_PERMISSION_EVERY, MR_PERMISSION_ASKED, MR_PERMISSION_LISTED };

/* Whether there is such a permission. Otherwise MR_EINVAL with a sentence in why, which names the
 * nearest. */
int mr_permission_check(const char *name, char *why, size_t why_size);
/* Of one that exists; LISTED for others. */
enum mr_permission_rule mr_permission_rule(const char *name);
/* Appends what it allows in plain words, to follow "wants to"; the name itself when there is no
 * such permission. */
int mr_permission_words(const char *name, struct mr_buf *out);
/* The name of a row as it stands in the table, NULL behind the last. */
const char *mr_permission_row(size_t index);
/* Whether a row's name stands for many ("process:NAME"). */
bool mr_permission_is_family(const char *name);

#endif
