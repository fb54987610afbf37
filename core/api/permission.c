#include "core/api/permission.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

enum { HOST_MAX = 253, PROGRAM_MAX = 200, PLUGIN_MAX = 32 };

struct row {
    const char *name;
    enum mr_permission_rule rule;
    const char *words;
};

static const struct row rows[] = {
#define MR_PERMISSION(name, rule, words, help) {name, MR_PERMISSION_##rule, words},
#include <moonroom/permissions.def>
#undef MR_PERMISSION
};

enum { ROWS = sizeof rows / sizeof rows[0] };

const char *mr_permission_row(size_t index)
{
    return index < ROWS ? rows[index].name : NULL;
}

/* Where the capitals of a family begin; 0 when it is none. */
static size_t family_len(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon && colon[1] >= 'A' && colon[1] <= 'Z' ? (size_t)(colon + 1 - name) : 0;
}

bool mr_permission_is_family(const char *name)
{
    return family_len(name) > 0;
}

/* A plain name for PATH, or an absolute path without detours. */
static bool is_program(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= PROGRAM_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-/") ==
               len &&
           name[0] != '-' && (name[0] == '/' ? name[len - 1] != '/' : !strchr(name, '/')) &&
           !strstr(name, "..");
}

/* As it stands in an address, in small letters: a name, 127.0.0.1 or [::1]. */
static bool is_host(const char *name)
{
    size_t len = strlen(name);
    if (name[0] == '[') {
        return len > 3 && len < 48 && strspn(name + 1, "0123456789abcdef:.") == len - 2 &&
               name[len - 1] == ']';
    }
    return len > 0 && len <= HOST_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_") == len && name[0] != '.' &&
           name[0] != '-' && !strstr(name, "..");
}

static bool is_plugin(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= PLUGIN_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

static bool is_member(const struct row *row, size_t prefix, const char *name)
{
    if (strncmp(name, row->name, prefix) != 0) {
        return false;
    }
    if (strcmp(row->name, "plugin:NAME") == 0) {
        return is_plugin(name + prefix);
    }
    return strcmp(row->name, "process:NAME") == 0 ? is_program(name + prefix)
                                                  : is_host(name + prefix);
}

static const struct row *find(const char *name)
{
    for (size_t i = 0; i < ROWS; i++) {
        size_t prefix = family_len(rows[i].name);
        if (prefix > 0 ? is_member(&rows[i], prefix, name) : strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

static const char *nearest(const char *name)
{
    const char *best = NULL;
    size_t least = 3; /* more changes than that are another word */
    for (size_t i = 0; i < ROWS; i++) {
        size_t prefix = family_len(rows[i].name);
        if (prefix > 0 && strncmp(name, rows[i].name, prefix) == 0) {
            return rows[i].name;
        }
        size_t d = mr_str_distance(name, rows[i].name);
        if (d < least) {
            least = d;
            best = rows[i].name;
        }
    }
    return best;
}

int mr_permission_check(const char *name, char *why, size_t why_size)
{
    if (find(name)) {
        return MR_OK;
    }
    const char *near = nearest(name);
    snprintf(why, why_size, "there is no permission '%.60s'%s%s%s", name,
             near ? "; do you mean '" : "", near ? near : "", near ? "'?" : "");
    return MR_EINVAL;
}

enum mr_permission_rule mr_permission_rule(const char *name)
{
    const struct row *row = find(name);
    for (size_t i = 0; !row && i < ROWS; i++) {
        row = strcmp(rows[i].name, name) == 0 ? &rows[i] : NULL; /* a family */
    }
    return row ? row->rule : MR_PERMISSION_LISTED;
}

int mr_permission_words(const char *name, struct mr_buf *out)
{
    const struct row *row = find(name);
    size_t prefix = row ? family_len(row->name) : 0;
    if (prefix == 0) {
        return mr_buf_append_str(out, row ? row->words : name);
    }
    const char *at = strstr(row->words, row->name + prefix);
    return mr_buf_printf(out, "%.*s%s%s", (int)(at - row->words), row->words, name + prefix,
                         at + strlen(row->name + prefix));
}
