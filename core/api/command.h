/* Commands: /name and what follows.
 *
 * A command has an argument spec from which its usage, the parsing, the help and the completion
 * follow:
 *
 *   <user:user> [n:int=1] <text:text>
 *
 * `<name:type>` must be given, `[name:type]` may be, `=value` is its default. Types: word, user,
 * int, number, text (the rest of the line, only last), command, setting, value (of the setting
 * before), script, strategy, chat, item, file, event, function and a|b|c (one of these words); any
 * other word is a kind for which a script may offer words (complete.register). "quoted words" keep
 * their blanks.
 *
 * The core registers /quit, /script and /lua itself; all others come from scripts. An unknown name
 * is never sent to the room: it is refused with the nearest name. While the commands script is
 * still starting, a line waits up to 5 s for it.
 */
#ifndef MR_API_COMMAND_H
#define MR_API_COMMAND_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/api/api.h"
#include "core/runtime/loop.h"

struct mr_commands;
struct mr_command;

/* args: an object, name -> value, defaults filled in, and "_rest": what followed the name. `chat`
 * is the chat it was typed in. */
typedef void mr_command_fn(void *ctx, const cJSON *args, const char *chat);

struct mr_command_spec {
    const char *name;           /* without the slash: [a-z][a-z0-9-]* */
    const char *args;           /* argument spec; "" for none */
    const char *help;           /* one line */
    const char *details;        /* more, for /help NAME; may be NULL */
    const char *const *aliases; /* ended by NULL; may be NULL */
    const char *owner;          /* name of the script, or "core" */
    bool asks;                  /* begins with a question to the user */
    /* What a script may run of it by command.run: the words that may stand first behind the name,
     * with a blank between two; "" for nothing; NULL for all. A constant, not copied. */
    const char *for_scripts;
    /* Whose stage counts: while it is STAGED the command cannot be typed, and is no obstacle to the
     * same name of an owner of that name; while it is HELD what is typed waits. NULL: in force. */
    const struct mr_caller *caller;
};

int mr_commands_new(struct mr_loop *loop, struct mr_commands **out);
void mr_commands_free(struct mr_commands *commands);

/* All strings are copied. MR_EEXISTS when the name is taken, MR_EINVAL with the reason for a bad
 * spec. */
int mr_commands_add(struct mr_commands *commands, const struct mr_command_spec *spec,
                    mr_command_fn *fn, void *ctx, struct mr_command **out, char *why,
                    size_t why_size);
void mr_command_remove(struct mr_command **command);

/* How a line went that was typed: a sentence to show, or nothing. err is negative, MR_OK, or
 * MR_COMMAND_ASKS: the command begins with a question. The callback comes once, from the loop or
 * before this returns, when the line was parsed and handed to its command or refused. */
enum { MR_COMMAND_ASKS = 1 };
typedef void mr_commands_fn(void *ctx, int err, const char *text);

/* line begins with '/'. */
void mr_commands_run(struct mr_commands *commands, const char *line, const char *chat,
                     mr_commands_fn *done, void *ctx);
/* Whether a script may have this line run: not what makes it another script's equal, or changes
 * what scripts may do. */
bool mr_commands_open_to_scripts(const struct mr_commands *commands, const char *line);
/* While held, an unknown name waits (at most 5 s from the call of mr_commands_run). Counted: the
 * script manager holds while the commands script starts or any script is exchanged for its next
 * edition, and releases when it is up or failed. */
void mr_commands_hold(struct mr_commands *commands);
void mr_commands_release(struct mr_commands *commands);

/* Every command in order of name: {name, usage, help, details, owner, aliases}; the caller deletes
 * it. */
cJSON *mr_commands_list(const struct mr_commands *commands);

/* What the word at the end of `line` could be, for completion: its type and where it begins. type
 * is "command" for the name itself, an argument's type ("user", "a|b|c", ...), or "" when nothing
 * can be completed. previous gets the argument before (for "value"), owner whose command it is ("":
 * none is being typed); all are NUL-terminated copies. */
struct mr_completion_place {
    char type[128];
    char previous[128];
    char owner[64];
    size_t start; /* offset of the word in line */
};

void mr_commands_place(const struct mr_commands *commands, const char *line,
                       struct mr_completion_place *out);

#endif
