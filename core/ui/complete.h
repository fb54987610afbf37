/* Completion: a word and what it could be. Pure; who asks for candidates is in tab.c.
 */
#ifndef MR_UI_COMPLETE_H
#define MR_UI_COMPLETE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

struct mr_completion {
    char **matches; /* sorted, each once; safe as they are only names of ours or checked ones */
    size_t count;
    char *insert; /* what replaces the word: the only match with a blank, or what all share */
};

/* candidates: an array of strings; other values and empty, unsafe or blank-holding words are passed
 * over. Words are compared without regard to the case of A to Z. MR_OK also when nothing matches.
 * MR_ENOMEM. */
int mr_complete(const char *word, size_t len, const cJSON *candidates, struct mr_completion *out);
void mr_completion_free(struct mr_completion *completion);

/* Appends the matches in columns, each line ended by LF; beyond MR_LIMIT_COMPLETIONS "… and 12
 * more". */
int mr_completion_list(const struct mr_completion *completion, size_t columns, struct mr_buf *out);

/* The words of "a|b|c" as an array, which the caller deletes. NULL without memory. */
cJSON *mr_complete_choices(const char *choices);
/* The strings `key` of an array of objects, as an array that the caller deletes. */
cJSON *mr_complete_pluck(const cJSON *objects, const char *key);

#endif
