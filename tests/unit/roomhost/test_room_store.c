/* The store on real files: the ledger's laws, races, and what survives a kill. */
#include "plugins/roomhost/store.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

static const struct mr_room_terms easy = {.zeros = 1, .order = MR_WORK_S_PREV};
static const struct mr_room_terms given = {.zeros = -1};

struct world {
    char folder[64];
    char path[96];
    struct mr_db *db;
    struct mr_password_record record;
};

static struct mr_db *open_room(const char *path, const struct mr_room_terms *terms)
{
    char why[256] = "";
    struct mr_db *db = NULL;
    if (mr_db_open(path, MR_DB_ROOM, terms, why, sizeof why, &db) != MR_OK)
        fail_msg("%s", why);
    return db;
}

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    snprintf(world->folder, sizeof world->folder, "/tmp/moonroom-store-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->path, sizeof world->path, "%s/room.db", world->folder);
    world->db = open_room(world->path, &easy);
    world->record.cost = mr_password_default_cost;
    memset(world->record.salt, 7, sizeof world->record.salt);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    mr_db_close(&world->db);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", world->folder);
    assert_int_equal(system(command), 0);
    free(world);
    return 0;
}

static void show_wrong(void *ctx, const char *sentence)
{
    (void)ctx;
    print_message("%s\n", sentence);
}

static struct mr_db_totals assert_sound(struct mr_db *db)
{
    struct mr_db_totals totals;
    assert_int_equal(mr_db_verify(db, show_wrong, NULL, &totals), MR_OK);
    assert_int_equal(totals.minted, totals.held + totals.spent);
    return totals;
}

static int64_t new_account(struct world *world, const char *name)
{
    struct mr_purse purse;
    assert_int_equal(mr_db_register(world->db, name, &world->record, "", 0, false, &purse),
                     MR_STORE_DONE);
    assert_string_equal(purse.name, name);
    assert_int_equal(purse.coins, 0);
    return purse.account;
}

struct block {
    char prev[MR_WORK_HASH_HEX + 1], hash[MR_WORK_HASH_HEX + 1], s[MR_WORK_S_BYTES + 1];
};

static void find_block(struct mr_db *db, struct block *out)
{
    assert_int_equal(mr_db_head(db, out->prev), MR_STORE_DONE);
    memset(out->s, '.', MR_WORK_S_BYTES);
    out->s[MR_WORK_S_BYTES] = '\0';
    for (unsigned i = 0;; i++) {
        char number[16];
        snprintf(number, sizeof number, "%08u", i);
        memcpy(out->s, number, 8);
        if (mr_work_verify(MR_WORK_S_PREV, 1, out->prev, out->s, out->hash) == MR_OK)
            return;
    }
}

/* Finds a block and hands it in. */
static enum mr_store_answer mine_one(struct mr_db *db, int64_t account, struct mr_purse *purse)
{
    struct block found;
    find_block(db, &found);
    return mr_db_mine(db, account, found.prev, found.s, found.hash, purse);
}

