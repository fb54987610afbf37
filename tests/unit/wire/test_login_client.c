#include "tests/unit/wire/vectors.h"

#include "core/wire/login.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

#define HASH128                                                                                    \
    "d578fdbe49b3e13faf6b46ded4479005470e1abdebefb4302d80a566a57e450f0d6cdd37fde2c92ac04c4ab4231a" \
    "91dd7023f7627e13eea3a91763d0cc3e04c2"

static cJSON *all;
static struct mr_rsa_key *client_key;
static struct mr_rsa_key *room_key;
static struct mr_sealer *to_client;

static int load(void **state)
{
    (void)state;
    all = vectors_load();
    client_key = vectors_key(all, "rsa256-0");
    room_key = vectors_key(all, "rsa256-1");
    return mr_sealer_new(vectors_public(all, "rsa256-0"), &to_client);
}

static int unload(void **state)
{
    (void)state;
    mr_sealer_free(to_client);
    mr_rsa_key_free(client_key);
    mr_rsa_key_free(room_key);
    cJSON_Delete(all);
    return 0;
}

static struct mr_login_client *login_new(bool registering)
{
    struct mr_login_client *login;
    assert_int_equal(mr_login_client_new(client_key, mr_span_of("alice"), mr_span_of(HASH128),
                                         registering, &login),
                     0);
    return login;
}

static int push(struct mr_login_client *login, const void *bytes, size_t len)
{
    assert_int_equal(mr_login_client_push(login, bytes, len), 0);
    return mr_login_client_next(login);
}

static int push_str(struct mr_login_client *login, const char *string)
{
    return push(login, string, strlen(string));
}

static int quiet(struct mr_login_client *login)
{
    mr_login_client_quiet(login);
    return mr_login_client_next(login);
}

static void credentials_match(void **state)
{
    (void)state;
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "credentials"))
    {
        struct mr_buf expected = test_buf(), got = test_buf();
        struct mr_login_client *login =
            login_new(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, "newacc")));
        vectors_hex(row, "bytes", &expected);
        assert_int_equal(mr_login_client_credentials(login, &got), 0);
        assert_string_equal(mr_buf_str(&got), mr_buf_str(&expected));
        mr_login_client_free(login);
        mr_buf_free(&expected);
        mr_buf_free(&got);
    }
}

static void what_cannot_log_in(void **state)
{
    (void)state;
    static const char *const names[] = {"", "two words", "a>b", "\xc3\xa9lan", "x\n"};
    struct mr_login_client *login;
    char hash[130];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(
            mr_login_client_new(client_key, mr_span_of(names[i]), mr_span_of("h"), false, &login),
            MR_EINVAL);
    memset(hash, 'a', sizeof hash);
    struct mr_span name = mr_span_of("alice");
    assert_int_equal(
        mr_login_client_new(client_key, name, (struct mr_span){hash, 129}, false, &login),
        MR_EINVAL);
    assert_int_equal(mr_login_client_new(client_key, name, mr_span_of("a b"), false, &login),
                     MR_EINVAL);
    assert_int_equal(mr_login_client_new(client_key, name, mr_span_of(""), false, &login),
                     MR_EINVAL);
    assert_null(login);
}

static struct mr_buf key_line(void)
{
    struct mr_buf line = test_buf();
    vectors_hex(cJSON_GetObjectItemCaseSensitive(all, "server_key_line"), "bytes", &line);
    return line;
}

static struct mr_buf info_frame(const char *text)
{
    struct mr_buf frame = test_buf();
    assert_int_equal(mr_envelope_seal(to_client, text, strlen(text), &frame), 0);
    return frame;
}

