/*
 * The lines inside frames, as typed messages.
 *
 * A text may hold several lines. Everything that is sent is formatted here from a typed message,
 * and text never becomes a command on the way: a text that begins with "/" (where the line would
 * make a command of it) or that holds LF, CR or NUL is an error here, whoever it comes from.
 *
 * Parsing copies nothing: the spans of a message point into the text that was parsed. It never
 * fails; what cannot be understood is a message too (MR_LINE_BAD, MR_LINE_TEXT). All functions are
 * pure.
 *
 * Spans hold UTF-8 and no LF unless it is said. Nothing here has been made safe for a terminal.
 */
#ifndef MR_WIRE_LINE_H
#define MR_WIRE_LINE_H

#include "core/base/buf.h"
#include "core/base/str.h"

#include <stdint.h>

enum mr_line_type {
    /* Both ways. */
    MR_LINE_EMPTY, /* nothing: ignore it */
    MR_LINE_BAD,   /* why: it breaks the rules; a room answers with an error, a client drops it */
    MR_LINE_CHAT,  /* text; from a room also name */
    MR_LINE_PING,  /* text: the data, which may be empty */

    /* A client to its room. */
    MR_LINE_SEND_WHISPER,        /* to, text */
    MR_LINE_REQUEST_ACTIVE,      /* */
    MR_LINE_KICK,                /* to */
    MR_LINE_MINE,                /* text: S, 86 characters */
    MR_LINE_REQUEST_LEADERBOARD, /* */
    MR_LINE_REQUEST_HASH,        /* */
    MR_LINE_REQUEST_COST,        /* item */
    MR_LINE_BUY,                 /* item, number: how many, 1 to 1000 */
    MR_LINE_PAY,                 /* to, number: coins, above 0 (an extension of our room) */
    MR_LINE_DELETE_ACCOUNT,      /* text: H */
    MR_LINE_CHANGE_PASSWORD,     /* text: the old H, item: the new H */
    MR_LINE_EXIT,                /* */

    /* A room to its clients. */
    MR_LINE_TEXT,           /* text: a line that has no name in front */
    MR_LINE_SERVER,         /* text: the room says, under the name Server */
    MR_LINE_SERVER_ERROR,   /* text: the same, an error */
    MR_LINE_WHISPER,        /* name, text */
    MR_LINE_WHISPER_ECHO,   /* name (my own), to, text: what I whispered, for all my devices */
    MR_LINE_JOINED,         /* name, text (the whole sentence): "NAME is in. " */
    MR_LINE_LEFT,           /* name, text: "NAME has left. " */
    MR_LINE_KICKED,         /* name: by whom, "Server" if by the room itself */
    MR_LINE_ACTIVE,         /* list: names, one a line; a long answer comes in several */
    MR_LINE_COST,           /* item, number: coins */
    MR_LINE_BALANCE,        /* number: a change of the coins */
    MR_LINE_COOKIES,        /* number: a change of the cookies */
    MR_LINE_NEW_HASH,       /* text: prev_hash, 128 lower-case hex digits */
    MR_LINE_LEADERBOARD,    /* list: see mr_leaderboard_next(); number: 1 for the old spelling */
    MR_LINE_DELETE_ERROR,   /* text: why the account was not deleted */
    MR_LINE_PASSWORD_ERROR, /* text: why the password was not changed */
    MR_LINE_PASSWORD_DONE,  /* */
    MR_LINE_TYPES           /* how many there are */
};

struct mr_line {
    enum mr_line_type type;
    struct mr_span name; /* who speaks */
    struct mr_span to;   /* to or about whom */
    struct mr_span text;
    struct mr_span item;
    struct mr_span list; /* several lines or entries */
    int64_t number;
    const char *why; /* of MR_LINE_BAD: a static sentence */
};

/* The name of a type ("chat", "new_hash"), for logs. Static. */
const char *mr_line_type_name(enum mr_line_type type);

/* What may be kept of a client's line that holds a secret ("/delacc H"): static text. NULL for all
 * others, which may be kept as they are. */
const char *mr_line_without_secret(struct mr_span line);

/* Takes the next message from the front of *text, the text of a frame that came from a room. me is
 * the user's own name. Returns false when nothing is left. Only an MR_LINE_ACTIVE takes more than
 * one line: the names behind its header. */
bool mr_line_next_from_room(struct mr_span *text, struct mr_span me, struct mr_line *line);

/* The same for one line without LF. */
void mr_line_parse_from_room(struct mr_span text, struct mr_span me, struct mr_line *line);

/* Takes the next line from the front of *text, the text of a frame that came from a client. */
bool mr_line_next_from_client(struct mr_span *text, struct mr_line *line);

/* The same for one line without LF. */
void mr_line_parse_from_client(struct mr_span text, struct mr_line *line);

/* Appends the line of a message for a room, without LF. MR_EINVAL for what must not be sent (see
 * above; also text that is no UTF-8, a bad name, a bad S, a ping's data with ">"), MR_ELIMIT for
 * what is too long, MR_EUNSUPPORTED for a type that no client sends, MR_ENOMEM; out is then
 * unchanged. */
int mr_line_format_to_room(const struct mr_line *line, struct mr_buf *out);

/* The same for a client; MR_EUNSUPPORTED for a type that no room sends. An MR_LINE_ACTIVE gives
 * several lines, and belongs into a frame of its own. MR_LINE_TEXT and the like of the room's own
 * sentences may be as long as MR_LIMIT_FRAME_OUT_TEXT. */
int mr_line_format_to_client(const struct mr_line *line, struct mr_buf *out);

/* Takes the next entry from the front of the list of an MR_LINE_LEADERBOARD. Returns false when
 * none is left; entries that are no "name,coins" are skipped. */
bool mr_leaderboard_next(struct mr_span *list, struct mr_span *name, int64_t *coins);

/* Appends an entry to a list for an MR_LINE_LEADERBOARD. MR_ELIMIT when the line would no longer
 * fit one frame; MR_EINVAL for a bad name. */
int mr_leaderboard_add(struct mr_buf *list, struct mr_span name, int64_t coins);

/* Takes the next name from the front of the list of an MR_LINE_ACTIVE. */
bool mr_active_next(struct mr_span *list, struct mr_span *name);

/* Appends a name to a list for an MR_LINE_ACTIVE. MR_ELIMIT when the message would no longer fit
 * one frame: send it and begin a new list. */
int mr_active_add(struct mr_buf *list, struct mr_span name);

#endif
