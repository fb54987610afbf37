/* In the room: what is said, what is sent, what is known. */
#include "world.h"

static void expect(struct world *world, const char *line, const char *event)
{
    size_t before = world_count(world, event);
    world_send(world, line);
    WORLD_UNTIL(world, world_count(world, event) == before + 1);
}

static void talk_becomes_events(void **state)
{
    struct world *world = *state;
    world_enter(world);
    expect(world, "bob> hello > you", "message");
    assert_string_equal(world_text(world, "message", "from"), "bob");
    assert_string_equal(world_text(world, "message", "text"), "hello > you");
    assert_string_equal(world_text(world, "message", "chat"), "Lobby");
    assert_string_equal(world_text(world, "message", "raw"), "bob> hello > you");
    assert_false(mr_json_bool(world_last(world, "message"), "self", true));
    expect(world, "alice> /balance 7", "message");
    assert_true(mr_json_bool(world_last(world, "message"), "self", false));
    assert_string_equal(world_text(world, "message", "text"), "/balance 7");
    assert_int_equal(world_count(world, "balance"), 0);
    expect(world, "bob> /w psst", "whisper");
    assert_string_equal(world_text(world, "whisper", "from"), "bob");
    assert_string_equal(world_text(world, "whisper", "to"), "alice");
    assert_string_equal(world_text(world, "whisper", "chat"), "bob");
    assert_string_equal(world_text(world, "whisper", "text"), "psst");
    expect(world, "alice> /w To:carol psst", "whisper");
    assert_string_equal(world_text(world, "whisper", "from"), "alice");
    assert_string_equal(world_text(world, "whisper", "to"), "carol");
    assert_string_equal(world_text(world, "whisper", "chat"), "carol");
    assert_true(mr_json_bool(world_last(world, "whisper"), "self", false));
    /* Only my own echo is one. */
    expect(world, "bob> /w To:carol psst", "whisper");
    assert_string_equal(world_text(world, "whisper", "text"), "To:carol psst");
    assert_string_equal(world_text(world, "whisper", "chat"), "bob");
    expect(world, "Server> Welcome. ", "server_message");
    assert_string_equal(world_text(world, "server_message", "text"), "Welcome.");
    assert_string_equal(world_text(world, "server_message", "raw"), "Server> Welcome. ");
    expect(world, "a line without a name", "server_message");
    expect(world, "Server> /w From the room", "server_message");
    expect(world, "Server> /e No. ", "error");
    assert_string_equal(world_text(world, "error", "text"), "No.");
    expect(world, "caf\xe9> Latin-1 is read as it is meant", "server_message");
    assert_string_equal(world_text(world, "server_message", "text"),
                        "caf\xc3\xa9> Latin-1 is read as it is meant");
}

static void numbers_and_their_bounds(void **state)
{
    struct world *world = *state;
    struct mr_room_facts facts;
    world_enter(world);
    expect(world, "/balance 5", "balance");
    assert_int_equal(mr_json_int(world_last(world, "balance"), "change", 0), 5);
    assert_int_equal(mr_json_int(world_last(world, "balance"), "balance", 0), 15);
    expect(world, "/balance -20", "balance");
    expect(world, "/cookies 3", "cookies");
    assert_int_equal(mr_json_int(world_last(world, "cookies"), "cookies", 0), 5);
    mr_session_facts(world->session, &facts);
    assert_int_equal(facts.balance, -5);
    assert_int_equal(facts.cookies, 5);
    /* However often: the sum stays a number that JSON carries. */
    for (int i = 0; i < 3; i++)
        expect(world, "/balance 1000000000000000", "balance");
    mr_session_facts(world->session, &facts);
    assert_true(facts.balance == 1000000000000000);
}

static void what_breaks_the_rules_is_dropped(void **state)
{
    struct world *world = *state;
    static const char *const lines[] = {
        "/balance",
        "/balance x",
        "/balance 99999999999999999999",
        "/balance 1000000000000001",
        "/cookies",
        "/newHash",
        "/newHash x",
        "/unknown",
        "/",
        "",
        "\n\n",
        "/ping nobody asked",
        "/newHash AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAA"};
    world_enter(world);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        world_send(world, lines[i]);
    world_send(world, "bob> end");
    WORLD_UNTIL(world, world_count(world, "message") == 1);
    assert_string_equal(world_names(world), "message ");
    assert_int_equal(mr_session_state(world->session), MR_SESSION_ONLINE);
}

static void several_lines_in_a_frame(void **state)
{
    struct world *world = *state;
    world_enter(world);
    world_send(world, "bob> one\n/balance 5\nbob> two\n\nbob> three\n");
    WORLD_UNTIL(world, world_count(world, "message") == 3);
    assert_string_equal(world_names(world), "message balance message message ");
    assert_string_equal(world_text(world, "message", "raw"), "bob> three");
}

