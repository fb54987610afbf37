#include "tests/unit/wire/vectors.h"

#include "core/base/limits.h"
#include "core/wire/envelope.h"
#include "core/wire/frame.h"
#include "core/wire/rng.h"

#include <moonroom/errors.h>

#include <stdio.h>
#include <string.h>

static cJSON *all;
static struct mr_rsa_key *key;
static struct mr_sealer *sealer;

static int load(void **state)
{
    (void)state;
    all = vectors_load();
    key = vectors_key(all, "rsa256-0");
    return mr_sealer_new(vectors_public(all, "rsa256-0"), &sealer);
}

static int unload(void **state)
{
    (void)state;
    mr_sealer_free(sealer);
    mr_rsa_key_free(key);
    cJSON_Delete(all);
    return 0;
}

static struct mr_frame_reader *reader_new(enum mr_frame_role role)
{
    struct mr_frame_reader *reader;
    assert_int_equal(mr_frame_reader_new(key, role, &reader), 0);
    return reader;
}

/* Appends all frames that are there to out, each followed by a 0x01; returns the last verdict. */
static int drain(struct mr_frame_reader *reader, struct mr_buf *out)
{
    struct mr_frame frame;
    int verdict;
    while ((verdict = mr_frame_reader_next(reader, &frame)) == MR_FRAME_TEXT) {
        assert_int_equal(mr_buf_append(out, frame.text, frame.len), 0);
        assert_int_equal(mr_buf_append_byte(out, 1), 0);
    }
    return verdict;
}

/* The same with the pause that the reader may ask for. */
static int drain_all(struct mr_frame_reader *reader, struct mr_buf *out)
{
    int verdict = drain(reader, out);
    for (int i = 0; i < 3 && verdict == MR_FRAME_WAIT; i++) {
        mr_frame_reader_quiet(reader);
        verdict = drain(reader, out);
    }
    return verdict;
}

static void known_frames_are_read(void **state)
{
    (void)state;
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "frames"))
    {
        struct mr_rsa_key *own = vectors_key(all, vectors_string(row, "key_name"));
        struct mr_frame_reader *reader;
        struct mr_buf stream = test_buf(), plain = test_buf(), got = test_buf();
        assert_int_equal(mr_frame_reader_new(own, MR_FRAME_CLIENT, &reader), 0);
        vectors_hex(row, "frame", &stream);
        vectors_hex(row, "plain_utf8_hex", &plain);
        assert_int_equal(mr_buf_append_byte(&plain, 1), 0);
        assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream), mr_buf_len(&stream)),
                         0);
        assert_int_equal(drain_all(reader, &got), MR_FRAME_MORE);
        assert_int_equal(mr_buf_len(&got), mr_buf_len(&plain));
        assert_memory_equal(mr_buf_data(&got), mr_buf_data(&plain), mr_buf_len(&plain));
        assert_int_equal(mr_frame_reader_pending(reader), 0);
        mr_buf_free(&stream);
        mr_buf_free(&plain);
        mr_buf_free(&got);
        mr_frame_reader_free(reader);
        mr_rsa_key_free(own);
    }
}

static void latin1_of_the_old_client(void **state)
{
    (void)state;
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "frames_latin1_from_real_client"))
    {
        struct mr_frame_reader *reader = reader_new(MR_FRAME_ROOM);
        struct mr_buf stream = test_buf();
        struct mr_frame frame;
        vectors_hex(row, "frame", &stream);
        assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream), mr_buf_len(&stream)),
                         0);
        assert_int_equal(mr_frame_reader_next(reader, &frame), MR_FRAME_TEXT);
        assert_string_equal(frame.text, vectors_string(row, "typed"));
        assert_true(frame.latin1);
        mr_buf_free(&stream);
        mr_frame_reader_free(reader);
    }
}

static struct mr_buf expected_of(const cJSON *row)
{
    struct mr_buf expected = test_buf();
    const cJSON *plain;
    cJSON_ArrayForEach(plain, cJSON_GetObjectItemCaseSensitive(row, "plain"))
    {
        assert_int_equal(mr_buf_append_str(&expected, cJSON_GetStringValue(plain)), 0);
        assert_int_equal(mr_buf_append_byte(&expected, 1), 0);
    }
    return expected;
}

