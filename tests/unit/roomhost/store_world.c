#include "tests/unit/roomhost/store_world.h"

#include <moonroom/errors.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct mr_room_terms store_easy = {.zeros = 1, .order = MR_WORK_S_PREV};
const struct mr_room_terms store_given = {.zeros = -1};

struct mr_db *store_open_room(const char *path, const struct mr_room_terms *terms)
{
    char why[256] = "";
    struct mr_db *db = NULL;
    if (mr_db_open(path, MR_DB_ROOM, terms, why, sizeof why, &db) != MR_OK)
        fail_msg("%s", why);
    return db;
}

int store_setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    snprintf(world->folder, sizeof world->folder, "/tmp/moonroom-store-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->path, sizeof world->path, "%s/room.db", world->folder);
    world->db = store_open_room(world->path, &store_easy);
    world->record.cost = mr_password_default_cost;
    memset(world->record.salt, 7, sizeof world->record.salt);
    *state = world;
    return 0;
}

int store_teardown(void **state)
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

struct mr_db_totals store_assert_sound(struct mr_db *db)
{
    struct mr_db_totals totals;
    assert_int_equal(mr_db_verify(db, show_wrong, NULL, &totals), MR_OK);
    assert_int_equal(totals.minted, totals.held + totals.spent);
    return totals;
}

int64_t store_new_account(struct world *world, const char *name)
{
    struct mr_purse purse;
    assert_int_equal(mr_db_register(world->db, name, &world->record, "", 0, false, &purse),
                     MR_STORE_DONE);
    assert_string_equal(purse.name, name);
    assert_int_equal(purse.coins, 0);
    return purse.account;
}

void store_find_block(struct mr_db *db, struct block *out)
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
enum mr_store_answer store_mine_one(struct mr_db *db, int64_t account, struct mr_purse *purse)
{
    struct block found;
    store_find_block(db, &found);
    return mr_db_mine(db, account, found.prev, found.s, found.hash, purse);
}

void store_earn(struct world *world, int64_t account, int blocks)
{
    struct mr_purse purse;
    assert_int_equal(mr_db_begin(world->db), MR_OK);
    for (int i = 0; i < blocks; i++)
        assert_int_equal(store_mine_one(world->db, account, &purse), MR_STORE_DONE);
    assert_int_equal(mr_db_commit(world->db), MR_OK);
}