static void a_new_block(void **state)
{
    struct world *world = *state;
    struct mr_job before, after;
    char line[160] = "/newHash ";
    world_enter(world);
    assert_true(mr_session_job(world->session, &before));
    assert_int_equal(before.zeros, 2);
    assert_int_equal(before.order, MR_WORK_S_PREV);
    memset(line + strlen(line), 'b', 128);
    expect(world, line, "block");
    assert_string_equal(world_text(world, "block", "prev_hash"), line + 9);
    assert_int_equal(mr_json_int(world_last(world, "block"), "zeros", 0), 2);
    assert_true(mr_session_job(world->session, &after));
    assert_true(after.serial > before.serial);
    /* The same again is no news. */
    world_send(world, line);
    world_send(world, "bob> end");
    WORLD_UNTIL(world, world_count(world, "message") == 1);
    assert_int_equal(world_count(world, "block"), 1);
}

static void assert_users(struct world *world, const char *expected)
{
    cJSON *users = mr_session_users(world->session);
    char *text = cJSON_PrintUnformatted(users);
    assert_string_equal(text, expected);
    cJSON_free(text);
    cJSON_Delete(users);
}

static void who_is_here(void **state)
{
    struct world *world = *state;
    world_enter(world);
    assert_users(world, "[\"alice\"]");
    world_send(world, "Server> carol is in. ");
    world_send(world, "bob> hi");
    world_send(world, "dave> /w hi");
    WORLD_UNTIL(world, world_count(world, "users") >= 1 && world_count(world, "whisper") == 1);
    world_run(world, 80);
    assert_users(world, "[\"alice\",\"bob\",\"carol\",\"dave\"]");
    assert_true(world_count(world, "users") <= 3); /* told together */
    assert_int_equal(
        cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(world_last(world, "users"), "users")),
        4);
    world_forget(world);
    world_send(world, "Server> carol has left. ");
    WORLD_UNTIL(world, world_count(world, "users") == 1);
    assert_users(world, "[\"alice\",\"bob\",\"dave\"]");
    /* My other device left: I am still here. */
    world_send(world, "Server> alice has left. ");
    world_send(world, "bob> again");
    WORLD_UNTIL(world, world_count(world, "message") == 1);
    assert_users(world, "[\"alice\",\"bob\",\"dave\"]");
    mr_session_abort(world->session);
    assert_users(world, "[]");
}

#define SAY(text) mr_session_say(world->session, text, world->why, sizeof(world->why))
#define WHISPER(user, text)                                                                        \
    mr_session_whisper(world->session, user, text, world->why, sizeof(world->why))
#define RAW(text) mr_session_raw(world->session, text, world->why, sizeof(world->why))

static void text_never_becomes_a_command(void **state)
{
    struct world *world = *state;
    char long_text[1502];
    memset(long_text, 'x', sizeof(long_text));
    long_text[1501] = '\0';
    world_enter(world);
    static const char *const bad[] = {"",         "/exit", "/",        "a\nb",
                                      "a\n/exit", "a\rb",  "\xff\xfe", "/w bob hi"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(SAY(bad[i]), MR_EINVAL);
        assert_true(strlen(world->why) > 10);
    }
    assert_int_equal(SAY(long_text), MR_EINVAL);
    assert_int_equal(WHISPER("bob", long_text), MR_EINVAL);
    long_text[1500] = '\0';
    assert_int_equal(SAY(long_text), MR_OK);
    assert_int_equal(WHISPER("bob", ""), MR_EINVAL);
    assert_int_equal(WHISPER("bob", "a\nb"), MR_EINVAL);
    assert_int_equal(WHISPER("bob /exit", "x"), MR_EINVAL);
    assert_int_equal(WHISPER("", "x"), MR_EINVAL);
    assert_int_equal(WHISPER("bob\n/exit", "x"), MR_EINVAL);
    assert_int_equal(WHISPER("bob", "/not a command here"), MR_OK);
    assert_int_equal(RAW("a\n/exit"), MR_EINVAL);
    assert_int_equal(RAW(""), MR_EINVAL);
    assert_int_equal(RAW("/cost cookie"), MR_OK);
    assert_int_equal(mr_session_pay(world->session, "bob", 3, world->why, sizeof(world->why)),
                     MR_OK);
    assert_int_equal(mr_session_pay(world->session, "bob", 0, world->why, sizeof(world->why)),
                     MR_EINVAL);
    assert_int_equal(mr_session_pay(world->session, "bob", -3, world->why, sizeof(world->why)),
                     MR_EINVAL);
    assert_int_equal(mr_session_pay(world->session, "b b", 3, world->why, sizeof(world->why)),
                     MR_EINVAL);
    assert_int_equal(mr_session_kick(world->session, "bob", world->why, sizeof(world->why)), MR_OK);
    assert_int_equal(mr_session_kick(world->session, "b b", world->why, sizeof(world->why)),
                     MR_EINVAL);
    WORLD_UNTIL(world, world_received(world, "/a /kick bob"));
    char expected[2048];
    snprintf(expected, sizeof(expected),
             "%s\n/w bob /not a command here\n/cost cookie\n/pay bob 3\n/a /kick bob\n", long_text);
    assert_string_equal(world->received, expected);
}

