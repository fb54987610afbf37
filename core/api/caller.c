#include "core/api/caller.h"

#include <moonroom/errors.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/base/limits.h"

enum { SECRETS_MAX = 16, SECRET_SECONDS = 600, GRANTS_MAX = 64 };

struct kept_secret {
    struct mr_secret secret;
    char token[40];
    time_t until; /* monotonic */
};

struct attachment {
    struct attachment *next;
    const void *key;
    void *value;
    void (*fn)(void *value);
    void (*review)(void *value);
    void (*live)(void *value, void *before); /* may be NULL */
};

struct mr_caller {
    enum mr_caller_kind kind;
    enum mr_caller_stage stage;
    char *name;
    char *grants[GRANTS_MAX + 1];
    void (*notify)(void *ctx, const char *method, const cJSON *params);
    void (*how)(void *ctx, const char *permission, char *out, size_t size);
    void *ctx;
    struct mr_caller_link *calls;
    struct attachment *attachments;
    struct kept_secret secrets[SECRETS_MAX];
};

static int copy_grants(struct mr_caller *caller, const char *const *grants)
{
    for (size_t i = 0; grants && grants[i]; i++) {
        if (i == GRANTS_MAX) {
            return MR_ELIMIT;
        }
        caller->grants[i] = strdup(grants[i]);
        if (!caller->grants[i]) {
            return MR_ENOMEM;
        }
    }
    return MR_OK;
}

int mr_caller_new(struct mr_api *api, const struct mr_caller_options *options,
                  struct mr_caller **out)
{
    (void)api;
    struct mr_caller *caller = calloc(1, sizeof *caller);
    *out = NULL;
    if (!caller) {
        return MR_ENOMEM;
    }
    caller->kind = options->kind;
    caller->notify = options->notify;
    caller->how = options->how;
    caller->ctx = options->ctx;
    caller->name = strdup(options->name);
    int err = caller->name ? copy_grants(caller, options->grants) : MR_ENOMEM;
    if (err < 0) {
        mr_caller_free(&caller);
        return err;
    }
    *out = caller;
    return MR_OK;
}

void mr_caller_free(struct mr_caller **caller_at)
{
    struct mr_caller *caller = *caller_at;
    if (!caller) {
        return;
    }
    *caller_at = NULL;
    /* Whatever the keepers do while they undo, nobody is told any more. */
    caller->notify = NULL;
    while (caller->calls) {
        mr_caller_unlink(caller->calls);
    }
    while (caller->attachments) {
        struct attachment *attachment = caller->attachments;
        caller->attachments = attachment->next;
        attachment->fn(attachment->value);
        free(attachment);
    }
    for (size_t i = 0; i < SECRETS_MAX; i++) {
        mr_secret_free(&caller->secrets[i].secret);
    }
    for (size_t i = 0; caller->grants[i]; i++) {
        free(caller->grants[i]);
    }
    free(caller->name);
    free(caller);
}

const char *mr_caller_name(const struct mr_caller *caller)
{
    return caller->name;
}

enum mr_caller_kind mr_caller_kind(const struct mr_caller *caller)
{
    return caller->kind;
}

bool mr_caller_may(const struct mr_caller *caller, const char *permission)
{
    if (caller->kind != MR_CALLER_SCRIPT || *permission == '\0') {
        return true;
    }
    for (size_t i = 0; caller->grants[i]; i++) {
        if (strcmp(caller->grants[i], permission) == 0) {
            return true;
        }
    }
    return false;
}

int mr_caller_denied(const struct mr_caller *caller, const char *what, const char *permission,
                     char *why, size_t why_size)
{
    char how[200] = "name it in the script's manifest (needs = {...})";
    if (caller->how) {
        caller->how(caller->ctx, permission, how, sizeof how);
    }
    snprintf(why, why_size, "%s needs the permission '%s'; %s", what, permission, how);
    return MR_EDENIED;
}

int mr_caller_give(struct mr_caller *caller, const char *permission)
{
    size_t count = 0;
    while (caller->grants[count]) {
        if (strcmp(caller->grants[count++], permission) == 0) {
            return MR_OK;
        }
    }
    if (count == GRANTS_MAX) {
        return MR_ELIMIT;
    }
    caller->grants[count] = strdup(permission);
    return caller->grants[count] ? MR_OK : MR_ENOMEM;
}

void mr_caller_take(struct mr_caller *caller, const char *permission)
{
    for (size_t i = 0; caller->grants[i]; i++) {
        if (strcmp(caller->grants[i], permission) != 0) {
            continue;
        }
        free(caller->grants[i]);
        for (; caller->grants[i]; i++) {
            caller->grants[i] = caller->grants[i + 1];
        }
        break;
    }
    for (struct attachment *a = caller->attachments; a; a = a->next) {
        if (a->review) {
            a->review(a->value);
        }
    }
}

void mr_caller_notify(struct mr_caller *caller, const char *method, const cJSON *params)
{
    if (caller->notify) {
        caller->notify(caller->ctx, method, params);
    }
}

