/*
 * The grammar of user names.
 *
 * A name is 1 to 32 characters of ASCII, none of them a blank, a control character or one of
 *     < > | . : ; , ! ? ( ) [ ] { } @ # \ % * / ~ = ' "
 * A room compares the names of new accounts without regard to case and refuses the reserved ones;
 * a login must match byte for byte.
 */
#ifndef MR_BASE_NAME_H
#define MR_BASE_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* Whether len bytes form a name. Reserved names do: "Server" is the name the room speaks under. */
bool mr_name_valid(const char *name, size_t len);

/* Whether no new account may have this name, in any case of letters. */
bool mr_name_reserved(const char *name, size_t len);

/* Whether two names are the same without regard to the case of A to Z. */
bool mr_name_equal_fold(const char *a, size_t a_len, const char *b, size_t b_len);

/* Why a new account cannot have this name, as a plain sentence; NULL if it can. Static text. */
const char *mr_name_problem(const char *name, size_t len);

#endif
