/* The manifest of a script: what it says about itself before anything of it runs.
 *
 * It arrives as JSON from a process that read nothing but the call of script{...}. Pure functions.
 */
#ifndef MR_SCRIPT_MANIFEST_H
#define MR_SCRIPT_MANIFEST_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/runtime/settings.h"

enum { MR_MANIFEST_NAME = 32, MR_MANIFEST_NEEDS = 32, MR_MANIFEST_SETTINGS = 64 };

struct mr_manifest {
    char name[MR_MANIFEST_NAME + 1];
    char version[33];
    char help[201];
    bool given;                         /* false: these are the defaults */
    char *needs[MR_MANIFEST_NEEDS + 1]; /* ended by NULL */
    cJSON *settings;                    /* an object or NULL */
};

/* value: what script{...} was given, or NULL; fallback_name: the file's name. MR_EINVAL with a
 * sentence in why. */
int mr_manifest_read(const cJSON *value, const char *fallback_name, struct mr_manifest *out,
                     char *why, size_t why_size);
void mr_manifest_free(struct mr_manifest *manifest);

/* Whether a script may be called that: a-z, 0-9, - and _, beginning with a letter, at most 32. */
bool mr_manifest_name_valid(const char *name);

/* Whether `needs` asks for nothing beyond what every script gets (send, whisper, mine). */
bool mr_manifest_is_modest(const struct mr_manifest *manifest);

/* Whether the settings could be declared; MR_EINVAL with a sentence in why. */
int mr_manifest_check(const struct mr_manifest *manifest, char *why, size_t why_size);
/* The value that a setting of this manifest has once it is declared, as a new item. `name` with or
 * without the script's name before it; NULL: there is none. */
cJSON *mr_manifest_setting(const struct mr_manifest *manifest, const struct mr_settings *settings,
                           const char *name);
/* Declares the settings as NAME.setting with this owner. MR_EINVAL with a sentence in why; what was
 * declared before stays until mr_settings_undeclare(). */
int mr_manifest_declare(const struct mr_manifest *manifest, struct mr_settings *settings,
                        const void *owner, char *why, size_t why_size);

#endif
