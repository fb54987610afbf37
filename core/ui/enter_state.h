/* What enter.c and enter_ask.c share: the state of getting into a room. */
#ifndef MR_UI_ENTER_STATE_H
#define MR_UI_ENTER_STATE_H

#include "core/ui/parts.h"

struct mr_enter {
    struct mr_ui *ui;
    struct mr_caller *caller; /* a login still under way is forgotten with it */
    struct mr_address address;
    char name[MR_LIMIT_NAME + 1];
    struct mr_secret password;
    bool registering;
    bool typed;    /* the password was typed: ask what to remember */
    bool starting; /* inside the call that begins a login: its error comes with no event */
    bool waiting;  /* for the outcome of a login of ours */
    bool inside;
    int tries;
};

/* enter.c */
/* Everything is known: log in or register. */
void mr_enter_log_in(struct mr_enter *enter);
/* The address is known; what next? */
void mr_enter_with_address(struct mr_enter *enter);
/* The user wants none of it: the prompt stays, offline. */
void mr_enter_give_up(struct mr_enter *enter);
/* Changes a setting, and says so when it cannot be kept. */
void mr_enter_set(struct mr_enter *enter, const char *setting, const char *value);

/* enter_ask.c: each asks one thing and goes on with what follows. */
void mr_enter_ask_address(struct mr_enter *enter);
/* The Terms and Conditions if they are not accepted yet, then whether there is an account, then on.
 */
void mr_enter_ask_terms(struct mr_enter *enter);
void mr_enter_ask_name(struct mr_enter *enter);
void mr_enter_ask_password(struct mr_enter *enter);
/* After a login whose password was typed. */
void mr_enter_ask_remember(struct mr_enter *enter);
void mr_enter_remember(struct mr_enter *enter, const char *what);
/* Why this cannot be the name of the login or of the new account, or NULL. */
const char *mr_enter_name_problem(const struct mr_enter *enter, const char *name);

#endif
