#include "core/ui/questions.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/safe_text.h"
#include "core/runtime/json.h"

struct question {
    struct question *next;
    struct mr_questions *questions;
    struct mr_call *call;
    struct mr_caller *caller;
    struct mr_timer *timer; /* nobody waits for ever */
    unsigned id;
    bool more; /* its asker says that another one follows */
};

/* One a script has at once; and how often the user puts them away before it has to be quiet. */
enum { OPEN_MAX = 4, CANCELS_MAX = 2, QUIET_MS = 30000 };

/* For the question behind this one to come. */
enum { MORE_MS = 2000 };

enum { LONGEST_S = 86400 }; /* that a question may wait for its answer */

/* What is known of an asker. */
struct asker {
    struct mr_questions *questions;
    const struct mr_caller *caller;
    unsigned cancels;
    uint64_t canceled_ms;
};

struct mr_questions {
    struct mr_ui *ui;
    struct question *open;
};

int mr_questions_new(struct mr_ui *ui, struct mr_questions **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out) {
        return MR_ENOMEM;
    }
    (*out)->ui = ui;
    return MR_OK;
}

void mr_questions_free(struct mr_questions *questions)
{
    free(questions);
}

static void forget(struct question *question)
{
    struct question **at = &question->questions->open;

    while (*at && *at != question) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = question->next;
    }
    mr_timer_stop(&question->timer);
    free(question);
}

static void give_secret(struct mr_call *call, const struct mr_secret *secret)
{
    struct mr_caller *caller = mr_call_caller(call);
    char token[64];
    int err = caller ? mr_caller_keep_secret(caller, secret, token, sizeof token) : MR_ECANCELED;

    if (err < 0) {
        mr_call_fail(call, err, "The answer cannot be kept: %s.", mr_error_text(err));
    } else {
        mr_call_return(call, cJSON_CreateString(token));
    }
}

static uint64_t now_ms(const struct mr_questions *questions)
{
    return mr_loop_now_ms(questions->ui->core->loop);
}

static void count_cancel(const struct question *question)
{
    const struct mr_caller *caller = mr_call_caller(question->call);
    struct asker *asker = caller ? mr_caller_data(caller, question->questions) : NULL;

    if (asker) {
        uint64_t now = now_ms(question->questions);

        asker->cancels = now - asker->canceled_ms < QUIET_MS ? asker->cancels + 1 : 1;
        asker->canceled_ms = now;
    }
}

static void answered(void *ctx, int err, const struct mr_answer *answer)
{
    struct question *question = ctx;
    struct mr_call *call = question->call;

    if (err < 0) {
        count_cancel(question);
    } else if (question->more) {
        mr_ui_await_question(question->questions->ui, MORE_MS);
    }
    forget(question);
    if (err < 0) {
        mr_call_fail(call, err, "The question was canceled.");
    } else if (answer->secret) {
        give_secret(call, answer->secret);
    } else if (answer->text) {
        mr_call_return(call, cJSON_CreateString(answer->text));
    } else {
        mr_call_return(call, cJSON_CreateBool(answer->yes));
    }
}

/* Nobody waits for the answer any more. */
static void withdraw(struct question *question, int err, const char *why)
{
    struct mr_ui *ui = question->questions->ui;
    struct mr_call *call = question->call;
    unsigned id = question->id;

    forget(question);
    /* The rest of a password must not become a line for the room. */
    if (ui->shown_question == id && ui->prompt && mr_prompt_typed(ui->prompt)) {
        mr_asks_orphan(ui->asks, id);
        mr_ui_tell(ui, MR_ROLE_INFO, "Nobody waits for this answer any more.");
    } else {
        mr_asks_drop(ui->asks, id);
    }
    mr_call_fail(call, err, "%s", why);
}

static void timed_out(void *ctx)
{
    withdraw(ctx, MR_ETIMEOUT, "The question was not answered in time.");
}

static void asker_gone(void *value)
{
    struct asker *asker = value;
    struct question *next = NULL;

    for (struct question *question = asker->questions->open; question; question = next) {
        next = question->next;
        if (question->caller == asker->caller) {
            withdraw(question, MR_ECANCELED, "The asker is gone.");
        }
    }
    free(asker);
}

