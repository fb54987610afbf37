/* Settings: types and bounds, the file, unknown keys, owners, the event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/base/buf.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"
#include "core/runtime/paths.h"
#include "core/runtime/settings.h"

struct world {
    char folder[64];
    char *path;
    struct mr_hooks *hooks;
    struct mr_log log;
    struct mr_settings *settings;
    int warnings, errors;
    char last_log[512];
    char events[256];
};

static void on_log(void *ctx, enum mr_log_level level, const struct mr_safe_text *text)
{
    struct world *world = ctx;
    world->warnings += level == MR_LOG_WARN;
    world->errors += level == MR_LOG_ERROR;
    snprintf(world->last_log, sizeof(world->last_log), "%s", text->text);
}

static void on_setting(void *ctx, const char *name, const cJSON *data)
{
    struct world *world = ctx;
    (void)name;
    strcat(world->events, mr_json_string(data, "name"));
    strcat(world->events, " ");
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    strcpy(world->folder, "/tmp/mr-test-settings-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    world->path = mr_paths_join(world->folder, "new/settings.json");
    mr_log_init(&world->log, NULL, MR_LOG_DEBUG);
    mr_log_set_sink(&world->log, on_log, world);
    assert_int_equal(mr_hooks_new(&world->hooks), MR_OK);
    mr_hooks_listen(world->hooks, "setting", 0, NULL, on_setting, world, NULL);
    *state = world;
    return 0;
}

static void close_settings(struct world *world)
{
    mr_settings_free(world->settings);
    world->settings = NULL;
}

static void open_settings(struct world *world)
{
    close_settings(world);
    assert_int_equal(mr_settings_new(world->path, world->hooks, &world->log, &world->settings),
                     MR_OK);
}

static int tear_down(void **state)
{
    struct world *world = *state;
    close_settings(world);
    mr_hooks_free(world->hooks);
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", world->folder);
    assert_int_equal(system(command), 0);
    free(world->path);
    free(world);
    return 0;
}

static void write_file(struct world *world, const char *text)
{
    char folder[128];
    snprintf(folder, sizeof(folder), "%s/new", world->folder);
    assert_int_equal(mr_file_make_folder(folder), MR_OK);
    assert_int_equal(mr_file_save(world->path, text, strlen(text)), MR_OK);
}

static cJSON *read_file(const char *path)
{
    struct mr_buf buf;
    const char *why;
    mr_buf_init(&buf, 100000);
    assert_int_equal(mr_file_load(path, &buf), MR_OK);
    cJSON *values = mr_json_parse(mr_buf_str(&buf), mr_buf_len(&buf), &why);
    mr_buf_free(&buf);
    assert_non_null(values);
    return values;
}

static int set(struct world *world, const char *name, const char *value)
{
    char why[256] = "";
    int err = mr_settings_set(world->settings, name, value, why, sizeof(why));
    if (err != MR_OK)
        assert_true(strlen(why) > 10);
    return err;
}

static void defaults_without_a_file(void **state)
{
    struct world *world = *state;
    open_settings(world);
    assert_int_equal(world->warnings + world->errors, 0);
    assert_string_equal(mr_settings_string(world->settings, "color"), "auto");
    assert_true(mr_settings_bool(world->settings, "log"));
    assert_int_equal(mr_settings_int(world->settings, "history.lines"), 1000);
    assert_string_equal(mr_settings_string(world->settings, "connect.address"), "");
    /* nothing is written before something changes */
    assert_int_equal(access(world->path, F_OK), -1);
}

