/* Pasted text: one line goes to the cursor; several are sent only when the user says so, each as a
 * message of its own, never as a command. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/safe_text.h"
#include "core/ui/parts.h"

struct paste {
    struct mr_ui *ui;
    char *text;
};

static void send_lines(struct mr_ui *ui, const char *text)
{
    unsigned number = 0;

    for (const char *at = text; *at;) {
        size_t len = strcspn(at, "\n");
        char *line = strndup(at, len);

        number++;
        if (line && line[0] == '/') {
            mr_ui_tell(ui, MR_ROLE_ERROR,
                       "Line %u begins with / and was not sent: a paste never runs commands.",
                       number);
        } else if (line) {
            mr_ui_submit(ui, line);
        }
        free(line);
        at += len + (at[len] == '\n');
    }
}

static void answered(void *ctx, int err, const struct mr_answer *answer)
{
    struct paste *paste = ctx;

    if (err == MR_OK && answer->yes) {
        send_lines(paste->ui, paste->text);
    } else if (!paste->ui->closing) {
        mr_ui_tell(paste->ui, MR_ROLE_INFO, "Nothing of the paste was sent.");
    }
    free(paste->text);
    free(paste);
}

static void show(struct mr_ui *ui, const char *text)
{
    struct mr_buf lines;

    mr_buf_init(&lines, (size_t)MR_LIMIT_SHOWN_TEXT * 4);
    if (mr_view_text(&ui->style, MR_ROLE_PLAIN, "paste", text, false, &lines) == MR_OK) {
        mr_ui_print(ui, mr_buf_str(&lines));
    }
    mr_buf_free(&lines);
}

static void ask(struct mr_ui *ui, const char *text, size_t count)
{
    struct paste *paste = calloc(1, sizeof *paste);
    char question[128];

    if (paste) {
        paste->ui = ui;
        paste->text = strdup(text);
    }
    if (!paste || !paste->text) {
        free(paste);
        return;
    }
    show(ui, text);
    snprintf(question, sizeof question, "Send these %zu lines to %s, one message each?", count,
             mr_chats_current(ui->chats)->name);
    const struct mr_question row = {MR_ASK_YES_NO, question, "no"};

    if (mr_asks_add(ui->asks, &row, answered, paste, NULL) < 0) {
        free(paste->text);
        free(paste);
    }
}

static size_t count_lines(const char *text)
{
    size_t count = 0;

    for (const char *at = text; *at; count++) {
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    return count;
}

void mr_ui_pasted(struct mr_ui *ui, const char *text, bool cut)
{
    size_t len = strlen(text);
    size_t point = 0;
    size_t typed = strlen(mr_prompt_line(ui->prompt, &point));

    while (len > 0 && text[len - 1] == '\n') {
        len--;
    }
    char *trimmed = strndup(text, len);

    if (!trimmed) {
        return;
    }
    bool several = strchr(trimmed, '\n') != NULL;

    if (ui->asking) {
        trimmed[strcspn(trimmed, "\n")] = '\0';
        mr_prompt_replace(ui->prompt, point, point, trimmed);
    } else if (cut || (several && count_lines(trimmed) > MR_LIMIT_PASTE_LINES)) {
        mr_ui_tell(ui, MR_ROLE_ERROR, "This paste is too long: at most %d lines and %d bytes.",
                   MR_LIMIT_PASTE_LINES, MR_LIMIT_INPUT_LINE);
    } else if (several) {
        ask(ui, trimmed, count_lines(trimmed));
    } else if (typed + len > MR_LIMIT_TYPED_LINE) {
        mr_ui_tell(ui, MR_ROLE_ERROR, "This paste is too long for one line: at most %d bytes.",
                   MR_LIMIT_TYPED_LINE);
    } else {
        mr_prompt_replace(ui->prompt, point, point, trimmed);
    }
    free(trimmed);
}
