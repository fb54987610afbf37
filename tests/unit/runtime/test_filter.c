/* Filters: order, pipelining, removal, bounds, and what a change may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/runtime/filter.h"
#include "core/runtime/json.h"

enum { FLIGHT = MR_LIMIT_FILTER_IN_FLIGHT, KEPT = 4096 };

struct world {
    struct mr_filters *filters;
    char left[8192]; /* the texts that left, in order, "-" before a dropped one */
    char full[64];   /* what the watch was told: f and r */
    size_t leaving;
};

/* A filter of a test: it notes its tickets, and answers when the test says so. */
struct fake {
    struct world *world;
    struct mr_filter *filter;
    uint64_t tickets[KEPT];
    size_t count, answered;
    const char *prefix; /* answers at once by putting this before the text */
    const char *blind;  /* does not want this text */
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    assert_int_equal(mr_filters_new(&world->filters), MR_OK);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    mr_filters_free(world->filters);
    free(world);
    return 0;
}

static cJSON *text_object(const char *text)
{
    cJSON *object = cJSON_CreateObject();
    assert_int_equal(mr_json_set_string(object, "text", text), MR_OK);
    return object;
}

static bool wants(void *ctx, const cJSON *item)
{
    const struct fake *fake = ctx;
    return !fake->blind || strcmp(fake->blind, mr_json_string(item, "text")) != 0;
}

static void offer(void *ctx, uint64_t ticket, const cJSON *item, const char *json)
{
    struct fake *fake = ctx;
    char text[256], why[128];
    assert_true(mr_json_int(item, "time", 0) > 1500000000);
    assert_non_null(strstr(json, mr_json_string(item, "text")));
    assert_true(fake->count < KEPT);
    fake->tickets[fake->count++] = ticket;
    if (!fake->prefix)
        return;
    snprintf(text, sizeof(text), "%s%.200s", fake->prefix, mr_json_string(item, "text"));
    cJSON *change = text_object(text);
    assert_int_equal(
        mr_filter_answer(fake->filter, ticket, MR_VERDICT_CHANGE, change, why, sizeof(why)), MR_OK);
    cJSON_Delete(change);
}

static void add(struct world *world, struct fake *fake, int priority)
{
    const struct mr_filter_options options = {.kind = MR_FILTER_INCOMING,
                                              .priority = priority,
                                              .wants = wants,
                                              .offer = offer,
                                              .ctx = fake};
    fake->world = world;
    assert_int_equal(mr_filters_add(world->filters, &options, &fake->filter), MR_OK);
}

static void left(void *ctx, bool dropped, cJSON *item)
{
    struct world *world = ctx;
    size_t len = strlen(world->left);
    snprintf(world->left + len, sizeof(world->left) - len, "%s%s ", dropped ? "-" : "",
             mr_json_string(item, "text"));
    world->leaving++;
    cJSON_Delete(item);
}

static int pass(struct world *world, const char *text, bool visible)
{
    return mr_filters_pass(world->filters, MR_FILTER_INCOMING, text_object(text), visible, left,
                           world);
}

static int answer(struct fake *fake, size_t index, enum mr_filter_verdict verdict)
{
    return mr_filter_answer(fake->filter, fake->tickets[index], verdict, NULL, NULL, 0);
}

static void without_filters_it_leaves_at_once(void **state)
{
    struct world *world = *state;
    assert_true(mr_filters_idle(world->filters, MR_FILTER_INCOMING));
    assert_int_equal(pass(world, "a", true), MR_OK);
    assert_int_equal(pass(world, "b", false), MR_OK);
    assert_string_equal(world->left, "a b ");
    assert_int_equal(mr_filters_pass(world->filters, MR_FILTER_INCOMING, NULL, true, left, world),
                     MR_ENOMEM);
}

static void order_is_priority_then_sequence(void **state)
{
    struct world *world = *state;
    struct fake a = {.prefix = "a"}, b = {.prefix = "b"}, c = {.prefix = "c"}, d = {.prefix = "d"};
    add(world, &b, 0);
    add(world, &d, 5);
    add(world, &c, 0);
    add(world, &a, -1);
    assert_false(mr_filters_idle(world->filters, MR_FILTER_INCOMING));
    assert_true(mr_filters_idle(world->filters, MR_FILTER_DISPLAY));
    assert_int_equal(pass(world, ".", true), MR_OK);
    assert_string_equal(world->left, "dcba. ");
}

