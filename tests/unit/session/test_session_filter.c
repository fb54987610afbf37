/* A session with filters on the way in and out. */
#include "world.h"

#include "core/base/limits.h"
#include "core/runtime/filter.h"

enum { MAX_TICKETS = 64 };

/* A filter that answers at once, or when it is told to. */
struct sieve {
    struct mr_filter *filter;
    bool waits;
    enum mr_filter_verdict verdict;
    const char *text; /* of a change */
    size_t seen;
    uint64_t tickets[MAX_TICKETS];
    size_t held;
    char last[256]; /* the item as JSON */
};

static void answer(struct sieve *sieve, uint64_t ticket)
{
    char why[128] = "";
    cJSON *change = NULL;
    if (sieve->verdict == MR_VERDICT_CHANGE) {
        change = cJSON_CreateObject();
        mr_json_set_string(change, "text", sieve->text);
    }
    int err = mr_filter_answer(sieve->filter, ticket, sieve->verdict, change, why, sizeof(why));
    cJSON_Delete(change);
    if (err != MR_OK)
        fail_msg("%s: %s", mr_error_name(err), why);
}

static void offer(void *ctx, uint64_t ticket, const cJSON *item, const char *json)
{
    struct sieve *sieve = ctx;
    (void)item;
    sieve->seen++;
    snprintf(sieve->last, sizeof(sieve->last), "%s", json);
    if (!sieve->waits) {
        answer(sieve, ticket);
        return;
    }
    assert_true(sieve->held < MAX_TICKETS);
    sieve->tickets[sieve->held++] = ticket;
}

static void answer_all(struct sieve *sieve)
{
    uint64_t tickets[MAX_TICKETS];
    size_t held = sieve->held;
    memcpy(tickets, sieve->tickets, sizeof(tickets));
    sieve->held = 0;
    /* The last first: what leaves keeps its order all the same. */
    while (held > 0)
        answer(sieve, tickets[--held]);
}

static void add(struct world *world, enum mr_filter_kind kind, struct sieve *sieve)
{
    const struct mr_filter_options options = {.kind = kind, .offer = offer, .ctx = sieve};
    assert_int_equal(mr_filters_add(world->filters, &options, &sieve->filter), MR_OK);
}

static int say(struct world *world, const char *text)
{
    return mr_session_say(world->session, text, world->why, sizeof(world->why));
}

static void what_comes_in_can_be_kept_changed_and_dropped(void **state)
{
    struct world *world = *state;
    struct sieve sieve = {.verdict = MR_VERDICT_KEEP};
    world_enter(world);
    add(world, MR_FILTER_INCOMING, &sieve);
    world_send(world, "bob> one");
    WORLD_UNTIL(world, world_count(world, "message") == 1);
    assert_string_equal(world_text(world, "message", "text"), "one");
    assert_null(mr_json_string(world_last(world, "message"), "kind"));
    assert_non_null(strstr(sieve.last, "\"kind\":\"message\""));
    sieve.verdict = MR_VERDICT_CHANGE;
    sieve.text = "other words";
    world_send(world, "bob> /w two");
    WORLD_UNTIL(world, world_count(world, "whisper") == 1);
    assert_string_equal(world_text(world, "whisper", "text"), "other words");
    assert_string_equal(world_text(world, "whisper", "raw"), "bob> /w two");
    sieve.verdict = MR_VERDICT_DROP;
    world_send(world, "bob> three\nServer> four\n/balance 5");
    WORLD_UNTIL(world, world_count(world, "balance") == 1);
    assert_int_equal(sieve.seen, 4);
    assert_int_equal(world_count(world, "message"), 1);
    assert_int_equal(world_count(world, "server_message"), 0);
    mr_filter_remove(&sieve.filter, false);
    world_send(world, "bob> five");
    WORLD_UNTIL(world, world_count(world, "message") == 2);
}

/* Facts never wait for a filter; talk keeps its order behind one. */
static void facts_pass_by(void **state)
{
    struct world *world = *state;
    struct sieve sieve = {.waits = true};
    world_enter(world);
    add(world, MR_FILTER_INCOMING, &sieve);
    world_send(world,
               "bob> one\nbob> two\nbob> three\n/balance 5\nServer> You have been kicked by X. ");
    WORLD_UNTIL(world, world_count(world, "disconnect") == 1);
    assert_string_equal(world_names(world), "balance kicked disconnect ");
    answer_all(&sieve);
    assert_int_equal(world_count(world, "message"), 3);
    assert_string_equal(world_text(world, "message", "text"), "three");
    mr_filter_remove(&sieve.filter, false);
}

