#include "core/session/mine.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"
#include "core/runtime/paths.h"

enum {
    TURN_MS = 500, /* how long a refusal waits for a new hash that would explain it */
    FINE_MS = 1000 /* how long a fine waits for a new hash that would contradict it */
};

/* Orders of rooms, in a file: "host:port" -> "s_prev" or "prev_s" */

static cJSON *load_orders(const char *path)
{
    struct mr_buf text;
    const char *why;
    cJSON *orders = NULL;
    mr_buf_init(&text, MR_LIMIT_SETTINGS_FILE);
    if (path && mr_file_load(path, &text) == MR_OK)
        orders = mr_json_parse(mr_buf_str(&text), mr_buf_len(&text), &why);
    mr_buf_free(&text);
    if (cJSON_IsObject(orders))
        return orders;
    cJSON_Delete(orders);
    return cJSON_CreateObject();
}

static void keep_order(const struct mr_mine *mine)
{
    int lock = mine->orders_path ? mr_file_lock(mine->orders_path) : MR_ENOTFOUND;
    cJSON *orders = mine->orders_path ? load_orders(mine->orders_path) : NULL;
    if (!orders ||
        mr_json_set_string(orders, mine->room_name, mr_work_order_name(mine->order)) != MR_OK) {
        cJSON_Delete(orders);
        mr_file_unlock(lock);
        return;
    }
    char *folder = strdup(mine->orders_path);
    char *text = cJSON_Print(orders);
    int err = folder && text ? mr_file_make_folder(dirname(folder)) : MR_ENOMEM;
    if (err == MR_OK)
        err = mr_file_save(mine->orders_path, text, strlen(text));
    if (err != MR_OK)
        mr_log_write(mine->options.emitter->log, MR_LOG_WARN,
                     "the order of mining of %s cannot be kept: %s", mine->room_name,
                     mr_error_text(err));
    mr_file_unlock(lock);
    cJSON_free(text);
    free(folder);
    cJSON_Delete(orders);
}

static enum mr_work_order kept_order(const struct mr_mine *mine)
{
    enum mr_work_order order = MR_WORK_S_PREV;
    cJSON *orders = load_orders(mine->orders_path);
    const char *name = mr_json_string(orders, mine->room_name);
    if (name)
        mr_work_order_by_name(name, &order);
    cJSON_Delete(orders);
    return order;
}

/* Life */

int mr_mine_init(struct mr_mine *mine, const struct mr_mine_options *options,
                 const char *logins_path)
{
    memset(mine, 0, sizeof(*mine));
    mine->options = *options;
    if (!logins_path)
        return MR_OK;
    char *copy = strdup(logins_path);
    if (copy)
        mine->orders_path = mr_paths_join(dirname(copy), "orders.json");
    free(copy);
    return mine->orders_path ? MR_OK : MR_ENOMEM;
}

void mr_mine_free(struct mr_mine *mine)
{
    mr_mine_leave(mine);
    free(mine->orders_path);
    mine->orders_path = NULL;
}

static void stop_timers(struct mr_mine *mine)
{
    mr_timer_stop(&mine->answer);
    mr_timer_stop(&mine->turn);
}

void mr_mine_enter(struct mr_mine *mine, const char *room_name)
{
    stop_timers(mine);
    snprintf(mine->room_name, sizeof(mine->room_name), "%s", room_name);
    mine->order = mine->first_order = kept_order(mine);
    mine->tried_other = mine->kept = false;
    mine->step = MR_MINE_IDLE;
    mine->serial++;
}

void mr_mine_leave(struct mr_mine *mine)
{
    stop_timers(mine);
    mine->step = MR_MINE_IDLE;
    mine->serial++;
}

/* The setting is looked at each time: it may change. */
static enum mr_work_order current_order(const struct mr_mine *mine, bool *automatic)
{
    enum mr_work_order order = mine->order;
    const char *setting = mr_settings_string(mine->options.settings, "mine.order");
    *automatic = mr_work_order_by_name(setting, &order) != MR_OK;
    return order;
}

bool mr_mine_job(const struct mr_mine *mine, struct mr_job *out)
{
    const struct mr_room *room = mine->options.room;
    bool automatic;
    memset(out, 0, sizeof(*out));
    if (room->login_time == 0)
        return false;
    memcpy(out->prev_hash, room->prev_hash, sizeof(out->prev_hash));
    out->zeros = (unsigned)room->zeros;
    out->order = current_order(mine, &automatic);
    /* The same job under the other order is another job. */
    out->serial = 2 * mine->serial + (out->order == MR_WORK_PREV_S);
    return true;
}

