#include "core/api/errand.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>

struct mr_errands {
    const struct mr_errand_kind *kind;
    struct mr_caller *caller;
    struct mr_errand *first;
    size_t count;
};

static void end_all(void *value)
{
    struct mr_errands *all = value;
    while (all->first) {
        struct mr_errand *errand = all->first;
        struct mr_call *call = mr_errand_end(errand);
        all->kind->stop(errand);
        mr_call_fail(call, MR_ECANCELED, "%s", mr_error_text(MR_ECANCELED));
    }
    free(all);
}

static void review(void *value)
{
    struct mr_errands *all = value;
    struct mr_errand *next;
    for (struct mr_errand *errand = all->first; errand; errand = next) {
        next = errand->next;
        if (!mr_caller_may(all->caller, errand->permission)) {
            char why[512];
            int err =
                mr_caller_denied(all->caller, all->kind->what, errand->permission, why, sizeof why);
            struct mr_call *call = mr_errand_end(errand);
            all->kind->stop(errand);
            mr_call_fail(call, err, "%s", why);
        }
    }
}

static struct mr_errands *errands_of(const struct mr_errand_kind *kind, struct mr_caller *caller)
{
    struct mr_errands *all = mr_caller_data(caller, kind);
    if (all) {
        return all;
    }
    all = calloc(1, sizeof *all);
    if (!all || mr_caller_attach(caller, kind, all, end_all) < 0) {
        free(all);
        return NULL;
    }
    mr_caller_review(caller, kind, review);
    all->kind = kind;
    all->caller = caller;
    return all;
}

bool mr_errand_begin(const struct mr_errand_kind *kind, struct mr_errand *errand,
                     struct mr_call *call, const char *permission)
{
    struct mr_errands *all = errands_of(kind, mr_call_caller(call));
    if (!all) {
        mr_call_fail(call, MR_ENOMEM, "%s", mr_error_text(MR_ENOMEM));
        return false;
    }
    if (all->count == kind->most) {
        mr_call_fail(call, MR_EBUSY, "%s: %zu are under way already, more have to wait", kind->what,
                     kind->most);
        return false;
    }
    errand->all = all;
    errand->call = call;
    snprintf(errand->permission, sizeof errand->permission, "%s", permission);
    errand->next = all->first;
    if (errand->next) {
        errand->next->prev = errand;
    }
    all->first = errand;
    all->count++;
    return true;
}

struct mr_call *mr_errand_end(struct mr_errand *errand)
{
    if (errand->prev) {
        errand->prev->next = errand->next;
    } else {
        errand->all->first = errand->next;
    }
    if (errand->next) {
        errand->next->prev = errand->prev;
    }
    errand->all->count--;
    return errand->call;
}

bool mr_errand_timeout(struct mr_call *call, const cJSON *params, uint64_t fallback_ms,
                       uint64_t max_ms, uint64_t *out)
{
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(params, "timeout");
    double ms = given ? given->valuedouble * 1000 : (double)fallback_ms;
    if (!(ms >= 1 && ms <= (double)max_ms)) {
        mr_call_fail(call, MR_EINVAL, "timeout is more than 0 and at most %g seconds",
                     (double)max_ms / 1000);
        return false;
    }
    *out = (uint64_t)ms;
    return true;
}