static void ambiguous_streams(void **state)
{
    (void)state;
    const cJSON *row;
    int count = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "ambiguous_streams"))
    {
        struct mr_buf stream = test_buf(), expected = expected_of(row);
        vectors_hex(row, "stream", &stream);
        for (int role = 0; role < 2; role++) {
            struct mr_frame_reader *reader = reader_new((enum mr_frame_role)role);
            struct mr_buf got = test_buf();
            assert_int_equal(
                mr_frame_reader_push(reader, mr_buf_data(&stream), mr_buf_len(&stream)), 0);
            assert_int_equal(drain_all(reader, &got), MR_FRAME_MORE);
            assert_string_equal(mr_buf_str(&got), mr_buf_str(&expected));
            assert_int_equal(mr_frame_reader_pending(reader), 0);
            mr_buf_free(&got);
            mr_frame_reader_free(reader);
        }
        mr_buf_free(&stream);
        mr_buf_free(&expected);
        count++;
    }
    assert_int_equal(count, 14);
}

/* Whether a border at `at` lies inside a run of more than five LF, behind its fifth: there a reader
 * that sees nothing more has to take the five for the end. */
static bool inside_long_run(const struct mr_buf *stream, size_t at)
{
    const uint8_t *in = mr_buf_data(stream);
    size_t before = 0;
    while (before < at && in[at - 1 - before] == '\n')
        before++;
    return before >= MR_FRAME_LF && at < mr_buf_len(stream) && in[at] == '\n';
}

/* Every stream cut in two at every byte, and one byte at a time. */
static void split_streams(void **state)
{
    (void)state;
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "ambiguous_streams"))
    {
        struct mr_buf stream = test_buf(), expected = expected_of(row);
        vectors_hex(row, "stream", &stream);
        size_t len = mr_buf_len(&stream);
        for (size_t at = 0; at <= len; at++) {
            if (inside_long_run(&stream, at))
                continue;
            struct mr_frame_reader *reader = reader_new(MR_FRAME_CLIENT);
            struct mr_buf got = test_buf();
            assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream), at), 0);
            assert_true(drain(reader, &got) >= 0);
            assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream) + at, len - at), 0);
            assert_int_equal(drain_all(reader, &got), MR_FRAME_MORE);
            assert_string_equal(mr_buf_str(&got), mr_buf_str(&expected));
            mr_buf_free(&got);
            mr_frame_reader_free(reader);
        }
        struct mr_frame_reader *reader = reader_new(MR_FRAME_CLIENT);
        struct mr_buf got = test_buf();
        for (size_t at = 0; at < len; at++) {
            assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream) + at, 1), 0);
            if (!inside_long_run(&stream, at + 1))
                assert_true(drain(reader, &got) >= 0);
        }
        assert_int_equal(drain_all(reader, &got), MR_FRAME_MORE);
        assert_string_equal(mr_buf_str(&got), mr_buf_str(&expected));
        mr_buf_free(&got);
        mr_frame_reader_free(reader);
        mr_buf_free(&stream);
        mr_buf_free(&expected);
    }
}

/* What our own sender makes is the same however it arrives, without a single pause. */
static void our_frames_byte_by_byte(void **state)
{
    (void)state;
    struct mr_frame_reader *reader = reader_new(MR_FRAME_ROOM);
    for (int i = 0; i < 300; i++) {
        struct mr_buf stream = test_buf(), got = test_buf();
        assert_int_equal(mr_envelope_seal(sealer, "one", 3, &stream), 0);
        assert_int_equal(mr_envelope_seal(sealer, "", 0, &stream), 0);
        assert_int_equal(mr_envelope_seal(sealer, "two\nlines", 9, &stream), 0);
        for (size_t at = 0; at < mr_buf_len(&stream); at++) {
            assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream) + at, 1), 0);
            assert_int_equal(drain(reader, &got), MR_FRAME_MORE);
        }
        assert_string_equal(mr_buf_str(&got), "one\001\001two\nlines\001");
        mr_buf_free(&stream);
        mr_buf_free(&got);
    }
    mr_frame_reader_free(reader);
}

