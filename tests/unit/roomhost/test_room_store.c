/* The database of the store, on real files: names, coins, blocks, and what a check of it finds. */
#include "tests/unit/roomhost/store_world.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void ignore_wrong(void *ctx, const char *sentence)
{
    (void)ctx;
    assert_non_null(sentence);
}

static void test_new_room(void **state)
{
    struct world *world = *state;
    struct stat info;
    assert_int_equal(stat(world->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(mr_db_terms(world->db).zeros, 1);
    char head[MR_WORK_HASH_HEX + 1], again[MR_WORK_HASH_HEX + 1];
    assert_int_equal(mr_db_head(world->db, head), MR_STORE_DONE);
    assert_true(mr_work_hash_valid(head, strlen(head)));
    mr_db_close(&world->db);
    world->db = store_open_room(world->path, &store_given);
    assert_int_equal(mr_db_terms(world->db).zeros, 1);
    assert_int_equal(mr_db_head(world->db, again), MR_STORE_DONE);
    assert_string_equal(head, again);
    store_assert_sound(world->db);
    char why[256] = "";
    struct mr_db *other = NULL;
    assert_int_equal(mr_db_open(world->path, MR_DB_ROOM, &(struct mr_room_terms){.zeros = 2}, why,
                                sizeof why, &other),
                     MR_EINVAL);
    assert_non_null(strstr(why, "--zeros 1"));
    struct mr_room_terms turned = {.zeros = -1, .order = MR_WORK_PREV_S, .order_given = true};
    assert_int_equal(mr_db_open(world->path, MR_DB_ROOM, &turned, why, sizeof why, &other),
                     MR_EINVAL);
    assert_non_null(strstr(why, "--order s_prev"));
    assert_int_equal(mr_db_open("/tmp/moonroom-store-none.db", MR_DB_TOOL, &store_given, why,
                                sizeof why, &other),
                     MR_ENOTFOUND);
}

static void test_newer_schema_is_refused(void **state)
{
    struct world *world = *state;
    mr_db_close(&world->db);
    sqlite3 *raw;
    assert_int_equal(sqlite3_open(world->path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
    char why[256] = "";
    assert_int_equal(mr_db_open(world->path, MR_DB_ROOM, &store_given, why, sizeof why, &world->db),
                     MR_EINVAL);
    assert_non_null(strstr(why, "newer"));
}

static void test_names_are_unique_in_any_case(void **state)
{
    struct world *world = *state;
    struct mr_purse purse;
    struct mr_password_record record;
    store_new_account(world, "Ann");
    static const char *const others[] = {"Ann", "ann", "ANN"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(mr_db_register(world->db, others[i], &world->record, "", 0, false, &purse),
                         MR_STORE_TAKEN);
    assert_int_equal(mr_db_find(world->db, "Ann", &purse, &record), MR_STORE_DONE);
    assert_memory_equal(record.salt, world->record.salt, sizeof record.salt);
    assert_int_equal(mr_db_find(world->db, "ann", &purse, &record), MR_STORE_ABSENT);
    assert_int_equal(mr_db_find_fold(world->db, "aNN", &purse), MR_STORE_DONE);
}

static void test_accounts_per_address(void **state)
{
    struct world *world = *state;
    struct mr_purse purse;
    struct mr_db *db = world->db;
    assert_int_equal(mr_db_register(db, "a", &world->record, "10.0.0.1", 2, false, &purse),
                     MR_STORE_DONE);
    assert_int_equal(mr_db_register(db, "b", &world->record, "10.0.0.1", 2, false, &purse),
                     MR_STORE_DONE);
    assert_int_equal(mr_db_register(db, "c", &world->record, "10.0.0.1", 2, false, &purse),
                     MR_STORE_FULL);
    assert_int_equal(mr_db_register(db, "c", &world->record, "10.0.0.2", 2, false, &purse),
                     MR_STORE_DONE);
    /* A deleted account gives its place and its name back. */
    assert_int_equal(mr_db_find_fold(db, "a", &purse), MR_STORE_DONE);
    assert_int_equal(mr_db_delete(db, purse.account, &world->record), MR_STORE_DONE);
    assert_int_equal(mr_db_register(db, "A", &world->record, "10.0.0.1", 2, false, &purse),
                     MR_STORE_DONE);
    store_assert_sound(db);
}

static void test_coins(void **state)
{
    struct world *world = *state;
    struct mr_db *db = world->db;
    struct mr_purse purse, other;
    int64_t ann = store_new_account(world, "ann"), bob = store_new_account(world, "bob"), number;
    store_earn(world, ann, 5);
    assert_int_equal(mr_db_buy(db, ann, MR_ITEM_COOKIE, 2, &number, &purse), MR_STORE_DONE);
    assert_int_equal(number, 20);
    assert_int_equal(purse.coins, 5);
    assert_int_equal(purse.cookies, 2);
    assert_int_equal(mr_db_buy(db, ann, MR_ITEM_COOKIE, 1, &number, &purse), MR_STORE_SHORT);
    assert_int_equal(mr_db_pay(db, ann, "bob", 6, &purse, &other), MR_STORE_SHORT);
    assert_int_equal(mr_db_pay(db, ann, "Bob", 1, &purse, &other), MR_STORE_ABSENT);
    assert_int_equal(mr_db_pay(db, ann, "ann", 1, &purse, &other), MR_STORE_ALREADY);
    assert_int_equal(mr_db_pay(db, ann, "bob", -1, &purse, &other), MR_STORE_FAILED);
    assert_int_equal(mr_db_pay(db, ann, "bob", 3, &purse, &other), MR_STORE_DONE);
    assert_int_equal(purse.coins, 2);
    assert_int_equal(other.coins, 3);
    assert_int_equal(mr_db_fine(db, ann, 5, &number, &purse), MR_STORE_DONE);
    assert_int_equal(number, 2);
    assert_int_equal(purse.coins, 0);
    assert_int_equal(mr_db_fine(db, ann, 5, &number, &purse), MR_STORE_DONE);
    assert_int_equal(number, 0);
    assert_int_equal(mr_db_delete(db, bob, &world->record), MR_STORE_DONE);
    assert_int_equal(mr_db_purse(db, bob, &purse), MR_STORE_ABSENT);
    struct mr_db_totals totals = store_assert_sound(db);
    assert_int_equal(totals.minted, 25);
    assert_int_equal(totals.held, 0);
    assert_int_equal(totals.blocks, 6);
    assert_int_equal(totals.accounts, 1);
}

static void test_admin(void **state)
{
    struct world *world = *state;
    struct mr_db *db = world->db;
    struct mr_purse purse;
    int64_t ann = store_new_account(world, "ann"), number;
    store_new_account(world, "bob");
    assert_int_equal(mr_db_buy(db, ann, MR_ITEM_ADMIN, 1, &number, &purse), MR_STORE_SHORT);
    store_earn(world, ann, 200);
    assert_int_equal(mr_db_buy(db, ann, MR_ITEM_ADMIN, 1, &number, &purse), MR_STORE_DONE);
    assert_true(purse.admin);
    assert_int_equal(mr_db_buy(db, ann, MR_ITEM_ADMIN, 1, &number, &purse), MR_STORE_ALREADY);
    assert_int_equal(mr_db_grant(db, "BOB"), MR_STORE_DONE);
    assert_int_equal(mr_db_grant(db, "bob"), MR_STORE_ALREADY);
    assert_int_equal(mr_db_grant(db, "eve"), MR_STORE_ABSENT);
    store_assert_sound(db);
}

static void test_password_is_guarded(void **state)
{
    struct world *world = *state;
    struct mr_purse purse;
    struct mr_password_record fresh = world->record;
    memset(fresh.stored_key, 9, sizeof fresh.stored_key);
    int64_t ann = store_new_account(world, "ann");
    assert_int_equal(mr_db_set_password(world->db, ann, &world->record, &fresh), MR_STORE_DONE);
    assert_int_equal(mr_db_set_password(world->db, ann, &world->record, &fresh), MR_STORE_CHANGED);
    assert_int_equal(mr_db_enter(world->db, ann, &world->record, &purse), MR_STORE_CHANGED);
    assert_int_equal(mr_db_enter(world->db, ann, &fresh, &purse), MR_STORE_DONE);
    assert_int_equal(mr_db_delete(world->db, ann, &world->record), MR_STORE_CHANGED);
    assert_int_equal(mr_db_reset_password(world->db, "ann", &world->record), MR_STORE_DONE);
    assert_int_equal(mr_db_reset_password(world->db, "bob", &world->record), MR_STORE_ABSENT);
    assert_int_equal(mr_db_delete(world->db, ann, &world->record), MR_STORE_DONE);
    assert_int_equal(mr_db_delete(world->db, ann, &world->record), MR_STORE_ABSENT);
}

static void test_block_is_paid_once(void **state)
{
    struct world *world = *state;
    struct mr_purse purse;
    int64_t ann = store_new_account(world, "ann");
    char prev[MR_WORK_HASH_HEX + 1], hash[MR_WORK_HASH_HEX + 1];
    assert_int_equal(mr_db_head(world->db, prev), MR_STORE_DONE);
    store_earn(world, ann, 1);
    assert_int_equal(mr_db_head(world->db, hash), MR_STORE_DONE);
    char s[MR_WORK_S_BYTES + 1];
    memset(s, 'x', MR_WORK_S_BYTES);
    s[MR_WORK_S_BYTES] = '\0';
    assert_int_equal(mr_db_mine(world->db, ann, prev, s, hash, &purse), MR_STORE_STALE);
    assert_int_equal(store_assert_sound(world->db).minted, 5);
}

/* Each change to the tables behind the room's back must be refused or found. */
static void test_verify_finds_what_was_changed(void **state)
{
    struct world *world = *state;
    int64_t number;
    struct mr_purse purse;
    int64_t ann = store_new_account(world, "ann");
    store_earn(world, ann, 3);
    assert_int_equal(mr_db_buy(world->db, ann, MR_ITEM_COOKIE, 1, &number, &purse), MR_STORE_DONE);
    store_assert_sound(world->db);
    static const char *const kept[] = {
        "UPDATE ledger SET cause = 'pay'",
        "DELETE FROM ledger",
        "UPDATE postings SET amount = 6",
        "DELETE FROM postings",
        "UPDATE blocks SET s = 'x'",
        "DELETE FROM blocks",
        "UPDATE holders SET balance = -1 WHERE id > 4",
    };
    static const char *const found[] = {
        "UPDATE holders SET balance = balance + 1 WHERE id > 4",
        "UPDATE accounts SET cookies = 7",
        "DROP TRIGGER postings_stay; UPDATE postings SET amount = amount * 2",
        "DROP TRIGGER postings_kept; DELETE FROM postings WHERE entry = 1",
        "DROP TRIGGER blocks_stay; UPDATE blocks SET s = replace(s, '.', ',') WHERE height = 2",
        "DROP TRIGGER blocks_kept; DELETE FROM blocks WHERE height = 2",
        "DROP TRIGGER blocks_kept; DELETE FROM blocks WHERE height = 3",
        "INSERT INTO ledger(id, at, cause) VALUES(99, 0, 'pay');"
        "INSERT INTO postings VALUES(99, 1, -9), (99, 5, 9);"
        "UPDATE holders SET balance = balance + 9 WHERE id = 5;"
        "UPDATE holders SET balance = balance - 9 WHERE id = 1",
    };
    sqlite3 *raw;
    assert_int_equal(sqlite3_open(world->path, &raw), SQLITE_OK);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_int_not_equal(sqlite3_exec(raw, kept[i], NULL, NULL, NULL), SQLITE_OK);
    mr_db_close(&world->db);
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        char sql[256], copy[128];
        snprintf(copy, sizeof copy, "%s/copy%zu.db", world->folder, i);
        snprintf(sql, sizeof sql, "VACUUM INTO '%s'", copy);
        assert_int_equal(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3 *changed;
        assert_int_equal(sqlite3_open(copy, &changed), SQLITE_OK);
        assert_int_equal(sqlite3_exec(changed, found[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(changed);
        struct mr_db *db = store_open_room(copy, &store_given);
        struct mr_db_totals totals;
        assert_int_equal(mr_db_verify(db, ignore_wrong, NULL, &totals), MR_EUNVERIFIED);
        mr_db_close(&db);
    }
    sqlite3_close(raw);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
    const struct CMUnitTest tests[] = {
        T(test_new_room),
        T(test_newer_schema_is_refused),
        T(test_names_are_unique_in_any_case),
        T(test_accounts_per_address),
        T(test_coins),
        T(test_admin),
        T(test_password_is_guarded),
        T(test_block_is_paid_once),
        T(test_verify_finds_what_was_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
