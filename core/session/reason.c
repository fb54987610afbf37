/* The sentences for every way a connection can fail: what happened, and what to do. */
#include <stdio.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/session/inside.h"
#include "core/wire/line.h"

void mr_reason_unreachable(const struct mr_session *session, int err, const char *detail, char *out,
                           size_t size, const char **code)
{
    const char *where = session->room_name;
    switch (err) {
    case MR_EREFUSED:
        *code = "refused";
        snprintf(out, size,
                 "Nobody is listening at %s. Check the address, or open a room with 'moonroom "
                 "host'.",
                 where);
        break;
    case MR_ENOTFOUND:
        *code = "not_found";
        snprintf(out, size, "%s cannot be found: %s. Check the address and your network.",
                 session->address.host, detail);
        break;
    case MR_ETIMEOUT:
        *code = "timeout";
        snprintf(out, size, "%s does not answer. Check the address, or try again later.", where);
        break;
    default:
        *code = "refused";
        snprintf(out, size, "%s cannot be reached: %s. Check the address and your network.", where,
                 detail);
    }
}

void mr_reason_timeout(const struct mr_session *session, char *out, size_t size)
{
    snprintf(out, size,
             "%s did not finish the login within %llu seconds. Check that a room is there, or try "
             "again later.",
             session->room_name, (unsigned long long)(session->options.handshake_ms + 999) / 1000);
}

/* What a room says in a refusal: a sentence, or a line as it sends them. Without line ends. */
static struct mr_span said_text(struct mr_span said)
{
    struct mr_line line;
    said = mr_str_trim(said.at, said.len);
    mr_line_parse_from_room(said, mr_span_of(""), &line);
    if (line.type == MR_LINE_SERVER || line.type == MR_LINE_SERVER_ERROR)
        said = mr_str_trim(line.text.at, line.text.len);
    size_t cut = mr_utf8_cut(said.at, said.len, 300);
    return (struct mr_span){said.at, cut};
}

void mr_reason_refused(const struct mr_session *session, struct mr_span said, char *out,
                       size_t size)
{
    const char *todo = "Check the name and the password, or register first.";
    if (session->registering)
        todo = "Choose another name, or log in if this one is yours.";
    else if (session->remembered)
        todo = "Log in again with your password.";
    said = said_text(said);
    bool stops = said.len > 0 && strchr(".!?", said.at[said.len - 1]);
    snprintf(out, size, "%s refused the %s of %s%s%.*s%s %s", session->room_name,
             session->registering ? "registration" : "login", session->name, said.len ? ": " : "",
             (int)said.len, said.at, stops ? "" : ".", todo);
    for (char *c = out; *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
}

void mr_reason_protocol(const struct mr_session *session, const char *problem, char *out,
                        size_t size)
{
    if (session->state == MR_SESSION_ONLINE)
        snprintf(
            out, size,
            "What %s sends cannot be read: %s. The connection is closed; /login connects again.",
            session->room_name, problem);
    else
        snprintf(out, size, "%s does not speak the room's protocol: %s. Check the address.",
                 session->room_name, problem);
}

void mr_reason_lost(const struct mr_session *session, int err, const char *detail, char *out,
                    size_t size)
{
    const char *what = err == MR_OK ? "the room has closed it" : detail;
    snprintf(out, size, "The connection to %s was lost%s: %s. Log in again in a moment (/login).",
             session->room_name, session->state == MR_SESSION_ONLINE ? "" : " during the login",
             what);
}

void mr_reason_internal(const struct mr_session *session, int err, char *out, size_t size)
{
    snprintf(out, size, "The connection to %s had to be closed: %s. /login connects again.",
             session->room_name, mr_error_text(err));
}
