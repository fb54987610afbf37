/* What the fuzz targets of the wire floor share: fixed keys, frames without randomness, and a
 * cursor over the input. */
#ifndef TESTS_FUZZ_WIRE_FUZZ_H
#define TESTS_FUZZ_WIRE_FUZZ_H

#include "core/base/buf.h"
#include "core/wire/envelope.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A condition that holds whatever the input is. */
#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static const char fuzz_n[] =
    "64250721773104342854296483186062524624608742449742813138235486505570505146923";

static inline struct mr_rsa_key *fuzz_key(void)
{
    static struct mr_rsa_key *key;
    if (!key)
        HOLDS(mr_rsa_key_load(
                  fuzz_n, "65537",
                  "16246745521215270301988210008993822676298202054527882496325731618977821122433",
                  "81006979709173114226332546041248428247633",
                  "793150442144291959694440127684979131", &key) == 0);
    return key;
}

static inline struct mr_rsa_public *fuzz_public(void)
{
    struct mr_rsa_public *key;
    HOLDS(mr_rsa_public_parse(MR_RSA_PEER_CLIENT, mr_span_of(fuzz_n), mr_span_of("65537"), &key,
                              NULL) == 0);
    return key;
}

/* The input, taken from its front. */
struct input {
    const uint8_t *at;
    size_t left;
};

static inline uint8_t take_byte(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

static inline struct mr_span take_bytes(struct input *input, size_t len)
{
    if (len > input->left)
        len = input->left;
    struct mr_span span = {(const char *)input->at, len};
    input->at += len;
    input->left -= len;
    return span;
}

/* Appends a frame whose keys come from a counter, so that the same input always gives the same
 * bytes; `careful` as our own sender, else as one that does not look at what it makes. */
static inline void fuzz_seal(struct mr_span text, bool careful, struct mr_buf *out)
{
    static struct mr_rsa_public *public;
    static struct mr_aes_ctr *aes;
    if (!public)
    public = fuzz_public();
    if (!aes)
        HOLDS(mr_aes_ctr_new(&aes) == 0);
    uint8_t *frame = mr_buf_reserve(out, 32 + text.len + MR_FRAME_LF);
    HOLDS(frame);
    for (uint32_t i = 0; i < 1000; i++) {
        uint8_t aes_key[MR_AES_KEY_BYTES] = {0}, padding[13];
        memcpy(aes_key, &i, sizeof i);
        memset(padding, 1 + (int)(i % 255), sizeof padding);
        HOLDS(mr_rsa_encrypt_padded(public, aes_key, padding, frame) == 0);
        HOLDS(mr_aes_ctr_crypt(aes, aes_key, text.at, text.len, frame + 32) == 0);
        if (!careful || !mr_envelope_ambiguous(frame, 32 + text.len))
            break;
    }
    memcpy(frame + 32 + text.len, "\n\n\n\n\n", MR_FRAME_LF);
    mr_buf_commit(out, 32 + text.len + MR_FRAME_LF);
}

#endif
