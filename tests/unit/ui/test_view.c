#include "tests/unit/ui/support.h"

#include <cjson/cJSON.h>
#include <moonroom/errors.h>
#include <time.h>

#include "core/ui/view.h"

struct shown {
    struct mr_view_line line;
};

static struct shown show_with(const struct mr_style *style, const char *me, enum mr_event event,
                              const char *json)
{
    struct mr_view view = {style, me};
    struct shown shown;
    cJSON *data = cJSON_Parse(json);

    assert_non_null(data);
    mr_view_line_init(&shown.line);
    assert_int_equal(mr_view_event(&view, event, data, &shown.line), MR_OK);
    cJSON_Delete(data);
    return shown;
}

static struct shown show(enum mr_event event, const char *json)
{
    struct mr_style style = plain_style();

    return show_with(&style, "alice", event, json);
}

static void end(struct shown *shown)
{
    mr_view_line_free(&shown->line);
}

static void check_drawn(struct shown shown, enum mr_view_place place, const char *drawn)
{
    assert_int_equal(shown.line.place, place);
    assert_string_equal(mr_buf_str(&shown.line.drawn), drawn);
    end(&shown);
}

static void draws_talk(void **state)
{
    struct shown shown = show(
        MR_EVENT_MESSAGE,
        "{\"from\":\"bob\",\"text\":\"hello\",\"chat\":\"Lobby\",\"self\":false,\"time\":3660}");

    (void)state;
    assert_int_equal(shown.line.place, MR_VIEW_LOBBY);
    assert_true(shown.line.counts);
    assert_false(shown.line.mention);
    assert_string_equal(mr_buf_str(&shown.line.drawn), "01:01 bob> hello");
    assert_string_equal(mr_buf_str(&shown.line.plain), "bob> hello");
    end(&shown);
}

static void draws_actions(void **state)
{
    (void)state;
    check_drawn(show(MR_EVENT_MESSAGE, "{\"from\":\"bob\",\"text\":\"* bob waves\",\"time\":0}"),
                MR_VIEW_LOBBY, "00:00 * bob waves");
    /* Nobody acts for somebody else. */
    check_drawn(show(MR_EVENT_MESSAGE, "{\"from\":\"bob\",\"text\":\"* carol waves\",\"time\":0}"),
                MR_VIEW_LOBBY, "00:00 bob> * carol waves");
    check_drawn(show(MR_EVENT_MESSAGE, "{\"from\":\"bob\",\"text\":\"* bobby waves\",\"time\":0}"),
                MR_VIEW_LOBBY, "00:00 bob> * bobby waves");
}

static void draws_whispers(void **state)
{
    struct shown shown =
        show(MR_EVENT_WHISPER, "{\"from\":\"bob\",\"to\":\"alice\",\"text\":\"psst\","
                               "\"chat\":\"bob\",\"self\":false,\"time\":0}");

    (void)state;
    assert_int_equal(shown.line.place, MR_VIEW_CHAT);
    assert_int_equal(shown.line.kind, MR_CHAT_PRIVATE);
    assert_string_equal(shown.line.chat, "bob");
    assert_true(shown.line.counts && shown.line.mention);
    assert_string_equal(mr_buf_str(&shown.line.drawn), "00:00 bob> psst");
    assert_string_equal(mr_buf_str(&shown.line.plain), "bob> psst");
    assert_non_null(strstr(mr_buf_str(&shown.line.elsewhere), "bob"));
    assert_non_null(strstr(mr_buf_str(&shown.line.elsewhere), "psst"));
    end(&shown);

    shown = show(MR_EVENT_WHISPER, "{\"from\":\"alice\",\"to\":\"bob\",\"text\":\"hi\","
                                   "\"chat\":\"bob\",\"self\":true,\"time\":0}");
    assert_false(shown.line.counts || shown.line.mention);
    assert_string_equal(mr_buf_str(&shown.line.drawn), "00:00 alice> hi");
    assert_non_null(strstr(mr_buf_str(&shown.line.elsewhere), "to bob"));
    end(&shown);

    shown = show(MR_EVENT_NOTE, "{\"text\":\"milk\",\"chat\":\"alice\",\"time\":0}");
    assert_int_equal(shown.line.kind, MR_CHAT_NOTES);
    assert_string_equal(mr_buf_str(&shown.line.plain), "alice> milk");
    end(&shown);
}

