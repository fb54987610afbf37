/* Inside core/script: filters of scripts, and the items that are with them. */
#ifndef MR_SCRIPT_SCRIPT_FILTER_H
#define MR_SCRIPT_SCRIPT_FILTER_H

#include "core/script/run.h"

struct mr_script_filter {
    struct mr_script_filter *next;
    struct mr_scripts *scripts;
    struct mr_run *run;       /* NULL: it is gone, the filter holds for it */
    struct mr_filter *filter; /* its place in the chain; NULL: it will get that of `claims` */
    struct mr_script_filter *claims; /* of an earlier run, in whose place it comes */
    enum mr_filter_kind kind;
    int priority;
    char name[MR_MANIFEST_NAME + 1]; /* the script's */
    int64_t id;
    bool required;
    bool whispers; /* it may see them */
};

/* An item on its way to a script and back. */
struct mr_script_visit {
    struct mr_script_visit *next;
    struct mr_scripts *scripts;
    struct mr_run *run;
    uint64_t number;
    struct mr_script_filter *filter; /* NULL: nobody waits for it any more */
    uint64_t ticket;
    uint64_t since_ms;
    bool waits;  /* the handler waits for something itself */
    bool unsent; /* the script has no place for it, or is being exchanged */
};

/* script_visit.c: a mr_filter_options.offer whose ctx is a struct mr_script_filter. */
void mr_script_visit_begin(void *filter, uint64_t ticket, const cJSON *item, const char *json);
/* What the filter was given is of no more interest. */
void mr_script_visits_cut_off(struct mr_script_filter *filter);
void mr_script_visits_free(struct mr_scripts *scripts);

#endif
