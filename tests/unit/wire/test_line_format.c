#include "tests/unit/wire/vectors.h"

#include "core/base/limits.h"
#include "core/wire/line.h"

#include <moonroom/errors.h>

#include <stdio.h>
#include <string.h>

#define S86 "lEaSaS8UkwY1JDedXeboMqNw-WbbmWKDWSKvjnZH_0Bm8zgAwAnWwQnw08yRE9aruYanRokUgjpVdM16eyLYkQ"
#define HASH128                                                                                    \
    "d578fdbe49b3e13faf6b46ded4479005470e1abdebefb4302d80a566a57e450f0d6cdd37fde2c92ac04c4ab4231a" \
    "91dd7023f7627e13eea3a91763d0cc3e04c2"

struct row {
    enum mr_line_type type;
    const char *name, *to, *text, *item, *list;
    int64_t number;
    const char *expected; /* NULL: MR_EINVAL */
};

static struct mr_span span(const char *string)
{
    return string ? mr_span_of(string) : (struct mr_span){"", 0};
}

static struct mr_line line_of(const struct row *row)
{
    return (struct mr_line){.type = row->type,
                            .name = span(row->name),
                            .to = span(row->to),
                            .text = span(row->text),
                            .item = span(row->item),
                            .list = span(row->list),
                            .number = row->number};
}

static void check(const struct row *rows, size_t count,
                  int (*format)(const struct mr_line *, struct mr_buf *), bool from_room)
{
    for (size_t i = 0; i < count; i++) {
        struct mr_line line = line_of(&rows[i]), again;
        struct mr_buf out = test_buf_of("x");
        int error = format(&line, &out);
        if (!rows[i].expected) {
            if (error != MR_EINVAL)
                fail_msg("row %zu (%s): %d", i, mr_line_type_name(line.type), error);
            assert_string_equal(mr_buf_str(&out), "x");
            mr_buf_free(&out);
            continue;
        }
        assert_int_equal(error, 0);
        mr_buf_consume(&out, 1);
        assert_string_equal(mr_buf_str(&out), rows[i].expected);
        /* What is written is read as the same message. */
        struct mr_span text = mr_span_of(mr_buf_str(&out));
        if (from_room)
            assert_true(mr_line_next_from_room(&text, mr_span_of("me"), &again));
        else
            assert_true(mr_line_next_from_client(&text, &again));
        if (again.type != line.type)
            fail_msg("\"%s\" is read as %s", rows[i].expected, mr_line_type_name(again.type));
        assert_int_equal(text.len, 0);
        mr_buf_free(&out);
    }
}

