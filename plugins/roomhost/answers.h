/*
 * Answers: what the room says to whom, as formatted lines.
 *
 * Memory that runs out while answers are collected loses an answer and sets `lost`; the owner then
 * closes the connection that asked, rather than leave it waiting.
 */
#ifndef MR_ROOMHOST_ANSWERS_H
#define MR_ROOMHOST_ANSWERS_H

#include "core/base/buf.h"
#include "core/wire/line.h"

#include <stdbool.h>
#include <stddef.h>

enum mr_answer_to {
    MR_TO_PEER,  /* the connection that asked */
    MR_TO_ME,    /* all connections of its user */
    MR_TO_OTHER, /* all connections of the other user of the line */
    MR_TO_ALL    /* everybody in the room */
};

struct mr_answer {
    enum mr_answer_to to;
    struct mr_buf line; /* without LF at its end; several lines of one answer belong together */
};

struct mr_answers {
    struct mr_answer *at;
    size_t count, capacity;
    bool lost;
};

/* Zeroed is empty. */
void mr_answers_free(struct mr_answers *answers);

/* Formats one message for clients and adds it. What cannot be sent is answered to the asking
 * connection as an error. */
void mr_answers_add(struct mr_answers *answers, enum mr_answer_to to, const struct mr_line *line);

/* `Server> text`, and `Server> /e text`, made by a format. */
void mr_answers_server(struct mr_answers *answers, enum mr_answer_to to, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void mr_answers_error(struct mr_answers *answers, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
