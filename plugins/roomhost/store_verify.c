#include "plugins/roomhost/store_sql.h"

#include <moonroom/errors.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct check {
    struct mr_db *db;
    mr_db_wrong_fn *wrong;
    void *ctx;
    int64_t found; /* things that do not fit */
    bool broken;   /* a query itself failed */
};

enum { TOLD_MAX = 100 };

__attribute__((format(printf, 2, 3))) static void wrong(struct check *check, const char *format,
                                                        ...)
{
    char sentence[256];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (check->found++ < TOLD_MAX)
        check->wrong(check->ctx, sentence);
}

/* Queries whose every row is a thing that does not fit. The sentence has a place for the number in
 * the row's first column. */
static const struct {
    const char *sql, *sentence;
} laws[] = {
    {"SELECT entry FROM postings GROUP BY entry HAVING sum(amount) <> 0",
     "The postings of ledger entry %lld do not sum to zero."},
    {"SELECT id FROM ledger WHERE (SELECT count(*) FROM postings WHERE entry = id) <> 2",
     "Ledger entry %lld does not have two postings."},
    {"SELECT h.id FROM holders h WHERE h.balance <>"
     " ifnull((SELECT sum(amount) FROM postings WHERE holder = h.id), 0)",
     "The balance of holder %lld is not the sum of its postings."},
    {"SELECT id FROM holders WHERE balance < 0 AND kind <> 'mint'",
     "The balance of holder %lld is below zero."},
    {"SELECT a.id FROM accounts a WHERE a.cookies <>"
     " ifnull((SELECT sum(l.count) FROM ledger l JOIN postings p ON p.entry = l.id"
     "  WHERE p.holder = a.id AND l.cause = 'buy' AND l.item = 'cookie'), 0)",
     "The cookies of account %lld are not those that it bought."},
    {"SELECT id FROM holders WHERE kind = 'account' AND id NOT IN (SELECT id FROM accounts)",
     "Holder %lld has no account."},
    {"SELECT id FROM accounts WHERE deleted IS NOT NULL AND"
     " (SELECT balance FROM holders WHERE holders.id = accounts.id) <> 0",
     "The deleted account %lld has coins."},
    {"SELECT l.id FROM ledger l WHERE l.cause = 'block' AND NOT EXISTS"
     " (SELECT 1 FROM blocks b WHERE b.entry = l.id)",
     "Ledger entry %lld pays for a block that is not there."},
    {"SELECT p.entry FROM postings p JOIN ledger l ON l.id = p.entry"
     " WHERE p.holder = 1 AND (l.cause <> 'block' OR p.amount <> -5)",
     "Ledger entry %lld makes coins without a block."},
    {"SELECT b.height FROM blocks b WHERE b.height > 0 AND NOT EXISTS"
     " (SELECT 1 FROM postings p WHERE p.entry = b.entry AND p.holder = b.finder"
     "  AND p.amount = 5)",
     "The finder of block %lld was not paid for it."},
};

static void check_laws(struct check *check)
{
    for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
        sqlite3_stmt *row = mr_sql(check->db, laws[i].sql, "");
        int result;
        while ((result = mr_sql_step(row)) == SQLITE_ROW) {
            char sentence[256];
            const char *gap = strstr(laws[i].sentence, "%lld");
            snprintf(sentence, sizeof sentence, "%.*s%lld%s", (int)(gap - laws[i].sentence),
                     laws[i].sentence, (long long)sqlite3_column_int64(row, 0), gap + 4);
            wrong(check, "%s", sentence);
        }
        check->broken = check->broken || result != SQLITE_DONE;
    }
}

/* One pragma that says "ok" or nothing if all is well. */
static void check_file(struct check *check, const char *sql)
{
    sqlite3_stmt *row = mr_sql(check->db, sql, "");
    int result;
    while ((result = mr_sql_step(row)) == SQLITE_ROW) {
        char text[128];
        mr_sql_text(row, 0, text, sizeof text);
        if (strcmp(text, "ok") != 0)
            wrong(check, "The database file is damaged: %s.", text);
    }
    check->broken = check->broken || result != SQLITE_DONE;
}