static void full_filters_stop_the_reading(void **state)
{
    struct world *world = *state;
    struct sieve sieve = {.waits = true};
    char text[64];
    world_enter(world);
    add(world, MR_FILTER_INCOMING, &sieve);
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof(text), "bob> a%d\nbob> b%d", i, i);
        world_send(world, text);
    }
    WORLD_UNTIL(world, sieve.held == MR_LIMIT_FILTER_IN_FLIGHT);
    world_run(world, 50);
    assert_int_equal(sieve.seen, MR_LIMIT_FILTER_IN_FLIGHT);
    assert_int_equal(mr_filters_count(world->filters, MR_FILTER_INCOMING),
                     MR_LIMIT_FILTER_IN_FLIGHT);
    while (world_count(world, "message") < 400) {
        answer_all(&sieve);
        world_run(world, 2);
    }
    assert_string_equal(world_text(world, "message", "text"), "b199");
    mr_filter_remove(&sieve.filter, false);
}

/* The filters are full, and stay so while we come into another room where much is said. */
static void full_before_we_came(void **state)
{
    struct world *world = *state;
    struct sieve sieve = {.waits = true};
    char *text = malloc(1501);
    assert_non_null(text);
    world_enter(world);
    add(world, MR_FILTER_INCOMING, &sieve);
    for (int i = 0; i < MR_LIMIT_FILTER_IN_FLIGHT; i++)
        world_send(world, "bob> old");
    WORLD_UNTIL(world, sieve.held == MR_LIMIT_FILTER_IN_FLIGHT);
    mr_session_abort(world->session);
    world_enter(world);
    memset(text, 'x', 1500);
    memcpy(text, "bob> ", 5);
    text[1500] = '\0';
    for (int i = 0; i < 200; i++)
        world_send(world, text);
    world_run(world, 60);
    assert_int_equal(mr_session_state(world->session), MR_SESSION_ONLINE);
    assert_int_equal(world_count(world, "message"), 0);
    mr_filter_remove(&sieve.filter, false);
    WORLD_UNTIL(world, world_count(world, "message") == 200);
    assert_int_equal(strlen(world_text(world, "message", "text")), 1495);
    free(text);
}

static void what_goes_out_can_be_kept_changed_and_dropped(void **state)
{
    struct world *world = *state;
    struct sieve sieve = {.verdict = MR_VERDICT_KEEP};
    world_enter(world);
    add(world, MR_FILTER_OUTGOING, &sieve);
    assert_int_equal(say(world, "one"), MR_OK);
    sieve.verdict = MR_VERDICT_CHANGE;
    sieve.text = "other words";
    assert_int_equal(
        mr_session_whisper(world->session, "bob", "two", world->why, sizeof(world->why)), MR_OK);
    sieve.verdict = MR_VERDICT_DROP;
    assert_int_equal(say(world, "three"), MR_OK);
    assert_string_equal(world_text(world, "unsent", "text"), "three");
    /* Commands do not pass there. */
    assert_int_equal(mr_session_kick(world->session, "bob", world->why, sizeof(world->why)), MR_OK);
    WORLD_UNTIL(world, world_received(world, "/a /kick bob"));
    assert_string_equal(world->received, "one\n/w bob other words\n/a /kick bob\n");
    assert_int_equal(sieve.seen, 3);
    mr_filter_remove(&sieve.filter, false);
}

static void leaving_waits_for_what_was_said(void **state)
{
    struct world *world = *state;
    struct sieve sieve = {.waits = true};
    world_enter(world);
    add(world, MR_FILTER_OUTGOING, &sieve);
    assert_int_equal(say(world, "last words"), MR_OK);
    assert_false(mr_session_flushed(world->session));
    mr_session_logout(world->session);
    assert_int_equal(say(world, "too late"), MR_EOFFLINE);
    world_run(world, 20);
    assert_null(world->received);
    answer_all(&sieve);
    WORLD_UNTIL(world, world_count(world, "disconnect") == 1);
    assert_string_equal(world->received, "last words\n/exit\n");
    mr_filter_remove(&sieve.filter, false);
}

/* What is with a filter when the connection ends was not said, also not in the next room. */
static void what_was_not_sent_is_told(void **state)
{
    struct world *world = *state;
    struct sieve sieve = {.waits = true};
    world_enter(world);
    add(world, MR_FILTER_OUTGOING, &sieve);
    assert_int_equal(say(world, "one"), MR_OK);
    world_hang_up(world);
    WORLD_UNTIL(world, world_count(world, "disconnect") == 1);
    answer_all(&sieve);
    assert_string_equal(world_text(world, "unsent", "text"), "one");
    world_enter(world);
    assert_int_equal(say(world, "two"), MR_OK);
    mr_session_abort(world->session);
    world_enter(world);
    answer_all(&sieve);
    world_run(world, 40);
    assert_null(world->received);
    mr_filter_remove(&sieve.filter, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_comes_in_can_be_kept_changed_and_dropped),
        TEST(facts_pass_by),
        TEST(full_filters_stop_the_reading),
        TEST(full_before_we_came),
        TEST(what_goes_out_can_be_kept_changed_and_dropped),
        TEST(leaving_waits_for_what_was_said),
        TEST(what_was_not_sent_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
