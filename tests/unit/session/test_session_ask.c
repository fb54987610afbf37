/* Questions to the room and their answers, over the wire. */
#include "world.h"

#include "core/session/logins.h"
#include "core/wire/hash.h"

static int ask(struct world *world, enum mr_request_kind kind, const char *arg, uint64_t ms,
               struct answer *answer)
{
    return mr_session_request(world->session, kind, arg, ms, world_answer, answer, world->why,
                              sizeof(world->why));
}

static void wait_for(struct world *world, const struct answer *answer)
{
    WORLD_UNTIL(world, answer->calls > 0);
    assert_int_equal(answer->calls, 1);
}

static void assert_value(struct answer *answer, const char *expected)
{
    assert_int_equal(answer->err, MR_OK);
    char *text = cJSON_PrintUnformatted(answer->value);
    assert_string_equal(text, expected);
    cJSON_free(text);
    world_answer_clear(answer);
}

/* Asks, waits until the room has it, answers, waits. */
static void round_trip(struct world *world, enum mr_request_kind kind, const char *arg,
                       const char *line, const char *reply, struct answer *answer)
{
    assert_int_equal(ask(world, kind, arg, 5000, answer), MR_OK);
    size_t before = world_count_received(world, line);
    WORLD_UNTIL(world, world_count_received(world, line) == before + 1);
    world_send(world, reply);
    wait_for(world, answer);
}

static void each_kind(void **state)
{
    struct world *world = *state;
    struct answer answer = {0};
    char hash[160] = "/newHash ";
    world_enter(world);
    world->answers = false;
    round_trip(world, MR_REQUEST_ACTIVE, NULL, "/active",
               "Server> Active users: \nbob\nalice\ncarol", &answer);
    assert_value(&answer, "[\"bob\",\"alice\",\"carol\"]");
    round_trip(world, MR_REQUEST_LEADERBOARD, NULL, "/requestLeaderboard",
               "/update_leaderboard bob,10 alice,-5,", &answer);
    assert_value(&answer, "[{\"name\":\"bob\",\"coins\":10},{\"name\":\"alice\",\"coins\":-5}]");
    assert_int_equal(world_count(world, "leaderboard"), 1);
    memset(hash + strlen(hash), 'c', 128);
    round_trip(world, MR_REQUEST_HASH, NULL, "/requestHash", hash, &answer);
    assert_int_equal(answer.err, MR_OK);
    assert_string_equal(cJSON_GetStringValue(answer.value), hash + 9);
    world_answer_clear(&answer);
    round_trip(world, MR_REQUEST_COST, "cookie", "/cost cookie", "Server> cookie costs 10 coins. ",
               &answer);
    assert_value(&answer, "10");
    /* Answers are for who asked: they are no news. */
    assert_int_equal(world_count(world, "server_message"), 0);
    round_trip(world, MR_REQUEST_BUY, "cookie 2", "/buy cookie 2", "/balance -20\n/cookies 2",
               &answer);
    assert_value(&answer, "{\"coins\":-20,\"cookies\":2}");
    round_trip(world, MR_REQUEST_BUY, "adminStatus", "/buy adminStatus", "/balance -1000", &answer);
    assert_value(&answer, "{\"coins\":-1000}");
    assert_int_equal(world_count(world, "balance"), 2);
    assert_int_equal(ask(world, MR_REQUEST_PING, "tick", 5000, &answer), MR_OK);
    WORLD_UNTIL(world, world_received(world, "/ping tick"));
    world_send(world, "/ping tock\n/ping tick");
    wait_for(world, &answer);
    assert_true(cJSON_IsNumber(answer.value));
    assert_int_equal(world_count(world, "ping"), 1);
    assert_string_equal(world_text(world, "ping", "data"), "tick");
    world_answer_clear(&answer);
}

static void a_ping_without_data(void **state)
{
    struct world *world = *state;
    struct answer answer = {0};
    world_enter(world);
    assert_int_equal(ask(world, MR_REQUEST_PING, NULL, 5000, &answer), MR_OK);
    wait_for(world, &answer); /* the room sends it back */
    assert_int_equal(answer.err, MR_OK);
    world_answer_clear(&answer);
    assert_int_equal(ask(world, MR_REQUEST_PING, "a>b", 5000, &answer), MR_EINVAL);
    assert_int_equal(ask(world, MR_REQUEST_PING, "a\nb", 5000, &answer), MR_EINVAL);
    assert_int_equal(answer.calls, 0);
}

