#include "core/base/buf.h"

#include "core/base/secret.h"

#include <moonroom/errors.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

void mr_buf_init(struct mr_buf *buf, size_t max_bytes)
{
    *buf = (struct mr_buf){.max = max_bytes};
}

void mr_buf_free(struct mr_buf *buf)
{
    free(buf->memory);
    mr_buf_init(buf, buf->max);
}

void mr_buf_wipe(struct mr_buf *buf)
{
    if (buf->memory)
        mr_wipe(buf->memory, buf->capacity);
    mr_buf_free(buf);
}

static void terminate(struct mr_buf *buf)
{
    if (buf->memory)
        buf->memory[buf->end] = 0;
}

void mr_buf_clear(struct mr_buf *buf)
{
    buf->start = buf->end = 0;
    terminate(buf);
}

static void move_to_front(struct mr_buf *buf)
{
    size_t len = buf->end - buf->start;
    memmove(buf->memory, buf->memory + buf->start, len);
    buf->start = 0;
    buf->end = len;
    terminate(buf);
}

/* A new block instead of realloc(), so that a wiped buffer leaves no copy of its content behind. */
static int grow(struct mr_buf *buf, size_t need)
{
    size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
    while (capacity < need)
        capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
    if (capacity > buf->max)
        capacity = buf->max;
    uint8_t *memory = malloc(capacity + 1);
    if (!memory)
        return MR_ENOMEM;
    size_t len = buf->end - buf->start;
    if (buf->memory) {
        memcpy(memory, buf->memory + buf->start, len);
        mr_wipe(buf->memory, buf->capacity);
        free(buf->memory);
    }
    buf->memory = memory;
    buf->capacity = capacity;
    buf->start = 0;
    buf->end = len;
    terminate(buf);
    return MR_OK;
}

static int make_place(struct mr_buf *buf, size_t more)
{
    size_t len = buf->end - buf->start;
    if (more > buf->max - len)
        return MR_ELIMIT;
    if (buf->memory && more <= buf->capacity - buf->end)
        return MR_OK;
    /* Moving pays only while it frees as much as it copies: else a queue would be quadratic. */
    if (buf->memory && len + more <= buf->capacity && buf->start >= len) {
        move_to_front(buf);
        return MR_OK;
    }
    if (buf->memory && len + more <= buf->capacity && buf->capacity == buf->max) {
        move_to_front(buf);
        return MR_OK;
    }
    return grow(buf, len + more);
}

uint8_t *mr_buf_reserve(struct mr_buf *buf, size_t len)
{
    if (make_place(buf, len) != MR_OK)
        return NULL;
    return buf->memory + buf->end;
}

void mr_buf_commit(struct mr_buf *buf, size_t len)
{
    buf->end += len;
    terminate(buf);
}

int mr_buf_append(struct mr_buf *buf, const void *bytes, size_t len)
{
    if (len == 0)
        return MR_OK;
    int error = make_place(buf, len);
    if (error)
        return error;
    memcpy(buf->memory + buf->end, bytes, len);
    mr_buf_commit(buf, len);
    return MR_OK;
}

int mr_buf_append_str(struct mr_buf *buf, const char *string)
{
    return mr_buf_append(buf, string, strlen(string));
}

int mr_buf_append_byte(struct mr_buf *buf, uint8_t byte)
{
    return mr_buf_append(buf, &byte, 1);
}

int mr_buf_vprintf(struct mr_buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    int error = len < 0 ? MR_EINVAL : make_place(buf, (size_t)len);
    if (!error) {
        vsnprintf((char *)buf->memory + buf->end, (size_t)len + 1, format, again);
        mr_buf_commit(buf, (size_t)len);
    }
    va_end(again);
    return error;
}

int mr_buf_printf(struct mr_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int error = mr_buf_vprintf(buf, format, args);
    va_end(args);
    return error;
}

void mr_buf_consume(struct mr_buf *buf, size_t len)
{
    if (len >= buf->end - buf->start)
        mr_buf_clear(buf);
    else
        buf->start += len;
}

void mr_buf_truncate(struct mr_buf *buf, size_t len)
{
    if (len < buf->end - buf->start) {
        buf->end = buf->start + len;
        terminate(buf);
    }
}

const uint8_t *mr_buf_data(const struct mr_buf *buf)
{
    return buf->memory ? buf->memory + buf->start : (const uint8_t *)"";
}

const char *mr_buf_str(const struct mr_buf *buf)
{
    return (const char *)mr_buf_data(buf);
}

size_t mr_buf_len(const struct mr_buf *buf)
{
    return buf->end - buf->start;
}

size_t mr_buf_room(const struct mr_buf *buf)
{
    return buf->max - (buf->end - buf->start);
}

char *mr_buf_take(struct mr_buf *buf)
{
    if (!buf->memory)
        return calloc(1, 1);
    if (buf->start)
        move_to_front(buf);
    char *string = (char *)buf->memory;
    buf->memory = NULL;
    mr_buf_init(buf, buf->max);
    return string;
}
