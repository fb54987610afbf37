/* Remembered logins: a file of mode 0600 in the config folder, one JSON object,
 * "host:port" -> {"last": NAME, "logins": {NAME: HASH or ""}}.
 *
 * What is kept is the hash that the v5 wire sends (it is the login secret there), never the
 * password;
 * "" when only the name is remembered. Saved atomically.
 */
#ifndef MR_SESSION_LOGINS_H
#define MR_SESSION_LOGINS_H

#include <stdbool.h>
#include <stddef.h>

/* The name last used at the room: 0, or MR_ENOTFOUND. has_hash says whether a login is possible. */
int mr_logins_last(const char *path, const char *room, char *name, size_t name_size,
                   bool *has_hash);
/* hash may be NULL: only the name. */
int mr_logins_remember(const char *path, const char *room, const char *name, const char *hash);
int mr_logins_forget(const char *path, const char *room, const char *name);

/* The hash remembered for a name: 0, or MR_ENOTFOUND. It is a secret: wipe it. */
int mr_logins_hash(const char *path, const char *room, const char *name, char *hash,
                   size_t hash_size);

#endif
