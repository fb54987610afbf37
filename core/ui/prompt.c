#include "core/ui/prompt.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "core/base/limits.h"
#include "core/ui/prompt_state.h"

/* Readline calls back without a context: this is the one way from its globals to ours. */
static struct mr_prompt *the_prompt;

enum { UNSEEN_ROWS = 24, UNSEEN_COLUMNS = 80 };

/* --- what readline calls ------------------------------------------------------------------------
 */

struct mr_prompt *mr_prompt_of_readline(void)
{
    return the_prompt;
}

static int next_key(FILE *stream)
{
    (void)stream;
    return mr_prompt_next_key(the_prompt);
}

static int key_available(void)
{
    return mr_prompt_has_key(the_prompt);
}

static int press_tab(int count, int key)
{
    (void)count;
    (void)key;
    the_prompt->callbacks.on_tab(the_prompt->ctx);
    return 0;
}

static int press_unread(int count, int key)
{
    (void)count;
    (void)key;
    the_prompt->callbacks.on_chat_key(the_prompt->ctx, 0);
    return 0;
}

static int press_chat(int count, int key)
{
    (void)count;
    if (key >= '1' && key <= '9') {
        the_prompt->callbacks.on_chat_key(the_prompt->ctx, key - '0');
    }
    return 0;
}

static int press_enter(int count, int key)
{
    if (the_prompt->callbacks.vanishes(the_prompt->ctx, rl_line_buffer)) {
        rl_clear_visible_line();
        rl_on_new_line();
    }
    return rl_newline(count, key);
}

static void line_entered(char *line)
{
    struct mr_prompt *prompt = the_prompt;

    prompt->in_line = true;
    if (line) {
        prompt->callbacks.on_line(prompt->ctx, line);
    } else {
        prompt->callbacks.on_end(prompt->ctx);
    }
    mr_prompt_flush(prompt);
    prompt->in_line = false;
    free(line);
}

/* --- set-up -------------------------------------------------------------------------------------
 */

static void bind(const char *keys, rl_command_func_t *fn)
{
    rl_bind_keyseq_in_map(keys, fn, emacs_standard_keymap);
    rl_bind_keyseq_in_map(keys, fn, vi_insertion_keymap);
}

/* Before readline reads the user's inputrc, so that what stands there wins. */
static void bind_keys(void)
{
    rl_add_defun("moonroom-complete", press_tab, -1);
    rl_add_defun("moonroom-chat", press_chat, -1);
    rl_add_defun("moonroom-next-unread", press_unread, -1);
    rl_add_defun("moonroom-enter", press_enter, -1);
    bind("\\t", press_tab);
    bind("\\C-m", press_enter);
    bind("\\C-j", press_enter);
    rl_bind_keyseq_in_map("\\C-m", press_enter, vi_movement_keymap);
    rl_bind_keyseq_in_map("\\C-j", press_enter, vi_movement_keymap);
    bind("\\ea", press_unread);
    bind("\\eA", press_unread);
    for (const char *digit = "123456789"; *digit; digit++) {
        char keys[] = {'\\', 'e', *digit, '\0'};

        bind(keys, press_chat);
    }
}

static void set_up_readline(struct mr_prompt *prompt)
{
    rl_readline_name = "moonroom";
    rl_instream = prompt->nowhere ? prompt->nowhere : stdin;
    rl_outstream = prompt->nowhere ? prompt->nowhere : stdout;
    /* Written in one piece when it is flushed: no half of a screen is ever seen. */
    setvbuf(rl_outstream, NULL, _IOFBF, 65536);
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_getc_function = next_key;
    rl_input_available_hook = key_available;
    if (prompt->nowhere) {
        rl_prep_term_function = NULL;
    }
    bind_keys();
    rl_initialize();
    if (prompt->nowhere) {
        rl_set_screen_size(UNSEEN_ROWS, UNSEEN_COLUMNS);
    }
    rl_get_screen_size(&prompt->rows, &prompt->columns);
    rl_callback_handler_install(prompt->text, line_entered);
    if (!prompt->nowhere) {
        mr_prompt_free_ctrl_s();
    }
    /* The terminal stays ours between two lines: no key is echoed by the kernel meanwhile. */
    rl_deprep_term_function = NULL;
    using_history();
    prompt->installed = true;
}

