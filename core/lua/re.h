/*
 * Regular expressions that are matched in linear time (Thompson's construction, Pike's machine).
 *
 * A pattern becomes a program of at most MR_RE_CODE instructions; a search looks at each character
 * once and at each instruction at most once a character, whatever the pattern. There are no back
 * references: they have no such bound. Pure: no allocation, no Lua. Text is UTF-8; a byte that is
 * no part of a character counts as one of its own that only
 * `.` and negated classes match.
 *
 * Syntax: . [abc] [^a-z] \d \w \s \D \W \S (ASCII) \b \B ^ $ (...) (?:...) a|b * + ? {n} {n,}
 * {n,m}, each with a lazy form (*?), \n \r \t, and (?i) at the beginning for ASCII letters of
 * either case. ^ and $ are the ends of the text.
 */
#ifndef MR_LUA_RE_H
#define MR_LUA_RE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MR_RE_PATTERN = 1024, /* bytes of a pattern */
    MR_RE_CODE = 1000,    /* instructions */
    MR_RE_RANGES = 512,   /* of characters, in all classes together */
    MR_RE_GROUPS = 10,    /* the whole match among them */
    MR_RE_DEPTH = 50,     /* groups inside of groups */
    MR_RE_SLOTS = 2 * MR_RE_GROUPS,
};

enum mr_re_op {
    MR_RE_CHAR,     /* x is the character */
    MR_RE_ANY,      /* any but a line feed */
    MR_RE_CLASS,    /* ranges x to x + y */
    MR_RE_NO_CLASS, /* none of them */
    MR_RE_JUMP,     /* by x */
    MR_RE_SPLIT,    /* by x, rather than by y */
    MR_RE_SAVE,     /* the place in slot x */
    MR_RE_BEGIN,
    MR_RE_END,
    MR_RE_WORD,    /* between a word and what is none */
    MR_RE_NO_WORD, /* elsewhere */
    MR_RE_MATCH,
};

struct mr_re_instruction {
    uint8_t op; /* enum mr_re_op */
    int32_t x, y;
};

struct mr_re_range {
    uint32_t low, high;
};

struct mr_re {
    struct mr_re_instruction code[MR_RE_CODE];
    struct mr_re_range ranges[MR_RE_RANGES];
    int32_t count, range_count, groups; /* groups: without the whole match */
    bool fold;                          /* (?i) */
};

/* Threads of one step: where each stands, in order of preference, and what it has saved. */
struct mr_re_threads {
    int32_t count;
    int32_t at[MR_RE_CODE];
    size_t slots[MR_RE_CODE][MR_RE_SLOTS];
};

/* What a search works with; about 350 KiB, to be used again. */
struct mr_re_work {
    struct mr_re_threads now, next;
    struct {
        int32_t at, slot;
        size_t old;
    } stack[MR_RE_CODE + 1];
    uint32_t seen[MR_RE_CODE]; /* the step in which an instruction was reached last */
    uint32_t step;
    uint64_t steps; /* instructions looked at by the last search */
};

/* Zero, or -1 with a sentence for the pattern's author in *why and the place of the mistake in *at.
 */
int mr_re_compile(const char *pattern, size_t len, struct mr_re *out, const char **why, size_t *at);

/* Searches text from byte `from` on for the first place that matches, and there for what is
 * preferred. slots gets begin and end of the whole match, then of each group; SIZE_MAX for a group
 * that took no part. `work` need not be cleared before its first use. */
bool mr_re_search(const struct mr_re *re, struct mr_re_work *work, const char *text, size_t len,
                  size_t from, size_t slots[static MR_RE_SLOTS]);

/* Takes the character at text[0]; its length, at least 1. Bytes that are no UTF-8 are characters
 * from 0x110000 on. */
size_t mr_re_take(const char *text, size_t len, uint32_t *out);

#endif
