#include "core/ui/complete.h"

#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/safe_text.h"
#include "core/base/str.h"
#include "core/runtime/json.h"

/* Whether a candidate may be put into the line and shown: what is changed by being made safe may
 * not. */
static bool usable(const char *text)
{
    struct mr_safe_text safe = {0};
    bool same = false;

    if (text[0] && !strchr(text, ' ') &&
        mr_safe_text_make(text, strlen(text), MR_LIMIT_LOG_LINE, &safe) == MR_OK) {
        same = strcmp(safe.text, text) == 0;
    }
    mr_safe_text_free(&safe);
    return same;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int collect(const char *word, size_t len, const cJSON *candidates, struct mr_completion *out)
{
    const cJSON *item = NULL;

    cJSON_ArrayForEach(item, candidates)
    {
        const char *text = cJSON_IsString(item) ? item->valuestring : "";
        size_t text_len = strlen(text);

        if (text_len < len || !mr_str_equal_fold(text, len, word, len) || !usable(text)) {
            continue;
        }
        out->matches[out->count] = strdup(text);
        if (!out->matches[out->count]) {
            return MR_ENOMEM;
        }
        out->count++;
    }
    return MR_OK;
}

static void sort_unique(struct mr_completion *completion)
{
    size_t kept = 0;

    if (completion->count > 1) {
        qsort(completion->matches, completion->count, sizeof *completion->matches, by_name);
    }
    for (size_t i = 0; i < completion->count; i++) {
        if (kept > 0 && strcmp(completion->matches[kept - 1], completion->matches[i]) == 0) {
            free(completion->matches[i]);
        } else {
            completion->matches[kept++] = completion->matches[i];
        }
    }
    completion->count = kept;
}

/* What all matches begin with, whole characters only; in the spelling of the first. */
static size_t shared_length(const struct mr_completion *completion)
{
    const char *first = completion->matches[0];
    size_t len = strlen(first);

    for (size_t i = 1; i < completion->count; i++) {
        const char *other = completion->matches[i];
        size_t n = 0;

        while (n < len && other[n] && mr_str_equal_fold(first + n, 1, other + n, 1)) {
            n++;
        }
        len = n;
    }
    return mr_utf8_cut(first, strlen(first), len);
}

static char *insertion(const char *word, size_t len, const struct mr_completion *completion)
{
    struct mr_buf text;
    int err = MR_OK;

    mr_buf_init(&text, MR_LIMIT_TYPED_LINE);
    if (completion->count == 1) {
        err = mr_buf_printf(&text, "%s ", completion->matches[0]);
    } else if (completion->count > 1 && shared_length(completion) > len) {
        err = mr_buf_append(&text, completion->matches[0], shared_length(completion));
    } else {
        err = mr_buf_append(&text, word, len);
    }
    char *result = err == MR_OK ? mr_buf_take(&text) : NULL;

    mr_buf_free(&text);
    return result;
}

int mr_complete(const char *word, size_t len, const cJSON *candidates, struct mr_completion *out)
{
    int size = cJSON_GetArraySize(candidates);
    int err = MR_OK;

    memset(out, 0, sizeof *out);
    out->matches = calloc((size_t)size + 1, sizeof *out->matches);
    if (!out->matches) {
        return MR_ENOMEM;
    }
    err = collect(word, len, candidates, out);
    if (err == MR_OK) {
        sort_unique(out);
        out->insert = insertion(word, len, out);
        err = out->insert ? MR_OK : MR_ENOMEM;
    }
    if (err < 0) {
        mr_completion_free(out);
    }
    return err;
}

void mr_completion_free(struct mr_completion *completion)
{
    for (size_t i = 0; i < completion->count; i++) {
        free(completion->matches[i]);
    }
    free(completion->matches);
    free(completion->insert);
    memset(completion, 0, sizeof *completion);
}

static int put_padded(const char *text, size_t width, struct mr_buf *out)
{
    size_t taken = mr_str_width(text, strlen(text));
    int err = mr_buf_append_str(out, text);

    for (; err == MR_OK && taken < width; taken++) {
        err = mr_buf_append_byte(out, ' ');
    }
    return err;
}

int mr_completion_list(const struct mr_completion *completion, size_t columns, struct mr_buf *out)
{
    size_t shown =
        completion->count < MR_LIMIT_COMPLETIONS ? completion->count : (size_t)MR_LIMIT_COMPLETIONS;
    size_t widest = 1;
    int err = MR_OK;

    for (size_t i = 0; i < shown; i++) {
        size_t width = mr_str_width(completion->matches[i], strlen(completion->matches[i]));

        widest = width > widest ? width : widest;
    }
    size_t across = columns / (widest + 2) ? columns / (widest + 2) : 1;
    size_t down = (shown + across - 1) / across;

    for (size_t row = 0; row < down && err == MR_OK; row++) {
        for (size_t i = row; i < shown && err == MR_OK; i += down) {
            err = put_padded(completion->matches[i], i + down < shown ? widest + 2 : 0, out);
        }
        if (err == MR_OK) {
            err = mr_buf_append_byte(out, '\n');
        }
    }
    if (err == MR_OK && shown < completion->count) {
        err = mr_buf_printf(out, "… and %zu more\n", completion->count - shown);
    }
    return err;
}

cJSON *mr_complete_choices(const char *choices)
{
    cJSON *array = cJSON_CreateArray();

    for (const char *at = choices; array && *at;) {
        char word[128];
        size_t len = strcspn(at, "|");

        if (len > 0 && len < sizeof word) {
            memcpy(word, at, len);
            word[len] = '\0';
            cJSON_AddItemToArray(array, cJSON_CreateString(word));
        }
        at += len + (at[len] == '|');
    }
    return array;
}

cJSON *mr_complete_pluck(const cJSON *objects, const char *key)
{
    cJSON *array = cJSON_CreateArray();
    const cJSON *object = NULL;

    cJSON_ArrayForEach(object, objects)
    {
        const char *text = mr_json_string(object, key);

        if (array && text) {
            cJSON_AddItemToArray(array, cJSON_CreateString(text));
        }
    }
    return array;
}