static void what_one_says_to_oneself_stays_here(void **state)
{
    struct world *world = *state;
    world_enter(world);
    assert_int_equal(WHISPER("alice", "buy milk"), MR_OK);
    assert_string_equal(world_text(world, "note", "text"), "buy milk");
    assert_string_equal(world_text(world, "note", "chat"), "alice");
    assert_int_equal(SAY("end"), MR_OK);
    WORLD_UNTIL(world, world_received(world, "end"));
    assert_string_equal(world->received, "end\n");
}

static void nothing_is_sent_outside_a_room(void **state)
{
    struct world *world = *state;
    struct answer answer = {0};
    assert_int_equal(SAY("x"), MR_EOFFLINE);
    assert_int_equal(WHISPER("bob", "x"), MR_EOFFLINE);
    assert_int_equal(RAW("x"), MR_EOFFLINE);
    assert_int_equal(mr_session_pay(world->session, "bob", 3, world->why, sizeof(world->why)),
                     MR_EOFFLINE);
    assert_int_equal(mr_session_kick(world->session, "bob", world->why, sizeof(world->why)),
                     MR_EOFFLINE);
    assert_int_equal(mr_session_request(world->session, MR_REQUEST_ACTIVE, NULL, 100, world_answer,
                                        &answer, world->why, sizeof(world->why)),
                     MR_EOFFLINE);
    assert_int_equal(mr_session_submit(world->session, "x", world->why, sizeof(world->why)),
                     MR_EOFFLINE);
    assert_true(mr_session_flushed(world->session));
    mr_session_logout(world->session);
    world_run(world, 20);
    assert_int_equal(answer.calls, 0);
    assert_null(world->events);
}

static void a_burst_costs_few_frames(void **state)
{
    struct world *world = *state;
    char text[32];
    world_enter(world);
    for (int i = 0; i < 10; i++) {
        snprintf(text, sizeof(text), "line %d", i);
        assert_int_equal(SAY(text), MR_OK);
    }
    WORLD_UNTIL(world, world_count(world, "message") == 10);
    assert_true(world->frames < 10);
    assert_string_equal(world_text(world, "message", "text"), "line 9");
    WORLD_UNTIL(world, mr_session_flushed(world->session));
    struct mr_room_facts facts;
    mr_session_facts(world->session, &facts);
    assert_int_equal(facts.lines_out, 10);
    assert_int_equal(facts.lines_in, 10);
}

static void a_flood_is_bounded(void **state)
{
    struct world *world = *state;
    int err = MR_OK;
    world_enter(world);
    for (int i = 0; i < 100000 && err == MR_OK; i++)
        err = SAY("x");
    assert_int_equal(err, MR_EBUSY);
    assert_non_null(strstr(world->why, "wait"));
    assert_int_equal(mr_session_state(world->session), MR_SESSION_ONLINE);
}

/* A message of 100,000 bytes, then one beyond what is taken. */
static void long_frames(void **state)
{
    struct world *world = *state;
    char *text = malloc(140001);
    assert_non_null(text);
    memset(text, 'x', 140000);
    memcpy(text, "bob> ", 5);
    text[100000] = '\0';
    world_enter(world);
    world_send(world, text);
    WORLD_UNTIL(world, world_count(world, "message") == 1);
    assert_int_equal(strlen(world_text(world, "message", "text")), 100000 - 5);
    text[100000] = 'x';
    text[140000] = '\0';
    world_send(world, text);
    WORLD_UNTIL(world, world_count(world, "disconnect") == 1);
    assert_string_equal(world_text(world, "disconnect", "code"), "protocol");
    free(text);
}

static void ten_thousand_messages(void **state)
{
    struct world *world = *state;
    char text[64];
    world_enter(world);
    for (int i = 0; i < 10000; i++) {
        snprintf(text, sizeof(text), "bob> message %d", i);
        world_send(world, text);
        if (i % 500 == 499)
            world_run(world, 2);
    }
    WORLD_UNTIL(world, world_count(world, "message") == 10000);
    assert_string_equal(world_text(world, "message", "text"), "message 9999");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(talk_becomes_events),
        TEST(numbers_and_their_bounds),
        TEST(what_breaks_the_rules_is_dropped),
        TEST(several_lines_in_a_frame),
        TEST(a_new_block),
        TEST(who_is_here),
        TEST(text_never_becomes_a_command),
        TEST(what_one_says_to_oneself_stays_here),
        TEST(nothing_is_sent_outside_a_room),
        TEST(a_burst_costs_few_frames),
        TEST(a_flood_is_bounded),
        TEST(long_frames),
        TEST(ten_thousand_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
