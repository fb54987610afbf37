/* Frames made and opened: what is sealed opens to the same text and is never ambiguous; any other
 * bytes are refused or opened, nothing else. Keys of peers in any text. */
#include "tests/fuzz/wire_fuzz.h"

#include <moonroom/errors.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void seal_and_open(const uint8_t *data, size_t size)
{
    static struct mr_sealer *sealer;
    struct mr_buf frame, text;
    if (!sealer)
        HOLDS(mr_sealer_new(fuzz_public(), &sealer) == 0);
    mr_buf_init(&frame, 1 << 20);
    mr_buf_init(&text, 1 << 20);
    HOLDS(mr_envelope_seal(sealer, data, size, &frame) == 0);
    HOLDS(mr_buf_len(&frame) == size + 32 + MR_FRAME_LF);
    HOLDS(!mr_envelope_ambiguous(mr_buf_data(&frame), size + 32));
    HOLDS(mr_envelope_open(fuzz_key(), mr_buf_data(&frame), size + 32, &text) == 0);
    HOLDS(mr_buf_len(&text) == size && memcmp(mr_buf_data(&text), data, size) == 0);
    mr_buf_free(&frame);
    mr_buf_free(&text);
}

static void open_anything(const uint8_t *data, size_t size)
{
    struct mr_buf text;
    mr_buf_init(&text, 4096);
    int error = mr_envelope_open(fuzz_key(), data, size, &text);
    HOLDS(error == 0 || error == MR_ECRYPTO || error == MR_EPROTOCOL || error == MR_ELIMIT);
    HOLDS(error == 0 || mr_buf_len(&text) == 0);
    mr_buf_free(&text);
}

static void parse_key(const uint8_t *data, size_t size)
{
    const uint8_t *lf = memchr(data, '\n', size);
    size_t n_len = lf ? (size_t)(lf - data) : size;
    struct mr_span n = {(const char *)data, n_len};
    struct mr_span e = {(const char *)data + n_len + (lf ? 1 : 0), size - n_len - (lf ? 1 : 0)};
    for (int role = 0; role < 2; role++) {
        struct mr_rsa_public *key;
        const char *why;
        int error = mr_rsa_public_parse((enum mr_rsa_role)role, n, e, &key, &why);
        HOLDS((error == 0) == (key != NULL) && (error == 0) == (why == NULL));
        if (key) {
            const uint8_t aes_key[MR_AES_KEY_BYTES] = {1};
            uint8_t block[MR_RSA_BLOCK_MAX];
            HOLDS(mr_rsa_public_block(key) >= 32 && mr_rsa_public_block(key) <= sizeof block);
            HOLDS(mr_rsa_encrypt(key, aes_key, block) == 0);
        }
        mr_rsa_public_free(key);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 8192)
        return 0;
    if (data[0] == 'k')
        parse_key(data + 1, size - 1);
    else if (data[0] & 1)
        seal_and_open(data + 1, size - 1);
    else
        open_anything(data + 1, size - 1);
    return 0;
}
