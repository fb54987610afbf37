/* Questions to the user: a queue, one shown at a time. Pure: what shows them is told by a callback.
 *
 * A question is a state of the prompt, never a nested loop. It ends with an answer, or with
 * MR_ECANCELED (Ctrl-C, or the asker is gone).
 */
#ifndef MR_UI_ASK_H
#define MR_UI_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/secret.h"

enum mr_ask_kind {
    MR_ASK_LINE,   /* a line of text */
    MR_ASK_SECRET, /* typed without echo */
    MR_ASK_YES_NO,
};

struct mr_answer {
    const char *text;               /* LINE; else NULL */
    const struct mr_secret *secret; /* SECRET; else NULL */
    bool yes;                       /* YES_NO */
};

/* err is MR_OK, or MR_ECANCELED with answer NULL. The answer is borrowed. */
typedef void mr_ask_fn(void *ctx, int err, const struct mr_answer *answer);

struct mr_question {
    enum mr_ask_kind kind;
    const char *text;     /* one line, safe */
    const char *fallback; /* what Enter alone means: a line, or "yes" / "no"; NULL: asked again */
};

struct mr_asks;

/* changed(ctx) is called when another question is to be shown, or none any more; it may also be
 * called when nothing changed. */
int mr_asks_new(void (*changed)(void *ctx), void *ctx, struct mr_asks **out);
/* Questions that wait are dropped without a call. */
void mr_asks_free(struct mr_asks *asks);

/* Everything is copied. *id (may be NULL) names it for mr_asks_drop(). MR_ELIMIT when too many
 * wait. */
int mr_asks_add(struct mr_asks *asks, const struct mr_question *question, mr_ask_fn *fn, void *ctx,
                unsigned *id);
/* Forgets a question without a call. */
void mr_asks_drop(struct mr_asks *asks, unsigned id);

/* Nobody waits for the answer any more, but the user has begun with it: the question stays until it
 * is answered in any way, so that the rest of the answer does not become something else. */
void mr_asks_orphan(struct mr_asks *asks, unsigned id);

/* The one to show now; NULL if there is none. text and fallback are valid while it is. */
const struct mr_question *mr_asks_current(const struct mr_asks *asks);
/* Its id, which no other question ever has; 0 if there is none. */
unsigned mr_asks_current_id(const struct mr_asks *asks);
/* The prompt for it: `Name: `, `Go on? [y/N] `. Valid until the question changes. */
const char *mr_asks_prompt(const struct mr_asks *asks);

/* The user typed a line for the current question. False: it is no answer (a yes or no is wanted, or
 * something at all), and the question stays. */
bool mr_asks_answer(struct mr_asks *asks, const char *line);
bool mr_asks_answer_secret(struct mr_asks *asks, const struct mr_secret *secret);
/* Ctrl-C. */
void mr_asks_cancel(struct mr_asks *asks);

#endif
