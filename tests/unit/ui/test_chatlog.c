#include "tests/unit/ui/support.h"

#include <cjson/cJSON.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/ui/chatlog.h"

static void makes_names_safe(void **state)
{
    static const struct {
        const char *text, *name;
    } rows[] = {
        {"bob", "bob"},
        {"127.0.0.1:1235", "127.0.0.1:1235"},
        {"[::1]:1235", "[::1]:1235"},
        {"../../etc", "%2E.%2F..%2Fetc"},
        {".", "%2E"},
        {"..", "%2E."},
        {"a/b", "a%2Fb"},
        {"", "_"},
        {"a b%", "a%20b%25"},
        {"\x1b[2J", "%1B[2J"},
        {"\xc3\xa9", "%C3%A9"},
        {"a\nb", "a%0Ab"},
    };
    char out[MR_CHATLOG_NAME];
    char longest[1000];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mr_chatlog_file_name(rows[i].text, out);
        assert_string_equal(out, rows[i].name);
    }
    memset(longest, '/', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    mr_chatlog_file_name(longest, out);
    assert_true(strlen(out) < MR_CHATLOG_NAME);
}

static void writes_private_files(void **state)
{
    char *folder = make_folder();
    char path[256], text[512] = "";
    struct stat info;

    (void)state;
    assert_int_equal(mr_chatlog_write(folder, "host:1", "Lobby", 0, "bob> hi"), MR_OK);
    assert_int_equal(mr_chatlog_write(folder, "host:1", "Lobby", 61, "bob> ho"), MR_OK);
    snprintf(path, sizeof path, "%s/host:1/Lobby.log", folder);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    assert_string_equal(text, "1970-01-01 00:00:00 bob> hi\n1970-01-01 00:01:01 bob> ho\n");
    free(folder);
}

static void tells_when_it_cannot_write(void **state)
{
    char *folder = make_folder();
    char path[256], target[256];

    (void)state;
    /* A symlink in the log's place is not followed. */
    snprintf(path, sizeof path, "%s/host:1", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/host:1/Lobby.log", folder);
    snprintf(target, sizeof target, "%s/elsewhere", folder);
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(mr_chatlog_write(folder, "host:1", "Lobby", 0, "x"), MR_EIO);
    assert_int_not_equal(access(target, F_OK), 0);
    assert_int_equal(mr_chatlog_write("/dev/null", "host:1", "Lobby", 0, "x"), MR_EIO);
    free(folder);
}

static const char *line_at(const cJSON *found, int index)
{
    return cJSON_GetObjectItem(cJSON_GetArrayItem(found, index), "line")->valuestring;
}

static void finds_words(void **state)
{
    char *folder = make_folder();

    (void)state;
    mr_chatlog_write(folder, "r", "Lobby", 10, "bob> the Moon is up");
    mr_chatlog_write(folder, "r", "carol", 5, "carol> moonlight");
    mr_chatlog_write(folder, "r", "Lobby", 20, "bob> nothing");
    mr_chatlog_write(folder, "r", "a/b", 15, "x> moon");
    mr_chatlog_write(folder, "other", "Lobby", 12, "x> moon elsewhere");
    cJSON *found = mr_chatlog_search(folder, "r", "MOON", 10);

    assert_int_equal(cJSON_GetArraySize(found), 3);
    assert_string_equal(line_at(found, 0), "1970-01-01 00:00:05 carol> moonlight");
    assert_string_equal(line_at(found, 1), "1970-01-01 00:00:10 bob> the Moon is up");
    assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(found, 2), "chat")->valuestring,
                        "a/b");
    cJSON_Delete(found);
    found = mr_chatlog_search(folder, "r", "moon", 1);
    assert_int_equal(cJSON_GetArraySize(found), 1);
    assert_string_equal(line_at(found, 0), "1970-01-01 00:00:15 x> moon");
    cJSON_Delete(found);
    found = mr_chatlog_search(folder, "r", "1970", 10); /* the date is no text */
    assert_int_equal(cJSON_GetArraySize(found), 0);
    cJSON_Delete(found);
    found = mr_chatlog_search(folder, "no such room", "moon", 10);
    assert_int_equal(cJSON_GetArraySize(found), 0);
    cJSON_Delete(found);
    free(folder);
}

static void keeps_the_newest_of_many(void **state)
{
    char *folder = make_folder();
    char text[64];

    (void)state;
    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof text, "bob> line %03d", i);
        mr_chatlog_write(folder, "r", "Lobby", 7, text);
    }
    cJSON *found = mr_chatlog_search(folder, "r", "line", 3);

    assert_int_equal(cJSON_GetArraySize(found), 3);
    assert_string_equal(line_at(found, 0), "1970-01-01 00:00:07 bob> line 097");
    assert_string_equal(line_at(found, 2), "1970-01-01 00:00:07 bob> line 099");
    cJSON_Delete(found);
    free(folder);
}

/* The files are the user's: anything may be in them. */
static void shows_foreign_bytes_safely(void **state)
{
    char *folder = make_folder();
    char path[256];

    (void)state;
    snprintf(path, sizeof path, "%s/r", folder);
    assert_int_equal(mr_file_make_folder(path), MR_OK);
    snprintf(path, sizeof path, "%s/r/x.log", folder);
    static const char bytes[] = "1970-01-01 00:00:00 a> \x1b[31m word \xff\n\n\nword\n";

    assert_int_equal(mr_file_save(path, bytes, sizeof bytes - 1), MR_OK);
    cJSON *found = mr_chatlog_search(folder, "r", "word", 10);

    assert_int_equal(cJSON_GetArraySize(found), 1);
    assert_null(strchr(line_at(found, 0), '\x1b'));
    cJSON_Delete(found);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_names_safe),           cmocka_unit_test(writes_private_files),
        cmocka_unit_test(tells_when_it_cannot_write), cmocka_unit_test(finds_words),
        cmocka_unit_test(keeps_the_newest_of_many),   cmocka_unit_test(shows_foreign_bytes_safely),
    };

    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
