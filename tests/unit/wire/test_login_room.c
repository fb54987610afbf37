#include "tests/unit/wire/vectors.h"

#include "core/wire/login.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

#define HASH128                                                                                    \
    "d578fdbe49b3e13faf6b46ded4479005470e1abdebefb4302d80a566a57e450f0d6cdd37fde2c92ac04c4ab4231a" \
    "91dd7023f7627e13eea3a91763d0cc3e04c2"

/* The modulus of the key rsa256-0, made even. */
#define EVEN_N "64250721773104342854296483186062524624608742449742813138235486505570505146922"

static cJSON *all;
static struct mr_rsa_key *client_key;
static struct mr_rsa_key *room_key;
static struct mr_sealer *to_room;

static int load(void **state)
{
    (void)state;
    all = vectors_load();
    client_key = vectors_key(all, "rsa256-0");
    room_key = vectors_key(all, "rsa512");
    return mr_sealer_new(vectors_public(all, "rsa512"), &to_room);
}

static int unload(void **state)
{
    (void)state;
    mr_sealer_free(to_room);
    mr_rsa_key_free(client_key);
    mr_rsa_key_free(room_key);
    cJSON_Delete(all);
    return 0;
}

static struct mr_login_room *login_new(void)
{
    struct mr_login_room *login;
    assert_int_equal(mr_login_room_new(room_key, &login), 0);
    return login;
}

static int push(struct mr_login_room *login, const void *bytes, size_t len)
{
    assert_int_equal(mr_login_room_push(login, bytes, len), 0);
    return mr_login_room_next(login);
}

static int push_str(struct mr_login_room *login, const char *string)
{
    return push(login, string, strlen(string));
}

static int quiet(struct mr_login_room *login)
{
    mr_login_room_quiet(login);
    return mr_login_room_next(login);
}

static struct mr_buf credentials(bool registering)
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(all, "credentials");
    struct mr_buf bytes = test_buf();
    vectors_hex(cJSON_GetArrayItem(rows, registering), "bytes", &bytes);
    return bytes;
}

static void assert_alice(const struct mr_login_room *login, bool registering)
{
    const struct mr_login_credentials *got = mr_login_room_credentials(login);
    assert_span(got->name, "alice");
    assert_span(got->hash, HASH128);
    assert_int_equal(got->registering, registering);
}

static void every_split_of_the_credentials(void **state)
{
    (void)state;
    for (int registering = 0; registering < 2; registering++) {
        struct mr_buf bytes = credentials(registering);
        for (size_t at = 1; at <= mr_buf_len(&bytes); at++) {
            struct mr_login_room *login = login_new();
            int verdict = push(login, mr_buf_data(&bytes), at);
            if (at < mr_buf_len(&bytes))
                verdict = push(login, mr_buf_data(&bytes) + at, mr_buf_len(&bytes) - at);
            if (!registering) {
                assert_int_equal(verdict, MR_LOGIN_WAIT);
                assert_int_equal(mr_login_room_wait_ms(login), 200);
                verdict = quiet(login);
            }
            assert_int_equal(verdict, MR_LOGIN_CREDENTIALS);
            assert_alice(login, registering);
            assert_int_equal(mr_login_room_next(login), MR_LOGIN_MORE);
            mr_login_room_free(login);
        }
        mr_buf_free(&bytes);
    }
}

static struct mr_login_room *accepted(void)
{
    struct mr_login_room *login = login_new();
    struct mr_buf bytes = credentials(true), out = test_buf(), expected = test_buf();
    assert_int_equal(push(login, mr_buf_data(&bytes), mr_buf_len(&bytes)), MR_LOGIN_CREDENTIALS);
    assert_int_equal(mr_login_room_accept(login, &out), 0);
    assert_int_equal(
        mr_buf_printf(&expected, "%s\n%s", mr_rsa_key_n(room_key), mr_rsa_key_e(room_key)), 0);
    assert_string_equal(mr_buf_str(&out), mr_buf_str(&expected));
    assert_int_equal(mr_login_room_accept(login, &out), MR_ESTATE);
    mr_buf_free(&bytes);
    mr_buf_free(&out);
    mr_buf_free(&expected);
    return login;
}

