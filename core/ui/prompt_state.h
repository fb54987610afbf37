/* What the prompt_*.c share. */
#ifndef MR_UI_PROMPT_STATE_H
#define MR_UI_PROMPT_STATE_H

#include <stdio.h>

#include "core/base/buf.h"
#include "core/ui/prompt.h"

enum { MR_PROMPT_SIGNALS = 4 };

struct mr_prompt {
    struct mr_loop *loop;
    struct mr_prompt_callbacks callbacks;
    void *ctx;

    struct mr_watch *input;
    struct mr_signal *signals[MR_PROMPT_SIGNALS];

    struct mr_buf output; /* to be printed above the line */
    struct mr_timer *flush;
    char *text;      /* the prompt as it is to be */
    bool new_text;   /* it is not yet the one readline has */
    bool redraw;     /* the line was changed behind readline's back */
    bool hidden;     /* the line is not on the screen now */
    char *next_line; /* set inside the line handler: to be put in when readline is done */
    size_t next_point;
    bool in_line; /* inside the line handler: print plainly, readline draws the prompt afterwards */
    bool lent;    /* another program has the terminal */
    size_t unshown; /* prints that found no place meanwhile */
    bool installed; /* readline is set up */
    bool dumb;      /* the terminal has no cursor movements */
    bool keys_held;
    int columns, rows;
    int keys_fd;
    FILE *nowhere; /* what is drawn without a terminal; NULL: there is one */

    struct mr_buf keys; /* read, not yet handled */
    struct mr_timer *key_quiet;
    struct mr_timer *keys_due; /* they were held, and are to go on */
    struct mr_buf paste;
    bool pasting, paste_cut;
    struct mr_timer *paste_quiet;

    struct mr_prompt_bound *bound; /* keys that are taken */

    struct mr_secret secret;
    char *secret_text; /* the question; NULL: no secret is being asked for */
    bool secret_due;   /* asked inside the line handler: to be shown when readline is done */
};

/* prompt.c */
/* The one prompt, for what readline calls without a context. */
struct mr_prompt *mr_prompt_of_readline(void);
/* Prints and draws what waits, now. */
void mr_prompt_flush(struct mr_prompt *prompt);
void mr_prompt_schedule(struct mr_prompt *prompt);
/* Takes the line away, or puts it back, whichever kind of line it is now. */
void mr_prompt_hide(struct mr_prompt *prompt);
void mr_prompt_show(struct mr_prompt *prompt);

/* What was put off inside the line handler. */
void mr_prompt_after_line(struct mr_prompt *prompt);

/* prompt_keys.c */
int mr_prompt_keys_start(struct mr_prompt *prompt);
void mr_prompt_keys_stop(struct mr_prompt *prompt);
/* Leaves the keys to somebody else, or reads them again. */
void mr_prompt_keys_rest(struct mr_prompt *prompt);
int mr_prompt_keys_resume(struct mr_prompt *prompt);
/* For readline: its next byte, and whether there is one. */
int mr_prompt_next_key(struct mr_prompt *prompt);
bool mr_prompt_has_key(const struct mr_prompt *prompt);

/* prompt_secret.c: handles the key at the front; how many bytes of `keys` it took. */
size_t mr_prompt_secret_key(struct mr_prompt *prompt, const char *keys, size_t len);
void mr_prompt_secret_paste(struct mr_prompt *prompt, const char *text);
void mr_prompt_secret_draw(struct mr_prompt *prompt);

/* prompt_bind.c */
void mr_prompt_unbind_all(struct mr_prompt *prompt);

/* prompt_signals.c */
int mr_prompt_signals_start(struct mr_prompt *prompt);
void mr_prompt_signals_stop(struct mr_prompt *prompt);
/* To be called once readline has taken the terminal. */
void mr_prompt_free_ctrl_s(void);
/* Looks at the size of the terminal; if it changed, draws the line anew in the new one. */
void mr_prompt_check_size(struct mr_prompt *prompt);

#endif
