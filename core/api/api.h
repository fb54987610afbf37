/* The api: one table of methods, callers with permissions, calls that are answered now or later.
 *
 * The rows stand in moonroom/methods.def. A folder that does the work binds a handler to each of
 * its rows when it starts; a method without a handler answers "unsupported". Parameters are checked
 * against the row before a handler sees them: a missing or wrong one, or one too many, answers
 * "invalid".
 *
 * A call is answered exactly once, from the handler or later from the loop, with mr_call_return()
 * or mr_call_fail(). When its caller goes away first, the call lives on until its handler answers,
 * and the answer is thrown away; nothing is to be checked by the handler.
 */
#ifndef MR_API_API_H
#define MR_API_API_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/secret.h"

struct mr_api;
struct mr_call;
struct mr_caller;

enum mr_caller_kind {
    MR_CALLER_USER,   /* the person at the prompt: may do everything */
    MR_CALLER_RPC,    /* a program over JSON-RPC that the user started: everything */
    MR_CALLER_SCRIPT, /* a script: what it was granted */
    MR_CALLER_PLUGIN, /* a native plugin: everything */
};

/* Something on behalf of which methods are called. `notify` takes a message for the caller (an
 * event or a call back into a script, in the terms of core/api/rpc.h); both arguments are borrowed.
 */
struct mr_caller_options {
    enum mr_caller_kind kind;
    const char *name;          /* "greeter"; copied */
    const char *const *grants; /* permissions, ended by NULL; only read for scripts; copied */
    /* May be NULL: writes how the caller comes by a permission that it does not hold, as the end of
     * a sentence. */
    void (*how)(void *ctx, const char *permission, char *out, size_t size);
    void (*notify)(void *ctx, const char *method, const cJSON *params);
    void *ctx;
};

int mr_api_new(struct mr_api **out);
void mr_api_free(struct mr_api *api);

int mr_caller_new(struct mr_api *api, const struct mr_caller_options *options,
                  struct mr_caller **out);
/* Ends it: its subscriptions, commands, timers and secrets go, its open calls are orphaned. */
void mr_caller_free(struct mr_caller **caller);
const char *mr_caller_name(const struct mr_caller *caller);
enum mr_caller_kind mr_caller_kind(const struct mr_caller *caller);
bool mr_caller_may(const struct mr_caller *caller, const char *permission);
/* Writes why `what` ("chat.say", "the event whisper") is refused without that permission, and how
 * to get it. Returns MR_EDENIED. */
int mr_caller_denied(const struct mr_caller *caller, const char *what, const char *permission,
                     char *why, size_t why_size);
/* Gives a permission, or takes one: what the caller has and may not have without it ends at once,
 * by the reviews of those who keep it (mr_caller_review). */
int mr_caller_give(struct mr_caller *caller, const char *permission);
void mr_caller_take(struct mr_caller *caller, const char *permission);
/* Tells the caller something; see notify above. */
void mr_caller_notify(struct mr_caller *caller, const char *method, const cJSON *params);
/* What belongs to a caller is undone with it: fn is called by mr_caller_free(). Used by whoever
 * keeps something in a caller's name (timers, commands). `key` is any address that names the
 * keeper; the value is found again with mr_caller_data(). */
int mr_caller_attach(struct mr_caller *caller, const void *key, void *value,
                     void (*fn)(void *value));
void *mr_caller_data(const struct mr_caller *caller, const void *key);
/* fn is called with the value of that key whenever a permission was taken: it ends what needs it.
 */
void mr_caller_review(struct mr_caller *caller, const void *key, void (*fn)(void *value));

/* One caller may take the place of another, as a whole: a script that is reloaded. What a STAGED
 * caller registers is kept, and nothing of it is in force: its commands cannot be typed, its timers
 * do not run. What is for a HELD one waits: lines that are typed for its commands, timers that
 * fire. */
enum mr_caller_stage { MR_CALLER_LIVE, MR_CALLER_STAGED, MR_CALLER_HELD };

