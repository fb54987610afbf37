#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/script/command_lua.h"
#include "core/script/run.h"
#include "core/script/trace.h"
#include "core/script/watch.h"

enum { WHY = 512, AUTOLOAD_MAX = 65536, RESTARTS = 3, RESTART_MS = 200 };

static const char commands_name[] = "commands";

int mr_scripts_new(struct mr_core *core, struct mr_scripts **out)
{
    const struct mr_caller_options self = {.kind = MR_CALLER_USER, .name = "moonroom"};
    struct mr_scripts *scripts = calloc(1, sizeof *scripts);
    *out = NULL;
    if (!scripts) {
        return MR_ENOMEM;
    }
    scripts->core = core;
    mr_buf_init(&scripts->params, MR_LIMIT_RPC_LINE);
    char *grants = mr_paths_join(core->paths->state, "grants.json");
    scripts->store_folder = mr_paths_join(core->paths->data, "store");
    int err = grants && scripts->store_folder ? MR_OK : MR_ENOMEM;
    if (err == MR_OK) {
        err = mr_grants_new(grants, core->log, &scripts->grants);
    }
    if (err == MR_OK) {
        err = mr_caller_new(core->api, &self, &scripts->self);
    }
    if (err == MR_OK) {
        err = mr_strategy_new(scripts, &scripts->strategy);
    }
    if (err == MR_OK) {
        err = mr_script_watch_new(scripts, &scripts->watch);
    }
    if (err == MR_OK) {
        err = mr_script_methods_bind(scripts);
    }
    if (err == MR_OK) {
        err = mr_script_filters_bind(scripts);
    }
    if (err == MR_OK) {
        err = mr_script_runaway_bind(scripts);
    }
    if (err == MR_OK) {
        err = mr_script_command_add(scripts);
    }
    if (err == MR_OK) {
        err = mr_lua_command_add(scripts);
    }
    free(grants);
    if (err < 0) {
        mr_scripts_free(scripts);
        return err;
    }
    *out = scripts;
    return MR_OK;
}

int mr_scripts_trace(struct mr_scripts *scripts, const char *path, char *why, size_t why_size)
{
    return mr_trace_open(path, &scripts->core->trace, why, why_size);
}

void mr_scripts_free(struct mr_scripts *scripts)
{
    if (!scripts) {
        return;
    }
    scripts->freeing = true;
    mr_timer_stop(&scripts->restart);
    mr_timer_stop(&scripts->top);
    mr_caller_free(&scripts->self);
    while (scripts->first) {
        struct mr_script *script = scripts->first;
        scripts->first = script->next;
        mr_script_free(script);
    }
    mr_command_remove(&scripts->command);
    mr_command_remove(&scripts->lua_command);
    mr_lua_input_free(scripts->lua_input);
    mr_install_free(scripts->install);
    free(scripts->removal);
    mr_editing_free(scripts->editing);
    mr_script_filters_unbind(scripts);
    mr_script_methods_unbind(scripts);
    mr_script_runaway_unbind(scripts);
    mr_script_watch_free(scripts->watch);
    mr_strategy_free(scripts->strategy);
    mr_grants_free(scripts->grants);
    mr_trace_close(scripts->core->trace);
    scripts->core->trace = NULL;
    mr_buf_free(&scripts->params);
    free(scripts->store_folder);
    free(scripts->listed);
    free(scripts);
}

struct mr_script *mr_scripts_find(struct mr_scripts *scripts, const char *name)
{
    struct mr_script *dead = NULL;
    for (struct mr_script *script = scripts->first; script; script = script->next) {
        bool same = strcmp(mr_script_name(script), name) == 0 || strcmp(script->asked, name) == 0;
        if (same && mr_script_alive(script)) {
            return script;
        }
        dead = same ? script : dead;
    }
    return dead;
}

