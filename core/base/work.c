#include "core/base/work.h"

#include "core/base/hex.h"

#include <moonroom/errors.h>

#include <string.h>

bool mr_work_s_valid(const char *s, size_t len)
{
    if (len != MR_WORK_S_BYTES)
        return false;
    for (size_t i = 0; i < len; i++)
        if (s[i] < 0x21 || s[i] > 0x7e)
            return false;
    return true;
}

bool mr_work_hash_valid(const char *hash, size_t len)
{
    return len == MR_WORK_HASH_HEX && mr_hex_is_lower(hash, len);
}

void mr_work_digest(enum mr_work_order order, const char prev_hash[static MR_WORK_HASH_HEX],
                    const char s[static MR_WORK_S_BYTES], uint8_t digest[static MR_SHA512_BYTES])
{
    char message[MR_WORK_S_BYTES + MR_WORK_HASH_HEX];
    bool s_first = order == MR_WORK_S_PREV;
    memcpy(message + (s_first ? 0 : MR_WORK_HASH_HEX), s, MR_WORK_S_BYTES);
    memcpy(message + (s_first ? MR_WORK_S_BYTES : 0), prev_hash, MR_WORK_HASH_HEX);
    mr_sha512_of(message, sizeof message, digest);
}

int mr_work_zeros(const uint8_t digest[static MR_SHA512_BYTES])
{
    int zeros = 0;
    for (int i = 0; i < MR_SHA512_BYTES; i++) {
        if (digest[i] == 0) {
            zeros += 2;
            continue;
        }
        return zeros + (digest[i] < 0x10);
    }
    return zeros;
}

int mr_work_verify(enum mr_work_order order, int zeros,
                   const char prev_hash[static MR_WORK_HASH_HEX],
                   const char s[static MR_WORK_S_BYTES], char *hex_out)
{
    uint8_t digest[MR_SHA512_BYTES];
    mr_work_digest(order, prev_hash, s, digest);
    if (hex_out)
        mr_hex_encode(digest, sizeof digest, hex_out);
    return mr_work_zeros(digest) >= zeros ? MR_OK : MR_EUNVERIFIED;
}

const char *mr_work_order_name(enum mr_work_order order)
{
    return order == MR_WORK_PREV_S ? "prev_s" : "s_prev";
}

int mr_work_order_by_name(const char *name, enum mr_work_order *order)
{
    if (strcmp(name, "s_prev") == 0)
        *order = MR_WORK_S_PREV;
    else if (strcmp(name, "prev_s") == 0)
        *order = MR_WORK_PREV_S;
    else
        return MR_EINVAL;
    return MR_OK;
}
