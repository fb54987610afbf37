/* The prompt as text: where you are and what is unread. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>

#include "core/ui/chats.h"

static int styled(const struct mr_style *style, enum mr_role role, const char *text,
                  struct mr_buf *out)
{
    const char *open = mr_style_open(style, role);

    if (!open[0]) {
        return mr_buf_append_str(out, text);
    }
    return mr_buf_printf(out,
                         MR_PROMPT_MARK_BEGIN "%s" MR_PROMPT_MARK_END "%s" MR_PROMPT_MARK_BEGIN
                                              "%s" MR_PROMPT_MARK_END,
                         open, text, mr_style_close(style));
}

/* " [bob:2 Lobby:14]" into text, as long as it fits; "+3" stands for the chats that did not. */
static void unread_list(const struct mr_chats *chats, size_t room, char *text, size_t size)
{
    size_t used = 0;
    unsigned left_out = 0;

    text[0] = '\0';
    for (size_t i = 0; i < mr_chats_count(chats); i++) {
        const struct mr_chat *chat = mr_chats_at(chats, i);
        char item[MR_LIMIT_NAME + 32];

        if (!chat->unread) {
            continue;
        }
        snprintf(item, sizeof item, "%s%s:%u%s", used ? " " : " [", chat->name, chat->unread,
                 chat->mentioned && chat->kind == MR_CHAT_LOBBY ? "!" : "");
        if (used + strlen(item) + 6 > room || used + strlen(item) + 6 > size) {
            left_out++;
            continue;
        }
        used += (size_t)snprintf(text + used, size - used, "%s", item);
    }
    if (left_out) {
        used += (size_t)snprintf(text + used, size - used, "%s+%u", used ? " " : " [", left_out);
    }
    if (used) {
        snprintf(text + used, size - used, "]");
    }
}

int mr_chats_prompt(const struct mr_chats *chats, const struct mr_style *style, const char *note,
                    size_t columns, struct mr_buf *out)
{
    char unread[256];
    int err = styled(style, MR_ROLE_TITLE, mr_chats_current(chats)->name, out);

    unread_list(chats, columns / 2, unread, sizeof unread);
    if (err == MR_OK && note) {
        err = mr_buf_printf(out, " (%s)", note);
    }
    if (err == MR_OK && unread[0]) {
        err = styled(style, MR_ROLE_UNREAD, unread, out);
    }
    return err == MR_OK ? mr_buf_append_str(out, " > ") : err;
}
