/* Events: something happened, everyone who listens is told.
 *
 * Listeners are called in order of (priority, sequence of registration), synchronously, on the
 * loop's thread. Inside a callback anything may be registered or removed: a removed listener is not
 * called any more, a new one is called from the next event on. Every listener has an owner, and one
 * call removes all that an owner has. An event emitted inside a callback is queued and delivered
 * after the current one, so that everyone sees the same order.
 */
#ifndef MR_RUNTIME_HOOK_H
#define MR_RUNTIME_HOOK_H

#include <cjson/cJSON.h>
#include <moonroom/events.h>
#include <stddef.h>

#include "core/runtime/loop.h"

struct mr_hooks;
struct mr_hook;

/* `name` and `data` are borrowed for the call. */
typedef void mr_hook_fn(void *ctx, const char *name, const cJSON *data);

int mr_hooks_new(struct mr_hooks **out);
/* The clock of the events' field `time`; the machine's before. */
void mr_hooks_set_clock(struct mr_hooks *hooks, const struct mr_loop *loop);
void mr_hooks_free(struct mr_hooks *hooks);

/* name: one of the core's events, or "OWNER.event" of a script or plugin. owner may be NULL; out
 * may be NULL. Lower priorities are called first; 0 is the usual one. */
int mr_hooks_listen(struct mr_hooks *hooks, const char *name, int priority, const void *owner,
                    mr_hook_fn *fn, void *ctx, struct mr_hook **out);
void mr_hook_remove(struct mr_hook **hook);
/* Removes all listeners of an owner; the handles it got for them are gone. */
void mr_hooks_remove_owner(struct mr_hooks *hooks, const void *owner);
/* The names of the events that an owner listens to, each once, as a new array; NULL without memory.
 */
cJSON *mr_hooks_names_of(const struct mr_hooks *hooks, const void *owner);

/* Takes data (an object; NULL stands for an empty one), also on failure, and adds "time" if
 * missing. */
int mr_hooks_emit(struct mr_hooks *hooks, enum mr_event event, cJSON *data);
/* The same for a custom event, whose name must hold a dot and be no event of the core. */
int mr_hooks_emit_named(struct mr_hooks *hooks, const char *name, cJSON *data);

/* Events of plugins: a row declares one, so that it has a permission and nobody else emits it. */
struct mr_event_row {
    const char *name, *permission, *fields, *help;
};

/* name is "OWNER.event". The row is not copied and lives until it is undeclared. MR_EEXISTS,
 * MR_EINVAL for a name that none can have. */
int mr_hooks_declare(struct mr_hooks *hooks, const struct mr_event_row *row, const void *owner);
void mr_hooks_undeclare(struct mr_hooks *hooks, const void *owner);
/* NULL if nobody declared it; owner (may be NULL) gets who did. */
const struct mr_event_row *mr_hooks_declared(const struct mr_hooks *hooks, const char *name,
                                             const void **owner);

/* The row of events.def: NULL / -1 if there is none. */
const char *mr_event_name(enum mr_event event);
const char *mr_event_permission(enum mr_event event);
const char *mr_event_fields(enum mr_event event);
const char *mr_event_help(enum mr_event event);
int mr_event_find(const char *name);

#endif
