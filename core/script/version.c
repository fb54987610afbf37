#include "core/script/version.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 3, DIGITS_MAX = 9 };

struct version {
    long numbers[NUMBERS];
    const char *before; /* what stands behind the -, or NULL */
};

static bool parse(const char *text, struct version *out)
{
    *out = (struct version){.before = NULL};
    for (int i = 0; i < NUMBERS; i++) {
        size_t digits = strspn(text, "0123456789");
        if (digits == 0 || digits > DIGITS_MAX) {
            return false;
        }
        out->numbers[i] = strtol(text, NULL, 10);
        text += digits;
        if (*text != '.') {
            break;
        }
        if (i == NUMBERS - 1) {
            return false;
        }
        text++;
    }
    if (*text == '-' && text[1]) {
        out->before = text + 1;
        text += 1 + strspn(text + 1, "0123456789.-"
                                     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    }
    return *text == '\0';
}

bool mr_version_valid(const char *version)
{
    struct version parsed;
    return parse(version, &parsed);
}

int mr_version_compare(const char *a, const char *b)
{
    struct version first;
    struct version second;
    bool known = parse(a, &first);
    if (!parse(b, &second) || !known) {
        return (int)known - (int)mr_version_valid(b);
    }
    for (int i = 0; i < NUMBERS; i++) {
        if (first.numbers[i] != second.numbers[i]) {
            return first.numbers[i] < second.numbers[i] ? -1 : 1;
        }
    }
    if (!first.before || !second.before) {
        return (second.before != NULL) - (first.before != NULL);
    }
    return strcmp(first.before, second.before);
}