static void draws_the_rooms_words(void **state)
{
    (void)state;
    check_drawn(show(MR_EVENT_SERVER_MESSAGE, "{\"text\":\"bob is in.\",\"time\":0}"),
                MR_VIEW_ALWAYS, "00:00 Server> bob is in.");
    check_drawn(show(MR_EVENT_ERROR, "{\"text\":\"bob is not here.\",\"time\":0}"), MR_VIEW_ALWAYS,
                "00:00 bob is not here.");
    check_drawn(show(MR_EVENT_BALANCE, "{\"change\":5,\"balance\":12,\"time\":0}"), MR_VIEW_ALWAYS,
                "00:00 +5 coins: you have 12.");
    check_drawn(show(MR_EVENT_BALANCE, "{\"change\":-1,\"balance\":1,\"time\":0}"), MR_VIEW_ALWAYS,
                "00:00 -1 coin: you have 1.");
    check_drawn(show(MR_EVENT_COOKIES, "{\"change\":1,\"cookies\":1,\"time\":0}"), MR_VIEW_ALWAYS,
                "00:00 +1 cookie: you have 1.");
    check_drawn(show(MR_EVENT_BLOCK, "{\"prev_hash\":\"00\",\"zeros\":3,\"time\":0}"),
                MR_VIEW_NOWHERE, "");
}

/* An insecure room is marked when the connection begins. */
static void marks_what_is_insecure(void **state)
{
    struct shown shown = show(MR_EVENT_CONNECT, "{\"address\":\"h:1\",\"transport\":\"legacy\","
                                                "\"secure\":false,\"time\":0}");

    (void)state;
    assert_non_null(strstr(mr_buf_str(&shown.line.drawn), "h:1 is insecure: "));
    end(&shown);
    shown = show(MR_EVENT_CONNECT, "{\"address\":\"h:1\",\"transport\":\"tls\",\"secure\":true}");
    assert_null(strstr(mr_buf_str(&shown.line.drawn), "insecure"));
    end(&shown);
}

