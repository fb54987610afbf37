#include "tests/unit/wire/vectors.h"

#include "core/base/limits.h"
#include "core/base/work.h"
#include "core/wire/line.h"

#include <string.h>

#define S86 "lEaSaS8UkwY1JDedXeboMqNw-WbbmWKDWSKvjnZH_0Bm8zgAwAnWwQnw08yRE9aruYanRokUgjpVdM16eyLYkQ"
#define HASH128                                                                                    \
    "d578fdbe49b3e13faf6b46ded4479005470e1abdebefb4302d80a566a57e450f0d6cdd37fde2c92ac04c4ab4231a" \
    "91dd7023f7627e13eea3a91763d0cc3e04c2"

static struct mr_line room(const char *text)
{
    struct mr_line line;
    mr_line_parse_from_room(mr_span_of(text), mr_span_of("me"), &line);
    return line;
}

static struct mr_line client(const char *text)
{
    struct mr_line line;
    mr_line_parse_from_client(mr_span_of(text), &line);
    return line;
}

/* What a row of a table expects; NULL: not looked at. */
struct row {
    const char *text;
    enum mr_line_type type;
    const char *name, *to, *said, *item;
    int64_t number;
};

static void check(const struct row *row, const struct mr_line *line)
{
    if (line->type != row->type)
        fail_msg("\"%s\" is %s", row->text, mr_line_type_name(line->type));
    if (row->name)
        assert_span(line->name, row->name);
    if (row->to)
        assert_span(line->to, row->to);
    if (row->said)
        assert_span(line->text, row->said);
    if (row->item)
        assert_span(line->item, row->item);
    assert_int_equal(line->number, row->number);
    assert_int_equal(line->type == MR_LINE_BAD, line->why != NULL);
}

