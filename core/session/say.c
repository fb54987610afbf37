/* What is said: checked, through the filters, to the outbox. */
#include <stdio.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/runtime/json.h"
#include "core/session/inside.h"
#include "core/wire/line.h"

enum { WHY = 256 };

static int refuse(char *why, size_t size, int err, const char *text)
{
    if (why)
        snprintf(why, size, "%s", text);
    return err;
}

/* Why a text cannot be sent. */
static const char *text_problem(const char *text, bool slash_allowed)
{
    size_t len = strlen(text);
    if (len == 0)
        return "There is nothing to send.";
    if (len > MR_LIMIT_CHAT_TEXT)
        return "This text is too long: a message has at most 1500 bytes.";
    if (strpbrk(text, "\n\r"))
        return "A message has no line ends in it.";
    if (!mr_utf8_valid(text, len))
        return "This text is not UTF-8.";
    if (text[0] == '/' && !slash_allowed)
        return "A message cannot begin with /, that would make a command of it.";
    return NULL;
}

/* to is NULL for the whole room. */
static int check(const struct mr_session *session, const char *to, const char *text, char *why,
                 size_t why_size)
{
    const char *problem = text_problem(text, to != NULL);
    int err = to ? mr_session_check_name(to, why, why_size) : MR_OK;
    if (err == MR_OK && problem)
        err = refuse(why, why_size, MR_EINVAL, problem);
    return err == MR_OK ? mr_session_check_online(session, why, why_size) : err;
}

static int send(struct mr_session *session, const char *to, const char *text, char *why,
                size_t why_size)
{
    struct mr_line line = {.type = to ? MR_LINE_SEND_WHISPER : MR_LINE_CHAT,
                           .text = mr_span_of(text)};
    if (to)
        line.to = mr_span_of(to);
    return mr_session_send_line(session, &line, why, why_size);
}

/* The filters ------------------------------------------------------------------------------ */

static void tell_unsent(struct mr_session *session, const cJSON *item, const char *reason)
{
    const char *to = mr_json_string(item, "to");
    MR_EMIT(&session->emitter, MR_EVENT_UNSENT, MR_TEXT_FIELD("kind", mr_json_string(item, "kind")),
            MR_TEXT_FIELD("to", to ? to : ""), MR_TEXT_FIELD("text", mr_json_string(item, "text")),
            MR_TEXT_FIELD("reason", reason));
}

static void on_filtered(void *ctx, bool dropped, cJSON *item)
{
    struct mr_session *session = ctx;
    char why[WHY] = "A filter has dropped it.";
    const char *to = mr_json_string(item, "to");
    const char *text = mr_json_string(item, "text");
    int err = dropped ? MR_ECANCELED : check(session, to, text, why, sizeof(why));
    if (err == MR_OK)
        err = send(session, to, text, why, sizeof(why));
    if (err != MR_OK)
        tell_unsent(session, item, why);
    cJSON_Delete(item);
    if (session->exit_waits && session->state == MR_SESSION_ONLINE &&
        mr_filters_count(session->options.filters, MR_FILTER_OUTGOING) == 0)
        mr_session_say_exit(session);
}

static int filter(struct mr_session *session, const char *to, const char *text, char *why,
                  size_t why_size)
{
    cJSON *item = cJSON_CreateObject();
    int err = item ? mr_json_set_string(item, "kind", to ? "whisper" : "message") : MR_ENOMEM;
    if (err == MR_OK && to)
        err = mr_json_set_string(item, "to", to);
    if (err == MR_OK)
        err = mr_json_set_string(item, "text", text);
    if (err != MR_OK) {
        cJSON_Delete(item);
        return refuse(why, why_size, err, "There is no memory left.");
    }
    err = mr_filters_pass(session->options.filters, MR_FILTER_OUTGOING, item, true, on_filtered,
                          session);
    return err == MR_OK ? err
                        : refuse(why, why_size, err,
                                 "Too many lines wait for a filter. /script list shows which "
                                 "script does not work.");
}

static int say(struct mr_session *session, const char *to, const char *text, char *why,
               size_t why_size)
{
    struct mr_filters *filters = session->options.filters;
    int err = check(session, to, text, why, why_size);
    if (err == MR_OK && session->exit_waits)
        err = refuse(why, why_size, MR_EOFFLINE, "You are leaving the room.");
    if (err != MR_OK)
        return err;
    if (!filters || mr_filters_idle(filters, MR_FILTER_OUTGOING))
        return send(session, to, text, why, why_size);
    return filter(session, to, text, why, why_size);
}

/* From outside ----------------------------------------------------------------------------- */

int mr_session_say(struct mr_session *session, const char *text, char *why, size_t why_size)
{
    return say(session, NULL, text, why, why_size);
}

/* What one says to oneself stays here. */
static int note(struct mr_session *session, const char *text)
{
    MR_EMIT(&session->emitter, MR_EVENT_NOTE, MR_TEXT_FIELD("text", text),
            MR_TEXT_FIELD("chat", session->name));
    return MR_OK;
}

int mr_session_whisper(struct mr_session *session, const char *user, const char *text, char *why,
                       size_t why_size)
{
    int err = check(session, user, text, why, why_size);
    if (err == MR_OK && strcmp(user, session->name) == 0)
        return note(session, text);
    return err == MR_OK ? say(session, user, text, why, why_size) : err;
}
