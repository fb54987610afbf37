/* The command line of `moonroom host`. */
#ifndef MR_ROOMHOST_OPTIONS_H
#define MR_ROOMHOST_OPTIONS_H

#include "plugins/roomhost/store_db.h"

#include "core/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum mr_host_mode {
    MR_HOST_ROOM,
    MR_HOST_VERIFY,
    MR_HOST_ACCOUNTS,
    MR_HOST_RESET_PASSWORD,
    MR_HOST_HELP,
    MR_HOST_VERSION
};

/* The strings are the argument vector's, or the environment's. */
struct mr_host_options {
    enum mr_host_mode mode;
    const char *home;   /* NULL: the default */
    const char *listen; /* numeric address */
    uint16_t port;
    struct mr_room_terms terms;
    unsigned accounts_per_address;
    int64_t fine;
    const char *admins[MR_LIMIT_ROOM_ADMINS];
    size_t admin_count;
    struct mr_buf welcome; /* text; mr_host_options_free() */
    const char *log;       /* a file; NULL: stderr */
    bool exit_with_parent;
    pid_t parent;     /* its process id; 0: whoever it is */
    const char *user; /* of reset-password */
};

/* MR_OK, or MR_EINVAL with one sentence in why. out is to be freed in both cases. */
int mr_host_options_parse(int argc, char **argv, struct mr_host_options *out, char *why,
                          size_t why_size);
void mr_host_options_free(struct mr_host_options *options);

void mr_host_options_help(void);

#endif
