/* The user interface from inside: its parts, and what its files do for each other. */
#ifndef MR_UI_PARTS_H
#define MR_UI_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/ui/ask.h"
#include "core/ui/chats.h"
#include "core/ui/history.h"
#include "core/ui/prompt.h"
#include "core/ui/style.h"
#include "core/ui/ui.h"
#include "core/ui/view.h"

struct mr_plain;
struct mr_enter;
struct mr_tab;
struct mr_ui_methods;
struct mr_editor;

enum { MR_UI_WHY = 512 };

struct mr_ui {
    struct mr_core *core;
    enum mr_ui_kind kind;
    struct mr_ui_stage stage; /* shown is NULL where there is a terminal */
    struct mr_style style;
    struct mr_style_terminal terminal;
    struct mr_chats *chats;
    struct mr_history *history;
    struct mr_asks *asks;
    struct mr_prompt *prompt; /* PROMPT only */
    struct mr_plain *plain;   /* PLAIN only */
    struct mr_enter *enter;
    struct mr_tab *tab;
    struct mr_ui_methods *methods;
    struct mr_editor *editor; /* has the terminal now */

    /* While a question is shown, the line that was being typed. */
    bool asking;
    unsigned shown_question; /* the id of the one that is shown */
    uint64_t key_ms;         /* when the last key was pressed */
    struct mr_timer *ask_later;
    char *kept_line;
    size_t kept_point;

    struct mr_timer *hold; /* while a question is about to come */

    struct mr_timer *idle;
    bool is_idle;
    bool refused;    /* a login_failed was shown: the disconnect behind it says nothing new */
    bool log_failed; /* the user was told that the chat log cannot be written */
    unsigned commands_waiting; /* typed, not yet handed to their command */
    bool closing;
};

/* ui_show.c: events and lines to the terminal. */
int mr_ui_show_start(struct mr_ui *ui);
/* Lines ended by LF, drawn: above the prompt, or to standard error. */
void mr_ui_print(struct mr_ui *ui, const char *lines);
/* Lines of one chat: kept there, so that switching to it shows them, and printed when it is the
 * current. */
void mr_ui_print_in(struct mr_ui *ui, struct mr_chat *chat, const char *lines);
/* The bell; there is a prompt. */
void mr_ui_ring(struct mr_ui *ui);
/* One sentence of moonroom itself. */
void mr_ui_tell(struct mr_ui *ui, enum mr_role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Columns for tables and bars. */
size_t mr_ui_columns(const struct mr_ui *ui);
/* The room's name in files; "offline" when in none. */
const char *mr_ui_room(const struct mr_ui *ui);
/* Our name; "" when offline. */
const char *mr_ui_me(const struct mr_ui *ui);

/* ui_input.c: what the user types. */
extern const struct mr_prompt_callbacks mr_ui_prompt_callbacks;
/* A whole line, as typed: a command, or talk in the current chat. */
void mr_ui_submit(struct mr_ui *ui, const char *line);
void mr_ui_update_prompt(struct mr_ui *ui);
/* For mr_asks_new(): shows the question of the moment. */
void mr_ui_ask_changed(void *ctx);

/* ui_hold.c: somebody may be about to ask. What is typed until then could be the answer, which
 * could be a password, so it waits for the question. When none comes in that time, it goes nowhere.
 */
void mr_ui_await_question(struct mr_ui *ui, unsigned ms);
/* What was typed goes on, to the question or to the line; or it goes nowhere. */
void mr_ui_await_done(struct mr_ui *ui, bool go_on);

/* ui_chats.c */
void mr_ui_switch(struct mr_ui *ui, struct mr_chat *chat);
int mr_ui_note(struct mr_ui *ui, const char *text);
void mr_ui_chat_key(struct mr_ui *ui, int number);

/* ui_paste.c */
void mr_ui_pasted(struct mr_ui *ui, const char *text, bool cut);

/* tab.c */
int mr_tab_new(struct mr_ui *ui, struct mr_tab **out);
void mr_tab_free(struct mr_tab *tab);
void mr_tab_press(struct mr_tab *tab);

/* enter.c */
int mr_enter_new(struct mr_ui *ui, struct mr_enter **out);
void mr_enter_free(struct mr_enter *enter);
int mr_enter_begin(struct mr_enter *enter, const struct mr_ui_entry *entry);

/* plain.c */
int mr_plain_new(struct mr_ui *ui, struct mr_plain **out);
void mr_plain_free(struct mr_plain *plain);
/* We are in the room: begin to read. */
void mr_plain_start(struct mr_plain *plain);

/* methods.c */
int mr_ui_methods_new(struct mr_ui *ui, struct mr_ui_methods **out);
void mr_ui_methods_free(struct mr_ui_methods *methods);
/* A key that was bound is pressed. */
void mr_ui_methods_press(const struct mr_ui_methods *methods, const char *sequence);

/* methods_keys.c */
struct mr_ui_keys;
int mr_ui_keys_new(struct mr_ui *ui, struct mr_ui_keys **out);
void mr_ui_keys_free(struct mr_ui_keys *keys);
void mr_ui_keys_press(const struct mr_ui_keys *keys, const char *sequence);

#endif
