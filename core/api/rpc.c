#include "core/api/rpc.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/runtime/json.h"

/* JSON-RPC 2.0, section 5.1: the range for errors of the server is -32000 to -32099. */
enum { RPC_ERROR_BASE = -32000 };

struct request {
    struct request *next;
    uint64_t id;
    mr_rpc_answer_fn *fn;
    void *ctx;
};

struct mr_rpc {
    struct mr_rpc_callbacks callbacks;
    void *ctx;
    void (*tap)(void *ctx, const char *line, size_t len); /* NULL: nobody looks */
    struct mr_buf in;
    struct mr_buf out; /* a line that is being made */
    size_t scanned;    /* bytes of `in` known to hold no LF */
    struct request *requests;
    uint64_t last_id;
    bool broken;
    bool feeding;
    bool freed; /* in a callback of a feed: the memory goes when that feed returns */
};

int mr_rpc_new(const struct mr_rpc_callbacks *callbacks, void *ctx, struct mr_rpc **out)
{
    struct mr_rpc *rpc = calloc(1, sizeof *rpc);
    *out = rpc;
    if (!rpc) {
        return MR_ENOMEM;
    }
    rpc->callbacks = *callbacks;
    rpc->ctx = ctx;
    /* What one turn leaves waiting, besides a line that is not whole yet. */
    mr_buf_init(&rpc->in, (size_t)MR_LIMIT_RPC_LINE * 4);
    mr_buf_init(&rpc->out, MR_LIMIT_RPC_LINE);
    return MR_OK;
}

void mr_rpc_tap(struct mr_rpc *rpc, void (*fn)(void *ctx, const char *line, size_t len))
{
    rpc->tap = fn;
}

void mr_rpc_free(struct mr_rpc **rpc_at)
{
    struct mr_rpc *rpc = *rpc_at;
    if (!rpc) {
        return;
    }
    *rpc_at = NULL;
    rpc->broken = true;
    while (rpc->requests) {
        struct request *request = rpc->requests;
        rpc->requests = request->next;
        request->fn(request->ctx, MR_ECLOSED, mr_error_text(MR_ECLOSED), NULL);
        free(request);
    }
    mr_buf_free(&rpc->in);
    mr_buf_free(&rpc->out);
    rpc->freed = true;
    if (!rpc->feeding) {
        free(rpc);
    }
}

static void break_off(struct mr_rpc *rpc, const char *reason)
{
    if (!rpc->broken) {
        rpc->broken = true;
        rpc->callbacks.on_broken(rpc->ctx, reason);
    }
}

static struct request *take_request(struct mr_rpc *rpc, uint64_t id)
{
    for (struct request **at = &rpc->requests; *at; at = &(*at)->next) {
        struct request *request = *at;
        if (request->id == id) {
            *at = request->next;
            return request;
        }
    }
    return NULL;
}

static int error_of(const cJSON *error, const char **text)
{
    const char *name = mr_json_string(cJSON_GetObjectItemCaseSensitive(error, "data"), "code");
    const char *message = mr_json_string(error, "message");
    int err = name ? mr_error_by_name(name) : MR_EINTERNAL;
    *text = message ? message : mr_error_text(err);
    return err;
}

static void handle_answer(struct mr_rpc *rpc, const cJSON *message, const cJSON *id)
{
    int64_t number = 0;
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(message, "error");
    struct request *request = NULL;
    if (mr_json_is_int(id, &number) && number > 0) {
        request = take_request(rpc, (uint64_t)number);
    }
    if (!request) {
        return; /* cancelled, or an answer nobody asked for: nothing depends on it */
    }
    if (error) {
        const char *text = "";
        int err = error_of(error, &text);
        request->fn(request->ctx, err, text, NULL);
    } else {
        request->fn(request->ctx, MR_OK, "", cJSON_GetObjectItemCaseSensitive(message, "result"));
    }
    free(request);
}

static void handle_line(struct mr_rpc *rpc, const char *line, size_t len)
{
    const char *why = "";
    cJSON *message = mr_json_parse(line, len, &why);
    if (!message || !cJSON_IsObject(message)) {
        cJSON_Delete(message);
        break_off(rpc, message ? "a line is no JSON object" : why);
        return;
    }
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(message, "id");
    const char *method = mr_json_string(message, "method");
    if (id && !cJSON_IsNumber(id) && !cJSON_IsString(id) && !cJSON_IsNull(id)) {
        break_off(rpc, "an id is neither a number nor a string");
    } else if (method) {
        rpc->callbacks.on_request(rpc->ctx, id, method,
                                  cJSON_GetObjectItemCaseSensitive(message, "params"));
    } else if (id) {
        handle_answer(rpc, message, id);
    } else {
        break_off(rpc, "a line is neither a request nor an answer");
    }
    cJSON_Delete(message);
}

