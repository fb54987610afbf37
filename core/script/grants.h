/* Trust: which script files were permitted what, kept in STATE/grants.json.
 *
 * A record is a path and what was asked for. New needs ask again. A refusal is remembered too, so
 * that a script on the autoload list does not ask at every start, and so is what was taken back
 * later. For a script that /script installed its content is remembered as well: when that changes
 * outside /script, it asks again. Several clients share the file; each answer is one locked change
 * of it, which fails with MR_EBUSY when another client does not let go of it. All lists of
 * permissions are ended by NULL.
 */
#ifndef MR_SCRIPT_GRANTS_H
#define MR_SCRIPT_GRANTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/log.h"

struct mr_grants;

enum mr_grant { MR_GRANT_UNKNOWN, MR_GRANT_YES, MR_GRANT_NO };

/* path is the file of records, copied. One that cannot be read is told to the log and counts as
 * empty. */
int mr_grants_new(const char *path, struct mr_log *log, struct mr_grants **out);
void mr_grants_free(struct mr_grants *grants);

/* What was decided for this file. A yes holds for the same needs or fewer. What another client
 * decided meanwhile counts. */
enum mr_grant mr_grants_find(struct mr_grants *grants, const char *path, const char *const *needs);
/* The user's answer to the question for these needs. A yes gives back what was taken, and takes the
 * content of an installed script as it is now. */
int mr_grants_record(struct mr_grants *grants, const char *path, const char *const *needs,
                     enum mr_grant grant);

/* /script put this file (or the folder of this init.lua) there, or changed it, and the user has
 * agreed to what it needs. MR_EIO and the like when its content cannot be read: nothing is recorded
 * then. */
int mr_grants_installed(struct mr_grants *grants, const char *path, const char *const *needs);
/* Whether it was, and has another content now. One that cannot be read has. */
bool mr_grants_changed(struct mr_grants *grants, const char *path);
bool mr_grants_is_installed(const struct mr_grants *grants, const char *path);
/* The file is gone: so is what was decided. */
int mr_grants_forget(struct mr_grants *grants, const char *path);

/* Takes a permission back, or gives it again; needs are those of the script, in case there is no
 * record yet. */
int mr_grants_revoke(struct mr_grants *grants, const char *path, const char *const *needs,
                     const char *permission, bool revoked);
bool mr_grants_is_revoked(const struct mr_grants *grants, const char *path, const char *permission);

/* All records: {PATH: {"allowed": true, "needs": [...], "revoked": [...], "content": HEX}}, the
 * last two where there are some. Borrowed until the next call of another function. */
const cJSON *mr_grants_all(struct mr_grants *grants);

/* The question for the user, in plain words: "greeter wants to: ...". */
int mr_grants_question(const char *name, const char *path, const char *const *needs, bool changed,
                       struct mr_buf *out);

#endif
