/*
 * The log: lines for whoever runs moonroom, to a file or to a function.
 *
 * A log is handed down to the parts that write to it; there is no global one. Every line is made
 * safe before it is written, so bytes from the network may be given as they are (with "%.*s"); a
 * secret must never be given. A line that cannot be written is dropped: logging never fails.
 *
 * Not thread-safe: a log belongs to the thread of its owner.
 */
#ifndef MR_BASE_LOG_H
#define MR_BASE_LOG_H

#include "core/base/safe_text.h"

#include <stdio.h>

enum mr_log_level { MR_LOG_ERROR, MR_LOG_WARN, MR_LOG_INFO, MR_LOG_DEBUG };

/* Takes one line, without LF. The text is the caller's and gone after the call. */
typedef void mr_log_sink(void *context, enum mr_log_level level, const struct mr_safe_text *text);

struct mr_log {
    enum mr_log_level level; /* the last level that is written */
    FILE *file;              /* not owned; NULL: nothing is written to a file */
    mr_log_sink *sink;       /* NULL: none */
    void *sink_context;
};

/* Makes a log that writes "2026-11-22T10:30:00Z warn: text" lines to file (NULL for none) up to a
 * level. The file stays the caller's. */
void mr_log_init(struct mr_log *log, FILE *file, enum mr_log_level level);

/* Hands every line to a function as well. */
void mr_log_set_sink(struct mr_log *log, mr_log_sink *sink, void *context);

/* Writes one line of formatted text (UTF-8, no LF needed), cut at MR_LIMIT_LOG_LINE bytes. A NULL
 * log is allowed and writes nothing. */
void mr_log_write(struct mr_log *log, enum mr_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "error", "warn", "info" or "debug". */
const char *mr_log_level_name(enum mr_log_level level);

#endif