/* Length of the first whole line without its LF, or -1. */
static ptrdiff_t whole_line(struct mr_rpc *rpc)
{
    const uint8_t *data = mr_buf_data(&rpc->in);
    size_t len = mr_buf_len(&rpc->in);
    const uint8_t *end =
        rpc->scanned < len ? memchr(data + rpc->scanned, '\n', len - rpc->scanned) : NULL;
    if (!end) {
        rpc->scanned = len;
        return -1;
    }
    return end - data;
}

static size_t count_lines(const struct mr_rpc *rpc)
{
    size_t lines = 0;
    const uint8_t *data = mr_buf_data(&rpc->in);
    for (size_t i = 0; i < mr_buf_len(&rpc->in); i++) {
        lines += data[i] == '\n';
    }
    return lines;
}

/* Takes one line out and handles it; false when there is none, or the peer is broken or freed. */
static bool handle_next(struct mr_rpc *rpc)
{
    ptrdiff_t len = whole_line(rpc);
    if (len < 0) {
        if (mr_buf_len(&rpc->in) > MR_LIMIT_RPC_LINE) {
            break_off(rpc, "a line is longer than 256 KiB");
        }
        return false;
    }
    if (len > MR_LIMIT_RPC_LINE) {
        break_off(rpc, "a line is longer than 256 KiB");
        return false;
    }
    /* A callback may feed or free us: the line is handled from a copy of its own. */
    char *line = malloc((size_t)len + 1);
    if (!line) {
        break_off(rpc, mr_error_text(MR_ENOMEM));
        return false;
    }
    memcpy(line, mr_buf_data(&rpc->in), (size_t)len);
    line[len] = '\0';
    mr_buf_consume(&rpc->in, (size_t)len + 1);
    rpc->scanned = 0;
    if (len > 0 && rpc->tap) {
        rpc->tap(rpc->ctx, line, (size_t)len);
    }
    if (len > 0) {
        handle_line(rpc, line, (size_t)len);
    }
    free(line);
    return !rpc->broken;
}

size_t mr_rpc_feed(struct mr_rpc *rpc, const void *bytes, size_t len, size_t max_lines)
{
    if (rpc->broken) {
        return 0;
    }
    if (len > 0 && mr_buf_append(&rpc->in, bytes, len) < 0) {
        break_off(rpc, "more lines than can wait");
        return 0;
    }
    if (rpc->feeding) {
        return 0; /* the feed under way goes on with it */
    }
    rpc->feeding = true;
    bool more = true;
    for (size_t done = 0; more && (max_lines == 0 || done < max_lines); done++) {
        more = handle_next(rpc);
    }
    rpc->feeding = false;
    if (rpc->freed) {
        free(rpc);
        return 0;
    }
    return more ? count_lines(rpc) : 0;
}

static int send_message(struct mr_rpc *rpc, cJSON *message)
{
    char *text = message ? mr_json_print(message) : NULL;
    int err = MR_ENOMEM;
    if (text) {
        size_t len = strlen(text);
        text[len] = '\n'; /* the place of the NUL: the line is given with its length */
        err = len > MR_LIMIT_RPC_LINE ? MR_ELIMIT : rpc->callbacks.write(rpc->ctx, text, len + 1);
        cJSON_free(text);
    }
    cJSON_Delete(message);
    return err;
}

static cJSON *message_new(void)
{
    cJSON *message = cJSON_CreateObject();
    if (message && mr_json_set_string(message, "jsonrpc", "2.0") < 0) {
        cJSON_Delete(message);
        message = NULL;
    }
    return message;
}

/* The value stays its owner's: only a reference goes into the message. */
static int refer(cJSON *message, const char *key, const cJSON *value)
{
    if (!value) {
        return cJSON_AddNullToObject(message, key) ? MR_OK : MR_ENOMEM;
    }
    return cJSON_AddItemReferenceToObject(message, key, (cJSON *)(uintptr_t)value) ? MR_OK
                                                                                   : MR_ENOMEM;
}

