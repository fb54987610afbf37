/* Every line of a client and every answer of the store, as the bytes that go out. */
#include "plugins/roomhost/rules.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char prev[MR_WORK_HASH_HEX + 1];
static char before[MR_WORK_HASH_HEX + 1];

static struct mr_facts facts_of(const char *me)
{
    return (struct mr_facts){.me = mr_span_of(me), .prev = prev, .zeros = 1, .fine = 1};
}

/* "to:line|to:line", with LF inside an answer as it is. */
static void assert_answers(struct mr_answers *answers, const char *expected)
{
    static const char letters[] = {'p', 'm', 'o', 'a'};
    struct mr_buf got;
    mr_buf_init(&got, 1 << 20);
    assert_false(answers->lost);
    for (size_t i = 0; i < answers->count; i++)
        assert_int_equal(mr_buf_printf(&got, "%s%c:%s", i ? "|" : "", letters[answers->at[i].to],
                                       mr_buf_str(&answers->at[i].line)),
                         MR_OK);
    assert_string_equal(mr_buf_str(&got), expected);
    mr_buf_free(&got);
    mr_answers_free(answers);
}

static struct mr_ruling say(const char *text, const struct mr_facts *facts, const char *expected)
{
    struct mr_line line;
    struct mr_answers answers = {0};
    mr_line_parse_from_client(mr_span_of(text), &line);
    struct mr_ruling ruling = mr_rules_line(&line, facts, &answers);
    assert_answers(&answers, expected);
    return ruling;
}

static void test_chat_and_ping(void **state)
{
    (void)state;
    struct mr_facts facts = facts_of("ann");
    assert_int_equal(say("hi all", &facts, "a:ann> hi all").next, MR_RULE_NOTHING);
    say(" /w bob x", &facts, "a:ann>  /w bob x");
    say("[exit]", &facts, "a:ann> [exit]");
    say("bob> hi", &facts, "a:ann> bob> hi");
    say("", &facts, "");
    say("/ping", &facts, "p:/ping");
    say("/ping a b", &facts, "p:/ping a b");
    say("/ping a>b", &facts, "p:Server> /e The data of a ping has no > in it. ");
    say("a\rb", &facts, "p:Server> /e A line has no line ends and no NUL in it.");
    say("/nothing", &facts, "p:Server> /e Unknown command.");
    say("/W bob x", &facts, "p:Server> /e Unknown command.");
    char text[MR_LIMIT_CHAT_TEXT + 2], expected[MR_LIMIT_CHAT_TEXT + 32];
    memset(text, 'x', sizeof text);
    text[MR_LIMIT_CHAT_TEXT] = '\0';
    snprintf(expected, sizeof expected, "a:ann> %s", text);
    say(text, &facts, expected);
    text[MR_LIMIT_CHAT_TEXT] = 'x';
    text[MR_LIMIT_CHAT_TEXT + 1] = '\0';
    say(text, &facts, "p:Server> /e This text is too long.");
}

static void test_whisper(void **state)
{
    (void)state;
    struct mr_facts facts = facts_of("ann");
    say("/w bob hi there", &facts, "p:Server> /e bob is not here. ");
    facts.other_here = true;
    say("/w bob hi there", &facts, "m:ann> /w To:bob hi there|o:ann> /w hi there");
    say("/w ann note", &facts, "m:ann> /w To:ann note");
    say("/w bob /kick me", &facts, "m:ann> /w To:bob /kick me|o:ann> /w /kick me");
    say("/w bob", &facts, "p:Server> /e Usage: /w user text");
}

static void test_kick(void **state)
{
    (void)state;
    struct mr_facts facts = facts_of("ann");
    facts.other_here = true;
    assert_int_equal(say("/a /kick bob", &facts, "p:Server> /e Only admins can kick. ").next,
                     MR_RULE_NOTHING);
    facts.admin = true;
    assert_int_equal(say("/a /kick bob", &facts, "o:Server> You have been kicked by ann. ").next,
                     MR_RULE_KICK);
    facts.other_here = false;
    assert_int_equal(say("/a /kick bob", &facts, "p:Server> /e bob is not here. ").next,
                     MR_RULE_NOTHING);
    say("/a /ban bob", &facts, "p:Server> /e Usage: /a /kick user");
}