int mr_caller_attach(struct mr_caller *caller, const void *key, void *value,
                     void (*fn)(void *value))
{
    struct attachment *attachment = calloc(1, sizeof *attachment);
    if (!attachment) {
        return MR_ENOMEM;
    }
    *attachment = (struct attachment){caller->attachments, key, value, fn, NULL, NULL};
    caller->attachments = attachment;
    return MR_OK;
}

static struct attachment *find_attachment(const struct mr_caller *caller, const void *key)
{
    struct attachment *a = caller->attachments;
    while (a && a->key != key) {
        a = a->next;
    }
    return a;
}

void mr_caller_review(struct mr_caller *caller, const void *key, void (*fn)(void *value))
{
    struct attachment *a = find_attachment(caller, key);
    if (a) {
        a->review = fn;
    }
}

void *mr_caller_data(const struct mr_caller *caller, const void *key)
{
    const struct attachment *a = find_attachment(caller, key);
    return a ? a->value : NULL;
}

enum mr_caller_stage mr_caller_stage(const struct mr_caller *caller)
{
    return caller->stage;
}

void mr_caller_set_stage(struct mr_caller *caller, enum mr_caller_stage stage)
{
    caller->stage = stage;
}

void mr_caller_on_live(struct mr_caller *caller, const void *key,
                       void (*fn)(void *value, void *before))
{
    struct attachment *a = find_attachment(caller, key);
    if (a) {
        a->live = fn;
    }
}

void mr_caller_go_live(struct mr_caller *caller, const struct mr_caller *before)
{
    caller->stage = MR_CALLER_LIVE;
    for (const struct attachment *a = caller->attachments; a; a = a->next) {
        if (a->live) {
            a->live(a->value, before ? mr_caller_data(before, a->key) : NULL);
        }
    }
}

void mr_caller_link(struct mr_caller *caller, struct mr_caller_link *link)
{
    link->caller = caller;
    link->prev = NULL;
    link->next = caller->calls;
    if (link->next) {
        link->next->prev = link;
    }
    caller->calls = link;
}

void mr_caller_unlink(struct mr_caller_link *link)
{
    if (!link->caller) {
        return;
    }
    if (link->prev) {
        link->prev->next = link->next;
    } else {
        link->caller->calls = link->next;
    }
    if (link->next) {
        link->next->prev = link->prev;
    }
    *link = (struct mr_caller_link){0};
}

static time_t now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* A free place, or the one that would end first. */
static struct kept_secret *secret_place(struct mr_caller *caller)
{
    struct kept_secret *best = &caller->secrets[0];
    for (size_t i = 0; i < SECRETS_MAX; i++) {
        struct kept_secret *place = &caller->secrets[i];
        if (!place->secret.bytes) {
            return place;
        }
        best = place->until < best->until ? place : best;
    }
    mr_secret_free(&best->secret);
    return best;
}

int mr_caller_keep_secret(struct mr_caller *caller, const struct mr_secret *secret, char *token,
                          size_t token_size)
{
    uint64_t random[2];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
        return MR_ECRYPTO;
    }
    struct kept_secret *place = secret_place(caller);
    int err = mr_secret_init(&place->secret, MR_LIMIT_PASSWORD);
    if (err == MR_OK) {
        err = mr_secret_set(&place->secret, secret->bytes, secret->len);
    }
    if (err < 0) {
        mr_secret_free(&place->secret);
        return err;
    }
    snprintf(place->token, sizeof place->token, "secret:%016llx%016llx",
             (unsigned long long)random[0], (unsigned long long)random[1]);
    place->until = now_seconds() + SECRET_SECONDS;
    snprintf(token, token_size, "%s", place->token);
    return MR_OK;
}

static struct kept_secret *find_secret(struct mr_caller *caller, const char *token)
{
    for (size_t i = 0; i < SECRETS_MAX; i++) {
        struct kept_secret *place = &caller->secrets[i];
        if (place->secret.bytes && strcmp(place->token, token) == 0) {
            return place->until >= now_seconds() ? place : NULL;
        }
    }
    return NULL;
}

int mr_call_secret(struct mr_call *call, const cJSON *value, struct mr_secret *out)
{
    struct mr_caller *caller = mr_call_caller(call);
    const char *text = cJSON_GetStringValue(value);
    *out = (struct mr_secret){0};
    if (!caller || !text) {
        return MR_EINVAL;
    }
    const struct kept_secret *kept = find_secret(caller, text);
    if (!kept && caller->kind == MR_CALLER_SCRIPT) {
        return MR_EINVAL;
    }
    int err = mr_secret_init(out, MR_LIMIT_PASSWORD);
    if (err == MR_OK) {
        err = kept ? mr_secret_set(out, kept->secret.bytes, kept->secret.len)
                   : mr_secret_set(out, text, strlen(text));
    }
    if (err < 0) {
        mr_secret_free(out);
    }
    return err;
}
