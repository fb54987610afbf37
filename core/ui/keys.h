/* Names of keys: what people call a key, and what a terminal sends for it. Pure.
 */
#ifndef MR_UI_KEYS_H
#define MR_UI_KEYS_H

#include <stddef.h>

enum { MR_KEY_NAME = 16, MR_KEY_BYTES = 8, MR_KEY_SEQUENCES = 3 };

struct mr_key {
    char name[MR_KEY_NAME]; /* in the one spelling that is shown: "Ctrl-T", "Alt-x", "F5" */
    /* What terminals send for it, each NUL-terminated; there are different ones for F1 to F5. */
    char sequences[MR_KEY_SEQUENCES][MR_KEY_BYTES];
    size_t count;
};

/* "Ctrl-T", "Alt-x", "Ctrl-Alt-x" and "F1" to "F12", without regard to case but for the letter
 * behind Alt-. MR_EINVAL with a sentence in *why: no key, or one that stays what it is (Enter, Tab,
 * Escape, Backspace, Ctrl-C, Ctrl-D, Ctrl-Z, and Alt-A and Alt-1 to Alt-9, which switch chats). */
int mr_key_parse(const char *text, struct mr_key *out, const char **why);

#endif
