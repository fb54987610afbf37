/* Manifests: any JSON that a script may name as its own, read and its settings declared. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/runtime/json.h"
#include "core/script/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *reason = NULL;
    char why[256] = "";
    struct mr_manifest manifest;
    struct mr_hooks *hooks = NULL;
    struct mr_settings *settings = NULL;
    cJSON *value = mr_json_parse((const char *)data, size, &reason);
    if (!value || mr_hooks_new(&hooks) < 0 || mr_settings_new(NULL, hooks, NULL, &settings) < 0) {
        mr_hooks_free(hooks);
        cJSON_Delete(value);
        return 0;
    }
    if (mr_manifest_read(value, "file", &manifest, why, sizeof why) == 0) {
        if (!mr_manifest_name_valid(manifest.name)) {
            abort();
        }
        (void)mr_manifest_declare(&manifest, settings, &manifest, why, sizeof why);
        mr_settings_undeclare(settings, &manifest);
        mr_manifest_free(&manifest);
    } else if (!*why) {
        abort();
    }
    mr_settings_free(settings);
    mr_hooks_free(hooks);
    cJSON_Delete(value);
    return 0;
}