/* Sending */

static void on_no_answer(void *ctx)
{
    struct mr_mine *mine = ctx;
    mr_timer_stop(&mine->answer);
    if (mine->step == MR_MINE_SENT && mine->fined)
        mr_mine_refused(mine, mr_span_of("The room took coins for it."));
    else if (mine->step == MR_MINE_SENT)
        mine->step = MR_MINE_FORGOT;
}

static int check_pace(const struct mr_mine *mine, uint64_t now, char *why, size_t why_size)
{
    if (mine->step == MR_MINE_SENT) {
        snprintf(why, why_size, "The room has not judged the last block yet.");
        return MR_EBUSY;
    }
    if (mine->turn) {
        snprintf(why, why_size, "The room has just refused a block. Wait a moment.");
        return MR_EBUSY;
    }
    uint64_t oldest = mine->recent_ms[0];
    if (oldest != 0 && now - oldest < 1000) {
        snprintf(why, why_size, "At most %d blocks a second are sent.", (int)MR_LIMIT_MINE_RATE);
        return MR_EBUSY;
    }
    return MR_OK;
}

static int send_block(struct mr_mine *mine, uint64_t now)
{
    char line[8 + MR_WORK_S_BYTES];
    int len = snprintf(line, sizeof(line), "/mine %s", mine->s);
    mine->fined = false;
    mine->step = MR_MINE_SENT;
    mine->sent_ms = now;
    mine->sent_serial = mine->options.serial(mine->options.ctx);
    mr_timer_stop(&mine->answer);
    int err = mr_timer_start(mine->options.loop, MR_LIMIT_MINE_ANSWER, 0, on_no_answer, mine,
                             &mine->answer);
    if (err == MR_OK)
        err = mine->options.send(mine->options.ctx, line, (size_t)len);
    if (err != MR_OK) {
        mr_timer_stop(&mine->answer);
        mine->step = MR_MINE_IDLE;
        return err;
    }
    memmove(mine->recent_ms, mine->recent_ms + 1, sizeof(mine->recent_ms) - sizeof(uint64_t));
    mine->recent_ms[MR_LIMIT_MINE_RATE - 1] = now;
    return MR_OK;
}

int mr_mine_submit(struct mr_mine *mine, const char *s, char *why, size_t why_size)
{
    struct mr_job job;
    char digest[MR_WORK_HASH_HEX + 1];
    uint64_t now = mr_loop_now_ms(mine->options.loop);
    if (!mr_mine_job(mine, &job)) {
        snprintf(why, why_size, "You are not in a room. Use /login or /connect first.");
        return MR_EOFFLINE;
    }
    if (!mr_work_s_valid(s, strlen(s))) {
        snprintf(why, why_size, "A solution has %d printable characters without blanks.",
                 (int)MR_WORK_S_BYTES);
        return MR_EINVAL;
    }
    if (mr_work_verify(job.order, (int)job.zeros, job.prev_hash, s, digest) != MR_OK) {
        mine->counts.unverified++;
        snprintf(why, why_size, "This does not solve the block: its digest has not %u zeros.",
                 job.zeros);
        return MR_EUNVERIFIED;
    }
    int err = check_pace(mine, now, why, why_size);
    if (err != MR_OK)
        return err;
    memcpy(mine->s, s, sizeof(mine->s));
    memcpy(mine->digest, digest, sizeof(mine->digest));
    err = send_block(mine, now);
    if (err != MR_OK) {
        snprintf(why, why_size, "The block could not be sent: %s.", mr_error_text(err));
        return err;
    }
    mine->counts.found++;
    MR_EMIT(mine->options.emitter, MR_EVENT_MINE_FOUND, MR_TEXT_FIELD("s", s),
            MR_TEXT_FIELD("digest", digest));
    return MR_OK;
}

/* Judgement */

