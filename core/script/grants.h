/* Trust: which script files were permitted what, kept in STATE/grants.json.
 *
 * A record is a path and what was asked for. New needs ask again. A refusal is remembered too, so
 * that a script on the autoload list does not ask at every start.
 */
#ifndef MR_SCRIPT_GRANTS_H
#define MR_SCRIPT_GRANTS_H

#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/log.h"

struct mr_grants;

enum mr_grant { MR_GRANT_UNKNOWN, MR_GRANT_YES, MR_GRANT_NO };

/* path is the file of records, copied. One that cannot be read is told to the log and counts as
 * empty. */
int mr_grants_new(const char *path, struct mr_log *log, struct mr_grants **out);
void mr_grants_free(struct mr_grants *grants);

/* What was decided for this file; needs is ended by NULL. A yes holds for the same needs or fewer.
 */
enum mr_grant mr_grants_find(const struct mr_grants *grants, const char *path,
                             const char *const *needs);
int mr_grants_record(struct mr_grants *grants, const char *path, const char *const *needs,
                     enum mr_grant grant);

/* The question for the user, in plain words. */
int mr_grants_question(const char *name, const char *path, const char *const *needs,
                       struct mr_buf *out);

#endif