/* nowhere: where it draws without a terminal; taken over. */
static int prompt_new(struct mr_loop *loop, const struct mr_prompt_callbacks *callbacks, void *ctx,
                      int keys, FILE *nowhere, struct mr_prompt **out)
{
    const char *term = getenv("TERM");
    struct mr_prompt *prompt = the_prompt ? NULL : calloc(1, sizeof *prompt);

    if (!prompt) {
        if (nowhere) {
            fclose(nowhere);
        }
        return the_prompt ? MR_EBUSY : MR_ENOMEM;
    }
    prompt->loop = loop;
    prompt->keys_fd = keys;
    prompt->nowhere = nowhere;
    prompt->callbacks = *callbacks;
    prompt->ctx = ctx;
    prompt->dumb = !term || !term[0] || strcmp(term, "dumb") == 0;
    prompt->text = strdup("> ");
    mr_buf_init(&prompt->output, (size_t)MR_LIMIT_SHOWN_TEXT * 4);
    the_prompt = prompt;
    int err = prompt->text ? mr_prompt_keys_start(prompt) : MR_ENOMEM;

    if (err == MR_OK && !nowhere) {
        err = mr_prompt_signals_start(prompt);
    }
    if (err == MR_OK) {
        set_up_readline(prompt);
        *out = prompt;
    } else {
        mr_prompt_free(prompt);
    }
    return err;
}

int mr_prompt_new(struct mr_loop *loop, const struct mr_prompt_callbacks *callbacks, void *ctx,
                  struct mr_prompt **out)
{
    *out = NULL;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return MR_EUNSUPPORTED;
    }
    return prompt_new(loop, callbacks, ctx, STDIN_FILENO, NULL, out);
}

int mr_prompt_new_unseen(struct mr_loop *loop, const struct mr_prompt_callbacks *callbacks,
                         void *ctx, int keys, struct mr_prompt **out)
{
    FILE *nowhere = fopen("/dev/null", "r+e");

    *out = NULL;
    return nowhere ? prompt_new(loop, callbacks, ctx, keys, nowhere, out) : MR_EIO;
}

void mr_prompt_free(struct mr_prompt *prompt)
{
    if (!prompt) {
        return;
    }
    if (prompt->installed) {
        mr_prompt_unbind_all(prompt);
        mr_prompt_end_secret(prompt);
        mr_prompt_flush(prompt);
        mr_prompt_hide(prompt);
        rl_callback_handler_remove();
        rl_deprep_terminal();
        rl_clear_history();
        fflush(rl_outstream);
    }
    mr_prompt_signals_stop(prompt);
    mr_prompt_keys_stop(prompt);
    mr_timer_stop(&prompt->flush);
    mr_buf_free(&prompt->output);
    free(prompt->next_line);
    free(prompt->text);
    if (prompt->nowhere) {
        fclose(prompt->nowhere);
        rl_instream = stdin;
        rl_outstream = stdout;
    }
    free(prompt);
    the_prompt = NULL;
}

/* --- drawing ------------------------------------------------------------------------------------
 */

void mr_prompt_hide(struct mr_prompt *prompt)
{
    if (prompt->hidden) {
        return;
    }
    if (prompt->secret_text) {
        fputs(prompt->dumb ? "\n" : "\r\x1b[J", rl_outstream);
    } else {
        rl_clear_visible_line();
    }
}

void mr_prompt_show(struct mr_prompt *prompt)
{
    prompt->hidden = false;
    if (prompt->secret_text) {
        mr_prompt_secret_draw(prompt);
    } else {
        rl_on_new_line();
        rl_redisplay();
    }
}

/* While one of these goes on, the prompt's place shows something else. */
static bool readline_busy(void)
{
    return RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG |
                      RL_STATE_SEARCH) != 0;
}

static void write_output(struct mr_prompt *prompt)
{
    fwrite(mr_buf_data(&prompt->output), 1, mr_buf_len(&prompt->output), rl_outstream);
    mr_buf_clear(&prompt->output);
}

void mr_prompt_flush(struct mr_prompt *prompt)
{
    bool text_due = prompt->new_text && !readline_busy();

    mr_timer_stop(&prompt->flush);
    if (!prompt->installed || prompt->lent) {
        return;
    }
    mr_prompt_check_size(prompt);
    if (prompt->in_line || (RL_ISSTATE(RL_STATE_DONE) && !prompt->secret_text)) {
        write_output(prompt);
        if (prompt->new_text) {
            rl_set_prompt(prompt->text);
            prompt->new_text = false;
        }
    } else if (mr_buf_len(&prompt->output) > 0 || text_due || prompt->hidden) {
        mr_prompt_hide(prompt);
        write_output(prompt);
        if (text_due) {
            rl_set_prompt(prompt->text);
            prompt->new_text = false;
        }
        mr_prompt_show(prompt);
    } else if (prompt->redraw && !prompt->secret_text) {
        rl_redisplay();
    }
    prompt->redraw = false;
    fflush(rl_outstream);
}

