/* /script grants, grant and revoke: what scripts may do, and who says so. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/api/permission.h"
#include "core/runtime/json.h"
#include "core/script/command.h"
#include "core/script/run.h"

enum { LIST = 2048, WORDS = 512 };

/* A script, loaded or not: what it wants, and what it was refused. */
struct subject {
    struct mr_script *script; /* NULL: only its record is known */
    const char *path;
    char name[MR_MANIFEST_NAME + 1];
    const char *needs[MR_MANIFEST_NEEDS + 1]; /* borrowed from the script or the record */
    cJSON *copy;                              /* of the record, where it is going to be changed */
    bool refused;
};

/* /x/greeter.lua and /x/greeter/init.lua are called greeter. */
static void name_of(const char *path, char *out, size_t size)
{
    const char *end = strrchr(path, '/');
    if (end && strcmp(end, "/init.lua") != 0) {
        path = end + 1;
        end = strrchr(path, '.');
    } else if (end) {
        const char *start = end;
        while (start > path && start[-1] != '/') {
            start--;
        }
        path = start;
    }
    snprintf(out, size, "%.*s", (int)(end ? end - path : (long)strlen(path)), path);
}

static void add_need(struct subject *out, size_t *count, const char *need)
{
    if (need && *count < MR_MANIFEST_NEEDS) {
        out->needs[(*count)++] = need;
    }
}

static void of_script(struct mr_script *script, struct subject *out)
{
    size_t count = 0;
    *out = (struct subject){.script = script, .path = script->now.found.path};
    snprintf(out->name, sizeof out->name, "%s", mr_script_name(script));
    for (char *const *need = script->now.manifest.needs; *need; need++) {
        add_need(out, &count, *need);
    }
}

static void of_record(const cJSON *record, struct subject *out)
{
    size_t count = 0;
    const cJSON *needs = cJSON_GetObjectItemCaseSensitive(record, "needs");
    *out = (struct subject){.path = record->string,
                            .refused = !mr_json_bool(record, "allowed", false)};
    name_of(record->string, out->name, sizeof out->name);
    for (const cJSON *need = needs ? needs->child : NULL; need; need = need->next) {
        add_need(out, &count, cJSON_GetStringValue(need));
    }
}

/* One that has never come up has no manifest yet: its record, if any, tells. */
static bool is_known(const struct mr_script *script)
{
    return script->now.source != NULL;
}

static struct mr_script *loaded_from(struct mr_scripts *scripts, const char *path)
{
    for (struct mr_script *script = scripts->first; script; script = script->next) {
        if (is_known(script) && strcmp(script->now.found.path, path) == 0) {
            return script;
        }
    }
    return NULL;
}

static bool find(struct mr_scripts *scripts, const char *name, struct subject *out)
{
    struct mr_script *script = mr_scripts_find(scripts, name);
    if (script && is_known(script)) {
        of_script(script, out);
        return true;
    }
    const cJSON *all = mr_grants_all(scripts->grants);
    for (const cJSON *record = all ? all->child : NULL; record; record = record->next) {
        of_record(record, out);
        if (strcmp(out->name, name) == 0 || strcmp(out->path, name) == 0) {
            cJSON *copy = cJSON_Duplicate(record, true);
            if (copy) {
                of_record(copy, out);
                out->copy = copy;
            }
            return copy != NULL;
        }
    }
    mr_script_command_print(scripts, "error",
                            "Nothing is known of a script called %s; /script grants shows them.",
                            name);
    return false;
}

/* What runs has what its caller holds; of the others the record tells. */
static bool has(struct mr_scripts *scripts, const struct subject *subject, const char *need)
{
    if (subject->script && subject->script->run) {
        return mr_caller_may(subject->script->run->caller, need);
    }
    return !subject->refused && !mr_grants_is_revoked(scripts->grants, subject->path, need);
}

/* Showing ------------------------------------------------------------------------------------ */

static void join(struct mr_scripts *scripts, const struct subject *subject, bool granted, char *out)
{
    size_t len = 0;
    *out = '\0';
    for (const char *const *need = subject->needs; *need && len < LIST; need++) {
        if (has(scripts, subject, *need) == granted) {
            int put = snprintf(out + len, LIST - len, "%s%s", len > 0 ? " " : "", *need);
            len += put > 0 ? (size_t)put : 0;
        }
    }
}

