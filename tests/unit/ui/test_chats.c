#include "tests/unit/ui/support.h"

#include <moonroom/errors.h>
#include <stdio.h>

#include "core/ui/chats.h"

static struct mr_chats *make(size_t keep)
{
    struct mr_chats *chats = NULL;

    assert_int_equal(mr_chats_new(keep, &chats), MR_OK);
    return chats;
}

static struct mr_chat *open_chat(struct mr_chats *chats, const char *name)
{
    struct mr_chat *chat = NULL;

    assert_int_equal(mr_chats_open(chats, MR_CHAT_PRIVATE, name, &chat), MR_OK);
    return chat;
}

static void begins_with_the_lobby(void **state)
{
    struct mr_chats *chats = make(5);

    (void)state;
    assert_int_equal(mr_chats_count(chats), 1);
    assert_string_equal(mr_chats_current(chats)->name, "Lobby");
    assert_ptr_equal(mr_chats_find(chats, ""), mr_chats_current(chats));
    assert_ptr_equal(mr_chats_find(chats, "Lobby"), mr_chats_current(chats));
    assert_null(mr_chats_find(chats, "bob"));
    struct mr_chat *chat = NULL;

    assert_int_equal(mr_chats_open(chats, MR_CHAT_PRIVATE, "Lobby", &chat), MR_EEXISTS);
    assert_null(chat);
    assert_int_equal(mr_chats_close(chats, mr_chats_current(chats)), MR_EINVAL);
    mr_chats_free(chats);
}

static void opens_and_closes(void **state)
{
    struct mr_chats *chats = make(5);
    struct mr_chat *bob = open_chat(chats, "bob");
    struct mr_chat *carol = open_chat(chats, "carol");

    (void)state;
    assert_ptr_equal(open_chat(chats, "bob"), bob);
    assert_int_equal(mr_chats_count(chats), 3);
    assert_int_equal(mr_chats_index(chats, carol), 2);
    mr_chats_switch(chats, bob);
    assert_int_equal(mr_chats_close(chats, bob), MR_OK);
    assert_string_equal(mr_chats_current(chats)->name, "Lobby");
    assert_int_equal(mr_chats_index(chats, carol), 1);
    assert_null(mr_chats_at(chats, 2));
    mr_chats_free(chats);
}

static void has_a_limit(void **state)
{
    struct mr_chats *chats = make(1);
    struct mr_chat *chat = NULL;
    char name[32];

    (void)state;
    for (int i = 1; i < MR_LIMIT_CHATS; i++) {
        snprintf(name, sizeof name, "user%d", i);
        open_chat(chats, name);
    }
    assert_int_equal(mr_chats_open(chats, MR_CHAT_PRIVATE, "more", &chat), MR_ELIMIT);
    assert_null(chat);
    assert_int_equal(mr_chats_open(chats, MR_CHAT_PRIVATE, "user3", &chat), MR_OK);
    mr_chats_free(chats);
}

static void refuses_long_names(void **state)
{
    struct mr_chats *chats = make(1);
    struct mr_chat *chat = NULL;

    (void)state;
    assert_int_equal(
        mr_chats_open(chats, MR_CHAT_PRIVATE, "12345678901234567890123456789012", &chat), MR_OK);
    assert_int_equal(
        mr_chats_open(chats, MR_CHAT_PRIVATE, "123456789012345678901234567890123", &chat),
        MR_ELIMIT);
    mr_chats_free(chats);
}

static void keeps_the_newest_lines(void **state)
{
    struct mr_chats *chats = make(3);
    struct mr_chat *lobby = mr_chats_current(chats);
    char line[8];

    (void)state;
    for (int i = 0; i < 7; i++) {
        snprintf(line, sizeof line, "%d", i);
        assert_int_equal(mr_chats_add_line(chats, lobby, line, true, false), MR_OK);
    }
    assert_int_equal(lobby->count, 3);
    assert_string_equal(mr_chat_line(chats, lobby, 0), "4");
    assert_string_equal(mr_chat_line(chats, lobby, 2), "6");
    assert_null(mr_chat_line(chats, lobby, 3));
    assert_int_equal(lobby->unread, 0);
    mr_chat_clear(chats, lobby);
    assert_null(mr_chat_line(chats, lobby, 0));
    mr_chats_free(chats);
}