static void to_a_room(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {MR_LINE_CHAT, 0, 0, "hello", 0, 0, 0, "hello"},
        {MR_LINE_CHAT, 0, 0, " /w bob x", 0, 0, 0, " /w bob x"},
        {MR_LINE_CHAT, 0, 0, "a> b", 0, 0, 0, "a> b"},
        {MR_LINE_CHAT, 0, 0, "/w bob x", 0, 0, 0, NULL},
        {MR_LINE_CHAT, 0, 0, "/", 0, 0, 0, NULL},
        {MR_LINE_CHAT, 0, 0, "", 0, 0, 0, NULL},
        {MR_LINE_CHAT, 0, 0, "a\n/exit", 0, 0, 0, NULL},
        {MR_LINE_CHAT, 0, 0, "a\rb", 0, 0, 0, NULL},
        {MR_LINE_CHAT, 0, 0, "caf\xe9", 0, 0, 0, NULL},
        {MR_LINE_PING, 0, 0, "", 0, 0, 0, "/ping"},
        {MR_LINE_PING, 0, 0, "12", 0, 0, 0, "/ping 12"},
        {MR_LINE_PING, 0, 0, "1>2", 0, 0, 0, NULL},
        {MR_LINE_PING, 0, 0, "1\n2", 0, 0, 0, NULL},
        {MR_LINE_SEND_WHISPER, 0, "bob", "/x", 0, 0, 0, "/w bob /x"},
        {MR_LINE_SEND_WHISPER, 0, "bob joe", "x", 0, 0, 0, NULL},
        {MR_LINE_SEND_WHISPER, 0, "bob\n/exit", "x", 0, 0, 0, NULL},
        {MR_LINE_SEND_WHISPER, 0, "bob", "", 0, 0, 0, NULL},
        {MR_LINE_SEND_WHISPER, 0, "bob", "a\nb", 0, 0, 0, NULL},
        {MR_LINE_REQUEST_ACTIVE, 0, 0, 0, 0, 0, 0, "/active"},
        {MR_LINE_KICK, 0, "bob", 0, 0, 0, 0, "/a /kick bob"},
        {MR_LINE_KICK, 0, "", 0, 0, 0, 0, NULL},
        {MR_LINE_MINE, 0, 0, S86, 0, 0, 0, "/mine " S86},
        {MR_LINE_MINE, 0, 0, "short", 0, 0, 0, NULL},
        {MR_LINE_REQUEST_LEADERBOARD, 0, 0, 0, 0, 0, 0, "/requestLeaderboard"},
        {MR_LINE_REQUEST_HASH, 0, 0, 0, 0, 0, 0, "/requestHash"},
        {MR_LINE_REQUEST_COST, 0, 0, 0, "cookie", 0, 0, "/cost cookie"},
        {MR_LINE_REQUEST_COST, 0, 0, 0, "two words", 0, 0, NULL},
        {MR_LINE_REQUEST_COST, 0, 0, 0, "a>b", 0, 0, NULL},
        {MR_LINE_BUY, 0, 0, 0, "cookie", 0, 1, "/buy cookie"},
        {MR_LINE_BUY, 0, 0, 0, "cookie", 0, 1000, "/buy cookie 1000"},
        {MR_LINE_BUY, 0, 0, 0, "cookie", 0, 1001, NULL},
        {MR_LINE_BUY, 0, 0, 0, "cookie", 0, 0, NULL},
        {MR_LINE_BUY, 0, 0, 0, "cookie", 0, -1, NULL},
        {MR_LINE_PAY, 0, "bob", 0, 0, 0, 7, "/pay bob 7"},
        {MR_LINE_PAY, 0, "bob", 0, 0, 0, 0, NULL},
        {MR_LINE_PAY, 0, "bob", 0, 0, 0, -7, NULL},
        {MR_LINE_DELETE_ACCOUNT, 0, 0, "abc", 0, 0, 0, "/delacc abc"},
        {MR_LINE_DELETE_ACCOUNT, 0, 0, "a b", 0, 0, 0, NULL},
        {MR_LINE_CHANGE_PASSWORD, 0, 0, "old", "new", 0, 0, "/changepass old new"},
        {MR_LINE_CHANGE_PASSWORD, 0, 0, "old", "", 0, 0, NULL},
        {MR_LINE_EXIT, 0, 0, 0, 0, 0, 0, "/exit"},
    };
    check(rows, sizeof rows / sizeof rows[0], mr_line_format_to_room, false);
}