static void items_leave_in_order_of_entry(void **state)
{
    struct world *world = *state;
    struct fake slow = {0};
    add(world, &slow, 0);
    const char *texts[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pass(world, texts[i], true), MR_OK);
    assert_int_equal(slow.count, 4); /* all at the same time */
    assert_int_equal(mr_filter_items(slow.filter), 4);
    assert_int_equal(answer(&slow, 2, MR_VERDICT_KEEP), MR_OK);
    assert_int_equal(answer(&slow, 1, MR_VERDICT_DROP), MR_OK);
    assert_string_equal(world->left, "");
    assert_int_equal(answer(&slow, 0, MR_VERDICT_KEEP), MR_OK);
    assert_string_equal(world->left, "a -b c ");
    assert_int_equal(answer(&slow, 0, MR_VERDICT_KEEP), MR_ENOTFOUND);
    assert_int_equal(answer(&slow, 3, MR_VERDICT_KEEP), MR_OK);
    assert_string_equal(world->left, "a -b c d ");
    assert_int_equal(mr_filters_count(world->filters, MR_FILTER_INCOMING), 0);
}

/* Each filter has its own pace: the second works on the first item while the first works on more.
 */
static void filters_work_at_the_same_time(void **state)
{
    struct world *world = *state;
    struct fake one = {0}, two = {0};
    add(world, &one, 0);
    add(world, &two, 1);
    pass(world, "a", true);
    pass(world, "b", true);
    assert_int_equal(two.count, 0);
    answer(&one, 0, MR_VERDICT_KEEP);
    assert_int_equal(two.count, 1);
    answer(&one, 1, MR_VERDICT_DROP);
    assert_int_equal(two.count, 1); /* what was dropped goes to nobody */
    assert_string_equal(world->left, "");
    answer(&two, 0, MR_VERDICT_KEEP);
    assert_string_equal(world->left, "a -b ");
}

static void on_full(void *ctx, bool full)
{
    struct world *world = ctx;
    world->full[strlen(world->full)] = full ? 'f' : 'r';
}

static void a_full_chain_tells_its_feeder(void **state)
{
    struct world *world = *state;
    struct fake slow = {0};
    char text[16];
    add(world, &slow, 0);
    mr_filters_watch(world->filters, MR_FILTER_INCOMING, on_full, world);
    for (int i = 0; i < FLIGHT + 4; i++) {
        assert_string_equal(world->full, i < FLIGHT ? "" : "f");
        snprintf(text, sizeof(text), "%d", i);
        assert_int_equal(pass(world, text, true), MR_OK);
    }
    assert_int_equal(slow.count, FLIGHT);
    assert_int_equal(answer(&slow, 1, MR_VERDICT_KEEP), MR_OK); /* not the first: it stays */
    assert_int_equal(slow.count, FLIGHT);
    assert_int_equal(answer(&slow, 0, MR_VERDICT_KEEP), MR_OK);
    assert_int_equal(slow.count, FLIGHT + 2);
    for (size_t i = 2; i < FLIGHT + 4; i++) {
        assert_string_equal(world->full, i < FLIGHT / 2 + 4 ? "f" : "fr");
        assert_int_equal(answer(&slow, i, MR_VERDICT_KEEP), MR_OK);
    }
    assert_int_equal(world->leaving, FLIGHT + 4);
    assert_string_equal(world->full, "fr");
}

static void the_queue_is_bounded(void **state)
{
    struct world *world = *state;
    struct fake slow = {0};
    add(world, &slow, 0);
    for (int i = 0; i < MR_LIMIT_FILTER_QUEUE; i++)
        assert_int_equal(pass(world, "x", true), MR_OK);
    assert_int_equal(pass(world, "x", true), MR_EBUSY);
    mr_filter_remove(&slow.filter, false);
    assert_int_equal(world->leaving, MR_LIMIT_FILTER_QUEUE);
    assert_int_equal(pass(world, "x", true), MR_OK);
}

