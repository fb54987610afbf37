/* Reads the manifest of a text that is not to run, in a process of its own. */
#ifndef MR_SCRIPT_READER_H
#define MR_SCRIPT_READER_H

#include "core/api/core.h"
#include "core/script/manifest.h"

struct mr_reader;

/* With an error `why` is a sentence and manifest NULL. Whoever wants to keep the manifest moves it
 * and leaves an empty one; else it is freed. The reader itself is gone before this is called. */
typedef void mr_reader_fn(void *ctx, int err, const char *why, struct mr_manifest *manifest);

/* name: what the script is called if it does not say; shown: what messages call the file. *out is
 * NULL again once fn was called. */
int mr_reader_start(struct mr_core *core, const char *name, const char *shown, const char *source,
                    mr_reader_fn *fn, void *ctx, struct mr_reader **out);
/* Without a call. */
void mr_reader_free(struct mr_reader **reader);

#endif
