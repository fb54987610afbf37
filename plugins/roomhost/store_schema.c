#include "plugins/roomhost/store_sql.h"

#include "core/base/hex.h"
#include "core/base/str.h"
#include "core/wire/rng.h"

#include <moonroom/errors.h>

#include <stdio.h>
#include <string.h>

/* "moon", so that file(1) and SQLite's own tools know whose database it is. */
enum { APPLICATION_ID = 0x6d6f6f6e, DEFAULT_ZEROS = 7 };

/* Step n brings a database of schema n to n + 1. A step that was ever released is never changed. */
static const char *const steps[] = {
    "CREATE TABLE migrations(version INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
    " program TEXT NOT NULL) STRICT;"
    "CREATE TABLE settings(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE holders(id INTEGER PRIMARY KEY,"
    " kind TEXT NOT NULL CHECK(kind IN ('mint', 'shop', 'fines', 'forfeit', 'account')),"
    " balance INTEGER NOT NULL DEFAULT 0, CHECK(kind = 'mint' OR balance >= 0)) STRICT;"
    "CREATE INDEX holders_by_balance ON holders(balance DESC, id) WHERE kind = 'account';"
    "INSERT INTO holders(id, kind) VALUES(1, 'mint'), (2, 'shop'), (3, 'fines'), (4, 'forfeit');"
    "CREATE TABLE accounts(id INTEGER PRIMARY KEY REFERENCES holders(id),"
    " name TEXT UNIQUE, folded TEXT UNIQUE,"
    " n INTEGER, r INTEGER, p INTEGER, salt BLOB, stored_key BLOB, server_key BLOB,"
    " admin INTEGER NOT NULL DEFAULT 0, cookies INTEGER NOT NULL DEFAULT 0 CHECK(cookies >= 0),"
    " address TEXT, created INTEGER NOT NULL, deleted INTEGER,"
    " CHECK((name IS NULL) = (deleted IS NOT NULL) AND (name IS NULL) = (folded IS NULL)"
    "  AND (name IS NULL) = (stored_key IS NULL))) STRICT;"
    "CREATE INDEX accounts_by_address ON accounts(address) WHERE address IS NOT NULL;"
    "CREATE TABLE ledger(id INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
    " cause TEXT NOT NULL CHECK(cause IN ('block', 'fine', 'buy', 'pay', 'forfeit')),"
    " item TEXT, count INTEGER) STRICT;"
    "CREATE TABLE postings(entry INTEGER NOT NULL REFERENCES ledger(id),"
    " holder INTEGER NOT NULL REFERENCES holders(id),"
    " amount INTEGER NOT NULL CHECK(amount <> 0),"
    " PRIMARY KEY(entry, holder)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX postings_by_holder ON postings(holder);"
    "CREATE TABLE blocks(height INTEGER PRIMARY KEY, prev TEXT NOT NULL UNIQUE,"
    " hash TEXT NOT NULL UNIQUE, s TEXT NOT NULL,"
    " finder INTEGER REFERENCES holders(id), entry INTEGER UNIQUE REFERENCES ledger(id),"
    " at INTEGER NOT NULL) STRICT;"
    "CREATE TABLE audit(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, act TEXT NOT NULL,"
    " target TEXT) STRICT;"
    "CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger"
    " BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER ledger_kept BEFORE DELETE ON ledger"
    " BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER postings_stay BEFORE UPDATE ON postings"
    " BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER postings_kept BEFORE DELETE ON postings"
    " BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER blocks_stay BEFORE UPDATE ON blocks"
    " BEGIN SELECT RAISE(ABORT, 'append-only'); END;"
    "CREATE TRIGGER blocks_kept BEFORE DELETE ON blocks"
    " BEGIN SELECT RAISE(ABORT, 'append-only'); END;",
};

enum { SCHEMA = sizeof steps / sizeof steps[0] };

static int fail(struct mr_db *db, char *why, size_t why_size)
{
    snprintf(why, why_size, "The room's database cannot be used: %s.", sqlite3_errmsg(db->sqlite));
    return MR_EIO;
}

static int refuse(char *why, size_t why_size, const char *text)
{
    snprintf(why, why_size, "%s", text);
    return MR_EINVAL;
}

static bool set(struct mr_db *db, const char *name, const char *value)
{
    return mr_sql_run(db, "INSERT INTO settings(name, value) VALUES(?, ?)", "tt", name, value) ==
           SQLITE_DONE;
}