static void removal_keeps_what_is_there(void **state)
{
    struct world *world = *state;
    struct fake one = {0}, two = {0};
    add(world, &one, 0);
    add(world, &two, 0);
    pass(world, "a", true);
    pass(world, "b", true);
    answer(&one, 0, MR_VERDICT_KEEP);
    mr_filter_remove(&one.filter, false);
    assert_null(one.filter);
    assert_int_equal(two.count, 2);
    answer(&two, 1, MR_VERDICT_KEEP);
    answer(&two, 0, MR_VERDICT_KEEP);
    assert_string_equal(world->left, "a b ");
    pass(world, "c", true);
    mr_filter_remove(&two.filter, true);
    assert_string_equal(world->left, "a b -c ");
    assert_true(mr_filters_idle(world->filters, MR_FILTER_INCOMING));
    mr_filter_remove(&two.filter, true);
}

static void some_are_not_seen(void **state)
{
    struct world *world = *state;
    struct fake one = {.blind = "secret"};
    add(world, &one, 0);
    pass(world, "a", true);
    pass(world, "secret", true);
    pass(world, "past", false);
    assert_int_equal(one.count, 1);
    assert_string_equal(world->left, ""); /* they keep their place */
    answer(&one, 0, MR_VERDICT_KEEP);
    assert_string_equal(world->left, "a secret past ");
}

static void offered_again_with_new_tickets(void **state)
{
    struct world *world = *state;
    struct fake one = {0};
    add(world, &one, 0);
    pass(world, "a", true);
    pass(world, "b", true);
    mr_filter_offer_again(one.filter);
    assert_int_equal(one.count, 4);
    assert_int_equal(answer(&one, 0, MR_VERDICT_DROP), MR_ENOTFOUND);
    assert_int_equal(answer(&one, 2, MR_VERDICT_KEEP), MR_OK);
    assert_int_equal(answer(&one, 3, MR_VERDICT_KEEP), MR_OK);
    assert_string_equal(world->left, "a b ");
}

/* What a callback does: passes in more, and takes the filter away. */
static void passes_more(void *ctx, bool dropped, cJSON *item)
{
    struct fake *fake = ctx;
    left(fake->world, dropped, item);
    if (fake->world->leaving < 4)
        assert_int_equal(mr_filters_pass(fake->world->filters, MR_FILTER_INCOMING, text_object("n"),
                                         true, passes_more, fake),
                         MR_OK);
    if (fake->world->leaving == 2)
        mr_filter_remove(&fake->filter, false);
}

static void anything_may_happen_inside(void **state)
{
    struct world *world = *state;
    struct fake one = {.prefix = "x"};
    add(world, &one, 0);
    assert_int_equal(mr_filters_pass(world->filters, MR_FILTER_INCOMING, text_object("a"), true,
                                     passes_more, &one),
                     MR_OK);
    assert_string_equal(world->left, "xa xn n n ");
    assert_null(one.filter);
}

static void who_goes_hears_no_more(void **state)
{
    struct world *world = *state;
    struct fake one = {0};
    add(world, &one, 0);
    mr_filters_watch(world->filters, MR_FILTER_INCOMING, on_full, world);
    for (int i = 0; i < FLIGHT - 1; i++)
        pass(world, "a", true);
    mr_filters_forget(world->filters, world);
    pass(world, "b", true);
    for (size_t i = 0; i < FLIGHT; i++)
        assert_int_equal(answer(&one, i, MR_VERDICT_KEEP), MR_OK);
    assert_string_equal(world->left, "b ");
    assert_string_equal(world->full, "");
    pass(world, "c", true); /* freed with the rest */
}

