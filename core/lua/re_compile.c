/* From a pattern to a program, in one pass. Jumps are relative, so code can be moved and copied. */
#include <string.h>

#include "core/lua/re.h"

struct parse {
    const char *at, *begin, *end;
    struct mr_re *re;
    const char *why; /* NULL: all is well so far */
    int depth;
};

enum { NO_END = -1, REPEAT_MAX = 1000 };

static void wrong(struct parse *parse, const char *why)
{
    if (!parse->why) {
        parse->why = why;
    }
}

static bool more(const struct parse *parse)
{
    return !parse->why && parse->at < parse->end;
}

static bool take(struct parse *parse, char c)
{
    bool there = more(parse) && *parse->at == c;
    parse->at += there;
    return there;
}

/* Makes room for n instructions at `where`; false when there is none. */
static bool make_room(struct parse *parse, int32_t where, int32_t n)
{
    struct mr_re *re = parse->re;
    if (parse->why || n > MR_RE_CODE - re->count) {
        wrong(parse, "the pattern is too large");
        return false;
    }
    memmove(re->code + where + n, re->code + where,
            (size_t)(re->count - where) * sizeof re->code[0]);
    re->count += n;
    return true;
}

static void put(struct parse *parse, int32_t where, enum mr_re_op op, int32_t x, int32_t y)
{
    if (make_room(parse, where, 1)) {
        parse->re->code[where] = (struct mr_re_instruction){(uint8_t)op, x, y};
    }
}

static void emit(struct parse *parse, enum mr_re_op op, int32_t x, int32_t y)
{
    put(parse, parse->re->count, op, x, y);
}

/* Classes ----------------------------------------------------------------------------------- */

static void add_range(struct parse *parse, uint32_t low, uint32_t high)
{
    struct mr_re *re = parse->re;
    if (re->range_count == MR_RE_RANGES) {
        wrong(parse, "there are too many characters in classes");
        return;
    }
    re->ranges[re->range_count++] = (struct mr_re_range){low, high};
}

/* The gaps between ranges in ascending order. */
static void add_others(struct parse *parse, const struct mr_re_range *ranges, size_t count)
{
    uint32_t low = 0;
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].low > low) {
            add_range(parse, low, ranges[i].low - 1);
        }
        low = ranges[i].high + 1;
    }
    add_range(parse, low, UINT32_MAX);
}

/* Adds the class that a letter behind a backslash names; false when it names none. */
static bool add_named(struct parse *parse, char letter)
{
    static const struct mr_re_range digits[] = {{'0', '9'}};
    static const struct mr_re_range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    static const struct mr_re_range blanks[] = {{'\t', '\r'}, {' ', ' '}};
    static const struct {
        char letter;
        const struct mr_re_range *ranges;
        size_t count;
    } classes[] = {{'d', digits, 1}, {'w', words, 4}, {'s', blanks, 2}};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (letter == classes[i].letter) {
            for (size_t r = 0; r < classes[i].count; r++) {
                add_range(parse, classes[i].ranges[r].low, classes[i].ranges[r].high);
            }
            return true;
        }
        if (letter == classes[i].letter - 'a' + 'A') {
            add_others(parse, classes[i].ranges, classes[i].count);
            return true;
        }
    }
    return false;
}

static uint32_t take_character(struct parse *parse)
{
    uint32_t c = 0;
    parse->at += mr_re_take(parse->at, (size_t)(parse->end - parse->at), &c);
    return c;
}

/* The character behind a backslash: a sign that stands for itself, or \n, \r, \t. */
static uint32_t take_escaped(struct parse *parse)
{
    static const char letters[] = "n\nr\rt\t";
    if (!more(parse)) {
        wrong(parse, "a \\ at the end escapes nothing");
        return 0;
    }
    char c = *parse->at;
    if (c >= '1' && c <= '9') {
        wrong(parse, "back references cannot be matched in linear time");
        return 0;
    }
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '0';
    for (size_t i = 0; letter && i + 1 < sizeof letters; i += 2) {
        if (c == letters[i]) {
            parse->at++;
            return (uint32_t)letters[i + 1];
        }
    }
    if (letter) {
        wrong(parse, "there is no such escape");
        return 0;
    }
    return take_character(parse);
}

