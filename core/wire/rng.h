/* Random bytes good enough for keys. May be called from any thread. */
#ifndef MR_WIRE_RNG_H
#define MR_WIRE_RNG_H

#include <stddef.h>

/* Fills len bytes. MR_ECRYPTO if the system gives none; the bytes must then not be used. */
int mr_rng_bytes(void *out, size_t len);

#endif
