/* What the tests of the store share: a database in a folder of its own, with zeros that are soon
 * found. */
#ifndef MR_TEST_STORE_WORLD_H
#define MR_TEST_STORE_WORLD_H

#include "plugins/roomhost/store.h"

struct world {
    char folder[64];
    char path[96];
    struct mr_db *db;
    struct mr_password_record record;
};

struct block {
    char prev[MR_WORK_HASH_HEX + 1], hash[MR_WORK_HASH_HEX + 1], s[MR_WORK_S_BYTES + 1];
};

/* A new room's terms, and those that leave everything as it is. */
extern const struct mr_room_terms store_easy;
extern const struct mr_room_terms store_given;

/* The fixture. */
int store_setup(void **state);
int store_teardown(void **state);

struct mr_db *store_open_room(const char *path, const struct mr_room_terms *terms);
/* Verifies, and fails the test if something is wrong. */
struct mr_db_totals store_assert_sound(struct mr_db *db);
int64_t store_new_account(struct world *world, const char *name);
void store_find_block(struct mr_db *db, struct block *out);
/* Finds a block and hands it in. */
enum mr_store_answer store_mine_one(struct mr_db *db, int64_t account, struct mr_purse *purse);
/* Finds that many. */
void store_earn(struct world *world, int64_t account, int blocks);

#endif
