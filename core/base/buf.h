/*
 * A growable byte buffer with a maximum from birth.
 *
 * Whatever fills a buffer, it never holds more than the maximum given to mr_buf_init(): the call
 * that would pass it fails with MR_ELIMIT and leaves the buffer as it was. Memory is taken when it
 * is needed. Bytes are taken from the front in constant time, so a buffer serves as a queue.
 *
 * A buffer may hold any bytes. One NUL, not counted, always follows the last byte, so the content
 * may also be used as a C string where it is known to hold none.
 *
 * Not thread-safe: a buffer belongs to one thread at a time.
 */
#ifndef MR_BASE_BUF_H
#define MR_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct mr_buf {
    uint8_t *memory; /* NULL until the first byte */
    size_t start;    /* first byte of the content */
    size_t end;      /* one behind its last byte */
    size_t capacity; /* size of memory, the trailing NUL's byte not counted */
    size_t max;
};

/* Makes an empty buffer that will hold at most max_bytes. Takes no memory, cannot fail. */
void mr_buf_init(struct mr_buf *buf, size_t max_bytes);

/* Frees the memory. The buffer is empty and usable again, with the same maximum. */
void mr_buf_free(struct mr_buf *buf);

/* As mr_buf_free(), and overwrites the memory first: for buffers that held a secret. */
void mr_buf_wipe(struct mr_buf *buf);

/* Empties the buffer, keeping its memory and its maximum. */
void mr_buf_clear(struct mr_buf *buf);

/* Adds len bytes behind the content. bytes may be NULL if len is 0, and must not lie in the buffer.
 * MR_ELIMIT or MR_ENOMEM, with the buffer unchanged. */
int mr_buf_append(struct mr_buf *buf, const void *bytes, size_t len);

/* Adds a NUL-terminated string without its NUL. Errors as mr_buf_append(). */
int mr_buf_append_str(struct mr_buf *buf, const char *string);

int mr_buf_append_byte(struct mr_buf *buf, uint8_t byte);

/* Adds formatted text. Errors as mr_buf_append(), and MR_EINVAL for a bad format. */
int mr_buf_printf(struct mr_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int mr_buf_vprintf(struct mr_buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Makes place for len more bytes and returns where they begin, NULL if that would pass the maximum
 * or memory is out. Write there at most len bytes, then tell how many with mr_buf_commit(). The
 * pointer is good until the next call that changes the buffer. */
uint8_t *mr_buf_reserve(struct mr_buf *buf, size_t len);
void mr_buf_commit(struct mr_buf *buf, size_t len);

/* Drops len bytes from the front; all of them if there are fewer. */
void mr_buf_consume(struct mr_buf *buf, size_t len);

/* Cuts the content to its first len bytes; does nothing if there are fewer. */
void mr_buf_truncate(struct mr_buf *buf, size_t len);

/* The content: never NULL, good until the next call that changes the buffer. */
const uint8_t *mr_buf_data(const struct mr_buf *buf);

/* The same as a C string. */
const char *mr_buf_str(const struct mr_buf *buf);

/* How many bytes there are, and how many more would fit. */
size_t mr_buf_len(const struct mr_buf *buf);
size_t mr_buf_room(const struct mr_buf *buf);

/* Gives the content away as a NUL-terminated string that the caller frees with free(), and leaves
 * the buffer empty. NULL if memory is out (the buffer is then unchanged). */
char *mr_buf_take(struct mr_buf *buf);

#endif
