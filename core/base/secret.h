/*
 * Secrets: a bounded place for a password, a key or a token.
 *
 * The bytes live in pages of their own that are kept out of the swap and out of core files where
 * the system lets us, and are overwritten when they are no longer needed. Not thread-safe.
 */
#ifndef MR_BASE_SECRET_H
#define MR_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Overwrites len bytes with zeros in a way the compiler cannot leave out. */
void mr_wipe(void *memory, size_t len);

/* Whether two blocks of len bytes are equal, in a time that depends on len alone. */
bool mr_equal_secret(const void *a, const void *b, size_t len);

/* Keeps all of this process's memory out of core files and from other processes of the user, for
 * secrets pass through more places than the pages below. Not in builds with sanitizers, whose
 * search for leaks reads that memory from another process. */
void mr_secret_no_dumps(void);

struct mr_secret {
    uint8_t *bytes; /* NULL after mr_secret_free(); one NUL, not counted, follows the last byte */
    size_t len;
    size_t max;
    bool locked; /* whether the pages are kept out of the swap */
};

/* Makes an empty secret of at most max_bytes. MR_ENOMEM if there is no memory; that the pages could
 * not be locked is no error. */
int mr_secret_init(struct mr_secret *secret, size_t max_bytes);

/* Overwrites and frees. May be called twice, and on a zeroed struct. */
void mr_secret_free(struct mr_secret *secret);

/* Overwrites the content; the secret is empty and usable. */
void mr_secret_clear(struct mr_secret *secret);

/* Replaces the content by a copy of len bytes. MR_ELIMIT, with the old content kept. */
int mr_secret_set(struct mr_secret *secret, const void *bytes, size_t len);

/* Adds bytes behind the content. MR_ELIMIT, with the content unchanged. */
int mr_secret_append(struct mr_secret *secret, const void *bytes, size_t len);

/* Cuts the content to its first len bytes and overwrites the rest. */
void mr_secret_truncate(struct mr_secret *secret, size_t len);

/* The content as a C string, good until the next change. Never NULL. */
const char *mr_secret_str(const struct mr_secret *secret);

#endif