static void add_subject(struct mr_scripts *scripts, const struct subject *subject, cJSON *rows)
{
    char granted[LIST], withheld[LIST];
    join(scripts, subject, true, granted);
    join(scripts, subject, false, withheld);
    const char *origin = subject->script && subject->script->now.found.shipped    ? "shipped"
                         : mr_grants_is_installed(scripts->grants, subject->path) ? "installed"
                                                                                  : "yours";
    const char *cells[] = {subject->name, granted, withheld, origin};
    mr_script_command_row(rows, cells, 4);
}

static void show_all(struct mr_scripts *scripts)
{
    static const char *const titles[] = {"script", "may", "may not", "from"};
    struct subject subject;
    cJSON *rows = cJSON_CreateArray();
    for (struct mr_script *script = scripts->first; script; script = script->next) {
        if (is_known(script)) {
            of_script(script, &subject);
            add_subject(scripts, &subject, rows);
        }
    }
    const cJSON *all = mr_grants_all(scripts->grants);
    for (const cJSON *record = all ? all->child : NULL; record; record = record->next) {
        if (!loaded_from(scripts, record->string)) {
            of_record(record, &subject);
            add_subject(scripts, &subject, rows);
        }
    }
    mr_script_command_table(scripts, cJSON_CreateStringArray(titles, 4), rows);
}

void mr_script_command_grants(struct mr_scripts *scripts, const char *name, const char *rest)
{
    static const char *const titles[] = {"permission", "granted", "it may"};
    struct subject subject;
    (void)rest;
    if (!*name) {
        show_all(scripts);
        return;
    }
    if (!find(scripts, name, &subject)) {
        return;
    }
    cJSON *rows = cJSON_CreateArray();
    for (const char *const *need = subject.needs; *need; need++) {
        struct mr_buf words;
        mr_buf_init(&words, WORDS);
        (void)mr_permission_words(*need, &words);
        const char *cells[] = {*need, has(scripts, &subject, *need) ? "yes" : "no",
                               mr_buf_str(&words)};
        mr_script_command_row(rows, cells, 3);
        mr_buf_free(&words);
    }
    mr_script_command_print(scripts, "title", "%s (%s)", subject.name, subject.path);
    mr_script_command_table(scripts, cJSON_CreateStringArray(titles, 3), rows);
    cJSON_Delete(subject.copy);
}

/* Changing ----------------------------------------------------------------------------------- */

static int change_one(struct mr_scripts *scripts, const struct subject *subject,
                      const char *permission, bool take)
{
    if (subject->script) {
        return take ? mr_script_take(subject->script, permission)
                    : mr_script_give(subject->script, permission);
    }
    return mr_grants_revoke(scripts->grants, subject->path, subject->needs, permission, take);
}

/* Takes or gives one permission, or all that the script names. */
static void change(struct mr_scripts *scripts, const struct subject *subject,
                   const char *permission, bool take)
{
    int err = MR_OK;
    int count = 0;
    for (const char *const *need = subject->needs; *need; need++) {
        if (!*permission || strcmp(*need, permission) == 0) {
            int one = change_one(scripts, subject, *need, take);
            err = one < 0 ? one : err;
            count++;
        }
    }
    if (count == 0) {
        mr_script_command_print(
            scripts, "error", "%s does not ask for %s; /script grants %s shows what it asks for.",
            subject->name, *permission ? permission : "anything", subject->name);
    } else if (err < 0) {
        mr_script_command_print(scripts, "error",
                                "That holds until moonroom ends, but could not "
                                "be saved: %s.",
                                mr_error_text(err));
    } else if (*permission) {
        mr_script_command_print(scripts, "info", take ? "%s no longer has %s." : "%s has %s again.",
                                subject->name, permission);
    } else {
        mr_script_command_print(scripts, "info",
                                take ? "%s no longer has any permission."
                                     : "%s has all that it asks for.",
                                subject->name);
    }
}

void mr_script_command_revoke(struct mr_scripts *scripts, const char *name, const char *rest)
{
    struct subject subject;
    if (!find(scripts, name, &subject)) {
        return;
    }
    if (strcmp(subject.name, "commands") == 0) {
        mr_script_command_print(scripts, "error",
                                "The commands are moonroom's own and keep what they need.");
    } else {
        change(scripts, &subject, rest, true);
    }
    cJSON_Delete(subject.copy);
}

void mr_script_command_grant(struct mr_scripts *scripts, const char *name, const char *rest)
{
    struct subject subject;
    if (!find(scripts, name, &subject)) {
        return;
    }
    if (subject.refused) {
        mr_script_command_print(scripts, "error",
                                "%s was refused as a whole; /script load %s asks again.",
                                subject.name, subject.name);
    } else {
        change(scripts, &subject, rest, false);
    }
    cJSON_Delete(subject.copy);
}
