/* Frames of the v5 protocol made and read a second, with a client's key. Prints one JSON object a
 * line. */

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/wire/envelope.h"
#include "core/wire/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FRAMES = 10000 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check(int status, const char *what)
{
    if (status < 0) {
        fprintf(stderr, "bench_frames: %s: error %d\n", what, status);
        exit(1);
    }
}

static void make(struct mr_sealer *sealer, const char *text, size_t len, struct mr_buf *frames)
{
    for (int i = 0; i < FRAMES; i++)
        check(mr_envelope_seal(sealer, text, len, frames), "seal");
}

/* Reads them back as a client would, in pieces of the size of a segment. */
static void read_back(struct mr_rsa_key *key, const struct mr_buf *frames)
{
    enum { PIECE = 1400 };
    struct mr_frame_reader *reader = NULL;
    check(mr_frame_reader_new(key, MR_FRAME_CLIENT, &reader), "reader");
    const uint8_t *bytes = mr_buf_data(frames);
    size_t len = mr_buf_len(frames);
    int found = 0;
    for (size_t at = 0; at < len; at += PIECE) {
        check(mr_frame_reader_push(reader, bytes + at, len - at < PIECE ? len - at : PIECE),
              "push");
        struct mr_frame frame;
        int verdict;
        while ((verdict = mr_frame_reader_next(reader, &frame)) == MR_FRAME_TEXT)
            found++;
        check(verdict, "next");
    }
    mr_frame_reader_free(reader);
    if (found != FRAMES)
        check(-1, "a frame was lost");
}

static void measure(struct mr_rsa_key *key, struct mr_sealer *sealer, size_t len)
{
    char text[MR_LIMIT_FRAME_OUT_TEXT];
    memset(text, 'x', sizeof(text));
    struct mr_buf frames;
    mr_buf_init(&frames, (size_t)FRAMES * (sizeof(text) + 37));
    double begin = now_s();
    make(sealer, text, len, &frames);
    double made = now_s();
    read_back(key, &frames);
    double end = now_s();
    printf("{\"bytes\": %zu, \"made\": %.0f, \"read\": %.0f}\n", len, FRAMES / (made - begin),
           FRAMES / (end - made));
    mr_buf_free(&frames);
}

int main(void)
{
    struct mr_rsa_key *key = NULL;
    struct mr_rsa_public *public_half = NULL;
    struct mr_sealer *sealer = NULL;
    check(mr_rsa_key_generate(MR_RSA_CLIENT_BITS, &key), "key");
    struct mr_span n = mr_span_of(mr_rsa_key_n(key));
    struct mr_span e = mr_span_of(mr_rsa_key_e(key));
    check(mr_rsa_public_parse(MR_RSA_PEER_CLIENT, n, e, &public_half, NULL), "public key");
    check(mr_sealer_new(public_half, &sealer), "sealer");
    measure(key, sealer, 24);
    measure(key, sealer, 200);
    measure(key, sealer, MR_LIMIT_FRAME_OUT_TEXT);
    mr_sealer_free(sealer);
    mr_rsa_key_free(key);
    return 0;
}