static void test_requests(void **state)
{
    (void)state;
    struct mr_facts facts = facts_of("ann");
    char expected[160];
    snprintf(expected, sizeof expected, "p:/newHash %s", prev);
    say("/requestHash", &facts, expected);
    assert_int_equal(say("/active", &facts, "").next, MR_RULE_ACTIVE);
    assert_int_equal(say("/requestLeaderboard", &facts, "").store, MR_STORE_LEADERS);
    assert_int_equal(say("/delacc abc", &facts, "").next, MR_RULE_DELETE);
    assert_int_equal(say("/changepass a b", &facts, "").next, MR_RULE_CHANGE);
    assert_int_equal(say("/newpass a b", &facts, "").next, MR_RULE_CHANGE);
    assert_int_equal(say("/exit", &facts, "p:Server> You have been kicked by Server. ").next,
                     MR_RULE_LEAVE);
}

static void test_store_lines(void **state)
{
    (void)state;
    struct mr_facts facts = facts_of("ann");
    say("/cost cookie", &facts, "p:Server> cookie costs 10 coins. ");
    say("/cost adminStatus", &facts, "p:Server> adminStatus costs 1000 coins. ");
    say("/cost moon", &facts, "p:Server> /e The store has cookie and adminStatus. ");
    struct mr_ruling ruling = say("/buy cookie 3", &facts, "");
    assert_int_equal(ruling.next, MR_RULE_STORE);
    assert_int_equal(ruling.store, MR_STORE_BUY);
    assert_int_equal(ruling.item, MR_ITEM_COOKIE);
    assert_int_equal(ruling.number, 3);
    assert_int_equal(say("/buy adminStatus", &facts, "").item, MR_ITEM_ADMIN);
    say("/buy adminStatus 2", &facts, "p:Server> /e One can be an admin only once. ");
    say("/buy moon", &facts, "p:Server> /e The store has cookie and adminStatus. ");
    static const char *const wrong[] = {"/buy cookie 0", "/buy cookie -1", "/buy cookie 1001",
                                        "/buy cookie 1.5", "/buy cookie 99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(say(wrong[i], &facts, "p:Server> /e You can buy 1 to 1000 at once.").next,
                         MR_RULE_NOTHING);
    assert_int_equal(say("/buy cookie 1000", &facts, "").number, 1000);
    ruling = say("/pay bob 7", &facts, "");
    assert_int_equal(ruling.store, MR_STORE_PAY);
    assert_int_equal(ruling.number, 7);
    assert_true(mr_span_is(ruling.name, "bob"));
    say("/pay ann 7", &facts, "p:Server> /e You cannot pay yourself. ");
    say("/pay bob -7", &facts, "p:Server> /e Usage: /pay user coins");
}

/* An S of the wanted number of zeros and not more, by trying. */
static void find_s(const char *hash, bool fits, char s[MR_WORK_S_BYTES + 1])
{
    memset(s, '!', MR_WORK_S_BYTES);
    s[MR_WORK_S_BYTES] = '\0';
    for (unsigned i = 0;; i++) {
        char number[16];
        snprintf(number, sizeof number, "%08u", i);
        memcpy(s, number, 8);
        if ((mr_work_verify(MR_WORK_S_PREV, 1, hash, s, NULL) == MR_OK) == fits)
            return;
    }
}

static void test_mine(void **state)
{
    (void)state;
    struct mr_facts facts = facts_of("ann");
    char s[MR_WORK_S_BYTES + 1], line[128], hash[MR_WORK_HASH_HEX + 1];
    find_s(prev, true, s);
    snprintf(line, sizeof line, "/mine %s", s);
    struct mr_ruling ruling = say(line, &facts, "");
    assert_int_equal(ruling.next, MR_RULE_STORE);
    assert_int_equal(ruling.store, MR_STORE_MINE);
    assert_int_equal(mr_work_verify(MR_WORK_S_PREV, 1, prev, s, hash), MR_OK);
    assert_string_equal(ruling.hash, hash);

    find_s(prev, false, s);
    snprintf(line, sizeof line, "/mine %s", s);
    ruling = say(line, &facts, "p:Server> /e This S does not fit the block. ");
    assert_int_equal(ruling.store, MR_STORE_FINE);
    assert_int_equal(ruling.number, 1);
    facts.fine = 0;
    assert_int_equal(say(line, &facts, "p:Server> /e This S does not fit the block. ").next,
                     MR_RULE_NOTHING);
    say("/mine short", &facts, "p:Server> /e A solution is 86 printable characters.");
}