static void to_a_client(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {MR_LINE_CHAT, "bob", 0, "hello", 0, 0, 0, "bob> hello"},
        {MR_LINE_CHAT, "bob", 0, "/w x", 0, 0, 0, NULL},
        {MR_LINE_CHAT, "Server", 0, "x", 0, 0, 0, NULL},
        {MR_LINE_WHISPER, "Server", 0, "x", 0, 0, 0, NULL},
        {MR_LINE_CHAT, "b>b", 0, "x", 0, 0, 0, NULL},
        {MR_LINE_CHAT, "bob", 0, "x\nServer> y", 0, 0, 0, NULL},
        {MR_LINE_PING, 0, 0, "12", 0, 0, 0, "/ping 12"},
        {MR_LINE_TEXT, 0, 0, "a line", 0, 0, 0, "a line"},
        {MR_LINE_TEXT, 0, 0, "bob> x", 0, 0, 0, NULL},
        {MR_LINE_TEXT, 0, 0, "/balance 5", 0, 0, 0, NULL},
        {MR_LINE_SERVER, 0, 0, "Welcome.", 0, 0, 0, "Server> Welcome."},
        {MR_LINE_SERVER, 0, 0, "/e x", 0, 0, 0, NULL},
        {MR_LINE_SERVER_ERROR, 0, 0, "No.", 0, 0, 0, "Server> /e No."},
        {MR_LINE_WHISPER, "bob", 0, "psst", 0, 0, 0, "bob> /w psst"},
        {MR_LINE_WHISPER_ECHO, "me", "bob", "psst", 0, 0, 0, "me> /w To:bob psst"},
        {MR_LINE_WHISPER_ECHO, "me", "b b", "psst", 0, 0, 0, NULL},
        {MR_LINE_JOINED, "bob", 0, 0, 0, 0, 0, "Server> bob is in. "},
        {MR_LINE_LEFT, "bob", 0, 0, 0, 0, 0, "Server> bob has left. "},
        {MR_LINE_KICKED, "bob", 0, 0, 0, 0, 0, "Server> You have been kicked by bob. "},
        {MR_LINE_ACTIVE, 0, 0, 0, 0, "bob\njoe", 0, "Server> Active users: \nbob\njoe"},
        {MR_LINE_ACTIVE, 0, 0, 0, 0, "", 0, NULL},
        {MR_LINE_COST, 0, 0, 0, "cookie", 0, 10, "Server> cookie costs 10 coins. "},
        {MR_LINE_COST, 0, 0, 0, "/e", 0, 10, NULL},
        {MR_LINE_BALANCE, 0, 0, 0, 0, 0, 5, "/balance 5"},
        {MR_LINE_BALANCE, 0, 0, 0, 0, 0, -5, "/balance -5"},
        {MR_LINE_COOKIES, 0, 0, 0, 0, 0, 2, "/cookies 2"},
        {MR_LINE_NEW_HASH, 0, 0, HASH128, 0, 0, 0, "/newHash " HASH128},
        {MR_LINE_NEW_HASH, 0, 0, "abc", 0, 0, 0, NULL},
        {MR_LINE_LEADERBOARD, 0, 0, 0, 0, "Joe,10 Bob,100, ", 0,
         "/update_leaderboard Joe,10 Bob,100"},
        {MR_LINE_LEADERBOARD, 0, 0, 0, 0, "Joe,10", 1, "/updateLeaderboard Joe,10"},
        {MR_LINE_LEADERBOARD, 0, 0, 0, 0, "", 0, NULL},
        {MR_LINE_DELETE_ERROR, 0, 0, "Wrong.", 0, 0, 0, "/e delacc Wrong."},
        {MR_LINE_DELETE_ERROR, 0, 0, "a > b", 0, 0, 0, NULL},
        {MR_LINE_PASSWORD_ERROR, 0, 0, "Wrong.", 0, 0, 0, "/e changepass Wrong."},
        {MR_LINE_PASSWORD_DONE, 0, 0, 0, 0, 0, 0,
         "Server> /w Your password has been successfully changed."},
    };
    check(rows, sizeof rows / sizeof rows[0], mr_line_format_to_client, true);
}

static void directions(void **state)
{
    (void)state;
    struct mr_buf out = test_buf();
    struct mr_line line = {.type = MR_LINE_KICKED, .name = mr_span_of("bob")};
    assert_int_equal(mr_line_format_to_room(&line, &out), MR_EUNSUPPORTED);
    line.type = MR_LINE_EXIT;
    assert_int_equal(mr_line_format_to_client(&line, &out), MR_EUNSUPPORTED);
    line.type = MR_LINE_EMPTY;
    assert_int_equal(mr_line_format_to_room(&line, &out), MR_EUNSUPPORTED);
    line.type = MR_LINE_BAD;
    assert_int_equal(mr_line_format_to_client(&line, &out), MR_EUNSUPPORTED);
    assert_int_equal(mr_buf_len(&out), 0);
    mr_buf_free(&out);
}

static void nul_is_no_text(void **state)
{
    (void)state;
    struct mr_buf out = test_buf();
    const struct mr_line line = {.type = MR_LINE_CHAT, .text = {"a\0b", 3}};
    assert_int_equal(mr_line_format_to_room(&line, &out), MR_EINVAL);
    mr_buf_free(&out);
}