static void filters_are_bounded(void **state)
{
    struct world *world = *state;
    static struct fake fakes[MR_LIMIT_FILTERS]; /* too large for valgrind's idea of a stack */
    struct mr_filter *more;
    const struct mr_filter_options options = {.kind = MR_FILTER_INCOMING, .offer = offer};
    memset(fakes, 0, sizeof(fakes));
    for (size_t i = 0; i < MR_LIMIT_FILTERS; i++) {
        fakes[i].prefix = ".";
        add(world, &fakes[i], 0);
    }
    assert_int_equal(mr_filters_add(world->filters, &options, &more), MR_ELIMIT);
    pass(world, "a", true);
    assert_int_equal(strlen(world->left), MR_LIMIT_FILTERS + 2);
}

/* Answers that come in any order, filters that come and go: nothing is lost and nothing overtakes.
 */
static void a_thousand_items_keep_their_order(void **state)
{
    struct world *world = *state;
    enum { FILTERS = 5, ITEMS = 1000 };
    static struct fake fakes[FILTERS];
    unsigned seed = 1;
    char text[16];
    memset(fakes, 0, sizeof(fakes));
    for (size_t i = 0; i < FILTERS; i++)
        add(world, &fakes[i], (int)(i % 3));
    size_t in = 0;
    while (world->leaving < ITEMS) {
        seed = seed * 1103515245U + 12345U;
        unsigned dice = seed >> 16;
        struct fake *fake = &fakes[dice % FILTERS];
        if (in < ITEMS && dice % 7 < 3) {
            snprintf(text, sizeof(text), "%zu", in++);
            assert_int_equal(pass(world, text, true), MR_OK);
        }
        if (dice % 97 == 0 && fake->count < KEPT - 64) {
            mr_filter_offer_again(fake->filter);
        } else if (fake->answered < fake->count) {
            /* One of the open ones; those that were answered before are not there any more. */
            size_t index = fake->count - 1 - (dice >> 8) % (fake->count - fake->answered);
            (void)answer(fake, index, MR_VERDICT_KEEP);
            while (fake->answered < fake->count &&
                   answer(fake, fake->answered, MR_VERDICT_KEEP) == MR_ENOTFOUND)
                fake->answered++;
        }
    }
    const char *at = world->left;
    for (size_t i = 0; i < ITEMS; i++) {
        char *end;
        assert_int_equal(strtoul(at, &end, 10), i);
        at = end;
    }
}

