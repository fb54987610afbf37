#include "core/wire/rng.h"

#include <moonroom/errors.h>

#include <limits.h>
#include <openssl/err.h>
#include <openssl/rand.h>

int mr_rng_bytes(void *out, size_t len)
{
    if (len > INT_MAX)
        return MR_ECRYPTO;
    if (RAND_bytes(out, (int)len) == 1)
        return MR_OK;
    ERR_clear_error();
    return MR_ECRYPTO;
}
