/* Found blocks: verified before they are sent, one at a time, and what the room says of them.
 *
 * A solution is checked against the newest hash. After it is sent the next one waits until the room
 * has judged it, MR_LIMIT_MINE_ANSWER ms at most, and never are more than MR_LIMIT_MINE_RATE sent a
 * second. The order of S and prev_hash is the setting's; with "auto" the other one is tried once a
 * verified S was refused while the hash stayed, and it is kept, for this room and for good, when it
 * is accepted.
 */
#ifndef MR_SESSION_MINE_H
#define MR_SESSION_MINE_H

#include "core/base/work.h"
#include "core/session/event.h"
#include "core/session/room.h"
#include "core/session/session.h"

struct mr_mine_options {
    struct mr_loop *loop;
    struct mr_settings *settings;
    struct mr_emitter *emitter;
    const struct mr_room *room;
    /* Hands the line to the outbox, before others. */
    int (*send)(void *ctx, const char *line, size_t len);
    /* Takes back what send() took, if it has not gone out yet. */
    bool (*take_back)(void *ctx);
    /* A number for the order of sending, as the requests count. */
    uint64_t (*serial)(void *ctx);
    void *ctx;
};

enum mr_mine_step {
    MR_MINE_IDLE,
    MR_MINE_SENT,   /* the room has not judged it yet */
    MR_MINE_FORGOT, /* nor will it: but if it is accepted after all, it is ours */
    MR_MINE_STALE   /* somebody else's came first; its refusal may still come */
};

struct mr_mine {
    struct mr_mine_options options;
    char *orders_path; /* where orders are kept, or NULL */
    char room_name[300];
    enum mr_work_order order;
    enum mr_work_order first_order; /* what was believed when the connection began */
    bool tried_other, kept;
    uint64_t serial; /* of the job */
    enum mr_mine_step step;
    char s[MR_WORK_S_BYTES + 1];
    char digest[MR_WORK_HASH_HEX + 1];
    uint64_t sent_ms, sent_serial;
    uint64_t recent_ms[4];   /* when the last were sent */
    struct mr_timer *answer; /* no longer than this for an answer */
    struct mr_timer *turn;   /* then the other order is tried, unless the hash changes before */
    bool fined;
    struct mr_mine_counts counts;
};

/* logins_path: orders are kept beside that file; may be NULL. */
int mr_mine_init(struct mr_mine *mine, const struct mr_mine_options *options,
                 const char *logins_path);
void mr_mine_free(struct mr_mine *mine);

/* We are in a room, or out of it. */
void mr_mine_enter(struct mr_mine *mine, const char *room_name);
void mr_mine_leave(struct mr_mine *mine);

bool mr_mine_job(const struct mr_mine *mine, struct mr_job *out);
int mr_mine_submit(struct mr_mine *mine, const char *s, char *why, size_t why_size);

/* What the room said. The new hash is given before the room's facts take it. */
void mr_mine_new_hash(struct mr_mine *mine, struct mr_span hash);
/* Whether a block waits for judgement; *serial (may be NULL): when it was sent. */
bool mr_mine_waits(const struct mr_mine *mine, uint64_t *serial);
void mr_mine_refused(struct mr_mine *mine, struct mr_span text);
/* Whether this refusal is of a block that was known to be too late, and so is no news. */
bool mr_mine_late_refusal(struct mr_mine *mine);
void mr_mine_fined(struct mr_mine *mine);

#endif
