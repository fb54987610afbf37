/* Colours: what each kind of text looks like on this terminal.
 *
 * A style is a plain value, filled from the settings and from what is known of the terminal. With
 * colours off every function here yields the empty string, so that who draws never asks.
 */
#ifndef MR_UI_STYLE_H
#define MR_UI_STYLE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/runtime/settings.h"

enum mr_role {
    MR_ROLE_PLAIN,
    MR_ROLE_TIME,
    MR_ROLE_WHISPER,
    MR_ROLE_ERROR,
    MR_ROLE_SELF,
    MR_ROLE_HIGHLIGHT,
    MR_ROLE_SERVER,
    MR_ROLE_INFO,  /* what moonroom itself says */
    MR_ROLE_TITLE, /* headings, and bold in markup */
    MR_ROLE_UNDERLINE,
    MR_ROLE_SCRIPT, /* the name of a script before its lines */
    MR_ROLE_UNREAD,
    MR_ROLES
};

enum { MR_STYLE_SGR = 32 }; /* bytes of an escape sequence, NUL included */

struct mr_style {
    bool color;
    bool many;  /* the terminal has 256 colours */
    bool utf8;  /* characters beyond ASCII can be shown */
    bool names; /* each name has a colour of its own */
    char open[MR_ROLES][MR_STYLE_SGR];
    char time_format[33]; /* strftime; "" for none */
};

/* What decides whether "auto" means colours; strings may be NULL. */
struct mr_style_terminal {
    bool tty;
    bool utf8;
    const char *term;     /* TERM */
    const char *no_color; /* NO_COLOR */
};

void mr_style_load(struct mr_style *style, const struct mr_settings *settings,
                   const struct mr_style_terminal *terminal);
/* The same from the value of the setting "color" alone, with the default colours. */
void mr_style_init(struct mr_style *style, const char *when,
                   const struct mr_style_terminal *terminal);

/* Turns a colour as typed ("red", "bright blue", "bold green", "208", "none") into its escape
 * sequence. MR_EINVAL for anything else; out is then "". */
int mr_style_parse(const char *words, char out[static MR_STYLE_SGR]);

const char *mr_style_open(const struct mr_style *style, enum mr_role role);
const char *mr_style_close(const struct mr_style *style);
/* The colour that belongs to a name: always the same for the same name. */
void mr_style_of_name(const struct mr_style *style, const char *name,
                      char out[static MR_STYLE_SGR]);

#endif
