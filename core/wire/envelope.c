#include "core/wire/envelope.h"

#include "core/base/secret.h"
#include "core/wire/rng.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>

static const char terminator[MR_FRAME_LF] = {'\n', '\n', '\n', '\n', '\n'};

struct mr_sealer {
    struct mr_rsa_public *key;
    struct mr_aes_ctr *aes;
};

int mr_sealer_new(struct mr_rsa_public *key, struct mr_sealer **out)
{
    *out = NULL;
    struct mr_sealer *sealer = calloc(1, sizeof *sealer);
    if (!sealer) {
        mr_rsa_public_free(key);
        return MR_ENOMEM;
    }
    sealer->key = key;
    int error = mr_aes_ctr_new(&sealer->aes);
    if (error) {
        mr_sealer_free(sealer);
        return error;
    }
    *out = sealer;
    return MR_OK;
}

void mr_sealer_free(struct mr_sealer *sealer)
{
    if (!sealer)
        return;
    mr_rsa_public_free(sealer->key);
    mr_aes_ctr_free(sealer->aes);
    free(sealer);
}

size_t mr_sealer_frame_len(const struct mr_sealer *sealer, size_t len)
{
    return mr_rsa_public_block(sealer->key) + len + MR_FRAME_LF;
}

bool mr_envelope_ambiguous(const uint8_t *frame, size_t len)
{
    if (len == 0)
        return false;
    return frame[0] == '\n' || frame[len - 1] == '\n' ||
           (len >= MR_FRAME_LF && memmem(frame, len, terminator, MR_FRAME_LF));
}

/* One try: the frame without its terminator, with a new key. */
static int draw(struct mr_sealer *sealer, const void *text, size_t len, uint8_t *frame)
{
    uint8_t aes_key[MR_AES_KEY_BYTES];
    int error = mr_rng_bytes(aes_key, sizeof aes_key);
    if (!error)
        error = mr_rsa_encrypt(sealer->key, aes_key, frame);
    if (!error)
        error = mr_aes_ctr_crypt(sealer->aes, aes_key, text, len,
                                 frame + mr_rsa_public_block(sealer->key));
    mr_wipe(aes_key, sizeof aes_key);
    return error;
}

int mr_envelope_seal(struct mr_sealer *sealer, const void *text, size_t len, struct mr_buf *out)
{
    size_t overhead = mr_sealer_frame_len(sealer, 0);
    if (mr_buf_room(out) < overhead || mr_buf_room(out) - overhead < len)
        return MR_ELIMIT;
    uint8_t *frame = mr_buf_reserve(out, overhead + len);
    if (!frame)
        return MR_ENOMEM;
    size_t frame_len = overhead + len - MR_FRAME_LF;
    for (int i = 0; i < MR_LIMIT_FRAME_REDRAWS; i++) {
        int error = draw(sealer, text, len, frame);
        if (error)
            return error;
        if (!mr_envelope_ambiguous(frame, frame_len)) {
            memcpy(frame + frame_len, terminator, MR_FRAME_LF);
            mr_buf_commit(out, frame_len + MR_FRAME_LF);
            return MR_OK;
        }
    }
    return MR_ECRYPTO;
}

int mr_envelope_open(struct mr_rsa_key *key, const uint8_t *frame, size_t len, struct mr_buf *out)
{
    uint8_t aes_key[MR_AES_KEY_BYTES];
    struct mr_aes_ctr *aes = NULL;
    size_t block = mr_rsa_key_block(key);
    if (len < block)
        return MR_EPROTOCOL;
    if (len - block > mr_buf_room(out))
        return MR_ELIMIT;
    int error = mr_rsa_decrypt(key, frame, aes_key);
    if (!error)
        error = mr_aes_ctr_new(&aes);
    if (!error) {
        uint8_t *text = mr_buf_reserve(out, len - block);
        error = text ? mr_aes_ctr_crypt(aes, aes_key, frame + block, len - block, text) : MR_ENOMEM;
        if (!error)
            mr_buf_commit(out, len - block);
    }
    mr_aes_ctr_free(aes);
    mr_wipe(aes_key, sizeof aes_key);
    return error;
}
