/* A power cut at any moment: what was answered is there, and the books are right. */
#include "tests/unit/roomhost/store_world.h"
#include "tests/unit/roomhost/unsynced_vfs.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

enum { CUTS = 60, NAMES_MAX = 20000 };

struct told {
    struct mr_store *store;
    unsigned asked, answered;
    int64_t blocks;
    int64_t miner;
    bool mining;
    char (*names)[MR_LIMIT_NAME + 1];
};

static void on_done(struct mr_store_job *job, void *ctx)
{
    struct told *told = ctx;
    assert_int_equal(job->answer, MR_STORE_DONE);
    if (job->kind == MR_STORE_REGISTER) {
        memcpy(told->names[told->answered++], job->name, sizeof job->name);
        if (told->miner == 0)
            told->miner = job->me.account;
    } else {
        told->blocks++;
        told->mining = false;
    }
    mr_store_job_free(job);
}

static void ask(struct told *told, enum mr_store_kind kind, const struct block *block,
                const struct mr_password_record *record)
{
    struct mr_store_job *job = mr_store_job_new(kind, on_done, told);
    assert_non_null(job);
    job->account = told->miner;
    job->record = *record;
    if (block) {
        memcpy(job->prev, block->prev, sizeof job->prev);
        memcpy(job->hash, block->hash, sizeof job->hash);
        memcpy(job->s, block->s, sizeof job->s);
        told->mining = true;
    } else {
        snprintf(job->name, sizeof job->name, "user%u", told->asked++);
    }
    assert_int_equal(mr_store_submit(told->store, job), MR_OK);
}

/* The next block after one, without the database. */
static void next_block(struct block *block)
{
    memcpy(block->prev, block->hash, sizeof block->prev);
    for (unsigned i = 0;; i++) {
        char number[16];
        snprintf(number, sizeof number, "%08u", i);
        memcpy(block->s, number, 8);
        if (mr_work_verify(MR_WORK_S_PREV, 1, block->prev, block->s, block->hash) == MR_OK)
            return;
    }
}

/* Opens what is left of the room, and looks for everything that was answered before the cut. */
static void check_rest(const char *folder, const struct told *told)
{
    char path[160];
    snprintf(path, sizeof path, "%s/room.db", folder);
    struct mr_db *db = store_open_room(path, &store_given);
    struct mr_db_totals totals = store_assert_sound(db);
    assert_true(totals.accounts >= told->answered);
    assert_true(totals.blocks - 1 >= told->blocks);
    struct mr_purse purse;
    for (unsigned i = 0; i < told->answered; i++)
        assert_int_equal(mr_db_find_fold(db, told->names[i], &purse), MR_STORE_DONE);
    mr_db_close(&db);
}

static void cut_power(const struct told *told, unsigned number)
{
    static const unsigned chances[] = {0, 128, 256};
    char folder[96], command[128];
    snprintf(folder, sizeof folder, "/tmp/moonroom-cut-%d", (int)getpid());
    assert_int_equal(mkdir(folder, 0700), 0);
    unsynced_save(folder, chances[number % 3]);
    check_rest(folder, told);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void test_power_cut(void **state)
{
    struct world *world = *state;
    uv_loop_t loop;
    uv_timer_t tick;
    struct block block;
    struct told told = {0};
    told.names = calloc(NAMES_MAX, sizeof *told.names);
    assert_non_null(told.names);
    store_find_block(world->db, &block);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(mr_store_start(&loop, world->db, &told.store), MR_OK);
    world->db = NULL;
    uv_timer_init(&loop, &tick);
    uv_timer_start(&tick, on_tick, 1, 1);
    for (unsigned cut = 0; cut < CUTS; cut++) {
        /* Some acts are answered, some are under way, some have not begun. */
        for (unsigned turn = 0; turn < 1 + cut % 5; turn++) {
            for (int i = 0; i < 12; i++)
                ask(&told, MR_STORE_REGISTER, NULL, &world->record);
            if (told.miner && !told.mining) {
                ask(&told, MR_STORE_MINE, &block, &world->record);
                next_block(&block);
            }
            uv_run(&loop, UV_RUN_ONCE);
        }
        cut_power(&told, cut);
    }
    assert_true(told.answered > CUTS && told.blocks > 0 && unsynced_syncs() > 0);
    mr_store_stop(&told.store);
    assert_int_equal(told.answered, told.asked);
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    cut_power(&told, 0);
    free(told.names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_power_cut, store_setup, store_teardown),
    };
    unsynced_install("/tmp/moonroom-store-");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
