#include "core/ui/history.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/file.h"

enum { UNKEPT = 1000 }; /* lines in memory when none are kept on disk */

struct mr_history {
    char *path;
    char **lines;
    size_t count, capacity, max;
    size_t in_file; /* lines of the file, ours and others', as far as we know */
};

/* Commands whose arguments may be secrets that were typed where they do not belong. */
static const char *const secretive[] = {"/login", "/register", "/password", "/delete-account",
                                        "/raw"};

static size_t kept_length(const char *line)
{
    size_t len = strlen(line);
    size_t word = strcspn(line, " ");

    for (size_t i = 0; i < sizeof secretive / sizeof secretive[0]; i++) {
        if (strlen(secretive[i]) == word && strncmp(line, secretive[i], word) == 0) {
            return word;
        }
    }
    while (len > 0 && line[len - 1] == ' ') {
        len--;
    }
    return len;
}

static void drop_first(struct mr_history *history, size_t n)
{
    if (n == 0) {
        return; /* there may be no array yet */
    }
    for (size_t i = 0; i < n; i++) {
        free(history->lines[i]);
    }
    history->count -= n;
    memmove(history->lines, history->lines + n, history->count * sizeof *history->lines);
}

static int push(struct mr_history *history, const char *line, size_t len)
{
    if (history->count == history->capacity) {
        size_t capacity = history->capacity ? history->capacity * 2 : 64;
        char **more = realloc(history->lines, capacity * sizeof *more);

        if (!more) {
            return MR_ENOMEM;
        }
        history->lines = more;
        history->capacity = capacity;
    }
    char *copy = strndup(line, len);

    if (!copy) {
        return MR_ENOMEM;
    }
    history->lines[history->count++] = copy;
    return MR_OK;
}

static int load(struct mr_history *history)
{
    struct mr_buf text;

    mr_buf_init(&text, MR_LIMIT_HISTORY_FILE);
    int err = mr_file_load(history->path, &text);

    for (const char *at = mr_buf_str(&text); err == MR_OK && *at;) {
        size_t len = strcspn(at, "\n");

        if (len > 0 && len <= MR_LIMIT_TYPED_LINE && mr_utf8_valid(at, len)) {
            err = push(history, at, len);
        }
        history->in_file++;
        at += len + (at[len] == '\n');
    }
    mr_buf_free(&text);
    if (history->count > history->max) {
        drop_first(history, history->count - history->max);
    }
    return err == MR_ENOMEM ? err : MR_OK;
}

int mr_history_new(const char *path, size_t max, struct mr_history **out)
{
    struct mr_history *history = calloc(1, sizeof *history);
    int err = history ? MR_OK : MR_ENOMEM;

    *out = NULL;
    if (err == MR_OK && path) {
        history->path = strdup(path);
        err = history->path ? MR_OK : MR_ENOMEM;
    }
    if (err == MR_OK) {
        history->max = max;
    }
    if (err == MR_OK && path) {
        err = load(history);
    }
    if (err < 0) {
        mr_history_free(history);
        return err;
    }
    *out = history;
    return MR_OK;
}

void mr_history_free(struct mr_history *history)
{
    if (!history) {
        return;
    }
    drop_first(history, history->count);
    free(history->lines);
    free(history->path);
    free(history);
}

static int rewrite(struct mr_history *history)
{
    struct mr_buf text;
    int err = MR_OK;

    mr_buf_init(&text, MR_LIMIT_HISTORY_FILE);
    for (size_t i = 0; i < history->count && err == MR_OK; i++) {
        err = mr_buf_printf(&text, "%s\n", history->lines[i]);
    }
    if (err == MR_OK) {
        err = mr_file_save(history->path, mr_buf_data(&text), mr_buf_len(&text));
    }
    if (err == MR_OK) {
        history->in_file = history->count;
    }
    mr_buf_free(&text);
    return err;
}

static int append(struct mr_history *history, const char *line)
{
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
    int fd = open(history->path, flags, 0600);
    size_t len = strlen(line);
    char *with_lf = malloc(len + 1);
    int err = with_lf ? MR_OK : MR_ENOMEM;

    if (fd < 0 && errno == ENOENT) {
        char *folder = strdup(history->path);

        if (folder && mr_file_make_folder(dirname(folder)) == MR_OK) {
            fd = open(history->path, flags, 0600);
        }
        free(folder);
    }
    if (err == MR_OK) {
        memcpy(with_lf, line, len);
        with_lf[len] = '\n';
        err = fd >= 0 && write(fd, with_lf, len + 1) == (ssize_t)(len + 1) ? MR_OK : MR_EIO;
    }
    if (fd >= 0) {
        close(fd);
    }
    free(with_lf);
    history->in_file++;
    return err;
}

int mr_history_add(struct mr_history *history, const char *line, const char **kept)
{
    size_t len = kept_length(line);
    const char *last = history->count ? history->lines[history->count - 1] : "";

    if (kept) {
        *kept = NULL;
    }
    if (len == 0 || strchr(line, '\n') || (strlen(last) == len && strncmp(last, line, len) == 0)) {
        return MR_OK;
    }
    int err = push(history, line, len);

    if (err < 0) {
        return err;
    }
    size_t most = history->max ? history->max : UNKEPT;

    if (history->count > most) {
        drop_first(history, history->count - most);
    }
    if (kept) {
        *kept = history->lines[history->count - 1];
    }
    if (!history->path || history->max == 0) {
        return MR_OK;
    }
    err = append(history, history->lines[history->count - 1]);
    return err == MR_OK && history->in_file > 2 * history->max ? rewrite(history) : err;
}

size_t mr_history_count(const struct mr_history *history)
{
    return history->count;
}

const char *mr_history_at(const struct mr_history *history, size_t index)
{
    return index < history->count ? history->lines[index] : NULL;
}

void mr_history_set_max(struct mr_history *history, size_t max)
{
    history->max = max;
}
