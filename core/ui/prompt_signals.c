/* The size of the terminal, Ctrl-C and Ctrl-Z. Readline's own handlers are off: they do less than
 * is needed while messages arrive. */
#include <moonroom/errors.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <readline/readline.h>

#include "core/base/str.h"
#include "core/ui/chats.h"
#include "core/ui/prompt_state.h"

/* Columns of a prompt, without what stands between its marks. */
static size_t prompt_width(const char *text)
{
    size_t width = 0;

    for (const char *at = text; *at;) {
        size_t len = strcspn(at, MR_PROMPT_MARK_BEGIN);

        width += mr_str_width(at, len);
        at += len;
        at += strcspn(at, MR_PROMPT_MARK_END);
        at += *at == MR_PROMPT_MARK_END[0];
    }
    return width;
}

/* The cursor is that many columns behind the beginning of the prompt; the terminal has folded the
 * line anew, so it is column / width rows below it. */
static void go_to_prompt(const struct mr_prompt *prompt, int columns)
{
    size_t column = prompt->secret_text
                        ? mr_str_width(prompt->secret_text, strlen(prompt->secret_text))
                        : prompt_width(rl_prompt ? rl_prompt : "") +
                              mr_str_width(rl_line_buffer, (size_t)rl_point);
    size_t up = column / (size_t)columns;

    if (up > 0) {
        fprintf(rl_outstream, "\x1b[%zuA", up);
    }
    fputs("\r\x1b[J", rl_outstream);
}

void mr_prompt_check_size(struct mr_prompt *prompt)
{
    struct winsize size;

    if (!prompt->installed || prompt->lent || prompt->nowhere ||
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0 ||
        (size.ws_col == prompt->columns && size.ws_row == prompt->rows)) {
        return;
    }
    prompt->columns = size.ws_col;
    prompt->rows = size.ws_row;
    if (!prompt->in_line && !prompt->dumb && !prompt->hidden) {
        go_to_prompt(prompt, size.ws_col);
    }
    rl_set_screen_size(size.ws_row, size.ws_col);
    if (!prompt->in_line && !prompt->hidden) {
        mr_prompt_show(prompt);
        fflush(rl_outstream);
    }
    prompt->callbacks.on_resize(prompt->ctx, size.ws_col, size.ws_row);
}

static void on_winch(void *ctx)
{
    struct mr_prompt *prompt = ctx;

    mr_prompt_check_size(prompt);
}

static void on_int(void *ctx)
{
    struct mr_prompt *prompt = ctx;

    if (prompt->lent) {
        return; /* it is for the program that has the terminal */
    }
    bool empty = prompt->secret_text ? prompt->secret.len == 0 : rl_end == 0;

    mr_prompt_flush(prompt);
    if (!prompt->secret_text) {
        rl_callback_sigcleanup();
        rl_free_line_state(); /* draws the line, so it comes before the line goes */
        rl_clear_visible_line();
        rl_replace_line("", 1);
        rl_point = rl_mark = 0;
        rl_on_new_line();
        rl_redisplay();
        fflush(rl_outstream);
    }
    prompt->callbacks.on_interrupt(prompt->ctx, empty);
}

/* Ctrl-S would stop our output, and with it everything, until Ctrl-Q; here it searches forward. */
void mr_prompt_free_ctrl_s(void)
{
    struct termios modes;

    if (tcgetattr(STDIN_FILENO, &modes) == 0 && (modes.c_iflag & IXON)) {
        modes.c_iflag &= ~(tcflag_t)IXON;
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
    }
}

static void take_terminal(struct mr_prompt *prompt)
{
    if (tcgetpgrp(STDIN_FILENO) != getpgrp()) {
        return;
    }
    rl_prep_terminal(1);
    mr_prompt_free_ctrl_s();
    mr_prompt_check_size(prompt);
    mr_prompt_show(prompt);
    fflush(rl_outstream);
}

/* Stops as the shell expects it; goes on here when the shell says so. */
static void on_tstp(void *ctx)
{
    struct mr_prompt *prompt = ctx;

    if (prompt->lent) {
        kill(getpid(), SIGSTOP); /* with the program that has the terminal */
        return;
    }

    mr_prompt_flush(prompt);
    mr_prompt_hide(prompt);
    rl_deprep_terminal();
    fflush(rl_outstream);
    kill(getpid(), SIGSTOP);
    take_terminal(prompt);
}

/* After a stop that we did not see coming, the shell has set its own modes. */
static void on_cont(void *ctx)
{
    struct mr_prompt *prompt = ctx;

    if (!prompt->lent && tcgetpgrp(STDIN_FILENO) == getpgrp()) {
        mr_prompt_hide(prompt);
        rl_deprep_terminal();
        take_terminal(prompt);
    }
}

void mr_prompt_lend(struct mr_prompt *prompt)
{
    mr_prompt_flush(prompt);
    mr_prompt_hide(prompt);
    prompt->hidden = true;
    prompt->lent = true;
    mr_prompt_keys_rest(prompt);
    rl_deprep_terminal();
    fflush(rl_outstream);
}

void mr_prompt_take_back(struct mr_prompt *prompt)
{
    char text[96];

    prompt->lent = false;
    (void)mr_prompt_keys_resume(prompt);
    take_terminal(prompt);
    if (prompt->unshown > 0) {
        snprintf(text, sizeof text, "%zu more lines came meanwhile; the chat log has them.\n",
                 prompt->unshown);
        prompt->unshown = 0;
        mr_prompt_print(prompt, text);
    }
    mr_prompt_schedule(prompt);
}

int mr_prompt_signals_start(struct mr_prompt *prompt)
{
    static const struct {
        int number;
        mr_loop_fn *fn;
    } table[MR_PROMPT_SIGNALS] = {
        {SIGWINCH, on_winch}, {SIGINT, on_int}, {SIGTSTP, on_tstp}, {SIGCONT, on_cont}};
    int err = MR_OK;

    for (size_t i = 0; i < MR_PROMPT_SIGNALS && err == MR_OK; i++) {
        err = mr_signal_start(prompt->loop, table[i].number, table[i].fn, prompt,
                              &prompt->signals[i]);
    }
    return err;
}

void mr_prompt_signals_stop(struct mr_prompt *prompt)
{
    for (size_t i = 0; i < MR_PROMPT_SIGNALS; i++) {
        mr_signal_stop(&prompt->signals[i]);
    }
}
