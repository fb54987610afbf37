/* The manifest of a plugin: a file of any bytes, and its text by itself. */
#include "core/plugin/manifest.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int err, const struct mr_plugin_manifest *manifest, const char *why)
{
    if (err == MR_OK) {
        if (!manifest->name[0] || !manifest->version[0] ||
            strlen(manifest->name) >= sizeof manifest->name ||
            strlen(manifest->version) >= sizeof manifest->version)
            abort();
    } else if (err != MR_EINVAL || !why[0]) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mr_plugin_manifest manifest;
    char why[128] = "";
    check(mr_plugin_manifest_read(data, size, &manifest, why, sizeof why), &manifest, why);
    why[0] = '\0';
    check(mr_plugin_manifest_parse((const char *)data, size, &manifest, why, sizeof why), &manifest,
          why);
    return 0;
}