/* One character of a class; true when it was a whole class, such as \d. */
static bool take_member(struct parse *parse, uint32_t *c)
{
    *c = 0;
    if (!take(parse, '\\')) {
        *c = take_character(parse);
        return false;
    }
    if (more(parse) && add_named(parse, *parse->at)) {
        parse->at++;
        return true;
    }
    *c = take_escaped(parse);
    return false;
}

static void take_members(struct parse *parse)
{
    bool first = true;
    while (more(parse) && (first || *parse->at != ']')) {
        uint32_t low = 0;
        uint32_t high = 0;
        first = false;
        if (take_member(parse, &low)) {
            continue;
        }
        high = low;
        if (parse->end - parse->at >= 2 && parse->at[0] == '-' && parse->at[1] != ']') {
            parse->at++;
            if (take_member(parse, &high) || high < low) {
                wrong(parse, "this is no range of characters");
            }
        }
        add_range(parse, low, high);
    }
    if (!take(parse, ']')) {
        wrong(parse, "a [ is not closed");
    }
}

static void take_class(struct parse *parse)
{
    bool negated = take(parse, '^');
    int32_t first = parse->re->range_count;
    take_members(parse);
    emit(parse, negated ? MR_RE_NO_CLASS : MR_RE_CLASS, first, parse->re->range_count - first);
}

/* Atoms ------------------------------------------------------------------------------------- */

static void take_either(struct parse *parse);

static void take_group(struct parse *parse)
{
    int32_t group = 0;
    if (parse->end - parse->at >= 2 && parse->at[0] == '?' && parse->at[1] == ':') {
        parse->at += 2;
    } else if (more(parse) && *parse->at == '?') {
        wrong(parse, "behind (? comes a : here");
    } else if (parse->re->groups == MR_RE_GROUPS - 1) {
        wrong(parse, "there are too many groups; (?: ) does not count");
    } else {
        group = ++parse->re->groups;
    }
    if (++parse->depth > MR_RE_DEPTH) {
        wrong(parse, "too many groups stand inside of each other");
    }
    if (group > 0) {
        emit(parse, MR_RE_SAVE, 2 * group, 0);
    }
    take_either(parse);
    if (group > 0) {
        emit(parse, MR_RE_SAVE, 2 * group + 1, 0);
    }
    parse->depth--;
    if (!take(parse, ')')) {
        wrong(parse, "a ( is not closed");
    }
}

static void take_backslash(struct parse *parse)
{
    int32_t first = parse->re->range_count;
    if (take(parse, 'b')) {
        emit(parse, MR_RE_WORD, 0, 0);
    } else if (take(parse, 'B')) {
        emit(parse, MR_RE_NO_WORD, 0, 0);
    } else if (more(parse) && add_named(parse, *parse->at)) {
        parse->at++;
        emit(parse, MR_RE_CLASS, first, parse->re->range_count - first);
    } else {
        emit(parse, MR_RE_CHAR, (int32_t)take_escaped(parse), 0);
    }
}

static void take_atom(struct parse *parse)
{
    char c = *parse->at;
    if (strchr("*+?{", c) && c) {
        wrong(parse, "there is nothing to repeat");
        return;
    }
    if (!strchr("([.^$\\", c) || !c) {
        emit(parse, MR_RE_CHAR, (int32_t)take_character(parse), 0);
        return;
    }
    parse->at++;
    switch (c) {
    case '(':
        take_group(parse);
        break;
    case '[':
        take_class(parse);
        break;
    case '\\':
        take_backslash(parse);
        break;
    case '.':
        emit(parse, MR_RE_ANY, 0, 0);
        break;
    default:
        emit(parse, c == '^' ? MR_RE_BEGIN : MR_RE_END, 0, 0);
    }
}

/* Repetition -------------------------------------------------------------------------------- */

static int32_t take_number(struct parse *parse)
{
    int32_t n = 0;
    bool any = false;
    while (more(parse) && *parse->at >= '0' && *parse->at <= '9') {
        n = n * 10 + (*parse->at++ - '0');
        n = n > REPEAT_MAX ? REPEAT_MAX + 1 : n;
        any = true;
    }
    if (!any || n > REPEAT_MAX) {
        wrong(parse, "a repetition is {n}, {n,} or {n,m}, at most 1000");
    }
    return n;
}