static void accepted(struct mr_mine *mine)
{
    bool automatic;
    char s[MR_WORK_S_BYTES + 1], digest[MR_WORK_HASH_HEX + 1];
    memcpy(s, mine->s, sizeof(s));
    memcpy(digest, mine->digest, sizeof(digest));
    mine->step = MR_MINE_IDLE;
    mr_timer_stop(&mine->answer);
    mine->counts.accepted++;
    current_order(mine, &automatic);
    if (automatic && !mine->kept) {
        mine->kept = true;
        if (mine->order != mine->first_order)
            keep_order(mine);
    }
    MR_EMIT(mine->options.emitter, MR_EVENT_MINE_ACCEPTED, MR_TEXT_FIELD("s", s),
            MR_TEXT_FIELD("digest", digest));
}

static void stale(struct mr_mine *mine)
{
    /* What has not gone out gets no refusal. */
    bool out = !mine->options.take_back(mine->options.ctx);
    char s[MR_WORK_S_BYTES + 1];
    memcpy(s, mine->s, sizeof(s));
    mine->step = out ? MR_MINE_STALE : MR_MINE_IDLE;
    mr_timer_stop(&mine->answer);
    mine->counts.stale++;
    MR_EMIT(mine->options.emitter, MR_EVENT_MINE_STALE, MR_TEXT_FIELD("s", s));
}

void mr_mine_new_hash(struct mr_mine *mine, struct mr_span hash)
{
    if (hash.len == MR_WORK_HASH_HEX &&
        memcmp(hash.at, mine->options.room->prev_hash, MR_WORK_HASH_HEX) == 0)
        return;
    /* So the refusal had another reason than the order. */
    mr_timer_stop(&mine->turn);
    mine->serial++;
    bool ours = mr_span_is(hash, mine->digest);
    if (ours && (mine->step == MR_MINE_SENT || mine->step == MR_MINE_FORGOT))
        accepted(mine);
    else if (mine->step == MR_MINE_SENT)
        stale(mine);
    else if (mine->step == MR_MINE_FORGOT)
        mine->step = MR_MINE_IDLE;
}

bool mr_mine_waits(const struct mr_mine *mine, uint64_t *serial)
{
    if (serial)
        *serial = mine->sent_serial;
    return mine->step == MR_MINE_SENT;
}

/* Nothing else explains the refusal: the other order may be the room's. Tried once a connection. */
static void on_turn(void *ctx)
{
    struct mr_mine *mine = ctx;
    mr_timer_stop(&mine->turn);
    if (mine->kept)
        return;
    if (mine->tried_other) {
        mine->order = mine->first_order;
        mine->kept = true; /* neither is liked: no more experiments with the user's coins */
    } else {
        mine->order = mine->order == MR_WORK_S_PREV ? MR_WORK_PREV_S : MR_WORK_S_PREV;
        mine->tried_other = true;
    }
    mine->serial++;
    mr_log_write(mine->options.emitter->log, MR_LOG_INFO,
                 "%s refused a verified block; the order of mining is now %s", mine->room_name,
                 mr_work_order_name(mine->order));
    /* The hash is the same and the work is another: miners begin anew. */
    MR_EMIT(mine->options.emitter, MR_EVENT_BLOCK,
            MR_TEXT_FIELD("prev_hash", mine->options.room->prev_hash),
            MR_INT_FIELD("zeros", mine->options.room->zeros));
}

void mr_mine_refused(struct mr_mine *mine, struct mr_span text)
{
    bool automatic;
    char s[MR_WORK_S_BYTES + 1];
    memcpy(s, mine->s, sizeof(s));
    mine->step = MR_MINE_IDLE;
    mr_timer_stop(&mine->answer);
    mine->counts.rejected++;
    current_order(mine, &automatic);
    if (automatic && !mine->kept && !mine->turn)
        mr_timer_start(mine->options.loop, TURN_MS, 0, on_turn, mine, &mine->turn);
    MR_EMIT(mine->options.emitter, MR_EVENT_MINE_REJECTED, MR_TEXT_FIELD("s", s),
            MR_SPAN_FIELD("text", text));
}

bool mr_mine_late_refusal(struct mr_mine *mine)
{
    uint64_t now = mr_loop_now_ms(mine->options.loop);
    if (mine->step != MR_MINE_STALE)
        return false;
    mine->step = MR_MINE_IDLE;
    return now - mine->sent_ms < MR_LIMIT_MINE_ANSWER;
}

void mr_mine_fined(struct mr_mine *mine)
{
    if (mine->step != MR_MINE_SENT || mine->fined)
        return;
    mine->fined = true;
    mr_timer_stop(&mine->answer);
    mr_timer_start(mine->options.loop, FINE_MS, 0, on_no_answer, mine, &mine->answer);
}
