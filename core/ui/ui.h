/* The user interface: a readline prompt, or plain lines without a terminal.
 *
 * It listens to events and shows them, takes typed lines, and binds the methods ui.*. Which of the
 * two it is follows from what the app asks for; scripts see no difference except that questions
 * fail with "unsupported" where nobody can be asked.
 */
#ifndef MR_UI_UI_H
#define MR_UI_UI_H

#include "core/api/core.h"

struct mr_ui;

/* MR_UI_PROMPT: readline on the terminal. MR_UI_PLAIN: reads lines from standard input, writes
 * exactly `name> text` lines to standard output and everything else to standard error. MR_UI_QUIET:
 * no input at all and nothing on standard output (moonroom run, --rpc); what scripts print goes to
 * standard error. */
enum mr_ui_kind { MR_UI_PROMPT, MR_UI_PLAIN, MR_UI_QUIET };

/* A user who is not there: PROMPT without a terminal, for tests of scripts. Keys are read from a
 * descriptor, which stays the caller's; `shown` gets what is printed, lines ended by LF, unfolded
 * and without colours; `rang` is the bell. */
struct mr_ui_stage {
    int keys;
    void (*shown)(void *ctx, const char *lines);
    void (*rang)(void *ctx);
    void *ctx;
};

int mr_ui_new_on_stage(struct mr_core *core, const struct mr_ui_stage *stage, struct mr_ui **out);
/* The question that is shown now; NULL when there is none. Valid until the next turn. */
const char *mr_ui_question(const struct mr_ui *ui);
/* What stands in the line being typed, and before it. Valid until the next turn. */
const char *mr_ui_line(const struct mr_ui *ui);

/* At the end of plain input: leave once all is sent (a last ping came back, or 5 s), then quit. */
int mr_ui_new(struct mr_core *core, enum mr_ui_kind kind, struct mr_ui **out);
/* Puts the terminal back as it was. */
void mr_ui_free(struct mr_ui *ui);

/* What the app knows of how to get into a room; all borrowed for the call. The ui does the rest:
 * shows the terms and asks for name and password where something is missing and somebody can be
 * asked, logs in or registers, asks once what to remember. On failure the prompt stays (kind
 * PROMPT), or the program quits with the exit code of the failure (others). */
struct mr_ui_entry {
    const struct mr_address *address; /* NULL: ask for it, or stay offline */
    const char *user;                 /* NULL: the remembered one, or ask */
    const struct mr_secret *password; /* NULL: the remembered login, or ask */
    bool registering;
    bool accept_terms;
};

int mr_ui_enter(struct mr_ui *ui, const struct mr_ui_entry *entry);

/* One line for the user from the app itself, styled as information or error. */
void mr_ui_say(struct mr_ui *ui, bool error, const char *text);

#endif
