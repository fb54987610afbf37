/* The fingerprint of a script's text: has it changed since it was installed? */
#ifndef MR_SCRIPT_CONTENT_H
#define MR_SCRIPT_CONTENT_H

#include "core/base/sha512.h"

/* SHA-512, as hex with a NUL, over all that a script is made of: the file NAME.lua, or every .lua
 * file below the folder of an init.lua with its name, in order of the names. Links are not
 * followed. MR_ELIMIT beyond MR_LIMIT_SCRIPT_FILES files or MR_LIMIT_SCRIPT_SOURCE bytes in one of
 * them. */
int mr_content_hash(const char *path, char out[static MR_SHA512_HEX + 1]);

#endif
