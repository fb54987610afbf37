/*
 * Text that may be shown.
 *
 * Whatever comes from the network, from a file or from a script is a row of bytes that could steer
 * a terminal, hide a name or turn the reading direction of a line. A view, a log and a completion
 * take only a struct mr_safe_text, and these functions are the only way to make one:
 *   - a byte that is no valid UTF-8 becomes U+FFFD, the replacement character;
 *   - a control character becomes a visible symbol: ESC is shown as U+241B, DEL as U+2421, a C1
 *     control as the two-character form it stands for (U+009B as U+241B and "[");
 *   - a tab becomes four blanks;
 *   - characters that change the reading direction, have no width or no meaning become U+FFFD;
 *     the joiner between two pictographs and a variation selector behind a character stay;
 *   - of a pile of combining marks the first four stay;
 *   - what is too long is cut between two characters, and an ellipsis is added.
 *
 * The result is valid UTF-8 with one NUL, not counted, behind it, and holds no NUL inside.
 */
#ifndef MR_BASE_SAFE_TEXT_H
#define MR_BASE_SAFE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct mr_safe_text {
    char *text;   /* owned: mr_safe_text_free() */
    size_t len;   /* bytes */
    size_t width; /* columns on a terminal; of the widest line if there are several */
    bool cut;     /* whether something was left out at the end */
};

/* Makes one line of safe text of at most max_bytes, its ellipsis included, from any bytes. A LF is
 * shown as a symbol like the other controls. bytes may be NULL if len is 0. max_bytes is at
 * least 3. MR_EINVAL or MR_ENOMEM; out is then empty and needs no freeing, which does no harm
 * either. */
int mr_safe_text_make(const void *bytes, size_t len, size_t max_bytes, struct mr_safe_text *out);

/* The same for text of several lines: LF stays, and CR before LF is dropped. */
int mr_safe_text_make_lines(const void *bytes, size_t len, size_t max_bytes,
                            struct mr_safe_text *out);

/* Frees what a make function has given. May be called twice, and on a zeroed struct. */
void mr_safe_text_free(struct mr_safe_text *safe);

#endif
