/* Plain input: each line of standard input is said, or run when it is a command. Lines wait in the
 * pipe while the room is slower than they come. At the end: leave once all is sent and answered. */
#include <errno.h>
#include <fcntl.h>
#include <moonroom/errors.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/api/record.h"
#include "core/base/buf.h"
#include "core/ui/parts.h"

enum { POLL_MS = 5, SETTLE_MS = 150 };

struct mr_plain {
    struct mr_ui *ui;
    struct mr_buf input;
    struct mr_watch *watch;
    struct mr_timer *timer; /* to look again: at a file, or whether all was sent */
    struct mr_timer *deadline;
    bool started, ended;
    bool is_file;  /* cannot be watched, is always readable */
    bool skipping; /* the rest of a line that was too long */
    bool commands; /* some were run: what they ask may come a moment later */
    bool leaving;
};

static void pump(void *ctx);

static void look_again(struct mr_plain *plain, uint64_t ms)
{
    mr_timer_stop(&plain->timer);
    (void)mr_timer_start(plain->ui->core->loop, ms, 0, pump, plain, &plain->timer);
}

static void quit(void *ctx)
{
    struct mr_plain *plain = ctx;
    struct mr_core *core = plain->ui->core;

    mr_timer_stop(&plain->deadline);
    core->quit(core->quit_ctx, 0);
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void readable(void *ctx)
{
    struct mr_plain *plain = ctx;
    char bytes[4096];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n > 0 && mr_buf_append(&plain->input, bytes, (size_t)n) < 0) {
        mr_buf_clear(&plain->input);
        plain->skipping = true;
    }
    if (n <= 0) {
        plain->ended = true;
        mr_watch_stop(&plain->watch);
    }
    pump(plain);
}

static void watch(struct mr_plain *plain)
{
    if (plain->watch || plain->ended || plain->is_file) {
        return;
    }
    if (mr_watch_start(plain->ui->core->loop, STDIN_FILENO, readable, plain, &plain->watch) < 0) {
        plain->is_file = true;
        return;
    }
    /* Standard output may be the same terminal or socket, and must not become non-blocking. */
    int flags = fcntl(STDIN_FILENO, F_GETFL);

    if (flags >= 0) {
        fcntl(STDIN_FILENO, F_SETFL, flags & ~O_NONBLOCK);
    }
}

/* --- lines --------------------------------------------------------------------------------------
 */

static void submit(struct mr_plain *plain, char *line, size_t len)
{
    if (len > 0 && line[len - 1] == '\r') {
        line[--len] = '\0';
    }
    if (plain->skipping) {
        plain->skipping = false;
        mr_ui_tell(plain->ui, MR_ROLE_ERROR, "A line of more than %d bytes was not sent.",
                   MR_LIMIT_INPUT_LINE);
    } else if (memchr(line, '\0', len)) {
        mr_ui_tell(plain->ui, MR_ROLE_ERROR, "A line with a NUL in it was not sent.");
    } else {
        plain->commands = plain->commands || line[0] == '/';
        mr_recorder_typed(plain->ui->core->recorder, line);
        mr_ui_submit(plain->ui, line);
    }
}

/* Takes one line from the input; the last may lack its LF. False if there is none. */
static bool take_line(struct mr_plain *plain)
{
    const uint8_t *bytes = mr_buf_data(&plain->input);
    size_t len = mr_buf_len(&plain->input);
    const uint8_t *end = len ? memchr(bytes, '\n', len) : NULL;
    size_t n = end ? (size_t)(end - bytes) : len;

    if (len == 0 || (!end && !plain->ended)) {
        return false;
    }
    char *line = malloc(n + 1);

    if (line) {
        memcpy(line, bytes, n);
        line[n] = '\0';
    }
    mr_buf_consume(&plain->input, end ? n + 1 : n);
    if (line) {
        submit(plain, line, n);
    }
    free(line);
    return true;
}

/* --- the end ------------------------------------------------------------------------------------
 */

static void ping(struct mr_plain *plain);

/* Whether all that came in has been shown: it may still be with the filters. */
static bool is_shown(const struct mr_ui *ui)
{
    return mr_filters_count(ui->core->filters, MR_FILTER_INCOMING) == 0 &&
           mr_filters_count(ui->core->filters, MR_FILTER_DISPLAY) == 0;
}

static void quit_when_shown(void *ctx)
{
    struct mr_plain *plain = ctx;

    mr_timer_stop(&plain->timer);
    if (is_shown(plain->ui) || mr_timer_start(plain->ui->core->loop, POLL_MS, 0, quit_when_shown,
                                              plain, &plain->timer) < 0) {
        quit(plain);
    }
}

static void ponged(void *ctx, int err, const char *text, const cJSON *value)
{
    struct mr_plain *plain = ctx;

    (void)text;
    (void)value;
    if (err == MR_OK && plain->commands) {
        plain->commands = false;
        look_again(plain, SETTLE_MS);
    } else if (mr_session_state(plain->ui->core->session) == MR_SESSION_ONLINE) {
        quit_when_shown(plain);
    }
}

static void ping(struct mr_plain *plain)
{
    char why[MR_UI_WHY];

    if (mr_session_request(plain->ui->core->session, MR_REQUEST_PING, NULL, MR_LIMIT_LEAVE_TIME,
                           ponged, plain, why, sizeof why) < 0) {
        quit(plain);
    }
}

/* Whether more may be read. Others have lines on their way as well: a strategy that finds one block
 * after the other must not keep the input waiting for ever. */
static bool is_caught_up(const struct mr_ui *ui)
{
    return mr_session_caught_up(ui->core->session) &&
           mr_filters_count(ui->core->filters, MR_FILTER_INPUT) == 0;
}

static void pump(void *ctx)
{
    struct mr_plain *plain = ctx;

    mr_timer_stop(&plain->timer);
    if (!plain->started) {
        return;
    }
    while (is_caught_up(plain->ui) && take_line(plain)) {
    }
    if (!is_caught_up(plain->ui) || plain->ui->commands_waiting > 0) {
        /* Nothing more is read while what was read waits: the writer feels it. */
        mr_watch_stop(&plain->watch);
        look_again(plain, POLL_MS);
    } else if (!plain->ended) {
        watch(plain);
        if (plain->is_file) {
            readable(plain);
        }
    } else {
        if (!plain->leaving) {
            plain->leaving = true;
            (void)mr_timer_start(plain->ui->core->loop, MR_LIMIT_LEAVE_TIME, 0, quit, plain,
                                 &plain->deadline);
        }
        if (mr_session_flushed(plain->ui->core->session)) {
            ping(plain);
        } else {
            look_again(plain, POLL_MS);
        }
    }
}

void mr_plain_start(struct mr_plain *plain)
{
    if (!plain->started) {
        plain->started = true;
        look_again(plain, 0);
    }
}

int mr_plain_new(struct mr_ui *ui, struct mr_plain **out)
{
    struct mr_plain *plain = calloc(1, sizeof *plain);

    *out = plain;
    if (!plain) {
        return MR_ENOMEM;
    }
    plain->ui = ui;
    mr_buf_init(&plain->input, (size_t)MR_LIMIT_INPUT_LINE + 4096);
    return MR_OK;
}

void mr_plain_free(struct mr_plain *plain)
{
    if (!plain) {
        return;
    }
    mr_watch_stop(&plain->watch);
    mr_timer_stop(&plain->timer);
    mr_timer_stop(&plain->deadline);
    mr_buf_free(&plain->input);
    free(plain);
}
