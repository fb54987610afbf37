/* Lines: any text parses to something that points into the text; whatever can be formatted is read
 * as the message that it was, so that no text becomes a command. */
#include "core/wire/line.h"

#include "tests/fuzz/wire_fuzz.h"

#include <moonroom/errors.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct mr_span span, struct mr_span text)
{
    static const char server[] = "Server";
    if (span.len == 0 || (span.len == 6 && memcmp(span.at, server, 6) == 0))
        return;
    HOLDS(span.at >= text.at && span.at + span.len <= text.at + text.len);
}

static void check_message(const struct mr_line *line, struct mr_span text)
{
    HOLDS((unsigned)line->type < MR_LINE_TYPES);
    HOLDS((line->type == MR_LINE_BAD) == (line->why != NULL));
    inside(line->name, text);
    inside(line->to, text);
    inside(line->text, text);
    inside(line->item, text);
    inside(line->list, text);
    struct mr_span list = line->list, name;
    int64_t coins;
    if (line->type == MR_LINE_LEADERBOARD)
        while (mr_leaderboard_next(&list, &name, &coins))
            inside(name, text);
    if (line->type == MR_LINE_ACTIVE)
        while (mr_active_next(&list, &name))
            inside(name, text);
}

static void parse(struct mr_span text)
{
    struct mr_span rest = text;
    struct mr_line line;
    while (mr_line_next_from_room(&rest, mr_span_of("me"), &line))
        check_message(&line, text);
    HOLDS(rest.len == 0);
    for (rest = text; mr_line_next_from_client(&rest, &line);) {
        check_message(&line, text);
        /* What a client said in good form can be said again. */
        struct mr_buf out;
        mr_buf_init(&out, 4096);
        int error = mr_line_format_to_room(&line, &out);
        HOLDS(error == 0 || error == MR_EUNSUPPORTED || error == MR_EINVAL);
        mr_buf_free(&out);
    }
}

/* Sentences of the room itself, which clients know by their words. */
static bool room_sentence(enum mr_line_type type)
{
    return type == MR_LINE_SERVER || type == MR_LINE_KICKED || type == MR_LINE_COST ||
           type == MR_LINE_JOINED || type == MR_LINE_LEFT || type == MR_LINE_ACTIVE;
}

static void format(struct input input)
{
    struct mr_line line = {.type = (enum mr_line_type)(take_byte(&input) % MR_LINE_TYPES)}, again;
    line.number = (int8_t)take_byte(&input);
    line.name = take_bytes(&input, take_byte(&input) & 31);
    line.to = take_bytes(&input, take_byte(&input) & 31);
    line.item = take_bytes(&input, take_byte(&input) & 31);
    line.text = take_bytes(&input, take_byte(&input));
    line.list = take_bytes(&input, input.left);
    struct mr_buf out;
    mr_buf_init(&out, 4096);
    if (mr_line_format_to_room(&line, &out) == 0) {
        struct mr_span text = {mr_buf_str(&out), mr_buf_len(&out)};
        HOLDS(mr_line_next_from_client(&text, &again) && text.len == 0);
        HOLDS(again.type == line.type);
    }
    mr_buf_clear(&out);
    if (mr_line_format_to_client(&line, &out) == 0) {
        struct mr_span text = {mr_buf_str(&out), mr_buf_len(&out)};
        /* To somebody who is not the one that speaks, but for his own echoes. */
        struct mr_span me = line.type == MR_LINE_WHISPER_ECHO ? line.name : mr_span_of("");
        HOLDS(mr_line_next_from_room(&text, me, &again) && text.len == 0);
        HOLDS(again.type == line.type ||
              (line.type == MR_LINE_SERVER && room_sentence(again.type)));
    }
    mr_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    if (take_byte(&input) & 1)
        format(input);
    else
        parse((struct mr_span){(const char *)input.at, input.left});
    return 0;
}