static void finds_our_name(void **state)
{
    static const struct {
        const char *text;
        bool found;
    } rows[] = {
        {"alice", true},
        {"hi alice", true},
        {"Alice: hi", true},
        {"hi ALICE!", true},
        {"(alice)", true},
        {"malice", false},
        {"alices", false},
        {"alice_b", false},
        {"malice alice", true},
        {"alic", false},
        {"", false},
        {"\xc3\xa9"
         "alice",
         false},
        {"alice\xc3\xa9", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(mr_view_mentions(rows[i].text, "alice"), rows[i].found);
    }
    assert_false(mr_view_mentions("anything", ""));
}

static void colors_what_matters(void **state)
{
    struct mr_style style = color_style();
    const char *highlight = mr_style_open(&style, MR_ROLE_HIGHLIGHT);
    struct shown shown = show_with(&style, "alice", MR_EVENT_MESSAGE,
                                   "{\"from\":\"bob\",\"text\":\"hi alice\",\"time\":0}");

    (void)state;
    assert_true(shown.line.mention);
    assert_non_null(strstr(mr_buf_str(&shown.line.drawn), highlight));
    end(&shown);
    /* Our own line is not a mention of ourselves. */
    shown = show_with(&style, "alice", MR_EVENT_MESSAGE,
                      "{\"from\":\"alice\",\"self\":true,\"text\":\"I am alice\",\"time\":0}");
    assert_false(shown.line.mention || shown.line.counts);
    assert_null(strstr(mr_buf_str(&shown.line.drawn), highlight));
    assert_non_null(strstr(mr_buf_str(&shown.line.drawn), mr_style_open(&style, MR_ROLE_SELF)));
    end(&shown);
}

/* Whatever a field holds, no byte reaches the terminal that is not ours. */
static void makes_everything_safe(void **state)
{
    static const char *const evil =
        "\\u001b]0;title\\u0007 \\u001b[2J \\u009b31m \\u202e \\r\\n /\\u0001";
    struct mr_style style = plain_style();
    char json[2048];

    (void)state;
    snprintf(json, sizeof json,
             "{\"from\":\"%s\",\"to\":\"%s\",\"text\":\"%s\",\"name\":\"%s\",\"chat\":\"bob\","
             "\"address\":\"%s\",\"by\":\"%s\",\"code\":\"x\",\"change\":1,\"time\":0}",
             evil, evil, evil, evil, evil, evil);
    for (int event = 0; event < MR_EVENT_COUNT; event++) {
        struct shown shown = show_with(&style, "alice", (enum mr_event)event, json);
        const struct mr_buf *bufs[] = {&shown.line.drawn, &shown.line.elsewhere, &shown.line.plain};

        for (size_t i = 0; i < 3; i++) {
            const uint8_t *bytes = mr_buf_data(bufs[i]);

            for (size_t j = 0; j < mr_buf_len(bufs[i]); j++) {
                assert_true(bytes[j] >= 0x20 && bytes[j] != 0x7f);
            }
            assert_null(strstr((const char *)bytes, "\xc2\x9b"));
            assert_null(strstr((const char *)bytes, "\xe2\x80\xae"));
        }
        end(&shown);
    }
}

static void survives_missing_fields(void **state)
{
    (void)state;
    for (int event = 0; event < MR_EVENT_COUNT; event++) {
        struct shown shown = show((enum mr_event)event, "{}");

        end(&shown);
        shown = show((enum mr_event)event, "{\"from\":1,\"text\":[],\"time\":\"x\",\"chat\":null}");
        end(&shown);
    }
}

static void time_is_a_setting(void **state)
{
    struct mr_style style = plain_style();

    (void)state;
    style.time_format[0] = '\0';
    check_drawn(show_with(&style, "", MR_EVENT_SERVER_MESSAGE, "{\"text\":\"x\",\"time\":0}"),
                MR_VIEW_ALWAYS, "Server> x");
    strcpy(style.time_format, "\x1b[31m%S");
    check_drawn(show_with(&style, "", MR_EVENT_SERVER_MESSAGE, "{\"text\":\"x\",\"time\":7}"),
                MR_VIEW_ALWAYS, "␛[31m07 Server> x");
}

static void check_text(enum mr_role role, const char *who, const char *text, bool markup,
                       const char *wanted)
{
    struct mr_style style = color_style();
    struct mr_buf out;

    mr_buf_init(&out, 1 << 20);
    assert_int_equal(mr_view_text(&style, role, who, text, markup, &out), MR_OK);
    assert_string_equal(mr_buf_str(&out), wanted);
    mr_buf_free(&out);
}

static void draws_what_scripts_say(void **state)
{
    (void)state;
    check_text(MR_ROLE_PLAIN, "", "a\nb", false, "a\nb\n");
    check_text(MR_ROLE_PLAIN, "", "a\n\nb\n", false, "a\n\nb\n");
    check_text(MR_ROLE_PLAIN, NULL, "", false, "\n");
    check_text(MR_ROLE_ERROR, "", "bad", false, "\x1b[31mbad\x1b[0m\n");
    check_text(MR_ROLE_PLAIN, "bot", "a **b**", true, "\x1b[2mbot|\x1b[0m a \x1b[1mb\x1b[0m\n");
    check_text(MR_ROLE_PLAIN, "bot", "a\nalice> b", true,
               "\x1b[2mbot|\x1b[0m a\n\x1b[2mbot|\x1b[0m alice> b\n");
    check_text(MR_ROLE_PLAIN, "", "\x1b[2J", true, "␛[2J\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_talk),
        cmocka_unit_test(draws_actions),
        cmocka_unit_test(draws_whispers),
        cmocka_unit_test(draws_the_rooms_words),
        cmocka_unit_test(marks_what_is_insecure),
        cmocka_unit_test(finds_our_name),
        cmocka_unit_test(colors_what_matters),
        cmocka_unit_test(makes_everything_safe),
        cmocka_unit_test(survives_missing_fields),
        cmocka_unit_test(time_is_a_setting),
        cmocka_unit_test(draws_what_scripts_say),
    };

    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