static void test_stale_block_costs_nothing(void **state)
{
    (void)state;
    struct mr_facts facts = facts_of("ann");
    char s[MR_WORK_S_BYTES + 1], line[128];
    do
        find_s(before, true, s);
    while (mr_work_verify(MR_WORK_S_PREV, 1, prev, s, NULL) == MR_OK && before[0]++ < '9');
    snprintf(line, sizeof line, "/mine %s", s);
    assert_int_equal(say(line, &facts, "p:Server> /e This S does not fit the block. ").store,
                     MR_STORE_FINE);
    facts.before = before;
    assert_int_equal(say(line, &facts, "p:Server> /e Somebody else found this block first. ").next,
                     MR_RULE_NOTHING);
    /* The other order is another work. */
    facts.order = MR_WORK_PREV_S;
    facts.before = NULL;
    facts.zeros = 4;
    assert_int_equal(say(line, &facts, "p:Server> /e This S does not fit the block. ").store,
                     MR_STORE_FINE);
}

static void stored(struct mr_store_job *job, const char *expected)
{
    struct mr_answers answers = {0};
    mr_rules_stored(job, mr_span_of("ann"), &answers);
    assert_answers(&answers, expected);
}

static void test_stored(void **state)
{
    (void)state;
    static const char full[] = "p:Server> /e The room cannot save this now. Nothing was changed. ";
    struct mr_store_job *job = mr_store_job_new(MR_STORE_BUY, NULL, NULL);
    assert_non_null(job);
    job->item = MR_ITEM_COOKIE;
    job->number = 30;
    stored(job, "m:/balance -30|m:/cookies 3");
    job->item = MR_ITEM_ADMIN;
    job->number = 1000;
    stored(job, "m:/balance -1000");
    job->answer = MR_STORE_SHORT;
    stored(job, "p:Server> /e You do not have enough coins. ");
    job->answer = MR_STORE_ALREADY;
    stored(job, "p:Server> /e You are an admin already. ");
    job->answer = MR_STORE_FAILED;
    stored(job, full);

    job->kind = MR_STORE_PAY;
    stored(job, full);
    job->answer = MR_STORE_DONE;
    job->number = 1;
    snprintf(job->name, sizeof job->name, "bob");
    snprintf(job->other.name, sizeof job->other.name, "bob");
    stored(job, "m:/balance -1|m:Server> You paid bob 1 coin. |"
                "o:/balance 1|o:Server> ann paid you 1 coin. ");
    job->answer = MR_STORE_ABSENT;
    stored(job, "p:Server> /e There is nobody called bob. ");

    job->kind = MR_STORE_FINE;
    job->answer = MR_STORE_DONE;
    stored(job, "m:/balance -1");
    job->number = 0;
    stored(job, "");

    job->kind = MR_STORE_MINE;
    memcpy(job->hash, before, sizeof before);
    char expected[256];
    snprintf(expected, sizeof expected, "m:/balance 5|a:/newHash %s", before);
    stored(job, expected);
    job->answer = MR_STORE_STALE;
    stored(job, "p:Server> /e Somebody else found this block first. ");
    job->answer = MR_STORE_FAILED;
    stored(job, full);
    mr_store_job_free(job);
}