/* Brings a login to the point where the info frame is expected. */
static struct mr_login_client *login_at_info(void)
{
    struct mr_login_client *login = login_new(false);
    struct mr_buf line = key_line(), ack = test_buf(), text = test_buf();
    const struct tm when = {
        .tm_year = 126, .tm_mon = 10, .tm_mday = 22, .tm_hour = 7, .tm_min = 41, .tm_sec = 49};
    assert_int_equal(push(login, mr_buf_data(&line), mr_buf_len(&line)), MR_LOGIN_KEY);
    assert_int_equal(mr_login_client_ack1(login, &when, &ack), 0);
    assert_int_equal(mr_login_client_ack1(login, &when, &ack), MR_ESTATE);
    assert_int_equal(
        mr_envelope_open(room_key, mr_buf_data(&ack), mr_buf_len(&ack) - MR_FRAME_LF, &text), 0);
    assert_string_equal(mr_buf_str(&text), "alice is in at 2026-11-22 07:41:49.");
    mr_buf_free(&line);
    mr_buf_free(&ack);
    mr_buf_free(&text);
    return login;
}

static void a_whole_login(void **state)
{
    (void)state;
    struct mr_login_client *login = login_at_info();
    struct mr_buf info = info_frame("17\n3\n" HASH128 "\n7"), out = test_buf();
    struct mr_sealer *sealer;
    struct mr_frame_reader *reader;
    struct mr_frame frame;
    /* The first line after the login shares the segment. */
    assert_int_equal(mr_envelope_seal(to_client, "Server> hi", 10, &info), 0);
    assert_int_equal(push(login, mr_buf_data(&info), mr_buf_len(&info)), MR_LOGIN_INFO);
    const struct mr_login_info *got = mr_login_client_info(login);
    assert_int_equal(got->coins, 17);
    assert_int_equal(got->cookies, 3);
    assert_int_equal(got->zeros, 7);
    assert_string_equal(got->prev_hash, HASH128);
    assert_int_equal(mr_login_client_finish(login, &sealer, &reader), MR_ESTATE);
    assert_int_equal(mr_login_client_ack2(login, &out), 0);
    assert_string_equal(mr_buf_str(&out), " ");
    assert_int_equal(mr_login_client_finish(login, &sealer, &reader), 0);
    assert_int_equal(mr_login_client_finish(login, &sealer, &reader), MR_ESTATE);
    mr_login_client_free(login);
    assert_int_equal(mr_frame_reader_next(reader, &frame), MR_FRAME_TEXT);
    assert_string_equal(frame.text, "Server> hi");
    mr_sealer_free(sealer);
    mr_frame_reader_free(reader);
    mr_buf_free(&info);
    mr_buf_free(&out);
}

/* Every split of the key line and the info frame, and a byte at a time, give the same login. */
static void split_messages(void **state)
{
    (void)state;
    struct mr_buf line = key_line(), info = info_frame("0\n0\n" HASH128 "\n3");
    for (size_t at = 1; at < mr_buf_len(&line); at++) {
        struct mr_login_client *login = login_new(false);
        assert_int_equal(push(login, mr_buf_data(&line), at), MR_LOGIN_WAIT);
        assert_int_equal(mr_login_client_wait_ms(login), 300);
        assert_int_equal(push(login, mr_buf_data(&line) + at, mr_buf_len(&line) - at),
                         MR_LOGIN_KEY);
        mr_login_client_free(login);
    }
    struct mr_login_client *login = login_at_info();
    for (size_t at = 0; at + 1 < mr_buf_len(&info); at++)
        assert_int_equal(push(login, mr_buf_data(&info) + at, 1), MR_LOGIN_MORE);
    assert_int_equal(push(login, "\n", 1), MR_LOGIN_INFO);
    mr_login_client_free(login);
    mr_buf_free(&line);
    mr_buf_free(&info);
}