static void bad_questions(void **state)
{
    struct world *world = *state;
    struct answer answer = {0};
    world_enter(world);
    static const struct {
        enum mr_request_kind kind;
        const char *arg;
    } rows[] = {
        {MR_REQUEST_COST, NULL},
        {MR_REQUEST_COST, ""},
        {MR_REQUEST_COST, "a b"},
        {MR_REQUEST_COST, "a\n/exit"},
        {MR_REQUEST_BUY, NULL},
        {MR_REQUEST_BUY, "cookie 0"},
        {MR_REQUEST_BUY, "cookie -1"},
        {MR_REQUEST_BUY, "cookie 1001"},
        {MR_REQUEST_BUY, "cookie x"},
        {MR_REQUEST_BUY, "cookie 1 1"},
        {MR_REQUEST_CHANGE_PASSWORD, "a b"},
        {MR_REQUEST_DELETE_ACCOUNT, "a"},
        {MR_REQUEST_KINDS, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (ask(world, rows[i].kind, rows[i].arg, 1000, &answer) != MR_EINVAL)
            fail_msg("row %zu was taken", i);
        assert_true(strlen(world->why) > 10);
    }
    world_run(world, 30);
    assert_int_equal(answer.calls, 0);
    assert_null(world->received);
}

static void refusals_go_to_who_asked_first(void **state)
{
    struct world *world = *state;
    struct answer cost = {0}, buy = {0};
    world_enter(world);
    world->answers = false;
    assert_int_equal(ask(world, MR_REQUEST_COST, "gold", 5000, &cost), MR_OK);
    assert_int_equal(ask(world, MR_REQUEST_BUY, "gold", 5000, &buy), MR_OK);
    WORLD_UNTIL(world, world_received(world, "/buy gold"));
    /* About a whisper, and so about neither. */
    world_send(world, "Server> /e bob is not here. ");
    WORLD_UNTIL(world, world_count(world, "error") == 1);
    assert_int_equal(cost.calls + buy.calls, 0);
    world_send(world, "Server> /e There is no such item. ");
    wait_for(world, &cost);
    assert_int_equal(cost.err, MR_EREFUSED);
    assert_string_equal(cost.text, "There is no such item.");
    assert_int_equal(buy.calls, 0);
    world_send(world, "Server> /e You do not have enough coins. ");
    wait_for(world, &buy);
    assert_int_equal(buy.err, MR_EREFUSED);
    assert_int_equal(world_count(world, "error"), 1);
    world_send(world, "Server> /e Out of nowhere. ");
    WORLD_UNTIL(world, world_count(world, "error") == 2);
}

static void answers_that_nobody_asked_for_are_news(void **state)
{
    struct world *world = *state;
    world_enter(world);
    world_send(world, "Server> cookie costs 10 coins. ");
    WORLD_UNTIL(world, world_count(world, "server_message") == 1);
    assert_string_equal(world_text(world, "server_message", "text"), "cookie costs 10 coins.");
    world_send(world, "Server> Active users: \nbob\nalice");
    WORLD_UNTIL(world, world_count(world, "server_message") == 2);
    assert_string_equal(world_text(world, "server_message", "text"), "Active users: bob alice");
    world_send(world, "/update_leaderboard bob,1");
    WORLD_UNTIL(world, world_count(world, "leaderboard") == 1);
    world_send(world, "Server> /w Your password has been successfully changed.");
    WORLD_UNTIL(world, world_count(world, "server_message") == 3);
    world_send(world, "/e delacc Wrong.");
    WORLD_UNTIL(world, world_count(world, "error") == 1);
    assert_string_equal(world_text(world, "error", "text"), "Wrong.");
}

static void both_spellings_are_one_leaderboard(void **state)
{
    struct world *world = *state;
    struct answer answer = {0};
    world_enter(world);
    world->answers = false;
    round_trip(world, MR_REQUEST_LEADERBOARD, NULL, "/requestLeaderboard",
               "/update_leaderboard bob,10 alice,5\n/updateLeaderboard bob,10 alice,5\nbob> end",
               &answer);
    WORLD_UNTIL(world, world_count(world, "message") == 1);
    assert_int_equal(world_count(world, "leaderboard"), 1);
    world_answer_clear(&answer);
    /* Another one is another one. */
    world_send(world, "/update_leaderboard bob,11\n/updateLeaderboard bob,11");
    world_send(world, "bob> end");
    WORLD_UNTIL(world, world_count(world, "message") == 2);
    assert_int_equal(world_count(world, "leaderboard"), 2);
}

static void a_long_list_comes_in_parts(void **state)
{
    struct world *world = *state;
    struct answer answer = {0};
    struct mr_buf part;
    world_enter(world);
    world->answers = false;
    assert_int_equal(ask(world, MR_REQUEST_ACTIVE, NULL, 5000, &answer), MR_OK);
    WORLD_UNTIL(world, world_received(world, "/active"));
    int number = 0;
    for (int frame = 0; frame < 3; frame++) {
        mr_buf_init(&part, 4096);
        mr_buf_append_str(&part, "Server> Active users: ");
        /* The last part is short. */
        while (mr_buf_len(&part) < (frame < 2 ? 2000u : 100u))
            mr_buf_printf(&part, "\nuser%d", number++);
        world_send(world, mr_buf_str(&part));
        mr_buf_free(&part);
    }
    wait_for(world, &answer);
    assert_int_equal(cJSON_GetArraySize(answer.value), number);
    world_answer_clear(&answer);
    /* All parts full: the end is known by silence. */
    assert_int_equal(ask(world, MR_REQUEST_ACTIVE, NULL, 5000, &answer), MR_OK);
    WORLD_UNTIL(world, world_count_received(world, "/active") == 2);
    mr_buf_init(&part, 4096);
    mr_buf_append_str(&part, "Server> Active users: ");
    for (number = 0; mr_buf_len(&part) < 2000; number++)
        mr_buf_printf(&part, "\nuser%d", number);
    world_send(world, mr_buf_str(&part));
    mr_buf_free(&part);
    wait_for(world, &answer);
    assert_int_equal(cJSON_GetArraySize(answer.value), number);
    world_answer_clear(&answer);
}

static void timeouts_and_late_answers(void **state)
{
    struct world *world = *state;
    struct answer answer = {0};
    world_enter(world);
    world->answers = false;
    assert_int_equal(ask(world, MR_REQUEST_COST, "cookie", 30, &answer), MR_OK);
    wait_for(world, &answer);
    assert_int_equal(answer.err, MR_ETIMEOUT);
    assert_true(strlen(answer.text) > 10);
    world_send(world, "Server> cookie costs 10 coins. ");
    world_send(world, "bob> end");
    WORLD_UNTIL(world, world_count(world, "message") == 1);
    assert_int_equal(world_count(world, "server_message"), 0);
    assert_int_equal(answer.calls, 1);
    world_answer_clear(&answer);
}

static void the_end_of_the_connection_answers_all(void **state)
{
    struct world *world = *state;
    struct answer answers[3] = {{0}};
    world_enter(world);
    world->answers = false;
    ask(world, MR_REQUEST_COST, "cookie", 5000, &answers[0]);
    ask(world, MR_REQUEST_COST, "adminStatus", 5000, &answers[1]);
    ask(world, MR_REQUEST_PING, NULL, 5000, &answers[2]);
    WORLD_UNTIL(world, world_received(world, "/cost cookie"));
    world_hang_up(world);
    WORLD_UNTIL(world, world_count(world, "disconnect") == 1);
    for (size_t i = 0; i < 3; i++) {
        wait_for(world, &answers[i]);
        assert_int_equal(answers[i].err, MR_EOFFLINE);
    }
    /* By our own hand: not from inside the call. */
    world_enter(world);
    memset(answers, 0, sizeof(answers));
    ask(world, MR_REQUEST_COST, "cookie", 5000, &answers[0]);
    mr_session_abort(world->session);
    assert_int_equal(answers[0].calls, 0);
    wait_for(world, &answers[0]);
    /* Nor is anybody forgotten when the session itself is freed. */
    world_enter(world);
    memset(answers, 0, sizeof(answers));
    ask(world, MR_REQUEST_COST, "cookie", 5000, &answers[0]);
    mr_session_free(world->session);
    world->session = NULL;
    assert_int_equal(answers[0].calls, 1);
    assert_int_equal(answers[0].err, MR_EOFFLINE);
}

static void secret(struct mr_secret *out, const char *text)
{
    assert_int_equal(mr_secret_init(out, 1024), MR_OK);
    assert_int_equal(mr_secret_set(out, text, strlen(text)), MR_OK);
}

static void changing_the_password(void **state)
{
    struct world *world = *state;
    struct mr_secret old, fresh, weak;
    struct answer answer = {0};
    char h_old[129], h_new[129], line[400], kept[160];
    secret(&old, "correct horse");
    secret(&fresh, "battery staple");
    secret(&weak, "short");
    world_enter(world);
    world->answers = false;
    mr_hash_credential("correct horse", 13, "alice", 5, h_old);
    mr_hash_credential("battery staple", 14, "alice", 5, h_new);
    mr_logins_remember(world->logins_path, world->where, "alice", h_old);
    assert_int_equal(mr_session_change_password(world->session, &old, &weak, world_answer, &answer,
                                                world->why, sizeof(world->why)),
                     MR_EINVAL);
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(mr_session_change_password(world->session, &old, &fresh, world_answer,
                                                    &answer, world->why, sizeof(world->why)),
                         MR_OK);
        assert_int_equal(mr_session_change_password(world->session, &old, &fresh, world_answer,
                                                    &answer, world->why, sizeof(world->why)),
                         MR_EBUSY);
        snprintf(line, sizeof(line), "/changepass %s %s", h_old, h_new);
        WORLD_UNTIL(world, world_count_received(world, line) == (size_t)turn + 1);
        world_send(world, turn == 0 ? "/e changepass The old password is wrong."
                                    : "Server> /w Your password has been successfully changed.");
        wait_for(world, &answer);
        if (turn == 0) {
            assert_int_equal(answer.err, MR_EREFUSED);
            assert_string_equal(answer.text, "The old password is wrong.");
            mr_logins_hash(world->logins_path, world->where, "alice", kept, sizeof(kept));
            assert_string_equal(kept, h_old);
            world_answer_clear(&answer);
        }
    }
    assert_value(&answer, "true");
    mr_logins_hash(world->logins_path, world->where, "alice", kept, sizeof(kept));
    assert_string_equal(kept, h_new);
    mr_secret_free(&old);
    mr_secret_free(&fresh);
    mr_secret_free(&weak);
}

