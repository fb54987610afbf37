/* Filters: what is on its way may be kept, changed or dropped.
 *
 * Each kind (moonroom/filters.def) has a chain of filters in order of (priority, sequence of
 * registration), and a queue of items. Whoever has an item passes it in and gets it back, changed
 * or not, when all filters have answered. At most MR_LIMIT_FILTER_IN_FLIGHT items are with the
 * filters at a time, the others wait; items leave in the order in which they came, whatever order
 * the answers come in. Where there is no filter an item leaves before the call returns.
 *
 * There is no clock here: a filter that does not answer holds its items. Who owns it answers in its
 * place, or removes it; what is with a filter that is removed goes on.
 *
 * Everything happens on the loop's thread. Inside any callback filters may be added and removed,
 * items passed in and answers given; the chains themselves must not be freed there.
 */
#ifndef MR_RUNTIME_FILTER_H
#define MR_RUNTIME_FILTER_H

#include <cjson/cJSON.h>
#include <moonroom/filters.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/runtime/loop.h"

struct mr_filters;
struct mr_filter;

/* The row of filters.def; -1 if there is no kind of this name. */
const char *mr_filter_kind_name(enum mr_filter_kind kind);
const char *mr_filter_kind_permission(enum mr_filter_kind kind);
int mr_filter_kind_find(const char *name);

int mr_filters_new(struct mr_filters **out);
/* The clock of the items' field `time`; the machine's before. */
void mr_filters_set_clock(struct mr_filters *filters, const struct mr_loop *loop);
/* Whoever still waits for an item is not called any more. */
void mr_filters_free(struct mr_filters *filters);

/* Whoever filters -------------------------------------------------------------------------- */

struct mr_filter_options {
    enum mr_filter_kind kind;
    int priority; /* lower ones come first; 0 is the usual one */
    /* Whether it is to see this item; NULL: all of them. */
    bool (*wants)(void *ctx, const cJSON *item);
    /* Is to be answered with mr_filter_answer(), at once or later. The item, and the same as a line
     * of JSON, are borrowed for the call. */
    void (*offer)(void *ctx, uint64_t ticket, const cJSON *item, const char *json);
    void *ctx;
};

/* MR_ELIMIT beyond MR_LIMIT_FILTERS of one kind. It sees also what is on its way already, unless
 * that is past its place. */
int mr_filters_add(struct mr_filters *filters, const struct mr_filter_options *options,
                   struct mr_filter **out);
/* What is with it goes on as it is, or is dropped. */
void mr_filter_remove(struct mr_filter **filter, bool drop);

/* MR_ENOTFOUND when the item is not with this filter (any more). A change is an object with the
 * fields that are to be others; fields that stay as they are may stand in it too. MR_EINVAL with a
 * sentence in why when it is not acceptable: the item then stays with the filter. */
int mr_filter_answer(struct mr_filter *filter, uint64_t ticket, enum mr_filter_verdict verdict,
                     const cJSON *change, char *why, size_t why_size);
/* Offers what is with it once more, under new tickets: for an owner that began anew. */
void mr_filter_offer_again(struct mr_filter *filter);
/* The same for one item; MR_ENOTFOUND when it is not with this filter (any more). */
int mr_filter_offer_one(struct mr_filter *filter, uint64_t ticket);
/* Another owner in its place in the chain: its callbacks get this ctx from now on. What is with it
 * stays there; offer it again. */
void mr_filter_give(struct mr_filter *filter, void *ctx);
/* How many items are with it. */
size_t mr_filter_items(const struct mr_filter *filter);

/* Checks a change against the row of filters.def and the rules of text (no line ends, no command
 * made of what was none), and puts it into item. MR_EINVAL with a sentence in why. */
int mr_filter_apply(enum mr_filter_kind kind, cJSON *item, const cJSON *change, char *why,
                    size_t why_size);

/* Whoever has something to filter ---------------------------------------------------------- */

/* item is taken over by the callee, also one that was dropped. */
typedef void mr_filtered_fn(void *ctx, bool dropped, cJSON *item);

/* Passes an item in; it is taken, also on failure, and "time" is added if missing. One that is
 * not visible goes past all filters, and only keeps its place in the order. fn is called once,
 * perhaps before this returns. MR_EBUSY when MR_LIMIT_FILTER_QUEUE items wait. */
int mr_filters_pass(struct mr_filters *filters, enum mr_filter_kind kind, cJSON *item, bool visible,
                    mr_filtered_fn *fn, void *ctx);
/* Whether an item would leave at once: no filter is there and nothing is on its way. */
bool mr_filters_idle(const struct mr_filters *filters, enum mr_filter_kind kind);
/* How many items are on their way, or wait. */
size_t mr_filters_count(const struct mr_filters *filters, enum mr_filter_kind kind);
/* fn(ctx, true) is called when the filters have all they take at a time, fn(ctx, false) when half
 * of that has left again: who brings more waits in between. One feeder a kind; NULL: none. */
void mr_filters_watch(struct mr_filters *filters, enum mr_filter_kind kind,
                      void (*fn)(void *ctx, bool full), void *ctx);
/* Throws away the items of whoever goes, and forgets its watches. */
void mr_filters_forget(struct mr_filters *filters, const void *ctx);

#endif
