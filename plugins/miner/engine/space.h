/*
 * The solutions that one worker tries: all S of one shape, each once, in a fixed order.
 *
 *    0 ... 63  the prefix, then the filler
 *   64 ... 71  y, word 8 of its message block
 *   72 ... 79  the number of the worker
 *   80 ... 85  x, the upper six bytes of word 10
 *
 * x, y and the filler count in digits that are the letters of an alphabet: x fastest, a step of the
 * filler when every y has met every x. The filler begins at random letters, so that two searches on
 * one block do not repeat each other, and is through when it is back at them. Workers of one search
 * never meet, on however many machines they are, because their numbers differ.
 *
 * Pure; a space belongs to one thread at a time.
 */
#ifndef MR_MINER_SPACE_H
#define MR_MINER_SPACE_H

#include "core/base/limits.h"
#include "core/base/work.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    MR_SPACE_Y = 64,
    MR_SPACE_WORKER = 72,
    MR_SPACE_X = 80,
    MR_SPACE_LETTERS = 94, /* 0x21 to 0x7e */
    MR_SPACE_FILLER = MR_SPACE_Y
};

/* The alphabet of URL-safe base64, which the original miner's solutions have. */
#define MR_SPACE_ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

struct mr_space {
    char s[MR_WORK_S_BYTES]; /* x and y hold the first letter */
    char alphabet[MR_SPACE_LETTERS + 1];
    char begin[MR_SPACE_FILLER]; /* where the filler began */
    unsigned letters;
    unsigned filler; /* index of its first character */
    uint64_t xs, ys; /* how many there are of each */
};

/* NULL if these letters can be an alphabet: 2 to 94 different printable ASCII characters without
 * the blank. Else what is wrong, a sentence without full stop, static text. */
const char *mr_space_alphabet_problem(const char *alphabet);

/* The same for a prefix: at most MR_LIMIT_MINE_PREFIX printable characters. */
const char *mr_space_prefix_problem(const char *prefix);

/* How many workers can have numbers of their own. */
uint64_t mr_space_workers(const char *alphabet);

/* The space of worker `number` (below mr_space_workers()). random: MR_SPACE_FILLER bytes that
 * choose where the filler begins; NULL for its first letter. Alphabet and prefix are good ones. */
void mr_space_init(struct mr_space *space, const char *alphabet, const char *prefix,
                   uint64_t number, const uint8_t *random);

/* The characters of x number i (below xs) in the upper bytes of a word, and those of a y. */
uint64_t mr_space_x(const struct mr_space *space, uint64_t i);
uint64_t mr_space_y(const struct mr_space *space, uint64_t i);

/* Writes the S of x number i and y number j. */
void mr_space_write(const struct mr_space *space, uint64_t i, uint64_t j,
                    char s[static MR_WORK_S_BYTES]);

/* Moves the filler on. false when it is back where it began: the space is exhausted. */
bool mr_space_next(struct mr_space *space);

#endif