/* What has ended gives way to what is loaded from the same place. */
static void forget_dead(struct mr_scripts *scripts, const struct mr_found *found)
{
    struct mr_script **at = &scripts->first;
    while (*at) {
        struct mr_script *script = *at;
        const char *path =
            script->now.found.path[0] ? script->now.found.path : script->coming.found.path;
        /* The answer to a question will still ask for it. */
        if (!mr_script_alive(script) && !script->asking &&
            (strcmp(path, found->path) == 0 || strcmp(mr_script_name(script), found->name) == 0)) {
            *at = script->next;
            mr_script_free(script);
        } else {
            at = &script->next;
        }
    }
}

static bool is_running_from(struct mr_scripts *scripts, const char *path)
{
    for (struct mr_script *script = scripts->first; script; script = script->next) {
        if (mr_script_alive(script) && (strcmp(script->now.found.path, path) == 0 ||
                                        strcmp(script->coming.found.path, path) == 0)) {
            return true;
        }
    }
    return false;
}

int mr_scripts_open(struct mr_scripts *scripts, const char *name_or_path,
                    enum mr_script_trust trust, mr_script_fn *fn, void *ctx, char *why,
                    size_t why_size)
{
    struct mr_found found;
    struct mr_script *script;
    int err = mr_find_script(scripts->core->paths, name_or_path, false, &found, why, why_size);
    if (err < 0) {
        return err;
    }
    if (is_running_from(scripts, found.path)) {
        snprintf(why, why_size, "%s is loaded already; /script reload %s loads it anew.",
                 found.name, found.name);
        return MR_EEXISTS;
    }
    forget_dead(scripts, &found);
    err = mr_script_begin(scripts, &found, name_or_path, trust, fn, ctx, &script);
    if (err < 0) {
        snprintf(why, why_size, "%s could not be started: %s", found.name, mr_error_text(err));
    }
    return err;
}

/* One name or path a line; # begins a comment. */
static void load_listed(struct mr_scripts *scripts, const char *text, size_t len)
{
    char why[WHY];
    char name[MR_FIND_PATH];
    while (len > 0) {
        const char *end = memchr(text, '\n', len);
        size_t line = end ? (size_t)(end - text) : len;
        const char *comment = memchr(text, '#', line);
        struct mr_span span = mr_str_trim(text, comment ? (size_t)(comment - text) : line);
        if (span.len > 0 && span.len < sizeof name) {
            memcpy(name, span.at, span.len);
            name[span.len] = '\0';
            if (mr_scripts_open(scripts, name, MR_TRUST_KEEP, NULL, NULL, why, sizeof why) < 0) {
                mr_log_write(scripts->core->log, MR_LOG_WARN, "autoload: %s", why);
            }
        }
        text += end ? line + 1 : line;
        len -= end ? line + 1 : line;
    }
}

static void load_autoload(struct mr_scripts *scripts)
{
    struct mr_buf text;
    mr_buf_init(&text, AUTOLOAD_MAX);
    char *path = mr_paths_join(scripts->core->paths->user_scripts, "autoload");
    if (path && mr_find_read(path, &text) == MR_OK) {
        load_listed(scripts, mr_buf_str(&text), mr_buf_len(&text));
    }
    free(path);
    mr_buf_free(&text);
    scripts->list_due = false;
}

static void commands_settled(void *ctx, int err, const char *text)
{
    struct mr_scripts *scripts = ctx;
    (void)err;
    (void)text;
    if (!scripts->freeing) {
        load_autoload(scripts);
    }
}

/* The commands come first: a script that starts faster would take /whisper, and what is typed
 * behind it. */
int mr_scripts_start(struct mr_scripts *scripts)
{
    char why[WHY];
    /* One of the listed, or one that the rules load, may be a filter: nothing comes in before they
     * are up. */
    scripts->list_due = true;
    mr_script_filters_wait(scripts);
    int err = mr_scripts_open(scripts, commands_name, MR_TRUST_ASK, commands_settled, scripts, why,
                              sizeof why);
    if (err < 0) {
        mr_log_write(scripts->core->log, MR_LOG_ERROR, "there are no commands: %s", why);
        load_autoload(scripts);
    }
    return MR_OK;
}

