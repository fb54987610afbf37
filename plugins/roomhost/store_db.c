#include "plugins/roomhost/store_sql.h"

#include <moonroom/errors.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MS = 5000 };

/* FULL: a commit has reached the disk when it returns. */
static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                              "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
                              "PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;"
                              "PRAGMA cell_size_check = ON;"
                              "PRAGMA journal_size_limit = 16777216;";

/* SQLite gives its other files the mode of this one. */
static int make_file(const char *path, enum mr_db_mode mode, char *why, size_t why_size)
{
    int create = mode == MR_DB_ROOM ? O_CREAT : 0;
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | create, 0600);
    if (fd >= 0) {
        close(fd);
        return MR_OK;
    }
    if (errno == ENOENT && mode == MR_DB_TOOL) {
        snprintf(why, why_size, "There is no room at %s.", path);
        return MR_ENOTFOUND;
    }
    snprintf(why, why_size, "The room's database %s cannot be opened.", path);
    return MR_EIO;
}

static int open_sqlite(struct mr_db *db, const char *path, char *why, size_t why_size)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(path, &db->sqlite, flags, NULL) == SQLITE_OK &&
        sqlite3_busy_timeout(db->sqlite, BUSY_MS) == SQLITE_OK &&
        sqlite3_exec(db->sqlite, pragmas, NULL, NULL, NULL) == SQLITE_OK)
        return MR_OK;
    snprintf(why, why_size, "The room's database %s cannot be used: %s.", path,
             db->sqlite ? sqlite3_errmsg(db->sqlite) : "no memory");
    return MR_EIO;
}

int mr_db_open(const char *path, enum mr_db_mode mode, const struct mr_room_terms *terms, char *why,
               size_t why_size, struct mr_db **out)
{
    int err = make_file(path, mode, why, why_size);
    if (err != MR_OK)
        return err;
    struct mr_db *db = calloc(1, sizeof *db);
    if (!db)
        return MR_ENOMEM;
    err = open_sqlite(db, path, why, why_size);
    if (err == MR_OK)
        err = mr_sql_migrate(db, mode, terms, why, why_size);
    if (err != MR_OK)
        mr_db_close(&db);
    else
        *out = db;
    return err;
}

void mr_db_close(struct mr_db **db)
{
    if (!*db)
        return;
    struct mr_db *gone = *db;
    *db = NULL;
    for (size_t i = 0; i < gone->cached; i++)
        sqlite3_finalize(gone->cache[i].statement);
    sqlite3_close(gone->sqlite);
    free(gone);
}

struct mr_room_terms mr_db_terms(const struct mr_db *db)
{
    return db->terms;
}

int mr_db_begin(struct mr_db *db)
{
    return mr_sql_run(db, "BEGIN IMMEDIATE", "") == SQLITE_DONE ? MR_OK : MR_EIO;
}

int mr_db_commit(struct mr_db *db)
{
    if (mr_sql_run(db, "COMMIT", "") == SQLITE_DONE)
        return MR_OK;
    mr_db_rollback(db);
    return MR_EIO;
}

void mr_db_rollback(struct mr_db *db)
{
    /* Some errors have rolled back already. */
    if (!sqlite3_get_autocommit(db->sqlite))
        sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

int mr_db_mark(struct mr_db *db)
{
    if (sqlite3_get_autocommit(db->sqlite))
        return MR_EIO;
    return mr_sql_run(db, "SAVEPOINT act", "") == SQLITE_DONE ? MR_OK : MR_EIO;
}

int mr_db_settle(struct mr_db *db, bool keep)
{
    if (sqlite3_get_autocommit(db->sqlite))
        return MR_EIO;
    if (!keep && mr_sql_run(db, "ROLLBACK TO act", "") != SQLITE_DONE)
        return MR_EIO;
    return mr_sql_run(db, "RELEASE act", "") == SQLITE_DONE ? MR_OK : MR_EIO;
}
