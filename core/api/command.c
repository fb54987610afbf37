#include "core/api/command.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/command_table.h"
#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"

/* A line that waits for the commands script to come up. */
struct waiting {
    struct waiting *next;
    char *line;
    char *chat;
    mr_commands_fn *done;
    void *ctx;
    uint64_t until_ms;
};

/* A name that waits for the commands script to come back. */
struct reserved {
    struct reserved *next;
    char name[MR_COMMAND_NAME];
};

struct mr_commands {
    struct mr_loop *loop;
    struct reserved *reserved;
    struct mr_command *first;
    struct waiting *waiting; /* oldest first */
    size_t waiting_count;
    struct mr_timer *timer;
    unsigned holds;
};

int mr_commands_new(struct mr_loop *loop, struct mr_commands **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out) {
        return MR_ENOMEM;
    }
    (*out)->loop = loop;
    return MR_OK;
}

static void waiting_free(struct waiting *waiting)
{
    free(waiting->line);
    free(waiting->chat);
    free(waiting);
}

static void reserve(struct mr_commands *commands, const char *name)
{
    struct reserved *reserved = calloc(1, sizeof *reserved);
    if (reserved) {
        snprintf(reserved->name, sizeof reserved->name, "%s", name);
        reserved->next = commands->reserved;
        commands->reserved = reserved;
    }
}

void mr_command_reserve(const struct mr_command *command)
{
    reserve(command->commands, command->name);
    for (size_t i = 0; i < command->alias_count; i++) {
        reserve(command->commands, command->aliases[i]);
    }
}

static bool is_reserved(const struct mr_commands *commands, const char *name)
{
    const struct reserved *at = commands->reserved;
    while (at && strcmp(at->name, name) != 0) {
        at = at->next;
    }
    return at != NULL;
}

static void forget_reserved(struct mr_commands *commands)
{
    while (commands->reserved) {
        struct reserved *reserved = commands->reserved;
        commands->reserved = reserved->next;
        free(reserved);
    }
}

void mr_commands_free(struct mr_commands *commands)
{
    if (!commands) {
        return;
    }
    mr_timer_stop(&commands->timer);
    forget_reserved(commands);
    while (commands->waiting) {
        struct waiting *waiting = commands->waiting;
        commands->waiting = waiting->next;
        waiting_free(waiting);
    }
    while (commands->first) {
        struct mr_command *command = commands->first;
        mr_command_remove(&command);
    }
    free(commands);
}

struct mr_command *mr_commands_first(const struct mr_commands *commands)
{
    return commands->first;
}

/* Names have small letters only; /HELP is meant as /help. */
static bool answers_to(const struct mr_command *command, const char *name)
{
    size_t len = strlen(name);
    if (mr_str_equal_fold(command->name, strlen(command->name), name, len)) {
        return true;
    }
    for (size_t i = 0; i < command->alias_count; i++) {
        if (mr_str_equal_fold(command->aliases[i], strlen(command->aliases[i]), name, len)) {
            return true;
        }
    }
    return false;
}

bool mr_command_in_force(const struct mr_command *command)
{
    return !command->caller || mr_caller_stage(command->caller) != MR_CALLER_STAGED;
}

/* Its script is being exchanged: who runs it is not known yet. */
static bool is_held(const struct mr_command *command)
{
    return command->caller && mr_caller_stage(command->caller) == MR_CALLER_HELD;
}

struct mr_command *mr_commands_find(const struct mr_commands *commands, const char *name)
{
    for (struct mr_command *c = commands->first; c; c = c->next) {
        if (mr_command_in_force(c) && answers_to(c, name)) {
            return c;
        }
    }
    return NULL;
}

/* Who has this name already. A script that comes in the place of another edition of itself has not.
 */
static const struct mr_command *find_taken(const struct mr_commands *commands, const char *name,
                                           const struct mr_command_spec *spec)
{
    const struct mr_command *c = commands->first;
    for (; c; c = c->next) {
        bool other_edition = c->caller && spec->caller && c->caller != spec->caller &&
                             strcmp(c->owner, spec->owner) == 0;
        if (answers_to(c, name) && !other_edition) {
            break;
        }
    }
    return c;
}

static int check_name(const struct mr_commands *commands, const char *name,
                      const struct mr_command_spec *spec, char *why, size_t size)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (name[0] < 'a' || name[0] > 'z' || name[len] != '\0' || len >= MR_COMMAND_NAME) {
        snprintf(why, size, "'%.40s' is no name for a command: use a to z, 0 to 9 and '-'", name);
        return MR_EINVAL;
    }
    const struct mr_command *taken = find_taken(commands, name, spec);
    if (taken) {
        snprintf(why, size, "the command /%s is taken by %s", name, taken->owner);
        return MR_EEXISTS;
    }
    if (strcmp(spec->owner, MR_COMMANDS_OWNER) != 0 && is_reserved(commands, name)) {
        snprintf(why, size, "the command /%s is one of moonroom's own", name);
        return MR_EEXISTS;
    }
    return MR_OK;
}

