/* `moonroom --listen`: a private socket through which programs of the same user control the client.
 *
 * Each connection is a door (core/api/door.h) with the permissions of the setting listen.grants.
 */
#ifndef MR_APP_CONTROL_H
#define MR_APP_CONTROL_H

#include <stddef.h>

#include "core/api/core.h"

struct mr_control;

/* path may be NULL: STATE/control.sock. */
int mr_control_start(struct mr_core *core, const char *path, struct mr_control **out, char *why,
                     size_t why_size);
void mr_control_stop(struct mr_control **control);

#endif