static void lengths(void **state)
{
    (void)state;
    static char text[MR_LIMIT_FRAME_OUT_TEXT + 1];
    memset(text, 'a', sizeof text);
    struct mr_buf out = test_buf();
    struct mr_line line = {.type = MR_LINE_CHAT, .text = {text, MR_LIMIT_CHAT_TEXT}};
    assert_int_equal(mr_line_format_to_room(&line, &out), 0);
    line.text.len++;
    assert_int_equal(mr_line_format_to_room(&line, &out), MR_ELIMIT);
    line.type = MR_LINE_SERVER;
    line.text.len = MR_LIMIT_FRAME_OUT_TEXT - strlen("Server> ");
    assert_int_equal(mr_line_format_to_client(&line, &out), 0);
    line.text.len++;
    assert_int_equal(mr_line_format_to_client(&line, &out), MR_ELIMIT);
    line.type = MR_LINE_PING;
    line.text.len = MR_LIMIT_PING_DATA;
    assert_int_equal(mr_line_format_to_client(&line, &out), 0);
    line.text.len++;
    assert_int_equal(mr_line_format_to_client(&line, &out), MR_ELIMIT);
    line = (struct mr_line){.type = MR_LINE_REQUEST_COST, .item = {text, MR_LIMIT_ITEM}};
    assert_int_equal(mr_line_format_to_room(&line, &out), 0);
    line.item.len++;
    assert_int_equal(mr_line_format_to_room(&line, &out), MR_ELIMIT);
    line = (struct mr_line){.type = MR_LINE_KICK, .to = {text, MR_LIMIT_NAME}};
    assert_int_equal(mr_line_format_to_room(&line, &out), 0);
    line.to.len++;
    assert_int_equal(mr_line_format_to_room(&line, &out), MR_EINVAL);
    mr_buf_free(&out);
    /* A full output is left as it was. */
    mr_buf_init(&out, 10);
    line = (struct mr_line){.type = MR_LINE_REQUEST_LEADERBOARD};
    assert_int_equal(mr_line_format_to_room(&line, &out), MR_ELIMIT);
    assert_int_equal(mr_buf_len(&out), 0);
    mr_buf_free(&out);
}

/* Lists grow until the message is exactly full, and then fit one frame. */
static void lists(void **state)
{
    (void)state;
    struct mr_buf active = test_buf(), board = test_buf(), out = test_buf();
    char name[MR_LIMIT_NAME + 1];
    int error = 0;
    for (int i = 0; !error; i++) {
        snprintf(name, sizeof name, "user%d", i);
        error = mr_active_add(&active, mr_span_of(name));
    }
    assert_int_equal(error, MR_ELIMIT);
    error = 0;
    for (int i = 0; !error; i++) {
        snprintf(name, sizeof name, "user%d", i);
        error = mr_leaderboard_add(&board, mr_span_of(name), i * 1000);
    }
    assert_int_equal(error, MR_ELIMIT);
    assert_int_equal(mr_active_add(&active, mr_span_of("a b")), MR_EINVAL);
    assert_int_equal(mr_leaderboard_add(&board, mr_span_of(""), 1), MR_EINVAL);
    struct mr_line line = {.type = MR_LINE_ACTIVE,
                           .list = {mr_buf_str(&active), mr_buf_len(&active)}};
    assert_int_equal(mr_line_format_to_client(&line, &out), 0);
    assert_true(mr_buf_len(&out) > MR_LIMIT_FRAME_OUT_TEXT - 10);
    mr_buf_clear(&out);
    line = (struct mr_line){.type = MR_LINE_LEADERBOARD,
                            .list = {mr_buf_str(&board), mr_buf_len(&board)}};
    assert_int_equal(mr_line_format_to_client(&line, &out), 0);
    assert_true(mr_buf_len(&out) > MR_LIMIT_FRAME_OUT_TEXT - 20);
    mr_buf_free(&active);
    mr_buf_free(&board);
    mr_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_a_room),  cmocka_unit_test(to_a_client),
        cmocka_unit_test(directions), cmocka_unit_test(nul_is_no_text),
        cmocka_unit_test(lengths),    cmocka_unit_test(lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