static void a_change_is_saved_and_told(void **state)
{
    struct world *world = *state;
    open_settings(world);
    assert_int_equal(set(world, "color", "off"), MR_OK);
    assert_int_equal(set(world, "history.lines", "0"), MR_OK);
    assert_int_equal(set(world, "log", "no"), MR_OK);
    assert_int_equal(set(world, "connect.address", "räum:1"), MR_OK);
    assert_string_equal(world->events, "color history.lines log connect.address ");
    struct stat status;
    assert_int_equal(stat(world->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    open_settings(world);
    assert_string_equal(mr_settings_string(world->settings, "color"), "off");
    assert_int_equal(mr_settings_int(world->settings, "history.lines"), 0);
    assert_false(mr_settings_bool(world->settings, "log"));
    assert_string_equal(mr_settings_string(world->settings, "log"), "off");
    assert_string_equal(mr_settings_string(world->settings, "connect.address"), "räum:1");
    cJSON *values = read_file(world->path);
    assert_true(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(values, "log")));
    assert_true(cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(values, "history.lines")));
    cJSON_Delete(values);
}

static void values_are_checked(void **state)
{
    struct world *world = *state;
    open_settings(world);
    char long_text[300];
    memset(long_text, 'x', sizeof(long_text));
    long_text[257] = '\0';
    assert_int_equal(set(world, "connect.address", long_text), MR_EINVAL);
    long_text[256] = '\0';
    assert_int_equal(set(world, "connect.address", long_text), MR_OK);
    assert_int_equal(set(world, "connect.address", "a\nb"), MR_EINVAL);
    assert_int_equal(set(world, "connect.address", "a\x1b"), MR_EINVAL);
    assert_int_equal(set(world, "connect.address", "\xff"), MR_EINVAL);
    assert_int_equal(set(world, "color", "au"), MR_EINVAL);
    assert_int_equal(set(world, "color", ""), MR_EINVAL);
    assert_int_equal(set(world, "color", "auto|on"), MR_EINVAL);
    assert_int_equal(set(world, "chat.scrollback", "9"), MR_EINVAL);
    assert_int_equal(set(world, "chat.scrollback", "10"), MR_OK);
    assert_int_equal(set(world, "chat.scrollback", "10000"), MR_OK);
    assert_int_equal(set(world, "chat.scrollback", "10001"), MR_EINVAL);
    assert_int_equal(set(world, "chat.scrollback", "12x"), MR_EINVAL);
    assert_int_equal(set(world, "chat.scrollback", "99999999999999999999"), MR_EINVAL);
    assert_int_equal(set(world, "log", "maybe"), MR_EINVAL);
    assert_int_equal(set(world, "nothing", "1"), MR_ENOTFOUND);
    assert_int_equal(mr_settings_int(world->settings, "chat.scrollback"), 10000);
}

static void unknown_keys_are_kept_and_reported(void **state)
{
    struct world *world = *state;
    write_file(world, "{\"future\":[1,2],\"color.of_tomorrow\":1,\"greeter.word\":\"hey\","
                      "\"color\":\"on\"}");
    open_settings(world);
    assert_int_equal(world->warnings, 2);
    assert_int_equal(set(world, "log", "off"), MR_OK);
    cJSON *values = read_file(world->path);
    assert_true(cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(values, "future")));
    assert_string_equal(mr_json_string(values, "greeter.word"), "hey");
    cJSON_Delete(values);
}

static void wrong_types_fall_back(void **state)
{
    struct world *world = *state;
    write_file(world, "{\"color\":1,\"log\":\"off\",\"history.lines\":-1,\"chat.scrollback\":1.5}");
    open_settings(world);
    assert_int_equal(world->warnings, 4);
    assert_string_equal(mr_settings_string(world->settings, "color"), "auto");
    assert_int_equal(mr_settings_int(world->settings, "history.lines"), 1000);
}

static void a_broken_file_is_kept_aside(void **state)
{
    struct world *world = *state;
    write_file(world, "{\"color\": \"on\", oops");
    open_settings(world);
    assert_int_equal(world->errors, 1);
    assert_string_equal(mr_settings_string(world->settings, "color"), "auto");
    assert_int_equal(set(world, "log", "off"), MR_OK);
    char *aside = NULL;
    assert_true(asprintf(&aside, "%s.broken", world->path) > 0);
    struct mr_buf buf;
    mr_buf_init(&buf, 1000);
    assert_int_equal(mr_file_load(aside, &buf), MR_OK);
    assert_string_equal(mr_buf_str(&buf), "{\"color\": \"on\", oops");
    mr_buf_free(&buf);
    free(aside);
    cJSON_Delete(read_file(world->path));
}

