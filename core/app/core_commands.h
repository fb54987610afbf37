/* The two commands that the core itself knows are /quit, here, and /script (core/script). */
#ifndef MR_APP_CORE_COMMANDS_H
#define MR_APP_CORE_COMMANDS_H

#include "core/api/core.h"

int mr_core_commands_add(struct mr_core *core);

#endif