int mr_scripts_load(struct mr_scripts *scripts, const char *name_or_path, char *why,
                    size_t why_size)
{
    return mr_scripts_open(scripts, name_or_path, MR_TRUST_NAMED, NULL, NULL, why, why_size);
}

bool mr_scripts_ready(const struct mr_scripts *scripts)
{
    for (const struct mr_script *script = scripts->first; script; script = script->next) {
        if (script->state == MR_SCRIPT_CHECKING || script->state == MR_SCRIPT_ASKING ||
            script->state == MR_SCRIPT_STARTING) {
            return false;
        }
    }
    return !scripts->restart && !scripts->list_due;
}

size_t mr_scripts_running(const struct mr_scripts *scripts)
{
    size_t count = 0;
    for (const struct mr_script *script = scripts->first; script; script = script->next) {
        count += script->state == MR_SCRIPT_RUNNING || script->state == MR_SCRIPT_STOPPING;
    }
    return count;
}

static void restart(void *ctx)
{
    struct mr_scripts *scripts = ctx;
    char why[WHY];
    mr_timer_stop(&scripts->restart);
    (void)mr_scripts_open(scripts, commands_name, MR_TRUST_KEEP, NULL, NULL, why, sizeof why);
}

/* Without its commands a client is of little use: they come back by themselves, but not for ever.
 */
void mr_scripts_ended(struct mr_script *script)
{
    struct mr_scripts *scripts = script->scripts;
    uint64_t now = mr_loop_now_ms(scripts->core->loop);
    bool unloaded = script->state == MR_SCRIPT_ENDED && !script->died;
    if (scripts->freeing || unloaded || strcmp(mr_script_name(script), commands_name) != 0) {
        return;
    }
    if (now - scripts->restart_window_ms > MR_LIMIT_OVERRUN_WINDOW) {
        scripts->restart_window_ms = now;
        scripts->restarts = 0;
    }
    if (scripts->restarts++ >= RESTARTS) {
        return;
    }
    (void)mr_timer_start(scripts->core->loop, RESTART_MS, 0, restart, scripts, &scripts->restart);
}

/* What can be said of scripts --------------------------------------------------------------- */

static const struct mr_script_edition *edition_of(const struct mr_script *script)
{
    return script->now.found.path[0] ? &script->now : &script->coming;
}

static int describe(const struct mr_script *script, cJSON *out)
{
    const struct mr_script_edition *edition = edition_of(script);
    int err = mr_json_set_string(out, "name", mr_script_name(script));
    if (err == MR_OK) {
        err = mr_json_set_string(out, "state", mr_script_state_name(script));
    }
    if (err == MR_OK) {
        err = mr_json_set_string(out, "path", edition->found.path);
    }
    if (err == MR_OK) {
        err = mr_json_set_string(out, "version", edition->manifest.version);
    }
    return err == MR_OK ? mr_json_set_string(out, "help", edition->manifest.help) : err;
}

