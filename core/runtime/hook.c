#include "core/runtime/hook.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <moonroom/errors.h>

#include "core/runtime/json.h"

enum { MAX_QUEUED = 4096, MAX_NAME = 128 };

struct topic;

struct mr_hook {
    struct mr_hook *prev, *next; /* in the topic, in order of calls */
    struct topic *topic;
    int priority;
    uint64_t born; /* the delivery during which it was registered */
    const void *owner;
    mr_hook_fn *fn; /* NULL: removed while hooks ran, to be swept */
    void *ctx;
};

/* One for each name that is listened to. */
struct topic {
    struct topic *next;
    struct mr_hooks *hooks;
    struct mr_hook list; /* its head */
    char name[];
};

struct queued {
    struct queued *next;
    cJSON *data;
    char name[];
};

struct declared {
    struct declared *next;
    const struct mr_event_row *row;
    const void *owner;
};

struct mr_hooks {
    struct topic *topics;
    struct declared *declared;
    struct queued *first, **last;
    size_t queued;
    uint64_t delivery; /* serial number of the event being delivered, or of the last */
    bool delivering;
    bool removed; /* something is to be swept */
    const struct mr_loop *clock;
};

static const struct mr_event_row rows[MR_EVENT_COUNT] = {
#define MR_EVENT(id, name_, permission_, fields_, help_)                                           \
    [MR_EVENT_##id] = {name_, permission_, fields_, help_},
#include <moonroom/events.def>
#undef MR_EVENT
};

static bool is_event(enum mr_event event)
{
    return (int)event >= 0 && event < MR_EVENT_COUNT;
}

const char *mr_event_name(enum mr_event event)
{
    return is_event(event) ? rows[event].name : NULL;
}

const char *mr_event_permission(enum mr_event event)
{
    return is_event(event) ? rows[event].permission : NULL;
}

const char *mr_event_fields(enum mr_event event)
{
    return is_event(event) ? rows[event].fields : NULL;
}

const char *mr_event_help(enum mr_event event)
{
    return is_event(event) ? rows[event].help : NULL;
}

int mr_event_find(const char *name)
{
    for (int i = 0; i < MR_EVENT_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0)
            return i;
    return -1;
}

/* Topics */

static struct topic *find_topic(struct mr_hooks *hooks, const char *name)
{
    struct topic *topic = hooks->topics;
    while (topic && strcmp(topic->name, name) != 0)
        topic = topic->next;
    return topic;
}

static struct topic *make_topic(struct mr_hooks *hooks, const char *name)
{
    size_t size = strlen(name) + 1;
    struct topic *topic = calloc(1, sizeof(*topic) + size);
    if (!topic)
        return NULL;
    memcpy(topic->name, name, size);
    topic->hooks = hooks;
    topic->list.prev = topic->list.next = &topic->list;
    topic->next = hooks->topics;
    hooks->topics = topic;
    return topic;
}

static void unlink_hook(struct mr_hook *hook)
{
    hook->prev->next = hook->next;
    hook->next->prev = hook->prev;
    free(hook);
}

/* Frees what was removed, and the topics that nobody listens to any more. */
static void sweep(struct mr_hooks *hooks)
{
    hooks->removed = false;
    for (struct topic **at = &hooks->topics; *at;) {
        struct topic *topic = *at;
        struct mr_hook *next;
        for (struct mr_hook *hook = topic->list.next; hook != &topic->list; hook = next) {
            next = hook->next;
            if (!hook->fn)
                unlink_hook(hook);
        }
        if (topic->list.next == &topic->list) {
            *at = topic->next;
            free(topic);
        } else {
            at = &topic->next;
        }
    }
}

int mr_hooks_new(struct mr_hooks **out)
{
    struct mr_hooks *hooks = calloc(1, sizeof(*hooks));
    *out = hooks;
    if (!hooks)
        return MR_ENOMEM;
    hooks->last = &hooks->first;
    return MR_OK;
}

void mr_hooks_free(struct mr_hooks *hooks)
{
    if (!hooks)
        return;
    while (hooks->topics) {
        struct topic *topic = hooks->topics;
        hooks->topics = topic->next;
        while (topic->list.next != &topic->list)
            unlink_hook(topic->list.next);
        free(topic);
    }
    while (hooks->declared) {
        struct declared *declared = hooks->declared;
        hooks->declared = declared->next;
        free(declared);
    }
    while (hooks->first) {
        struct queued *item = hooks->first;
        hooks->first = item->next;
        cJSON_Delete(item->data);
        free(item);
    }
    free(hooks);
}

/* Whether an event may have this name: one of ours, or a custom one with a dot inside. */
static bool name_valid(const char *name)
{
    if (mr_event_find(name) >= 0)
        return true;
    size_t len = strlen(name);
    const char *dot = strchr(name, '.');
    return len <= MAX_NAME && dot && dot != name && dot[1] != '\0';
}

/* Events of plugins */

const struct mr_event_row *mr_hooks_declared(const struct mr_hooks *hooks, const char *name,
                                             const void **owner)
{
    for (const struct declared *at = hooks->declared; at; at = at->next) {
        if (strcmp(at->row->name, name) != 0)
            continue;
        if (owner)
            *owner = at->owner;
        return at->row;
    }
    return NULL;
}

int mr_hooks_declare(struct mr_hooks *hooks, const struct mr_event_row *row, const void *owner)
{
    if (!name_valid(row->name))
        return MR_EINVAL;
    if (mr_event_find(row->name) >= 0 || mr_hooks_declared(hooks, row->name, NULL))
        return MR_EEXISTS;
    struct declared *declared = malloc(sizeof(*declared));
    if (!declared)
        return MR_ENOMEM;
    *declared = (struct declared){hooks->declared, row, owner};
    hooks->declared = declared;
    return MR_OK;
}

void mr_hooks_undeclare(struct mr_hooks *hooks, const void *owner)
{
    for (struct declared **at = &hooks->declared; *at;) {
        struct declared *declared = *at;
        if (declared->owner == owner) {
            *at = declared->next;
            free(declared);
        } else {
            at = &declared->next;
        }
    }
}

int mr_hooks_listen(struct mr_hooks *hooks, const char *name, int priority, const void *owner,
                    mr_hook_fn *fn, void *ctx, struct mr_hook **out)
{
    if (out)
        *out = NULL;
    if (!name_valid(name))
        return MR_EINVAL;
    struct topic *topic = find_topic(hooks, name);
    if (!topic)
        topic = make_topic(hooks, name);
    struct mr_hook *hook = topic ? calloc(1, sizeof(*hook)) : NULL;
    if (!hook)
        return MR_ENOMEM; /* an empty topic is swept with the next removal */
    hook->topic = topic;
    hook->priority = priority;
    hook->born = hooks->delivering ? hooks->delivery : 0;
    hook->owner = owner;
    hook->fn = fn;
    hook->ctx = ctx;
    /* Behind all of the same priority: that is the order of registration. */
    struct mr_hook *before = topic->list.prev;
    while (before != &topic->list && before->priority > priority)
        before = before->prev;
    hook->prev = before;
    hook->next = before->next;
    before->next->prev = hook;
    before->next = hook;
    if (out)
        *out = hook;
    return MR_OK;
}

void mr_hook_remove(struct mr_hook **hook_)
{
    struct mr_hook *hook = *hook_;
    if (!hook)
        return;
    *hook_ = NULL;
    hook->fn = NULL;
    if (hook->topic->hooks->delivering)
        hook->topic->hooks->removed = true;
    else
        sweep(hook->topic->hooks);
}

void mr_hooks_remove_owner(struct mr_hooks *hooks, const void *owner)
{
    for (struct topic *topic = hooks->topics; topic; topic = topic->next)
        for (struct mr_hook *hook = topic->list.next; hook != &topic->list; hook = hook->next)
            if (hook->owner == owner)
                hook->fn = NULL;
    if (hooks->delivering)
        hooks->removed = true;
    else
        sweep(hooks);
}

static bool listens(const struct topic *topic, const void *owner)
{
    for (const struct mr_hook *hook = topic->list.next; hook != &topic->list; hook = hook->next)
        if (hook->owner == owner && hook->fn)
            return true;
    return false;
}

cJSON *mr_hooks_names_of(const struct mr_hooks *hooks, const void *owner)
{
    cJSON *names = cJSON_CreateArray();
    for (const struct topic *topic = hooks->topics; names && topic; topic = topic->next)
        if (listens(topic, owner))
            (void)cJSON_AddItemToArray(names, cJSON_CreateString(topic->name));
    return names;
}

/* Delivery */

static void deliver(struct mr_hooks *hooks, const char *name, cJSON *data)
{
    hooks->delivery++;
    struct topic *topic = find_topic(hooks, name);
    if (topic)
        for (struct mr_hook *hook = topic->list.next; hook != &topic->list; hook = hook->next)
            if (hook->fn && hook->born != hooks->delivery)
                hook->fn(hook->ctx, name, data);
    cJSON_Delete(data);
}

static int enqueue(struct mr_hooks *hooks, const char *name, cJSON *data)
{
    size_t size = strlen(name) + 1;
    struct queued *item = hooks->queued < MAX_QUEUED ? malloc(sizeof(*item) + size) : NULL;
    if (!item) {
        cJSON_Delete(data);
        return hooks->queued < MAX_QUEUED ? MR_ENOMEM : MR_ELIMIT;
    }
    item->next = NULL;
    item->data = data;
    memcpy(item->name, name, size);
    *hooks->last = item;
    hooks->last = &item->next;
    hooks->queued++;
    return MR_OK;
}

static void deliver_all(struct mr_hooks *hooks, const char *name, cJSON *data)
{
    hooks->delivering = true;
    deliver(hooks, name, data);
    while (hooks->first) {
        struct queued *item = hooks->first;
        hooks->first = item->next;
        if (!hooks->first)
            hooks->last = &hooks->first;
        hooks->queued--;
        deliver(hooks, item->name, item->data);
        free(item);
    }
    hooks->delivering = false;
    if (hooks->removed)
        sweep(hooks);
}

void mr_hooks_set_clock(struct mr_hooks *hooks, const struct mr_loop *loop)
{
    hooks->clock = loop;
}

static int emit(struct mr_hooks *hooks, const char *name, cJSON *data)
{
    if (!data)
        data = cJSON_CreateObject();
    if (!data)
        return MR_ENOMEM;
    if (!cJSON_GetObjectItemCaseSensitive(data, "time") &&
        mr_json_set_int(data, "time",
                        hooks->clock ? mr_loop_time(hooks->clock) : (int64_t)time(NULL)) != MR_OK) {
        cJSON_Delete(data);
        return MR_ENOMEM;
    }
    if (hooks->delivering)
        return enqueue(hooks, name, data);
    deliver_all(hooks, name, data);
    return MR_OK;
}

int mr_hooks_emit(struct mr_hooks *hooks, enum mr_event event, cJSON *data)
{
    if (is_event(event))
        return emit(hooks, rows[event].name, data);
    cJSON_Delete(data);
    return MR_EINVAL;
}

int mr_hooks_emit_named(struct mr_hooks *hooks, const char *name, cJSON *data)
{
    if (name_valid(name) && mr_event_find(name) < 0)
        return emit(hooks, name, data);
    cJSON_Delete(data);
    return MR_EINVAL;
}