enum mr_caller_stage mr_caller_stage(const struct mr_caller *caller);
void mr_caller_set_stage(struct mr_caller *caller, enum mr_caller_stage stage);
/* In force from now on, in the place of `before`, which is to be freed next; with NULL there, it
 * merely goes on. Every keeper that asked for it with mr_caller_on_live() is told, with what it
 * kept for `before` (NULL: nothing). */
void mr_caller_go_live(struct mr_caller *caller, const struct mr_caller *before);
void mr_caller_on_live(struct mr_caller *caller, const void *key,
                       void (*fn)(void *value, void *before));

/* params is borrowed. */
typedef void mr_method_fn(void *ctx, struct mr_call *call, const cJSON *params);

/* MR_ENOTFOUND when methods.def has no such row, MR_EEXISTS when it is bound. name is not copied.
 */
int mr_api_bind(struct mr_api *api, const char *name, mr_method_fn *fn, void *ctx);
void mr_api_unbind(struct mr_api *api, const char *name);

/* Rows of plugins stand behind those of methods.def and are used in the same way. */
struct mr_method_row {
    const char *name, *permission, *parameters, *returns, *help;
};

/* Adds a row with its handler in the name of a plugin. Nothing is copied: row and owner live until
 * it is removed. MR_EEXISTS for a name that is taken, MR_ELIMIT beyond MR_LIMIT_PLUGIN_METHODS;
 * MR_EINVAL with a sentence part in why for a row that is not valid. */
int mr_api_add(struct mr_api *api, const struct mr_method_row *row, const char *owner,
               mr_method_fn *fn, void *ctx, char *why, size_t why_size);
/* Removes all that were added in this name (the same pointer). */
void mr_api_remove_owner(struct mr_api *api, const char *owner);
/* What was added, for whoever makes proxies: a new object {name: parameters}; NULL if there is
 * none. */
cJSON *mr_api_added(const struct mr_api *api);

struct mr_binding {
    const char *name;
    mr_method_fn *fn;
};

/* Binds rows until one with name NULL. */
int mr_api_bind_all(struct mr_api *api, const struct mr_binding *rows, void *ctx);

/* result is taken; NULL stands for null. */
void mr_call_return(struct mr_call *call, cJSON *result);
/* err is an mr_error; the sentence is for the user. */
void mr_call_fail(struct mr_call *call, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Who asks; NULL once the caller is gone. */
struct mr_caller *mr_call_caller(const struct mr_call *call);
/* For a row whose permission is a family ("process:NAME"): whether the caller holds this member of
 * it. When not, the call was failed. A handler of such a row asks this before it does anything. */
bool mr_call_needs(struct mr_call *call, const char *what, const char *permission);

/* How a call ended: err MR_OK and result (borrowed, may be NULL), or an error and its text. */
typedef void mr_done_fn(void *ctx, int err, const char *text, const cJSON *result);

/* Calls a method. `done` comes exactly once unless the caller is freed first; it may come before
 * this function returns. params is borrowed and may be NULL. done may be NULL. */
void mr_api_call(struct mr_api *api, struct mr_caller *caller, const char *method,
                 const cJSON *params, mr_done_fn *done, void *ctx);

/* The table as JSON, for documentation: [{name, permission, parameters, returns, help}], and
 * `plugin`, its name, where a plugin added the row. */
cJSON *mr_api_describe(const struct mr_api *api);

/* Secrets. A secret that was typed for a script is kept here and named by a token. */
/* Keeps a copy; token gets "secret:..." (at least 40 bytes). The token works for this caller only
 * and dies with it, or after 10 minutes. */
int mr_caller_keep_secret(struct mr_caller *caller, const struct mr_secret *secret, char *token,
                          size_t token_size);
/* Resolves a parameter of type secret into out (to be freed by the caller): a token of this caller;
 * for RPC and user callers also the text itself. MR_EINVAL otherwise. */
int mr_call_secret(struct mr_call *call, const cJSON *value, struct mr_secret *out);

#endif
