/* The file `autoload` in the user's scripts folder: the names of scripts that are loaded at the
 * start, one a line; # begins a comment. Lines that are not meant stay as they are. */
#ifndef MR_SCRIPT_AUTOLOAD_H
#define MR_SCRIPT_AUTOLOAD_H

#include <stdbool.h>

/* Adds or takes out a name; nothing is written where that changes nothing. folder is made if it is
 * not there. */
int mr_autoload_set(const char *folder, const char *name, bool listed);

#endif