/* Once a caller: what is called when it ends. */
static int watch_caller(struct mr_questions *questions, struct mr_caller *caller)
{
    if (!caller || mr_caller_kind(caller) == MR_CALLER_USER || mr_caller_data(caller, questions)) {
        return MR_OK;
    }
    struct asker *asker = calloc(1, sizeof *asker);

    if (!asker) {
        return MR_ENOMEM;
    }
    *asker = (struct asker){.questions = questions, .caller = caller};
    int err = mr_caller_attach(caller, questions, asker, asker_gone);

    if (err < 0) {
        free(asker);
    }
    return err;
}

/* A script that asks and asks would keep the user from the line in which to unload it. The shipped
 * commands, which have no name here, ask for the user. */
static int may_ask(const struct mr_questions *questions, const struct mr_caller *caller,
                   const char *who)
{
    const struct asker *asker = caller ? mr_caller_data(caller, questions) : NULL;
    size_t open = 0;

    if (!asker || !who[0]) {
        return MR_OK;
    }
    for (const struct question *question = questions->open; question; question = question->next) {
        open += question->caller == caller;
    }
    if (asker->cancels >= CANCELS_MAX && now_ms(questions) - asker->canceled_ms < QUIET_MS) {
        return MR_ECANCELED;
    }
    return open < OPEN_MAX ? MR_OK : MR_ELIMIT;
}

/* "greeter| Question?", safe and in one line; the caller frees it. */
static char *question_text(const char *who, const char *text)
{
    struct mr_safe_text safe = {0};
    char *line = NULL;

    if (asprintf(&line, "%s%s%s", who, who[0] ? "| " : "", text) < 0) {
        return NULL;
    }
    if (mr_safe_text_make(line, strlen(line), MR_LIMIT_LOG_LINE, &safe) < 0) {
        safe.text = NULL;
    }
    free(line);
    return safe.text;
}

/* What Enter alone means, as it is shown; the caller frees it. NULL if nothing. */
static char *fallback_of(const cJSON *params, enum mr_ask_kind kind)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(params, "default");

    if (kind == MR_ASK_YES_NO && cJSON_IsBool(value)) {
        return strdup(cJSON_IsTrue(value) ? "yes" : "no");
    }
    return kind == MR_ASK_LINE && cJSON_IsString(value) ? question_text("", value->valuestring)
                                                        : NULL;
}

static int start_timer(struct question *question, const cJSON *params)
{
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(params, "timeout");

    if (!cJSON_IsNumber(seconds)) {
        return MR_OK;
    }
    if (!(seconds->valuedouble > 0 && seconds->valuedouble <= LONGEST_S)) {
        return MR_EINVAL;
    }
    return mr_timer_start(question->questions->ui->core->loop,
                          (uint64_t)(seconds->valuedouble * 1000), 0, timed_out, question,
                          &question->timer);
}

void mr_questions_ask(struct mr_questions *questions, struct mr_call *call, const char *who,
                      const cJSON *params, enum mr_ask_kind kind)
{
    struct mr_caller *caller = mr_call_caller(call);

    if (!questions->ui->prompt) {
        mr_call_fail(call, MR_EUNSUPPORTED, "Nobody can be asked: there is no prompt.");
        return;
    }
    char *text = question_text(who, mr_json_string(params, "question"));
    char *fallback = fallback_of(params, kind);
    struct question *question = calloc(1, sizeof *question);
    int err = text && question ? watch_caller(questions, caller) : MR_ENOMEM;

    if (err == MR_OK) {
        err = may_ask(questions, caller, who);
    }
    if (err == MR_OK) {
        const struct mr_question row = {kind, text, fallback};

        question->questions = questions;
        question->call = call;
        question->caller = caller;
        question->more = mr_json_bool(params, "more", false);
        question->next = questions->open;
        questions->open = question;
        err = start_timer(question, params);
        if (err == MR_OK) {
            err = mr_asks_add(questions->ui->asks, &row, answered, question, &question->id);
        }
    }
    free(text);
    free(fallback);
    if (err < 0) {
        if (question && question->questions) {
            forget(question);
        } else {
            free(question);
        }
        mr_call_fail(call, err, "This cannot be asked now: %s.", mr_error_text(err));
    }
}
