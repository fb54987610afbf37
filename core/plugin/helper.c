/* Helpers: child processes of a plugin that speak JSON-RPC.
 *
 * One socketpair is standard input and output of the child, another one its standard error. The end
 * is told when both the end of the link and the exit status were seen. Any callback of the plugin
 * may end the helper: while one runs it is only marked, and freed behind it.
 */
#include "core/plugin/inside.h"

#include "core/api/rpc.h"
#include "core/base/buf.h"
#include "core/runtime/child.h"
#include "core/runtime/stream.h"

#include <moonroom/errors.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct mr_helper {
    struct mr_helper *next;
    struct mr_loaded *loaded;
    struct mr_helper_options options;
    struct mr_child *child;
    struct mr_stream *link, *errors;
    struct mr_rpc *rpc;
    struct mr_buf error_line;
    bool exited, link_ended;
    bool closing; /* its questions are being answered, or on_end runs */
    bool doomed;  /* ended by the plugin meanwhile */
    int64_t status;
    int signum;
};

/* A question that is open, so that a plugin that was stopped hears of no answer. */
struct question {
    const struct mr_loaded *loaded;
    mr_plugin_answer_fn *fn;
    void *ctx;
};

/* The end ----------------------------------------------------------------------------------- */

static struct mr_helper **place_of(struct mr_loaded *loaded, const struct mr_helper *helper)
{
    struct mr_helper **at = &loaded->helpers;
    while (*at && *at != helper)
        at = &(*at)->next;
    return at;
}

static void helper_free(struct mr_helper *helper)
{
    struct mr_helper **at = place_of(helper->loaded, helper);
    if (*at) {
        *at = helper->next;
        helper->loaded->helper_count--;
    }
    mr_stream_close(&helper->link);
    mr_stream_close(&helper->errors);
    mr_child_free(&helper->child);
    mr_buf_free(&helper->error_line);
    free(helper);
}

void mr_plugin_end_helper(void *core, struct mr_helper **helper_at)
{
    struct mr_helper *helper = *helper_at;
    *helper_at = NULL;
    if (!helper || !*place_of(core, helper))
        return;
    if (helper->closing) {
        helper->doomed = true;
        return;
    }
    helper->closing = true;
    mr_rpc_free(&helper->rpc);
    helper_free(helper);
}

static void check_end(struct mr_helper *helper)
{
    if (!helper->exited || !helper->link_ended || helper->closing)
        return;
    helper->closing = true;
    mr_rpc_free(&helper->rpc);
    if (!helper->doomed && helper->options.on_end)
        helper->options.on_end(helper->options.ctx, helper->status, helper->signum);
    helper->closing = false;
    if (helper->doomed)
        helper_free(helper);
}

static void on_exit_status(void *ctx, int64_t status, int signum)
{
    struct mr_helper *helper = ctx;
    helper->exited = true;
    helper->status = status;
    helper->signum = signum;
    check_end(helper);
}

/* The link ---------------------------------------------------------------------------------- */

static void on_link_read(void *ctx, const uint8_t *bytes, size_t len)
{
    const struct mr_helper *helper = ctx;
    (void)mr_rpc_feed(helper->rpc, bytes, len, 0);
}

static void on_link_close(void *ctx, int err, const char *text)
{
    struct mr_helper *helper = ctx;
    (void)err;
    (void)text;
    helper->link_ended = true;
    if (!helper->exited)
        (void)mr_child_kill(helper->child, SIGKILL); /* without its link it is of no use */
    check_end(helper);
}

static int write_line(void *ctx, const char *line, size_t len)
{
    const struct mr_helper *helper = ctx;
    return helper->link_ended ? MR_ECLOSED : mr_stream_write(helper->link, line, len);
}

static void on_told(void *ctx, const cJSON *id, const char *method, const cJSON *params)
{
    struct mr_helper *helper = ctx;
    if (id)
        (void)mr_rpc_reply_error(helper->rpc, id, MR_EUNSUPPORTED, "a helper only answers");
    else if (helper->options.on_tell)
        helper->options.on_tell(helper->options.ctx, method, params);
}

static void on_broken(void *ctx, const char *reason)
{
    struct mr_helper *helper = ctx;
    (void)mr_plugin_complain(helper->loaded, MR_EPROTOCOL,
                             "its helper broke the protocol and is ended: %s", reason);
    (void)mr_child_kill(helper->child, SIGKILL);
}

/* Standard error ---------------------------------------------------------------------------- */

static void on_errors_read(void *ctx, const uint8_t *bytes, size_t len)
{
    struct mr_helper *helper = ctx;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != '\n') {
            (void)mr_buf_append_byte(&helper->error_line, bytes[i]); /* a long line is cut */
            continue;
        }
        (void)mr_plugin_complain(helper->loaded, MR_OK, "%s", mr_buf_str(&helper->error_line));
        mr_buf_clear(&helper->error_line);
    }
}

