/* A file system for SQLite that can lose power: a second picture of each file holds only what was
 * synced.
 *
 * unsynced_install() makes it SQLite's own. unsynced_save() writes what a disk would have after a
 * power cut now: everything synced, and of the writes since then any, each whole or not at all. The
 * folder's entries are taken as synced. Threads may write meanwhile. */
#ifndef MR_TEST_UNSYNCED_VFS_H
#define MR_TEST_UNSYNCED_VFS_H

/* Of files whose path begins with prefix. */
void unsynced_install(const char *prefix);

/* chance of 256: how likely a write that was not synced is there all the same. */
void unsynced_save(const char *folder, unsigned chance);

/* How many syncs there were. */
unsigned unsynced_syncs(void);

#endif
