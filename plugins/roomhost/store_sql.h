/*
 * SQLite with less ceremony, for the store's own files.
 *
 * Statements are prepared once and kept, found by the address of their text, which must be static.
 * After a statement that gives rows was stepped, mr_sql_reset() it before the transaction ends.
 */
#ifndef MR_ROOMHOST_STORE_SQL_H
#define MR_ROOMHOST_STORE_SQL_H

#include "plugins/roomhost/store_db.h"

#include <sqlite3.h>

enum { MR_SQL_STATEMENTS = 96 };

/* The holders that are no accounts. */
enum { MR_HOLDER_MINT = 1, MR_HOLDER_SHOP, MR_HOLDER_FINES, MR_HOLDER_FORFEIT };

struct mr_db {
    sqlite3 *sqlite;
    struct mr_room_terms terms;
    struct {
        const char *sql;
        sqlite3_stmt *statement;
    } cache[MR_SQL_STATEMENTS];
    size_t cached;
};

/* Prepares a statement and binds its parameters by a string of types: i (int64_t), t (const char *,
 * NULL for none), b (const void *, size_t), n (nothing: NULL). What is bound must live until the
 * reset. NULL if that fails. */
sqlite3_stmt *mr_sql(struct mr_db *db, const char *sql, const char *types, ...);

/* Runs one without rows. SQLITE_DONE, or the error. */
int mr_sql_run(struct mr_db *db, const char *sql, const char *types, ...);

/* SQLITE_ROW, SQLITE_DONE or an error; a NULL statement is an error. Anything but a row resets. */
int mr_sql_step(sqlite3_stmt *statement);
void mr_sql_reset(sqlite3_stmt *statement);

/* A whole number from a statement that gives one row; *found tells if there was one (NULL: there
 * must be). SQLITE_OK, or an error. */
int mr_sql_number(sqlite3_stmt *statement, int64_t *out, bool *found);

/* Copies text of at most size - 1 bytes; "" for NULL. */
void mr_sql_text(sqlite3_stmt *statement, int column, char *out, size_t size);

/* Changed rows of the last statement. */
int mr_sql_changes(struct mr_db *db);

int64_t mr_sql_now_ms(void);

/* Moves coins from one holder to another as one entry of the ledger; coins is above 0. *entry may
 * be NULL. MR_STORE_DONE or MR_STORE_FAILED. */
enum mr_store_answer mr_sql_move(struct mr_db *db, const char *cause, const char *item,
                                 int64_t count, int64_t from, int64_t to, int64_t coins,
                                 int64_t *entry);

int mr_sql_audit(struct mr_db *db, const char *act, const char *target);

/* Creates or migrates the schema (store_schema.c). */
int mr_sql_migrate(struct mr_db *db, enum mr_db_mode mode, const struct mr_room_terms *terms,
                   char *why, size_t why_size);

#endif
