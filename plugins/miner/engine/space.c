#include "plugins/miner/engine/space.h"

#include <string.h>

enum { X_CHARS = 6, Y_CHARS = 8, WORKER_CHARS = 8 };

static bool printable(char c)
{
    return c >= 0x21 && c <= 0x7e;
}

const char *mr_space_alphabet_problem(const char *alphabet)
{
    size_t len = strlen(alphabet);
    if (len < 2)
        return "an alphabet has at least two letters";
    for (size_t i = 0; i < len; i++) {
        if (!printable(alphabet[i]))
            return "an alphabet has printable ASCII letters, and no blank";
        if (strchr(alphabet + i + 1, alphabet[i]))
            return "a letter is twice in the alphabet";
    }
    return NULL;
}

const char *mr_space_prefix_problem(const char *prefix)
{
    if (strlen(prefix) > MR_LIMIT_MINE_PREFIX)
        return "the prefix is too long";
    for (; *prefix; prefix++)
        if (!printable(*prefix))
            return "a prefix has printable ASCII characters, and no blank";
    return NULL;
}

static uint64_t power(uint64_t letters, int chars)
{
    uint64_t result = 1;
    while (chars-- > 0)
        result *= letters; /* at most 94^8, below 2^53 */
    return result;
}

uint64_t mr_space_workers(const char *alphabet)
{
    return power(strlen(alphabet), WORKER_CHARS);
}

/* A number in letters, the first one counting most. */
static void write_number(const struct mr_space *space, uint64_t number, int chars, char *out)
{
    while (chars-- > 0) {
        out[chars] = space->alphabet[number % space->letters];
        number /= space->letters;
    }
}

static uint64_t word(const char *chars, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | (i < count ? (uint8_t)chars[i] : 0);
    return value;
}

void mr_space_init(struct mr_space *space, const char *alphabet, const char *prefix,
                   uint64_t number, const uint8_t *random)
{
    memset(space, 0, sizeof *space);
    space->letters = (unsigned)strlen(alphabet);
    memcpy(space->alphabet, alphabet, space->letters);
    space->filler = (unsigned)strlen(prefix);
    memset(space->s, alphabet[0], sizeof space->s);
    memcpy(space->s, prefix, space->filler);
    for (unsigned i = space->filler; random && i < MR_SPACE_FILLER; i++)
        space->s[i] = alphabet[random[i] % space->letters];
    memcpy(space->begin, space->s, sizeof space->begin);
    write_number(space, number, WORKER_CHARS, space->s + MR_SPACE_WORKER);
    space->xs = power(space->letters, X_CHARS);
    space->ys = power(space->letters, Y_CHARS);
}

uint64_t mr_space_x(const struct mr_space *space, uint64_t i)
{
    char chars[X_CHARS];
    write_number(space, i, X_CHARS, chars);
    return word(chars, X_CHARS);
}

uint64_t mr_space_y(const struct mr_space *space, uint64_t i)
{
    char chars[Y_CHARS];
    write_number(space, i, Y_CHARS, chars);
    return word(chars, Y_CHARS);
}

void mr_space_write(const struct mr_space *space, uint64_t i, uint64_t j,
                    char s[static MR_WORK_S_BYTES])
{
    memcpy(s, space->s, MR_WORK_S_BYTES);
    write_number(space, j, Y_CHARS, s + MR_SPACE_Y);
    write_number(space, i, X_CHARS, s + MR_SPACE_X);
}

static char letter_behind(const struct mr_space *space, char letter)
{
    const char *at = memchr(space->alphabet, letter, space->letters);
    unsigned index = at ? (unsigned)(at - space->alphabet) : 0;
    return space->alphabet[(index + 1) % space->letters];
}

bool mr_space_next(struct mr_space *space)
{
    /* A digit that is back at its beginning carries over to the one before. */
    for (unsigned i = MR_SPACE_FILLER; i-- > space->filler;) {
        space->s[i] = letter_behind(space, space->s[i]);
        if (space->s[i] != space->begin[i])
            return true;
    }
    return false;
}
