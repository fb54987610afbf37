/*
 * The database of a room: its schema and every act on it, one after the other.
 *
 * Coins are kept in a double-entry ledger. They come from the holder "mint" (which goes below zero)
 * and move between accounts and the sinks "shop", "fines" and "forfeit"; every change is an entry
 * with its cause and two postings that sum to zero. The balance in a holder's row is a copy of the
 * sum of its postings, and a constraint keeps it from going below zero. Ledger, postings and blocks
 * are append-only, by triggers.
 *
 * A deleted account keeps its number, for the ledger's sake; its name, password record and address
 * are erased.
 *
 * The acts must run between mr_db_begin() and mr_db_commit(), and are durable when commit has
 * returned MR_OK. An act that is refused or fails leaves the database as it was. One thread at a
 * time. Times are Unix milliseconds. Names are valid by core/base/name.h before they come here.
 */
#ifndef MR_ROOMHOST_STORE_DB_H
#define MR_ROOMHOST_STORE_DB_H

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/base/work.h"
#include "core/wire/password.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mr_db;

enum { MR_ADDRESS_TEXT_MAX = 64 };

/* Prices and rewards, fixed by the protocol. */
enum { MR_COINS_BLOCK = 5, MR_COINS_COOKIE = 10, MR_COINS_ADMIN = 1000 };

enum mr_item { MR_ITEM_NONE, MR_ITEM_COOKIE, MR_ITEM_ADMIN };

/* What is fixed for the life of a room. */
struct mr_room_terms {
    int zeros; /* -1: not given */
    enum mr_work_order order;
    bool order_given;
};

/* How an act ended. */
enum mr_store_answer {
    MR_STORE_DONE,
    MR_STORE_ABSENT,  /* there is no such account */
    MR_STORE_TAKEN,   /* the name belongs to somebody */
    MR_STORE_FULL,    /* this address has all the accounts it may have */
    MR_STORE_CHANGED, /* the password was changed since it was checked */
    MR_STORE_SHORT,   /* not enough coins */
    MR_STORE_ALREADY, /* has it already */
    MR_STORE_STALE,   /* not the newest block any more */
    MR_STORE_FAILED   /* the database could not do it; nothing was changed */
};

/* What a user owns. */
struct mr_purse {
    int64_t account;
    char name[MR_LIMIT_NAME + 1];
    int64_t coins;
    int64_t cookies;
    bool admin;
};

enum mr_db_mode {
    MR_DB_ROOM, /* created and brought to the newest schema where needed */
    MR_DB_TOOL  /* must exist and have the newest schema */
};

/* Opens the database file. terms are the wanted ones for a new room (zeros of -1: 7); for one that
 * exists they must not differ where they are given. Errors come with one sentence in why. */
int mr_db_open(const char *path, enum mr_db_mode mode, const struct mr_room_terms *terms, char *why,
               size_t why_size, struct mr_db **out);
void mr_db_close(struct mr_db **db);

/* What the room really has. */
struct mr_room_terms mr_db_terms(const struct mr_db *db);

/* One transaction; it takes the lock for writing at once. MR_EIO; after a failed commit nothing of
 * the transaction is there. */
int mr_db_begin(struct mr_db *db);
int mr_db_commit(struct mr_db *db);
void mr_db_rollback(struct mr_db *db);

/* Around each act of a transaction that holds several, so that one that fails halfway is undone by
 * itself. mark before it; settle(keep) after it. */
int mr_db_mark(struct mr_db *db);
int mr_db_settle(struct mr_db *db, bool keep);

/* ---- Accounts (store_accounts.c) ---- */

/* The account with exactly this name and its record. DONE, ABSENT, FAILED. */
enum mr_store_answer mr_db_find(struct mr_db *db, const char *name, struct mr_purse *out,
                                struct mr_password_record *record);
