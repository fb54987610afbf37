#include "core/ui/editor.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/runtime/child.h"
#include "core/runtime/json.h"

enum { COMMAND = 1024, PATH_MAX_BYTES = 4096, NOT_FOUND = 127, NOT_RUN = 126 };

/* The editor that has the terminal, or is about to get it. */
struct mr_editor {
    struct mr_ui *ui;
    struct mr_call *call;
    struct mr_child *child; /* NULL: not yet */
    struct mr_timer *begin;
    char path[PATH_MAX_BYTES];
};

static const char *editor_name(void)
{
    static const char *const variables[] = {"VISUAL", "EDITOR"};
    for (size_t i = 0; i < 2; i++) {
        const char *value = getenv(variables[i]);

        if (value && value[0] && strlen(value) < COMMAND - 16) {
            return value;
        }
    }
    return access("/usr/bin/editor", X_OK) == 0 ? "/usr/bin/editor" : "vi";
}

static void finish(struct mr_editor *editor, int err, const char *text)
{
    struct mr_ui *ui = editor->ui;
    struct mr_call *call = editor->call;

    ui->editor = NULL;
    mr_timer_stop(&editor->begin);
    mr_child_free(&editor->child);
    free(editor);
    if (err < 0) {
        mr_call_fail(call, err, "%s", text);
    } else {
        mr_call_return(call, cJSON_CreateTrue());
    }
}

static void on_exit_status(void *ctx, int64_t status, int signum)
{
    struct mr_editor *editor = ctx;
    char why[COMMAND * 2];

    mr_prompt_take_back(editor->ui->prompt);
    (void)signum; /* ended by Ctrl-C, say: what it has saved counts */
    if (status == NOT_FOUND || status == NOT_RUN) {
        snprintf(why, sizeof why,
                 "The editor %s could not be run; the variables VISUAL and EDITOR name another.",
                 editor_name());
        finish(editor, MR_ENOTFOUND, why);
    } else {
        finish(editor, MR_OK, "");
    }
}

/* From the loop: a command that was typed is still being handled by readline before. What stands in
 * VISUAL may have options, as other programs take it: a shell reads it. */
static void begin(void *ctx)
{
    struct mr_editor *editor = ctx;
    struct mr_ui *ui = editor->ui;
    const char *name = editor_name();
    char command[COMMAND];
    static const int terminal[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};

    snprintf(command, sizeof command, "%s \"$@\"", name);
    const char *argv[] = {"sh", "-c", command, name, editor->path, NULL};
    const struct mr_child_options options = {
        .file = "/bin/sh", .argv = argv, .fds = terminal, .fds_count = 3, .foreground = true};

    mr_timer_stop(&editor->begin);
    mr_prompt_lend(ui->prompt);
    int err = mr_child_start(ui->core->loop, &options, on_exit_status, editor, &editor->child);

    if (err < 0) {
        mr_prompt_take_back(ui->prompt);
        finish(editor, err, mr_error_text(err));
    }
}

void mr_ui_edit(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_ui *ui = ctx;
    const struct mr_caller *caller = mr_call_caller(call);
    const char *path = mr_json_string(params, "path");

    if (!caller || mr_caller_kind(caller) != MR_CALLER_USER) {
        mr_call_fail(call, MR_EDENIED, "Only the user opens an editor: /script edit NAME.");
        return;
    }
    if (!ui->prompt || ui->stage.shown || ui->editor) {
        mr_call_fail(call, ui->editor ? MR_EBUSY : MR_EUNSUPPORTED, "%s",
                     ui->editor ? "An editor has the terminal already." : "There is no terminal.");
        return;
    }
    struct mr_editor *editor = calloc(1, sizeof *editor);

    if (!editor) {
        mr_call_fail(call, MR_ENOMEM, "%s", mr_error_text(MR_ENOMEM));
        return;
    }
    editor->ui = ui;
    editor->call = call;
    ui->editor = editor;
    if (snprintf(editor->path, sizeof editor->path, "%s", path) >= (int)sizeof editor->path) {
        finish(editor, MR_ELIMIT, "The path is too long.");
        return;
    }
    int err = mr_timer_start(ui->core->loop, 0, 0, begin, editor, &editor->begin);

    if (err < 0) {
        finish(editor, err, mr_error_text(err));
    }
}

void mr_ui_edit_stop(struct mr_ui *ui)
{
    if (ui->editor) {
        if (ui->editor->child) {
            mr_prompt_take_back(ui->prompt);
        }
        finish(ui->editor, MR_ECANCELED, mr_error_text(MR_ECANCELED));
    }
}
