/* The kinds of filters, and what a filter may say.
 *
 * A filter sees something on its way (the rows of filters.def) and keeps, changes or drops it.
 */
#ifndef MOONROOM_FILTERS_H
#define MOONROOM_FILTERS_H

enum mr_filter_kind {
#define MR_FILTER(id, name, permission, fields, changes, help) MR_FILTER_##id,
#include <moonroom/filters.def>
#undef MR_FILTER
    MR_FILTER_KINDS
};

enum mr_filter_verdict { MR_VERDICT_KEEP, MR_VERDICT_CHANGE, MR_VERDICT_DROP };

#endif
