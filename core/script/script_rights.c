/* What a script may do: what its manifest names, without what was taken back or never given. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/permission.h"
#include "core/script/run.h"

enum { WORDS = 1024, SEPARATORS_MAX = 512, STOP_MS = 500 };

static const char separators[] = ", ";

static bool is_listed(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = list; at && *at; at += strcspn(at, separators)) {
        at += strspn(at, separators);
        if (strcspn(at, separators) == len && strncmp(at, word, len) == 0) {
            return true;
        }
    }
    return false;
}

int mr_scripts_list_grants(struct mr_scripts *scripts, const char *list, char *why, size_t why_size)
{
    char word[MR_PERMISSION_MAX + 1];
    for (const char *at = list + strspn(list, separators); *at; at += strspn(at, separators)) {
        size_t len = strcspn(at, separators);
        snprintf(word, sizeof word, "%.*s", (int)(len < sizeof word ? len : sizeof word - 1), at);
        int err = mr_permission_check(word, why, why_size);
        if (err < 0) {
            return err;
        }
        at += len;
    }
    free(scripts->listed);
    scripts->listed = strdup(list);
    if (!scripts->listed) {
        snprintf(why, why_size, "%s", mr_error_text(MR_ENOMEM));
        return MR_ENOMEM;
    }
    return MR_OK;
}

static bool is_withheld(const struct mr_script *script, const struct mr_script_edition *edition,
                        const char *need)
{
    const struct mr_found *found = &edition->found;
    if (script->trust == MR_TRUST_NAMED) {
        return !found->shipped && mr_permission_rule(need) == MR_PERMISSION_LISTED &&
               !is_listed(script->scripts->listed, need);
    }
    return mr_grants_is_revoked(script->scripts->grants, found->path, need);
}

void mr_script_granted(const struct mr_script *script, const struct mr_script_edition *edition,
                       const char *out[MR_MANIFEST_NEEDS + 1])
{
    size_t count = 0;
    for (char *const *need = edition->manifest.needs; *need; need++) {
        if (!is_withheld(script, edition, *need)) {
            out[count++] = *need;
        }
    }
    out[count] = NULL;
}

void mr_script_tell_withheld(struct mr_script *script, const struct mr_script_edition *edition)
{
    char words[WORDS];
    size_t len = 0;
    for (char *const *need = edition->manifest.needs; *need; need++) {
        if (is_withheld(script, edition, *need) && len < sizeof words) {
            int put = snprintf(words + len, sizeof words - len, "%s%s", len > 0 ? "," : "", *need);
            len += put > 0 ? (size_t)put : 0;
        }
    }
    if (len > 0 && len < sizeof words) {
        bool named = script->trust == MR_TRUST_NAMED;
        mr_script_tell(script, false,
                       named ? "It goes without %s; --grant %s would give it that."
                             : "It goes without %s; /script grant %s gives it back.",
                       words, named ? words : script->asked);
    }
}

void mr_script_how(void *ctx, const char *permission, char *out, size_t size)
{
    const struct mr_run *run = ctx;
    const struct mr_script *script = run->script;
    char *const *need = mr_run_edition(run)->manifest.needs;
    while (*need && strcmp(*need, permission) != 0) {
        need++;
    }
    if (!*need) {
        snprintf(out, size, "name it in the script's manifest (needs = {...}) and load it again");
    } else if (script->trust == MR_TRUST_NAMED) {
        snprintf(out, size, "start moonroom with --grant %s", permission);
    } else {
        snprintf(out, size, "it was taken back: /script grant %s %s gives it again",
                 mr_script_name(script), permission);
    }
}

static int change(struct mr_script *script, const char *permission, bool taken)
{
    const struct mr_script_edition *edition = &script->now;
    return mr_grants_revoke(script->scripts->grants, edition->found.path,
                            (const char *const *)edition->manifest.needs, permission, taken);
}

int mr_script_take(struct mr_script *script, const char *permission)
{
    int err = change(script, permission, true);
    struct mr_run *const runs[] = {script->run, script->heir};
    for (size_t i = 0; i < 2; i++) {
        if (runs[i]) {
            mr_caller_take(runs[i]->caller, permission);
        }
    }
    mr_script_filters_review(script);
    /* What it mines with lies in its memory: there is no other way to take that. */
    if (script->kind == MR_SCRIPT_STRATEGY && strcmp(permission, "mine") == 0) {
        mr_script_stop(script, STOP_MS, NULL, NULL);
    }
    return err;
}

int mr_script_give(struct mr_script *script, const char *permission)
{
    int err = change(script, permission, false);
    if (err == MR_OK && script->run) {
        err = mr_caller_give(script->run->caller, permission);
    }
    return err;
}
