#include "core/ui/ui.h"

#include <langinfo.h>
#include <locale.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/runtime/json.h"
#include "core/ui/editor.h"
#include "core/ui/parts.h"

static void look_at_terminal(struct mr_ui *ui)
{
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
        /* Terminals of today show UTF-8 also where the locale does not say so. */
        setlocale(LC_CTYPE, "C.UTF-8");
    }
    ui->terminal = (struct mr_style_terminal){
        .tty = ui->kind == MR_UI_PROMPT,
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .term = getenv("TERM"),
        .no_color = getenv("NO_COLOR"),
    };
    mr_style_load(&ui->style, ui->core->settings, &ui->terminal);
    if (ui->kind != MR_UI_PROMPT || ui->stage.shown) {
        mr_style_init(&ui->style, "off", &ui->terminal);
        ui->style.time_format[0] = '\0';
    }
}

static void load_history(struct mr_ui *ui)
{
    for (size_t i = 0; ui->prompt && i < mr_history_count(ui->history); i++) {
        mr_prompt_add_history(ui->prompt, mr_history_at(ui->history, i));
    }
}

static int make_history(struct mr_ui *ui)
{
    int64_t max = mr_settings_int(ui->core->settings, "history.lines");
    char *path = NULL;

    if (ui->kind == MR_UI_PROMPT) {
        path = mr_paths_join(ui->core->paths->state, "history");
        if (!path) {
            return MR_ENOMEM;
        }
    }
    int err = mr_history_new(path, max > 0 ? (size_t)max : 0, &ui->history);

    free(path);
    return err;
}

/* A colour is free text for the settings; here is where it is known what it means. */
static void check_color(struct mr_ui *ui, const char *setting)
{
    char sgr[MR_STYLE_SGR];

    if (strcmp(setting, "color.names") != 0 &&
        mr_style_parse(mr_settings_string(ui->core->settings, setting), sgr) < 0) {
        mr_ui_tell(ui, MR_ROLE_ERROR,
                   "%s is no colour that is known, so the usual one is shown. Colours are black, "
                   "red, green, yellow, blue, magenta, cyan, white, 0 to 255 and none, with bold, "
                   "underline or bright before them.",
                   mr_settings_string(ui->core->settings, setting));
    }
}

static void on_setting(void *ctx, const char *name, const cJSON *data)
{
    struct mr_ui *ui = ctx;
    const char *setting = mr_json_string(data, "name");

    (void)name;
    if (setting && strncmp(setting, "color.", 6) == 0) {
        check_color(ui, setting);
    }
    if (ui->kind == MR_UI_PROMPT && !ui->stage.shown && setting &&
        (strncmp(setting, "color", 5) == 0 || strcmp(setting, "time.format") == 0)) {
        mr_style_load(&ui->style, ui->core->settings, &ui->terminal);
        mr_ui_update_prompt(ui);
    } else if (setting && strcmp(setting, "history.lines") == 0) {
        int64_t max = mr_settings_int(ui->core->settings, "history.lines");

        mr_history_set_max(ui->history, max > 0 ? (size_t)max : 0);
    }
}

static int make_parts(struct mr_ui *ui)
{
    int64_t scrollback = mr_settings_int(ui->core->settings, "chat.scrollback");
    int err = mr_chats_new(scrollback > 0 ? (size_t)scrollback : 1, &ui->chats);

    if (err == MR_OK) {
        err = make_history(ui);
    }
    if (err == MR_OK) {
        err = mr_asks_new(mr_ui_ask_changed, ui, &ui->asks);
    }
    if (err == MR_OK) {
        err = mr_enter_new(ui, &ui->enter);
    }
    if (err == MR_OK) {
        err = mr_tab_new(ui, &ui->tab);
    }
    if (err == MR_OK) {
        err = mr_ui_show_start(ui);
    }
    if (err == MR_OK) {
        err = mr_hooks_listen(ui->core->hooks, "setting", 0, ui, on_setting, ui, NULL);
    }
    if (err == MR_OK) {
        err = mr_ui_methods_new(ui, &ui->methods);
    }
    return err;
}

static int make_prompt(struct mr_ui *ui)
{
    struct mr_loop *loop = ui->core->loop;
    int err = ui->stage.shown ? mr_prompt_new_unseen(loop, &mr_ui_prompt_callbacks, ui,
                                                     ui->stage.keys, &ui->prompt)
                              : mr_prompt_new(loop, &mr_ui_prompt_callbacks, ui, &ui->prompt);

    if (err == MR_OK) {
        load_history(ui);
        mr_ui_prompt_callbacks.on_key(ui); /* the idle time begins now */
        mr_ui_update_prompt(ui);
    }
    return err;
}

static int ui_new(struct mr_core *core, enum mr_ui_kind kind, const struct mr_ui_stage *stage,
                  struct mr_ui **out)
{
    struct mr_ui *ui = calloc(1, sizeof *ui);

    *out = NULL;
    if (!ui) {
        return MR_ENOMEM;
    }
    ui->core = core;
    ui->kind = kind;
    ui->stage = *stage;
    look_at_terminal(ui);
    int err = make_parts(ui);

    if (err == MR_OK && kind == MR_UI_PROMPT) {
        err = make_prompt(ui);
    } else if (err == MR_OK && kind == MR_UI_PLAIN) {
        err = mr_plain_new(ui, &ui->plain);
    }
    if (err < 0) {
        mr_ui_free(ui);
        return err;
    }
    *out = ui;
    return MR_OK;
}

int mr_ui_new(struct mr_core *core, enum mr_ui_kind kind, struct mr_ui **out)
{
    const struct mr_ui_stage none = {.keys = -1};

    return ui_new(core, kind, &none, out);
}

int mr_ui_new_on_stage(struct mr_core *core, const struct mr_ui_stage *stage, struct mr_ui **out)
{
    return ui_new(core, MR_UI_PROMPT, stage, out);
}

const char *mr_ui_question(const struct mr_ui *ui)
{
    return ui->asking ? mr_asks_prompt(ui->asks) : NULL;
}

const char *mr_ui_line(const struct mr_ui *ui)
{
    return ui->prompt ? mr_prompt_line(ui->prompt, NULL) : "";
}

void mr_ui_free(struct mr_ui *ui)
{
    if (!ui) {
        return;
    }
    ui->closing = true;
    mr_hooks_remove_owner(ui->core->hooks, ui);
    mr_filters_forget(ui->core->filters, ui);
    while (ui->asks && mr_asks_current(ui->asks)) {
        mr_asks_cancel(ui->asks);
    }
    mr_ui_edit_stop(ui);
    mr_ui_methods_free(ui->methods);
    mr_enter_free(ui->enter);
    mr_tab_free(ui->tab);
    mr_plain_free(ui->plain);
    mr_timer_stop(&ui->idle);
    mr_timer_stop(&ui->ask_later);
    mr_timer_stop(&ui->hold);
    mr_prompt_free(ui->prompt);
    mr_asks_free(ui->asks);
    mr_history_free(ui->history);
    mr_chats_free(ui->chats);
    free(ui->kept_line);
    free(ui);
}

int mr_ui_enter(struct mr_ui *ui, const struct mr_ui_entry *entry)
{
    return mr_enter_begin(ui->enter, entry);
}

void mr_ui_say(struct mr_ui *ui, bool error, const char *text)
{
    mr_ui_tell(ui, error ? MR_ROLE_ERROR : MR_ROLE_INFO, "%s", text);
}
