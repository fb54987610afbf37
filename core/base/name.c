#include "core/base/name.h"

#include "core/base/limits.h"
#include "core/base/str.h"

#include <string.h>

static bool name_byte(char c)
{
    return c > 0x20 && c < 0x7f && !strchr("<>|.:;,!?()[]{}@#\\%*/~='\"", c);
}

bool mr_name_valid(const char *name, size_t len)
{
    if (len == 0 || len > MR_LIMIT_NAME)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!name_byte(name[i]))
            return false;
    return true;
}

bool mr_name_reserved(const char *name, size_t len)
{
    static const char *const reserved[] = {
        "version", "keychars", "public_key", "private_key", "registeredIPs",
        "admins",  "users",    "Server",     "Lobby",
    };
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (mr_name_equal_fold(name, len, reserved[i], strlen(reserved[i])))
            return true;
    return false;
}

bool mr_name_equal_fold(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return mr_str_equal_fold(a, a_len, b, b_len);
}

const char *mr_name_problem(const char *name, size_t len)
{
    if (len == 0)
        return "A name has at least one character.";
    if (len > MR_LIMIT_NAME)
        return "A name has at most 32 characters.";
    if (!mr_name_valid(name, len))
        return "A name has no blanks, no letters beyond ASCII and none of "
               "< > | . : ; , ! ? ( ) [ ] { } @ # \\ % * / ~ = ' \"";
    if (mr_name_reserved(name, len))
        return "This name is reserved.";
    return NULL;
}
