/* Searching the chat logs of a room. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/hex.h"
#include "core/base/limits.h"
#include "core/base/safe_text.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/runtime/paths.h"
#include "core/ui/chatlog.h"

struct hit {
    char *chat, *line;
    size_t serial; /* keeps lines of the same second in their order */
};

struct search {
    struct hit *hits;
    size_t count, capacity, serial, max;
    const char *word;
    size_t word_len;
};

/* The end of a file, at most MR_LIMIT_SEARCH_BYTES, NUL-terminated; NULL if it cannot be read. */
static char *read_end(const char *path, size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat info;
    char *text = NULL;
    size_t used = 0;

    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        off_t size = info.st_size < MR_LIMIT_SEARCH_BYTES ? info.st_size : MR_LIMIT_SEARCH_BYTES;
        ssize_t n = 1;

        text = malloc((size_t)size + 1);
        while (text && used < (size_t)size && n > 0) {
            n = pread(fd, text + used, (size_t)size - used, info.st_size - size + (off_t)used);
            used += n > 0 ? (size_t)n : 0;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    if (text) {
        text[used] = '\0';
    }
    *len = used;
    return text;
}

static bool holds(const char *line, size_t len, const char *word, size_t word_len)
{
    for (size_t i = 0; i + word_len <= len; i++) {
        if (mr_str_equal_fold(line + i, word_len, word, word_len)) {
            return true;
        }
    }
    return false;
}

/* By time, which every line begins with; then as they were found. */
static int compare(const void *a, const void *b)
{
    const struct hit *x = a;
    const struct hit *y = b;
    int order = strncmp(x->line, y->line, 19);

    return order ? order : (x->serial > y->serial) - (x->serial < y->serial);
}

/* Sorts, and drops all but the newest. */
static void drop_old(struct search *search)
{
    size_t old = search->count > search->max ? search->count - search->max : 0;

    if (search->count > 1) {
        qsort(search->hits, search->count, sizeof *search->hits, compare);
    }
    for (size_t i = 0; i < old; i++) {
        free(search->hits[i].chat);
        free(search->hits[i].line);
    }
    search->count -= old;
    if (old) {
        memmove(search->hits, search->hits + old, search->count * sizeof *search->hits);
    }
}

static int keep(struct search *search, const char *chat, const char *line, size_t len)
{
    struct mr_safe_text safe = {0};
    struct hit *hit = NULL;

    if (search->count >= 4 * search->max) {
        drop_old(search);
    }
    if (search->count == search->capacity) {
        size_t capacity = search->capacity ? search->capacity * 2 : 64;
        struct hit *more = realloc(search->hits, capacity * sizeof *more);

        if (!more) {
            return MR_ENOMEM;
        }
        search->hits = more;
        search->capacity = capacity;
    }
    /* The file may have been changed by anybody since we wrote it. */
    if (mr_safe_text_make(line, len, MR_LIMIT_SHOWN_LINE, &safe) < 0) {
        return MR_ENOMEM;
    }
    hit = &search->hits[search->count];
    hit->line = safe.text;
    hit->serial = search->serial++;
    hit->chat = strdup(chat);
    if (!hit->chat) {
        free(hit->line);
        return MR_ENOMEM;
    }
    search->count++;
    return MR_OK;
}

static int search_text(struct search *search, const char *chat, const char *text, size_t len)
{
    const char *end = text + len;

    for (const char *line = text; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t n = (size_t)((stop ? stop : end) - line);

        /* Behind the date and time, which nobody searches. */
        if (n > 20 && holds(line + 20, n - 20, search->word, search->word_len)) {
            int err = keep(search, chat, line, n);

            if (err < 0) {
                return err;
            }
        }
        line += n + 1;
    }
    return MR_OK;
}

/* The chat of a file name: the reverse of mr_chatlog_file_name(). */
static void chat_of_file(const char *file, size_t len, char out[static MR_CHATLOG_NAME])
{
    size_t used = 0;

    for (size_t i = 0; i < len && used + 1 < MR_CHATLOG_NAME; i++) {
        uint8_t byte = 0;

        if (file[i] == '%' && i + 2 < len && mr_hex_decode(file + i + 1, 2, &byte) == 1) {
            out[used++] = (char)byte;
            i += 2;
        } else {
            out[used++] = file[i];
        }
    }
    out[used] = '\0';
}

static int search_file(struct search *search, const char *folder, const char *file)
{
    char chat[MR_CHATLOG_NAME];
    size_t name_len = strlen(file);
    size_t len = 0;
    int err = MR_OK;

    if (name_len < 5 || strcmp(file + name_len - 4, ".log") != 0) {
        return MR_OK;
    }
    char *path = mr_paths_join(folder, file);
    char *text = path ? read_end(path, &len) : NULL;

    chat_of_file(file, name_len - 4, chat);
    if (text) {
        err = search_text(search, chat, text, len);
    }
    free(text);
    free(path);
    return err;
}

static cJSON *answer(struct search *search)
{
    cJSON *array = cJSON_CreateArray();

    drop_old(search);
    for (size_t i = 0; array && i < search->count; i++) {
        cJSON *row = cJSON_CreateObject();

        if (!row || mr_json_set_string(row, "chat", search->hits[i].chat) < 0 ||
            mr_json_set_string(row, "line", search->hits[i].line) < 0 ||
            !cJSON_AddItemToArray(array, row)) {
            cJSON_Delete(row);
            cJSON_Delete(array);
            array = NULL;
        }
    }
    return array;
}

cJSON *mr_chatlog_search(const char *state, const char *room, const char *word, size_t max)
{
    char name[MR_CHATLOG_NAME];
    struct search search = {.word = word, .word_len = strlen(word), .max = max ? max : 1};
    int err = MR_OK;

    mr_chatlog_file_name(room, name);
    char *folder = mr_paths_join(state, name);
    DIR *dir = folder ? opendir(folder) : NULL;

    for (struct dirent *entry = NULL; dir && err == MR_OK && (entry = readdir(dir)) != NULL;) {
        err = search_file(&search, folder, entry->d_name);
    }
    if (dir) {
        closedir(dir);
    }
    cJSON *result = folder && err == MR_OK ? answer(&search) : NULL;

    for (size_t i = 0; i < search.count; i++) {
        free(search.hits[i].chat);
        free(search.hits[i].line);
    }
    free(search.hits);
    free(folder);
    return result;
}