static int copy_names(struct mr_command *command, const struct mr_command_spec *spec, char *why,
                      size_t size)
{
    int err = check_name(command->commands, spec->name, spec, why, size);
    if (err < 0) {
        return err;
    }
    snprintf(command->name, sizeof command->name, "%s", spec->name);
    for (size_t i = 0; spec->aliases && spec->aliases[i]; i++) {
        if (i == MR_COMMAND_ALIASES) {
            snprintf(why, size, "/%s has too many aliases", spec->name);
            return MR_ELIMIT;
        }
        err = check_name(command->commands, spec->aliases[i], spec, why, size);
        if (err < 0) {
            return err;
        }
        snprintf(command->aliases[i], MR_COMMAND_NAME, "%s", spec->aliases[i]);
        command->alias_count++;
    }
    return mr_args_parse_spec(spec->args, &command->args, why, size);
}

static void command_free(struct mr_command *command)
{
    free(command->help);
    free(command->details);
    free(command->owner);
    free(command);
}

static void insert(struct mr_commands *commands, struct mr_command *command)
{
    struct mr_command **at = &commands->first;
    while (*at && strcmp((*at)->name, command->name) < 0) {
        at = &(*at)->next;
    }
    command->next = *at;
    *at = command;
}

int mr_commands_add(struct mr_commands *commands, const struct mr_command_spec *spec,
                    mr_command_fn *fn, void *ctx, struct mr_command **out, char *why,
                    size_t why_size)
{
    struct mr_command *command = calloc(1, sizeof *command);
    *out = NULL;
    if (!command) {
        snprintf(why, why_size, "%s", mr_error_text(MR_ENOMEM));
        return MR_ENOMEM;
    }
    command->commands = commands;
    command->fn = fn;
    command->ctx = ctx;
    command->asks = spec->asks;
    command->for_scripts = spec->for_scripts;
    command->caller = spec->caller;
    command->help = strdup(spec->help);
    command->details = spec->details ? strdup(spec->details) : NULL;
    command->owner = strdup(spec->owner);
    int err = copy_names(command, spec, why, why_size);
    if (err == MR_OK &&
        (!command->help || !command->owner || (spec->details && !command->details))) {
        snprintf(why, why_size, "%s", mr_error_text(MR_ENOMEM));
        err = MR_ENOMEM;
    }
    if (err < 0) {
        command_free(command);
        return err;
    }
    insert(commands, command);
    *out = command;
    return MR_OK;
}

void mr_command_remove(struct mr_command **command_at)
{
    struct mr_command *command = *command_at;
    if (!command) {
        return;
    }
    *command_at = NULL;
    for (struct mr_command **at = &command->commands->first; *at; at = &(*at)->next) {
        if (*at == command) {
            *at = command->next;
            break;
        }
    }
    command_free(command);
}

static void refuse_unknown(const struct mr_commands *commands, const char *name,
                           mr_commands_fn *done, void *ctx)
{
    char text[256];
    const struct mr_command *nearest = NULL;
    size_t best = 3;
    for (const struct mr_command *c = commands->first; c; c = c->next) {
        size_t d = mr_str_distance(name, c->name);
        if (mr_command_in_force(c) && d < best && d < strlen(c->name)) {
            best = d;
            nearest = c;
        }
    }
    if (commands->holds > 0) {
        snprintf(text, sizeof text,
                 "The commands are still starting. Try /%.40s again in a moment; nothing was sent.",
                 name);
    } else if (nearest) {
        snprintf(text, sizeof text,
                 "There is no command /%.40s. Did you mean /%s? Nothing was sent.", name,
                 nearest->name);
    } else {
        snprintf(text, sizeof text,
                 "There is no command /%.40s. /help lists the commands. Nothing was sent.", name);
    }
    text[mr_utf8_cut(text, strlen(text), sizeof text)] = '\0';
    done(ctx, MR_ENOTFOUND, text);
}

static void run_command(struct mr_command *command, const char *rest, const char *chat,
                        mr_commands_fn *done, void *ctx)
{
    char why[256];
    char usage[256];
    char text[640];
    cJSON *args = NULL;
    int err = mr_args_parse(&command->args, rest, &args, why, sizeof why);
    if (err < 0) {
        mr_args_usage(&command->args, usage, sizeof usage);
        snprintf(text, sizeof text, "/%s: %s. Usage: /%s%s%s", command->name, why, command->name,
                 *usage ? " " : "", usage);
        done(ctx, err, text);
        return;
    }
    err = command->asks ? MR_COMMAND_ASKS : MR_OK;
    command->fn(command->ctx, args, chat);
    cJSON_Delete(args);
    done(ctx, err, "");
}

