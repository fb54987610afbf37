/* Programs that are run to their end for what they print.
 *
 * No shell is involved, standard input is empty, the program has a session of its own and cannot
 * reach the terminal. At the end of its time, or when it prints too much, it is killed together
 * with what it has started. What a program that ended by itself has left running stays.
 */
#ifndef MR_RUNTIME_PROGRAM_H
#define MR_RUNTIME_PROGRAM_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/runtime/loop.h"

struct mr_program;

struct mr_program_options {
    const char *file;        /* absolute path, as mr_program_find() gives it */
    const char *const *argv; /* ended by NULL, argv[0] included */
    const char *folder;      /* where it runs; NULL: / */
    uint64_t timeout_ms;
    size_t out_max, err_max; /* bytes taken of its output and its errors */
};

/* Borrowed during the call. */
struct mr_program_result {
    int64_t status; /* exit code, -1 when a signal ended it */
    int signum;     /* that signal, or 0 */
    const struct mr_buf *out, *err;
    bool truncated; /* it printed more, and was killed */
};

/* Told once, from the loop. err: MR_OK, or MR_ETIMEOUT. */
typedef void mr_program_fn(void *ctx, int err, const struct mr_program_result *result);

/* Where a program is: name is an absolute path, or looked for in the absolute folders of PATH.
 * MR_ENOTFOUND. The caller frees *out. */
int mr_program_find(const char *name, char **out);

int mr_program_start(struct mr_loop *loop, const struct mr_program_options *options,
                     mr_program_fn *fn, void *ctx, struct mr_program **out);
/* Kills what still runs; fn is not called any more. Inside fn it only frees. */
void mr_program_free(struct mr_program **program);

#endif
