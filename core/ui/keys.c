#include "core/ui/keys.h"

#include <moonroom/errors.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Letters whose control characters are keys of their own, or end things. */
static const char kept[] = "CDHIJMZ";

enum { CONTROL = 0x1f };

static bool take(const char **at, const char *prefix)
{
    size_t len = strlen(prefix);
    if (strncasecmp(*at, prefix, len) != 0) {
        return false;
    }
    *at += len;
    return true;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static void add_sequence(struct mr_key *key, const char *bytes)
{
    snprintf(key->sequences[key->count++], MR_KEY_BYTES, "%s", bytes);
}

/* xterm, VT220 and the console of Linux differ in the first keys. */
static int function_key(const char *digits, struct mr_key *out)
{
    static const int numbers[] = {11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24};
    size_t len = strlen(digits);
    long n =
        len > 0 && len <= 2 && strspn(digits, "0123456789") == len ? strtol(digits, NULL, 10) : 0;
    char bytes[MR_KEY_BYTES];
    if (n < 1 || n > 12 || digits[0] == '0') {
        return MR_EINVAL;
    }
    snprintf(out->name, sizeof out->name, "F%ld", n);
    snprintf(bytes, sizeof bytes, "\x1b[%d~", numbers[n - 1]);
    add_sequence(out, bytes);
    if (n <= 4) {
        snprintf(bytes, sizeof bytes, "\x1bO%c", (char)('P' + n - 1));
        add_sequence(out, bytes);
    }
    if (n <= 5) {
        snprintf(bytes, sizeof bytes, "\x1b[[%c", (char)('A' + n - 1));
        add_sequence(out, bytes);
    }
    return MR_OK;
}

static int control_key(char letter, bool alt, struct mr_key *out, const char **why)
{
    const char bytes[] = {alt ? '\x1b' : (char)(upper(letter) & CONTROL),
                          alt ? (char)(upper(letter) & CONTROL) : '\0', '\0'};
    if (upper(letter) < 'A' || upper(letter) > 'Z') {
        *why = "behind Ctrl- comes a letter";
        return MR_EINVAL;
    }
    if (strchr(kept, upper(letter))) {
        *why = "this key stays what it is";
        return MR_EINVAL;
    }
    snprintf(out->name, sizeof out->name, "%s%c", alt ? "Ctrl-Alt-" : "Ctrl-", upper(letter));
    add_sequence(out, bytes);
    return MR_OK;
}

static int alt_key(char c, struct mr_key *out, const char **why)
{
    const char bytes[] = {'\x1b', c, '\0'};
    if (c <= ' ' || c > '~' || c == '[' || c == 'O') {
        *why = "other keys begin with what the terminal sends for this one";
        return MR_EINVAL;
    }
    if ((c >= '1' && c <= '9') || upper(c) == 'A') {
        *why = "this key switches chats";
        return MR_EINVAL;
    }
    snprintf(out->name, sizeof out->name, "Alt-%c", c);
    add_sequence(out, bytes);
    return MR_OK;
}

int mr_key_parse(const char *text, struct mr_key *out, const char **why)
{
    const char *at = text;
    bool control = false;
    bool alt = false;
    memset(out, 0, sizeof *out);
    *why = "a key is called \"Ctrl-T\", \"Alt-x\", \"Ctrl-Alt-X\" or \"F5\"";
    for (;;) {
        if (!control && take(&at, "Ctrl-")) {
            control = true;
        } else if (!alt && take(&at, "Alt-")) {
            alt = true;
        } else {
            break;
        }
    }
    if (!control && !alt) {
        return take(&at, "F") ? function_key(at, out) : MR_EINVAL;
    }
    if (strlen(at) != 1) {
        return MR_EINVAL;
    }
    return control ? control_key(*at, alt, out, why) : alt_key(*at, out, why);
}
