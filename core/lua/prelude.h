/* The parts of the prelude, embedded when moonroom-lua is built (embed.cmake). */
#ifndef MR_LUA_PRELUDE_H
#define MR_LUA_PRELUDE_H

#include <stddef.h>

struct mr_prelude_part {
    const char *name; /* as Lua's messages show it */
    const unsigned char *text;
    size_t len;
};

/* In the order in which they run, ended by a row without name. */
extern const struct mr_prelude_part mr_prelude_parts[];

#endif
