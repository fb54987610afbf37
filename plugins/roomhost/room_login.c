/* From the credentials to the first line. */
#include "plugins/roomhost/room_parts.h"

#include "core/base/name.h"
#include "core/base/secret.h"

#include <moonroom/errors.h>

#include <stdio.h>
#include <string.h>

static void copy(struct mr_span from, char *out, size_t size)
{
    size_t len = from.len < size ? from.len : size - 1;
    memcpy(out, from.at, len);
    out[len] = '\0';
}

static void refuse(struct mr_guest *guest, const char *sentence)
{
    struct mr_peer *peer = guest->peer;
    mr_log_write(guest->room->log, MR_LOG_INFO, "%s from %s is refused: %s", guest->name,
                 guest->from, sentence);
    mr_guest_leave(guest, MR_LEAVE_GONE);
    mr_peer_refuse(peer, sentence);
}

static void let_in(struct mr_guest *guest, const struct mr_purse *purse)
{
    if (mr_guest_become(guest, purse) != MR_OK)
        refuse(guest, "This account has too many connections. Close one of them.");
    else
        mr_peer_accept(guest->peer);
}

/* Hands a job in for a guest; without place or memory the guest is refused. */
static void ask_store(struct mr_guest *guest, struct mr_store_job *job)
{
    guest->busy = true;
    if (job && mr_store_submit(guest->room->store, job) == MR_OK)
        return;
    guest->busy = false;
    mr_store_job_free(job);
    refuse(guest, mr_rules_refusal(MR_CHECK_BUSY));
}

/* ---- Registering: make the record, store it ---- */

static void on_registered(struct mr_store_job *job, void *ctx)
{
    struct mr_guest *guest = ctx;
    struct mr_room *room = guest->room;
    if (job->answer == MR_STORE_DONE)
        mr_log_write(room->log, MR_LOG_INFO, "%s is registered%s", job->name,
                     job->admin ? " as an admin" : "");
    if (mr_guest_back(guest)) {
        if (job->answer == MR_STORE_DONE)
            let_in(guest, &job->me);
        else
            refuse(guest, mr_rules_register_refusal(job->answer));
    }
    mr_store_job_free(job);
}

static bool is_admin(const struct mr_host_options *options, const char *name)
{
    for (size_t i = 0; i < options->admin_count; i++)
        if (mr_name_equal_fold(options->admins[i], strlen(options->admins[i]), name, strlen(name)))
            return true;
    return false;
}

static void on_made(struct mr_auth_job *made, void *ctx)
{
    struct mr_guest *guest = ctx;
    if (!mr_guest_back(guest)) {
        mr_auth_job_free(made);
        return;
    }
    const struct mr_host_options *options = guest->room->options;
    struct mr_store_job *job = NULL;
    if (made->check == MR_CHECK_RIGHT)
        job = mr_store_job_new(MR_STORE_REGISTER, on_registered, guest);
    if (job) {
        job->record = made->fresh;
        job->admin = is_admin(options, guest->name);
        job->number = guest->household[0] ? options->accounts_per_address : 0;
        snprintf(job->name, sizeof job->name, "%s", guest->name);
        snprintf(job->address, sizeof job->address, "%s", guest->household);
    }
    mr_auth_job_free(made);
    ask_store(guest, job);
}

/* ---- Logging in: find the record, check it, and enter if it still is the same ---- */

static void on_entered(struct mr_store_job *job, void *ctx)
{
    struct mr_guest *guest = ctx;
    if (mr_guest_back(guest)) {
        if (job->answer == MR_STORE_DONE)
            let_in(guest, &job->me);
        else
            refuse(guest, mr_rules_refusal(job->answer == MR_STORE_FAILED ? MR_CHECK_BUSY
                                                                          : MR_CHECK_WRONG));
    }
    mr_store_job_free(job);
}