static void send_info(struct mr_login_room *login)
{
    struct mr_login_info info = {.coins = 5, .cookies = 2, .zeros = 4};
    struct mr_buf frame = test_buf(), text = test_buf();
    assert_int_equal(mr_login_room_info(login, &info, &frame), MR_EINVAL);
    memcpy(info.prev_hash, HASH128, sizeof info.prev_hash);
    info.zeros = 129;
    assert_int_equal(mr_login_room_info(login, &info, &frame), MR_EINVAL);
    info.zeros = 4;
    assert_int_equal(mr_login_room_info(login, &info, &frame), 0);
    assert_int_equal(mr_login_room_info(login, &info, &frame), MR_ESTATE);
    assert_int_equal(
        mr_envelope_open(client_key, mr_buf_data(&frame), mr_buf_len(&frame) - MR_FRAME_LF, &text),
        0);
    assert_string_equal(mr_buf_str(&text), "5\n2\n" HASH128 "\n4");
    mr_buf_free(&frame);
    mr_buf_free(&text);
}

static void expect_frame(struct mr_login_room *login, const char *text)
{
    struct mr_sealer *sealer;
    struct mr_frame_reader *reader;
    struct mr_frame frame;
    assert_int_equal(mr_login_room_finish(login, &sealer, &reader), 0);
    mr_login_room_free(login);
    if (text) {
        assert_int_equal(mr_frame_reader_next(reader, &frame), MR_FRAME_TEXT);
        assert_string_equal(frame.text, text);
    }
    assert_int_equal(mr_frame_reader_pending(reader), 0);
    mr_sealer_free(sealer);
    mr_frame_reader_free(reader);
}

static struct mr_buf sealed(const char *text)
{
    struct mr_buf frame = test_buf();
    assert_int_equal(mr_envelope_seal(to_room, text, strlen(text), &frame), 0);
    return frame;
}

/* The acknowledgements and the first line, in every way they may share segments. */
static void acknowledgements(void **state)
{
    (void)state;
    struct mr_buf ack = sealed("alice is in at 2026-11-22 07:41:49."), line = sealed("hello");
    struct mr_login_room *login = accepted();
    for (size_t at = 0; at + 1 < mr_buf_len(&ack); at++) {
        int verdict = push(login, mr_buf_data(&ack) + at, 1);
        assert_int_equal(verdict, at + 1 < 37 ? MR_LOGIN_WAIT : MR_LOGIN_MORE);
    }
    assert_int_equal(push(login, "\n", 1), MR_LOGIN_ACK1);
    send_info(login);
    assert_int_equal(mr_login_room_next(login), MR_LOGIN_MORE);
    assert_int_equal(push(login, " ", 1), MR_LOGIN_DONE);
    expect_frame(login, NULL);

    /* Both acknowledgements and a line at once. */
    login = accepted();
    struct mr_buf together = test_buf();
    assert_int_equal(mr_buf_append(&together, mr_buf_data(&ack), mr_buf_len(&ack)), 0);
    assert_int_equal(mr_buf_append_byte(&together, ' '), 0);
    assert_int_equal(mr_buf_append(&together, mr_buf_data(&line), mr_buf_len(&line)), 0);
    assert_int_equal(push(login, mr_buf_data(&together), mr_buf_len(&together)), MR_LOGIN_ACK1);
    send_info(login);
    assert_int_equal(mr_login_room_next(login), MR_LOGIN_DONE);
    expect_frame(login, "hello");

    /* A client that leaves acknowledgement 2 out. */
    login = accepted();
    assert_int_equal(push(login, mr_buf_data(&ack), mr_buf_len(&ack)), MR_LOGIN_ACK1);
    send_info(login);
    assert_int_equal(push(login, mr_buf_data(&line), mr_buf_len(&line)), MR_LOGIN_DONE);
    expect_frame(login, "hello");
    mr_buf_free(&ack);
    mr_buf_free(&line);
    mr_buf_free(&together);
}

