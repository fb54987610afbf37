#include "tests/unit/wire/vectors.h"

#include "core/base/limits.h"
#include "core/wire/envelope.h"

#include <moonroom/errors.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cJSON *all;

static int load(void **state)
{
    (void)state;
    all = vectors_load();
    return 0;
}

static int unload(void **state)
{
    (void)state;
    cJSON_Delete(all);
    return 0;
}

static void known_frames_open(void **state)
{
    (void)state;
    const cJSON *row;
    int count = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "frames"))
    {
        struct mr_buf frame = test_buf(), plain = test_buf(), text = test_buf();
        struct mr_rsa_key *key = vectors_key(all, vectors_string(row, "key_name"));
        vectors_hex(row, "frame", &frame);
        vectors_hex(row, "plain_utf8_hex", &plain);
        assert_int_equal(
            mr_envelope_open(key, mr_buf_data(&frame), mr_buf_len(&frame) - MR_FRAME_LF, &text), 0);
        assert_int_equal(mr_buf_len(&text), mr_buf_len(&plain));
        assert_memory_equal(mr_buf_data(&text), mr_buf_data(&plain), mr_buf_len(&plain));
        mr_rsa_key_free(key);
        mr_buf_free(&frame);
        mr_buf_free(&plain);
        mr_buf_free(&text);
        count++;
    }
    assert_int_equal(count, 70);
}

static void seals_what_opens(void **state)
{
    (void)state;
    static const char *const keys[] = {"rsa256-0", "rsa250-still-32-byte-blocks", "rsa255",
                                       "rsa512", "rsa1024"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct mr_rsa_key *key = vectors_key(all, keys[i]);
        struct mr_sealer *sealer;
        assert_int_equal(mr_sealer_new(vectors_public(all, keys[i]), &sealer), 0);
        for (size_t len = 0; len < 300; len += 7) {
            char text[300];
            struct mr_buf frame = test_buf(), opened = test_buf();
            memset(text, '\n', sizeof text);
            assert_int_equal(mr_envelope_seal(sealer, text, len, &frame), 0);
            assert_int_equal(mr_buf_len(&frame), mr_sealer_frame_len(sealer, len));
            size_t body = mr_buf_len(&frame) - MR_FRAME_LF;
            assert_memory_equal(mr_buf_data(&frame) + body, "\n\n\n\n\n", MR_FRAME_LF);
            assert_false(mr_envelope_ambiguous(mr_buf_data(&frame), body));
            assert_int_equal(mr_envelope_open(key, mr_buf_data(&frame), body, &opened), 0);
            assert_int_equal(mr_buf_len(&opened), len);
            assert_memory_equal(mr_buf_data(&opened), text, len);
            mr_buf_free(&frame);
            mr_buf_free(&opened);
        }
        mr_sealer_free(sealer);
        mr_rsa_key_free(key);
    }
}

static void ambiguity(void **state)
{
    (void)state;
    assert_false(mr_envelope_ambiguous((const uint8_t *)"", 0));
    assert_false(mr_envelope_ambiguous((const uint8_t *)"ab", 2));
    assert_true(mr_envelope_ambiguous((const uint8_t *)"\nb", 2));
    assert_true(mr_envelope_ambiguous((const uint8_t *)"a\n", 2));
    assert_false(mr_envelope_ambiguous((const uint8_t *)"a\n\n\n\nb", 6));
    assert_true(mr_envelope_ambiguous((const uint8_t *)"a\n\n\n\n\nb", 7));
}

static void limits_of_the_output(void **state)
{
    (void)state;
    struct mr_sealer *sealer;
    struct mr_buf out;
    assert_int_equal(mr_sealer_new(vectors_public(all, "rsa256-0"), &sealer), 0);
    mr_buf_init(&out, 3 + 37 + 10);
    assert_int_equal(mr_buf_append_str(&out, "abc"), 0);
    assert_int_equal(mr_envelope_seal(sealer, "0123456789x", 11, &out), MR_ELIMIT);
    assert_string_equal(mr_buf_str(&out), "abc");
    assert_int_equal(mr_envelope_seal(sealer, "0123456789", 10, &out), 0);
    assert_int_equal(mr_buf_len(&out), 50);
    assert_int_equal(mr_envelope_seal(sealer, "", 0, &out), MR_ELIMIT);
    mr_buf_free(&out);
    mr_sealer_free(sealer);
}

static void what_cannot_be_opened(void **state)
{
    (void)state;
    struct mr_rsa_key *key = vectors_key(all, "rsa256-0");
    struct mr_sealer *sealer;
    struct mr_buf frame = test_buf(), out = test_buf();
    assert_int_equal(mr_sealer_new(vectors_public(all, "rsa256-1"), &sealer), 0);
    assert_int_equal(mr_envelope_seal(sealer, "hello", 5, &frame), 0);
    assert_int_equal(mr_envelope_open(key, mr_buf_data(&frame), 37, &out), MR_ECRYPTO);
    assert_int_equal(mr_envelope_open(key, mr_buf_data(&frame), 31, &out), MR_EPROTOCOL);
    assert_int_equal(mr_buf_len(&out), 0);
    mr_buf_free(&frame);
    mr_buf_free(&out);
    mr_sealer_free(sealer);
    mr_rsa_key_free(key);
}

/* What the old client does: it splits what it has read at five line feeds, wherever they are. */
static size_t naive_split(const struct mr_buf *stream, size_t at, size_t *len)
{
    const uint8_t *in = mr_buf_data(stream) + at;
    const uint8_t *end = memmem(in, mr_buf_len(stream) - at, "\n\n\n\n\n", 5);
    assert_non_null(end);
    *len = (size_t)(end - in);
    return at + *len + 5;
}

static void old_clients_lose_nothing(void **state)
{
    (void)state;
    const char *wanted = getenv("MR_TEST_FRAMES");
    long frames = wanted ? strtol(wanted, NULL, 10) : 20000;
    struct mr_rsa_key *key = vectors_key(all, "rsa256-0");
    struct mr_sealer *sealer;
    struct mr_buf stream = test_buf(), opened = test_buf();
    assert_int_equal(mr_sealer_new(vectors_public(all, "rsa256-0"), &sealer), 0);
    for (long done = 0; done < frames;) {
        long first = done;
        mr_buf_clear(&stream);
        /* Several frames in a row, as they come when they share a segment. */
        for (; done < frames && done < first + 8; done++) {
            char text[64];
            int len = snprintf(text, sizeof text, "bob> line %ld", done);
            assert_int_equal(mr_envelope_seal(sealer, text, (size_t)len, &stream), 0);
        }
        size_t at = 0;
        for (long i = first; i < done; i++) {
            char text[64];
            size_t len;
            snprintf(text, sizeof text, "bob> line %ld", i);
            const uint8_t *frame = mr_buf_data(&stream) + at;
            at = naive_split(&stream, at, &len);
            mr_buf_clear(&opened);
            assert_int_equal(mr_envelope_open(key, frame, len, &opened), 0);
            assert_string_equal(mr_buf_str(&opened), text);
        }
        assert_int_equal(at, mr_buf_len(&stream));
    }
    mr_buf_free(&stream);
    mr_buf_free(&opened);
    mr_sealer_free(sealer);
    mr_rsa_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_frames_open),
        cmocka_unit_test(seals_what_opens),
        cmocka_unit_test(ambiguity),
        cmocka_unit_test(limits_of_the_output),
        cmocka_unit_test(what_cannot_be_opened),
        cmocka_unit_test(old_clients_lose_nothing),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
