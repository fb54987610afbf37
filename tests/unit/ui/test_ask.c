#include "tests/unit/ui/support.h"

#include <moonroom/errors.h>
#include <stdio.h>

#include "core/base/limits.h"
#include "core/ui/ask.h"

struct asker {
    struct mr_asks *asks;
    int calls, err;
    bool yes;
    char text[64];
    int again; /* how many questions to add from the answer */
};

static int changes;

static void changed(void *ctx)
{
    (void)ctx;
    changes++;
}

static void answered(void *ctx, int err, const struct mr_answer *answer)
{
    struct asker *asker = ctx;

    asker->calls++;
    asker->err = err;
    if (answer) {
        asker->yes = answer->yes;
        snprintf(asker->text, sizeof asker->text, "%s",
                 answer->text     ? answer->text
                 : answer->secret ? mr_secret_str(answer->secret)
                                  : "");
    }
    if (asker->again-- > 0) {
        const struct mr_question next = {MR_ASK_LINE, "Next?", NULL};

        assert_int_equal(mr_asks_add(asker->asks, &next, answered, asker, NULL), MR_OK);
    }
}

static struct mr_asks *make(void)
{
    struct mr_asks *asks = NULL;

    changes = 0;
    assert_int_equal(mr_asks_new(changed, NULL, &asks), MR_OK);
    return asks;
}

static unsigned add(struct mr_asks *asks, enum mr_ask_kind kind, const char *text,
                    const char *fallback, struct asker *asker)
{
    const struct mr_question question = {kind, text, fallback};
    unsigned id = 0;

    assert_int_equal(mr_asks_add(asks, &question, answered, asker, &id), MR_OK);
    return id;
}

static void asks_for_a_line(void **state)
{
    struct mr_asks *asks = make();
    struct asker asker = {0};

    (void)state;
    add(asks, MR_ASK_LINE, "Name:", NULL, &asker);
    assert_int_equal(changes, 1);
    assert_string_equal(mr_asks_prompt(asks), "Name: ");
    assert_false(mr_asks_answer(asks, "   "));
    assert_int_equal(asker.calls, 0);
    assert_true(mr_asks_answer(asks, "  bob "));
    assert_int_equal(asker.calls, 1);
    assert_string_equal(asker.text, "bob");
    assert_null(mr_asks_current(asks));
    assert_false(mr_asks_answer(asks, "late"));
    mr_asks_free(asks);
}

static void takes_the_default(void **state)
{
    struct mr_asks *asks = make();
    struct asker asker = {0};

    (void)state;
    add(asks, MR_ASK_LINE, "Which?", "that", &asker);
    assert_string_equal(mr_asks_prompt(asks), "Which? [that] ");
    assert_true(mr_asks_answer(asks, ""));
    assert_string_equal(asker.text, "that");
    mr_asks_free(asks);
}

static void asks_yes_or_no(void **state)
{
    static const struct {
        const char *line;
        bool taken, yes;
    } rows[] = {{"y", true, true},  {"YES", true, true},   {" yes ", true, true},
                {"n", true, false}, {"No", true, false},   {"maybe", false, false},
                {"", false, false}, {"yess", false, false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mr_asks *asks = make();
        struct asker asker = {0};

        add(asks, MR_ASK_YES_NO, "Go on?", NULL, &asker);
        assert_string_equal(mr_asks_prompt(asks), "Go on? [y/n] ");
        assert_int_equal(mr_asks_answer(asks, rows[i].line), rows[i].taken);
        assert_int_equal(asker.yes, rows[i].yes);
        mr_asks_free(asks);
    }
}

static void asks_for_a_secret(void **state)
{
    struct mr_asks *asks = make();
    struct asker asker = {0};
    struct mr_secret secret;

    (void)state;
    assert_int_equal(mr_secret_init(&secret, 64), MR_OK);
    add(asks, MR_ASK_SECRET, "Password:", NULL, &asker);
    assert_false(mr_asks_answer(asks, "typed into the line"));
    assert_false(mr_asks_answer_secret(asks, &secret)); /* still empty */
    assert_int_equal(mr_secret_set(&secret, "hunter22", 8), MR_OK);
    assert_true(mr_asks_answer_secret(asks, &secret));
    assert_string_equal(asker.text, "hunter22");
    mr_secret_free(&secret);
    mr_asks_free(asks);
}

static void keeps_the_order(void **state)
{
    struct mr_asks *asks = make();
    struct asker one = {.asks = asks, .again = 1};
    struct asker two = {0};

    (void)state;
    add(asks, MR_ASK_LINE, "One?", NULL, &one);
    add(asks, MR_ASK_LINE, "Two?", NULL, &two);
    assert_int_equal(changes, 1); /* the second waits */
    assert_true(mr_asks_answer(asks, "1"));
    assert_string_equal(mr_asks_prompt(asks), "Two? ");
    assert_true(mr_asks_answer(asks, "2"));
    assert_string_equal(mr_asks_prompt(asks), "Next? ");
    mr_asks_cancel(asks);
    assert_int_equal(one.calls, 2);
    assert_int_equal(one.err, MR_ECANCELED);
    mr_asks_free(asks);
}

static void drops_without_a_call(void **state)
{
    struct mr_asks *asks = make();
    struct asker one = {0}, two = {0};
    unsigned first = add(asks, MR_ASK_LINE, "One?", NULL, &one);
    unsigned second = add(asks, MR_ASK_LINE, "Two?", NULL, &two);

    (void)state;
    mr_asks_drop(asks, first);
    assert_string_equal(mr_asks_prompt(asks), "Two? ");
    mr_asks_drop(asks, second);
    assert_null(mr_asks_current(asks));
    mr_asks_drop(asks, second);
    assert_int_equal(one.calls + two.calls, 0);
    mr_asks_free(asks);
}

static void an_orphan_stays_until_enter(void **state)
{
    struct mr_asks *asks = make();
    struct asker one = {0}, two = {0};
    unsigned first = add(asks, MR_ASK_YES_NO, "One?", NULL, &one);

    (void)state;
    add(asks, MR_ASK_LINE, "Two?", NULL, &two);
    mr_asks_orphan(asks, first);
    assert_string_equal(mr_asks_prompt(asks), "One? [y/n] ");
    assert_true(mr_asks_answer(asks, "neither"));
    assert_string_equal(mr_asks_prompt(asks), "Two? ");
    assert_true(mr_asks_answer(asks, "2"));
    assert_int_equal(one.calls, 0);
    assert_int_equal(two.calls, 1);
    mr_asks_free(asks);
}

static void has_a_limit(void **state)
{
    struct mr_asks *asks = make();
    struct asker asker = {0};
    const struct mr_question question = {MR_ASK_LINE, "More?", NULL};

    (void)state;
    for (int i = 0; i < MR_LIMIT_QUESTIONS; i++) {
        add(asks, MR_ASK_LINE, "One?", NULL, &asker);
    }
    assert_int_equal(mr_asks_add(asks, &question, answered, &asker, NULL), MR_ELIMIT);
    mr_asks_free(asks); /* those that wait are dropped without a call */
    assert_int_equal(asker.calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_for_a_line),
        cmocka_unit_test(takes_the_default),
        cmocka_unit_test(asks_yes_or_no),
        cmocka_unit_test(asks_for_a_secret),
        cmocka_unit_test(keeps_the_order),
        cmocka_unit_test(drops_without_a_call),
        cmocka_unit_test(an_orphan_stays_until_enter),
        cmocka_unit_test(has_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
