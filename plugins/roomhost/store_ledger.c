#include "plugins/roomhost/store_sql.h"

#include "core/wire/line.h"

#include <moonroom/errors.h>

#include <string.h>

static bool post(struct mr_db *db, int64_t entry, int64_t holder, int64_t amount)
{
    return mr_sql_run(db, "INSERT INTO postings(entry, holder, amount) VALUES(?, ?, ?)", "iii",
                      entry, holder, amount) == SQLITE_DONE &&
           mr_sql_run(db, "UPDATE holders SET balance = balance + ? WHERE id = ?", "ii", amount,
                      holder) == SQLITE_DONE &&
           mr_sql_changes(db) == 1;
}

enum mr_store_answer mr_sql_move(struct mr_db *db, const char *cause, const char *item,
                                 int64_t count, int64_t from, int64_t to, int64_t coins,
                                 int64_t *entry)
{
    int result = mr_sql_run(db, "INSERT INTO ledger(at, cause, item, count) VALUES(?, ?, ?, ?)",
                            item ? "itti" : "it", mr_sql_now_ms(), cause, item, count);
    if (result != SQLITE_DONE)
        return MR_STORE_FAILED;
    int64_t id = sqlite3_last_insert_rowid(db->sqlite);
    if (entry)
        *entry = id;
    return post(db, id, from, -coins) && post(db, id, to, coins) ? MR_STORE_DONE : MR_STORE_FAILED;
}

static enum mr_store_answer head(struct mr_db *db, int64_t *height,
                                 char hash[static MR_WORK_HASH_HEX + 1])
{
    sqlite3_stmt *row =
        mr_sql(db, "SELECT height, hash FROM blocks ORDER BY height DESC LIMIT 1", "");
    if (mr_sql_step(row) != SQLITE_ROW)
        return MR_STORE_FAILED;
    *height = sqlite3_column_int64(row, 0);
    mr_sql_text(row, 1, hash, MR_WORK_HASH_HEX + 1);
    mr_sql_reset(row);
    return MR_STORE_DONE;
}

enum mr_store_answer mr_db_head(struct mr_db *db, char hash[static MR_WORK_HASH_HEX + 1])
{
    int64_t height;
    return head(db, &height, hash);
}

enum mr_store_answer mr_db_mine(struct mr_db *db, int64_t account, const char *prev, const char *s,
                                const char *hash, struct mr_purse *out)
{
    int64_t height, entry;
    char newest[MR_WORK_HASH_HEX + 1];
    enum mr_store_answer answer = mr_db_purse(db, account, out);
    if (answer == MR_STORE_DONE)
        answer = head(db, &height, newest);
    if (answer != MR_STORE_DONE)
        return answer;
    if (strcmp(newest, prev) != 0)
        return MR_STORE_STALE;
    answer = mr_sql_move(db, "block", NULL, 0, MR_HOLDER_MINT, account, MR_COINS_BLOCK, &entry);
    if (answer != MR_STORE_DONE)
        return answer;
    if (mr_sql_run(db,
                   "INSERT INTO blocks(height, prev, hash, s, finder, entry, at)"
                   " VALUES(?, ?, ?, ?, ?, ?, ?)",
                   "itttiii", height + 1, prev, hash, s, account, entry,
                   mr_sql_now_ms()) != SQLITE_DONE)
        return MR_STORE_FAILED;
    return mr_db_purse(db, account, out);
}

enum mr_store_answer mr_db_fine(struct mr_db *db, int64_t account, int64_t coins, int64_t *taken,
                                struct mr_purse *out)
{
    enum mr_store_answer answer = mr_db_purse(db, account, out);
    if (answer != MR_STORE_DONE)
        return answer;
    *taken = coins < out->coins ? coins : out->coins;
    if (*taken <= 0) {
        *taken = 0;
        return MR_STORE_DONE;
    }
    answer = mr_sql_move(db, "fine", NULL, 0, account, MR_HOLDER_FINES, *taken, NULL);
    return answer == MR_STORE_DONE ? mr_db_purse(db, account, out) : answer;
}