/* A frame of exactly the limit is taken, one byte more is not. */
static void size_limits(void **state)
{
    (void)state;
    static const size_t limits[] = {MR_LIMIT_FRAME_CLIENT, MR_LIMIT_FRAME_ROOM};
    static char text[MR_LIMIT_FRAME_CLIENT];
    memset(text, 'a', sizeof text);
    for (int role = 0; role < 2; role++) {
        for (size_t more = 0; more < 2; more++) {
            struct mr_frame_reader *reader = reader_new((enum mr_frame_role)role);
            struct mr_buf stream = test_buf(), got = test_buf();
            size_t len = limits[role] - 32 + more;
            assert_int_equal(mr_envelope_seal(sealer, text, len, &stream), 0);
            assert_int_equal(
                mr_frame_reader_push(reader, mr_buf_data(&stream), mr_buf_len(&stream)), 0);
            assert_int_equal(drain_all(reader, &got), more ? MR_ELIMIT : MR_FRAME_MORE);
            assert_int_equal(mr_buf_len(&got), more ? 0 : len + 1);
            mr_buf_free(&stream);
            mr_buf_free(&got);
            mr_frame_reader_free(reader);
        }
    }
}

/* A frame that never ends is cut at the limit, and memory stays bounded. */
static void endless_frame(void **state)
{
    (void)state;
    struct mr_frame_reader *reader = reader_new(MR_FRAME_ROOM);
    struct mr_buf stream = test_buf(), got = test_buf();
    static uint8_t chunk[4096];
    memset(chunk, 'U', sizeof chunk);
    assert_int_equal(mr_envelope_seal(sealer, "x", 1, &stream), 0);
    assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream), 33), 0);
    int verdict = MR_FRAME_MORE;
    size_t sent = 33;
    while (verdict >= 0 && sent < 100 * sizeof chunk) {
        assert_int_equal(mr_frame_reader_push(reader, chunk, sizeof chunk), 0);
        sent += sizeof chunk;
        verdict = drain(reader, &got);
    }
    assert_int_equal(verdict, MR_ELIMIT);
    assert_true(sent <= MR_LIMIT_FRAME_ROOM + 2 * sizeof chunk);
    /* The error stays, and a caller that pushes on without reading is stopped. */
    int error = 0;
    for (int i = 0; i < 100 && !error; i++)
        error = mr_frame_reader_push(reader, chunk, sizeof chunk);
    assert_int_equal(error, MR_ELIMIT);
    assert_int_equal(drain(reader, &got), MR_ELIMIT);
    mr_buf_free(&stream);
    mr_buf_free(&got);
    mr_frame_reader_free(reader);
}

static int with_garbage(struct mr_frame_reader *reader, size_t garbage, struct mr_buf *got)
{
    struct mr_buf stream = test_buf();
    for (size_t i = 0; i < garbage; i++)
        assert_int_equal(mr_buf_append_byte(&stream, 0x55), 0);
    assert_int_equal(mr_envelope_seal(sealer, "x", 1, &stream), 0);
    assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream), mr_buf_len(&stream)), 0);
    mr_buf_free(&stream);
    return drain(reader, got);
}

static void resynchronising(void **state)
{
    (void)state;
    struct mr_buf got = test_buf();
    struct mr_frame_reader *reader = reader_new(MR_FRAME_CLIENT);
    assert_int_equal(with_garbage(reader, MR_LIMIT_FRAME_RESYNC_OFFSETS, &got), MR_FRAME_MORE);
    assert_string_equal(mr_buf_str(&got), "x\001");
    mr_frame_reader_free(reader);
    reader = reader_new(MR_FRAME_CLIENT);
    assert_int_equal(with_garbage(reader, MR_LIMIT_FRAME_RESYNC_OFFSETS + 1, &got), MR_EPROTOCOL);
    mr_frame_reader_free(reader);
    reader = reader_new(MR_FRAME_CLIENT);
    for (int i = 0; i < MR_LIMIT_FRAME_RESYNCS; i++)
        assert_int_equal(with_garbage(reader, 3, &got), MR_FRAME_MORE);
    assert_int_equal(with_garbage(reader, 0, &got), MR_FRAME_MORE);
    assert_int_equal(with_garbage(reader, 3, &got), MR_EPROTOCOL);
    mr_frame_reader_free(reader);
    reader = reader_new(MR_FRAME_CLIENT);
    mr_frame_reader_narrow(reader, 2, 1);
    mr_frame_reader_narrow(reader, 1000, 1000);
    assert_int_equal(with_garbage(reader, 2, &got), MR_FRAME_MORE);
    assert_int_equal(with_garbage(reader, 1, &got), MR_EPROTOCOL);
    mr_frame_reader_free(reader);
    reader = reader_new(MR_FRAME_CLIENT);
    mr_frame_reader_narrow(reader, 2, 1);
    assert_int_equal(with_garbage(reader, 3, &got), MR_EPROTOCOL);
    mr_frame_reader_free(reader);
    mr_buf_free(&got);
}

