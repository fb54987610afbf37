/* Finding scripts: the user's folder overrides the shipped one file by file.
 *
 * A script is a file NAME.lua, or a folder NAME with init.lua; below a scripts folder, in its
 * filters, responders or examples, or anywhere by its path. All functions only look; nothing is
 * run.
 */
#ifndef MR_SCRIPT_FIND_H
#define MR_SCRIPT_FIND_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/runtime/paths.h"

enum { MR_FIND_PATH = 4096, MR_FIND_NAME = 64 };

struct mr_found {
    char path[MR_FIND_PATH];   /* absolute */
    char shown[MR_FIND_PATH];  /* as messages call it: below its scripts folder, or the path */
    char folder[MR_FIND_PATH]; /* where it is looked for modules; as `shown`, or absolute */
    char name[MR_FIND_NAME];   /* the file's, or the folder's with init.lua */
    bool shipped;
    bool overrides; /* the user's, and there is a shipped one of the same name */
};

/* By name ("greeter", "strategies/classic") or path (with a slash at the front, ./ or ../, or
 * ending in .lua). shipped_only passes over the user's folder. MR_ENOTFOUND with a sentence in why.
 */
int mr_find_script(const struct mr_paths *paths, const char *name_or_path, bool shipped_only,
                   struct mr_found *out, char *why, size_t why_size);

/* A module for `require` of a script: in its own folder, then scripts/lib, then the user's lib
 * folder. The module is checked to be a plain relative name. */
int mr_find_module(const struct mr_paths *paths, const struct mr_found *script, const char *module,
                   bool shipped_only, struct mr_found *out);

/* Reads a source; MR_ELIMIT when it is longer than MR_LIMIT_SCRIPT_SOURCE, MR_EINVAL when it is no
 * UTF-8 or holds a NUL. */
int mr_find_read(const char *path, struct mr_buf *out);

/* Every NAME.lua and NAME/init.lua of a folder below the scripts folders, but no tests
 * (NAME_test.lua): an array of {name, path,
 * help}, in order of name; help is the first line's comment. The caller deletes it. */
cJSON *mr_find_list(const struct mr_paths *paths, const char *folder);

#endif
