#include "tests/unit/wire/vectors.h"

#include "core/base/limits.h"
#include "core/wire/pack.h"

#include <moonroom/errors.h>

#include <string.h>

static void joins_lines(void **state)
{
    (void)state;
    struct mr_pack pack;
    mr_pack_init(&pack);
    assert_int_equal(mr_pack_text(&pack).len, 0);
    assert_int_equal(mr_pack_add(&pack, "one", 3), 0);
    assert_int_equal(mr_pack_add(&pack, "two", 3), 0);
    assert_span(mr_pack_text(&pack), "one\ntwo");
    mr_pack_clear(&pack);
    assert_int_equal(mr_pack_text(&pack).len, 0);
    assert_int_equal(mr_pack_add(&pack, "three", 5), 0);
    assert_span(mr_pack_text(&pack), "three");
    mr_pack_free(&pack);
}

static void a_multi_line_answer_stands_alone(void **state)
{
    (void)state;
    struct mr_pack pack;
    mr_pack_init(&pack);
    assert_int_equal(mr_pack_add(&pack, "one", 3), 0);
    assert_int_equal(mr_pack_add(&pack, "a\nb", 3), MR_ELIMIT);
    assert_span(mr_pack_text(&pack), "one");
    mr_pack_clear(&pack);
    assert_int_equal(mr_pack_add(&pack, "a\nb", 3), 0);
    assert_int_equal(mr_pack_add(&pack, "two", 3), MR_ELIMIT);
    assert_span(mr_pack_text(&pack), "a\nb");
    mr_pack_clear(&pack);
    assert_int_equal(mr_pack_add(&pack, "two", 3), 0);
    mr_pack_free(&pack);
}

static void sizes(void **state)
{
    (void)state;
    static char line[MR_LIMIT_FRAME_OUT_TEXT + 1];
    struct mr_pack pack;
    memset(line, 'a', sizeof line);
    mr_pack_init(&pack);
    assert_int_equal(mr_pack_add(&pack, line, 0), MR_EINVAL);
    assert_int_equal(mr_pack_add(&pack, line, MR_LIMIT_FRAME_OUT_TEXT + 1), MR_EINVAL);
    assert_int_equal(mr_pack_add(&pack, line, MR_LIMIT_FRAME_OUT_TEXT), 0);
    assert_int_equal(mr_pack_add(&pack, line, 1), MR_ELIMIT);
    mr_pack_clear(&pack);
    assert_int_equal(mr_pack_add(&pack, line, 1000), 0);
    assert_int_equal(mr_pack_add(&pack, line, 1011), MR_ELIMIT);
    assert_int_equal(mr_pack_add(&pack, line, 1010), 0);
    assert_int_equal(mr_pack_text(&pack).len, MR_LIMIT_FRAME_OUT_TEXT);
    mr_pack_free(&pack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_lines),
        cmocka_unit_test(a_multi_line_answer_stands_alone),
        cmocka_unit_test(sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
