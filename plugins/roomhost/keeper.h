/* What the keeper of a room can do besides opening it. Each returns an exit code. */
#ifndef MR_ROOMHOST_KEEPER_H
#define MR_ROOMHOST_KEEPER_H

#include "plugins/roomhost/store_db.h"

enum { MR_HOST_OK = 0, MR_HOST_FAILED = 1, MR_HOST_USAGE = 2 };

/* Prints the accounts with their coins. */
int mr_keeper_accounts(struct mr_db *db);

/* Reads a new password, from a terminal without echo and twice, and stores it. */
int mr_keeper_reset_password(struct mr_db *db, const char *name);

/* Checks everything and prints the verdict. */
int mr_keeper_verify(struct mr_db *db);

#endif
