/* The second half of the rules: what is answered when the store or a password check has come back.
 */
#include "plugins/roomhost/rules.h"

#include <inttypes.h>
#include <string.h>

static const char cannot_save[] = "The room cannot save this now. Nothing was changed. ";

static void add_number(struct mr_answers *answers, enum mr_answer_to to, enum mr_line_type type,
                       int64_t number)
{
    if (number != 0)
        mr_answers_add(answers, to, &(struct mr_line){.type = type, .number = number});
}

static void mined(const struct mr_store_job *job, struct mr_answers *answers)
{
    if (job->answer == MR_STORE_STALE) {
        mr_answers_error(answers, "Somebody else found this block first. ");
    } else if (job->answer != MR_STORE_DONE) {
        mr_answers_error(answers, "%s", cannot_save);
    } else {
        add_number(answers, MR_TO_ME, MR_LINE_BALANCE, MR_COINS_BLOCK);
        mr_answers_add(answers, MR_TO_ALL,
                       &(struct mr_line){.type = MR_LINE_NEW_HASH, .text = mr_span_of(job->hash)});
    }
}

static void bought(const struct mr_store_job *job, struct mr_answers *answers)
{
    if (job->answer == MR_STORE_SHORT) {
        mr_answers_error(answers, "You do not have enough coins. ");
    } else if (job->answer == MR_STORE_ALREADY) {
        mr_answers_error(answers, "You are an admin already. ");
    } else if (job->answer != MR_STORE_DONE) {
        mr_answers_error(answers, "%s", cannot_save);
    } else {
        add_number(answers, MR_TO_ME, MR_LINE_BALANCE, -job->number);
        if (job->item == MR_ITEM_COOKIE)
            add_number(answers, MR_TO_ME, MR_LINE_COOKIES, job->number / MR_COINS_COOKIE);
    }
}

static void paid(const struct mr_store_job *job, struct mr_span me, struct mr_answers *answers)
{
    const char *coins = job->number == 1 ? "coin" : "coins";
    if (job->answer == MR_STORE_ABSENT) {
        mr_answers_error(answers, "There is nobody called %s. ", job->name);
    } else if (job->answer == MR_STORE_SHORT) {
        mr_answers_error(answers, "You do not have enough coins. ");
    } else if (job->answer == MR_STORE_ALREADY) {
        mr_answers_error(answers, "You cannot pay yourself. ");
    } else if (job->answer != MR_STORE_DONE) {
        mr_answers_error(answers, "%s", cannot_save);
    } else {
        add_number(answers, MR_TO_ME, MR_LINE_BALANCE, -job->number);
        mr_answers_server(answers, MR_TO_ME, "You paid %s %" PRId64 " %s. ", job->other.name,
                          job->number, coins);
        add_number(answers, MR_TO_OTHER, MR_LINE_BALANCE, job->number);
        mr_answers_server(answers, MR_TO_OTHER, "%.*s paid you %" PRId64 " %s. ", (int)me.len,
                          me.at, job->number, coins);
    }
}

/* Both spellings: old clients know one, newer ones the other. Each in a frame of its own. */
static void leaders(const struct mr_store_job *job, struct mr_answers *answers)
{
    struct mr_span list = {mr_buf_str(&job->list), mr_buf_len(&job->list)};
    if (job->answer != MR_STORE_DONE || list.len == 0) {
        mr_answers_error(answers, "The leaderboard cannot be read now. ");
        return;
    }
    for (int old_spelling = 0; old_spelling < 2; old_spelling++)
        mr_answers_add(
            answers, MR_TO_PEER,
            &(struct mr_line){.type = MR_LINE_LEADERBOARD, .list = list, .number = old_spelling});
}

static void refuse(enum mr_line_type type, const char *text, struct mr_answers *answers)
{
    mr_answers_add(answers, MR_TO_PEER, &(struct mr_line){.type = type, .text = mr_span_of(text)});
}

static void changed(const struct mr_store_job *job, struct mr_answers *answers)
{
    if (job->answer == MR_STORE_DONE)
        mr_answers_add(answers, MR_TO_PEER, &(struct mr_line){.type = MR_LINE_PASSWORD_DONE});
    else if (job->answer == MR_STORE_CHANGED || job->answer == MR_STORE_ABSENT)
        refuse(MR_LINE_PASSWORD_ERROR, "The old password is wrong.", answers);
    else
        refuse(MR_LINE_PASSWORD_ERROR, "The room cannot save this now. Nothing was changed.",
               answers);
}

static void deleted(const struct mr_store_job *job, struct mr_answers *answers)
{
    if (job->answer == MR_STORE_DONE)
        mr_answers_add(answers, MR_TO_ME,
                       &(struct mr_line){.type = MR_LINE_KICKED, .name = mr_span_of("Server")});
    else if (job->answer == MR_STORE_CHANGED || job->answer == MR_STORE_ABSENT)
        refuse(MR_LINE_DELETE_ERROR, "The password is wrong.", answers);
    else
        refuse(MR_LINE_DELETE_ERROR, "The room cannot save this now. Nothing was changed.",
               answers);
}

void mr_rules_stored(const struct mr_store_job *job, struct mr_span me, struct mr_answers *answers)
{
    switch (job->kind) {
    case MR_STORE_MINE:
        mined(job, answers);
        break;
    case MR_STORE_FINE:
        /* That the S was wrong has been said. */
        if (job->answer == MR_STORE_DONE)
            add_number(answers, MR_TO_ME, MR_LINE_BALANCE, -job->number);
        break;
    case MR_STORE_BUY:
        bought(job, answers);
        break;
    case MR_STORE_PAY:
        paid(job, me, answers);
        break;
    case MR_STORE_LEADERS:
        leaders(job, answers);
        break;
    case MR_STORE_PASSWORD:
        changed(job, answers);
        break;
    case MR_STORE_DELETE:
        deleted(job, answers);
        break;
    case MR_STORE_FIND:
    case MR_STORE_REGISTER:
    case MR_STORE_ENTER:
        break;
    }
}

void mr_rules_unchecked(enum mr_rule_next next, enum mr_check check, struct mr_answers *answers)
{
    enum mr_line_type type = next == MR_RULE_DELETE ? MR_LINE_DELETE_ERROR : MR_LINE_PASSWORD_ERROR;
    if (check == MR_CHECK_WRONG)
        refuse(type,
               next == MR_RULE_DELETE ? "The password is wrong." : "The old password is wrong.",
               answers);
    else
        refuse(type, mr_rules_refusal(check), answers);
}

const char *mr_rules_refusal(enum mr_check check)
{
    switch (check) {
    case MR_CHECK_WRONG:
        return "The user name or the password is wrong.";
    case MR_CHECK_TOO_OFTEN:
        return "Too many wrong passwords for this account. Try again in a minute.";
    case MR_CHECK_RIGHT:
    case MR_CHECK_BUSY:
        break;
    }
    return "The room is busy. Try again in a moment.";
}

const char *mr_rules_register_refusal(enum mr_store_answer answer)
{
    switch (answer) {
    case MR_STORE_TAKEN:
        return "This user name is taken. Choose another one.";
    case MR_STORE_FULL:
        return "Your address already has as many accounts as this room allows.";
    default:
        return "The room cannot make accounts now. Try again later.";
    }
}
