#include "core/api/command_args.h"

#include <ctype.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"

static int copy_part(char *out, size_t size, const char *at, size_t len)
{
    if (len >= size) {
        return MR_ELIMIT;
    }
    memcpy(out, at, len);
    out[len] = '\0';
    return MR_OK;
}

/* inside: what stands between the brackets, "name:type=default". */
static int parse_arg(const char *inside, size_t len, struct mr_arg *arg)
{
    const char *equals = memchr(inside, '=', len);
    size_t left = equals ? (size_t)(equals - inside) : len;
    const char *colon = memchr(inside, ':', left);
    size_t name_len = colon ? (size_t)(colon - inside) : left;
    int err = copy_part(arg->name, sizeof arg->name, inside, name_len);
    if (err == MR_OK) {
        err = colon ? copy_part(arg->type, sizeof arg->type, colon + 1, left - name_len - 1)
                    : copy_part(arg->type, sizeof arg->type, "word", 4);
    }
    if (err == MR_OK && equals) {
        arg->has_fallback = true;
        err = copy_part(arg->fallback, sizeof arg->fallback, equals + 1, len - left - 1);
    }
    return err == MR_OK && arg->name[0] != '\0' && arg->type[0] != '\0' ? MR_OK : MR_EINVAL;
}

static const char *order_problem(const struct mr_args *args)
{
    for (size_t i = 0; i + 1 < args->count; i++) {
        if (strcmp(args->list[i].type, "text") == 0) {
            return "an argument of type text must be the last one";
        }
        if (!args->list[i].required && args->list[i + 1].required) {
            return "a required argument stands behind an optional one";
        }
    }
    return NULL;
}

int mr_args_parse_spec(const char *spec, struct mr_args *out, char *why, size_t why_size)
{
    memset(out, 0, sizeof *out);
    for (const char *at = spec + strspn(spec, " "); *at; at += strspn(at, " ")) {
        char closing = *at == '<' ? '>' : ']';
        const char *end = *at == '<' || *at == '[' ? strchr(at, closing) : NULL;
        if (!end || out->count == MR_ARGS_MAX) {
            snprintf(why, why_size,
                     end ? "there are too many arguments"
                         : "write <name:type> or [name:type=default]");
            return MR_EINVAL;
        }
        struct mr_arg *arg = &out->list[out->count++];
        arg->required = closing == '>';
        if (parse_arg(at + 1, (size_t)(end - at - 1), arg) < 0) {
            snprintf(why, why_size, "'%.*s' is no argument", (int)(end - at + 1), at);
            return MR_EINVAL;
        }
        at = end + 1;
    }
    const char *problem = order_problem(out);
    if (problem) {
        snprintf(why, why_size, "%s", problem);
        return MR_EINVAL;
    }
    return MR_OK;
}

bool mr_args_next_word(const char *line, size_t *offset, struct mr_arg_word *out)
{
    size_t at = *offset + strspn(line + *offset, " ");
    if (line[at] == '\0') {
        *offset = at;
        return false;
    }
    out->start = at;
    bool quoted = line[at] == '"';
    out->open = quoted;
    if (quoted) {
        for (at++; line[at] && line[at] != '"'; at++) {
            at += line[at] == '\\' && (line[at + 1] == '"' || line[at + 1] == '\\');
        }
        out->open = line[at] == '\0';
        at += !out->open;
    } else {
        at += strcspn(line + at, " ");
    }
    out->end = at;
    *offset = at;
    return true;
}

void mr_args_unquote(const char *line, const struct mr_arg_word *word, char *out, size_t size)
{
    size_t at = word->start;
    size_t end = word->end;
    size_t len = 0;
    bool quoted = line[at] == '"';
    at += quoted;
    end -= quoted && !word->open;
    for (; at < end && len + 1 < size; at++) {
        at += quoted && line[at] == '\\' && at + 1 < end &&
              (line[at + 1] == '"' || line[at + 1] == '\\');
        out[len++] = line[at];
    }
    out[mr_utf8_cut(out, len, len)] = '\0';
}

static bool is_choice(const char *type, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = type; *at;) {
        size_t part = strcspn(at, "|");
        if (part == len && memcmp(at, word, len) == 0) {
            return true;
        }
        at += part + (at[part] == '|');
    }
    return false;
}

