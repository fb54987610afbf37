#include "core/ui/chats.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mr_chats {
    struct mr_chat *list[MR_LIMIT_CHATS];
    size_t count;
    struct mr_chat *current;
    size_t keep;
};

static void chat_free(const struct mr_chats *chats, struct mr_chat *chat)
{
    mr_chat_clear(chats, chat);
    free(chat->lines);
    free(chat->draft);
    free(chat);
}

int mr_chats_new(size_t scrollback, struct mr_chats **out)
{
    struct mr_chats *chats = calloc(1, sizeof *chats);
    int err = chats ? MR_OK : MR_ENOMEM;

    *out = NULL;
    if (err == MR_OK) {
        chats->keep = scrollback ? scrollback : 1;
        err = mr_chats_open(chats, MR_CHAT_LOBBY, MR_CHAT_LOBBY_NAME, &chats->current);
    }
    if (err < 0) {
        free(chats);
        return err;
    }
    *out = chats;
    return MR_OK;
}

void mr_chats_free(struct mr_chats *chats)
{
    if (!chats) {
        return;
    }
    for (size_t i = 0; i < chats->count; i++) {
        chat_free(chats, chats->list[i]);
    }
    free(chats);
}

size_t mr_chats_count(const struct mr_chats *chats)
{
    return chats->count;
}

struct mr_chat *mr_chats_at(const struct mr_chats *chats, size_t index)
{
    return index < chats->count ? chats->list[index] : NULL;
}

struct mr_chat *mr_chats_current(const struct mr_chats *chats)
{
    return chats->current;
}

size_t mr_chats_index(const struct mr_chats *chats, const struct mr_chat *chat)
{
    size_t i = 0;

    while (i < chats->count && chats->list[i] != chat) {
        i++;
    }
    return i;
}

struct mr_chat *mr_chats_find(const struct mr_chats *chats, const char *name)
{
    if (name[0] == '\0') {
        return chats->list[0];
    }
    for (size_t i = 0; i < chats->count; i++) {
        if (strcmp(chats->list[i]->name, name) == 0) {
            return chats->list[i];
        }
    }
    return NULL;
}

int mr_chats_open(struct mr_chats *chats, enum mr_chat_kind kind, const char *name,
                  struct mr_chat **out)
{
    struct mr_chat *chat = chats->count ? mr_chats_find(chats, name) : NULL;

    /* Rooms of old may have somebody called Lobby, whose whispers are not the lobby's talk. */
    if (chat && chat->kind == MR_CHAT_LOBBY && kind != MR_CHAT_LOBBY) {
        *out = NULL;
        return MR_EEXISTS;
    }
    *out = chat;
    if (chat) {
        return MR_OK;
    }
    if (chats->count == MR_LIMIT_CHATS || strlen(name) >= sizeof chat->name) {
        return MR_ELIMIT;
    }
    chat = calloc(1, sizeof *chat);
    if (chat) {
        chat->lines = calloc(chats->keep, sizeof *chat->lines);
    }
    if (!chat || !chat->lines) {
        free(chat);
        return MR_ENOMEM;
    }
    chat->kind = kind;
    snprintf(chat->name, sizeof chat->name, "%s", name);
    chats->list[chats->count++] = chat;
    *out = chat;
    return MR_OK;
}

int mr_chats_close(struct mr_chats *chats, struct mr_chat *chat)
{
    size_t index = mr_chats_index(chats, chat);

    if (chat->kind == MR_CHAT_LOBBY || index == chats->count) {
        return MR_EINVAL;
    }
    if (chats->current == chat) {
        mr_chats_switch(chats, chats->list[0]);
    }
    chats->count--;
    memmove(&chats->list[index], &chats->list[index + 1],
            (chats->count - index) * sizeof chats->list[0]);
    chat_free(chats, chat);
    return MR_OK;
}

void mr_chats_switch(struct mr_chats *chats, struct mr_chat *chat)
{
    chats->current = chat;
    chat->unread = 0;
    chat->mentioned = false;
}

struct mr_chat *mr_chats_next_unread(const struct mr_chats *chats)
{
    size_t here = mr_chats_index(chats, chats->current);
    struct mr_chat *other = NULL;

    for (size_t i = 1; i < chats->count; i++) {
        struct mr_chat *chat = chats->list[(here + i) % chats->count];

        if (chat->unread && chat->mentioned) {
            return chat;
        }
        if (chat->unread && !other) {
            other = chat;
        }
    }
    return other;
}

int mr_chats_add_line(struct mr_chats *chats, struct mr_chat *chat, const char *line, bool counts,
                      bool mention)
{
    char *copy = strdup(line);

    if (!copy) {
        return MR_ENOMEM;
    }
    if (chat->count == chats->keep) {
        free(chat->lines[chat->first]);
        chat->first = (chat->first + 1) % chats->keep;
        chat->count--;
    }
    chat->lines[(chat->first + chat->count) % chats->keep] = copy;
    chat->count++;
    if (counts && chat != chats->current) {
        chat->unread++;
        chat->mentioned = chat->mentioned || mention;
    }
    return MR_OK;
}

const char *mr_chat_line(const struct mr_chats *chats, const struct mr_chat *chat, size_t index)
{
    return index < chat->count ? chat->lines[(chat->first + index) % chats->keep] : NULL;
}

void mr_chat_clear(const struct mr_chats *chats, struct mr_chat *chat)
{
    for (size_t i = 0; i < chat->count; i++) {
        free(chat->lines[(chat->first + i) % chats->keep]);
    }
    chat->first = chat->count = 0;
}

int mr_chat_keep_draft(struct mr_chat *chat, const char *text, size_t point)
{
    char *copy = text && text[0] ? strdup(text) : NULL;

    if (text && text[0] && !copy) {
        return MR_ENOMEM;
    }
    free(chat->draft);
    chat->draft = copy;
    chat->draft_point = copy ? point : 0;
    return MR_OK;
}