static cJSON *call_new(const char *method, const cJSON *params, uint64_t id)
{
    cJSON *message = message_new();
    if (!message) {
        return NULL;
    }
    int err = MR_OK;
    if (id > 0) {
        err = mr_json_set_int(message, "id", (int64_t)id);
    }
    if (err == MR_OK) {
        err = mr_json_set_string(message, "method", method);
    }
    if (err == MR_OK && params) {
        err = refer(message, "params", params);
    }
    if (err < 0) {
        cJSON_Delete(message);
        return NULL;
    }
    return message;
}

/* Notes an open request; its number, or 0 without memory. */
static uint64_t open_request(struct mr_rpc *rpc, mr_rpc_answer_fn *fn, void *ctx)
{
    struct request *request = calloc(1, sizeof *request);
    if (!request) {
        return 0;
    }
    *request = (struct request){rpc->requests, ++rpc->last_id, fn, ctx};
    rpc->requests = request;
    return request->id;
}

static int send_text(struct mr_rpc *rpc, const char *method, const char *params, uint64_t number)
{
    mr_buf_clear(&rpc->out);
    int err = mr_buf_printf(&rpc->out,
                            "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":%s}\n",
                            (unsigned long long)number, method, params);
    return err < 0 ? err
                   : rpc->callbacks.write(rpc->ctx, mr_buf_str(&rpc->out), mr_buf_len(&rpc->out));
}

int mr_rpc_request_text(struct mr_rpc *rpc, const char *method, const char *params,
                        mr_rpc_answer_fn *fn, void *ctx)
{
    uint64_t number = open_request(rpc, fn, ctx);
    if (number == 0) {
        return MR_ENOMEM;
    }
    int err = rpc->broken ? MR_ECLOSED : send_text(rpc, method, params, number);
    if (err < 0) {
        free(take_request(rpc, number));
    }
    return err;
}

int mr_rpc_request(struct mr_rpc *rpc, const char *method, const cJSON *params,
                   mr_rpc_answer_fn *fn, void *ctx, uint64_t *id)
{
    uint64_t number = open_request(rpc, fn, ctx);
    if (number == 0) {
        return MR_ENOMEM;
    }
    int err = rpc->broken ? MR_ECLOSED : send_message(rpc, call_new(method, params, number));
    if (err < 0) {
        free(take_request(rpc, number));
        return err;
    }
    if (id) {
        *id = number;
    }
    return MR_OK;
}

void mr_rpc_cancel(struct mr_rpc *rpc, uint64_t id)
{
    free(take_request(rpc, id));
}

int mr_rpc_notify(struct mr_rpc *rpc, const char *method, const cJSON *params)
{
    return rpc->broken ? MR_ECLOSED : send_message(rpc, call_new(method, params, 0));
}

static cJSON *answer_new(const cJSON *id)
{
    cJSON *message = message_new();
    if (message && refer(message, "id", id) < 0) {
        cJSON_Delete(message);
        message = NULL;
    }
    return message;
}

int mr_rpc_reply(struct mr_rpc *rpc, const cJSON *id, const cJSON *result)
{
    cJSON *message = rpc->broken ? NULL : answer_new(id);
    if (!message) {
        return rpc->broken ? MR_ECLOSED : MR_ENOMEM;
    }
    if (refer(message, "result", result) < 0) {
        cJSON_Delete(message);
        return MR_ENOMEM;
    }
    int err = send_message(rpc, message);
    return err == MR_ELIMIT ? mr_rpc_reply_error(rpc, id, err, "the answer is too long") : err;
}

int mr_rpc_reply_error(struct mr_rpc *rpc, const cJSON *id, int err, const char *text)
{
    cJSON *message = rpc->broken ? NULL : answer_new(id);
    cJSON *error = message ? cJSON_AddObjectToObject(message, "error") : NULL;
    cJSON *data = error ? cJSON_AddObjectToObject(error, "data") : NULL;
    if (!data || mr_json_set_int(error, "code", RPC_ERROR_BASE + err) < 0 ||
        mr_json_set_string(error, "message", text) < 0 ||
        mr_json_set_string(data, "code", mr_error_name(err)) < 0) {
        cJSON_Delete(message);
        return rpc->broken ? MR_ECLOSED : MR_ENOMEM;
    }
    return send_message(rpc, message);
}
