/* Keys: bytes of the terminal are read here, cut into keys and pastes, and only then given to
 * readline.
 *
 * Readline's own paste command waits for the end of the paste and with it stops everything, and its
 * reading of a character of several bytes waits for the rest. So readline is only given what is
 * complete; what stays incomplete for a moment is taken as it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <readline/readline.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/ui/prompt_state.h"

static const char paste_begin[] = "\x1b[200~";
static const char paste_end[] = "\x1b[201~";

enum { MARK = sizeof paste_begin - 1 };

int mr_prompt_next_key(struct mr_prompt *prompt)
{
    int key = '\a'; /* readline wants more than there is: give up what was begun */

    if (mr_buf_len(&prompt->keys) > 0) {
        key = mr_buf_data(&prompt->keys)[0];
        mr_buf_consume(&prompt->keys, 1);
    }
    return key;
}

/* --- pastes -------------------------------------------------------------------------------------
 */

/* Adds the printable part of what was pasted: CR LF and CR become LF, tabs blanks, other controls
 * go. */
static void paste_add(struct mr_prompt *prompt, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t c = bytes[i];
        uint8_t last = mr_buf_len(&prompt->paste)
                           ? mr_buf_data(&prompt->paste)[mr_buf_len(&prompt->paste) - 1]
                           : 0;
        int err = MR_OK;

        if (c == '\t') {
            err = mr_buf_append_str(&prompt->paste, "    ");
        } else if (c == '\r') {
            err = mr_buf_append_byte(&prompt->paste, '\r');
        } else if (c == '\n' && last == '\r') {
            continue;
        } else if (c >= 0x20 && c != 0x7f) {
            err = mr_buf_append_byte(&prompt->paste, c);
        } else if (c == '\n') {
            err = mr_buf_append_byte(&prompt->paste, '\r');
        }
        prompt->paste_cut = prompt->paste_cut || err < 0;
    }
}

static void paste_finish(struct mr_prompt *prompt)
{
    bool cut = prompt->paste_cut;
    struct mr_buf taken = prompt->paste;

    mr_timer_stop(&prompt->paste_quiet);
    prompt->pasting = prompt->paste_cut = false;
    mr_buf_init(&prompt->paste, MR_LIMIT_INPUT_LINE);

    /* CR stood for the end of a line so far; readline sends it as that key. */
    for (size_t i = 0; i < mr_buf_len(&taken); i++) {
        char *at = (char *)taken.memory + taken.start + i;

        *at = *at == '\r' ? '\n' : *at;
    }
    size_t valid = mr_utf8_cut(mr_buf_str(&taken), mr_buf_len(&taken), mr_buf_len(&taken));

    cut = cut || valid < mr_buf_len(&taken);
    mr_buf_truncate(&taken, valid);
    if (prompt->secret_text) {
        mr_prompt_secret_paste(prompt, mr_buf_str(&taken));
    } else if (mr_buf_len(&taken) > 0 || cut) {
        prompt->callbacks.on_paste(prompt->ctx, mr_buf_str(&taken), cut);
    }
    mr_buf_wipe(&taken);
}

static void paste_timed_out(void *ctx)
{
    struct mr_prompt *prompt = ctx;

    paste_finish(prompt);
    mr_prompt_flush(prompt);
}

/* How many bytes at the end could be the beginning of the mark that ends a paste. */
static size_t partial_mark(const uint8_t *bytes, size_t len)
{
    for (size_t n = len < MARK - 1 ? len : MARK - 1; n > 0; n--) {
        if (memcmp(bytes + len - n, paste_end, n) == 0) {
            return n;
        }
    }
    return 0;
}

/* Takes what belongs to the paste from the front of the keys. */
static void paste_keys(struct mr_prompt *prompt)
{
    const uint8_t *bytes = mr_buf_data(&prompt->keys);
    size_t len = mr_buf_len(&prompt->keys);
    const uint8_t *end = memmem(bytes, len, paste_end, MARK);

    mr_timer_stop(&prompt->paste_quiet);
    if (end) {
        paste_add(prompt, bytes, (size_t)(end - bytes));
        mr_buf_consume(&prompt->keys, (size_t)(end - bytes) + MARK);
        paste_finish(prompt);
        return;
    }
    len -= partial_mark(bytes, len);
    paste_add(prompt, bytes, len);
    mr_buf_consume(&prompt->keys, len);
    if (mr_timer_start(prompt->loop, MR_LIMIT_PASTE_QUIET, 0, paste_timed_out, prompt,
                       &prompt->paste_quiet) < 0) {
        paste_finish(prompt);
    }
}

/* --- keys ---------------------------------------------------------------------------------------
 */

static size_t character_length(uint8_t first)
{
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}

/* Whether the keys begin with something whose rest is still to come. */
static bool incomplete(const struct mr_prompt *prompt)
{
    const uint8_t *bytes = mr_buf_data(&prompt->keys);
    size_t len = mr_buf_len(&prompt->keys);

    if (len < MARK && memcmp(bytes, paste_begin, len) == 0) {
        return true;
    }
    return len < character_length(bytes[0]);
}

/* Readline looks ahead while it inserts; it must not see the beginning of a paste. */
bool mr_prompt_has_key(const struct mr_prompt *prompt)
{
    size_t len = mr_buf_len(&prompt->keys);

    return len > 0 && !incomplete(prompt) &&
           !(len >= MARK && memcmp(mr_buf_data(&prompt->keys), paste_begin, MARK) == 0);
}

