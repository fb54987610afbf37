#include "core/lua/link.h"

#include <errno.h>
#include <moonroom/errors.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/lua/memory.h"
#include "core/lua/value.h"

enum { READ_BYTES = 65536, LATER_BYTES = 16384, LATER_US = 1000 };

/* What the core may have ready for us while it waits for us to read: its queue, and what is on the
 * way. */
enum { IN_BYTES = MR_LIMIT_RPC_LINE + 2 * MR_LIMIT_SCRIPT_QUEUE };

/* A socket that may be written to (POLLOUT) takes as much without making us wait: the kernel calls
 * it writable once three quarters of its buffer are free. */
enum { WRITE_BYTES = 16384 };

struct mr_link_message {
    struct mr_link_message *next;
    cJSON *json;
};

void mr_link_init(struct mr_link *link, int fd)
{
    *link = (struct mr_link){.fd = fd};
    mr_buf_init(&link->in, IN_BYTES);
    mr_buf_init(&link->out, (size_t)MR_LIMIT_RPC_LINE);
    mr_buf_init(&link->later, (size_t)MR_LIMIT_RPC_LINE + LATER_BYTES);
}

void mr_link_free(struct mr_link *link)
{
    while (link->first) {
        struct mr_link_message *message = link->first;
        link->first = message->next;
        cJSON_Delete(message->json);
        free(message);
    }
    mr_buf_free(&link->in);
    mr_buf_free(&link->out);
    mr_buf_free(&link->later);
}

/* Reads once. The end of the link is the end of this process. */
static void read_more(struct mr_link *link)
{
    uint8_t *place = mr_buf_reserve(&link->in, READ_BYTES);
    if (!place) {
        mr_memory_die(MR_LUA_EXIT_LINK, "a line from the core is too long");
    }
    ssize_t got = read(link->fd, place, READ_BYTES);
    if (got > 0) {
        mr_buf_commit(&link->in, (size_t)got);
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
        _exit(MR_LUA_EXIT_OK);
    }
}

void mr_link_pause(struct mr_link *link, int milliseconds)
{
    struct pollfd wait = {.fd = link->fd, .events = POLLIN};
    mr_link_flush(link);
    (void)poll(&wait, 1, milliseconds);
}

static bool readable(const struct mr_link *link)
{
    struct pollfd wait = {.fd = link->fd, .events = POLLIN};
    return poll(&wait, 1, 0) > 0;
}

/* The next whole line as a message; NULL when there is none yet. */
static cJSON *take_line(struct mr_link *link)
{
    const char *data = mr_buf_str(&link->in);
    size_t len = mr_buf_len(&link->in);
    const char *end = memchr(data + link->scanned, '\n', len - link->scanned);
    if (!end) {
        link->scanned = len;
        return NULL;
    }
    size_t line = (size_t)(end - data);
    const char *why = "";
    cJSON *json = mr_value_parse(data, line, &why);
    if (!cJSON_IsObject(json)) {
        mr_memory_die(MR_LUA_EXIT_LINK, "a line from the core is no JSON object");
    }
    mr_buf_consume(&link->in, line + 1);
    link->scanned = 0;
    return json;
}

static cJSON *read_message(struct mr_link *link, bool wait)
{
    cJSON *json = take_line(link);
    if (!json) {
        mr_link_flush(link);
        json = take_line(link); /* writing may have read some */
    }
    while (!json && (wait || readable(link))) {
        read_more(link);
        json = take_line(link);
    }
    return json;
}

cJSON *mr_link_next(struct mr_link *link, bool wait)
{
    struct mr_link_message *message = link->first;
    if (!message) {
        return read_message(link, wait);
    }
    link->first = message->next;
    if (!link->first) {
        link->last = NULL;
    }
    cJSON *json = message->json;
    free(message);
    return json;
}

static void keep(struct mr_link *link, cJSON *json)
{
    struct mr_link_message *message = mr_memory_take(sizeof *message);
    *message = (struct mr_link_message){.json = json};
    if (link->last) {
        link->last->next = message;
    } else {
        link->first = message;
    }
    link->last = message;
}

static bool answers(const cJSON *json, uint64_t id)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(json, "id");
    return !cJSON_GetObjectItemCaseSensitive(json, "method") && cJSON_IsNumber(number) &&
           number->valuedouble == (double)id;
}

