/*
 * The manifest of a plugin, read from the bytes of its file.
 *
 * It lies in a section of the ELF file (MR_PLUGIN_SECTION) and is the text
 * "moonroom-plugin ABI NAME VERSION". Reading it runs nothing of the plugin. The bytes may be
 * anything: every offset in them is checked. Pure; may be called from any thread.
 */
#ifndef MR_PLUGIN_MANIFEST_H
#define MR_PLUGIN_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

struct mr_plugin_manifest {
    uint32_t abi;
    char name[33];    /* a-z, 0-9, '-' and '_' */
    char version[33]; /* printable ASCII without blanks */
};

/* Finds and reads the manifest in the bytes of a file. MR_EINVAL with one sentence in why (without
 * full stop, to follow "FILE: "). */
int mr_plugin_manifest_read(const uint8_t *bytes, size_t len, struct mr_plugin_manifest *out,
                            char *why, size_t why_size);

/* Reads the text of a manifest, len bytes, NULs at its end allowed. MR_EINVAL as above. */
int mr_plugin_manifest_parse(const char *text, size_t len, struct mr_plugin_manifest *out,
                             char *why, size_t why_size);

#endif
