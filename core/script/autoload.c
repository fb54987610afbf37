#include "core/script/autoload.h"

#include <moonroom/errors.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/file.h"
#include "core/runtime/paths.h"

static bool names(const char *line, size_t len, const char *name)
{
    const char *comment = memchr(line, '#', len);
    struct mr_span span = mr_str_trim(line, comment ? (size_t)(comment - line) : len);
    return span.len == strlen(name) && memcmp(span.at, name, span.len) == 0;
}

/* Copies all lines but those with the name; answers whether there was one in *found. */
static int copy_others(const struct mr_buf *text, const char *name, struct mr_buf *out, bool *found)
{
    const char *at = mr_buf_str(text);
    size_t left = mr_buf_len(text);
    int err = MR_OK;
    while (err == MR_OK && left > 0) {
        const char *end = memchr(at, '\n', left);
        size_t len = end ? (size_t)(end - at) : left;
        if (names(at, len, name)) {
            *found = true;
        } else {
            err = mr_buf_append(out, at, len);
            err = err == MR_OK ? mr_buf_append_byte(out, '\n') : err;
        }
        len += end != NULL;
        at += len;
        left -= len;
    }
    return err;
}

int mr_autoload_set(const char *folder, const char *name, bool listed)
{
    struct mr_buf text;
    struct mr_buf out;
    bool found = false;
    char *path = mr_paths_join(folder, "autoload");
    mr_buf_init(&text, MR_LIMIT_SETTINGS_FILE);
    mr_buf_init(&out, MR_LIMIT_SETTINGS_FILE);
    int err = path ? mr_file_make_folder(folder) : MR_ENOMEM;
    int lock = err == MR_OK ? mr_file_lock(path) : err;
    if (err == MR_OK) {
        err = mr_file_load(path, &text);
        err = err == MR_ENOTFOUND ? MR_OK : err;
    }
    if (err == MR_OK) {
        err = copy_others(&text, name, &out, &found);
    }
    if (err == MR_OK && listed) {
        err = mr_buf_printf(&out, "%s\n", name);
    }
    if (err == MR_OK && found != listed) {
        err = mr_file_save(path, mr_buf_data(&out), mr_buf_len(&out));
    }
    mr_file_unlock(lock);
    mr_buf_free(&text);
    mr_buf_free(&out);
    free(path);
    return err;
}