static void flush_due(void *ctx)
{
    mr_prompt_flush(ctx);
}

void mr_prompt_schedule(struct mr_prompt *prompt)
{
    if (!prompt->flush &&
        mr_timer_start(prompt->loop, 0, 0, flush_due, prompt, &prompt->flush) < 0) {
        mr_prompt_flush(prompt);
    }
}

void mr_prompt_print(struct mr_prompt *prompt, const char *lines)
{
    size_t len = strlen(lines);

    if (mr_buf_append(&prompt->output, lines, len) < 0) {
        mr_prompt_flush(prompt);
        if (mr_buf_append(&prompt->output, lines, len) < 0) {
            prompt->unshown++;
            return;
        }
    }
    if (mr_buf_len(&prompt->output) > 65536) {
        mr_prompt_flush(prompt);
    } else {
        mr_prompt_schedule(prompt);
    }
}

void mr_prompt_set(struct mr_prompt *prompt, const char *text)
{
    char *copy = NULL;

    if (strcmp(text, prompt->text) == 0 || !(copy = strdup(text))) {
        return;
    }
    free(prompt->text);
    prompt->text = copy;
    prompt->new_text = true;
    mr_prompt_schedule(prompt);
}

int mr_prompt_columns(const struct mr_prompt *prompt)
{
    return prompt->columns;
}

int mr_prompt_rows(const struct mr_prompt *prompt)
{
    return prompt->rows;
}

void mr_prompt_clear_screen(struct mr_prompt *prompt)
{
    if (!prompt->dumb) {
        mr_prompt_print(prompt, "\x1b[H\x1b[2J");
    }
}

void mr_prompt_bell(struct mr_prompt *prompt)
{
    (void)prompt;
    fputc('\a', rl_outstream);
    fflush(rl_outstream);
}

/* --- the line -----------------------------------------------------------------------------------
 */

const char *mr_prompt_line(const struct mr_prompt *prompt, size_t *point)
{
    /* Inside the line handler readline still holds the line that was just entered. */
    if (prompt->in_line) {
        if (point) {
            *point = prompt->next_line ? prompt->next_point : 0;
        }
        return prompt->next_line ? prompt->next_line : "";
    }
    if (point) {
        *point = (size_t)rl_point;
    }
    return rl_line_buffer ? rl_line_buffer : "";
}

bool mr_prompt_typed(const struct mr_prompt *prompt)
{
    return prompt->secret_text ? prompt->secret.len > 0 : mr_prompt_line(prompt, NULL)[0] != '\0';
}

/* Ends a search or a half-typed key, which hold a line of their own. */
static void settle(void)
{
    if (readline_busy() || RL_ISSTATE(RL_STATE_MULTIKEY | RL_STATE_CHARSEARCH)) {
        rl_callback_sigcleanup();
    }
}

void mr_prompt_set_line(struct mr_prompt *prompt, const char *text, size_t point)
{
    size_t len = strlen(text);

    if (prompt->in_line) {
        free(prompt->next_line);
        prompt->next_line = strdup(text);
        prompt->next_point = point;
        return;
    }
    settle();
    rl_replace_line(text, 1);
    rl_point = (int)(point < len ? point : len);
    rl_mark = 0;
    prompt->redraw = true;
    mr_prompt_schedule(prompt);
}

void mr_prompt_after_line(struct mr_prompt *prompt)
{
    char *line = prompt->next_line;

    prompt->next_line = NULL;
    if (line) {
        mr_prompt_set_line(prompt, line, prompt->next_point);
        free(line);
    }
    if (prompt->secret_due) {
        prompt->secret_due = false;
        rl_clear_visible_line();
        mr_prompt_show(prompt);
    }
}

void mr_prompt_replace(struct mr_prompt *prompt, size_t start, size_t end, const char *text)
{
    if (start > end || end > (size_t)rl_end ||
        (size_t)rl_end - (end - start) + strlen(text) > MR_LIMIT_TYPED_LINE) {
        return;
    }
    if (readline_busy()) {
        rl_callback_sigcleanup();
    }
    rl_begin_undo_group();
    rl_delete_text((int)start, (int)end);
    rl_point = (int)start;
    rl_insert_text(text);
    rl_end_undo_group();
    prompt->redraw = true;
    mr_prompt_schedule(prompt);
}

void mr_prompt_add_history(struct mr_prompt *prompt, const char *line)
{
    add_history(line);
    /* A line that is being typed stands behind the newest one. */
    if (!prompt->in_line) {
        using_history();
    }
}
