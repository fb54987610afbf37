/* Switching between chats, and notes to oneself. */
#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/safe_text.h"
#include "core/runtime/json.h"
#include "core/ui/parts.h"

/* Keeps what is being typed with the chat it was typed in. */
static void keep_draft(struct mr_ui *ui, struct mr_chat *chat)
{
    size_t point = ui->kept_point;
    const char *line = ui->kept_line;

    if (!ui->asking) {
        line = mr_prompt_line(ui->prompt, &point);
    }
    (void)mr_chat_keep_draft(chat, line, point);
}

/* Gives the draft of a chat back to be typed on, now or when the question is answered. */
static void take_draft(struct mr_ui *ui, struct mr_chat *chat)
{
    if (ui->asking) {
        free(ui->kept_line);
        ui->kept_line = chat->draft;
        ui->kept_point = chat->draft_point;
        chat->draft = NULL;
    } else {
        mr_prompt_set_line(ui->prompt, chat->draft ? chat->draft : "", chat->draft_point);
        (void)mr_chat_keep_draft(chat, NULL, 0);
    }
}

/* The newest lines of a chat that fit the screen, and at least all that are unread. */
static void draw_chat(struct mr_ui *ui, struct mr_chat *chat, unsigned unread)
{
    struct mr_buf lines;
    size_t room = mr_prompt_rows(ui->prompt) > 4 ? (size_t)mr_prompt_rows(ui->prompt) - 4 : 1;
    size_t wanted = unread > room ? unread : room;
    size_t first = chat->count > wanted ? chat->count - wanted : 0;

    mr_buf_init(&lines, (size_t)MR_LIMIT_SHOWN_TEXT * 4);
    int err = mr_buf_printf(&lines, "%s-- %s --%s\n", mr_style_open(&ui->style, MR_ROLE_TITLE),
                            chat->name, mr_style_close(&ui->style));

    for (size_t i = first; i < chat->count && err == MR_OK; i++) {
        err = mr_buf_printf(&lines, "%s\n", mr_chat_line(ui->chats, chat, i));
    }
    mr_ui_print(ui, mr_buf_str(&lines));
    mr_buf_free(&lines);
}

void mr_ui_switch(struct mr_ui *ui, struct mr_chat *chat)
{
    struct mr_chat *old = mr_chats_current(ui->chats);
    unsigned unread = chat->unread;
    cJSON *data = cJSON_CreateObject();

    if (chat == old) {
        cJSON_Delete(data);
        return;
    }
    if (ui->prompt) {
        keep_draft(ui, old);
    }
    mr_chats_switch(ui->chats, chat);
    if (ui->prompt) {
        draw_chat(ui, chat, unread);
        take_draft(ui, chat);
        mr_ui_update_prompt(ui);
    }
    if (data && mr_json_set_string(data, "chat", chat->name) == MR_OK) {
        (void)mr_hooks_emit(ui->core->hooks, MR_EVENT_CHAT_SWITCHED, data);
    } else {
        cJSON_Delete(data);
    }
}

int mr_ui_note(struct mr_ui *ui, const char *text)
{
    const char *me = mr_ui_me(ui);
    cJSON *data = cJSON_CreateObject();

    if (!data || mr_json_set_string(data, "text", text) < 0 ||
        mr_json_set_string(data, "chat", me[0] ? me : "Notes") < 0) {
        cJSON_Delete(data);
        return MR_ENOMEM;
    }
    return mr_hooks_emit(ui->core->hooks, MR_EVENT_NOTE, data);
}

void mr_ui_chat_key(struct mr_ui *ui, int number)
{
    struct mr_chat *chat =
        number > 0 ? mr_chats_at(ui->chats, (size_t)number - 1) : mr_chats_next_unread(ui->chats);

    if (ui->asking) {
        return;
    }
    if (chat) {
        mr_ui_switch(ui, chat);
    } else if (number > 0) {
        mr_ui_tell(ui, MR_ROLE_INFO, "There is no chat %d. /chats lists them.", number);
    } else {
        mr_ui_tell(ui, MR_ROLE_INFO, "Nothing is unread.");
    }
}
