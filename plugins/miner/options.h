/* The command lines of `moonroom mine` and `moonroom bench`: one table, from which parsing and help
 * follow. */
#ifndef MR_MINER_OPTIONS_H
#define MR_MINER_OPTIONS_H

#include "plugins/miner/engine/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum mr_mine_command { MR_MINE_SEARCH, MR_MINE_BENCH };
enum mr_mine_mode { MR_MINE_RUN, MR_MINE_RPC, MR_MINE_HELP, MR_MINE_VERSION };

/* Strings are the argument vector's. */
struct mr_mine_options {
    enum mr_mine_mode mode;
    struct mr_engine_job job; /* kernel NULL: the fastest; threads 0: one a processor */
    bool has_prev, has_zeros;
    const char *stop_file; /* NULL: none */
    bool json;
    bool follow; /* end with the parent process */
    pid_t parent;
    unsigned seconds; /* of a benchmark */
};

/* MR_OK, or MR_EINVAL with one sentence in why. */
int mr_mine_options_parse(enum mr_mine_command command, int argc, char **argv,
                          struct mr_mine_options *out, char *why, size_t why_size);

void mr_mine_options_help(enum mr_mine_command command);

/* What is left open is chosen: the kernel and the number of threads. */
void mr_mine_options_complete(struct mr_engine_job *job);

/* Parts of a job by their text, for options and for JSON-RPC. MR_EINVAL and a sentence in why. */
int mr_mine_set_prev(struct mr_engine_job *job, const char *text, char *why, size_t why_size);
int mr_mine_set_order(struct mr_engine_job *job, const char *text, char *why, size_t why_size);
int mr_mine_set_kernel(struct mr_engine_job *job, const char *text, char *why, size_t why_size);
int mr_mine_set_alphabet(struct mr_engine_job *job, const char *text, char *why, size_t why_size);
int mr_mine_set_prefix(struct mr_engine_job *job, const char *text, char *why, size_t why_size);

#endif
