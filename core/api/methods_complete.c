/* complete.*: words for Tab from whoever has registered for a kind of argument.
 *
 * All who offer words of the kind are asked at once; their words together are the answer, when the
 * last has answered or the time is up. What is being typed is nobody's business: the word and the
 * one before are told to the owner of the command, and to callers that may filter the input. */
#include <moonroom/errors.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/methods.h"
#include "core/base/limits.h"
#include "core/runtime/json.h"

enum { KIND_MAX = 32 };

struct provider {
    struct provider *next;
    struct mr_caller *caller;
    int64_t id;
    char kind[KIND_MAX + 1];
};

/* One caller asked; the number is what it answers with, 0 once it has. */
struct asked {
    const struct mr_caller *caller;
    int64_t number;
};

struct question {
    struct question *next;
    struct mr_complete_methods *all;
    struct mr_call *call;
    cJSON *words;
    struct mr_timer *timer;
    struct asked asked[MR_LIMIT_COMPLETE_PROVIDERS];
    size_t count, open;
};

/* Hangs on a caller that offers something. */
struct registered {
    struct registered *next;
    struct mr_complete_methods *all; /* NULL: it was gone first */
    struct mr_caller *caller;
};

struct mr_complete_methods {
    struct mr_core *core;
    struct registered *registered;
    struct provider *first;
    struct question *questions;
    size_t count; /* of providers */
    int64_t last_id;
};

static const char providers_key;

/* Questions --------------------------------------------------------------------------------- */

static void finish(void *ctx)
{
    struct question *question = ctx;
    struct question **at = &question->all->questions;
    while (*at != question) {
        at = &(*at)->next;
    }
    *at = question->next;
    mr_timer_stop(&question->timer);
    mr_call_return(question->call, question->words);
    free(question);
}

static void settle(struct asked *asked, struct question *question)
{
    asked->number = 0;
    if (--question->open == 0) {
        finish(question);
    }
}

/* Tells a provider the question; the number is set first, as the answer may come at once. */
static void ask_one(struct question *question, const struct provider *provider, const cJSON *params)
{
    struct mr_caller *caller = provider->caller;
    const char *owner = mr_json_string(params, "owner");
    const char *word = mr_json_string(params, "word");
    const char *previous = mr_json_string(params, "previous");
    bool told = (owner && strcmp(owner, mr_caller_name(caller)) == 0) ||
                mr_caller_may(caller, "filter:input");
    int64_t number = ++question->all->last_id;
    cJSON *message = cJSON_CreateObject();
    question->asked[question->count++] = (struct asked){caller, number};
    question->open++;
    if (message && mr_json_set_int(message, "id", provider->id) == MR_OK &&
        mr_json_set_int(message, "ask", number) == MR_OK &&
        mr_json_set_string(message, "word", told && word ? word : "") == MR_OK &&
        mr_json_set_string(message, "previous", told && previous ? previous : "") == MR_OK) {
        mr_caller_notify(caller, "complete", message);
    }
    cJSON_Delete(message);
}

static void ask(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_complete_methods *all = ctx;
    const char *kind = mr_json_string(params, "kind");
    struct question *question = calloc(1, sizeof *question);
    cJSON *words = cJSON_CreateArray();
    int err = question && words ? mr_timer_start(all->core->loop, MR_LIMIT_COMPLETION_TIME, 0,
                                                 finish, question, &question->timer)
                                : MR_ENOMEM;
    if (err < 0) {
        cJSON_Delete(words);
        free(question);
        mr_call_fail(call, err, "%s", mr_error_text(err));
        return;
    }
    question->all = all;
    question->call = call;
    question->words = words;
    question->next = all->questions;
    all->questions = question;
    question->open = 1; /* while it is being asked */
    for (const struct provider *p = all->first; p; p = p->next) {
        bool here = mr_caller_stage(p->caller) == MR_CALLER_LIVE;
        if (here && strcmp(p->kind, kind) == 0) {
            ask_one(question, p, params);
        }
    }
    if (--question->open == 0) {
        finish(question);
    }
}

static struct asked *find_asked(struct question *question, const struct mr_caller *caller,
                                int64_t number)
{
    for (size_t i = 0; i < question->count; i++) {
        struct asked *asked = &question->asked[i];
        if (asked->caller == caller && asked->number != 0 &&
            (number == 0 || asked->number == number)) {
            return asked;
        }
    }
    return NULL;
}

static void answer(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_complete_methods *all = ctx;
    int64_t number = mr_json_int(params, "ask", 0);
    const cJSON *word = NULL;
    for (struct question *q = all->questions; q && number > 0; q = q->next) {
        struct asked *asked = find_asked(q, mr_call_caller(call), number);
        if (!asked) {
            continue;
        }
        cJSON_ArrayForEach(word, cJSON_GetObjectItemCaseSensitive(params, "words"))
        {
            if (cJSON_IsString(word)) {
                (void)cJSON_AddItemToArray(q->words, cJSON_CreateString(word->valuestring));
            }
        }
        settle(asked, q);
        break;
    }
    mr_call_return(call, cJSON_CreateTrue());
}

