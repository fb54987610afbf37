/* Pike's machine: all ways to match go on at the same time, in order of preference. */
#include <string.h>

#include "core/lua/re.h"

enum { OTHER = 0x110000 };

struct run {
    const struct mr_re *re;
    struct mr_re_work *work;
    const char *text;
    size_t len;
};

size_t mr_re_take(const char *text, size_t len, uint32_t *out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = (uint8_t)text[0];
    size_t n = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
    uint32_t c = n == 4 ? first & 7U : n == 3 ? first & 15U : n == 2 ? first & 31U : first;
    for (size_t i = 1; i < n; i++) {
        if (i >= len || ((uint8_t)text[i] & 0xc0) != 0x80) {
            n = 0;
            break;
        }
        c = c << 6 | ((uint8_t)text[i] & 63U);
    }
    if (n == 0 || c < least[n] || c >= OTHER || (c >= 0xd800 && c < 0xe000)) {
        *out = OTHER + first;
        return 1;
    }
    *out = c;
    return n;
}

static uint32_t other_case(uint32_t c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter ? c ^ 0x20 : c;
}

static bool in_ranges(const struct mr_re_range *ranges, int32_t count, uint32_t c)
{
    for (int32_t i = 0; i < count; i++) {
        if (c >= ranges[i].low && c <= ranges[i].high) {
            return true;
        }
    }
    return false;
}

static bool takes(const struct mr_re *re, const struct mr_re_instruction *at, uint32_t c)
{
    const struct mr_re_range *ranges = NULL;
    bool in = false;
    switch ((enum mr_re_op)at->op) {
    case MR_RE_CHAR:
        return (uint32_t)at->x == c || (re->fold && (uint32_t)at->x == other_case(c));
    case MR_RE_ANY:
        return c != '\n';
    case MR_RE_CLASS:
    case MR_RE_NO_CLASS:
        ranges = re->ranges + at->x;
        in = in_ranges(ranges, at->y, c) || (re->fold && in_ranges(ranges, at->y, other_case(c)));
        return in == (at->op == MR_RE_CLASS);
    default:
        return false;
    }
}

static bool is_word(const struct run *run, size_t at)
{
    char c = at < run->len ? run->text[at] : ' ';
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static bool holds(const struct run *run, enum mr_re_op op, size_t place)
{
    bool border = (place > 0 && is_word(run, place - 1)) != is_word(run, place);
    switch (op) {
    case MR_RE_BEGIN:
        return place == 0;
    case MR_RE_END:
        return place == run->len;
    case MR_RE_WORD:
        return border;
    default:
        return !border;
    }
}

/* Puts the thread into the list, and instead of one at an instruction that takes no character all
 * that follow. What a thread saves on its way is undone when the next way begins. */
static void add(const struct run *run, struct mr_re_threads *list, int32_t begin, size_t place,
                size_t slots[static MR_RE_SLOTS])
{
    struct mr_re_work *work = run->work;
    size_t used = (size_t)(run->re->groups + 1) * 2;
    int32_t top = 0;
    work->stack[top].at = begin;
    work->stack[top++].slot = -1;
    while (top > 0) {
        int32_t at = work->stack[--top].at;
        if (work->stack[top].slot >= 0) {
            slots[work->stack[top].slot] = work->stack[top].old;
            continue;
        }
        while (work->seen[at] != work->step) {
            const struct mr_re_instruction *code = &run->re->code[at];
            work->seen[at] = work->step;
            work->steps++;
            if (code->op == MR_RE_JUMP) {
                at += code->x;
            } else if (code->op == MR_RE_SPLIT) {
                work->stack[top].at = at + code->y;
                work->stack[top++].slot = -1;
                at += code->x;
            } else if (code->op == MR_RE_SAVE) {
                work->stack[top].slot = code->x;
                work->stack[top++].old = slots[code->x];
                slots[code->x] = place;
                at++;
            } else if (code->op >= MR_RE_BEGIN && code->op <= MR_RE_NO_WORD) {
                if (!holds(run, (enum mr_re_op)code->op, place)) {
                    break;
                }
                at++;
            } else {
                memcpy(list->slots[list->count], slots, used * sizeof slots[0]);
                list->at[list->count++] = at;
                break;
            }
        }
    }
}

/* A new step: no instruction was reached in it. */
static void begin_step(struct mr_re_work *work, struct mr_re_threads *list)
{
    list->count = 0;
    work->step++;
    if (work->step == 0) {
        memset(work->seen, 0, sizeof work->seen);
        work->step = 1;
    }
}

/* Gives one character to all threads. True when one has matched, which ends those behind it. */
static bool advance(const struct run *run, struct mr_re_threads *now, struct mr_re_threads *next,
                    uint32_t c, size_t after, size_t slots[static MR_RE_SLOTS])
{
    size_t used = (size_t)(run->re->groups + 1) * 2;
    begin_step(run->work, next);
    for (int32_t i = 0; i < now->count; i++) {
        const struct mr_re_instruction *code = &run->re->code[now->at[i]];
        run->work->steps++;
        if (code->op == MR_RE_MATCH) {
            memcpy(slots, now->slots[i], used * sizeof slots[0]);
            return true;
        }
        if (after <= run->len && takes(run->re, code, c)) {
            add(run, next, now->at[i] + 1, after, now->slots[i]);
        }
    }
    return false;
}

bool mr_re_search(const struct mr_re *re, struct mr_re_work *work, const char *text, size_t len,
                  size_t from, size_t slots[static MR_RE_SLOTS])
{
    const struct run run = {re, work, text, len};
    struct mr_re_threads *now = &work->now;
    struct mr_re_threads *next = &work->next;
    size_t fresh[MR_RE_SLOTS];
    bool found = false;
    memset(fresh, 0xff, sizeof fresh);
    memset(slots, 0xff, sizeof fresh);
    memset(work->seen, 0, sizeof work->seen);
    work->step = 0;
    work->steps = 0;
    begin_step(work, now);
    for (size_t place = from; place <= len;) {
        uint32_t c = 0;
        size_t width = place < len ? mr_re_take(text + place, len - place, &c) : 1;
        if (!found) {
            add(&run, now, 0, place, fresh);
        } else if (now->count == 0) {
            break;
        }
        found = advance(&run, now, next, c, place + width, slots) || found;
        place += width;
        struct mr_re_threads *swap = now;
        now = next;
        next = swap;
    }
    return found;
}
