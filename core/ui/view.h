/* The view: an event in, drawn lines out. Pure: it neither prints nor remembers anything.
 *
 * Every byte that came from elsewhere passes through mr_safe_text here; nothing else draws events.
 */
#ifndef MR_UI_VIEW_H
#define MR_UI_VIEW_H

#include <cjson/cJSON.h>
#include <moonroom/events.h>
#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/ui/chats.h"
#include "core/ui/style.h"

struct mr_view {
    const struct mr_style *style;
    const char *me; /* our name, "" when offline */
};

enum mr_view_place {
    MR_VIEW_NOWHERE, /* not shown */
    MR_VIEW_LOBBY,   /* in the lobby only */
    MR_VIEW_CHAT,    /* in the private chat or the notes named `chat` */
    MR_VIEW_ALWAYS   /* kept in the lobby, shown wherever the user is */
};

struct mr_view_line {
    enum mr_view_place place;
    enum mr_chat_kind kind;
    char chat[MR_LIMIT_NAME + 1];
    bool counts;             /* as unread, where it is not seen */
    bool mention;            /* our name is in it, or it is a whisper to us */
    bool failure;            /* for whoever sorts errors from talk */
    struct mr_buf drawn;     /* in its own chat; no LF at the end */
    struct mr_buf elsewhere; /* when another chat is shown; empty: not told there */
    struct mr_buf plain;     /* `name> text` of talk, without time and colour; empty for the rest */
};

void mr_view_line_init(struct mr_view_line *line);
void mr_view_line_free(struct mr_view_line *line);

/* Draws the event into line, which was initialised. MR_ENOMEM, MR_ELIMIT. */
int mr_view_event(const struct mr_view *view, enum mr_event event, const cJSON *data,
                  struct mr_view_line *line);

/* Appends lines of a script or of moonroom itself, each ended by LF: made safe, in the colour of a
 * role, with markup when asked. who is shown before each line ("" or NULL: nobody). */
int mr_view_text(const struct mr_style *style, enum mr_role role, const char *who, const char *text,
                 bool markup, struct mr_buf *out);

/* Whether text holds name as a word of its own, without regard to case. */
bool mr_view_mentions(const char *text, const char *name);

#endif
