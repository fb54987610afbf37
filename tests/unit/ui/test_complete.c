#include "tests/unit/ui/support.h"

#include <moonroom/errors.h>
#include <stdio.h>

#include "core/base/limits.h"
#include "core/ui/complete.h"

static struct mr_completion complete(const char *word, const char *json)
{
    cJSON *candidates = cJSON_Parse(json);
    struct mr_completion found;

    assert_int_equal(mr_complete(word, strlen(word), candidates, &found), MR_OK);
    cJSON_Delete(candidates);
    return found;
}

static void check(const char *word, const char *json, size_t count, const char *insert)
{
    struct mr_completion found = complete(word, json);

    assert_int_equal(found.count, count);
    assert_string_equal(found.insert, insert);
    mr_completion_free(&found);
}

static void completes(void **state)
{
    (void)state;
    check("h", "[\"help\",\"quit\"]", 1, "help ");
    check("he", "[\"help\",\"hello\"]", 2, "hel");
    check("hel", "[\"help\",\"hello\"]", 2, "hel");
    check("x", "[\"help\"]", 0, "x");
    check("", "[\"a\",\"b\"]", 2, "");
    check("", "[\"a\"]", 1, "a ");
    check("", "[]", 0, "");
    check("AL", "[\"alice\"]", 1, "alice ");
    check("a", "[\"Alice\",\"alicia\"]", 2, "Alic");
    check("a", "[\"ab\",\"ab\"]", 1, "ab ");
    check("x", "[\"x\\u00e9\",\"x\\u00e8\"]", 2, "x"); /* whole characters only */
}

static void passes_over_what_is_unsafe(void **state)
{
    (void)state;
    check("a", "[\"a\\u001b[31m\",\"a\\nb\",\"a b\",\"a\\u202e\",5,null,\"\",\"ab\"]", 1, "ab ");
}

static void lists_in_columns(void **state)
{
    struct mr_completion found = complete("", "[\"a1\",\"a2\",\"a3\",\"a4\",\"a5\"]");
    struct mr_buf out;

    (void)state;
    mr_buf_init(&out, 4096);
    assert_int_equal(mr_completion_list(&found, 12, &out), MR_OK);
    assert_string_equal(mr_buf_str(&out), "a1  a3  a5\na2  a4\n");
    mr_buf_clear(&out);
    assert_int_equal(mr_completion_list(&found, 1, &out), MR_OK);
    assert_string_equal(mr_buf_str(&out), "a1\na2\na3\na4\na5\n");
    mr_buf_free(&out);
    mr_completion_free(&found);
}

static void lists_a_limited_number(void **state)
{
    cJSON *candidates = cJSON_CreateArray();
    struct mr_completion found;
    struct mr_buf out;
    char name[16];

    (void)state;
    for (int i = 0; i < MR_LIMIT_COMPLETIONS + 12; i++) {
        snprintf(name, sizeof name, "n%d", i);
        cJSON_AddItemToArray(candidates, cJSON_CreateString(name));
    }
    assert_int_equal(mr_complete("n", 1, candidates, &found), MR_OK);
    mr_buf_init(&out, 1 << 16);
    assert_int_equal(mr_completion_list(&found, 80, &out), MR_OK);
    assert_non_null(strstr(mr_buf_str(&out), "… and 12 more\n"));
    mr_buf_free(&out);
    mr_completion_free(&found);
    cJSON_Delete(candidates);
}

static void reads_choices(void **state)
{
    cJSON *words = mr_complete_choices("on||off|");

    (void)state;
    assert_int_equal(cJSON_GetArraySize(words), 2);
    assert_string_equal(cJSON_GetArrayItem(words, 1)->valuestring, "off");
    cJSON_Delete(words);
    cJSON *objects = cJSON_Parse("[{\"name\":\"a\"},{\"x\":1},3,{\"name\":\"b\"}]");

    words = mr_complete_pluck(objects, "name");
    assert_int_equal(cJSON_GetArraySize(words), 2);
    cJSON_Delete(words);
    cJSON_Delete(objects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completes),        cmocka_unit_test(passes_over_what_is_unsafe),
        cmocka_unit_test(lists_in_columns), cmocka_unit_test(lists_a_limited_number),
        cmocka_unit_test(reads_choices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
