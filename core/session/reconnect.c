/* Coming back to a room that has shut down: after a kick "by Server", and never after a person's.
 */
#include <stdio.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/session/inside.h"

enum { STEADY_MS = 60000 /* so long in the room, and the counting begins anew */ };

static const uint64_t delays_ms[] = {2000, 5000, 15000, 30000, 60000};

static void forget(struct mr_session *session)
{
    session->returns = 0;
    mr_timer_stop(&session->retry);
    mr_secret_clear(&session->hash);
}

void mr_session_set_reconnect(struct mr_session *session, bool reconnect)
{
    session->reconnect = reconnect;
    if (!reconnect && session->state == MR_SESSION_OFFLINE)
        forget(session);
}

bool mr_session_returning(const struct mr_session *session)
{
    return session->retry != NULL;
}

static void on_retry(void *ctx)
{
    struct mr_session *session = ctx;
    char why[MR_SESSION_TEXT];
    mr_timer_stop(&session->retry);
    int err = mr_session_begin_again(session, why, sizeof(why));
    if (err == MR_OK)
        return;
    mr_log_write(session->options.log, MR_LOG_WARN, "%s", why);
    forget(session);
}

/* Whether this end is one to come back from. */
static bool worth_it(const struct mr_session *session, const char *code)
{
    if (session->kicked_by_room)
        return true;
    /* A try to come back that failed for a reason that may pass. */
    return session->returns > 0 && session->room.login_time == 0 &&
           (strcmp(code, "refused") == 0 || strcmp(code, "timeout") == 0 ||
            strcmp(code, "lost") == 0 || strcmp(code, "not_found") == 0);
}

uint64_t mr_session_plan_return(struct mr_session *session, const char *code)
{
    uint64_t now = mr_loop_now_ms(session->options.loop);
    if (session->kicked_by_room && now - session->online_ms > STEADY_MS)
        session->returns = 0;
    if (!session->reconnect || session->hash.len == 0 || !worth_it(session, code) ||
        session->returns == sizeof(delays_ms) / sizeof(delays_ms[0])) {
        forget(session);
        return 0;
    }
    uint64_t delay = delays_ms[session->returns++];
    if (session->options.retry_ms != 0)
        delay = session->options.retry_ms;
    mr_timer_stop(&session->retry);
    if (mr_timer_start(session->options.loop, delay, 0, on_retry, session, &session->retry) !=
        MR_OK) {
        forget(session);
        return 0;
    }
    return delay;
}

void mr_session_forget_return(struct mr_session *session)
{
    forget(session);
}