static void other_exponents_need_silence(void **state)
{
    (void)state;
    struct mr_login_client *login = login_new(false);
    struct mr_buf line = test_buf_of(mr_rsa_key_n(room_key));
    assert_int_equal(mr_buf_append_str(&line, "\n257"), 0);
    assert_int_equal(push_str(login, mr_buf_str(&line)), MR_LOGIN_WAIT);
    assert_int_equal(quiet(login), MR_LOGIN_KEY);
    mr_login_client_free(login);
    /* A line feed behind the key does no harm. */
    login = login_new(false);
    mr_buf_free(&line);
    line = key_line();
    assert_int_equal(mr_buf_append_byte(&line, '\n'), 0);
    assert_int_equal(push_str(login, mr_buf_str(&line)), MR_LOGIN_KEY);
    mr_login_client_free(login);
    mr_buf_free(&line);
}

static void plain_refusals(void **state)
{
    (void)state;
    static const char *const said[] = {"Wrong password.", "3 tries are enough.", "n", ">",
                                       "12 34\nis no key"};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        struct mr_login_client *login = login_new(false);
        assert_int_equal(push_str(login, said[i]), MR_LOGIN_WAIT);
        assert_int_equal(quiet(login), MR_LOGIN_REFUSED);
        assert_span(mr_login_client_refusal(login), said[i]);
        assert_int_equal(mr_login_client_next(login), MR_LOGIN_MORE);
        mr_login_client_free(login);
    }
    struct mr_login_client *login = login_new(false);
    assert_int_equal(push_str(login, "caf\xe9"), MR_LOGIN_WAIT);
    assert_int_equal(quiet(login), MR_LOGIN_REFUSED);
    assert_span(mr_login_client_refusal(login), "caf\xc3\xa9");
    mr_login_client_free(login);
}

static void encrypted_refusals(void **state)
{
    (void)state;
    for (size_t step = 1; step < 60; step += 7) {
        struct mr_login_client *login = login_new(true);
        struct mr_buf frame = info_frame("This name is taken.");
        int verdict = MR_LOGIN_MORE;
        for (size_t at = 0; at < mr_buf_len(&frame); at += step) {
            size_t len = mr_buf_len(&frame) - at < step ? mr_buf_len(&frame) - at : step;
            verdict = push(login, mr_buf_data(&frame) + at, len);
        }
        assert_int_equal(verdict, MR_LOGIN_REFUSED);
        assert_span(mr_login_client_refusal(login), "This name is taken.");
        mr_login_client_free(login);
        mr_buf_free(&frame);
    }
}

static void lying_keys(void **state)
{
    (void)state;
    static const char *const lines[] = {"0\n65537",  "1\n65537",   "-7\n65537",
                                        "15\n65537", "99\n-65537", "-99\n65537"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct mr_login_client *login = login_new(false);
        int verdict = push_str(login, lines[i]);
        if (verdict == MR_LOGIN_WAIT)
            verdict = quiet(login);
        assert_true(verdict < 0);
        assert_string_not_equal(mr_login_client_problem(login), "");
        assert_int_equal(mr_login_client_next(login), verdict);
        mr_login_client_free(login);
    }
    static const char *const exponents[] = {"0", "1", "4", "18446744073709551617",
                                            "999999999999999999999999999999"};
    for (size_t i = 0; i < sizeof exponents / sizeof exponents[0]; i++) {
        struct mr_login_client *login = login_new(false);
        assert_int_equal(push_str(login, mr_rsa_key_n(room_key)), MR_LOGIN_WAIT);
        assert_int_equal(push_str(login, "\n"), MR_LOGIN_WAIT);
        assert_int_equal(push_str(login, exponents[i]), MR_LOGIN_WAIT);
        assert_true(quiet(login) < 0);
        mr_login_client_free(login);
    }
    /* A million digits: told at once, and not kept. */
    struct mr_login_client *login = login_new(false);
    char *digits = malloc(1000000);
    assert_non_null(digits);
    memset(digits, '7', 1000000);
    assert_int_equal(push(login, digits, 1000000), MR_ELIMIT);
    assert_string_equal(mr_login_client_problem(login), "the modulus of the key is too large");
    free(digits);
    mr_login_client_free(login);
}

