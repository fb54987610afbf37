#include "core/plugin/manifest.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse(const char *text, struct mr_plugin_manifest *out)
{
    char why[128] = "";
    int err = mr_plugin_manifest_parse(text, strlen(text), out, why, sizeof why);
    assert_true((err == MR_OK) == (why[0] == '\0'));
    return err;
}

static void test_text(void **state)
{
    (void)state;
    struct mr_plugin_manifest manifest;
    assert_int_equal(parse("moonroom-plugin 12 room-host_2 0.1.0", &manifest), MR_OK);
    assert_int_equal(manifest.abi, 12);
    assert_string_equal(manifest.name, "room-host_2");
    assert_string_equal(manifest.version, "0.1.0");
    static const char *const wrong[] = {
        "",
        "moonroom-plugin",
        "moonroom-plugin 1",
        "moonroom-plugin 1 name",
        "moonroom-plugin x name 1.0",
        "moonroom-plugin -1 name 1.0",
        "moonroom-plugin 4294967296 name 1.0",
        "moonroom-plugin 1 Name 1.0",
        "moonroom-plugin 1 ../name 1.0",
        "moonroom-plugin 1 name 1.0 more",
        "moonroom-plugin 1 name \033[1m",
        "moonroom-plugin 1 namenamenamenamenamenamenamename1 1.0",
        "another-plugin 1 name 1.0",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(parse(wrong[i], &manifest), MR_EINVAL);
    assert_int_equal(parse("moonroom-plugin 4294967295 n 1", &manifest), MR_OK);
}

/* Every cut and many changed bytes of a real object: an answer, never a read outside. The copy has
 * exactly its size, so that a sanitizer sees a read too far. */
static void test_damaged_object(void **state)
{
    (void)state;
    FILE *file = fopen(FIXTURES "/good.so", "rb");
    assert_non_null(file);
    uint8_t *whole = malloc(1 << 22);
    assert_non_null(whole);
    size_t len = fread(whole, 1, 1 << 22, file);
    fclose(file);
    struct mr_plugin_manifest manifest;
    char why[128];
    assert_int_equal(mr_plugin_manifest_read(whole, len, &manifest, why, sizeof why), MR_OK);
    assert_string_equal(manifest.name, "good");
    unsigned refused = 0;
    for (size_t cut = 0; cut < len; cut += cut < 256 ? 1 : 97) {
        uint8_t *copy = malloc(cut ? cut : 1);
        assert_non_null(copy);
        memcpy(copy, whole, cut);
        refused += mr_plugin_manifest_read(copy, cut, &manifest, why, sizeof why) != MR_OK;
        free(copy);
    }
    assert_true(refused > 256);
    for (size_t at = 0; at < 64; at++) {
        for (unsigned value = 0; value < 256; value += 15) {
            uint8_t old = whole[at];
            whole[at] = (uint8_t)value;
            (void)mr_plugin_manifest_read(whole, len, &manifest, why, sizeof why);
            whole[at] = old;
        }
    }
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_damaged_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