/* How a room says that an account is gone: by the kicked line, or by closing. */
static void deleting_the_account(void **state)
{
    struct world *world = *state;
    struct mr_secret password;
    struct answer answer = {0};
    char h[129], line[200], kept[160];
    secret(&password, "correct horse");
    mr_hash_credential("correct horse", 13, "alice", 5, h);
    snprintf(line, sizeof(line), "/delacc %s", h);
    for (size_t way = 0; way < 3; way++) {
        world_enter(world);
        world->answers = false;
        mr_logins_remember(world->logins_path, world->where, "alice", h);
        assert_int_equal(mr_session_delete_account(world->session, &password, world_answer, &answer,
                                                   world->why, sizeof(world->why)),
                         MR_OK);
        WORLD_UNTIL(world, world_count_received(world, line) == way + 1);
        if (way == 0)
            world_send(world, "/e delacc The password is wrong.");
        else if (way == 1)
            world_send(world, "Server> You have been kicked by Server. ");
        else
            world_hang_up(world);
        wait_for(world, &answer);
        if (way == 0) {
            assert_int_equal(answer.err, MR_EREFUSED);
            assert_int_equal(mr_session_state(world->session), MR_SESSION_ONLINE);
            mr_session_abort(world->session);
            world_answer_clear(&answer);
        } else {
            assert_value(&answer, "true");
            WORLD_UNTIL(world, world_count(world, "disconnect") == 1);
            assert_string_equal(world_text(world, "disconnect", "code"), "closed");
            assert_int_equal(world_count(world, "kicked"), 0);
            assert_int_equal(
                mr_logins_hash(world->logins_path, world->where, "alice", kept, sizeof(kept)),
                MR_ENOTFOUND);
        }
    }
    mr_secret_free(&password);
}

