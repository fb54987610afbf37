#include "core/base/log.h"

#include "core/base/limits.h"

#include <moonroom/errors.h>

#include <stdarg.h>
#include <string.h>
#include <time.h>

void mr_log_init(struct mr_log *log, FILE *file, enum mr_log_level level)
{
    *log = (struct mr_log){.level = level, .file = file};
}

void mr_log_set_sink(struct mr_log *log, mr_log_sink *sink, void *context)
{
    log->sink = sink;
    log->sink_context = context;
}

const char *mr_log_level_name(enum mr_log_level level)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    return (size_t)level < sizeof names / sizeof names[0] ? names[level] : "unknown";
}

static void write_file(struct mr_log *log, enum mr_log_level level, const char *text)
{
    struct timespec now;
    struct tm utc;
    char stamp[32] = "";
    clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &utc))
        strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
    fprintf(log->file, "%s %s: %s\n", stamp, mr_log_level_name(level), text);
    fflush(log->file);
}

void mr_log_write(struct mr_log *log, enum mr_log_level level, const char *format, ...)
{
    if (!log || level > log->level || (!log->file && !log->sink))
        return;
    /* One byte more than is shown, so that the safe text knows that something is missing. */
    char raw[MR_LIMIT_LOG_LINE + 2];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    struct mr_safe_text safe;
    if (len < 0 || mr_safe_text_make(raw, strlen(raw), MR_LIMIT_LOG_LINE, &safe) != MR_OK)
        return;
    if (log->file)
        write_file(log, level, safe.text);
    if (log->sink)
        log->sink(log->sink_context, level, &safe);
    mr_safe_text_free(&safe);
}