/* Whose name is the same without regard to case. */
enum mr_store_answer mr_db_find_fold(struct mr_db *db, const char *name, struct mr_purse *out);
/* The purse of an account. DONE, ABSENT, FAILED. */
enum mr_store_answer mr_db_purse(struct mr_db *db, int64_t account, struct mr_purse *out);
/* The same if its password record still is this one; else CHANGED. */
enum mr_store_answer mr_db_enter(struct mr_db *db, int64_t account,
                                 const struct mr_password_record *record, struct mr_purse *out);
/* A new account. address is kept and counted where per_address > 0; "" for none. DONE, TAKEN, FULL,
 * FAILED. */
enum mr_store_answer mr_db_register(struct mr_db *db, const char *name,
                                    const struct mr_password_record *record, const char *address,
                                    unsigned per_address, bool admin, struct mr_purse *out);
/* DONE, CHANGED, ABSENT, FAILED. */
enum mr_store_answer mr_db_set_password(struct mr_db *db, int64_t account,
                                        const struct mr_password_record *old_record,
                                        const struct mr_password_record *new_record);
/* The keeper's way: without the old one, with a line in the audit. */
enum mr_store_answer mr_db_reset_password(struct mr_db *db, const char *name,
                                          const struct mr_password_record *record);
/* Its coins become forfeit. DONE, CHANGED, ABSENT, FAILED. */
enum mr_store_answer mr_db_delete(struct mr_db *db, int64_t account,
                                  const struct mr_password_record *record);
/* Makes an admin of the account with this name in any case of letters, with a line in the audit.
 * DONE, ALREADY, ABSENT, FAILED. */
enum mr_store_answer mr_db_grant(struct mr_db *db, const char *name);

/* For the keeper's list: calls fn for every account in the order of names. */
typedef void mr_db_account_fn(void *ctx, const struct mr_purse *purse, int64_t created_ms);
enum mr_store_answer mr_db_each_account(struct mr_db *db, mr_db_account_fn *fn, void *ctx);

/* ---- Coins and blocks (store_ledger.c) ---- */

/* The newest block's hash, which is what to mine on. */
enum mr_store_answer mr_db_head(struct mr_db *db, char hash[static MR_WORK_HASH_HEX + 1]);
/* A block that was verified: pays the finder if prev is still the newest. DONE, STALE, ABSENT. */
enum mr_store_answer mr_db_mine(struct mr_db *db, int64_t account, const char *prev, const char *s,
                                const char *hash, struct mr_purse *out);
/* Takes coins, or what there is if that is less; *taken tells how many. */
enum mr_store_answer mr_db_fine(struct mr_db *db, int64_t account, int64_t coins, int64_t *taken,
                                struct mr_purse *out);
/* DONE, SHORT, ALREADY (an admin buys adminStatus), ABSENT; *cost tells the price. */
enum mr_store_answer mr_db_buy(struct mr_db *db, int64_t account, enum mr_item item, int64_t count,
                               int64_t *cost, struct mr_purse *out);
/* DONE, SHORT, ABSENT (nobody has exactly this name), ALREADY (to oneself). */
enum mr_store_answer mr_db_pay(struct mr_db *db, int64_t account, const char *to, int64_t coins,
                               struct mr_purse *out, struct mr_purse *other);
/* Appends the list of a leaderboard line, richest first, as far as it fits one frame. */
enum mr_store_answer mr_db_leaders(struct mr_db *db, struct mr_buf *list);

/* ---- Checking (store_verify.c) ---- */

struct mr_db_totals {
    int64_t accounts, blocks, entries;
    int64_t minted, held, spent;
};

/* Derives every balance and every block again from the first, and checks the file itself. Calls
 * wrong for each thing that does not fit. MR_OK if nothing is wrong, MR_EUNVERIFIED, MR_EIO. */
typedef void mr_db_wrong_fn(void *ctx, const char *sentence);
int mr_db_verify(struct mr_db *db, mr_db_wrong_fn *wrong, void *ctx, struct mr_db_totals *totals);

#endif