static void test_stored_accounts(void **state)
{
    (void)state;
    struct mr_store_job *job = mr_store_job_new(MR_STORE_PASSWORD, NULL, NULL);
    assert_non_null(job);
    stored(job, "p:Server> /w Your password has been successfully changed.");
    job->answer = MR_STORE_CHANGED;
    stored(job, "p:/e changepass The old password is wrong.");
    job->answer = MR_STORE_FAILED;
    stored(job, "p:/e changepass The room cannot save this now. Nothing was changed.");
    job->kind = MR_STORE_DELETE;
    stored(job, "p:/e delacc The room cannot save this now. Nothing was changed.");
    job->answer = MR_STORE_CHANGED;
    stored(job, "p:/e delacc The password is wrong.");
    job->answer = MR_STORE_DONE;
    stored(job, "m:Server> You have been kicked by Server. ");
    job->kind = MR_STORE_LEADERS;
    assert_int_equal(mr_leaderboard_add(&job->list, mr_span_of("Joe"), 10), MR_OK);
    assert_int_equal(mr_leaderboard_add(&job->list, mr_span_of("Bob"), 100), MR_OK);
    stored(job, "p:/update_leaderboard Joe,10 Bob,100|p:/updateLeaderboard Joe,10 Bob,100");
    mr_store_job_free(job);

    struct mr_answers answers = {0};
    mr_rules_unchecked(MR_RULE_DELETE, MR_CHECK_WRONG, &answers);
    mr_rules_unchecked(MR_RULE_CHANGE, MR_CHECK_WRONG, &answers);
    mr_rules_unchecked(MR_RULE_CHANGE, MR_CHECK_BUSY, &answers);
    assert_answers(&answers, "p:/e delacc The password is wrong.|"
                             "p:/e changepass The old password is wrong.|"
                             "p:/e changepass The room is busy. Try again in a moment.");
}

static void test_active_in_frames(void **state)
{
    (void)state;
    struct mr_answers answers = {0};
    struct mr_span two[] = {mr_span_of("ann"), mr_span_of("bob")};
    mr_rules_active(two, 2, &answers);
    assert_answers(&answers, "p:Server> Active users: \nann\nbob");
    enum { MANY = 1000 };
    static char names[MANY][16];
    static struct mr_span spans[MANY];
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "user-%04d", i);
        spans[i] = mr_span_of(names[i]);
    }
    mr_rules_active(spans, MANY, &answers);
    size_t seen = 0;
    for (size_t i = 0; i < answers.count; i++) {
        struct mr_span text = {mr_buf_str(&answers.at[i].line), mr_buf_len(&answers.at[i].line)};
        struct mr_span name;
        struct mr_line line;
        assert_true(text.len <= MR_LIMIT_FRAME_OUT_TEXT);
        assert_true(mr_line_next_from_room(&text, mr_span_of("ann"), &line));
        assert_int_equal(line.type, MR_LINE_ACTIVE);
        while (mr_active_next(&line.list, &name))
            assert_true(mr_span_is(name, names[seen++]));
    }
    assert_int_equal(seen, MANY);
    assert_true(answers.count > 1);
    mr_answers_free(&answers);
}

static void test_presence(void **state)
{
    (void)state;
    struct mr_answers answers = {0};
    mr_rules_joined(mr_span_of("ann"), &answers);
    mr_rules_left(mr_span_of("ann"), &answers);
    mr_rules_kicked(mr_span_of("Server"), &answers);
    mr_rules_catch_up(-3, 2, before, &answers);
    mr_rules_catch_up(0, 0, NULL, &answers);
    mr_rules_welcome(mr_span_of("Hello\n\nBe kind.\n"), &answers);
    char expected[512];
    snprintf(expected, sizeof expected,
             "a:Server> ann is in. |a:Server> ann has left. |"
             "p:Server> You have been kicked by Server. |p:/balance -3|p:/cookies 2|"
             "p:/newHash %s|p:Server> Hello|p:Server> Be kind.",
             before);
    assert_answers(&answers, expected);
}

/* A refusal must be a sentence that no client takes for a key. */
static void test_refusals(void **state)
{
    (void)state;
    for (int check = MR_CHECK_WRONG; check <= MR_CHECK_BUSY; check++)
        assert_true(mr_rules_refusal((enum mr_check)check)[0] >= 'A');
    assert_string_not_equal(mr_rules_register_refusal(MR_STORE_TAKEN),
                            mr_rules_register_refusal(MR_STORE_FULL));
    assert_true(mr_rules_register_refusal(MR_STORE_FAILED)[0] >= 'A');
}

int main(void)
{
    memset(prev, 'a', MR_WORK_HASH_HEX);
    memset(before, '1', MR_WORK_HASH_HEX);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chat_and_ping),
        cmocka_unit_test(test_whisper),
        cmocka_unit_test(test_kick),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_store_lines),
        cmocka_unit_test(test_mine),
        cmocka_unit_test(test_stale_block_costs_nothing),
        cmocka_unit_test(test_stored),
        cmocka_unit_test(test_stored_accounts),
        cmocka_unit_test(test_active_in_frames),
        cmocka_unit_test(test_presence),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
