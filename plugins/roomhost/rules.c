#include "plugins/roomhost/rules.h"

#include "core/base/limits.h"

#include <moonroom/errors.h>

#include <inttypes.h>
#include <string.h>

static const struct {
    const char *name;
    enum mr_item item;
    int64_t cost;
} goods[] = {
    {"cookie", MR_ITEM_COOKIE, MR_COINS_COOKIE},
    {"adminStatus", MR_ITEM_ADMIN, MR_COINS_ADMIN},
};

enum { GOODS = sizeof goods / sizeof goods[0] };

static size_t find_goods(struct mr_span item)
{
    size_t i = 0;
    while (i < GOODS && !mr_span_is(item, goods[i].name))
        i++;
    return i;
}

static void add_number(struct mr_answers *answers, enum mr_answer_to to, enum mr_line_type type,
                       int64_t number)
{
    if (number != 0)
        mr_answers_add(answers, to, &(struct mr_line){.type = type, .number = number});
}

static bool same(struct mr_span a, struct mr_span b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static bool absent(const struct mr_line *line, const struct mr_facts *facts,
                   struct mr_answers *answers)
{
    if (facts->other_here)
        return false;
    mr_answers_error(answers, "%.*s is not here. ", (int)line->to.len, line->to.at);
    return true;
}

static struct mr_ruling whisper(const struct mr_line *line, const struct mr_facts *facts,
                                struct mr_answers *answers)
{
    if (absent(line, facts, answers))
        return (struct mr_ruling){0};
    mr_answers_add(
        answers, MR_TO_ME,
        &(struct mr_line){
            .type = MR_LINE_WHISPER_ECHO, .name = facts->me, .to = line->to, .text = line->text});
    if (!same(line->to, facts->me))
        mr_answers_add(
            answers, MR_TO_OTHER,
            &(struct mr_line){.type = MR_LINE_WHISPER, .name = facts->me, .text = line->text});
    return (struct mr_ruling){0};
}

static struct mr_ruling kick(const struct mr_line *line, const struct mr_facts *facts,
                             struct mr_answers *answers)
{
    if (!facts->admin) {
        mr_answers_error(answers, "Only admins can kick. ");
        return (struct mr_ruling){0};
    }
    if (absent(line, facts, answers))
        return (struct mr_ruling){0};
    mr_answers_add(answers, MR_TO_OTHER,
                   &(struct mr_line){.type = MR_LINE_KICKED, .name = facts->me});
    return (struct mr_ruling){.next = MR_RULE_KICK};
}

static struct mr_ruling cost(const struct mr_line *line, struct mr_answers *answers)
{
    size_t found = find_goods(line->item);
    if (found == GOODS)
        mr_answers_error(answers, "The store has cookie and adminStatus. ");
    else
        mr_answers_add(answers, MR_TO_PEER,
                       &(struct mr_line){
                           .type = MR_LINE_COST, .item = line->item, .number = goods[found].cost});
    return (struct mr_ruling){0};
}

static struct mr_ruling buy(const struct mr_line *line, struct mr_answers *answers)
{
    size_t found = find_goods(line->item);
    if (found == GOODS) {
        mr_answers_error(answers, "The store has cookie and adminStatus. ");
        return (struct mr_ruling){0};
    }
    if (goods[found].item == MR_ITEM_ADMIN && line->number != 1) {
        mr_answers_error(answers, "One can be an admin only once. ");
        return (struct mr_ruling){0};
    }
    return (struct mr_ruling){.next = MR_RULE_STORE,
                              .store = MR_STORE_BUY,
                              .item = goods[found].item,
                              .number = line->number};
}

static struct mr_ruling pay(const struct mr_line *line, const struct mr_facts *facts,
                            struct mr_answers *answers)
{
    if (same(line->to, facts->me)) {
        mr_answers_error(answers, "You cannot pay yourself. ");
        return (struct mr_ruling){0};
    }
    return (struct mr_ruling){
        .next = MR_RULE_STORE, .store = MR_STORE_PAY, .name = line->to, .number = line->number};
}

/* The work is checked here, against what the loop knows; the store then lets only the first S for a
 * block through. */
static struct mr_ruling mine(const struct mr_line *line, const struct mr_facts *facts,
                             struct mr_answers *answers)
{
    struct mr_ruling ruling = {.next = MR_RULE_STORE, .store = MR_STORE_MINE, .s = line->text};
    if (mr_work_verify(facts->order, facts->zeros, facts->prev, line->text.at, ruling.hash) ==
        MR_OK)
        return ruling;
    if (facts->before &&
        mr_work_verify(facts->order, facts->zeros, facts->before, line->text.at, NULL) == MR_OK) {
        mr_answers_error(answers, "Somebody else found this block first. ");
        return (struct mr_ruling){0};
    }
    mr_answers_error(answers, "This S does not fit the block. ");
    if (facts->fine <= 0)
        return (struct mr_ruling){0};
    return (struct mr_ruling){.next = MR_RULE_STORE, .store = MR_STORE_FINE, .number = facts->fine};
}

static struct mr_ruling chat(const struct mr_line *line, const struct mr_facts *facts,
                             struct mr_answers *answers)
{
    mr_answers_add(answers, MR_TO_ALL,
                   &(struct mr_line){.type = MR_LINE_CHAT, .name = facts->me, .text = line->text});
    return (struct mr_ruling){0};
}

static struct mr_ruling ping(const struct mr_line *line, struct mr_answers *answers)
{
    /* With this sign a client would take the answer for text. */
    if (line->text.len > 0 && memchr(line->text.at, '>', line->text.len))
        mr_answers_error(answers, "The data of a ping has no > in it. ");
    else
        mr_answers_add(answers, MR_TO_PEER, line);
    return (struct mr_ruling){0};
}

struct mr_ruling mr_rules_line(const struct mr_line *line, const struct mr_facts *facts,
                               struct mr_answers *answers)
{
    switch (line->type) {
    case MR_LINE_EMPTY:
        return (struct mr_ruling){0};
    case MR_LINE_CHAT:
        return chat(line, facts, answers);
    case MR_LINE_PING:
        return ping(line, answers);
    case MR_LINE_SEND_WHISPER:
        return whisper(line, facts, answers);
    case MR_LINE_REQUEST_ACTIVE:
        return (struct mr_ruling){.next = MR_RULE_ACTIVE};
    case MR_LINE_KICK:
        return kick(line, facts, answers);
    case MR_LINE_MINE:
        return mine(line, facts, answers);
    case MR_LINE_REQUEST_LEADERBOARD:
        return (struct mr_ruling){.next = MR_RULE_STORE, .store = MR_STORE_LEADERS};
    case MR_LINE_REQUEST_HASH:
        mr_answers_add(
            answers, MR_TO_PEER,
            &(struct mr_line){.type = MR_LINE_NEW_HASH, .text = mr_span_of(facts->prev)});
        return (struct mr_ruling){0};
    case MR_LINE_REQUEST_COST:
        return cost(line, answers);
    case MR_LINE_BUY:
        return buy(line, answers);
    case MR_LINE_PAY:
        return pay(line, facts, answers);
    case MR_LINE_DELETE_ACCOUNT:
        return (struct mr_ruling){.next = MR_RULE_DELETE};
    case MR_LINE_CHANGE_PASSWORD:
        return (struct mr_ruling){.next = MR_RULE_CHANGE};
    case MR_LINE_EXIT:
        mr_rules_kicked(mr_span_of("Server"), answers);
        return (struct mr_ruling){.next = MR_RULE_LEAVE};
    default:
        mr_answers_error(answers, "%s", line->why ? line->why : "Unknown command.");
        return (struct mr_ruling){0};
    }
}

void mr_rules_active(const struct mr_span *names, size_t count, struct mr_answers *answers)
{
    struct mr_buf list;
    mr_buf_init(&list, MR_LIMIT_FRAME_OUT_TEXT);
    for (size_t i = 0; i <= count; i++) {
        int err = i < count ? mr_active_add(&list, names[i]) : MR_ELIMIT;
        if (err == MR_OK)
            continue;
        struct mr_span text = {mr_buf_str(&list), mr_buf_len(&list)};
        if (text.len > 0)
            mr_answers_add(answers, MR_TO_PEER,
                           &(struct mr_line){.type = MR_LINE_ACTIVE, .list = text});
        mr_buf_clear(&list);
        if (i < count && mr_active_add(&list, names[i]) != MR_OK)
            answers->lost = true;
    }
    mr_buf_free(&list);
}

void mr_rules_joined(struct mr_span name, struct mr_answers *answers)
{
    mr_answers_add(answers, MR_TO_ALL, &(struct mr_line){.type = MR_LINE_JOINED, .name = name});
}

void mr_rules_left(struct mr_span name, struct mr_answers *answers)
{
    mr_answers_add(answers, MR_TO_ALL, &(struct mr_line){.type = MR_LINE_LEFT, .name = name});
}

void mr_rules_kicked(struct mr_span by, struct mr_answers *answers)
{
    mr_answers_add(answers, MR_TO_PEER, &(struct mr_line){.type = MR_LINE_KICKED, .name = by});
}

void mr_rules_catch_up(int64_t coins, int64_t cookies, const char *hash, struct mr_answers *answers)
{
    add_number(answers, MR_TO_PEER, MR_LINE_BALANCE, coins);
    add_number(answers, MR_TO_PEER, MR_LINE_COOKIES, cookies);
    if (hash)
        mr_answers_add(answers, MR_TO_PEER,
                       &(struct mr_line){.type = MR_LINE_NEW_HASH, .text = mr_span_of(hash)});
}

void mr_rules_welcome(struct mr_span text, struct mr_answers *answers)
{
    while (text.len > 0) {
        const char *lf = memchr(text.at, '\n', text.len);
        struct mr_span line = {text.at, lf ? (size_t)(lf - text.at) : text.len};
        size_t step = line.len + (lf ? 1 : 0);
        text = (struct mr_span){text.at + step, text.len - step};
        if (line.len > 0)
            mr_answers_add(answers, MR_TO_PEER,
                           &(struct mr_line){.type = MR_LINE_SERVER, .text = line});
    }
}