static void plain_acknowledgement(void **state)
{
    (void)state;
    struct mr_login_room *login = accepted();
    assert_int_equal(push_str(login, "ok"), MR_LOGIN_WAIT);
    assert_int_equal(mr_login_room_wait_ms(login), 200);
    assert_int_equal(quiet(login), MR_LOGIN_ACK1);
    send_info(login);
    assert_int_equal(push_str(login, " "), MR_LOGIN_DONE);
    expect_frame(login, NULL);
    login = accepted();
    char garbage[200];
    memset(garbage, 'U', sizeof garbage);
    assert_int_equal(push(login, garbage, 37), MR_LOGIN_MORE);
    assert_int_equal(push(login, garbage, 163), MR_EPROTOCOL);
    mr_login_room_free(login);
}

static void refusals(void **state)
{
    (void)state;
    for (int registering = 0; registering < 2; registering++) {
        struct mr_login_room *login = login_new();
        struct mr_buf bytes = credentials(registering), out = test_buf(), text = test_buf();
        push(login, mr_buf_data(&bytes), mr_buf_len(&bytes));
        if (!registering)
            assert_int_equal(quiet(login), MR_LOGIN_CREDENTIALS);
        assert_int_equal(mr_login_room_refuse(login, "12 34", &out), MR_EINVAL);
        assert_int_equal(mr_login_room_refuse(login, "", &out), MR_EINVAL);
        assert_int_equal(mr_login_room_refuse(login, "a\nb", &out), MR_EINVAL);
        assert_int_equal(mr_login_room_refuse(login, "caf\xe9", &out), MR_EINVAL);
        char longest[MR_LIMIT_REFUSAL + 2];
        memset(longest, 'x', sizeof longest);
        longest[MR_LIMIT_REFUSAL + 1] = 0;
        assert_int_equal(mr_login_room_refuse(login, longest, &out), MR_ELIMIT);
        assert_int_equal(mr_login_room_refuse(login, "Wrong password.", &out), 0);
        if (registering) {
            assert_int_equal(mr_envelope_open(client_key, mr_buf_data(&out),
                                              mr_buf_len(&out) - MR_FRAME_LF, &text),
                             0);
            assert_string_equal(mr_buf_str(&text), "Wrong password.");
        } else {
            assert_string_equal(mr_buf_str(&out), "Wrong password.");
        }
        assert_int_equal(mr_login_room_accept(login, &out), MR_ESTATE);
        mr_login_room_free(login);
        mr_buf_free(&bytes);
        mr_buf_free(&out);
        mr_buf_free(&text);
    }
}

/* Replaces the lines of good credentials; NULL keeps one. */
static int with_lines(const char *n, const char *e, const char *name, const char *hash,
                      const char *last)
{
    struct mr_login_room *login = login_new();
    struct mr_buf bytes = test_buf();
    assert_int_equal(mr_buf_printf(&bytes, "%s\n%s\n%s\n%s%s", n ? n : mr_rsa_key_n(client_key),
                                   e ? e : "65537", name ? name : "alice", hash ? hash : HASH128,
                                   last ? last : "\nnewacc"),
                     0);
    int verdict = push(login, mr_buf_data(&bytes), mr_buf_len(&bytes));
    if (verdict == MR_LOGIN_WAIT)
        verdict = quiet(login);
    if (verdict < 0)
        assert_string_not_equal(mr_login_room_problem(login), "");
    mr_login_room_free(login);
    mr_buf_free(&bytes);
    return verdict;
}