/* Providers --------------------------------------------------------------------------------- */

static bool valid_kind(const char *kind)
{
    size_t len = strlen(kind);
    return len > 0 && len <= KIND_MAX && kind[0] >= 'a' && kind[0] <= 'z' &&
           strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

static void take_out(struct mr_complete_methods *all, struct provider *provider)
{
    struct provider **at = &all->first;
    while (*at != provider) {
        at = &(*at)->next;
    }
    *at = provider->next;
    all->count--;
    free(provider);
}

static void forget_providers(struct mr_complete_methods *all, const struct mr_caller *caller)
{
    struct provider *next;
    for (struct provider *p = all->first; p; p = next) {
        next = p->next;
        if (p->caller == caller) {
            take_out(all, p);
        }
    }
}

/* A caller that is gone answers nothing more. */
static void forget_questions(struct mr_complete_methods *all, const struct mr_caller *caller)
{
    struct question *next;
    for (struct question *q = all->questions; q; q = next) {
        struct asked *asked;
        next = q->next;
        for (size_t open = q->open; open > 0 && (asked = find_asked(q, caller, 0)); open--) {
            settle(asked, q); /* the last one frees the question */
        }
    }
}

static void forget_caller(void *value)
{
    struct registered *registered = value;
    struct mr_complete_methods *all = registered->all;
    if (all) {
        struct registered **at = &all->registered;
        while (*at != registered) {
            at = &(*at)->next;
        }
        *at = registered->next;
        forget_providers(all, registered->caller);
        forget_questions(all, registered->caller);
    }
    free(registered);
}

static int attach(struct mr_complete_methods *all, struct mr_caller *caller)
{
    if (mr_caller_data(caller, &providers_key)) {
        return MR_OK;
    }
    struct registered *registered = calloc(1, sizeof *registered);
    if (!registered) {
        return MR_ENOMEM;
    }
    *registered = (struct registered){all->registered, all, caller};
    int err = mr_caller_attach(caller, &providers_key, registered, forget_caller);
    if (err < 0) {
        free(registered);
    } else {
        all->registered = registered;
    }
    return err;
}

static void add(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_complete_methods *all = ctx;
    const char *kind = mr_json_string(params, "kind");
    if (!valid_kind(kind)) {
        mr_call_fail(call, MR_EINVAL,
                     "a kind is a word of a-z, 0-9, - and _, such as \"user\" or \"card\"");
        return;
    }
    if (all->count == MR_LIMIT_COMPLETE_PROVIDERS) {
        mr_call_fail(call, MR_ELIMIT, "at most %d offer words for Tab",
                     MR_LIMIT_COMPLETE_PROVIDERS);
        return;
    }
    int err = attach(all, mr_call_caller(call));
    struct provider *provider = err == MR_OK ? calloc(1, sizeof *provider) : NULL;
    if (!provider) {
        mr_call_fail(call, MR_ENOMEM, "%s", mr_error_text(MR_ENOMEM));
        return;
    }
    provider->caller = mr_call_caller(call);
    provider->id = ++all->last_id;
    snprintf(provider->kind, sizeof provider->kind, "%s", kind);
    provider->next = all->first;
    all->first = provider;
    all->count++;
    mr_call_return(call, cJSON_CreateNumber((double)provider->id));
}

static void take_away(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_complete_methods *all = ctx;
    int64_t id = mr_json_int(params, "id", 0);
    for (struct provider *p = all->first; p; p = p->next) {
        if (p->id == id && p->caller == mr_call_caller(call)) {
            take_out(all, p);
            mr_call_return(call, cJSON_CreateTrue());
            return;
        }
    }
    mr_call_fail(call, MR_ENOTFOUND, "it was removed already");
}

int mr_complete_methods_new(struct mr_core *core, struct mr_complete_methods **out)
{
    static const struct mr_binding rows[] = {{"complete.register", add},
                                             {"complete.remove", take_away},
                                             {"complete.ask", ask},
                                             {"complete.answer", answer},
                                             {NULL, NULL}};
    *out = calloc(1, sizeof **out);
    if (!*out) {
        return MR_ENOMEM;
    }
    (*out)->core = core;
    return mr_api_bind_all(core->api, rows, *out);
}

void mr_complete_methods_free(struct mr_complete_methods **all)
{
    if (!*all) {
        return;
    }
    while ((*all)->questions) {
        finish((*all)->questions);
    }
    while ((*all)->first) {
        take_out(*all, (*all)->first);
    }
    for (struct registered *r = (*all)->registered; r; r = r->next) {
        r->all = NULL;
    }
    free(*all);
    *all = NULL;
}
