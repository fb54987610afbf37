/* Emitting an event from typed fields. */
#ifndef MR_SESSION_EVENT_H
#define MR_SESSION_EVENT_H

#include "core/base/buf.h"
#include "core/base/log.h"
#include "core/base/str.h"
#include "core/runtime/hook.h"

struct mr_emitter {
    struct mr_hooks *hooks;
    struct mr_log *log;
    struct mr_buf scratch;
};

enum mr_field_type { MR_FIELD_SPAN, MR_FIELD_INT, MR_FIELD_BOOL, MR_FIELD_VALUE };

struct mr_field {
    const char *name;
    enum mr_field_type type;
    struct mr_span span;
    int64_t number;
    cJSON *value;
};

#define MR_SPAN_FIELD(name_, span_)                                                                \
    {                                                                                              \
        .name = (name_), .type = MR_FIELD_SPAN, .span = (span_)                                    \
    }
#define MR_TEXT_FIELD(name_, text_) MR_SPAN_FIELD(name_, mr_span_of(text_))
#define MR_INT_FIELD(name_, number_)                                                               \
    {                                                                                              \
        .name = (name_), .type = MR_FIELD_INT, .number = (number_)                                 \
    }
#define MR_BOOL_FIELD(name_, flag_)                                                                \
    {                                                                                              \
        .name = (name_), .type = MR_FIELD_BOOL, .number = (flag_)                                  \
    }
#define MR_VALUE_FIELD(name_, value_)                                                              \
    {                                                                                              \
        .name = (name_), .type = MR_FIELD_VALUE, .value = (value_)                                 \
    }

void mr_emitter_init(struct mr_emitter *emitter, struct mr_hooks *hooks, struct mr_log *log);
void mr_emitter_free(struct mr_emitter *emitter);

/* The fields as an object, NULL without memory. Values are taken. */
cJSON *mr_emitter_object(struct mr_emitter *emitter, const struct mr_field *fields, size_t count);

/* Emits. Values are taken. What cannot be told for lack of memory stands in the log. */
void mr_emit(struct mr_emitter *emitter, enum mr_event event, const struct mr_field *fields,
             size_t count);

/* mr_emit() with its fields written out. */
#define MR_EMIT(emitter, event, ...)                                                               \
    mr_emit(emitter, event, (const struct mr_field[]){__VA_ARGS__},                                \
            sizeof((const struct mr_field[]){__VA_ARGS__}) / sizeof(struct mr_field))

/* A string value of a span, NULL without memory. */
cJSON *mr_emitter_string(struct mr_emitter *emitter, struct mr_span span);

#endif
