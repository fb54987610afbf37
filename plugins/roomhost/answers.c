#include "plugins/roomhost/answers.h"

#include "core/base/limits.h"

#include <moonroom/errors.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mr_answers_free(struct mr_answers *answers)
{
    for (size_t i = 0; i < answers->count; i++)
        mr_buf_free(&answers->at[i].line);
    free(answers->at);
    *answers = (struct mr_answers){0};
}

static struct mr_answer *add(struct mr_answers *answers)
{
    if (answers->count == answers->capacity) {
        size_t capacity = answers->capacity ? answers->capacity * 2 : 4;
        struct mr_answer *at = reallocarray(answers->at, capacity, sizeof *at);
        if (!at) {
            answers->lost = true;
            return NULL;
        }
        answers->at = at;
        answers->capacity = capacity;
    }
    struct mr_answer *answer = &answers->at[answers->count++];
    mr_buf_init(&answer->line, MR_LIMIT_FRAME_OUT_TEXT);
    return answer;
}

static int add_line(struct mr_answers *answers, enum mr_answer_to to, const struct mr_line *line)
{
    struct mr_answer *answer = add(answers);
    if (!answer)
        return MR_ENOMEM;
    answer->to = to;
    int err = mr_line_format_to_client(line, &answer->line);
    if (err == MR_OK)
        return MR_OK;
    mr_buf_free(&answer->line);
    answers->count--;
    answers->lost = answers->lost || err == MR_ENOMEM;
    return err;
}

void mr_answers_add(struct mr_answers *answers, enum mr_answer_to to, const struct mr_line *line)
{
    if (add_line(answers, to, line) < 0)
        mr_answers_error(answers, "This cannot be sent.");
}

static void add_text(struct mr_answers *answers, enum mr_answer_to to, enum mr_line_type type,
                     const char *format, va_list args)
{
    char text[MR_LIMIT_FRAME_OUT_TEXT];
    vsnprintf(text, sizeof text, format, args);
    struct mr_line line = {.type = type, .text = mr_span_of(text)};
    if (add_line(answers, to, &line) < 0)
        answers->lost = true;
}

void mr_answers_server(struct mr_answers *answers, enum mr_answer_to to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_text(answers, to, MR_LINE_SERVER, format, args);
    va_end(args);
}

void mr_answers_error(struct mr_answers *answers, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_text(answers, MR_TO_PEER, MR_LINE_SERVER_ERROR, format, args);
    va_end(args);
}
