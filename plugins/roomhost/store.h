/*
 * The store: the room's database behind a thread of its own.
 *
 * Jobs are handed in on the thread of the loop, done in that order on the store's thread, many in
 * one transaction when they come faster than the disk, and handed back on the thread of the loop,
 * in the same order, after the transaction was committed. So a job that was answered survives
 * whatever happens next, and what the loop knows of a purse is the state as of the last answer.
 *
 * A job belongs to the store from submit() until done() is called, which happens exactly once.
 */
#ifndef MR_ROOMHOST_STORE_H
#define MR_ROOMHOST_STORE_H

#include "plugins/roomhost/store_db.h"

struct uv_loop_s;
struct mr_store;

enum mr_store_kind {
    MR_STORE_FIND,     /* name -> me, record */
    MR_STORE_REGISTER, /* name, record, address, number (accounts per address), admin -> me */
    MR_STORE_ENTER,    /* account, record (as it was checked) -> me */
    MR_STORE_PASSWORD, /* account, record (as it was checked), fresh */
    MR_STORE_DELETE,   /* account, record (as it was checked) */
    MR_STORE_MINE,     /* account, prev, s, hash -> me */
    MR_STORE_FINE,     /* account, number -> me, number (coins taken) */
    MR_STORE_BUY,      /* account, item, number -> me, number (coins paid) */
    MR_STORE_PAY,      /* account, name, number -> me, other */
    MR_STORE_LEADERS   /* -> list */
};

struct mr_store_job {
    enum mr_store_kind kind;
    int64_t account;
    int64_t number;
    enum mr_item item;
    bool admin;
    char name[MR_LIMIT_NAME + 1];
    char address[MR_ADDRESS_TEXT_MAX];
    char prev[MR_WORK_HASH_HEX + 1];
    char s[MR_WORK_S_BYTES + 1];
    char hash[MR_WORK_HASH_HEX + 1];
    struct mr_password_record record;
    struct mr_password_record fresh;

    enum mr_store_answer answer;
    struct mr_purse me;
    struct mr_purse other;
    struct mr_buf list;

    void (*done)(struct mr_store_job *job, void *ctx); /* frees the job with mr_store_job_free() */
    void *ctx;
    uint64_t peer; /* the caller's: whom it is for */
    struct mr_store_job *next;
};

/* NULL without memory. */
struct mr_store_job *mr_store_job_new(enum mr_store_kind kind,
                                      void (*done)(struct mr_store_job *job, void *ctx), void *ctx);
/* Overwrites what is secret in it. */
void mr_store_job_free(struct mr_store_job *job);

/* Takes the opened database over, also on failure, and starts the thread. */
int mr_store_start(struct uv_loop_s *loop, struct mr_db *db, struct mr_store **out);

/* MR_EBUSY when too many wait: the job is then still the caller's. */
int mr_store_submit(struct mr_store *store, struct mr_store_job *job);

/* Jobs handed in and not yet answered. */
size_t mr_store_pending(const struct mr_store *store);

/* Does everything that was handed in, calls the last done()s, closes the database and clears the
 * pointer. Its handle is closed in the loop's next turns: run the loop once more before it is
 * closed. */
void mr_store_stop(struct mr_store **store);

#endif
