/* The files of one script, read from anywhere and put into a scripts folder as a whole.
 *
 * A script is one file NAME.lua, or a folder with init.lua. All is read before anything is written;
 * what is written stands in its place by one rename, so that there is the old or the new script,
 * never half of one.
 */
#ifndef MR_SCRIPT_PACKAGE_H
#define MR_SCRIPT_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>

struct mr_package_file {
    struct mr_package_file *next;
    char *name; /* below the folder, "parts/a.lua" */
    char *bytes;
    size_t len;
};

struct mr_package {
    struct mr_package_file *files; /* the script itself first: the file, or init.lua */
    size_t count, size;            /* files, bytes of all */
    bool folder;
    char name[64]; /* of the file or folder, without .lua */
};

/* path: the .lua file or the folder. Refused with a sentence in why: links, anything that is no
 * file or folder, names beyond letters, digits, - _ and dots, texts that are no UTF-8, more than
 * MR_LIMIT_SCRIPT_FILES files, files larger than MR_LIMIT_SCRIPT_SOURCE, folders too deep. Names
 * that begin with a dot are passed over. */
int mr_package_read(const char *path, struct mr_package *out, char *why, size_t why_size);
void mr_package_free(struct mr_package *package);

/* Writes it to folder (made if it is not there) as `name`, in the place of what was called so
 * before. path (size path_size) gets where the script itself is then. A folder of that name that is
 * no script is left alone: MR_EEXISTS for a script that is a folder. */
int mr_package_write(const struct mr_package *package, const char *folder, const char *name,
                     char *path, size_t path_size);

/* Removes a script by the path of its file, or of its init.lua and with it the folder. */
int mr_package_remove(const char *path);

#endif