static void counts_what_is_unread(void **state)
{
    struct mr_chats *chats = make(3);
    struct mr_chat *bob = open_chat(chats, "bob");
    struct mr_chat *carol = open_chat(chats, "carol");

    (void)state;
    assert_null(mr_chats_next_unread(chats));
    mr_chats_add_line(chats, bob, "x", true, false);
    mr_chats_add_line(chats, bob, "x", false, false);
    assert_int_equal(bob->unread, 1);
    assert_ptr_equal(mr_chats_next_unread(chats), bob);
    mr_chats_add_line(chats, carol, "x", true, true);
    assert_ptr_equal(mr_chats_next_unread(chats), carol);
    mr_chats_switch(chats, carol);
    assert_int_equal(carol->unread, 0);
    assert_false(carol->mentioned);
    assert_ptr_equal(mr_chats_next_unread(chats), bob);
    mr_chats_free(chats);
}

static void keeps_drafts(void **state)
{
    struct mr_chats *chats = make(3);
    struct mr_chat *lobby = mr_chats_current(chats);

    (void)state;
    assert_int_equal(mr_chat_keep_draft(lobby, "half a line", 4), MR_OK);
    assert_string_equal(lobby->draft, "half a line");
    assert_int_equal(lobby->draft_point, 4);
    assert_int_equal(mr_chat_keep_draft(lobby, "", 0), MR_OK);
    assert_null(lobby->draft);
    mr_chats_free(chats);
}

static void check_prompt(const struct mr_chats *chats, const char *note, size_t columns,
                         const char *wanted)
{
    struct mr_style style = plain_style();
    struct mr_buf out;

    mr_buf_init(&out, 4096);
    assert_int_equal(mr_chats_prompt(chats, &style, note, columns, &out), MR_OK);
    assert_string_equal(mr_buf_str(&out), wanted);
    mr_buf_free(&out);
}

static void draws_the_prompt(void **state)
{
    struct mr_chats *chats = make(3);
    struct mr_chat *bob = open_chat(chats, "bob");
    struct mr_chat *carol = open_chat(chats, "carol");

    (void)state;
    check_prompt(chats, NULL, 80, "Lobby > ");
    check_prompt(chats, "offline", 80, "Lobby (offline) > ");
    mr_chats_add_line(chats, bob, "x", true, true);
    mr_chats_add_line(chats, bob, "x", true, true);
    check_prompt(chats, NULL, 80, "Lobby [bob:2] > ");
    mr_chats_add_line(chats, carol, "x", true, true);
    check_prompt(chats, NULL, 80, "Lobby [bob:2 carol:1] > ");
    check_prompt(chats, NULL, 28, "Lobby [bob:2 +1] > ");
    check_prompt(chats, NULL, 10, "Lobby [+2] > ");
    mr_chats_switch(chats, bob);
    mr_chats_add_line(chats, mr_chats_at(chats, 0), "x", true, true);
    check_prompt(chats, NULL, 80, "bob [Lobby:1! carol:1] > ");
    mr_chats_free(chats);
}

static void marks_what_takes_no_columns(void **state)
{
    struct mr_chats *chats = make(3);
    struct mr_style style = color_style();
    struct mr_buf out;

    (void)state;
    mr_buf_init(&out, 4096);
    assert_int_equal(mr_chats_prompt(chats, &style, NULL, 80, &out), MR_OK);
    assert_string_equal(mr_buf_str(&out), "\001\x1b[1m\002Lobby\001\x1b[0m\002 > ");
    mr_buf_free(&out);
    mr_chats_free(chats);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_the_lobby),
        cmocka_unit_test(opens_and_closes),
        cmocka_unit_test(has_a_limit),
        cmocka_unit_test(refuses_long_names),
        cmocka_unit_test(keeps_the_newest_lines),
        cmocka_unit_test(counts_what_is_unread),
        cmocka_unit_test(keeps_drafts),
        cmocka_unit_test(draws_the_prompt),
        cmocka_unit_test(marks_what_takes_no_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
