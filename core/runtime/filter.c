#include "core/runtime/filter.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"

struct chain;

struct mr_filter {
    struct mr_filter *prev, *next; /* in the chain, in order */
    struct chain *chain;
    int priority;
    uint64_t sequence;
    bool (*wants)(void *ctx, const cJSON *item);
    void (*offer)(void *ctx, uint64_t ticket, const cJSON *item, const char *json);
    void *ctx;
};

/* Something on its way. It was seen by the filters up to (priority, sequence), which need not be
 * there any more. */
struct item {
    struct item *next;
    cJSON *data;
    char *json; /* the same as text, made when it is first needed */
    mr_filtered_fn *fn;
    void *ctx;
    struct mr_filter *with; /* NULL: with none */
    uint64_t ticket;
    int priority;
    uint64_t sequence;
    bool visible, finished, dropped;
};

struct chain {
    struct mr_filters *filters;
    struct mr_filter list; /* its head */
    size_t filter_count;
    struct item *first, **last;
    struct item *waiting; /* the first that has not begun; NULL: none */
    size_t count, begun;
    bool settling, full;
    void (*watch)(void *ctx, bool full);
    void *watch_ctx;
};

struct mr_filters {
    struct chain chains[MR_FILTER_KINDS];
    uint64_t last_sequence, last_ticket;
    const struct mr_loop *clock;
};

struct row {
    const char *name, *permission;
};

