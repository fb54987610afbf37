/* Argument specs of commands: parsed once, then used for usage, parsing and completion. Pure. */
#ifndef MR_API_COMMAND_ARGS_H
#define MR_API_COMMAND_ARGS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum { MR_ARGS_MAX = 8, MR_ARG_NAME = 32, MR_ARG_TYPE = 128, MR_ARG_DEFAULT = 128 };

struct mr_arg {
    char name[MR_ARG_NAME];
    char type[MR_ARG_TYPE];
    char fallback[MR_ARG_DEFAULT];
    bool required;
    bool has_fallback;
};

struct mr_args {
    struct mr_arg list[MR_ARGS_MAX];
    size_t count;
};

/* MR_EINVAL with the reason: bad brackets, `text` that is not last, a required argument behind an
 * optional one, too many. */
int mr_args_parse_spec(const char *spec, struct mr_args *out, char *why, size_t why_size);

/* One word of a typed line: text[start, end), without its quotes. */
struct mr_arg_word {
    size_t start, end; /* with quotes, in the line */
    bool open;         /* a quote that is not closed */
};

/* Takes the next word from line at *offset; false at the end. "a \"b\" c" is one word. */
bool mr_args_next_word(const char *line, size_t *offset, struct mr_arg_word *out);
/* Copies a word without quotes and backslashes before quotes; cut at size - 1. */
void mr_args_unquote(const char *line, const struct mr_arg_word *word, char *out, size_t size);

/* Parses what stands behind the command's name. *out is a new object. MR_EINVAL with a sentence. */
int mr_args_parse(const struct mr_args *args, const char *rest, cJSON **out, char *why,
                  size_t why_size);

/* "<user> [n] <text>" */
void mr_args_usage(const struct mr_args *args, char *out, size_t size);

#endif