/* Seals with keys of its own choice until the body ends in `tail` line feeds, as a sender does that
 * does not care. */
static void seal_with_tail(const char *text, size_t tail, bool head, struct mr_buf *out)
{
    struct mr_rsa_public *public = vectors_public(all, "rsa256-0");
    struct mr_aes_ctr *aes;
    assert_int_equal(mr_aes_ctr_new(&aes), 0);
    size_t len = strlen(text);
    for (uint32_t i = 0;; i++) {
        uint8_t aes_key[16] = {0}, frame[256];
        memcpy(aes_key, &i, sizeof i);
        assert_int_equal(mr_aes_ctr_crypt(aes, aes_key, text, len, frame + 32), 0);
        size_t found = 0;
        while (found < len && frame[32 + len - 1 - found] == '\n')
            found++;
        if (found != tail)
            continue;
        do
            assert_int_equal(mr_rsa_encrypt(public, aes_key, frame), 0);
        while ((frame[0] == '\n') != head);
        assert_int_equal(mr_buf_append(out, frame, 32 + len), 0);
        assert_int_equal(mr_buf_append_str(out, "\n\n\n\n\n"), 0);
        break;
    }
    mr_aes_ctr_free(aes);
    mr_rsa_public_free(public);
}

/* All combinations of endings and beginnings of a sender that does not care, in one segment. */
static void careless_senders(void **state)
{
    (void)state;
    for (size_t tail = 0; tail < 3; tail++) {
        for (int head = 0; head < 2; head++) {
            for (int latin1 = 0; latin1 < 2; latin1++) {
                struct mr_frame_reader *reader =
                    reader_new(latin1 ? MR_FRAME_ROOM : MR_FRAME_CLIENT);
                struct mr_buf stream = test_buf(), got = test_buf();
                seal_with_tail(latin1 ? "un caf\xe9" : "un caf\xc3\xa9", tail, false, &stream);
                seal_with_tail("next", 0, head, &stream);
                assert_int_equal(
                    mr_frame_reader_push(reader, mr_buf_data(&stream), mr_buf_len(&stream)), 0);
                assert_int_equal(drain_all(reader, &got), MR_FRAME_MORE);
                assert_string_equal(mr_buf_str(&got), "un caf\xc3\xa9\001next\001");
                mr_buf_free(&stream);
                mr_buf_free(&got);
                mr_frame_reader_free(reader);
            }
        }
    }
}