static bool block_fits(const struct mr_room_terms *terms, const char *prev, const char *s,
                       const char *hash)
{
    char digest[MR_WORK_HASH_HEX + 1];
    return mr_work_hash_valid(prev, strlen(prev)) && mr_work_s_valid(s, strlen(s)) &&
           mr_work_verify(terms->order, terms->zeros, prev, s, digest) == MR_OK &&
           strcmp(digest, hash) == 0;
}

static void check_chain(struct check *check)
{
    char before[MR_WORK_HASH_HEX + 1] = "";
    sqlite3_stmt *row =
        mr_sql(check->db, "SELECT height, prev, hash, s FROM blocks ORDER BY height", "");
    int result;
    int64_t expected = 0;
    while ((result = mr_sql_step(row)) == SQLITE_ROW) {
        char prev[MR_WORK_HASH_HEX + 2], hash[MR_WORK_HASH_HEX + 2], s[MR_WORK_S_BYTES + 2];
        int64_t height = sqlite3_column_int64(row, 0);
        mr_sql_text(row, 1, prev, sizeof prev);
        mr_sql_text(row, 2, hash, sizeof hash);
        mr_sql_text(row, 3, s, sizeof s);
        if (height != expected)
            wrong(check, "Block %lld is missing.", (long long)expected);
        if (height > 0 && strcmp(prev, before) != 0)
            wrong(check, "Block %lld does not follow the block before.", (long long)height);
        if (height > 0 && !block_fits(&check->db->terms, prev, s, hash))
            wrong(check, "The work of block %lld does not fit.", (long long)height);
        snprintf(before, sizeof before, "%.*s", MR_WORK_HASH_HEX, hash);
        expected = height + 1;
    }
    if (expected == 0)
        wrong(check, "There is no first block.");
    check->broken = check->broken || result != SQLITE_DONE;
}

static void count(struct check *check, const char *sql, int64_t *out)
{
    *out = 0;
    if (mr_sql_number(mr_sql(check->db, sql, ""), out, NULL) != SQLITE_OK)
        check->broken = true;
}

/* From the postings alone, so that the figures do not lean on the copies. */
static void check_totals(struct check *check, struct mr_db_totals *totals)
{
    count(check, "SELECT count(*) FROM accounts WHERE name IS NOT NULL", &totals->accounts);
    count(check, "SELECT count(*) FROM blocks", &totals->blocks);
    count(check, "SELECT count(*) FROM ledger", &totals->entries);
    count(check, "SELECT -ifnull(sum(amount), 0) FROM postings WHERE holder = 1", &totals->minted);
    count(check, "SELECT ifnull(sum(amount), 0) FROM postings WHERE holder > 4", &totals->held);
    count(check, "SELECT ifnull(sum(amount), 0) FROM postings WHERE holder BETWEEN 2 AND 4",
          &totals->spent);
    if (totals->minted != totals->held + totals->spent)
        wrong(check, "The coins made are not the coins held and spent.");
}

int mr_db_verify(struct mr_db *db, mr_db_wrong_fn *fn, void *ctx, struct mr_db_totals *totals)
{
    struct check check = {.db = db, .wrong = fn, .ctx = ctx};
    /* One snapshot for all of it. */
    if (mr_sql_run(db, "BEGIN", "") != SQLITE_DONE)
        return MR_EIO;
    check_file(&check, "PRAGMA integrity_check");
    check_file(&check, "PRAGMA foreign_key_check");
    check_laws(&check);
    check_chain(&check);
    check_totals(&check, totals);
    mr_db_rollback(db);
    if (check.broken)
        wrong(&check, "The database could not be read to its end.");
    return check.found == 0 ? MR_OK : MR_EUNVERIFIED;
}