static void split(const char *line, char name[MR_COMMAND_NAME * 2], const char **rest)
{
    size_t len = strcspn(line + 1, " ");
    snprintf(name, MR_COMMAND_NAME * 2, "%.*s", (int)(len < 60 ? len : 60), line + 1);
    *rest = line + 1 + len + strspn(line + 1 + len, " ");
}

static void wait_turn(void *ctx);

static int keep_waiting(struct mr_commands *commands, const char *line, const char *chat,
                        mr_commands_fn *done, void *ctx)
{
    struct waiting *waiting = calloc(1, sizeof *waiting);
    if (!waiting) {
        return MR_ENOMEM;
    }
    uint64_t until = mr_loop_real_ms() + MR_LIMIT_EARLY_COMMAND_TIME;
    *waiting = (struct waiting){NULL, strdup(line), strdup(chat), done, ctx, until};
    int err = waiting->line && waiting->chat ? MR_OK : MR_ENOMEM;
    if (err == MR_OK && !commands->timer) {
        err = mr_timer_start_real(commands->loop, 50, 50, wait_turn, commands, &commands->timer);
    }
    if (err < 0) {
        waiting_free(waiting);
        return err;
    }
    struct waiting **at = &commands->waiting;
    while (*at) {
        at = &(*at)->next;
    }
    *at = waiting;
    commands->waiting_count++;
    return MR_OK;
}

/* Runs the lines that need not wait any more, in the order in which they were typed. */
static void wait_turn(void *ctx)
{
    struct mr_commands *commands = ctx;
    while (commands->waiting) {
        struct waiting *waiting = commands->waiting;
        char name[MR_COMMAND_NAME * 2];
        const char *rest;
        split(waiting->line, name, &rest);
        struct mr_command *command = mr_commands_find(commands, name);
        if (command && is_held(command)) {
            return;
        }
        if (!command && commands->holds > 0 && mr_loop_real_ms() < waiting->until_ms) {
            return;
        }
        commands->waiting = waiting->next;
        commands->waiting_count--;
        if (command) {
            run_command(command, rest, waiting->chat, waiting->done, waiting->ctx);
        } else {
            refuse_unknown(commands, name, waiting->done, waiting->ctx);
        }
        waiting_free(waiting);
    }
    mr_timer_stop(&commands->timer);
}

void mr_commands_run(struct mr_commands *commands, const char *line, const char *chat,
                     mr_commands_fn *done, void *ctx)
{
    char name[MR_COMMAND_NAME * 2];
    const char *rest;
    split(line, name, &rest);
    struct mr_command *command = mr_commands_find(commands, name);
    bool early = commands->waiting || (command ? is_held(command) : commands->holds > 0);
    if (early && commands->waiting_count == MR_LIMIT_EARLY_COMMANDS) {
        done(ctx, MR_EBUSY,
             "Too many lines wait already. Try again in a moment; nothing was sent.");
        return;
    }
    if (early && keep_waiting(commands, line, chat, done, ctx) == MR_OK) {
        return;
    }
    if (command) {
        run_command(command, rest, chat, done, ctx);
    } else {
        refuse_unknown(commands, name, done, ctx);
    }
}

bool mr_commands_open_to_scripts(const struct mr_commands *commands, const char *line)
{
    char name[MR_COMMAND_NAME * 2];
    const char *rest;
    split(line, name, &rest);
    const struct mr_command *command = mr_commands_find(commands, name);
    if (!command || !command->for_scripts) {
        return true;
    }
    size_t len = strcspn(rest, " ");
    for (const char *word = command->for_scripts; *word; word += strspn(word, " ")) {
        size_t word_len = strcspn(word, " ");
        if (len == 0 || (len == word_len && strncmp(rest, word, len) == 0)) {
            return true;
        }
        word += word_len;
    }
    return false;
}

void mr_commands_hold(struct mr_commands *commands)
{
    commands->holds++;
}

void mr_commands_release(struct mr_commands *commands)
{
    if (commands->holds > 0 && --commands->holds == 0) {
        const struct mr_command *own = commands->first;
        while (own && (strcmp(own->owner, MR_COMMANDS_OWNER) != 0 || !mr_command_in_force(own))) {
            own = own->next;
        }
        if (own) {
            forget_reserved(commands);
        }
        wait_turn(commands);
    }
}