cJSON *mr_link_answer(struct mr_link *link, uint64_t id)
{
    for (;;) {
        cJSON *json = read_message(link, true);
        if (answers(json, id)) {
            return json;
        }
        keep(link, json);
    }
}

int mr_link_begin_request(struct mr_link *link, const char *method, uint64_t *id)
{
    *id = ++link->last_id;
    mr_buf_clear(&link->out);
    return mr_buf_printf(&link->out,
                         "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":",
                         (unsigned long long)*id, method);
}

int mr_link_begin_notification(struct mr_link *link, const char *method)
{
    mr_buf_clear(&link->out);
    return mr_buf_printf(&link->out, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":", method);
}

int mr_link_begin_answer(struct mr_link *link, int64_t id)
{
    mr_buf_clear(&link->out);
    return mr_buf_printf(&link->out, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":", (long long)id);
}

/* The core reads nothing from us while it has too much for us that we have not read: while it takes
 * nothing, we read, or both would wait for ever. */
static void wait_to_write(struct mr_link *link)
{
    bool full = mr_buf_len(&link->in) + READ_BYTES > IN_BYTES;
    struct pollfd wait = {.fd = link->fd, .events = (short)(full ? POLLOUT : POLLOUT | POLLIN)};
    while (poll(&wait, 1, -1) <= 0 || !(wait.revents & POLLOUT)) {
        if (wait.revents & POLLIN) {
            read_more(link);
            full = mr_buf_len(&link->in) + READ_BYTES > IN_BYTES;
            wait.events = (short)(full ? POLLOUT : POLLOUT | POLLIN);
        } else if (wait.revents & (POLLHUP | POLLERR)) {
            _exit(MR_LUA_EXIT_OK);
        }
        wait.revents = 0;
    }
}

static void write_all(struct mr_link *link, const struct mr_buf *buf)
{
    const uint8_t *data = mr_buf_data(buf);
    size_t len = mr_buf_len(buf);
    while (len > 0) {
        wait_to_write(link);
        ssize_t put = write(link->fd, data, len < WRITE_BYTES ? len : WRITE_BYTES);
        if (put >= 0) {
            data += put;
            len -= (size_t)put;
        } else if (errno != EINTR && errno != EAGAIN) {
            _exit(MR_LUA_EXIT_OK);
        }
    }
}

void mr_link_flush(struct mr_link *link)
{
    write_all(link, &link->later);
    mr_buf_clear(&link->later);
}

int mr_link_send(struct mr_link *link)
{
    int err = mr_buf_append_str(&link->out, "}\n");
    if (err < 0) {
        return err;
    }
    mr_link_flush(link);
    write_all(link, &link->out);
    return MR_OK;
}

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int mr_link_send_later(struct mr_link *link)
{
    int err = mr_buf_append_str(&link->out, "}\n");
    if (err < 0) {
        return err;
    }
    uint64_t now = now_us();
    if (mr_buf_len(&link->later) == 0) {
        link->later_us = now;
    }
    err = mr_buf_append(&link->later, mr_buf_data(&link->out), mr_buf_len(&link->out));
    if (err == MR_OK &&
        (mr_buf_len(&link->later) >= LATER_BYTES || now - link->later_us >= LATER_US)) {
        mr_link_flush(link);
    }
    return err;
}

int mr_link_send_error(struct mr_link *link, int64_t id, int err, const char *text)
{
    char cut[4096];
    size_t len = mr_utf8_cut(text, strlen(text), sizeof cut - 1);
    memcpy(cut, text, len);
    cut[len] = '\0';
    if (!mr_utf8_valid(cut, len)) {
        cut[0] = '\0';
    }
    mr_buf_clear(&link->out);
    int result = mr_buf_printf(&link->out,
                               "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"error\":{\"code\":%d,"
                               "\"data\":{\"code\":\"%s\"},\"message\":",
                               (long long)id, err - 32000, mr_error_name(err));
    if (result == MR_OK) {
        result = mr_value_write_string(&link->out, cut, strlen(cut));
    }
    if (result == MR_OK) {
        result = mr_buf_append_str(&link->out, "}");
    }
    return result == MR_OK ? mr_link_send(link) : result;
}
