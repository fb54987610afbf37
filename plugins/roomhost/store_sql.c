#include "plugins/roomhost/store_sql.h"

#include <moonroom/errors.h>

#include <stdarg.h>
#include <string.h>
#include <time.h>

static sqlite3_stmt *prepared(struct mr_db *db, const char *sql)
{
    for (size_t i = 0; i < db->cached; i++)
        if (db->cache[i].sql == sql)
            return db->cache[i].statement;
    sqlite3_stmt *statement = NULL;
    if (db->cached == MR_SQL_STATEMENTS ||
        sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
            SQLITE_OK)
        return NULL;
    db->cache[db->cached].sql = sql;
    db->cache[db->cached++].statement = statement;
    return statement;
}

static int bind_one(sqlite3_stmt *statement, int index, char type, va_list *args)
{
    switch (type) {
    case 'i':
        return sqlite3_bind_int64(statement, index, va_arg(*args, int64_t));
    case 't':
        return sqlite3_bind_text(statement, index, va_arg(*args, const char *), -1, SQLITE_STATIC);
    case 'b': {
        const void *bytes = va_arg(*args, const void *);
        return sqlite3_bind_blob64(statement, index, bytes, va_arg(*args, size_t), SQLITE_STATIC);
    }
    default:
        return sqlite3_bind_null(statement, index);
    }
}

static sqlite3_stmt *bound(struct mr_db *db, const char *sql, const char *types, va_list *args)
{
    sqlite3_stmt *statement = prepared(db, sql);
    if (!statement)
        return NULL;
    sqlite3_reset(statement);
    for (int i = 0; types[i]; i++)
        if (bind_one(statement, i + 1, types[i], args) != SQLITE_OK)
            return NULL;
    return statement;
}

sqlite3_stmt *mr_sql(struct mr_db *db, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sqlite3_stmt *statement = bound(db, sql, types, &args);
    va_end(args);
    return statement;
}

int mr_sql_step(sqlite3_stmt *statement)
{
    if (!statement)
        return SQLITE_ERROR;
    int result = sqlite3_step(statement);
    if (result != SQLITE_ROW)
        mr_sql_reset(statement);
    return result;
}

void mr_sql_reset(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

int mr_sql_run(struct mr_db *db, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sqlite3_stmt *statement = bound(db, sql, types, &args);
    va_end(args);
    return mr_sql_step(statement);
}

int mr_sql_number(sqlite3_stmt *statement, int64_t *out, bool *found)
{
    int result = mr_sql_step(statement);
    if (found)
        *found = result == SQLITE_ROW;
    if (result == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
        mr_sql_reset(statement);
        return SQLITE_OK;
    }
    return result == SQLITE_DONE && found ? SQLITE_OK : SQLITE_ERROR;
}

void mr_sql_text(sqlite3_stmt *statement, int column, char *out, size_t size)
{
    const void *text = sqlite3_column_text(statement, column);
    size_t len = text ? (size_t)sqlite3_column_bytes(statement, column) : 0;
    if (len >= size)
        len = size - 1;
    if (text)
        memcpy(out, text, len);
    out[len] = '\0';
}

int mr_sql_changes(struct mr_db *db)
{
    return sqlite3_changes(db->sqlite);
}

int64_t mr_sql_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int mr_sql_audit(struct mr_db *db, const char *act, const char *target)
{
    return mr_sql_run(db, "INSERT INTO audit(at, act, target) VALUES(?, ?, ?)", "itt",
                      mr_sql_now_ms(), act, target);
}
