/* Stores: what a script keeps, one JSON object a script in DATA/store/NAME.json.
 *
 * A change is on disk half a second later at most; the file is replaced as a whole, so that it is
 * always the old or the new one. A store may have MR_LIMIT_SCRIPT_STORE bytes as text.
 */
#ifndef MR_SCRIPT_STORE_H
#define MR_SCRIPT_STORE_H

#include <cjson/cJSON.h>

#include "core/base/log.h"
#include "core/runtime/loop.h"

struct mr_store;

/* Opens or makes the store `name` in folder. A file that cannot be read fails with MR_EIO or
 * MR_EINVAL: it is not overwritten. */
int mr_store_open(struct mr_loop *loop, struct mr_log *log, const char *folder, const char *name,
                  struct mr_store **out);
/* Saves what was changed. */
void mr_store_close(struct mr_store **store);

/* Borrowed until the next change; NULL when there is none. */
const cJSON *mr_store_get(const struct mr_store *store, const char *key);
/* A NULL value removes the key. MR_ELIMIT when the store would grow too large; it stays as it was.
 */
int mr_store_set(struct mr_store *store, const char *key, const cJSON *value);
/* An array of strings; the caller deletes it. */
cJSON *mr_store_keys(const struct mr_store *store);

#endif