static bool is_listed(const cJSON *list, const char *name)
{
    for (const cJSON *item = list->child; item; item = item->next) {
        const char *other = mr_json_string(item, "name");
        if (other && strcmp(other, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Those that lie ready to be loaded. */
static void add_available(struct mr_scripts *scripts, const char *folder, cJSON *list)
{
    cJSON *found = mr_find_list(scripts->core->paths, folder);
    while (found && found->child) {
        cJSON *entry = cJSON_DetachItemFromArray(found, 0);
        const char *name = mr_json_string(entry, "name");
        if (!name || is_listed(list, name) || mr_json_set_string(entry, "state", "available") < 0 ||
            mr_json_set_string(entry, "version", "") < 0 || !cJSON_AddItemToArray(list, entry)) {
            cJSON_Delete(entry);
        }
    }
    cJSON_Delete(found);
}

cJSON *mr_scripts_list(struct mr_scripts *scripts)
{
    cJSON *list = cJSON_CreateArray();
    for (const struct mr_script *script = scripts->first; list && script; script = script->next) {
        cJSON *entry = cJSON_CreateObject();
        if (!entry || describe(script, entry) < 0 || !cJSON_AddItemToArray(list, entry)) {
            cJSON_Delete(entry);
            cJSON_Delete(list);
            return NULL;
        }
    }
    if (list) {
        add_available(scripts, "", list);
        add_available(scripts, "filters", list);
        add_available(scripts, "responders", list);
        add_available(scripts, "examples", list);
    }
    return list;
}

int64_t mr_scripts_memory_kib(int pid)
{
    char path[64];
    char line[128];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *file = fopen(path, "re");
    if (!file) {
        return 0;
    }
    char *second = fgets(line, sizeof line, file) ? strchr(line, ' ') : NULL;
    if (second) {
        pages = strtol(second, NULL, 10);
    }
    fclose(file);
    return (int64_t)pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int add_commands(struct mr_scripts *scripts, const struct mr_script *script, cJSON *out)
{
    cJSON *mine = cJSON_AddArrayToObject(out, "commands");
    cJSON *all = mr_commands_list(scripts->core->commands);
    for (const cJSON *item = all ? all->child : NULL; mine && item; item = item->next) {
        const char *owner = mr_json_string(item, "owner");
        const char *name = mr_json_string(item, "name");
        if (owner && name && strcmp(owner, mr_script_name(script)) == 0) {
            (void)cJSON_AddItemToArray(mine, cJSON_CreateString(name));
        }
    }
    cJSON_Delete(all);
    return mine ? MR_OK : MR_ENOMEM;
}

cJSON *mr_scripts_info(struct mr_scripts *scripts, const struct mr_script *script)
{
    cJSON *out = cJSON_CreateObject();
    int err = out ? describe(script, out) : MR_ENOMEM;
    cJSON *needs = out ? cJSON_AddArrayToObject(out, "needs") : NULL;
    char *const *need = edition_of(script)->manifest.needs;
    for (; needs && *need; need++) {
        (void)cJSON_AddItemToArray(needs, cJSON_CreateString(*need));
    }
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {{"calls", script->calls},
                  {"errors", script->errors},
                  {"overruns", script->overruns},
                  {"lost", script->lost}};
    for (size_t i = 0; err == MR_OK && i < sizeof counts / sizeof counts[0]; i++) {
        err = mr_json_set_int(out, counts[i].key, (int64_t)counts[i].value);
    }
    if (err == MR_OK && script->last_error[0]) {
        err = mr_json_set_string(out, "last_error", script->last_error);
    }
    if (err == MR_OK && script->run) {
        int pid = mr_process_pid(script->run->process);
        (void)mr_json_set_int(out, "pid", pid);
        (void)mr_json_set_int(out, "memory_kib", mr_scripts_memory_kib(pid));
        (void)mr_json_set_int(out, "cpu_ms",
                              (int64_t)(mr_process_cpu_us(script->run->process) / 1000));
        uint64_t up = mr_loop_now_ms(scripts->core->loop) - script->started_ms;
        (void)mr_json_set_int(out, "seconds", (int64_t)(up / 1000));
    }
    if (err == MR_OK && script->run) {
        cJSON *events = mr_hooks_names_of(scripts->core->hooks, script->run->caller);
        err = mr_json_set(out, "events", events);
    }
    if (err == MR_OK) {
        err = add_commands(scripts, script, out);
    }
    if (err == MR_OK) {
        err = mr_json_set(out, "filters", mr_script_filters_list(script));
    }
    if (err < 0) {
        cJSON_Delete(out);
        return NULL;
    }
    return out;
}
