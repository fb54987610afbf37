/* Inside the api: how open calls hang on their caller. */
#ifndef MR_API_CALLER_H
#define MR_API_CALLER_H

#include "core/api/api.h"

/* A place in a caller's list of open calls. caller is NULL once the caller is gone. */
struct mr_caller_link {
    struct mr_caller *caller;
    struct mr_caller_link *prev, *next;
};

void mr_caller_link(struct mr_caller *caller, struct mr_caller_link *link);
void mr_caller_unlink(struct mr_caller_link *link);

#endif