static void on_checked(struct mr_auth_job *checked, void *ctx)
{
    struct mr_guest *guest = ctx;
    if (!mr_guest_back(guest)) {
        mr_auth_job_free(checked);
        return;
    }
    if (checked->check == MR_CHECK_RIGHT) {
        struct mr_store_job *job = mr_store_job_new(MR_STORE_ENTER, on_entered, guest);
        if (job) {
            job->account = guest->account;
            job->record = checked->record;
        }
        ask_store(guest, job);
    } else {
        refuse(guest, mr_rules_refusal(checked->check));
    }
    mr_auth_job_free(checked);
}

static void check(struct mr_guest *guest, const struct mr_password_record *record)
{
    struct mr_auth_job *job = mr_auth_job_new(MR_AUTH_CHECK, on_checked, guest);
    if (!job) {
        refuse(guest, mr_rules_refusal(MR_CHECK_BUSY));
        return;
    }
    snprintf(job->name, sizeof job->name, "%s", guest->name);
    snprintf(job->hash, sizeof job->hash, "%s", guest->secret);
    mr_wipe(guest->secret, sizeof guest->secret);
    job->known = record != NULL;
    if (record)
        job->record = *record;
    mr_guest_check(guest, job);
}

static void on_found(struct mr_store_job *job, void *ctx)
{
    struct mr_guest *guest = ctx;
    if (mr_guest_back(guest)) {
        guest->account = job->me.account;
        if (job->answer == MR_STORE_FAILED)
            refuse(guest, mr_rules_refusal(MR_CHECK_BUSY));
        else
            check(guest, job->answer == MR_STORE_DONE ? &job->record : NULL);
    }
    mr_store_job_free(job);
}

static void begin_login(struct mr_guest *guest, struct mr_span name)
{
    /* What can be nobody's name costs what a wrong password costs. */
    if (!mr_name_valid(name.at, name.len)) {
        check(guest, NULL);
        return;
    }
    struct mr_store_job *job = mr_store_job_new(MR_STORE_FIND, on_found, guest);
    if (job)
        snprintf(job->name, sizeof job->name, "%s", guest->name);
    ask_store(guest, job);
}

static void begin_registration(struct mr_guest *guest, struct mr_span name)
{
    const char *problem = mr_name_problem(name.at, name.len);
    struct mr_auth_job *job = problem ? NULL : mr_auth_job_new(MR_AUTH_MAKE, on_made, guest);
    if (!job) {
        refuse(guest, problem ? problem : mr_rules_refusal(MR_CHECK_BUSY));
        return;
    }
    snprintf(job->name, sizeof job->name, "%s", guest->name);
    snprintf(job->hash, sizeof job->hash, "%s", guest->secret);
    mr_wipe(guest->secret, sizeof guest->secret);
    mr_guest_check(guest, job);
}

/* ---- The peer's callbacks ---- */

void mr_login_begin(void *owner, const struct mr_login_credentials *credentials)
{
    struct mr_guest *guest = owner;
    copy(credentials->name, guest->name, sizeof guest->name);
    copy(credentials->hash, guest->secret, sizeof guest->secret);
    if (credentials->registering)
        begin_registration(guest, credentials->name);
    else
        begin_login(guest, credentials->name);
}

void mr_login_inform(void *owner, struct mr_login_info *info)
{
    struct mr_guest *guest = owner;
    const struct mr_purse *purse = &guest->user->purse;
    guest->told_coins = info->coins = purse->coins;
    guest->told_cookies = info->cookies = purse->cookies;
    info->zeros = guest->room->terms.zeros;
    memcpy(info->prev_hash, guest->room->prev, sizeof info->prev_hash);
    memcpy(guest->told_hash, guest->room->prev, sizeof guest->told_hash);
}

void mr_login_open(void *owner)
{
    mr_guest_enter(owner);
}

void mr_login_gone(void *owner, const char *why)
{
    struct mr_guest *guest = owner;
    mr_log_write(guest->room->log, guest->open ? MR_LOG_INFO : MR_LOG_DEBUG,
                 "%s at %s has gone: %s", guest->name[0] ? guest->name : "somebody", guest->from,
                 why);
    mr_guest_leave(guest, MR_LEAVE_GONE);
}
