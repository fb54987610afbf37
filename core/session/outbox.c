#include "core/session/outbox.h"

#include <stdlib.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/base/secret.h"
#include "core/wire/pack.h"

/* Tokens are counted in thousandths of a line, so that a rate of lines a second is one of
 * thousandths a millisecond. */
enum { LINE = 1000, FULL = MR_LIMIT_OUTBOX_BURST * LINE };

struct item {
    struct item *next;
    enum mr_outbox_place place;
    size_t len;
    char line[];
};

struct mr_outbox {
    struct mr_outbox_options options;
    struct mr_timer *timer;
    struct mr_pack pack;
    struct item *first, **last;
    size_t count;
    uint64_t tokens, refilled_ms, sent_ms;
    bool overtook; /* the last line that went was one of the front */
    int err;       /* of send(): nothing goes out any more */
};

static void on_timer(void *ctx);

int mr_outbox_new(const struct mr_outbox_options *options, struct mr_outbox **out)
{
    struct mr_outbox *outbox = calloc(1, sizeof(*outbox));
    *out = outbox;
    if (!outbox)
        return MR_ENOMEM;
    outbox->options = *options;
    outbox->last = &outbox->first;
    outbox->tokens = FULL;
    outbox->refilled_ms = mr_loop_now_ms(options->loop);
    mr_pack_init(&outbox->pack);
    return MR_OK;
}

/* Lines may hold password hashes. */
static void free_item(struct item *item)
{
    mr_wipe(item->line, item->len);
    free(item);
}

static void take_out(struct mr_outbox *outbox, struct item **at)
{
    struct item *item = *at;
    *at = item->next;
    if (!item->next)
        outbox->last = at;
    outbox->count--;
    free_item(item);
}

static void take_first(struct mr_outbox *outbox)
{
    take_out(outbox, &outbox->first);
}

void mr_outbox_free(struct mr_outbox **outbox_)
{
    struct mr_outbox *outbox = *outbox_;
    if (!outbox)
        return;
    *outbox_ = NULL;
    while (outbox->first)
        take_first(outbox);
    mr_timer_stop(&outbox->timer);
    mr_buf_wipe(&outbox->pack.text);
    mr_pack_free(&outbox->pack);
    free(outbox);
}

static void refill(struct mr_outbox *outbox, uint64_t now)
{
    uint64_t passed = now - outbox->refilled_ms;
    outbox->refilled_ms = now;
    /* A long sleep must not overflow. */
    if (passed > FULL)
        passed = FULL;
    outbox->tokens += passed * MR_LIMIT_OUTBOX_RATE;
    if (outbox->tokens > FULL)
        outbox->tokens = FULL;
}

static bool may_go(const struct mr_outbox *outbox, const struct item *item)
{
    return outbox->tokens >= LINE || item->place == MR_OUTBOX_EXIT;
}

/* Joins what may go now into one text and sends it. */
static int send_one(struct mr_outbox *outbox, uint64_t now)
{
    size_t lines = 0;
    mr_pack_clear(&outbox->pack);
    while (outbox->first && may_go(outbox, outbox->first)) {
        int err = mr_pack_add(&outbox->pack, outbox->first->line, outbox->first->len);
        if (err == MR_ELIMIT && lines > 0)
            break;
        if (err != MR_OK)
            return err;
        outbox->tokens -= outbox->tokens >= LINE ? LINE : outbox->tokens;
        outbox->overtook = outbox->first->place == MR_OUTBOX_FRONT;
        take_first(outbox);
        lines++;
    }
    struct mr_span text = mr_pack_text(&outbox->pack);
    outbox->sent_ms = now;
    return outbox->options.send(outbox->options.ctx, text.at, text.len, lines);
}

/* How long a line waits for others that may join it. Where time stands still none come. */
static uint64_t join_delay(const struct mr_outbox *outbox)
{
    return mr_loop_is_virtual(outbox->options.loop) ? 0 : MR_LIMIT_JOIN_DELAY_MIN;
}