static void on_errors_close(void *ctx, int err, const char *text)
{
    struct mr_helper *helper = ctx;
    (void)err;
    (void)text;
    mr_stream_close(&helper->errors);
}

/* The start --------------------------------------------------------------------------------- */

/* Takes the two ends of ours over, also on failure. */
static int open_streams(struct mr_helper *helper, int link, int errors)
{
    static const struct mr_rpc_callbacks rpc = {write_line, on_told, on_broken};
    static const struct mr_stream_callbacks link_callbacks = {.on_read = on_link_read,
                                                              .on_close = on_link_close};
    static const struct mr_stream_callbacks errors_callbacks = {.on_read = on_errors_read,
                                                                .on_close = on_errors_close};
    struct mr_loop *loop = helper->loaded->core->loop;
    int err = mr_stream_open_fd(loop, link, &link_callbacks, helper, &helper->link);
    if (err < 0) {
        close(errors);
        return err;
    }
    mr_stream_set_max_queued(helper->link, MR_LIMIT_HELPER_QUEUE);
    err = mr_stream_open_fd(loop, errors, &errors_callbacks, helper, &helper->errors);
    return err < 0 ? err : mr_rpc_new(&rpc, helper, &helper->rpc);
}

static int start(struct mr_helper *helper)
{
    int link[2], errors[2];
    int err = mr_child_socketpair(link);
    if (err < 0)
        return err;
    err = mr_child_socketpair(errors);
    if (err < 0) {
        close(link[0]);
        close(link[1]);
        return err;
    }
    const int fds[] = {link[1], link[1], errors[1]};
    const struct mr_child_options options = {
        .file = helper->options.argv[0], .argv = helper->options.argv, .fds = fds, .fds_count = 3};
    err = mr_child_start(helper->loaded->core->loop, &options, on_exit_status, helper,
                         &helper->child);
    close(link[1]);
    close(errors[1]);
    if (err < 0) {
        close(link[0]);
        close(errors[0]);
        return err;
    }
    return open_streams(helper, link[0], errors[0]);
}

int mr_plugin_start_helper(void *core, const struct mr_helper_options *options,
                           struct mr_helper **out)
{
    struct mr_loaded *loaded = core;
    *out = NULL;
    if (!options || !options->argv || !options->argv[0] || options->argv[0][0] != '/')
        return mr_plugin_complain(loaded, MR_EINVAL, "a helper has no absolute path");
    if (loaded->helper_count == MR_LIMIT_PLUGIN_HELPERS)
        return mr_plugin_complain(loaded, MR_ELIMIT, "it has too many helpers");
    struct mr_helper *helper = calloc(1, sizeof *helper);
    if (!helper)
        return MR_ENOMEM;
    helper->loaded = loaded;
    helper->options = *options;
    mr_buf_init(&helper->error_line, MR_LIMIT_LOG_LINE);
    int err = start(helper);
    helper->options.argv = NULL;
    if (err < 0) {
        mr_rpc_free(&helper->rpc);
        helper_free(helper);
        return mr_plugin_complain(loaded, err, "a helper did not start: %s", mr_error_text(err));
    }
    helper->next = loaded->helpers;
    loaded->helpers = helper;
    loaded->helper_count++;
    *out = helper;
    return MR_OK;
}

/* Questions --------------------------------------------------------------------------------- */

static void on_answer(void *ctx, int err, const char *text, const cJSON *result)
{
    struct question *question = ctx;
    if (!question->loaded->stopped)
        question->fn(question->ctx, err, text, result);
    free(question);
}

int mr_plugin_ask_helper(void *core, struct mr_helper *helper, const char *method,
                         const cJSON *params, mr_plugin_answer_fn *fn, void *ctx)
{
    const struct mr_loaded *loaded = core;
    if (!helper || !method || !fn)
        return mr_plugin_complain(loaded, MR_EINVAL, "a question to a helper is not complete");
    if (!helper->rpc)
        return MR_ECLOSED;
    struct question *question = malloc(sizeof *question);
    if (!question)
        return MR_ENOMEM;
    *question = (struct question){loaded, fn, ctx};
    int err = mr_rpc_request(helper->rpc, method, params, on_answer, question, NULL);
    if (err < 0)
        free(question);
    return err;
}

int mr_plugin_tell_helper(void *core, struct mr_helper *helper, const char *method,
                          const cJSON *params)
{
    if (!helper || !method)
        return mr_plugin_complain(core, MR_EINVAL, "what a helper is told is not complete");
    return helper->rpc ? mr_rpc_notify(helper->rpc, method, params) : MR_ECLOSED;
}
