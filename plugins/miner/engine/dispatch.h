/* The kernels that this build has and this processor can run. Pure; from any thread. */
#ifndef MR_MINER_DISPATCH_H
#define MR_MINER_DISPATCH_H

#include "plugins/miner/engine/kernel.h"

#include <stddef.h>

enum { MR_KERNELS_MAX = 8 };

/* Writes them to out, the widest first, and returns how many there are; at least one. */
size_t mr_kernels(const struct mr_kernel *out[static MR_KERNELS_MAX]);

/* The kernel of that name. MR_EUNSUPPORTED if this build has it but this processor cannot run it,
 * MR_ENOTFOUND if there is none in this build. */
int mr_kernel_by_name(const char *name, const struct mr_kernel **out);

/* The fastest: lets each hash for a few milliseconds. */
const struct mr_kernel *mr_kernel_fastest(void);

#endif
