/*
 * The rules of the room: what follows from a line, given what is known.
 *
 * Pure: no socket, no clock, no database. A line is answered here at once, or it needs something
 * first: a job of the store, or the check of a password. When that has come back, the second half
 * of the rules says what is answered then.
 */
#ifndef MR_ROOMHOST_RULES_H
#define MR_ROOMHOST_RULES_H

#include "plugins/roomhost/answers.h"
#include "plugins/roomhost/store.h"

#include "core/base/work.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known when a line is read. */
struct mr_facts {
    struct mr_span me; /* the user who sent it */
    bool admin;
    bool other_here;    /* whether the user in `line->to` is in the room */
    const char *prev;   /* the newest block's hash */
    const char *before; /* the one before it, if it was replaced a moment ago; else NULL */
    int zeros;
    enum mr_work_order order;
    int64_t fine; /* coins that a wrong S costs */
};

/* What has to happen behind the answers. */
enum mr_rule_next {
    MR_RULE_NOTHING,
    MR_RULE_ACTIVE, /* call mr_rules_active() with the names */
    MR_RULE_KICK,   /* close all connections of line->to; they were told */
    MR_RULE_LEAVE,  /* the sender wants to go */
    MR_RULE_STORE,  /* hand in a job with the fields of the ruling, then mr_rules_stored() */
    MR_RULE_DELETE, /* check the password hash in line->text, then a MR_STORE_DELETE */
    MR_RULE_CHANGE  /* the same, then a MR_STORE_PASSWORD with a record of line->item */
};

struct mr_ruling {
    enum mr_rule_next next;
    enum mr_store_kind store; /* of MR_RULE_STORE, with what belongs to it: */
    int64_t number;
    enum mr_item item;
    struct mr_span name;
    struct mr_span s;
    char hash[MR_WORK_HASH_HEX + 1];
};

/* A line of a client. The spans of the ruling point into the line's text. */
struct mr_ruling mr_rules_line(const struct mr_line *line, const struct mr_facts *facts,
                               struct mr_answers *answers);

/* The answer to MR_LINE_REQUEST_ACTIVE: as many frames as it takes, each with its header. */
void mr_rules_active(const struct mr_span *names, size_t count, struct mr_answers *answers);

/* A job that came back. me is who asked; MR_TO_OTHER of MR_STORE_PAY is job->other. */
void mr_rules_stored(const struct mr_store_job *job, struct mr_span me, struct mr_answers *answers);

/* Why a password check ended without a job. */
enum mr_check {
    MR_CHECK_RIGHT,
    MR_CHECK_WRONG,
    MR_CHECK_TOO_OFTEN, /* three wrong ones in a minute */
    MR_CHECK_BUSY       /* could not be checked now */
};

/* next is MR_RULE_DELETE or MR_RULE_CHANGE; check is not MR_CHECK_RIGHT. */
void mr_rules_unchecked(enum mr_rule_next next, enum mr_check check, struct mr_answers *answers);

/* The sentence with which a login is refused, and a registration by the answer of its job. Static.
 */
const char *mr_rules_refusal(enum mr_check check);
const char *mr_rules_register_refusal(enum mr_store_answer answer);

/* A user's first connection has come in, or the last has gone. */
void mr_rules_joined(struct mr_span name, struct mr_answers *answers);
void mr_rules_left(struct mr_span name, struct mr_answers *answers);

/* "You have been kicked by", to MR_TO_PEER. */
void mr_rules_kicked(struct mr_span by, struct mr_answers *answers);

/* What a connection missed between its info frame and now: changes, never totals. hash is NULL if
 * it is the same. */
void mr_rules_catch_up(int64_t coins, int64_t cookies, const char *hash,
                       struct mr_answers *answers);

/* The keeper's text: each of its lines as one of the server's, to MR_TO_PEER. */
void mr_rules_welcome(struct mr_span text, struct mr_answers *answers);

#endif