/* Whether a quantifier follows, and how often. */
static bool take_quantifier(struct parse *parse, int32_t *least, int32_t *most)
{
    *least = 0;
    *most = NO_END;
    if (take(parse, '*')) {
        return true;
    }
    if (take(parse, '+')) {
        *least = 1;
        return true;
    }
    if (take(parse, '?')) {
        *most = 1;
        return true;
    }
    if (!take(parse, '{')) {
        return false;
    }
    *least = *most = take_number(parse);
    if (take(parse, ',')) {
        *most = more(parse) && *parse->at == '}' ? NO_END : take_number(parse);
    }
    if (!take(parse, '}') || (*most != NO_END && *most < *least)) {
        wrong(parse, "a repetition is {n}, {n,} or {n,m}, at most 1000");
    }
    return true;
}

static void put_split(struct parse *parse, int32_t where, int32_t go, int32_t skip, bool lazy)
{
    put(parse, where, MR_RE_SPLIT, lazy ? skip : go, lazy ? go : skip);
}

/* Appends a copy of the atom; every copy but the last ones may be given up. */
static void copy_atom(struct parse *parse, const struct mr_re_instruction *atom, int32_t n)
{
    int32_t where = parse->re->count;
    if (make_room(parse, where, n)) {
        memcpy(parse->re->code + where, atom, (size_t)n * sizeof atom[0]);
    }
}

/* The code from `start` on, n instructions, is to come least to most times. */
static void repeat(struct parse *parse, int32_t start, int32_t least, int32_t most, bool lazy)
{
    struct mr_re *re = parse->re;
    int32_t n = re->count - start;
    if (least == 0 && most == NO_END) {
        put_split(parse, start, 1, n + 2, lazy);
        emit(parse, MR_RE_JUMP, -(n + 1), 0);
        return;
    }
    if (most == 0) {
        re->count = start;
        return;
    }
    if (least == 0) {
        put_split(parse, start, 1, n + 1, lazy);
    }
    int32_t atom = start + (least == 0);
    for (int32_t i = 1; i < least && !parse->why; i++) {
        copy_atom(parse, re->code + atom, n);
    }
    if (most == NO_END) {
        emit(parse, MR_RE_SPLIT, lazy ? 1 : -n, lazy ? -n : 1);
    }
    for (int32_t i = least == 0 ? 1 : least; i < most && !parse->why; i++) {
        put_split(parse, re->count, 1, n + 1, lazy);
        copy_atom(parse, re->code + atom, n);
    }
}

static void take_sequence(struct parse *parse)
{
    while (more(parse) && *parse->at != '|' && *parse->at != ')') {
        int32_t start = parse->re->count;
        int32_t least = 0;
        int32_t most = 0;
        take_atom(parse);
        if (more(parse) && take_quantifier(parse, &least, &most)) {
            bool lazy = take(parse, '?');
            repeat(parse, start, least, most, lazy);
            if (more(parse) && *parse->at && strchr("*+?{", *parse->at)) {
                wrong(parse, "a repetition cannot be repeated; put it into (?: )");
            }
        }
    }
}

/* a|b|c. The jump behind each alternative goes to the end; until that is known they are chained. */
static void take_either(struct parse *parse)
{
    struct mr_re *re = parse->re;
    int32_t last = -1;
    for (;;) {
        int32_t start = re->count;
        take_sequence(parse);
        if (!take(parse, '|')) {
            break;
        }
        put(parse, start, MR_RE_SPLIT, 1, re->count - start + 2);
        emit(parse, MR_RE_JUMP, last, 0);
        last = re->count - 1;
    }
    while (last >= 0 && !parse->why) {
        int32_t before = re->code[last].x;
        re->code[last].x = re->count - last;
        last = before;
    }
}

int mr_re_compile(const char *pattern, size_t len, struct mr_re *out, const char **why, size_t *at)
{
    struct parse parse = {.at = pattern, .begin = pattern, .end = pattern + len, .re = out};
    out->count = out->range_count = out->groups = 0;
    out->fold = len >= 4 && memcmp(pattern, "(?i)", 4) == 0;
    parse.at += out->fold ? 4 : 0;
    if (len > MR_RE_PATTERN) {
        wrong(&parse, "the pattern is too long");
    }
    emit(&parse, MR_RE_SAVE, 0, 0);
    take_either(&parse);
    if (more(&parse)) {
        wrong(&parse, "a ) closes nothing");
    }
    emit(&parse, MR_RE_SAVE, 1, 0);
    emit(&parse, MR_RE_MATCH, 0, 0);
    *why = parse.why;
    *at = (size_t)(parse.at - parse.begin);
    return parse.why ? -1 : 0;
}
