/* The prompt: a line edited by GNU readline while messages arrive above it.
 *
 * With its prompt_*.c the only home of readline. Readline keeps its state in globals, so there is
 * at most one prompt in a process. Nothing here knows of rooms or chats: it hands over typed lines,
 * keys and pastes, and is told what to print.
 *
 * Output is gathered and written once a turn of the loop, or before the next key is handled: the
 * line being typed is taken away, the lines are printed, the line comes back.
 */
#ifndef MR_UI_PROMPT_H
#define MR_UI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/secret.h"
#include "core/runtime/loop.h"

struct mr_prompt;

/* Every function is called from the loop and may call back into the prompt, except
 * mr_prompt_free(). Strings are borrowed. */
struct mr_prompt_callbacks {
    /* Whether a line that was entered is to vanish, because it will come back as a message. */
    bool (*vanishes)(void *ctx, const char *line);
    void (*on_line)(void *ctx, const char *line);
    void (*on_secret)(void *ctx, const struct mr_secret *secret);
    void (*on_interrupt)(void *ctx, bool empty); /* Ctrl-C; whether there was nothing to clear */
    void (*on_end)(void *ctx);                   /* Ctrl-D on an empty line */
    void (*on_hangup)(void *ctx);                /* the terminal is gone */
    void (*on_tab)(void *ctx);
    void (*on_chat_key)(void *ctx, int number); /* Alt-1 to Alt-9; 0: Alt-A */
    /* Printable text with LF between its lines; cut: it was longer than is taken. */
    void (*on_paste)(void *ctx, const char *text, bool cut);
    void (*on_resize)(void *ctx, int columns, int rows);
    void (*on_key)(void *ctx);                         /* any key, before it is handled */
    void (*on_bound)(void *ctx, const char *sequence); /* one of mr_prompt_bind() */
};

/* Takes the terminal on standard input and output. MR_EUNSUPPORTED if they are none. */
int mr_prompt_new(struct mr_loop *loop, const struct mr_prompt_callbacks *callbacks, void *ctx,
                  struct mr_prompt **out);
/* A prompt without a terminal: keys are read from a descriptor, which stays the caller's, and
 * nothing is drawn. For tests of scripts. */
int mr_prompt_new_unseen(struct mr_loop *loop, const struct mr_prompt_callbacks *callbacks,
                         void *ctx, int keys, struct mr_prompt **out);
/* Prints what waits, takes the prompt away, and puts the terminal back as it was. */
void mr_prompt_free(struct mr_prompt *prompt);

/* Lines above the prompt, each ended by LF; safe text and escape sequences of ours only. */
void mr_prompt_print(struct mr_prompt *prompt, const char *lines);
/* The text before the line; see MR_PROMPT_MARK_BEGIN in chats.h. */
void mr_prompt_set(struct mr_prompt *prompt, const char *text);
int mr_prompt_columns(const struct mr_prompt *prompt);
int mr_prompt_rows(const struct mr_prompt *prompt);
void mr_prompt_clear_screen(struct mr_prompt *prompt);
void mr_prompt_bell(struct mr_prompt *prompt);

/* The line being typed. The text is borrowed until the next key. */
const char *mr_prompt_line(const struct mr_prompt *prompt, size_t *point);
/* Whether something is typed: in the line, or of a secret. */
bool mr_prompt_typed(const struct mr_prompt *prompt);
void mr_prompt_set_line(struct mr_prompt *prompt, const char *text, size_t point);
/* Replaces bytes start to end of the line; the cursor goes behind the new text. One step to undo.
 */
void mr_prompt_replace(struct mr_prompt *prompt, size_t start, size_t end, const char *text);

/* Takes a sequence of bytes that a key sends; it then arrives as on_bound. MR_EEXISTS when other
 * keys begin with it, or the user's inputrc has a macro for it; MR_ENOMEM. */
int mr_prompt_bind(struct mr_prompt *prompt, const char *sequence);
/* Gives it back to what it did before. */
void mr_prompt_unbind(struct mr_prompt *prompt, const char *sequence);

/* Held, keys are read and kept, and nothing becomes of them. */
void mr_prompt_hold_keys(struct mr_prompt *prompt);
bool mr_prompt_holds_keys(const struct mr_prompt *prompt);
/* The keys go on, from the loop, to what the prompt is by then. */
void mr_prompt_release_keys(struct mr_prompt *prompt);
/* As if they had never been pressed. Returns whether there were any. */
bool mr_prompt_drop_keys(struct mr_prompt *prompt);

/* Gives the terminal to another program, in its usual modes, and takes it back. What is printed
 * meanwhile is shown afterwards, as far as it fits (MR_LIMIT_SHOWN_TEXT). Not from inside on_line.
 */
void mr_prompt_lend(struct mr_prompt *prompt);
void mr_prompt_take_back(struct mr_prompt *prompt);

/* Types for the readline history. */
void mr_prompt_add_history(struct mr_prompt *prompt, const char *line);

/* Asks for a secret under `text`: keys go, without echo, to a place of their own that readline
 * never sees. Ends with on_secret, or on_interrupt, or by mr_prompt_end_secret(). The line being
 * typed stays. */
int mr_prompt_begin_secret(struct mr_prompt *prompt, const char *text);
void mr_prompt_end_secret(struct mr_prompt *prompt);

#endif