static void earn(struct world *world, int64_t account, int blocks)
{
    struct mr_purse purse;
    assert_int_equal(mr_db_begin(world->db), MR_OK);
    for (int i = 0; i < blocks; i++)
        assert_int_equal(mine_one(world->db, account, &purse), MR_STORE_DONE);
    assert_int_equal(mr_db_commit(world->db), MR_OK);
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
    world->db = open_room(world->path, &given);
    assert_int_equal(mr_db_terms(world->db).zeros, 1);
    assert_int_equal(mr_db_head(world->db, again), MR_STORE_DONE);
    assert_string_equal(head, again);
    assert_sound(world->db);
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
    assert_int_equal(
        mr_db_open("/tmp/moonroom-store-none.db", MR_DB_TOOL, &given, why, sizeof why, &other),
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
    assert_int_equal(mr_db_open(world->path, MR_DB_ROOM, &given, why, sizeof why, &world->db),
                     MR_EINVAL);
    assert_non_null(strstr(why, "newer"));
}

static void test_names_are_unique_in_any_case(void **state)
{
    struct world *world = *state;
    struct mr_purse purse;
    struct mr_password_record record;
    new_account(world, "Ann");
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
    assert_sound(db);
}

static void test_coins(void **state)
{
    struct world *world = *state;
    struct mr_db *db = world->db;
    struct mr_purse purse, other;
    int64_t ann = new_account(world, "ann"), bob = new_account(world, "bob"), number;
    earn(world, ann, 5);
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
    struct mr_db_totals totals = assert_sound(db);
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
    int64_t ann = new_account(world, "ann"), number;
    new_account(world, "bob");
    assert_int_equal(mr_db_buy(db, ann, MR_ITEM_ADMIN, 1, &number, &purse), MR_STORE_SHORT);
    earn(world, ann, 200);
    assert_int_equal(mr_db_buy(db, ann, MR_ITEM_ADMIN, 1, &number, &purse), MR_STORE_DONE);
    assert_true(purse.admin);
    assert_int_equal(mr_db_buy(db, ann, MR_ITEM_ADMIN, 1, &number, &purse), MR_STORE_ALREADY);
    assert_int_equal(mr_db_grant(db, "BOB"), MR_STORE_DONE);
    assert_int_equal(mr_db_grant(db, "bob"), MR_STORE_ALREADY);
    assert_int_equal(mr_db_grant(db, "eve"), MR_STORE_ABSENT);
    assert_sound(db);
}

static void test_password_is_guarded(void **state)
{
    struct world *world = *state;
    struct mr_purse purse;
    struct mr_password_record fresh = world->record;
    memset(fresh.stored_key, 9, sizeof fresh.stored_key);
    int64_t ann = new_account(world, "ann");
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
    int64_t ann = new_account(world, "ann");
    char prev[MR_WORK_HASH_HEX + 1], hash[MR_WORK_HASH_HEX + 1];
    assert_int_equal(mr_db_head(world->db, prev), MR_STORE_DONE);
    earn(world, ann, 1);
    assert_int_equal(mr_db_head(world->db, hash), MR_STORE_DONE);
    char s[MR_WORK_S_BYTES + 1];
    memset(s, 'x', MR_WORK_S_BYTES);
    s[MR_WORK_S_BYTES] = '\0';
    assert_int_equal(mr_db_mine(world->db, ann, prev, s, hash, &purse), MR_STORE_STALE);
    assert_int_equal(assert_sound(world->db).minted, 5);
}

/* Each change to the tables behind the room's back must be refused or found. */
static void test_verify_finds_what_was_changed(void **state)
{
    struct world *world = *state;
    int64_t number;
    struct mr_purse purse;
    int64_t ann = new_account(world, "ann");
    earn(world, ann, 3);
    assert_int_equal(mr_db_buy(world->db, ann, MR_ITEM_COOKIE, 1, &number, &purse), MR_STORE_DONE);
    assert_sound(world->db);
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
        struct mr_db *db = open_room(copy, &given);
        struct mr_db_totals totals;
        assert_int_equal(mr_db_verify(db, show_wrong, NULL, &totals), MR_EUNVERIFIED);
        mr_db_close(&db);
    }
    sqlite3_close(raw);
}

/* ---- Through the thread ---- */

struct tally {
    int left;
    int answers[MR_STORE_FAILED + 1];
    struct mr_store *store;
    uint64_t last; /* the order in which they come back */
};

static void on_done(struct mr_store_job *job, void *ctx)
{
    struct tally *tally = ctx;
    assert_true(job->peer > tally->last);
    tally->last = job->peer;
    tally->answers[job->answer]++;
    tally->left--;
    mr_store_job_free(job);
}

static void submit(struct tally *tally, struct mr_store_job *job)
{
    static uint64_t number;
    assert_non_null(job);
    job->peer = ++number;
    tally->left++;
    assert_int_equal(mr_store_submit(tally->store, job), MR_OK);
}

