/* A secret is typed past readline: its bytes are never in the line, the undo list or the history.
 */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "core/base/limits.h"
#include "core/ui/prompt_state.h"

int mr_prompt_begin_secret(struct mr_prompt *prompt, const char *text)
{
    char *copy = strdup(text);

    if (!copy) {
        return MR_ENOMEM;
    }
    mr_prompt_end_secret(prompt);
    int err = mr_secret_init(&prompt->secret, MR_LIMIT_PASSWORD);

    if (err < 0) {
        free(copy);
        return err;
    }
    if (!prompt->in_line) {
        mr_prompt_hide(prompt);
        prompt->hidden = true;
        mr_prompt_schedule(prompt);
    }
    prompt->secret_text = copy;
    prompt->secret_due = prompt->in_line;
    return MR_OK;
}

void mr_prompt_end_secret(struct mr_prompt *prompt)
{
    if (!prompt->secret_text) {
        return;
    }
    fputc('\n', rl_outstream);
    free(prompt->secret_text);
    prompt->secret_text = NULL;
    mr_secret_free(&prompt->secret);
    /* What comes next may be another question: the line is drawn once that is known. */
    if (!prompt->in_line) {
        prompt->hidden = true;
        mr_prompt_schedule(prompt);
    }
}

void mr_prompt_secret_draw(struct mr_prompt *prompt)
{
    fputs(prompt->secret_text, rl_outstream);
}

static void drop_last_character(struct mr_secret *secret)
{
    size_t len = secret->len;

    while (len > 0 && (secret->bytes[len - 1] & 0xc0) == 0x80) {
        len--;
    }
    mr_secret_truncate(secret, len > 0 ? len - 1 : 0);
}

static void finish(struct mr_prompt *prompt)
{
    struct mr_secret typed = prompt->secret;

    if (typed.len == 0) {
        return;
    }
    memset(&prompt->secret, 0, sizeof prompt->secret);
    mr_prompt_end_secret(prompt);
    prompt->callbacks.on_secret(prompt->ctx, &typed);
    mr_secret_free(&typed);
}

/* The length of an arrow or function key, none of which means anything here. */
static size_t escape_length(const char *keys, size_t len)
{
    size_t n = 2;

    if (len < 2 || (keys[1] != '[' && keys[1] != 'O')) {
        return len < 2 ? len : 2;
    }
    while (n < len && !(keys[n] >= 0x40 && keys[n] <= 0x7e)) {
        n++;
    }
    return n < len ? n + 1 : len;
}

size_t mr_prompt_secret_key(struct mr_prompt *prompt, const char *keys, size_t len)
{
    unsigned char key = (unsigned char)keys[0];

    switch (key) {
    case '\r':
    case '\n':
        finish(prompt);
        return 1;
    case 0x7f:
    case '\b':
        drop_last_character(&prompt->secret);
        return 1;
    case 0x15: /* Ctrl-U */
        mr_secret_clear(&prompt->secret);
        return 1;
    case 0x04: /* Ctrl-D */
        if (prompt->secret.len == 0) {
            prompt->callbacks.on_interrupt(prompt->ctx, true);
        }
        return 1;
    case 0x1b:
        return escape_length(keys, len);
    default:
        if (key >= 0x20 && mr_secret_append(&prompt->secret, keys, 1) < 0) {
            rl_ding();
        }
        return 1;
    }
}

void mr_prompt_secret_paste(struct mr_prompt *prompt, const char *text)
{
    if (mr_secret_append(&prompt->secret, text, strcspn(text, "\n")) < 0) {
        rl_ding();
    }
}
