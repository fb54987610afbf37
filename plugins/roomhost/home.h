/* The room's folder: made with mode 0700, and locked while a room is open in it. */
#ifndef MR_ROOMHOST_HOME_H
#define MR_ROOMHOST_HOME_H

#include <stdbool.h>
#include <stddef.h>

struct mr_home {
    char *folder;
    char *database;
    int lock; /* descriptor, -1 without */
};

/* folder may be NULL: moonroom/room in the XDG data folder. With `open` it is made where needed and
 * locked: MR_EBUSY while another room has it. MR_ENOTFOUND without a home of the user's; MR_EIO.
 * Each with one sentence in why; out is to be freed in all cases. */
int mr_home_open(const char *folder, bool open, struct mr_home *out, char *why, size_t why_size);
void mr_home_close(struct mr_home *home);

#endif