static cJSON *number_value(const struct mr_arg *arg, const char *word, char *why, size_t size)
{
    char *end = NULL;
    double number = strtod(word, &end);
    int64_t whole = 0;
    bool is_int = strcmp(arg->type, "int") == 0;
    if (is_int ? mr_str_to_i64(word, strlen(word), -1000000000000000, 1000000000000000, &whole) < 0
               : (*word == '\0' || *end != '\0' || !(number > -1e15 && number < 1e15))) {
        snprintf(why, size, "%s must be a %s, not '%.40s'", arg->name,
                 is_int ? "whole number" : "number", word);
        return NULL;
    }
    return cJSON_CreateNumber(is_int ? (double)whole : number);
}

static cJSON *make_value(const struct mr_arg *arg, const char *word, char *why, size_t size)
{
    snprintf(why, size, "%s", mr_error_text(MR_ENOMEM));
    if (strcmp(arg->type, "int") == 0 || strcmp(arg->type, "number") == 0) {
        return number_value(arg, word, why, size);
    }
    if (strchr(arg->type, '|') && !is_choice(arg->type, word)) {
        snprintf(why, size, "%s must be one of %s", arg->name, arg->type);
        return NULL;
    }
    return cJSON_CreateString(word);
}

static int add_value(cJSON *object, const struct mr_arg *arg, const char *word, char *why,
                     size_t size)
{
    cJSON *value = make_value(arg, word, why, size);
    return value ? mr_json_set(object, arg->name, value) : MR_EINVAL;
}

static int parse_one(const struct mr_arg *arg, const char *rest, size_t *offset, cJSON *object,
                     char *why, size_t size)
{
    static const char missing[] = "%s is missing";
    struct mr_arg_word word;
    char *text = NULL;
    int err = MR_OK;
    if (strcmp(arg->type, "text") == 0) {
        struct mr_span span = mr_str_trim(rest + *offset, strlen(rest + *offset));
        *offset = strlen(rest);
        text = span.len > 0 ? strndup(span.at, span.len) : NULL;
    } else if (mr_args_next_word(rest, offset, &word)) {
        if (word.open) {
            snprintf(why, size, "a quote is not closed");
            return MR_EINVAL;
        }
        text = malloc(word.end - word.start + 1);
        if (text) {
            mr_args_unquote(rest, &word, text, word.end - word.start + 1);
        }
    }
    if (text) {
        err = add_value(object, arg, text, why, size);
    } else if (arg->has_fallback) {
        err = add_value(object, arg, arg->fallback, why, size);
    } else if (arg->required) {
        snprintf(why, size, missing, arg->name);
        err = MR_EINVAL;
    }
    free(text);
    return err;
}

int mr_args_parse(const struct mr_args *args, const char *rest, cJSON **out, char *why,
                  size_t why_size)
{
    *out = cJSON_CreateObject();
    int err = *out ? mr_json_set_string(*out, "_rest", rest) : MR_ENOMEM;
    size_t offset = 0;
    snprintf(why, why_size, "%s", mr_error_text(MR_ENOMEM));
    for (size_t i = 0; err == MR_OK && i < args->count; i++) {
        err = parse_one(&args->list[i], rest, &offset, *out, why, why_size);
    }
    size_t left = err == MR_OK ? offset + strspn(rest + offset, " ") : 0;
    if (err == MR_OK && rest[left] != '\0') {
        snprintf(why, why_size, "'%.40s' is one word too many", rest + left);
        why[mr_utf8_cut(why, strlen(why), why_size)] = '\0';
        err = MR_EINVAL;
    }
    if (err < 0) {
        cJSON_Delete(*out);
        *out = NULL;
    }
    return err;
}

void mr_args_usage(const struct mr_args *args, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < args->count && len < size; i++) {
        const struct mr_arg *arg = &args->list[i];
        const char *word = strchr(arg->type, '|') ? arg->type : arg->name;
        int n = snprintf(out + len, size - len, "%s%c%s%c", i ? " " : "", arg->required ? '<' : '[',
                         word, arg->required ? '>' : ']');
        len += n > 0 ? (size_t)n : 0;
    }
}