static void cut_off_and_endless(void **state)
{
    (void)state;
    struct mr_login_client *login = login_new(false);
    assert_int_equal(push_str(login, "123456789"), MR_LOGIN_WAIT);
    assert_int_equal(quiet(login), MR_EPROTOCOL);
    mr_login_client_free(login);
    login = login_new(false);
    int verdict = MR_LOGIN_WAIT;
    for (int i = 0; i < 100 && verdict == MR_LOGIN_WAIT; i++)
        verdict = push_str(login, "blah blah blah blah blah blah blah blah blah blah blah blah ");
    assert_int_equal(verdict, MR_ELIMIT);
    mr_login_client_free(login);
}

static void lying_info(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "nan\n0\n" HASH128 "\n7",
        "9223372036854775808\n0\n" HASH128 "\n7",
        "1000000000000001\n0\n" HASH128 "\n7",
        "1.5\n0\n" HASH128 "\n7",
        "1\n\n" HASH128 "\n7",
        "1\nx\n" HASH128 "\n7",
        "1\n0\n" HASH128 "0\n7",
        "1\n0\nABCD\n7",
        "1\n0\n" HASH128 "\n129",
        "1\n0\n" HASH128 "\n-1",
        "1\n0\n" HASH128 "\n7\n8",
        "1\n0\n" HASH128,
        "1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct mr_login_client *login = login_at_info();
        struct mr_buf frame = info_frame(texts[i]);
        assert_int_equal(push(login, mr_buf_data(&frame), mr_buf_len(&frame)), MR_EPROTOCOL);
        assert_string_not_equal(mr_login_client_problem(login), "");
        mr_login_client_free(login);
        mr_buf_free(&frame);
    }
}

static void numbers_at_their_borders(void **state)
{
    (void)state;
    struct mr_login_client *login = login_at_info();
    struct mr_buf frame = info_frame("-1000000000000000\n1000000000000000\n" HASH128 "\n128\n");
    assert_int_equal(push(login, mr_buf_data(&frame), mr_buf_len(&frame)), MR_LOGIN_INFO);
    assert_int_equal(mr_login_client_info(login)->coins, -1000000000000000);
    assert_int_equal(mr_login_client_info(login)->cookies, 1000000000000000);
    assert_int_equal(mr_login_client_info(login)->zeros, 128);
    mr_login_client_free(login);
    mr_buf_free(&frame);
}

static void a_room_that_changes_its_mind(void **state)
{
    (void)state;
    struct mr_login_client *login = login_at_info();
    struct mr_buf frame = info_frame("Server> You have been kicked by Server. ");
    assert_int_equal(push(login, mr_buf_data(&frame), mr_buf_len(&frame)), MR_LOGIN_REFUSED);
    assert_span(mr_login_client_refusal(login), "Server> You have been kicked by Server.");
    mr_login_client_free(login);
    mr_buf_free(&frame);
}

static void garbage_in_place_of_the_info(void **state)
{
    (void)state;
    struct mr_login_client *login = login_at_info();
    char garbage[200];
    memset(garbage, 'U', sizeof garbage);
    assert_int_equal(push(login, garbage, sizeof garbage), MR_EPROTOCOL);
    mr_login_client_free(login);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credentials_match),
        cmocka_unit_test(what_cannot_log_in),
        cmocka_unit_test(a_whole_login),
        cmocka_unit_test(split_messages),
        cmocka_unit_test(other_exponents_need_silence),
        cmocka_unit_test(plain_refusals),
        cmocka_unit_test(encrypted_refusals),
        cmocka_unit_test(lying_keys),
        cmocka_unit_test(cut_off_and_endless),
        cmocka_unit_test(lying_info),
        cmocka_unit_test(numbers_at_their_borders),
        cmocka_unit_test(a_room_that_changes_its_mind),
        cmocka_unit_test(garbage_in_place_of_the_info),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
