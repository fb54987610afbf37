#include "core/wire/frame.h"

#include "core/base/buf.h"
#include "core/base/secret.h"
#include "core/wire/envelope.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

enum {
    /* What may wait behind a frame: one read of the network. */
    READ_AHEAD = 65536,
    /* Line feeds beyond five that are tried as part of a body or a block; more is no accident. */
    SURPLUS_MAX = 16
};

struct mr_frame_reader {
    struct mr_rsa_key *key;
    struct mr_aes_ctr *aes;
    enum mr_frame_role role;
    size_t block;
    size_t max; /* of a frame without its terminator */
    struct mr_buf in;
    struct mr_buf text; /* of the last frame */
    struct mr_buf wide; /* the same, if it had to be turned from Latin-1 */
    bool have_key;      /* a key block is at the front, and this is the key in it */
    uint8_t aes_key[MR_AES_KEY_BYTES];
    size_t tried;   /* offsets at the front that hold no key block */
    size_t scanned; /* where the search for the terminator goes on */
    int resyncs;
    size_t offsets_max;
    int resyncs_max;
    bool quiet;
    int error;
};

int mr_frame_reader_new(struct mr_rsa_key *key, enum mr_frame_role role,
                        struct mr_frame_reader **out)
{
    *out = NULL;
    struct mr_frame_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return MR_ENOMEM;
    int error = mr_aes_ctr_new(&reader->aes);
    if (error) {
        free(reader);
        return error;
    }
    reader->key = key;
    reader->role = role;
    reader->block = mr_rsa_key_block(key);
    reader->offsets_max = MR_LIMIT_FRAME_RESYNC_OFFSETS;
    reader->resyncs_max = MR_LIMIT_FRAME_RESYNCS;
    reader->max = role == MR_FRAME_CLIENT ? MR_LIMIT_FRAME_CLIENT : MR_LIMIT_FRAME_ROOM;
    mr_buf_init(&reader->in, reader->max + MR_FRAME_LF + SURPLUS_MAX + reader->block + READ_AHEAD);
    mr_buf_init(&reader->text, reader->max + SURPLUS_MAX);
    mr_buf_init(&reader->wide, 2 * (reader->max + SURPLUS_MAX));
    *out = reader;
    return MR_OK;
}

void mr_frame_reader_free(struct mr_frame_reader *reader)
{
    if (!reader)
        return;
    mr_aes_ctr_free(reader->aes);
    mr_buf_free(&reader->in);
    mr_buf_free(&reader->text);
    mr_buf_free(&reader->wide);
    mr_wipe(reader->aes_key, sizeof reader->aes_key);
    free(reader);
}

void mr_frame_reader_narrow(struct mr_frame_reader *reader, size_t offsets, int times)
{
    if (offsets < reader->offsets_max)
        reader->offsets_max = offsets;
    if (times < reader->resyncs_max)
        reader->resyncs_max = times;
}

int mr_frame_reader_push(struct mr_frame_reader *reader, const void *bytes, size_t len)
{
    if (len == 0)
        return MR_OK;
    reader->quiet = false;
    return mr_buf_append(&reader->in, bytes, len);
}

void mr_frame_reader_quiet(struct mr_frame_reader *reader)
{
    reader->quiet = true;
}

size_t mr_frame_reader_pending(const struct mr_frame_reader *reader)
{
    return mr_buf_len(&reader->in);
}

const uint8_t *mr_frame_reader_peek(const struct mr_frame_reader *reader)
{
    return mr_buf_data(&reader->in);
}

/* The frame at the front is done with, or given up. */
static void drop(struct mr_frame_reader *reader, size_t len)
{
    mr_buf_consume(&reader->in, len);
    mr_wipe(reader->aes_key, sizeof reader->aes_key);
    reader->have_key = false;
    reader->tried = 0;
    reader->scanned = 0;
}

void mr_frame_reader_drop(struct mr_frame_reader *reader, size_t len)
{
    drop(reader, len);
}

/* Looks for a key block at the front and behind it. MR_FRAME_TEXT if there is one now. */
static int find_key(struct mr_frame_reader *reader)
{
    size_t len = mr_buf_len(&reader->in);
    while (len >= reader->block + reader->tried) {
        const uint8_t *at = mr_buf_data(&reader->in) + reader->tried;
        uint8_t aes_key[MR_AES_KEY_BYTES];
        if (mr_rsa_decrypt(reader->key, at, aes_key) == MR_OK) {
            if (reader->tried > 0) {
                if (++reader->resyncs > reader->resyncs_max)
                    return MR_EPROTOCOL;
                drop(reader, reader->tried);
            }
            memcpy(reader->aes_key, aes_key, sizeof aes_key);
            mr_wipe(aes_key, sizeof aes_key);
            reader->have_key = true;
            reader->scanned = reader->block;
            return MR_FRAME_TEXT;
        }
        if (++reader->tried > reader->offsets_max)
            return MR_EPROTOCOL;
    }
    return MR_FRAME_MORE;
}

/* Finds the next run of at least five LF behind the key block; its place is left in scanned.
 * Returns its length, 0 if there is none yet. */