static bool deliver(struct mr_db *db, int64_t account, enum mr_item item, int64_t count)
{
    if (item == MR_ITEM_ADMIN)
        return mr_sql_run(db, "UPDATE accounts SET admin = 1 WHERE id = ?", "i", account) ==
               SQLITE_DONE;
    return mr_sql_run(db, "UPDATE accounts SET cookies = cookies + ? WHERE id = ?", "ii", count,
                      account) == SQLITE_DONE;
}

enum mr_store_answer mr_db_buy(struct mr_db *db, int64_t account, enum mr_item item, int64_t count,
                               int64_t *cost, struct mr_purse *out)
{
    enum mr_store_answer answer = mr_db_purse(db, account, out);
    if (answer != MR_STORE_DONE)
        return answer;
    if (item == MR_ITEM_ADMIN && out->admin)
        return MR_STORE_ALREADY;
    if (item == MR_ITEM_NONE || count < 1 || count > MR_LIMIT_BUY_COUNT)
        return MR_STORE_FAILED;
    *cost = item == MR_ITEM_ADMIN ? MR_COINS_ADMIN : MR_COINS_COOKIE * count;
    if (out->coins < *cost)
        return MR_STORE_SHORT;
    answer = mr_sql_move(db, "buy", item == MR_ITEM_ADMIN ? "adminStatus" : "cookie",
                         item == MR_ITEM_ADMIN ? 1 : count, account, MR_HOLDER_SHOP, *cost, NULL);
    if (answer == MR_STORE_DONE && !deliver(db, account, item, count))
        answer = MR_STORE_FAILED;
    return answer == MR_STORE_DONE ? mr_db_purse(db, account, out) : answer;
}

static enum mr_store_answer find_exact(struct mr_db *db, const char *name, struct mr_purse *out)
{
    enum mr_store_answer answer = mr_db_find_fold(db, name, out);
    return answer == MR_STORE_DONE && strcmp(out->name, name) != 0 ? MR_STORE_ABSENT : answer;
}

enum mr_store_answer mr_db_pay(struct mr_db *db, int64_t account, const char *to, int64_t coins,
                               struct mr_purse *out, struct mr_purse *other)
{
    enum mr_store_answer answer = mr_db_purse(db, account, out);
    if (answer == MR_STORE_DONE)
        answer = find_exact(db, to, other);
    if (answer != MR_STORE_DONE)
        return answer;
    if (other->account == account)
        return MR_STORE_ALREADY;
    if (coins < 1)
        return MR_STORE_FAILED;
    if (out->coins < coins)
        return MR_STORE_SHORT;
    answer = mr_sql_move(db, "pay", NULL, 0, account, other->account, coins, NULL);
    if (answer == MR_STORE_DONE)
        answer = mr_db_purse(db, account, out);
    return answer == MR_STORE_DONE ? mr_db_purse(db, other->account, other) : answer;
}

enum mr_store_answer mr_db_leaders(struct mr_db *db, struct mr_buf *list)
{
    /* Walks the index and stops where the frame is full. */
    sqlite3_stmt *row =
        mr_sql(db,
               "SELECT a.name, h.balance FROM holders h JOIN accounts a ON a.id = h.id"
               " WHERE h.kind = 'account' AND a.name IS NOT NULL ORDER BY h.balance DESC, h.id",
               "");
    int result;
    while ((result = mr_sql_step(row)) == SQLITE_ROW) {
        char name[MR_LIMIT_NAME + 1];
        mr_sql_text(row, 0, name, sizeof name);
        int err = mr_leaderboard_add(list, mr_span_of(name), sqlite3_column_int64(row, 1));
        if (err != MR_OK) {
            mr_sql_reset(row);
            return err == MR_ELIMIT ? MR_STORE_DONE : MR_STORE_FAILED;
        }
    }
    return result == SQLITE_DONE ? MR_STORE_DONE : MR_STORE_FAILED;
}
