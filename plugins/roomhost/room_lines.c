/* From a line to what is said about it. */
#include "plugins/roomhost/room_parts.h"

#include "core/base/secret.h"

#include <moonroom/errors.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy(struct mr_span from, char *out, size_t size)
{
    size_t len = from.len < size ? from.len : size - 1;
    if (len > 0)
        memcpy(out, from.at, len);
    out[len] = '\0';
}

/* ---- Answers that needed the store ---- */

static void remember_purse(struct mr_room *room, const struct mr_purse *purse)
{
    struct mr_user *user = mr_users_find(&room->users, mr_span_of(purse->name));
    if (user && user->purse.account == purse->account)
        user->purse = *purse;
}

static void remember(struct mr_room *room, const struct mr_store_job *job)
{
    if (job->answer != MR_STORE_DONE)
        return;
    if (job->kind == MR_STORE_MINE || job->kind == MR_STORE_FINE || job->kind == MR_STORE_BUY ||
        job->kind == MR_STORE_PAY)
        remember_purse(room, &job->me);
    if (job->kind == MR_STORE_PAY)
        remember_purse(room, &job->other);
    if (job->kind == MR_STORE_MINE) {
        memcpy(room->before, room->prev, sizeof room->before);
        memcpy(room->prev, job->hash, sizeof room->prev);
        room->changed_ms = uv_now(room->loop);
        mr_log_write(room->log, MR_LOG_INFO, "%s has found a block", job->me.name);
    }
}

static struct mr_user *user_of(struct mr_room *room, int64_t account, const char *name)
{
    struct mr_user *user = mr_users_find(&room->users, mr_span_of(name));
    return user && user->purse.account == account ? user : NULL;
}

static void on_stored(struct mr_store_job *job, void *ctx)
{
    struct mr_guest *guest = ctx;
    struct mr_room *room = guest->room;
    struct mr_answers answers = {0};
    char name[MR_LIMIT_NAME + 1];
    memcpy(name, guest->name, sizeof name);
    remember(room, job);
    mr_rules_stored(job, mr_span_of(name), &answers);
    struct mr_user *me = user_of(room, job->account, name);
    struct mr_user *other = user_of(room, job->other.account, job->other.name);
    if (!mr_guest_back(guest))
        guest = NULL;
    else
        mr_peer_next(guest->peer);
    mr_room_say(room, guest, me, other, &answers);
    if (job->kind == MR_STORE_DELETE && job->answer == MR_STORE_DONE) {
        mr_log_write(room->log, MR_LOG_INFO, "%s has deleted the account", name);
        if (me)
            mr_user_leave(me);
    }
    mr_store_job_free(job);
}

static bool submit(struct mr_guest *guest, struct mr_store_job *job)
{
    if (job && mr_store_submit(guest->room->store, job) == MR_OK) {
        guest->busy = true;
        return true;
    }
    struct mr_answers answers = {0};
    mr_answers_error(&answers, "%s", mr_rules_refusal(MR_CHECK_BUSY));
    mr_room_say(guest->room, guest, NULL, NULL, &answers);
    mr_store_job_free(job);
    return false;
}

static struct mr_store_job *new_job(struct mr_guest *guest, enum mr_store_kind kind)
{
    struct mr_store_job *job = mr_store_job_new(kind, on_stored, guest);
    if (job)
        job->account = guest->user->purse.account;
    return job;
}

static bool ask_store(struct mr_guest *guest, const struct mr_ruling *ruling)
{
    struct mr_store_job *job = new_job(guest, ruling->store);
    if (job) {
        job->number = ruling->number;
        job->item = ruling->item;
        copy(ruling->name, job->name, sizeof job->name);
        copy(ruling->s, job->s, sizeof job->s);
        memcpy(job->hash, ruling->hash, sizeof job->hash);
        memcpy(job->prev, guest->room->prev, sizeof job->prev);
    }
    return submit(guest, job);
}

/* ---- Answers that need the password: look the record up, check it, then act ---- */

static void unchecked(struct mr_guest *guest, enum mr_check check)
{
    struct mr_answers answers = {0};
    mr_rules_unchecked(guest->asked, check, &answers);
    mr_room_say(guest->room, guest, guest->user, NULL, &answers);
    mr_peer_next(guest->peer);
}

static void on_checked(struct mr_auth_job *checked, void *ctx)
{
    struct mr_guest *guest = ctx;
    if (!mr_guest_back(guest)) {
        mr_auth_job_free(checked);
        return;
    }
    if (checked->check != MR_CHECK_RIGHT) {
        unchecked(guest, checked->check);
    } else {
        bool deleting = guest->asked == MR_RULE_DELETE;
        struct mr_store_job *job = new_job(guest, deleting ? MR_STORE_DELETE : MR_STORE_PASSWORD);
        if (job) {
            job->record = checked->record;
            job->fresh = checked->fresh;
        }
        if (!submit(guest, job))
            mr_peer_next(guest->peer);
    }
    mr_auth_job_free(checked);
}