static const struct row rows[MR_FILTER_KINDS] = {
#define MR_FILTER(id, name_, permission_, fields_, changes_, help_)                                \
    [MR_FILTER_##id] = {name_, permission_},
#include <moonroom/filters.def>
#undef MR_FILTER
};

const char *mr_filter_kind_name(enum mr_filter_kind kind)
{
    return rows[kind].name;
}

const char *mr_filter_kind_permission(enum mr_filter_kind kind)
{
    return rows[kind].permission;
}

int mr_filter_kind_find(const char *name)
{
    for (int i = 0; i < MR_FILTER_KINDS; i++)
        if (strcmp(rows[i].name, name) == 0)
            return i;
    return -1;
}

/* Life */

int mr_filters_new(struct mr_filters **out)
{
    struct mr_filters *filters = calloc(1, sizeof(*filters));
    *out = filters;
    if (!filters)
        return MR_ENOMEM;
    for (size_t i = 0; i < MR_FILTER_KINDS; i++) {
        struct chain *chain = &filters->chains[i];
        chain->filters = filters;
        chain->list.prev = chain->list.next = &chain->list;
        chain->last = &chain->first;
    }
    return MR_OK;
}

static void free_item(struct item *item)
{
    cJSON_Delete(item->data);
    cJSON_free(item->json);
    free(item);
}

static void unlink_filter(struct mr_filter *filter)
{
    filter->prev->next = filter->next;
    filter->next->prev = filter->prev;
    filter->chain->filter_count--;
    free(filter);
}

void mr_filters_free(struct mr_filters *filters)
{
    if (!filters)
        return;
    for (size_t i = 0; i < MR_FILTER_KINDS; i++) {
        struct chain *chain = &filters->chains[i];
        while (chain->list.next != &chain->list)
            unlink_filter(chain->list.next);
        while (chain->first) {
            struct item *item = chain->first;
            chain->first = item->next;
            free_item(item);
        }
    }
    free(filters);
}

/* The way of an item */

/* The next filter for an item behind those that saw it; NULL behind the last. */
static struct mr_filter *next_filter(struct chain *chain, const struct item *item)
{
    struct mr_filter *filter = chain->list.next;
    for (; filter != &chain->list; filter = filter->next) {
        bool behind = filter->priority > item->priority ||
                      (filter->priority == item->priority && filter->sequence > item->sequence);
        if (behind && (!filter->wants || filter->wants(filter->ctx, item->data)))
            return filter;
    }
    return NULL;
}

static void offer(struct mr_filter *filter, struct item *item)
{
    if (!item->json)
        item->json = mr_json_print(item->data);
    item->ticket = ++filter->chain->filters->last_ticket;
    filter->offer(filter->ctx, item->ticket, item->data, item->json ? item->json : "{}");
}

/* Hands the item to the next filter, or finishes it. The filter may answer at once: afterwards the
 * item is not to be touched. */
static void advance(struct chain *chain, struct item *item)
{
    struct mr_filter *filter = item->visible && !item->dropped ? next_filter(chain, item) : NULL;
    item->with = filter;
    if (!filter) {
        item->finished = true;
        return;
    }
    item->priority = filter->priority;
    item->sequence = filter->sequence;
    offer(filter, item);
}

static void begin_waiting(struct chain *chain)
{
    while (chain->waiting && chain->begun < MR_LIMIT_FILTER_IN_FLIGHT) {
        struct item *item = chain->waiting;
        chain->waiting = item->next;
        chain->begun++;
        advance(chain, item);
    }
}

static void tell_full(struct chain *chain)
{
    bool full = chain->count >=
                (chain->full ? MR_LIMIT_FILTER_IN_FLIGHT / 2 + 1 : MR_LIMIT_FILTER_IN_FLIGHT);
    if (full == chain->full)
        return;
    chain->full = full;
    if (chain->watch)
        chain->watch(chain->watch_ctx, full);
}

/* Lets go whoever is finished and first, and the next begin. Called once at a time: what callbacks
 * change is seen by the loop that called them. */
static void settle(struct chain *chain)
{
    if (chain->settling)
        return;
    chain->settling = true;
    for (;;) {
        begin_waiting(chain);
        struct item *item = chain->first;
        if (!item || !item->finished)
            break;
        chain->first = item->next;
        if (!chain->first)
            chain->last = &chain->first;
        chain->count--;
        chain->begun--;
        cJSON *data = item->data;
        item->data = NULL;
        item->fn(item->ctx, item->dropped, data);
        free_item(item);
    }
    chain->settling = false;
    tell_full(chain);
}

void mr_filters_set_clock(struct mr_filters *filters, const struct mr_loop *loop)
{
    filters->clock = loop;
}

static int add_time(const struct mr_filters *filters, cJSON *item)
{
    if (cJSON_GetObjectItemCaseSensitive(item, "time"))
        return MR_OK;
    return mr_json_set_int(item, "time",
                           filters->clock ? mr_loop_time(filters->clock) : (int64_t)time(NULL));
}

int mr_filters_pass(struct mr_filters *filters, enum mr_filter_kind kind, cJSON *data, bool visible,
                    mr_filtered_fn *fn, void *ctx)
{
    struct chain *chain = &filters->chains[kind];
    int err = data ? add_time(filters, data) : MR_ENOMEM;
    if (err == MR_OK && chain->count >= MR_LIMIT_FILTER_QUEUE)
        err = MR_EBUSY;
    struct item *item = err == MR_OK ? calloc(1, sizeof(*item)) : NULL;
    if (!item) {
        cJSON_Delete(data);
        return err < 0 ? err : MR_ENOMEM;
    }
    item->data = data;
    item->fn = fn;
    item->ctx = ctx;
    item->visible = visible;
    item->priority = INT_MIN;
    *chain->last = item;
    chain->last = &item->next;
    chain->count++;
    if (!chain->waiting)
        chain->waiting = item;
    settle(chain);
    tell_full(chain);
    return MR_OK;
}

bool mr_filters_idle(const struct mr_filters *filters, enum mr_filter_kind kind)
{
    const struct chain *chain = &filters->chains[kind];
    return chain->count == 0 && chain->filter_count == 0 && !chain->settling;
}

size_t mr_filters_count(const struct mr_filters *filters, enum mr_filter_kind kind)
{
    return filters->chains[kind].count;
}

void mr_filters_watch(struct mr_filters *filters, enum mr_filter_kind kind,
                      void (*fn)(void *ctx, bool full), void *ctx)
{
    struct chain *chain = &filters->chains[kind];
    chain->watch = fn;
    chain->watch_ctx = ctx;
}

static void nobody(void *ctx, bool dropped, cJSON *item)
{
    (void)ctx;
    (void)dropped;
    cJSON_Delete(item);
}

void mr_filters_forget(struct mr_filters *filters, const void *ctx)
{
    for (size_t i = 0; i < MR_FILTER_KINDS; i++) {
        struct chain *chain = &filters->chains[i];
        if (chain->watch_ctx == ctx) {
            chain->watch = NULL;
            chain->watch_ctx = NULL;
        }
        /* They keep their place until it is their turn: filters may know them. */
        for (struct item *item = chain->first; item; item = item->next)
            if (item->ctx == ctx)
                item->fn = nobody;
    }
}

/* Filters */

int mr_filters_add(struct mr_filters *filters, const struct mr_filter_options *options,
                   struct mr_filter **out)
{
    struct chain *chain = &filters->chains[options->kind];
    *out = NULL;
    if (chain->filter_count >= MR_LIMIT_FILTERS)
        return MR_ELIMIT;
    struct mr_filter *filter = calloc(1, sizeof(*filter));
    if (!filter)
        return MR_ENOMEM;
    *filter = (struct mr_filter){.chain = chain,
                                 .priority = options->priority,
                                 .sequence = ++filters->last_sequence,
                                 .wants = options->wants,
                                 .offer = options->offer,
                                 .ctx = options->ctx};
    struct mr_filter *before = chain->list.prev;
    while (before != &chain->list && before->priority > filter->priority)
        before = before->prev;
    filter->prev = before;
    filter->next = before->next;
    before->next->prev = filter;
    before->next = filter;
    chain->filter_count++;
    *out = filter;
    return MR_OK;
}

/* The first item with a filter whose ticket is at most `until`. */
static struct item *item_with(const struct mr_filter *filter, uint64_t until)
{
    struct item *item = filter->chain->first;
    while (item && (item->with != filter || item->ticket > until))
        item = item->next;
    return item;
}

void mr_filter_remove(struct mr_filter **filter_, bool drop)
{
    struct mr_filter *filter = *filter_;
    if (!filter)
        return;
    *filter_ = NULL;
    struct chain *chain = filter->chain;
    bool settling = chain->settling;
    struct item *item;
    filter->wants = NULL;
    /* Nothing leaves while the items go on: the list stays as it is. */
    chain->settling = true;
    while ((item = item_with(filter, UINT64_MAX))) {
        item->dropped = drop;
        advance(chain, item);
    }
    chain->settling = settling;
    unlink_filter(filter);
    settle(chain);
}

static struct item *item_of(const struct mr_filter *filter, uint64_t ticket)
{
    struct item *item = filter->chain->first;
    while (item && (item->with != filter || item->ticket != ticket))
        item = item->next;
    return item;
}

int mr_filter_answer(struct mr_filter *filter, uint64_t ticket, enum mr_filter_verdict verdict,
                     const cJSON *change, char *why, size_t why_size)
{
    struct chain *chain = filter->chain;
    struct item *item = item_of(filter, ticket);
    if (!item)
        return MR_ENOTFOUND;
    if (verdict == MR_VERDICT_CHANGE) {
        enum mr_filter_kind kind = (enum mr_filter_kind)(chain - chain->filters->chains);
        int err = mr_filter_apply(kind, item->data, change, why, why_size);
        if (err < 0)
            return err;
        cJSON_free(item->json);
        item->json = NULL;
    }
    item->dropped = verdict == MR_VERDICT_DROP;
    bool settling = chain->settling;
    chain->settling = true;
    advance(chain, item);
    chain->settling = settling;
    settle(chain);
    return MR_OK;
}

void mr_filter_offer_again(struct mr_filter *filter)
{
    struct chain *chain = filter->chain;
    uint64_t until = chain->filters->last_ticket;
    bool settling = chain->settling;
    struct item *item;
    chain->settling = true;
    while ((item = item_with(filter, until)))
        offer(filter, item);
    chain->settling = settling;
    settle(chain);
}

int mr_filter_offer_one(struct mr_filter *filter, uint64_t ticket)
{
    struct chain *chain = filter->chain;
    struct item *item = item_of(filter, ticket);
    if (!item)
        return MR_ENOTFOUND;
    bool settling = chain->settling;
    chain->settling = true;
    offer(filter, item);
    chain->settling = settling;
    settle(chain);
    return MR_OK;
}

void mr_filter_give(struct mr_filter *filter, void *ctx)
{
    filter->ctx = ctx;
}

size_t mr_filter_items(const struct mr_filter *filter)
{
    size_t count = 0;
    for (const struct item *item = filter->chain->first; item; item = item->next)
        count += item->with == filter;
    return count;
}
