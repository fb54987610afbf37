/*
 * Text: UTF-8, strict numbers, columns on a terminal.
 *
 * Strings are given as pointer and length in bytes and need no NUL behind them unless it is said.
 * All functions here are pure and may be called from any thread. None depends on the locale.
 */
#ifndef MR_BASE_STR_H
#define MR_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mr_buf;

/* A piece of somebody else's memory. It never owns; who returns one says how long it lives. */
struct mr_span {
    const char *at;
    size_t len;
};

/* The span of a NUL-terminated string, and whether a span holds exactly that string. */
struct mr_span mr_span_of(const char *string);
bool mr_span_is(struct mr_span span, const char *string);

/* Decodes the character at the beginning of text. Returns its length in bytes, 1 to 4, and stores
 * the code point; returns 0 if len is 0 or the bytes are no valid UTF-8 (overlong forms, surrogates
 * and values above U+10FFFF are not). */
size_t mr_utf8_next(const char *text, size_t len, uint32_t *code_point);

/* Writes the UTF-8 form of a code point and returns its length, 1 to 4. What is no character
 * (surrogates, above U+10FFFF) is written as U+FFFD. */
size_t mr_utf8_encode(uint32_t code_point, char out[static 4]);

bool mr_utf8_valid(const char *text, size_t len);

/* The longest beginning of valid UTF-8 that has at most max bytes and splits no character. */
size_t mr_utf8_cut(const char *text, size_t len, size_t max);

/* Appends text, read as Latin-1, to out as UTF-8. Errors as mr_buf_append(), with out unchanged. */
int mr_latin1_to_utf8(const void *bytes, size_t len, struct mr_buf *out);

/* Columns that a code point takes on a terminal: 0 for combining marks and controls, 1 or 2. */
int mr_char_width(uint32_t code_point);

/* Columns that text takes; a byte that is no valid UTF-8 counts one. */
size_t mr_str_width(const char *text, size_t len);

/* Whether two strings are equal without regard to the case of A to Z. */
bool mr_str_equal_fold(const char *a, size_t a_len, const char *b, size_t b_len);

/* Whether text begins with the NUL-terminated prefix. */
bool mr_str_starts(const char *text, size_t len, const char *prefix);

/* The span without blanks, tabs, CR and LF at both ends. */
struct mr_span mr_str_trim(const char *text, size_t len);

/* Takes the next word (a run of bytes other than the blank) from the front of *rest, with the
 * blanks around it. Returns an empty span if there is none. */
struct mr_span mr_str_word(struct mr_span *rest);

/* Reads a whole string as a decimal number: an optional sign, then digits, nothing else, and at
 * least min and at most max. MR_EINVAL if it is no number, MR_ELIMIT if it is out of bounds. */
int mr_str_to_i64(const char *text, size_t len, int64_t min, int64_t max, int64_t *out);

/* How many bytes have to be put in, taken out or changed to make b of a: for "do you mean". Words
 * of more than MR_STR_DISTANCE bytes are as far apart as can be. */
enum { MR_STR_DISTANCE = 32 };
size_t mr_str_distance(const char *a, const char *b);

#endif