static void lying_credentials(void **state)
{
    (void)state;
    static const char *const bad_n[] = {"0", "1", "-5", "", "12x", "GET / HTTP/1.1", EVEN_N};
    static const char *const bad_e[] = {"0", "1", "2", "-3", "", "x", "99999999999999999999999"};
    assert_int_equal(with_lines(NULL, NULL, NULL, NULL, NULL), MR_LOGIN_CREDENTIALS);
    for (size_t i = 0; i < sizeof bad_n / sizeof bad_n[0]; i++)
        assert_true(with_lines(bad_n[i], NULL, NULL, NULL, NULL) < 0);
    for (size_t i = 0; i < sizeof bad_e / sizeof bad_e[0]; i++)
        assert_true(with_lines(NULL, bad_e[i], NULL, NULL, NULL) < 0);
    /* 257 bits and more are for rooms only. */
    assert_int_equal(with_lines(mr_rsa_key_n(room_key), NULL, NULL, NULL, NULL), MR_ELIMIT);
    /* Whoever gives no name can be told so. */
    assert_int_equal(with_lines(NULL, NULL, "", NULL, NULL), MR_LOGIN_CREDENTIALS);
    assert_true(with_lines(NULL, NULL, "a\rb", NULL, NULL) < 0);
    assert_true(with_lines(NULL, NULL, NULL, "a b", NULL) < 0);
    assert_true(with_lines(NULL, NULL, NULL, HASH128 "0", NULL) < 0);
    assert_true(with_lines(NULL, NULL, NULL, NULL, "\nnewaccount") < 0);
    assert_true(with_lines(NULL, NULL, NULL, NULL, "\nnewacc\nmore") < 0);
    assert_true(with_lines(NULL, NULL, NULL, NULL, "\nhello") < 0);
    assert_int_equal(with_lines(NULL, NULL, NULL, NULL, "\nnewacc\n"), MR_LOGIN_CREDENTIALS);
    assert_int_equal(with_lines(NULL, NULL, NULL, NULL, "\n"), MR_LOGIN_CREDENTIALS);
    assert_int_equal(with_lines(NULL, NULL, NULL, NULL, "\nnew"), MR_LOGIN_MORE);
    assert_int_equal(with_lines(NULL, NULL, NULL, "short", ""), MR_LOGIN_CREDENTIALS);
}

static void too_much(void **state)
{
    (void)state;
    char *digits = malloc(1000000);
    assert_non_null(digits);
    memset(digits, '7', 1000000);
    struct mr_login_room *login = login_new();
    assert_true(push(login, digits, 1000000) < 0);
    mr_login_room_free(login);
    login = login_new();
    assert_true(push(login, digits, 1300) < 0);
    mr_login_room_free(login);
    /* A name without an end. */
    login = login_new();
    struct mr_buf bytes = test_buf_of(mr_rsa_key_n(client_key));
    assert_int_equal(mr_buf_append_str(&bytes, "\n65537\n"), 0);
    assert_int_equal(push_str(login, mr_buf_str(&bytes)), MR_LOGIN_MORE);
    assert_int_equal(push(login, digits, 3000), MR_LOGIN_MORE);
    assert_int_equal(push(login, digits, 3000), MR_ELIMIT);
    assert_int_equal(mr_login_room_next(login), MR_ELIMIT);
    mr_login_room_free(login);
    mr_buf_free(&bytes);
    free(digits);
}

static void speaking_out_of_turn(void **state)
{
    (void)state;
    struct mr_login_room *login = login_new();
    struct mr_buf bytes = credentials(true);
    assert_int_equal(push(login, mr_buf_data(&bytes), mr_buf_len(&bytes)), MR_LOGIN_CREDENTIALS);
    assert_int_equal(mr_login_room_push(login, "x", 1), MR_EPROTOCOL);
    assert_int_equal(mr_login_room_next(login), MR_EPROTOCOL);
    mr_login_room_free(login);
    mr_buf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split_of_the_credentials),
        cmocka_unit_test(acknowledgements),
        cmocka_unit_test(plain_acknowledgement),
        cmocka_unit_test(refusals),
        cmocka_unit_test(lying_credentials),
        cmocka_unit_test(too_much),
        cmocka_unit_test(speaking_out_of_turn),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
