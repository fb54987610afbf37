#include "core/ui/ask.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"

struct item {
    struct item *next;
    unsigned id;
    struct mr_question question;
    char *text, *fallback, *prompt;
    mr_ask_fn *fn;
    void *ctx;
};

struct mr_asks {
    struct item *first;
    size_t count;
    unsigned last_id;
    void (*changed)(void *ctx);
    void *ctx;
};

int mr_asks_new(void (*changed)(void *ctx), void *ctx, struct mr_asks **out)
{
    struct mr_asks *asks = calloc(1, sizeof *asks);

    *out = asks;
    if (!asks) {
        return MR_ENOMEM;
    }
    asks->changed = changed;
    asks->ctx = ctx;
    return MR_OK;
}

static void item_free(struct item *item)
{
    free(item->text);
    free(item->fallback);
    free(item->prompt);
    free(item);
}

void mr_asks_free(struct mr_asks *asks)
{
    if (!asks) {
        return;
    }
    while (asks->first) {
        struct item *item = asks->first;

        asks->first = item->next;
        item_free(item);
    }
    free(asks);
}

/* "Question [default] ", with exactly one blank at the end. */
static char *make_prompt(const struct mr_question *question)
{
    size_t len = strlen(question->text);
    const char *hint = question->fallback ? question->fallback : "";
    char *prompt = NULL;
    int n = 0;

    while (len > 0 && question->text[len - 1] == ' ') {
        len--;
    }
    if (question->kind == MR_ASK_YES_NO) {
        hint = !question->fallback ? "y/n" : strcmp(question->fallback, "yes") == 0 ? "Y/n" : "y/N";
    }
    n = asprintf(&prompt, hint[0] ? "%.*s [%s] " : "%.*s ", (int)len, question->text, hint);
    return n < 0 ? NULL : prompt;
}

static struct item *item_new(const struct mr_question *question)
{
    struct item *item = calloc(1, sizeof *item);

    if (!item) {
        return NULL;
    }
    item->text = strdup(question->text);
    item->fallback = question->fallback ? strdup(question->fallback) : NULL;
    item->prompt = make_prompt(question);
    if (!item->text || !item->prompt || (question->fallback && !item->fallback)) {
        item_free(item);
        return NULL;
    }
    item->question = (struct mr_question){question->kind, item->text, item->fallback};
    return item;
}

int mr_asks_add(struct mr_asks *asks, const struct mr_question *question, mr_ask_fn *fn, void *ctx,
                unsigned *id)
{
    struct item **end = &asks->first;

    if (asks->count >= MR_LIMIT_QUESTIONS) {
        return MR_ELIMIT;
    }
    struct item *item = item_new(question);

    if (!item) {
        return MR_ENOMEM;
    }
    item->id = ++asks->last_id;
    item->fn = fn;
    item->ctx = ctx;
    while (*end) {
        end = &(*end)->next;
    }
    *end = item;
    asks->count++;
    if (id) {
        *id = item->id;
    }
    if (asks->first == item) {
        asks->changed(asks->ctx);
    }
    return MR_OK;
}

void mr_asks_drop(struct mr_asks *asks, unsigned id)
{
    for (struct item **at = &asks->first; *at; at = &(*at)->next) {
        if ((*at)->id == id) {
            struct item *item = *at;
            bool shown = at == &asks->first;

            *at = item->next;
            asks->count--;
            item_free(item);
            if (shown) {
                asks->changed(asks->ctx);
            }
            return;
        }
    }
}

void mr_asks_orphan(struct mr_asks *asks, unsigned id)
{
    for (struct item *item = asks->first; item; item = item->next) {
        if (item->id == id) {
            item->fn = NULL;
        }
    }
}

const struct mr_question *mr_asks_current(const struct mr_asks *asks)
{
    return asks->first ? &asks->first->question : NULL;
}

unsigned mr_asks_current_id(const struct mr_asks *asks)
{
    return asks->first ? asks->first->id : 0;
}

const char *mr_asks_prompt(const struct mr_asks *asks)
{
    return asks->first ? asks->first->prompt : "";
}

/* Ends the current question. Its asker is told first, so that a follow-up question of the same
 * asker does not flicker; what it adds goes behind those that already wait. */
static void finish(struct mr_asks *asks, int err, const struct mr_answer *answer)
{
    struct item *item = asks->first;

    asks->first = item->next;
    asks->count--;
    if (item->fn) {
        item->fn(item->ctx, err, answer);
    }
    item_free(item);
    asks->changed(asks->ctx);
}

static bool yes_or_no(struct mr_span word, bool *yes)
{
    static const char *const words[] = {"n", "no", "y", "yes"};

    for (size_t i = 0; i < 4; i++) {
        if (mr_str_equal_fold(word.at, word.len, words[i], strlen(words[i]))) {
            *yes = i >= 2;
            return true;
        }
    }
    return false;
}

bool mr_asks_answer(struct mr_asks *asks, const char *line)
{
    struct item *item = asks->first;
    struct mr_answer answer = {0};
    struct mr_span word = mr_str_trim(line, strlen(line));

    if (!item || item->question.kind == MR_ASK_SECRET) {
        return false;
    }
    if (!item->fn) {
        finish(asks, MR_OK, &answer);
        return true;
    }
    if (word.len == 0) {
        if (!item->fallback) {
            return false;
        }
        word = mr_span_of(item->fallback);
    }
    if (item->question.kind == MR_ASK_YES_NO && !yes_or_no(word, &answer.yes)) {
        return false;
    }
    char *text = strndup(word.at, word.len);

    if (!text) {
        return false;
    }
    answer.text = item->question.kind == MR_ASK_LINE ? text : NULL;
    finish(asks, MR_OK, &answer);
    free(text);
    return true;
}

bool mr_asks_answer_secret(struct mr_asks *asks, const struct mr_secret *secret)
{
    struct mr_answer answer = {.secret = secret};

    if (!asks->first || asks->first->question.kind != MR_ASK_SECRET || secret->len == 0) {
        return false;
    }
    finish(asks, MR_OK, &answer);
    return true;
}

void mr_asks_cancel(struct mr_asks *asks)
{
    if (asks->first) {
        finish(asks, MR_ECANCELED, NULL);
    }
}
