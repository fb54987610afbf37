#include "plugins/miner/engine/dispatch.h"

#include "plugins/miner/engine/search.h"

#include <moonroom/errors.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* All of this build. A name may be there twice: the first one that runs is the one. */
static const struct mr_kernel *const built[] = {
#ifdef MR_KERNEL_AVX512
    &mr_kernel_avx512,
#endif
#ifdef MR_KERNEL_AVX2
    &mr_kernel_avx2,
#endif
#ifdef MR_KERNEL_BMI2
    &mr_kernel_scalar_bmi2,
#endif
    &mr_kernel_scalar,
};

enum { BUILT = sizeof built / sizeof built[0], ROUNDS = 5 };

_Static_assert((int)BUILT <= (int)MR_KERNELS_MAX, "every kernel fits a list");

static const struct mr_kernel *find(const struct mr_kernel *const *list, size_t count,
                                    const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->name, name) == 0)
            return list[i];
    return NULL;
}

size_t mr_kernels(const struct mr_kernel *out[static MR_KERNELS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < BUILT; i++)
        if (built[i]->supported() && !find(out, count, built[i]->name))
            out[count++] = built[i];
    return count;
}

int mr_kernel_by_name(const char *name, const struct mr_kernel **out)
{
    const struct mr_kernel *list[MR_KERNELS_MAX];
    *out = find(list, mr_kernels(list), name);
    if (*out)
        return MR_OK;
    return find(built, BUILT, name) ? MR_EUNSUPPORTED : MR_ENOTFOUND;
}

static void ignore(void *ctx, const struct mr_solution *solution)
{
    (void)ctx;
    (void)solution;
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Attempts a second, the best of a few steps: what else the machine does makes it only slower. */
static double rate(struct mr_search *search, const struct mr_kernel *kernel)
{
    struct mr_search_job job = {
        .zeros = MR_LIMIT_ZEROS, .alphabet = MR_SPACE_ALPHABET, .kernel = kernel};
    double best = 0;
    memset(job.prev_hash, '0', sizeof job.prev_hash);
    mr_search_begin(search, &job, 0, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        double begin = cpu_seconds();
        double attempts = (double)mr_search_step(search, ignore, NULL);
        double seconds = cpu_seconds() - begin;
        if (seconds > 0 && attempts / seconds > best)
            best = attempts / seconds;
    }
    return best;
}

const struct mr_kernel *mr_kernel_fastest(void)
{
    const struct mr_kernel *list[MR_KERNELS_MAX];
    size_t count = mr_kernels(list);
    const struct mr_kernel *best = list[0];
    struct mr_search *search = aligned_alloc(alignof(struct mr_search), sizeof *search);
    double most = 0;
    for (size_t i = 0; search && i < count; i++) {
        double here = rate(search, list[i]);
        if (here > most) {
            most = here;
            best = list[i];
        }
    }
    free(search);
    return best;
}