static bool get(struct mr_db *db, const char *name, char *out, size_t size)
{
    sqlite3_stmt *row = mr_sql(db, "SELECT value FROM settings WHERE name = ?", "t", name);
    if (mr_sql_step(row) != SQLITE_ROW)
        return false;
    mr_sql_text(row, 0, out, size);
    mr_sql_reset(row);
    return true;
}

/* The first block has no finder and no S: its hash is drawn by lot. */
static bool begin_room(struct mr_db *db, const struct mr_room_terms *terms)
{
    uint8_t random[2 * MR_WORK_HASH_HEX / 2];
    char prev[MR_WORK_HASH_HEX + 1], hash[MR_WORK_HASH_HEX + 1], zeros[16];
    if (mr_rng_bytes(random, sizeof random) != MR_OK)
        return false;
    mr_hex_encode(random, sizeof random / 2, prev);
    mr_hex_encode(random + sizeof random / 2, sizeof random / 2, hash);
    snprintf(zeros, sizeof zeros, "%d", terms->zeros < 0 ? DEFAULT_ZEROS : terms->zeros);
    return set(db, "zeros", zeros) && set(db, "order", mr_work_order_name(terms->order)) &&
           mr_sql_run(db, "INSERT INTO blocks(height, prev, hash, s, at) VALUES(0, ?, ?, '', ?)",
                      "tti", prev, hash, mr_sql_now_ms()) == SQLITE_DONE &&
           mr_sql_audit(db, "create", zeros) == SQLITE_DONE;
}

static bool step_up(struct mr_db *db, int from, const struct mr_room_terms *terms)
{
    char *error = NULL;
    for (int version = from; version < SCHEMA; version++) {
        if (sqlite3_exec(db->sqlite, steps[version], NULL, NULL, &error) != SQLITE_OK) {
            sqlite3_free(error);
            return false;
        }
        if (mr_sql_run(db, "INSERT INTO migrations(version, at, program) VALUES(?, ?, ?)", "iit",
                       (int64_t)version + 1, mr_sql_now_ms(), MR_VERSION) != SQLITE_DONE)
            return false;
    }
    char pragmas[96];
    snprintf(pragmas, sizeof pragmas, "PRAGMA user_version = %d; PRAGMA application_id = %d",
             (int)SCHEMA, (int)APPLICATION_ID);
    return sqlite3_exec(db->sqlite, pragmas, NULL, NULL, NULL) == SQLITE_OK &&
           (from > 0 || begin_room(db, terms));
}

static int read_terms(struct mr_db *db, char *why, size_t why_size)
{
    char zeros[16], order[16];
    int64_t number;
    if (!get(db, "zeros", zeros, sizeof zeros) || !get(db, "order", order, sizeof order) ||
        mr_str_to_i64(zeros, strlen(zeros), 0, MR_LIMIT_ZEROS, &number) != MR_OK ||
        mr_work_order_by_name(order, &db->terms.order) != MR_OK)
        return refuse(why, why_size, "The room's database has lost its settings.");
    db->terms.zeros = (int)number;
    db->terms.order_given = true;
    return MR_OK;
}

static int check_terms(const struct mr_db *db, const struct mr_room_terms *wanted, char *why,
                       size_t why_size)
{
    if (wanted->zeros >= 0 && wanted->zeros != db->terms.zeros) {
        snprintf(why, why_size,
                 "This room was opened with --zeros %d, and that is fixed for its life.",
                 db->terms.zeros);
        return MR_EINVAL;
    }
    if (wanted->order_given && wanted->order != db->terms.order) {
        snprintf(why, why_size,
                 "This room was opened with --order %s, and that is fixed for its life.",
                 mr_work_order_name(db->terms.order));
        return MR_EINVAL;
    }
    return MR_OK;
}

int mr_sql_migrate(struct mr_db *db, enum mr_db_mode mode, const struct mr_room_terms *terms,
                   char *why, size_t why_size)
{
    int64_t version = -1;
    if (mr_sql_number(mr_sql(db, "PRAGMA user_version", ""), &version, NULL) != SQLITE_OK)
        return fail(db, why, why_size);
    if (version > SCHEMA)
        return refuse(why, why_size, "This room was last opened by a newer version of moonroom.");
    if (version < SCHEMA && mode == MR_DB_TOOL)
        return refuse(why, why_size, "This version of moonroom has not opened the room yet.");
    if (version < SCHEMA) {
        if (sqlite3_exec(db->sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
            return fail(db, why, why_size);
        if (!step_up(db, (int)version, terms) || mr_db_commit(db) != MR_OK) {
            int err = fail(db, why, why_size);
            mr_db_rollback(db);
            return err;
        }
    }
    int err = read_terms(db, why, why_size);
    return err == MR_OK ? check_terms(db, terms, why, why_size) : err;
}