/* Waits until the next line may go, and at least so long that others can join it. */
static int arm(struct mr_outbox *outbox, uint64_t now)
{
    uint64_t wait = 0;
    if (outbox->tokens < LINE && outbox->first->place != MR_OUTBOX_EXIT)
        wait = (LINE - outbox->tokens + MR_LIMIT_OUTBOX_RATE - 1) / MR_LIMIT_OUTBOX_RATE;
    uint64_t since = now - outbox->sent_ms;
    uint64_t join = join_delay(outbox);
    if (since < join && wait < join - since)
        wait = join - since;
    return mr_timer_start(outbox->options.loop, wait, 0, on_timer, outbox, &outbox->timer);
}

static int flush(struct mr_outbox *outbox)
{
    uint64_t now = mr_loop_now_ms(outbox->options.loop);
    refill(outbox, now);
    mr_timer_stop(&outbox->timer);
    while (outbox->err == MR_OK && outbox->first && may_go(outbox, outbox->first)) {
        if (!outbox->options.ready(outbox->options.ctx))
            return MR_OK; /* a kick will come */
        outbox->err = send_one(outbox, now);
    }
    mr_buf_wipe(&outbox->pack.text);
    if (outbox->err == MR_OK && outbox->first)
        outbox->err = arm(outbox, now);
    return outbox->err;
}

static void on_timer(void *ctx)
{
    struct mr_outbox *outbox = ctx;
    int err = flush(outbox);
    if (err != MR_OK)
        outbox->options.failed(outbox->options.ctx, err);
}

void mr_outbox_kick(struct mr_outbox *outbox)
{
    if (outbox->first && !outbox->timer && outbox->err == MR_OK)
        on_timer(outbox);
}

/* A block goes before the others, but not one block after the other: who mines fast can still talk.
 */
static void insert(struct mr_outbox *outbox, struct item *item)
{
    struct item **at = outbox->last;
    if (item->place == MR_OUTBOX_FRONT) {
        at = &outbox->first;
        if (*at && outbox->overtook)
            at = &(*at)->next;
    }
    item->next = *at;
    *at = item;
    if (!item->next)
        outbox->last = &item->next;
    outbox->count++;
}

int mr_outbox_add(struct mr_outbox *outbox, const char *line, size_t len,
                  enum mr_outbox_place place)
{
    if (outbox->err != MR_OK)
        return outbox->err;
    if (len == 0)
        return MR_EINVAL;
    if (len > MR_LIMIT_FRAME_OUT_TEXT)
        return MR_ELIMIT;
    if (outbox->count >= MR_LIMIT_OUTBOX_LINES && place == MR_OUTBOX_BACK)
        return MR_EBUSY;
    struct item *item = malloc(sizeof(*item) + len);
    if (!item)
        return MR_ENOMEM;
    item->next = NULL;
    item->place = place;
    item->len = len;
    memcpy(item->line, line, len);
    insert(outbox, item);
    uint64_t now = mr_loop_now_ms(outbox->options.loop);
    if (now - outbox->sent_ms >= join_delay(outbox) || place == MR_OUTBOX_FRONT)
        return flush(outbox);
    if (outbox->timer)
        return MR_OK; /* it fires no later than this line may go */
    refill(outbox, now);
    outbox->err = arm(outbox, now);
    return outbox->err;
}

bool mr_outbox_drop_front(struct mr_outbox *outbox)
{
    size_t before = outbox->count;
    for (struct item **at = &outbox->first; *at;) {
        if ((*at)->place == MR_OUTBOX_FRONT)
            take_out(outbox, at);
        else
            at = &(*at)->next;
    }
    if (!outbox->first)
        mr_timer_stop(&outbox->timer);
    return outbox->count < before;
}

size_t mr_outbox_count(const struct mr_outbox *outbox)
{
    return outbox->count;
}