static void two_programs_do_not_lose_each_others_changes(void **state)
{
    struct world *world = *state;
    struct mr_settings *other;
    open_settings(world);
    assert_int_equal(mr_settings_new(world->path, NULL, &world->log, &other), MR_OK);
    char why[64];
    assert_int_equal(mr_settings_set(other, "color", "on", why, sizeof(why)), MR_OK);
    assert_int_equal(set(world, "log", "off"), MR_OK);
    mr_settings_free(other);
    open_settings(world);
    assert_string_equal(mr_settings_string(world->settings, "color"), "on");
    assert_false(mr_settings_bool(world->settings, "log"));
}

static const struct mr_setting word = {
    .name = "greeter.word", .type = MR_SETTING_STRING, .fallback = "hi", .max = 20, .help = "Say."};

static void scripts_declare_their_own(void **state)
{
    struct world *world = *state;
    int a, b;
    write_file(world, "{\"greeter.word\":\"hey\"}");
    open_settings(world);
    assert_int_equal(mr_settings_declare(world->settings, &word, &a), MR_OK);
    assert_string_equal(mr_settings_string(world->settings, "greeter.word"), "hey");
    assert_int_equal(mr_settings_declare(world->settings, &word, &b), MR_EEXISTS);
    assert_int_equal(mr_settings_declare(world->settings, &word, &a), MR_OK);
    assert_int_equal(set(world, "greeter.word", "hello"), MR_OK);
    mr_settings_undeclare(world->settings, &a);
    assert_int_equal(set(world, "greeter.word", "x"), MR_ENOTFOUND);
    assert_int_equal(mr_settings_declare(world->settings, &word, &b), MR_OK);
    assert_string_equal(mr_settings_string(world->settings, "greeter.word"), "hello");
    struct mr_setting bad = word;
    bad.name = "color";
    assert_int_equal(mr_settings_declare(world->settings, &bad, &a), MR_EEXISTS);
    bad = word;
    bad.fallback = "far longer than twenty bytes";
    assert_int_equal(mr_settings_declare(world->settings, &bad, &a), MR_EINVAL);
    mr_settings_undeclare(world->settings, &b);
}

static void the_list_is_complete_and_sorted(void **state)
{
    struct world *world = *state;
    world->path[0] = '/';
    assert_int_equal(mr_settings_new(NULL, NULL, &world->log, &world->settings), MR_OK);
    cJSON *list = mr_settings_list(world->settings);
    assert_non_null(list);
    const char *before = "";
    const cJSON *row;
    cJSON_ArrayForEach(row, list)
    {
        const char *name = mr_json_string(row, "name");
        assert_true(strcmp(before, name) < 0);
        before = name;
        assert_non_null(cJSON_GetObjectItemCaseSensitive(row, "value"));
        assert_non_null(mr_json_string(row, "default"));
        assert_true(strlen(mr_json_string(row, "help")) > 0);
    }
    int rows = 0;
#define MR_SETTING_ROW(name, type, fallback, min, max, choices, unit, help) rows++;
#include "core/runtime/settings.def"
#undef MR_SETTING_ROW
    assert_int_equal(cJSON_GetArraySize(list), rows);
    cJSON_Delete(list);
    /* in memory only */
    assert_int_equal(set(world, "log", "off"), MR_OK);
}

static void a_missing_name_is_our_mistake(void **state)
{
    struct world *world = *state;
    open_settings(world);
    assert_int_equal(mr_settings_int(world->settings, "no.such"), 0);
    assert_false(mr_settings_bool(world->settings, "no.such"));
    assert_string_equal(mr_settings_string(world->settings, "no.such"), "");
    assert_int_equal(world->errors, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults_without_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_change_is_saved_and_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_are_checked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_keys_are_kept_and_reported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_types_fall_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_file_is_kept_aside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_programs_do_not_lose_each_others_changes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(scripts_declare_their_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_list_is_complete_and_sorted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_name_is_our_mistake, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
