#include "plugins/roomhost/keeper.h"

#include "core/base/secret.h"
#include "core/wire/hash.h"

#include <moonroom/errors.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void print_account(void *ctx, const struct mr_purse *purse, int64_t created_ms)
{
    char day[16] = "";
    time_t seconds = (time_t)(created_ms / 1000);
    struct tm local;
    int64_t *count = ctx;
    if (localtime_r(&seconds, &local))
        strftime(day, sizeof day, "%Y-%m-%d", &local);
    if ((*count)++ == 0)
        printf("%-32s %10s %8s  %-10s\n", "NAME", "COINS", "COOKIES", "SINCE");
    printf("%-32s %10" PRId64 " %8" PRId64 "  %-10s%s\n", purse->name, purse->coins, purse->cookies,
           day, purse->admin ? "  admin" : "");
}

int mr_keeper_accounts(struct mr_db *db)
{
    int64_t count = 0;
    if (mr_db_each_account(db, print_account, &count) != MR_STORE_DONE) {
        fprintf(stderr, "moonroom host: the accounts could not be read\n");
        return MR_HOST_FAILED;
    }
    if (count == 0)
        printf("There are no accounts.\n");
    return MR_HOST_OK;
}

/* One line from standard input, byte by byte, so that nothing of it stays in a buffer of stdio. */
static bool read_line(struct mr_secret *out)
{
    char byte;
    ssize_t got;
    mr_secret_clear(out);
    while ((got = read(STDIN_FILENO, &byte, 1)) == 1 && byte != '\n')
        if (mr_secret_append(out, &byte, 1) != MR_OK)
            return false;
    mr_wipe(&byte, sizeof byte);
    if (out->len > 0 && out->bytes[out->len - 1] == '\r')
        mr_secret_truncate(out, out->len - 1);
    return got >= 0;
}

static bool ask(const char *question, struct mr_secret *out)
{
    struct termios before, silent;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
    if (!terminal)
        return read_line(out);
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(stderr, "%s", question);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    bool good = read_line(out);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fprintf(stderr, "\n");
    return good;
}

static const char *ask_password(struct mr_secret *password, struct mr_secret *again)
{
    if (!ask("New password: ", password))
        return "the password could not be read";
    if (password->len < MR_LIMIT_PASSWORD_MIN)
        return "a password has at least 8 characters";
    if (!isatty(STDIN_FILENO))
        return NULL;
    if (!ask("The same again: ", again))
        return "the password could not be read";
    bool same = again->len == password->len &&
                mr_equal_secret(again->bytes, password->bytes, password->len);
    return same ? NULL : "these are two different passwords";
}

static const char *store_password(struct mr_db *db, const char *name,
                                  const struct mr_secret *password)
{
    char hash[MR_SHA512_HEX + 1];
    struct mr_password_record record;
    int err = mr_hash_credential(mr_secret_str(password), password->len, name, strlen(name), hash);
    if (err == MR_OK)
        err = mr_password_make(hash, MR_SHA512_HEX, &mr_password_default_cost, &record);
    mr_wipe(hash, sizeof hash);
    if (err != MR_OK)
        return "the password could not be worked on";
    enum mr_store_answer answer = MR_STORE_FAILED;
    if (mr_db_begin(db) == MR_OK) {
        answer = mr_db_reset_password(db, name, &record);
        if (answer != MR_STORE_DONE)
            mr_db_rollback(db);
        else if (mr_db_commit(db) != MR_OK)
            answer = MR_STORE_FAILED;
    }
    mr_wipe(&record, sizeof record);
    if (answer == MR_STORE_ABSENT)
        return "there is no account of this name";
    return answer == MR_STORE_DONE ? NULL : "the password could not be stored";
}

int mr_keeper_reset_password(struct mr_db *db, const char *name)
{
    struct mr_secret password = {0}, again = {0};
    const char *problem = "there is no memory";
    if (mr_secret_init(&password, MR_LIMIT_PASSWORD) == MR_OK &&
        mr_secret_init(&again, MR_LIMIT_PASSWORD) == MR_OK) {
        problem = ask_password(&password, &again);
        if (!problem)
            problem = store_password(db, name, &password);
    }
    mr_secret_free(&password);
    mr_secret_free(&again);
    if (problem) {
        fprintf(stderr, "moonroom host: %s\n", problem);
        return MR_HOST_FAILED;
    }
    printf("%s has a new password.\n", name);
    return MR_HOST_OK;
}

static void print_wrong(void *ctx, const char *sentence)
{
    (void)ctx;
    printf("wrong: %s\n", sentence);
}

int mr_keeper_verify(struct mr_db *db)
{
    struct mr_db_totals totals;
    int err = mr_db_verify(db, print_wrong, NULL, &totals);
    if (err == MR_EIO) {
        fprintf(stderr, "moonroom host: the database could not be read\n");
        return MR_HOST_FAILED;
    }
    printf("%" PRId64 " accounts, %" PRId64 " blocks, %" PRId64 " ledger entries\n",
           totals.accounts, totals.blocks, totals.entries);
    printf("%" PRId64 " coins made = %" PRId64 " held + %" PRId64 " spent\n", totals.minted,
           totals.held, totals.spent);
    printf("%s\n", err == MR_OK ? "ok: every balance and every block is what it should be"
                                : "not ok: see above");
    return err == MR_OK ? MR_HOST_OK : MR_HOST_FAILED;
}