static struct mr_store_job *job_of(enum mr_store_kind kind, int64_t account, struct tally *tally)
{
    struct mr_store_job *job = mr_store_job_new(kind, on_done, tally);
    assert_non_null(job);
    job->account = account;
    return job;
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void drain(uv_loop_t *loop, struct tally *tally)
{
    /* The store's handle does not keep the loop running: an idle timer waits for it. */
    uv_timer_t timer;
    uv_timer_init(loop, &timer);
    uv_timer_start(&timer, on_tick, 10, 10);
    while (tally->left > 0)
        uv_run(loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
}

static void test_races(void **state)
{
    enum { ROUNDS = 50, MANY = 64 };
    struct world *world = *state;
    uv_loop_t loop;
    struct tally tally = {0};
    assert_int_equal(uv_loop_init(&loop), 0);
    int64_t ann = new_account(world, "ann");
    earn(world, ann, 2 * ROUNDS);
    struct block found;
    find_block(world->db, &found);
    assert_int_equal(mr_store_start(&loop, world->db, &tally.store), MR_OK);
    world->db = NULL;
    for (int round = 0; round < ROUNDS; round++) {
        memset(tally.answers, 0, sizeof tally.answers);
        for (int i = 0; i < MANY; i++) {
            struct mr_store_job *job = job_of(MR_STORE_REGISTER, 0, &tally);
            snprintf(job->name, sizeof job->name, "%s%d", i % 2 ? "round" : "ROUND", round);
            job->record = world->record;
            submit(&tally, job);
        }
        drain(&loop, &tally);
        assert_int_equal(tally.answers[MR_STORE_DONE], 1);
        assert_int_equal(tally.answers[MR_STORE_TAKEN], MANY - 1);
    }
    memset(tally.answers, 0, sizeof tally.answers);
    for (int i = 0; i < ROUNDS * 3; i++) {
        struct mr_store_job *job = job_of(MR_STORE_BUY, ann, &tally);
        job->item = MR_ITEM_COOKIE;
        job->number = 1;
        submit(&tally, job);
    }
    drain(&loop, &tally);
    assert_int_equal(tally.answers[MR_STORE_DONE], ROUNDS);
    assert_int_equal(tally.answers[MR_STORE_SHORT], 2 * ROUNDS);
    /* One block, handed in by many at once: it is paid once. */
    memset(tally.answers, 0, sizeof tally.answers);
    for (int i = 0; i < MANY; i++) {
        struct mr_store_job *job = job_of(MR_STORE_MINE, ann, &tally);
        memcpy(job->prev, found.prev, sizeof job->prev);
        memcpy(job->s, found.s, sizeof job->s);
        memcpy(job->hash, found.hash, sizeof job->hash);
        submit(&tally, job);
    }
    drain(&loop, &tally);
    assert_int_equal(tally.answers[MR_STORE_DONE], 1);
    assert_int_equal(tally.answers[MR_STORE_STALE], MANY - 1);
    /* A deletion in the middle: what comes behind it finds nobody. */
    memset(tally.answers, 0, sizeof tally.answers);
    for (int i = 0; i < 9; i++) {
        struct mr_store_job *job = job_of(i == 4 ? MR_STORE_DELETE : MR_STORE_FINE, ann, &tally);
        job->record = world->record;
        job->number = 1;
        submit(&tally, job);
    }
    mr_store_stop(&tally.store);
    assert_int_equal(tally.left, 0);
    assert_int_equal(tally.answers[MR_STORE_DONE], 5);
    assert_int_equal(tally.answers[MR_STORE_ABSENT], 4);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    world->db = open_room(world->path, &given);
    assert_int_equal(assert_sound(world->db).spent, ROUNDS * MR_COINS_COOKIE + MR_COINS_BLOCK);
}

/* The child writes the number of each act that was answered into the pipe, then it is killed. */
static void child_told(struct mr_store_job *job, void *ctx)
{
    int fd = *(int *)ctx;
    if (job->answer == MR_STORE_DONE && write(fd, job->name, sizeof job->name) < 0)
        _exit(1);
    mr_store_job_free(job);
}

static void child_main(struct world *world, int cycle, int fd)
{
    uv_loop_t loop;
    struct mr_store *store;
    char why[256];
    struct mr_db *db;
    uv_timer_t timer;
    if (uv_loop_init(&loop) != 0 ||
        mr_db_open(world->path, MR_DB_ROOM, &given, why, sizeof why, &db) != MR_OK ||
        mr_store_start(&loop, db, &store) != MR_OK)
        _exit(1);
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, on_tick, 1, 1);
    for (int i = 0;; i++) {
        struct mr_store_job *job = mr_store_job_new(MR_STORE_REGISTER, child_told, &fd);
        if (!job)
            _exit(1);
        snprintf(job->name, sizeof job->name, "k%d-%d", cycle, i);
        job->record = world->record;
        if (mr_store_submit(store, job) != MR_OK)
            _exit(1);
        while (mr_store_pending(store) > 32)
            uv_run(&loop, UV_RUN_ONCE);
    }
}

static void test_kill_keeps_what_was_answered(void **state)
{
    enum { CYCLES = 8, ENOUGH = 60 };
    struct world *world = *state;
    mr_db_close(&world->db);
    for (int cycle = 0; cycle < CYCLES; cycle++) {
        int ends[2], told = 0;
        assert_int_equal(pipe(ends), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            child_main(world, cycle, ends[1]);
        close(ends[1]);
        char(*names)[MR_LIMIT_NAME + 1] = calloc(100000, sizeof *names);
        assert_non_null(names);
        while (told < 100000 && read(ends[0], names[told], sizeof *names) == sizeof *names)
            if (++told == ENOUGH)
                kill(pid, SIGKILL);
        close(ends[0]);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_true(told >= ENOUGH);
        world->db = open_room(world->path, &given);
        for (int i = 0; i < told; i++) {
            struct mr_purse purse;
            assert_int_equal(mr_db_find_fold(world->db, names[i], &purse), MR_STORE_DONE);
        }
        assert_sound(world->db);
        mr_db_close(&world->db);
        free(names);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
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
        T(test_races),
        T(test_kill_keeps_what_was_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