/* Many frames of a sender that does not care, several in a segment, to both kinds of receiver. */
static void careless_senders_in_bulk(void **state)
{
    (void)state;
    struct mr_rsa_public *public = vectors_public(all, "rsa256-0");
    struct mr_aes_ctr *aes;
    assert_int_equal(mr_aes_ctr_new(&aes), 0);
    for (int burst = 0; burst < 4000; burst++) {
        enum mr_frame_role role = burst & 1 ? MR_FRAME_ROOM : MR_FRAME_CLIENT;
        struct mr_frame_reader *reader = reader_new(role);
        struct mr_buf stream = test_buf(), expected = test_buf(), got = test_buf();
        for (int i = 0; i < 3; i++) {
            uint8_t aes_key[16], frame[128];
            char text[64];
            int len = snprintf(text, sizeof text, "bob> caf\xc3\xa9 %d %d", burst, i);
            assert_int_equal(mr_rng_bytes(aes_key, sizeof aes_key), 0);
            assert_int_equal(mr_rsa_encrypt(public, aes_key, frame), 0);
            assert_int_equal(mr_aes_ctr_crypt(aes, aes_key, text, (size_t)len, frame + 32), 0);
            assert_int_equal(mr_buf_append(&stream, frame, 32 + (size_t)len), 0);
            assert_int_equal(mr_buf_append_str(&stream, "\n\n\n\n\n"), 0);
            assert_int_equal(mr_buf_printf(&expected, "%s\001", text), 0);
        }
        assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream), mr_buf_len(&stream)),
                         0);
        assert_int_equal(drain_all(reader, &got), MR_FRAME_MORE);
        assert_string_equal(mr_buf_str(&got), mr_buf_str(&expected));
        mr_buf_free(&stream);
        mr_buf_free(&expected);
        mr_buf_free(&got);
        mr_frame_reader_free(reader);
    }
    mr_aes_ctr_free(aes);
    mr_rsa_public_free(public);
}

/* Six line feeds at the end: the reader waits, and a pause makes the sixth part of the body. */
static void waiting(void **state)
{
    (void)state;
    struct mr_frame_reader *reader = reader_new(MR_FRAME_CLIENT);
    struct mr_buf stream = test_buf(), got = test_buf();
    seal_with_tail("tail one", 1, false, &stream);
    assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream), mr_buf_len(&stream)), 0);
    assert_int_equal(drain(reader, &got), MR_FRAME_WAIT);
    assert_int_equal(drain(reader, &got), MR_FRAME_WAIT);
    mr_frame_reader_quiet(reader);
    assert_int_equal(drain(reader, &got), MR_FRAME_MORE);
    assert_string_equal(mr_buf_str(&got), "tail one\001");
    /* Silence is only what follows the last byte. */
    mr_buf_clear(&got);
    mr_frame_reader_quiet(reader);
    assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream), mr_buf_len(&stream)), 0);
    assert_int_equal(drain(reader, &got), MR_FRAME_WAIT);
    mr_buf_free(&stream);
    mr_buf_free(&got);
    mr_frame_reader_free(reader);
}

static void a_flood_of_line_feeds(void **state)
{
    (void)state;
    struct mr_frame_reader *reader = reader_new(MR_FRAME_CLIENT);
    struct mr_buf stream = test_buf(), got = test_buf();
    assert_int_equal(mr_envelope_seal(sealer, "x", 1, &stream), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(mr_buf_append_byte(&stream, '\n'), 0);
    assert_int_equal(mr_frame_reader_push(reader, mr_buf_data(&stream), mr_buf_len(&stream)), 0);
    assert_int_equal(drain_all(reader, &got), MR_EPROTOCOL);
    mr_buf_free(&stream);
    mr_buf_free(&got);
    mr_frame_reader_free(reader);
}

static void peek_and_drop(void **state)
{
    (void)state;
    struct mr_frame_reader *reader = reader_new(MR_FRAME_ROOM);
    struct mr_buf got = test_buf();
    assert_int_equal(mr_frame_reader_push(reader, " ", 1), 0);
    assert_int_equal(mr_frame_reader_pending(reader), 1);
    assert_int_equal(*mr_frame_reader_peek(reader), ' ');
    mr_frame_reader_drop(reader, 1);
    for (int i = 0; i < 10; i++)
        assert_int_equal(with_garbage(reader, 0, &got), MR_FRAME_MORE);
    mr_buf_free(&got);
    mr_frame_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_frames_are_read),
        cmocka_unit_test(latin1_of_the_old_client),
        cmocka_unit_test(ambiguous_streams),
        cmocka_unit_test(split_streams),
        cmocka_unit_test(our_frames_byte_by_byte),
        cmocka_unit_test(size_limits),
        cmocka_unit_test(endless_frame),
        cmocka_unit_test(resynchronising),
        cmocka_unit_test(careless_senders),
        cmocka_unit_test(careless_senders_in_bulk),
        cmocka_unit_test(waiting),
        cmocka_unit_test(a_flood_of_line_feeds),
        cmocka_unit_test(peek_and_drop),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
