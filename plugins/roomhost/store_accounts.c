#include "plugins/roomhost/store_sql.h"

#include "core/base/secret.h"

#include <string.h>

#define PURSE                                                                                      \
    "SELECT a.id, a.name, h.balance, a.cookies, a.admin FROM accounts a"                           \
    " JOIN holders h ON h.id = a.id WHERE a.name IS NOT NULL AND "

static void fold(const char *name, char out[static MR_LIMIT_NAME + 1])
{
    size_t i = 0;
    for (; name[i] && i < MR_LIMIT_NAME; i++)
        out[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
    out[i] = '\0';
}

static void read_purse(sqlite3_stmt *row, struct mr_purse *out)
{
    out->account = sqlite3_column_int64(row, 0);
    mr_sql_text(row, 1, out->name, sizeof out->name);
    out->coins = sqlite3_column_int64(row, 2);
    out->cookies = sqlite3_column_int64(row, 3);
    out->admin = sqlite3_column_int64(row, 4) != 0;
}

static enum mr_store_answer one_purse(sqlite3_stmt *row, struct mr_purse *out)
{
    int result = mr_sql_step(row);
    if (result != SQLITE_ROW)
        return result == SQLITE_DONE ? MR_STORE_ABSENT : MR_STORE_FAILED;
    read_purse(row, out);
    mr_sql_reset(row);
    return MR_STORE_DONE;
}

enum mr_store_answer mr_db_purse(struct mr_db *db, int64_t account, struct mr_purse *out)
{
    return one_purse(mr_sql(db, PURSE "a.id = ?", "i", account), out);
}

enum mr_store_answer mr_db_find_fold(struct mr_db *db, const char *name, struct mr_purse *out)
{
    char folded[MR_LIMIT_NAME + 1];
    fold(name, folded);
    return one_purse(mr_sql(db, PURSE "a.folded = ?", "t", folded), out);
}

static bool read_blob(sqlite3_stmt *row, int column, void *out, size_t size)
{
    const void *bytes = sqlite3_column_blob(row, column);
    if (!bytes || (size_t)sqlite3_column_bytes(row, column) != size)
        return false;
    memcpy(out, bytes, size);
    return true;
}

static enum mr_store_answer read_record(struct mr_db *db, int64_t account,
                                        struct mr_password_record *out)
{
    sqlite3_stmt *row =
        mr_sql(db, "SELECT n, r, p, salt, stored_key, server_key FROM accounts WHERE id = ?", "i",
               account);
    if (mr_sql_step(row) != SQLITE_ROW)
        return MR_STORE_FAILED;
    out->cost.n = (uint32_t)sqlite3_column_int64(row, 0);
    out->cost.r = (uint32_t)sqlite3_column_int64(row, 1);
    out->cost.p = (uint32_t)sqlite3_column_int64(row, 2);
    bool whole = read_blob(row, 3, out->salt, sizeof out->salt) &&
                 read_blob(row, 4, out->stored_key, sizeof out->stored_key) &&
                 read_blob(row, 5, out->server_key, sizeof out->server_key);
    mr_sql_reset(row);
    return whole ? MR_STORE_DONE : MR_STORE_FAILED;
}

enum mr_store_answer mr_db_find(struct mr_db *db, const char *name, struct mr_purse *out,
                                struct mr_password_record *record)
{
    enum mr_store_answer answer = one_purse(mr_sql(db, PURSE "a.name = ?", "t", name), out);
    return answer == MR_STORE_DONE ? read_record(db, out->account, record) : answer;
}

enum mr_store_answer mr_db_enter(struct mr_db *db, int64_t account,
                                 const struct mr_password_record *record, struct mr_purse *out)
{
    struct mr_password_record now;
    enum mr_store_answer answer = mr_db_purse(db, account, out);
    if (answer == MR_STORE_DONE)
        answer = read_record(db, account, &now);
    if (answer != MR_STORE_DONE)
        return answer;
    bool same = mr_equal_secret(now.salt, record->salt, sizeof now.salt) &&
                mr_equal_secret(now.stored_key, record->stored_key, sizeof now.stored_key);
    mr_wipe(&now, sizeof now);
    return same ? MR_STORE_DONE : MR_STORE_CHANGED;
}

/* Whether the name is free and the address has a place left. */
static enum mr_store_answer check_new(struct mr_db *db, const char *name, const char *address,
                                      unsigned per_address)
{
    struct mr_purse other;
    enum mr_store_answer answer = mr_db_find_fold(db, name, &other);
    if (answer != MR_STORE_ABSENT)
        return answer == MR_STORE_DONE ? MR_STORE_TAKEN : MR_STORE_FAILED;
    if (per_address == 0)
        return MR_STORE_DONE;
    int64_t count;
    if (mr_sql_number(mr_sql(db, "SELECT count(*) FROM accounts WHERE address = ?", "t", address),
                      &count, NULL) != SQLITE_OK)
        return MR_STORE_FAILED;
    return count < (int64_t)per_address ? MR_STORE_DONE : MR_STORE_FULL;
}

static int insert_account(struct mr_db *db, int64_t id, const char *name,
                          const struct mr_password_record *record, const char *address, bool admin)
{
    char folded[MR_LIMIT_NAME + 1];
    fold(name, folded);
    return mr_sql_run(db,
                      "INSERT INTO accounts(id, name, folded, n, r, p, salt, stored_key,"
                      " server_key, address, admin, created)"
                      " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "ittiiibbbtii", id, name, folded, (int64_t)record->cost.n,
                      (int64_t)record->cost.r, (int64_t)record->cost.p, record->salt,
                      sizeof record->salt, record->stored_key, sizeof record->stored_key,
                      record->server_key, sizeof record->server_key, address, (int64_t)admin,
                      mr_sql_now_ms());
}

enum mr_store_answer mr_db_register(struct mr_db *db, const char *name,
                                    const struct mr_password_record *record, const char *address,
                                    unsigned per_address, bool admin, struct mr_purse *out)
{
    enum mr_store_answer answer = check_new(db, name, address, per_address);
    if (answer != MR_STORE_DONE)
        return answer;
    if (mr_sql_run(db, "INSERT INTO holders(kind) VALUES('account')", "") != SQLITE_DONE)
        return MR_STORE_FAILED;
    int64_t id = sqlite3_last_insert_rowid(db->sqlite);
    const char *kept = per_address > 0 && address[0] ? address : NULL;
    if (insert_account(db, id, name, record, kept, admin) != SQLITE_DONE)
        return MR_STORE_FAILED;
    if (admin && mr_sql_audit(db, "admin", name) != SQLITE_DONE)
        return MR_STORE_FAILED;
    return mr_db_purse(db, id, out);
}

static enum mr_store_answer write_record(struct mr_db *db, int64_t account,
                                         const struct mr_password_record *record)
{
    int result = mr_sql_run(db,
                            "UPDATE accounts SET n = ?, r = ?, p = ?, salt = ?, stored_key = ?,"
                            " server_key = ? WHERE id = ? AND name IS NOT NULL",
                            "iiibbbi", (int64_t)record->cost.n, (int64_t)record->cost.r,
                            (int64_t)record->cost.p, record->salt, sizeof record->salt,
                            record->stored_key, sizeof record->stored_key, record->server_key,
                            sizeof record->server_key, account);
    return result == SQLITE_DONE && mr_sql_changes(db) == 1 ? MR_STORE_DONE : MR_STORE_FAILED;
}

enum mr_store_answer mr_db_set_password(struct mr_db *db, int64_t account,
                                        const struct mr_password_record *old_record,
                                        const struct mr_password_record *new_record)
{
    struct mr_purse purse;
    enum mr_store_answer answer = mr_db_enter(db, account, old_record, &purse);
    return answer == MR_STORE_DONE ? write_record(db, account, new_record) : answer;
}

enum mr_store_answer mr_db_reset_password(struct mr_db *db, const char *name,
                                          const struct mr_password_record *record)
{
    struct mr_purse purse;
    struct mr_password_record old;
    enum mr_store_answer answer = mr_db_find(db, name, &purse, &old);
    if (answer == MR_STORE_DONE)
        answer = write_record(db, purse.account, record);
    if (answer == MR_STORE_DONE && mr_sql_audit(db, "reset-password", name) != SQLITE_DONE)
        answer = MR_STORE_FAILED;
    return answer;
}

enum mr_store_answer mr_db_delete(struct mr_db *db, int64_t account,
                                  const struct mr_password_record *record)
{
    struct mr_purse purse;
    enum mr_store_answer answer = mr_db_enter(db, account, record, &purse);
    if (answer == MR_STORE_DONE && purse.coins > 0)
        answer = mr_sql_move(db, "forfeit", NULL, 0, account, MR_HOLDER_FORFEIT, purse.coins, NULL);
    if (answer != MR_STORE_DONE)
        return answer;
    int result = mr_sql_run(db,
                            "UPDATE accounts SET name = NULL, folded = NULL, n = NULL, r = NULL,"
                            " p = NULL, salt = NULL, stored_key = NULL, server_key = NULL,"
                            " address = NULL, admin = 0, deleted = ? WHERE id = ?",
                            "ii", mr_sql_now_ms(), account);
    return result == SQLITE_DONE ? MR_STORE_DONE : MR_STORE_FAILED;
}

enum mr_store_answer mr_db_grant(struct mr_db *db, const char *name)
{
    struct mr_purse purse;
    enum mr_store_answer answer = mr_db_find_fold(db, name, &purse);
    if (answer != MR_STORE_DONE)
        return answer;
    if (purse.admin)
        return MR_STORE_ALREADY;
    if (mr_sql_run(db, "UPDATE accounts SET admin = 1 WHERE id = ?", "i", purse.account) !=
            SQLITE_DONE ||
        mr_sql_audit(db, "admin", purse.name) != SQLITE_DONE)
        return MR_STORE_FAILED;
    return MR_STORE_DONE;
}

enum mr_store_answer mr_db_each_account(struct mr_db *db, mr_db_account_fn *fn, void *ctx)
{
    sqlite3_stmt *row =
        mr_sql(db,
               "SELECT a.id, a.name, h.balance, a.cookies, a.admin, a.created FROM accounts a"
               " JOIN holders h ON h.id = a.id WHERE a.name IS NOT NULL ORDER BY a.folded",
               "");
    int result;
    while ((result = mr_sql_step(row)) == SQLITE_ROW) {
        struct mr_purse purse;
        read_purse(row, &purse);
        fn(ctx, &purse, sqlite3_column_int64(row, 5));
    }
    return result == SQLITE_DONE ? MR_STORE_DONE : MR_STORE_FAILED;
}