static size_t find_run(struct mr_frame_reader *reader)
{
    const uint8_t *in = mr_buf_data(&reader->in);
    size_t len = mr_buf_len(&reader->in);
    size_t at = reader->scanned;
    while (at < len) {
        const uint8_t *lf = memchr(in + at, '\n', len - at);
        if (!lf) {
            at = len;
            break;
        }
        size_t start = (size_t)(lf - in);
        size_t end = start;
        while (end < len && in[end] == '\n')
            end++;
        at = start;
        if (end - start >= MR_FRAME_LF) {
            reader->scanned = start;
            return end - start;
        }
        if (end == len)
            break;
        at = end;
    }
    reader->scanned = at;
    return 0;
}

/* Whether a text is what a sender can have meant: UTF-8, or, to a room, whose old clients send
 * Latin-1, that without control characters. */
static bool plausible(const struct mr_frame_reader *reader, const char *text, size_t len)
{
    if (mr_utf8_valid(text, len))
        return true;
    if (reader->role == MR_FRAME_CLIENT)
        return false;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)text[i];
        if ((c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0))
            return false;
    }
    return true;
}

/* A run of more than five LF: those beyond may end this body or begin the next block. Decides how
 * many are of this body, with `behind` bytes behind the run. The text with all of them is there. */
static size_t choose_cut(struct mr_frame_reader *reader, size_t body, size_t surplus,
                         bool next_known)
{
    const char *text = mr_buf_str(&reader->text);
    const uint8_t *in = mr_buf_data(&reader->in) + reader->block;
    size_t with_key = SIZE_MAX;
    size_t least = SIZE_MAX;
    size_t most = SIZE_MAX;
    for (size_t cut = 0; cut <= surplus; cut++) {
        uint8_t ignored[MR_AES_KEY_BYTES];
        bool fits = plausible(reader, text, body + cut);
        if (fits) {
            most = cut;
            if (least == SIZE_MAX)
                least = cut;
        }
        if (next_known &&
            mr_rsa_decrypt(reader->key, in + body + cut + MR_FRAME_LF, ignored) == MR_OK) {
            mr_wipe(ignored, sizeof ignored);
            if (fits)
                return cut;
            if (with_key == SIZE_MAX)
                with_key = cut;
        }
    }
    /* A next frame, but only where this text makes no sense: the LF between them are nobody's. */
    if (with_key != SIZE_MAX)
        return least != SIZE_MAX ? least : with_key;
    return most != SIZE_MAX ? most : surplus;
}

static int decrypt_body(struct mr_frame_reader *reader, size_t len)
{
    mr_buf_clear(&reader->text);
    mr_buf_clear(&reader->wide);
    uint8_t *text = mr_buf_reserve(&reader->text, len);
    if (!text)
        return MR_ENOMEM;
    int error = mr_aes_ctr_crypt(reader->aes, reader->aes_key,
                                 mr_buf_data(&reader->in) + reader->block, len, text);
    if (!error)
        mr_buf_commit(&reader->text, len);
    return error;
}

static int give(struct mr_frame_reader *reader, size_t body, struct mr_frame *frame)
{
    struct mr_buf *text = &reader->text;
    mr_buf_truncate(text, body);
    bool latin1 = !mr_utf8_valid(mr_buf_str(text), mr_buf_len(text));
    if (latin1) {
        int error = mr_latin1_to_utf8(mr_buf_data(text), mr_buf_len(text), &reader->wide);
        if (error)
            return error;
        text = &reader->wide;
    }
    *frame = (struct mr_frame){mr_buf_str(text), mr_buf_len(text), latin1};
    drop(reader, reader->block + body + MR_FRAME_LF);
    return MR_FRAME_TEXT;
}

static int find_end(struct mr_frame_reader *reader, struct mr_frame *frame)
{
    size_t run = find_run(reader);
    size_t start = reader->scanned;
    if (start > reader->max)
        return MR_ELIMIT;
    if (run == 0)
        return MR_FRAME_MORE;
    size_t body = start - reader->block;
    size_t surplus = run - MR_FRAME_LF;
    size_t behind = mr_buf_len(&reader->in) - start - run;
    if (surplus > SURPLUS_MAX)
        return MR_EPROTOCOL;
    bool next_known = behind >= reader->block;
    if (surplus > 0 && !next_known && !reader->quiet)
        return MR_FRAME_WAIT;
    int error = decrypt_body(reader, body + surplus);
    if (error)
        return error;
    if (surplus > 0)
        body += choose_cut(reader, body, surplus, next_known);
    if (reader->block + body > reader->max)
        return MR_ELIMIT;
    return give(reader, body, frame);
}

int mr_frame_reader_next(struct mr_frame_reader *reader, struct mr_frame *frame)
{
    *frame = (struct mr_frame){.text = ""};
    if (reader->error)
        return reader->error;
    int verdict = reader->have_key ? MR_FRAME_TEXT : find_key(reader);
    if (verdict == MR_FRAME_TEXT)
        verdict = find_end(reader, frame);
    if (verdict < 0)
        reader->error = verdict;
    return verdict;
}
