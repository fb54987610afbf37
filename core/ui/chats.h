/* The chats: the lobby, private ones that whispers open, and notes to oneself.
 *
 * Pure data. Each chat keeps the lines last shown in it (drawn, without LF), what is unread, and
 * the line that was being typed. The lobby is always there and comes first.
 */
#ifndef MR_UI_CHATS_H
#define MR_UI_CHATS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/ui/style.h"

enum mr_chat_kind { MR_CHAT_LOBBY, MR_CHAT_PRIVATE, MR_CHAT_NOTES };

#define MR_CHAT_LOBBY_NAME "Lobby"

struct mr_chat {
    char name[MR_LIMIT_NAME + 1];
    enum mr_chat_kind kind;
    unsigned unread;
    bool mentioned; /* an unread line holds our name, or is a whisper */
    char *draft;    /* NULL: none */
    size_t draft_point;
    char **lines; /* a ring of `keep` places */
    size_t first, count;
};

struct mr_chats;

/* scrollback: how many lines each chat keeps, at least 1. */
int mr_chats_new(size_t scrollback, struct mr_chats **out);
void mr_chats_free(struct mr_chats *chats);

size_t mr_chats_count(const struct mr_chats *chats);
/* Borrowed until the chat is closed; NULL behind the last. */
struct mr_chat *mr_chats_at(const struct mr_chats *chats, size_t index);
struct mr_chat *mr_chats_current(const struct mr_chats *chats);
size_t mr_chats_index(const struct mr_chats *chats, const struct mr_chat *chat);
/* By exact name; "" is the lobby. NULL if there is none. */
struct mr_chat *mr_chats_find(const struct mr_chats *chats, const char *name);
/* Finds or opens a chat. MR_ELIMIT, MR_ENOMEM; MR_EEXISTS when a person is called like the lobby.
 */
int mr_chats_open(struct mr_chats *chats, enum mr_chat_kind kind, const char *name,
                  struct mr_chat **out);
/* Closes one; the lobby becomes current if it was. MR_EINVAL for the lobby. */
int mr_chats_close(struct mr_chats *chats, struct mr_chat *chat);
/* Makes it current and read. */
void mr_chats_switch(struct mr_chats *chats, struct mr_chat *chat);
/* The next chat with unread lines behind the current one, in order and round again; those with a
 * mention first. NULL if there is none. */
struct mr_chat *mr_chats_next_unread(const struct mr_chats *chats);

/* Adds a line (copied); the oldest goes when there are too many. Nothing is counted for the current
 * one. */
int mr_chats_add_line(struct mr_chats *chats, struct mr_chat *chat, const char *line, bool counts,
                      bool mention);
/* The line at index, 0 the oldest; NULL behind the last. */
const char *mr_chat_line(const struct mr_chats *chats, const struct mr_chat *chat, size_t index);
void mr_chat_clear(const struct mr_chats *chats, struct mr_chat *chat);
/* Keeps a copy of what is being typed; an empty or NULL text keeps nothing. */
int mr_chat_keep_draft(struct mr_chat *chat, const char *text, size_t point);

/* The prompt: `Lobby [bob:2] > `. `note` ("offline") may be NULL. Escape sequences are put between
 * MR_PROMPT_MARK_BEGIN and _END, which readline wants around what takes no columns. The list of
 * unread chats is shortened to fit half of `columns`. */
#define MR_PROMPT_MARK_BEGIN "\001"
#define MR_PROMPT_MARK_END "\002"
int mr_chats_prompt(const struct mr_chats *chats, const struct mr_style *style, const char *note,
                    size_t columns, struct mr_buf *out);

#endif
