/* The receiver of frames: any bytes in any pieces, and frames of a careful sender, which must all
 * come out as they went in. */
#include "core/base/str.h"
#include "core/wire/frame.h"

#include "tests/fuzz/wire_fuzz.h"

#include <moonroom/errors.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int drain(struct mr_frame_reader *reader, struct mr_buf *got)
{
    struct mr_frame frame;
    int verdict;
    while ((verdict = mr_frame_reader_next(reader, &frame)) == MR_FRAME_TEXT) {
        HOLDS(mr_utf8_valid(frame.text, frame.len));
        HOLDS(frame.text[frame.len] == 0);
        if (mr_buf_append(got, frame.text, frame.len) == 0)
            mr_buf_append_byte(got, 0);
    }
    return verdict;
}

static void any_bytes(struct input input)
{
    struct mr_frame_reader *reader;
    struct mr_buf got;
    mr_buf_init(&got, 1 << 20);
    uint8_t kind = take_byte(&input);
    enum mr_frame_role role = kind & 1 ? MR_FRAME_ROOM : MR_FRAME_CLIENT;
    HOLDS(mr_frame_reader_new(fuzz_key(), role, &reader) == 0);
    /* A try at an offset costs a decryption: fewer of them find more in the same time. */
    if ((kind & 0xf0) != 0xf0)
        mr_frame_reader_narrow(reader, 4, 2);
    int verdict = MR_FRAME_MORE;
    while (input.left > 0 && verdict >= 0) {
        struct mr_buf bytes;
        mr_buf_init(&bytes, 1 << 16);
        uint8_t what = take_byte(&input);
        struct mr_span piece = take_bytes(&input, what >> 2);
        if ((what & 3) == 0)
            mr_frame_reader_quiet(reader);
        else if ((what & 3) == 1)
            fuzz_seal(piece, what & 4, &bytes);
        else
            mr_buf_append(&bytes, piece.at, piece.len);
        HOLDS(mr_frame_reader_push(reader, mr_buf_data(&bytes), mr_buf_len(&bytes)) == 0);
        verdict = drain(reader, &got);
        mr_buf_free(&bytes);
    }
    mr_buf_free(&got);
    mr_frame_reader_free(reader);
}

/* Texts, then the pieces in which their frames arrive. */
static void careful_sender(struct input input)
{
    struct mr_frame_reader *reader;
    struct mr_buf stream, expected, got;
    mr_buf_init(&stream, 1 << 20);
    mr_buf_init(&expected, 1 << 20);
    mr_buf_init(&got, 1 << 20);
    HOLDS(mr_frame_reader_new(fuzz_key(), MR_FRAME_ROOM, &reader) == 0);
    for (uint8_t texts = take_byte(&input) & 3; texts > 0; texts--) {
        struct mr_span text = take_bytes(&input, take_byte(&input));
        fuzz_seal(text, true, &stream);
        if (mr_utf8_valid(text.at, text.len))
            mr_buf_append(&expected, text.at, text.len);
        else
            HOLDS(mr_latin1_to_utf8(text.at, text.len, &expected) == 0);
        mr_buf_append_byte(&expected, 0);
    }
    while (mr_buf_len(&stream) > 0) {
        size_t step = 1 + (size_t)take_byte(&input);
        if (step > mr_buf_len(&stream))
            step = mr_buf_len(&stream);
        HOLDS(mr_frame_reader_push(reader, mr_buf_data(&stream), step) == 0);
        HOLDS(drain(reader, &got) == MR_FRAME_MORE);
        mr_buf_consume(&stream, step);
    }
    HOLDS(mr_frame_reader_pending(reader) == 0);
    HOLDS(mr_buf_len(&got) == mr_buf_len(&expected));
    HOLDS(memcmp(mr_buf_data(&got), mr_buf_data(&expected), mr_buf_len(&got)) == 0);
    mr_buf_free(&stream);
    mr_buf_free(&expected);
    mr_buf_free(&got);
    mr_frame_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size < 512 ? size : 512};
    if (take_byte(&input) & 1)
        careful_sender(input);
    else
        any_bytes(input);
    return 0;
}
