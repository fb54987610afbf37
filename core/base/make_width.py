#!/usr/bin/env python3
"""Writes the tables of core/base/width.c from Python's Unicode data.

Run it after an update of Unicode:  core/base/make_width.py > core/base/width.c
"""
import unicodedata


def ranges(wanted):
    start = None
    for c in range(0x110001):
        inside = c < 0x110000 and wanted(c)
        if inside and start is None:
            start = c
        if not inside and start is not None:
            yield start, c - 1
            start = None


def unassigned(c):
    return unicodedata.category(chr(c)) in ("Cn", "Cs")


def zero(c):
    if 0x1160 <= c <= 0x11FF:  # the vowels and finals of a Hangul syllable
        return True
    return c != 0xAD and unicodedata.category(chr(c)) in ("Mn", "Me", "Cf", "Cc", "Zl", "Zp")


def wide(c):
    if zero(c):
        return False
    # Planes 2 and 3, and the gaps of the blocks of pictographs, are wide by default.
    if 0x20000 <= c <= 0x3FFFD or (0x1F900 <= c <= 0x1FAFF and unassigned(c)):
        return True
    return unicodedata.east_asian_width(chr(c)) in "WF" and not unassigned(c)


def table(name, wanted):
    rows = ["{0x%04x, 0x%04x}" % r for r in ranges(wanted)]
    lines = [", ".join(rows[i:i + 4]) for i in range(0, len(rows), 4)]
    return "static const struct range %s[] = {\n    %s,\n};\n" % (name, ",\n    ".join(lines))


print("""/* Written by core/base/make_width.py from Unicode %s: change that, not this. */
#include "core/base/str.h"

/* clang-format off */
struct range {
    uint32_t first;
    uint32_t last;
};

%s
%s/* clang-format on */

static bool in_table(const struct range *table, size_t count, uint32_t code_point)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (code_point > table[middle].last)
            low = middle + 1;
        else
            count = middle;
    }
    return code_point >= table[low].first && code_point <= table[low].last;
}

int mr_char_width(uint32_t code_point)
{
    if (code_point >= 0x20 && code_point < 0x7f)
        return 1;
    if (in_table(zero_width, sizeof zero_width / sizeof zero_width[0] - 1, code_point))
        return 0;
    return in_table(double_width, sizeof double_width / sizeof double_width[0] - 1, code_point) ? 2
                                                                                               : 1;
}

size_t mr_str_width(const char *text, size_t len)
{
    size_t width = 0;
    for (size_t at = 0, step; at < len; at += step) {
        uint32_t code_point = 0xfffd;
        step = mr_utf8_next(text + at, len - at, &code_point);
        if (step == 0)
            step = 1;
        width += (size_t)mr_char_width(code_point);
    }
    return width;
}""" % (unicodedata.unidata_version, table("zero_width", zero), table("double_width", wide)))
