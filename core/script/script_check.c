/* What comes before a text may run: reading it, its manifest, and permission. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/script/life.h"
#include "core/script/reader.h"
#include "core/script/watch.h"

/* Permission -------------------------------------------------------------------------------- */

static void permitted(struct mr_script *script)
{
    if (script->run) {
        mr_reload_load(script);
        return;
    }
    mr_script_move(&script->now, &script->coming);
    mr_script_start(script);
}

static void refused(struct mr_script *script)
{
    mr_script_failed(script, MR_EDENIED, "It was not permitted what it needs.");
}

static bool is_checking(const struct mr_script *script)
{
    return script->state == MR_SCRIPT_CHECKING || script->reload == MR_RELOAD_CHECKING;
}

static void on_confirmed(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_script *script = ctx;
    const struct mr_script_edition *edition = &script->coming;
    const char *const *needs = (const char *const *)edition->manifest.needs;
    char why[MR_SCRIPT_WHY];
    script->asking = false;
    if (script->state != MR_SCRIPT_ASKING && !is_checking(script)) {
        return;
    }
    if (err < 0) {
        snprintf(why, sizeof why, "%s, and you could not be asked: %s",
                 edition->changed ? "It was changed outside /script since it was installed"
                                  : "It needs more than every script may",
                 text);
        mr_script_failed(script, MR_EDENIED, why);
        return;
    }
    bool yes = cJSON_IsTrue(result);
    if (!yes && edition->changed) {
        snprintf(why, sizeof why,
                 "It was changed outside /script since it was installed, and stays suspended until "
                 "you confirm it: /script load %s asks again.",
                 script->asked);
        mr_script_failed(script, MR_EDENIED, why);
        return;
    }
    err = mr_grants_record(script->scripts->grants, edition->found.path, needs,
                           yes ? MR_GRANT_YES : MR_GRANT_NO);
    if (err < 0) {
        mr_log_write(script->scripts->core->log, MR_LOG_WARN, "a permission was not saved: %s",
                     mr_error_text(err));
    }
    if (yes) {
        permitted(script);
    } else {
        refused(script);
    }
}

static void ask_user(struct mr_script *script)
{
    struct mr_buf question;
    cJSON *params = cJSON_CreateObject();
    const struct mr_script_edition *edition = &script->coming;
    mr_buf_init(&question, MR_SCRIPT_WHY + MR_FIND_PATH);
    int err = mr_grants_question(edition->manifest.name, edition->found.path,
                                 (const char *const *)edition->manifest.needs, edition->changed,
                                 &question);
    if (err == MR_OK) {
        err = params ? mr_json_set_string(params, "question", mr_buf_str(&question)) : MR_ENOMEM;
    }
    mr_buf_free(&question);
    if (err < 0) {
        cJSON_Delete(params);
        mr_script_failed(script, err, mr_error_text(err));
        return;
    }
    if (script->state != MR_SCRIPT_RUNNING) {
        script->state = MR_SCRIPT_ASKING;
    }
    script->asking = true;
    mr_api_call(script->scripts->core->api, script->scripts->self, "ui.confirm", params,
                on_confirmed, script);
    cJSON_Delete(params);
}

static void permit(struct mr_script *script)
{
    struct mr_script_edition *edition = &script->coming;
    edition->changed = mr_grants_changed(script->scripts->grants, edition->found.path);
    if (edition->changed) {
        ask_user(script);
        return;
    }
    if (edition->found.shipped || script->trust == MR_TRUST_NAMED ||
        script->trust == MR_TRUST_TEST || mr_manifest_is_modest(&edition->manifest)) {
        permitted(script);
        return;
    }
    enum mr_grant grant = mr_grants_find(script->scripts->grants, edition->found.path,
                                         (const char *const *)edition->manifest.needs);
    if (grant == MR_GRANT_YES) {
        permitted(script);
    } else if (grant == MR_GRANT_NO && script->trust == MR_TRUST_KEEP) {
        refused(script);
    } else {
        ask_user(script);
    }
}

/* The manifest ------------------------------------------------------------------------------ */

static bool name_is_free(struct mr_script *script)
{
    const char *name = script->coming.manifest.name;
    for (struct mr_script *other = script->scripts->first; other; other = other->next) {
        if (other != script && mr_script_alive(other) && strcmp(mr_script_name(other), name) == 0) {
            return false;
        }
    }
    /* What the commands script prints carries no name. */
    return strcmp(name, "commands") != 0 || strcmp(script->coming.found.folder, "commands") == 0;
}

static void on_manifest(void *ctx, int err, const char *why, struct mr_manifest *manifest)
{
    struct mr_script *script = ctx;
    char text[MR_SCRIPT_WHY];
    if (!is_checking(script)) {
        return;
    }
    if (err < 0) {
        mr_script_failed(script, err, why);
        return;
    }
    script->coming.manifest = *manifest;
    *manifest = (struct mr_manifest){.given = false};
    if (name_is_free(script)) {
        permit(script);
        return;
    }
    snprintf(text, sizeof text, "A script called %s is there already.",
             script->coming.manifest.name);
    mr_script_failed(script, MR_EEXISTS, text);
}

static int read_source(struct mr_script *script, char *why, size_t why_size)
{
    struct mr_buf text;
    mr_buf_init(&text, MR_LIMIT_SCRIPT_SOURCE);
    int err = mr_find_read(script->coming.found.path, &text);
    if (err == MR_OK) {
        if (!script->coming.stands_in) {
            mr_script_part_read(script, "", script->coming.found.path, mr_buf_str(&text));
        }
        script->coming.source = mr_buf_take(&text);
        err = script->coming.source ? MR_OK : MR_ENOMEM;
    }
    if (err == MR_ELIMIT) {
        snprintf(why, why_size, "It is larger than %d KiB.", MR_LIMIT_SCRIPT_SOURCE / 1024);
    } else if (err < 0) {
        snprintf(why, why_size, "It cannot be read: %s.",
                 err == MR_EINVAL ? "it is no UTF-8 text" : mr_error_text(err));
    }
    mr_buf_free(&text);
    return err;
}

void mr_script_check(struct mr_script *script)
{
    char why[MR_SCRIPT_WHY] = "";
    if (script->state != MR_SCRIPT_RUNNING) {
        script->state = MR_SCRIPT_CHECKING;
    }
    /* One may still read an older text that is not wanted any more. */
    mr_reader_free(&script->reader);
    int err = read_source(script, why, sizeof why);
    if (err == MR_OK && script->kind == MR_SCRIPT_TEST) {
        /* It has no manifest and may do everything: whoever runs it has written it. */
        err = mr_manifest_read(NULL, script->coming.found.name, &script->coming.manifest, why,
                               sizeof why);
        if (err == MR_OK) {
            permitted(script);
            return;
        }
    } else if (err == MR_OK) {
        const struct mr_script_edition *coming = &script->coming;
        err = mr_reader_start(script->scripts->core, coming->found.name, coming->found.shown,
                              coming->source, on_manifest, script, &script->reader);
    }
    if (err < 0) {
        mr_reader_free(&script->reader);
        mr_script_failed(script, err, *why ? why : mr_error_text(err));
    }
}