static void cap_line(void)
{
    if (rl_end > MR_LIMIT_TYPED_LINE) {
        size_t keep = mr_utf8_cut(rl_line_buffer, (size_t)rl_end, MR_LIMIT_TYPED_LINE);

        rl_delete_text((int)keep, rl_end);
        rl_point = rl_point > rl_end ? rl_end : rl_point;
        rl_ding();
        rl_redisplay();
    }
}

static void handle_keys(struct mr_prompt *prompt, bool complete);

static void key_timed_out(void *ctx)
{
    struct mr_prompt *prompt = ctx;

    handle_keys(prompt, true);
}

/* One key, or one piece of a paste. False: wait for more. */
static bool handle_key(struct mr_prompt *prompt, bool complete)
{
    const uint8_t *bytes = mr_buf_data(&prompt->keys);
    size_t len = mr_buf_len(&prompt->keys);

    if (prompt->pasting) {
        paste_keys(prompt);
        return !prompt->pasting;
    }
    if (len >= MARK && memcmp(bytes, paste_begin, MARK) == 0) {
        mr_buf_consume(&prompt->keys, MARK);
        prompt->pasting = true;
        paste_keys(prompt);
        return !prompt->pasting;
    }
    if (!complete && incomplete(prompt)) {
        return false;
    }
    if (prompt->secret_text) {
        mr_buf_consume(&prompt->keys, mr_prompt_secret_key(prompt, (const char *)bytes, len));
    } else {
        if (prompt->hidden) {
            mr_prompt_flush(prompt);
        }
        rl_callback_read_char();
        cap_line();
        mr_prompt_after_line(prompt);
    }
    return true;
}

static void handle_keys(struct mr_prompt *prompt, bool complete)
{
    mr_timer_stop(&prompt->key_quiet);
    mr_prompt_flush(prompt);
    while (mr_buf_len(&prompt->keys) > 0 && !prompt->keys_held && handle_key(prompt, complete)) {
    }
    if (mr_buf_len(&prompt->keys) > 0 && !prompt->pasting && !prompt->keys_held) {
        mr_timer_start(prompt->loop, MR_LIMIT_KEY_QUIET, 0, key_timed_out, prompt,
                       &prompt->key_quiet);
    }
    /* What was typed may have been a secret. */
    if (mr_buf_len(&prompt->keys) == 0) {
        mr_buf_wipe(&prompt->keys);
    }
    mr_prompt_flush(prompt);
}

/* --- keys that are held -------------------------------------------------------------------------
 */

static void keys_due(void *ctx)
{
    struct mr_prompt *prompt = ctx;

    mr_timer_stop(&prompt->keys_due);
    handle_keys(prompt, false);
}

void mr_prompt_hold_keys(struct mr_prompt *prompt)
{
    prompt->keys_held = true;
}

bool mr_prompt_holds_keys(const struct mr_prompt *prompt)
{
    return prompt->keys_held;
}

void mr_prompt_release_keys(struct mr_prompt *prompt)
{
    prompt->keys_held = false;
    if (mr_buf_len(&prompt->keys) > 0 && !prompt->keys_due) {
        mr_timer_start(prompt->loop, 0, 0, keys_due, prompt, &prompt->keys_due);
    }
}

bool mr_prompt_drop_keys(struct mr_prompt *prompt)
{
    bool any = mr_buf_len(&prompt->keys) > 0;

    prompt->keys_held = false;
    mr_buf_wipe(&prompt->keys);
    return any;
}

/* --- the terminal -------------------------------------------------------------------------------
 */

static void readable(void *ctx)
{
    struct mr_prompt *prompt = ctx;
    uint8_t bytes[4096];
    ssize_t n = read(prompt->keys_fd, bytes, sizeof bytes);

    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n <= 0) {
        mr_watch_stop(&prompt->input);
        prompt->callbacks.on_hangup(prompt->ctx);
        return;
    }
    prompt->callbacks.on_key(prompt->ctx);
    if (mr_buf_append(&prompt->keys, bytes, (size_t)n) == MR_OK) {
        handle_keys(prompt, false);
    }
    mr_wipe(bytes, sizeof bytes);
}

void mr_prompt_keys_rest(struct mr_prompt *prompt)
{
    mr_watch_stop(&prompt->input);
}

int mr_prompt_keys_resume(struct mr_prompt *prompt)
{
    int err = mr_watch_start(prompt->loop, prompt->keys_fd, readable, prompt, &prompt->input);

    /* The watch has made the terminal non-blocking, for input and output alike, and output would be
     * lost when the terminal is slow. We only read when there is something. */
    if (err == MR_OK) {
        int flags = fcntl(prompt->keys_fd, F_GETFL);

        if (flags >= 0) {
            fcntl(prompt->keys_fd, F_SETFL, flags & ~O_NONBLOCK);
        }
    }
    return err;
}

int mr_prompt_keys_start(struct mr_prompt *prompt)
{
    mr_buf_init(&prompt->keys, MR_LIMIT_INPUT_LINE);
    mr_buf_init(&prompt->paste, MR_LIMIT_INPUT_LINE);
    return mr_prompt_keys_resume(prompt);
}

void mr_prompt_keys_stop(struct mr_prompt *prompt)
{
    mr_watch_stop(&prompt->input);
    mr_timer_stop(&prompt->key_quiet);
    mr_timer_stop(&prompt->keys_due);
    mr_timer_stop(&prompt->paste_quiet);
    mr_buf_wipe(&prompt->keys);
    mr_buf_wipe(&prompt->paste);
    mr_secret_free(&prompt->secret);
}
