/* Versions of scripts: "1", "1.2", "1.2.3", and "1.2.3-beta", which comes before "1.2.3". Pure. */
#ifndef MR_SCRIPT_VERSION_H
#define MR_SCRIPT_VERSION_H

#include <stdbool.h>

bool mr_version_valid(const char *version);
/* Less than, equal to or greater than 0, as a is older than, as old as or newer than b. What is not
 * valid is older than all that is. */
int mr_version_compare(const char *a, const char *b);

#endif
