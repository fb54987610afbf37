#include "core/ui/style.h"

#include <moonroom/errors.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

static const char *const color_names[] = {"black", "red",     "green", "yellow",
                                          "blue",  "magenta", "cyan",  "white"};

/* Colours for names: readable on dark and on light backgrounds, and none of them red, which says
 * error. */
static const unsigned char many_colors[] = {33, 35,  37,  68,  69,  71,  73,  97,
                                            99, 107, 133, 136, 139, 166, 172, 175};
static const unsigned char few_colors[] = {2, 3, 4, 5, 6};

static int color_by_name(struct mr_span word)
{
    for (int i = 0; i < 8; i++) {
        if (mr_span_is(word, color_names[i])) {
            return i;
        }
    }
    return -1;
}

/* One word of a colour: its SGR parameters in out, or false. `bright` is a word that changes the
 * next. */
static bool word_code(struct mr_span word, bool bright, char *out, size_t size)
{
    int color = color_by_name(word);
    int64_t number = 0;

    if (color >= 0) {
        snprintf(out, size, "%d", (bright ? 90 : 30) + color);
    } else if (bright) {
        return false;
    } else if (mr_span_is(word, "bold")) {
        snprintf(out, size, "1");
    } else if (mr_span_is(word, "underline")) {
        snprintf(out, size, "4");
    } else if (mr_span_is(word, "dim")) {
        snprintf(out, size, "2");
    } else if (mr_str_to_i64(word.at, word.len, 0, 255, &number) == MR_OK) {
        snprintf(out, size, "38;5;%d", (int)number);
    } else {
        return false;
    }
    return true;
}

int mr_style_parse(const char *words, char out[static MR_STYLE_SGR])
{
    struct mr_span rest = mr_span_of(words);
    struct mr_span word = mr_str_word(&rest);
    size_t used = 0;
    bool bright = false;

    out[0] = '\0';
    if (word.len == 0 || mr_span_is(word, "none")) {
        return rest.len == 0 ? MR_OK : MR_EINVAL;
    }
    for (; word.len > 0; word = mr_str_word(&rest)) {
        char code[16];

        if (mr_span_is(word, "bright")) {
            bright = true;
            continue;
        }
        if (!word_code(word, bright, code, sizeof code) || used + strlen(code) + 4 > MR_STYLE_SGR) {
            out[0] = '\0';
            return MR_EINVAL;
        }
        bright = false;
        used +=
            (size_t)snprintf(out + used, MR_STYLE_SGR - used, "%s%s", used ? ";" : "\x1b[", code);
    }
    if (used == 0 || bright) {
        out[0] = '\0';
        return MR_EINVAL;
    }
    snprintf(out + used, MR_STYLE_SGR - used, "m");
    return MR_OK;
}

static bool wants_color(const char *when, const struct mr_style_terminal *terminal)
{
    bool dumb = !terminal->term || !terminal->term[0] || strcmp(terminal->term, "dumb") == 0;

    if (strcmp(when, "off") == 0 || dumb) {
        return false;
    }
    if (strcmp(when, "on") == 0) {
        return true;
    }
    return terminal->tty && !(terminal->no_color && terminal->no_color[0]);
}

static void set_role(struct mr_style *style, enum mr_role role, const char *words)
{
    if (style->color && mr_style_parse(words, style->open[role]) == MR_OK) {
        return;
    }
    style->open[role][0] = '\0';
}

void mr_style_init(struct mr_style *style, const char *when,
                   const struct mr_style_terminal *terminal)
{
    memset(style, 0, sizeof *style);
    style->color = wants_color(when, terminal);
    style->many = terminal->term && strstr(terminal->term, "256");
    style->utf8 = terminal->utf8;
    style->names = true;
    snprintf(style->time_format, sizeof style->time_format, "%%H:%%M");
    set_role(style, MR_ROLE_TIME, style->many ? "244" : "dim");
    set_role(style, MR_ROLE_WHISPER, "magenta");
    set_role(style, MR_ROLE_ERROR, "red");
    set_role(style, MR_ROLE_SELF, "cyan");
    set_role(style, MR_ROLE_HIGHLIGHT, "yellow");
    set_role(style, MR_ROLE_SERVER, "green");
    set_role(style, MR_ROLE_INFO, style->many ? "110" : "cyan");
    set_role(style, MR_ROLE_TITLE, "bold");
    set_role(style, MR_ROLE_UNDERLINE, "underline");
    set_role(style, MR_ROLE_SCRIPT, style->many ? "244" : "dim");
    set_role(style, MR_ROLE_UNREAD, "bold yellow");
}

const char *mr_style_open(const struct mr_style *style, enum mr_role role)
{
    return style->open[role];
}

const char *mr_style_close(const struct mr_style *style)
{
    return style->color ? "\x1b[0m" : "";
}

void mr_style_of_name(const struct mr_style *style, const char *name, char out[static MR_STYLE_SGR])
{
    uint32_t hash = 2166136261u;

    out[0] = '\0';
    if (!style->color || !style->names) {
        return;
    }
    for (const char *p = name; *p; p++) {
        hash = (hash ^ (unsigned char)*p) * 16777619u;
    }
    hash ^= hash >> 15;
    if (style->many) {
        snprintf(out, MR_STYLE_SGR, "\x1b[38;5;%um", many_colors[hash % sizeof many_colors]);
    } else {
        snprintf(out, MR_STYLE_SGR, "\x1b[3%um", few_colors[hash % sizeof few_colors]);
    }
}