static void changes_are_checked(void **state)
{
    (void)state;
    static const struct {
        enum mr_filter_kind kind;
        const char *item, *change, *why;
    } rows[] = {
        {MR_FILTER_INCOMING, "{\"text\":\"a\"}", "{\"text\":\"b\"}", NULL},
        {MR_FILTER_INCOMING, "{\"text\":\"a\",\"from\":\"bob\"}",
         "{\"text\":\"b\",\"from\":\"bob\"}", NULL},
        {MR_FILTER_INCOMING, "{\"text\":\"a\",\"from\":\"bob\"}", "{\"from\":\"eve\"}",
         "from cannot be changed"},
        {MR_FILTER_INCOMING, "{\"text\":\"a\"}", "{\"color\":1}", "color is no field of it"},
        {MR_FILTER_INCOMING, "{\"text\":\"a\"}", "{\"highlight\":true}",
         "highlight is no field of it"},
        {MR_FILTER_INCOMING, "{\"text\":\"a\"}", "{\"text\":1}", "text is not a string"},
        {MR_FILTER_INCOMING, "{\"text\":\"a\"}", "{\"text\":\" \"}", "text is empty"},
        {MR_FILTER_INCOMING, "{\"text\":\"a\"}", "{\"text\":\"b\\nc\"}", "line break"},
        {MR_FILTER_INCOMING, "{\"text\":\"a\"}", "{\"text\":\"/quit\"}", "another command"},
        {MR_FILTER_INCOMING, "{\"text\":\"a\"}", "[1]", "a table of fields"},
        {MR_FILTER_OUTGOING, "{\"text\":\"a\"}", "{\"text\":\"b\"}", NULL},
        {MR_FILTER_OUTGOING, "{\"text\":\"a\"}", "{\"text\":\"/pay eve 9\"}", "another command"},
        {MR_FILTER_OUTGOING, "{\"text\":\"a\"}", "{\"text\":\"b\\rc\"}", "line break"},
        {MR_FILTER_INPUT, "{\"text\":\"/w bob a\"}", "{\"text\":\"/w bob b\"}", NULL},
        {MR_FILTER_INPUT, "{\"text\":\"/w bob a\"}", "{\"text\":\"w bob a\"}", "another command"},
        {MR_FILTER_INPUT, "{\"text\":\"/w bob a\"}", "{\"text\":\"/x bob a\"}", "another command"},
        {MR_FILTER_INPUT, "{\"text\":\"a\"}", "{\"text\":\"/w bob a\"}", "another command"},
        {MR_FILTER_DISPLAY, "{\"text\":\"a\",\"highlight\":false}", "{\"highlight\":true}", NULL},
        {MR_FILTER_DISPLAY, "{\"text\":\"a\",\"highlight\":false}", "{\"highlight\":1}",
         "true or false"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char why[128] = "";
        cJSON *item = cJSON_Parse(rows[i].item), *change = cJSON_Parse(rows[i].change);
        cJSON *before = cJSON_Duplicate(item, true);
        int err = mr_filter_apply(rows[i].kind, item, change, why, sizeof(why));
        if (rows[i].why) {
            assert_int_equal(err, MR_EINVAL);
            assert_true(cJSON_Compare(item, before, true)); /* all or nothing */
            if (!strstr(why, rows[i].why))
                fail_msg("%zu: %s", i, why);
        } else {
            assert_int_equal(err, MR_OK);
            const cJSON *value;
            cJSON_ArrayForEach(value, change)
            {
                assert_true(cJSON_Compare(
                    value, cJSON_GetObjectItemCaseSensitive(item, value->string), true));
            }
        }
        cJSON_Delete(before);
        cJSON_Delete(change);
        cJSON_Delete(item);
    }
}

static void text_has_its_limit(void **state)
{
    (void)state;
    static char text[MR_LIMIT_CHAT_TEXT + 2];
    char why[128];
    for (size_t more = 0; more < 2; more++) {
        memset(text, 'x', MR_LIMIT_CHAT_TEXT + more);
        cJSON *item = text_object("a"), *change = text_object(text);
        assert_int_equal(mr_filter_apply(MR_FILTER_OUTGOING, item, change, why, sizeof(why)),
                         more ? MR_EINVAL : MR_OK);
        cJSON_Delete(change);
        cJSON_Delete(item);
    }
}

static void a_bad_change_leaves_the_item_where_it_is(void **state)
{
    struct world *world = *state;
    struct fake one = {0};
    char why[128];
    add(world, &one, 0);
    pass(world, "a", true);
    cJSON *change = text_object("/quit");
    assert_int_equal(
        mr_filter_answer(one.filter, one.tickets[0], MR_VERDICT_CHANGE, change, why, sizeof(why)),
        MR_EINVAL);
    cJSON_Delete(change);
    assert_string_equal(world->left, "");
    assert_int_equal(answer(&one, 0, MR_VERDICT_KEEP), MR_OK);
    assert_string_equal(world->left, "a ");
}

static void kinds_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < MR_FILTER_KINDS; i++)
        assert_int_equal(mr_filter_kind_find(mr_filter_kind_name((enum mr_filter_kind)i)), i);
    assert_int_equal(mr_filter_kind_find("incomming"), -1);
    assert_string_equal(mr_filter_kind_permission(MR_FILTER_INCOMING), "read");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_filters_it_leaves_at_once),
        TEST(order_is_priority_then_sequence),
        TEST(items_leave_in_order_of_entry),
        TEST(filters_work_at_the_same_time),
        TEST(a_full_chain_tells_its_feeder),
        TEST(the_queue_is_bounded),
        TEST(removal_keeps_what_is_there),
        TEST(some_are_not_seen),
        TEST(offered_again_with_new_tickets),
        TEST(anything_may_happen_inside),
        TEST(who_goes_hears_no_more),
        TEST(filters_are_bounded),
        TEST(a_thousand_items_keep_their_order),
        TEST(a_bad_change_leaves_the_item_where_it_is),
        cmocka_unit_test(changes_are_checked),
        cmocka_unit_test(text_has_its_limit),
        cmocka_unit_test(kinds_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