struct chain {
    struct world *world;
    int calls;
};

static void leave_in_answer(void *ctx, int err, const char *text, const cJSON *value)
{
    struct chain *chain = ctx;
    (void)err;
    (void)text;
    (void)value;
    chain->calls++;
    mr_session_abort(chain->world->session);
}

static void leaving_inside_an_answer(void **state)
{
    struct world *world = *state;
    struct chain chain = {.world = world};
    world_enter(world);
    world->answers = false;
    assert_int_equal(mr_session_request(world->session, MR_REQUEST_COST, "cookie", 5000,
                                        leave_in_answer, &chain, world->why, sizeof(world->why)),
                     MR_OK);
    WORLD_UNTIL(world, world_received(world, "/cost cookie"));
    world_send(world, "Server> cookie costs 10 coins. \nbob> never read");
    WORLD_UNTIL(world, chain.calls == 1);
    world_run(world, 20);
    assert_int_equal(world_count(world, "message"), 0);
    assert_int_equal(world_count(world, "disconnect"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_kind),
        TEST(a_ping_without_data),
        TEST(bad_questions),
        TEST(refusals_go_to_who_asked_first),
        TEST(answers_that_nobody_asked_for_are_news),
        TEST(both_spellings_are_one_leaderboard),
        TEST(a_long_list_comes_in_parts),
        TEST(timeouts_and_late_answers),
        TEST(the_end_of_the_connection_answers_all),
        TEST(changing_the_password),
        TEST(deleting_the_account),
        TEST(leaving_inside_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
