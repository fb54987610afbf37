/* The values of settings as they are typed: whether they fit their row. */
#ifndef MR_RUNTIME_SETTINGS_VALUE_H
#define MR_RUNTIME_SETTINGS_VALUE_H

#include "core/runtime/settings.h"

enum { MR_SETTING_TEXT = 4096 /* bytes of any value, whatever its row allows */ };

/* Whether value fits the row: MR_OK, or an error. *number is the number that it stands for, 1 and 0
 * for on and off. */
int mr_setting_parse(const struct mr_setting *setting, const char *value, int64_t *number);
/* Says in one sentence what would fit. */
void mr_setting_explain(const struct mr_setting *setting, char *why, size_t size);

#endif