static void lines_of_a_room(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", MR_LINE_EMPTY, 0, 0, 0, 0, 0},
        {"bob> hello", MR_LINE_CHAT, "bob", 0, "hello", 0, 0},
        {"bob>hello", MR_LINE_CHAT, "bob", 0, "hello", 0, 0},
        {"bob> ", MR_LINE_CHAT, "bob", 0, "", 0, 0},
        {"bob> a> b", MR_LINE_CHAT, "bob", 0, "a> b", 0, 0},
        {"bob> /balance 5", MR_LINE_CHAT, "bob", 0, "/balance 5", 0, 0},
        {"bob> /w psst", MR_LINE_WHISPER, "bob", 0, "psst", 0, 0},
        {"bob> /w To:me psst", MR_LINE_WHISPER, "bob", 0, "To:me psst", 0, 0},
        {"me> /w To:bob psst", MR_LINE_WHISPER_ECHO, "me", "bob", "psst", 0, 0},
        {"me> /w To:me note", MR_LINE_WHISPER_ECHO, "me", "me", "note", 0, 0},
        {"me> /w psst", MR_LINE_WHISPER, "me", 0, "psst", 0, 0},
        {"me> /w To:a|b psst", MR_LINE_WHISPER, "me", 0, "To:a|b psst", 0, 0},
        {"Me> /w To:bob psst", MR_LINE_WHISPER, "Me", 0, "To:bob psst", 0, 0},
        {"no name> here", MR_LINE_TEXT, 0, 0, "no name> here", 0, 0},
        {"> here", MR_LINE_TEXT, 0, 0, "> here", 0, 0},
        {"just text", MR_LINE_TEXT, 0, 0, "just text", 0, 0},
        {"\xc3\xa9lan> hi", MR_LINE_TEXT, 0, 0, "\xc3\xa9lan> hi", 0, 0},
        {"Server> welcome", MR_LINE_SERVER, 0, 0, "welcome", 0, 0},
        {"Server> /e no", MR_LINE_SERVER_ERROR, 0, 0, "no", 0, 0},
        {"Server> /w hi", MR_LINE_WHISPER, "Server", 0, "hi", 0, 0},
        {"Server> /w Your password has been successfully changed.", MR_LINE_PASSWORD_DONE, 0, 0, 0,
         0, 0},
        {"Server> You have been kicked by bob. ", MR_LINE_KICKED, "bob", 0, 0, 0, 0},
        {"Server> You have been kicked by Server.", MR_LINE_KICKED, "Server", 0, 0, 0, 0},
        {"bob> You have been kicked by bob. ", MR_LINE_CHAT, "bob", 0, 0, 0, 0},
        {"Server> bob is in. ", MR_LINE_JOINED, "bob", 0, "bob is in. ", 0, 0},
        {"Server> bob is in at 2026-11-22 07:41:49.", MR_LINE_JOINED, "bob", 0, 0, 0, 0},
        {"Server> bob has left. ", MR_LINE_LEFT, "bob", 0, 0, 0, 0},
        {"Server> bob is in love", MR_LINE_SERVER, 0, 0, 0, 0, 0},
        {"Server> cookie costs 10 coins. ", MR_LINE_COST, 0, 0, 0, "cookie", 10},
        {"Server> it costs many coins. ", MR_LINE_SERVER, 0, 0, 0, 0, 0},
        {"/balance 5", MR_LINE_BALANCE, 0, 0, 0, 0, 5},
        {"/balance +5", MR_LINE_BALANCE, 0, 0, 0, 0, 5},
        {"/balance -5", MR_LINE_BALANCE, 0, 0, 0, 0, -5},
        {"/balance -5 ", MR_LINE_BALANCE, 0, 0, 0, 0, -5},
        {"/balance", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/balance x", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/balance nan", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/balance 9223372036854775808", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/balance 1000000000000001", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/balance 5> x", MR_LINE_TEXT, 0, 0, 0, 0, 0},
        {"/cookies 2", MR_LINE_COOKIES, 0, 0, 0, 0, 2},
        {"/newHash " HASH128, MR_LINE_NEW_HASH, 0, 0, HASH128, 0, 0},
        {"/newHash " HASH128 " ", MR_LINE_NEW_HASH, 0, 0, HASH128, 0, 0},
        {"/newHash x" HASH128, MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/newHash", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/ping", MR_LINE_PING, 0, 0, "", 0, 0},
        {"/ping a b", MR_LINE_PING, 0, 0, "a b", 0, 0},
        {"/ping a>b", MR_LINE_TEXT, 0, 0, "/ping a>b", 0, 0},
        {"/pingpong", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/update_leaderboard a,1", MR_LINE_LEADERBOARD, 0, 0, 0, 0, 0},
        {"/updateLeaderboard a,1", MR_LINE_LEADERBOARD, 0, 0, 0, 0, 1},
        {"/update_leaderboard", MR_LINE_LEADERBOARD, 0, 0, 0, 0, 0},
        {"/e delacc wrong", MR_LINE_DELETE_ERROR, 0, 0, "wrong", 0, 0},
        {"/e changepass wrong", MR_LINE_PASSWORD_ERROR, 0, 0, "wrong", 0, 0},
        {"/e other", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/what", MR_LINE_BAD, 0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mr_line line = room(rows[i].text);
        check(&rows[i], &line);
    }
}

static void lines_of_a_client(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", MR_LINE_EMPTY, 0, 0, 0, 0, 0},
        {"hello", MR_LINE_CHAT, 0, 0, "hello", 0, 0},
        {" /w bob x", MR_LINE_CHAT, 0, 0, " /w bob x", 0, 0},
        {"[exit]", MR_LINE_CHAT, 0, 0, "[exit]", 0, 0},
        {"a> b", MR_LINE_CHAT, 0, 0, "a> b", 0, 0},
        {"/w bob psst psst", MR_LINE_SEND_WHISPER, 0, "bob", "psst psst", 0, 0},
        {"/w bob  two", MR_LINE_SEND_WHISPER, 0, "bob", " two", 0, 0},
        {"/w bob /mine", MR_LINE_SEND_WHISPER, 0, "bob", "/mine", 0, 0},
        {"/w bob", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/w bob ", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/w", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/w a>b text", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/ping", MR_LINE_PING, 0, 0, "", 0, 0},
        {"/ping 12 3", MR_LINE_PING, 0, 0, "12 3", 0, 0},
        {"/active", MR_LINE_REQUEST_ACTIVE, 0, 0, 0, 0, 0},
        {"/active ", MR_LINE_REQUEST_ACTIVE, 0, 0, 0, 0, 0},
        {"/active now", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/a /kick bob", MR_LINE_KICK, 0, "bob", 0, 0, 0},
        {"/a /kick", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/a /kick bob joe", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/a /ban bob", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/mine " S86, MR_LINE_MINE, 0, 0, S86, 0, 0},
        {"/mine x" S86, MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/mine", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/requestLeaderboard", MR_LINE_REQUEST_LEADERBOARD, 0, 0, 0, 0, 0},
        {"/requestHash", MR_LINE_REQUEST_HASH, 0, 0, 0, 0, 0},
        {"/cost cookie", MR_LINE_REQUEST_COST, 0, 0, 0, "cookie", 0},
        {"/cost", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/cost a>b", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/buy cookie", MR_LINE_BUY, 0, 0, 0, "cookie", 1},
        {"/buy cookie 1000", MR_LINE_BUY, 0, 0, 0, "cookie", 1000},
        {"/buy cookie 1001", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/buy cookie 0", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/buy cookie -5", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/buy cookie 1e2", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/buy cookie 18446744073709551617", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/buy", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/pay bob 5", MR_LINE_PAY, 0, "bob", 0, 0, 5},
        {"/pay bob 0", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/pay bob -5", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/pay bob", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/pay bob 5 6", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/delacc abc", MR_LINE_DELETE_ACCOUNT, 0, 0, "abc", 0, 0},
        {"/delacc", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/delacc a b", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/delacc " HASH128 "0", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/changepass old new", MR_LINE_CHANGE_PASSWORD, 0, 0, "old", "new", 0},
        {"/newpass old new", MR_LINE_CHANGE_PASSWORD, 0, 0, "old", "new", 0},
        {"/changepass old", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/exit", MR_LINE_EXIT, 0, 0, 0, 0, 0},
        {"/exit now", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/EXIT", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"//", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"/wbob", MR_LINE_BAD, 0, 0, 0, 0, 0},
        {"a\rb", MR_LINE_BAD, 0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mr_line line = client(rows[i].text);
        check(&rows[i], &line);
    }
}

static void bytes_that_no_line_has(void **state)
{
    (void)state;
    struct mr_line line;
    const struct mr_span nul = {"a\0b", 3};
    mr_line_parse_from_room(nul, mr_span_of("me"), &line);
    assert_int_equal(line.type, MR_LINE_BAD);
    mr_line_parse_from_client(nul, &line);
    assert_int_equal(line.type, MR_LINE_BAD);
    mr_line_parse_from_room(mr_span_of("a\nb"), mr_span_of("me"), &line);
    assert_int_equal(line.type, MR_LINE_BAD);
}

static void lengths(void **state)
{
    (void)state;
    char text[MR_LIMIT_CHAT_TEXT + 20] = "/w bob ";
    memset(text + 7, 'x', sizeof text - 7);
    struct mr_line line;
    mr_line_parse_from_client((struct mr_span){text, 7 + MR_LIMIT_CHAT_TEXT}, &line);
    assert_int_equal(line.type, MR_LINE_SEND_WHISPER);
    mr_line_parse_from_client((struct mr_span){text, 8 + MR_LIMIT_CHAT_TEXT}, &line);
    assert_int_equal(line.type, MR_LINE_BAD);
    mr_line_parse_from_client((struct mr_span){text + 7, MR_LIMIT_CHAT_TEXT}, &line);
    assert_int_equal(line.type, MR_LINE_CHAT);
    mr_line_parse_from_client((struct mr_span){text + 7, MR_LIMIT_CHAT_TEXT + 1}, &line);
    assert_int_equal(line.type, MR_LINE_BAD);
    memcpy(text, "/ping  ", 7);
    mr_line_parse_from_client((struct mr_span){text, 6 + MR_LIMIT_PING_DATA}, &line);
    assert_int_equal(line.type, MR_LINE_PING);
    mr_line_parse_from_client((struct mr_span){text, 7 + MR_LIMIT_PING_DATA}, &line);
    assert_int_equal(line.type, MR_LINE_BAD);
}

static void several_lines(void **state)
{
    (void)state;
    struct mr_span text = mr_span_of("bob> a\n\n/balance 5\nServer> Active users: \nbob\nme\n"
                                     "joe> hi\nServer> Active users: ");
    struct mr_line line;
    struct mr_span me = mr_span_of("me"), name;
    assert_true(mr_line_next_from_room(&text, me, &line));
    assert_int_equal(line.type, MR_LINE_CHAT);
    assert_true(mr_line_next_from_room(&text, me, &line));
    assert_int_equal(line.type, MR_LINE_EMPTY);
    assert_true(mr_line_next_from_room(&text, me, &line));
    assert_int_equal(line.type, MR_LINE_BALANCE);
    assert_true(mr_line_next_from_room(&text, me, &line));
    assert_int_equal(line.type, MR_LINE_ACTIVE);
    assert_true(mr_active_next(&line.list, &name));
    assert_span(name, "bob");
    assert_true(mr_active_next(&line.list, &name));
    assert_span(name, "me");
    assert_false(mr_active_next(&line.list, &name));
    assert_true(mr_line_next_from_room(&text, me, &line));
    assert_int_equal(line.type, MR_LINE_CHAT);
    assert_span(line.name, "joe");
    assert_true(mr_line_next_from_room(&text, me, &line));
    assert_int_equal(line.type, MR_LINE_ACTIVE);
    assert_false(mr_active_next(&line.list, &name));
    assert_false(mr_line_next_from_room(&text, me, &line));
    text = mr_span_of("/active\nhello");
    assert_true(mr_line_next_from_client(&text, &line));
    assert_int_equal(line.type, MR_LINE_REQUEST_ACTIVE);
    assert_true(mr_line_next_from_client(&text, &line));
    assert_int_equal(line.type, MR_LINE_CHAT);
    assert_false(mr_line_next_from_client(&text, &line));
}

static void leaderboards(void **state)
{
    (void)state;
    struct mr_line line = room("/update_leaderboard Joe,10 Bob,-100, bad x,y  a|b,3 Eve,7,");
    struct mr_span name;
    int64_t coins;
    assert_true(mr_leaderboard_next(&line.list, &name, &coins));
    assert_span(name, "Joe");
    assert_int_equal(coins, 10);
    assert_true(mr_leaderboard_next(&line.list, &name, &coins));
    assert_span(name, "Bob");
    assert_int_equal(coins, -100);
    assert_true(mr_leaderboard_next(&line.list, &name, &coins));
    assert_span(name, "Eve");
    assert_int_equal(coins, 7);
    assert_false(mr_leaderboard_next(&line.list, &name, &coins));
}

static void names_of_types(void **state)
{
    (void)state;
    for (int type = 0; type < MR_LINE_TYPES; type++)
        assert_non_null(mr_line_type_name((enum mr_line_type)type));
    assert_string_equal(mr_line_type_name(MR_LINE_TYPES), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_a_room),        cmocka_unit_test(lines_of_a_client),
        cmocka_unit_test(bytes_that_no_line_has), cmocka_unit_test(lengths),
        cmocka_unit_test(several_lines),          cmocka_unit_test(leaderboards),
        cmocka_unit_test(names_of_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
