/* Parts of a job by their text, each with a sentence for what is wrong. */
#include "plugins/miner/options.h"

#include "core/base/buf.h"
#include "core/base/safe_text.h"
#include "plugins/miner/engine/dispatch.h"

#include <moonroom/errors.h>

#include <sched.h>
#include <stdio.h>
#include <string.h>

int mr_mine_set_prev(struct mr_engine_job *job, const char *text, char *why, size_t why_size)
{
    if (!mr_work_hash_valid(text, strlen(text))) {
        snprintf(why, why_size, "The hash of the block before is %d hex digits, in lower case.",
                 (int)MR_WORK_HASH_HEX);
        return MR_EINVAL;
    }
    memcpy(job->search.prev_hash, text, sizeof job->search.prev_hash);
    return MR_OK;
}

int mr_mine_set_order(struct mr_engine_job *job, const char *text, char *why, size_t why_size)
{
    if (mr_work_order_by_name(text, &job->search.order) == MR_OK)
        return MR_OK;
    snprintf(why, why_size, "The order is s_prev or prev_s.");
    return MR_EINVAL;
}

static void list_kernels(char *out, size_t size)
{
    const struct mr_kernel *list[MR_KERNELS_MAX];
    size_t count = mr_kernels(list), used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", list[i]->name);
}

int mr_mine_set_kernel(struct mr_engine_job *job, const char *text, char *why, size_t why_size)
{
    char names[128];
    int err = mr_kernel_by_name(text, &job->search.kernel);
    if (err == MR_OK)
        return MR_OK;
    list_kernels(names, sizeof names);
    snprintf(why, why_size, "%s Here are: %s.",
             err == MR_EUNSUPPORTED ? "This processor cannot run that kernel."
                                    : "There is no such kernel in this build.",
             names);
    return MR_EINVAL;
}

int mr_mine_set_alphabet(struct mr_engine_job *job, const char *text, char *why, size_t why_size)
{
    const char *problem = mr_space_alphabet_problem(text);
    if (problem) {
        snprintf(why, why_size, "This alphabet cannot be used: %s.", problem);
        return MR_EINVAL;
    }
    snprintf(job->search.alphabet, sizeof job->search.alphabet, "%s", text);
    return MR_OK;
}

int mr_mine_set_prefix(struct mr_engine_job *job, const char *text, char *why, size_t why_size)
{
    const char *problem = mr_space_prefix_problem(text);
    if (problem) {
        snprintf(why, why_size, "This prefix cannot be used: %s. It may have %d characters.",
                 problem, (int)MR_LIMIT_MINE_PREFIX);
        return MR_EINVAL;
    }
    snprintf(job->search.prefix, sizeof job->search.prefix, "%s", text);
    return MR_OK;
}

static unsigned processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > MR_LIMIT_MINE_THREADS ? MR_LIMIT_MINE_THREADS : (unsigned)count;
}

void mr_mine_options_complete(struct mr_engine_job *job)
{
    if (!job->search.kernel)
        job->search.kernel = mr_kernel_fastest();
    if (job->threads == 0)
        job->threads = processors();
}