static void on_found(struct mr_store_job *found, void *ctx)
{
    struct mr_auth_job *job = found->ctx;
    struct mr_guest *guest = job->ctx;
    (void)ctx;
    if (!mr_guest_back(guest)) {
        mr_auth_job_free(job);
    } else if (found->answer != MR_STORE_DONE) {
        mr_auth_job_free(job);
        unchecked(guest, MR_CHECK_BUSY);
    } else {
        job->known = true;
        job->record = found->record;
        mr_guest_check(guest, job);
    }
    mr_store_job_free(found);
}

static bool ask_password(struct mr_guest *guest, const struct mr_line *line, enum mr_rule_next next)
{
    bool deleting = next == MR_RULE_DELETE;
    struct mr_auth_job *job =
        mr_auth_job_new(deleting ? MR_AUTH_CHECK : MR_AUTH_CHANGE, on_checked, guest);
    struct mr_store_job *find = job ? mr_store_job_new(MR_STORE_FIND, on_found, job) : NULL;
    guest->asked = next;
    if (find) {
        memcpy(job->name, guest->name, sizeof job->name);
        memcpy(find->name, guest->name, sizeof find->name);
        copy(line->text, job->hash, sizeof job->hash);
        copy(deleting ? (struct mr_span){0} : line->item, job->fresh_hash, sizeof job->fresh_hash);
    }
    if (submit(guest, find))
        return true;
    mr_auth_job_free(job);
    return false;
}

/* ---- The line ---- */

static void tell_active(struct mr_guest *guest, struct mr_answers *answers)
{
    struct mr_span *names;
    size_t count;
    if (mr_users_names(&guest->room->users, &names, &count) != MR_OK)
        return;
    mr_rules_active(names, count, answers);
    free(names);
}

/* Whether the line may be looked at at all. A connection that does not stop is closed. */
static bool in_pace(struct mr_guest *guest)
{
    struct mr_room *room = guest->room;
    struct mr_answers answers = {0};
    enum mr_pace pace = mr_bucket_take(&guest->bucket, uv_now(room->loop));
    if (pace == MR_PACE_FINE)
        return true;
    if (pace == MR_PACE_WARN)
        mr_answers_error(&answers, "Not so fast. What you send now is lost. ");
    if (pace == MR_PACE_KICK)
        mr_rules_kicked(mr_span_of("Server"), &answers);
    mr_room_say(room, guest, guest->user, NULL, &answers);
    if (pace == MR_PACE_KICK) {
        mr_log_write(room->log, MR_LOG_WARN, "%s at %s floods the room and is kicked", guest->name,
                     guest->from);
        mr_guest_leave(guest, MR_LEAVE_CLOSE);
    }
    return false;
}

static struct mr_facts facts_of(const struct mr_guest *guest, const struct mr_user *other)
{
    const struct mr_room *room = guest->room;
    bool recent =
        room->before[0] && uv_now(room->loop) - room->changed_ms < MR_LIMIT_STALE_BLOCK_GRACE;
    return (struct mr_facts){
        .me = mr_span_of(guest->user->purse.name),
        .admin = guest->user->purse.admin,
        .other_here = other != NULL,
        .prev = room->prev,
        .before = recent ? room->before : NULL,
        .zeros = room->terms.zeros,
        .order = room->terms.order,
        .fine = room->options->fine,
    };
}

static bool follow(struct mr_guest *guest, const struct mr_line *line,
                   const struct mr_ruling *ruling, struct mr_user *other)
{
    switch (ruling->next) {
    case MR_RULE_STORE:
        return !ask_store(guest, ruling);
    case MR_RULE_DELETE:
    case MR_RULE_CHANGE:
        return !ask_password(guest, line, ruling->next);
    case MR_RULE_KICK:
        mr_log_write(guest->room->log, MR_LOG_INFO, "%s kicks %s", guest->name, other->purse.name);
        mr_user_leave(other);
        return true;
    case MR_RULE_LEAVE:
        mr_guest_leave(guest, MR_LEAVE_CLOSE);
        return true;
    case MR_RULE_NOTHING:
    case MR_RULE_ACTIVE:
        break;
    }
    return true;
}

bool mr_lines_take(void *owner, const struct mr_line *line)
{
    struct mr_guest *guest = owner;
    struct mr_answers answers = {0};
    if (!in_pace(guest) || line->type == MR_LINE_EMPTY)
        return true;
    struct mr_user *other = mr_users_find(&guest->room->users, line->to);
    if (other && other->open_count == 0)
        other = NULL;
    struct mr_facts facts = facts_of(guest, other);
    struct mr_ruling ruling = mr_rules_line(line, &facts, &answers);
    if (ruling.next == MR_RULE_ACTIVE)
        tell_active(guest, &answers);
    mr_room_say(guest->room, guest, guest->user, other, &answers);
    return follow(guest, line, &ruling, other);
}
