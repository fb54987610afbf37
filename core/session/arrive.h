/* Inside arrive.c and answer.c: a line from the room on its way to whom it concerns. */
#ifndef MR_SESSION_ARRIVE_H
#define MR_SESSION_ARRIVE_H

#include "core/session/inside.h"
#include "core/wire/line.h"

enum { MR_PARTS_MS = 300 /* how long the next part of an answer may take */ };

/* A line: what it says, and how it came. */
struct mr_arrival {
    struct mr_line line;
    struct mr_span raw;
};

/* arrive.c */

void mr_arrive_text(struct mr_session *session, struct mr_span text, struct mr_span raw);
void mr_arrive_error(struct mr_session *session, struct mr_span text, struct mr_span raw);
/* Somebody is here. */
void mr_arrive_saw(struct mr_session *session, struct mr_span name);
/* Who is here may have changed. */
void mr_arrive_tell_users(struct mr_session *session);
/* Without the blanks that rooms put behind their sentences. */
struct mr_span mr_arrive_trim(struct mr_span span);

/* answer.c: what may be the answer to a question. Each tells what it is if it is none. */

void mr_answer_ping(struct mr_session *session, const struct mr_arrival *arrival);
void mr_answer_leaderboard(struct mr_session *session, const struct mr_arrival *arrival);
void mr_answer_active(struct mr_session *session, const struct mr_arrival *arrival);
void mr_answer_cost(struct mr_session *session, const struct mr_arrival *arrival);
void mr_answer_error(struct mr_session *session, const struct mr_arrival *arrival);
void mr_answer_account_error(struct mr_session *session, const struct mr_arrival *arrival);
void mr_answer_password_done(struct mr_session *session, const struct mr_arrival *arrival);
/* A change of coins or cookies that a purchase explains. */
void mr_answer_part_of_buy(struct mr_session *session, const char *what, int64_t change);

#endif
