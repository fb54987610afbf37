/* Keys that somebody else takes: bound in readline, and given back to what they did before. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "core/ui/keys.h"
#include "core/ui/prompt_state.h"

enum { MAPS = 2, ESCAPED = 4 * MR_KEY_BYTES + 1 };

struct mr_prompt_bound {
    struct mr_prompt_bound *next;
    char sequence[MR_KEY_BYTES];
    rl_command_func_t *before[MAPS]; /* what it did in each keymap */
};

static Keymap map_of(int i)
{
    return i == 0 ? emacs_standard_keymap : vi_insertion_keymap;
}

/* As readline wants sequences: "\e" and "\C-t" for control characters. */
static void escape(const char *sequence, char out[static ESCAPED])
{
    size_t len = 0;
    for (; *sequence; sequence++) {
        char c = *sequence;
        const char *before = c == '\x1b' ? "\\" : c < ' ' ? "\\C-" : strchr("\\\"", c) ? "\\" : "";
        char shown = c == '\x1b' ? 'e' : c < ' ' ? (char)(c + 'a' - 1) : c;
        len += (size_t)snprintf(out + len, ESCAPED - len, "%s%c", before, shown);
    }
}

static int press_bound(int count, int key)
{
    struct mr_prompt *prompt = mr_prompt_of_readline();
    (void)count;
    (void)key;
    if (rl_executing_keyseq) {
        prompt->callbacks.on_bound(prompt->ctx, rl_executing_keyseq);
    }
    return 0;
}

/* Readline looks up plain bytes, but binds what is escaped. */
static int look(const char *sequence, int map, rl_command_func_t **before)
{
    int type = ISFUNC;
    *before = rl_function_of_keyseq(sequence, map_of(map), &type);
    return type == ISFUNC ? MR_OK : MR_EEXISTS;
}

int mr_prompt_bind(struct mr_prompt *prompt, const char *sequence)
{
    char keys[ESCAPED];
    struct mr_prompt_bound *bound = calloc(1, sizeof *bound);
    if (!bound) {
        return MR_ENOMEM;
    }
    snprintf(bound->sequence, sizeof bound->sequence, "%s", sequence);
    escape(sequence, keys);
    int err = MR_OK;
    for (int i = 0; i < MAPS && err == MR_OK; i++) {
        err = look(sequence, i, &bound->before[i]);
    }
    if (err < 0) {
        free(bound);
        return err;
    }
    for (int i = 0; i < MAPS; i++) {
        rl_bind_keyseq_in_map(keys, press_bound, map_of(i));
    }
    bound->next = prompt->bound;
    prompt->bound = bound;
    return MR_OK;
}

/* What a key does that never did anything. Readline 8.2 would take back the binding itself, but
 * loses the keymap of its prefix (4 KiB) each time that becomes empty. */
static int press_unbound(int count, int key)
{
    (void)count;
    (void)key;
    rl_ding();
    return 0;
}

static void give_back(struct mr_prompt_bound **at)
{
    struct mr_prompt_bound *bound = *at;
    char keys[ESCAPED];
    escape(bound->sequence, keys);
    for (int i = 0; i < MAPS; i++) {
        rl_command_func_t *before = bound->before[i] ? bound->before[i] : press_unbound;
        rl_bind_keyseq_in_map(keys, before, map_of(i));
    }
    *at = bound->next;
    free(bound);
}

void mr_prompt_unbind(struct mr_prompt *prompt, const char *sequence)
{
    for (struct mr_prompt_bound **at = &prompt->bound; *at; at = &(*at)->next) {
        if (strcmp((*at)->sequence, sequence) == 0) {
            give_back(at);
            return;
        }
    }
}

void mr_prompt_unbind_all(struct mr_prompt *prompt)
{
    while (prompt->bound) {
        give_back(&prompt->bound);
    }
}
