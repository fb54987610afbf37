#include "core/session/event.h"

#include <moonroom/errors.h>

#include "core/base/limits.h"
#include "core/runtime/json.h"

void mr_emitter_init(struct mr_emitter *emitter, struct mr_hooks *hooks, struct mr_log *log)
{
    emitter->hooks = hooks;
    emitter->log = log;
    /* What was read as Latin-1 has at most twice its bytes. */
    mr_buf_init(&emitter->scratch, 2 * (size_t)MR_LIMIT_FRAME_CLIENT + 64);
}

void mr_emitter_free(struct mr_emitter *emitter)
{
    mr_buf_free(&emitter->scratch);
}

cJSON *mr_emitter_string(struct mr_emitter *emitter, struct mr_span span)
{
    mr_buf_clear(&emitter->scratch);
    if (mr_buf_append(&emitter->scratch, span.at, span.len) != MR_OK)
        return NULL;
    return cJSON_CreateString(mr_buf_str(&emitter->scratch));
}

static cJSON *make_value(struct mr_emitter *emitter, const struct mr_field *field)
{
    switch (field->type) {
    case MR_FIELD_SPAN:
        return mr_emitter_string(emitter, field->span);
    case MR_FIELD_INT:
        return cJSON_CreateNumber((double)field->number);
    case MR_FIELD_BOOL:
        return cJSON_CreateBool(field->number != 0);
    case MR_FIELD_VALUE:
        return field->value;
    }
    return NULL;
}

cJSON *mr_emitter_object(struct mr_emitter *emitter, const struct mr_field *fields, size_t count)
{
    cJSON *object = cJSON_CreateObject();
    int err = object ? MR_OK : MR_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        cJSON *value = make_value(emitter, &fields[i]);
        /* The names are constants, each once: no search for an old member is needed. */
        if (value && err == MR_OK && cJSON_AddItemToObjectCS(object, fields[i].name, value))
            continue;
        cJSON_Delete(value);
        err = MR_ENOMEM;
    }
    if (err == MR_OK)
        return object;
    cJSON_Delete(object);
    return NULL;
}

void mr_emit(struct mr_emitter *emitter, enum mr_event event, const struct mr_field *fields,
             size_t count)
{
    cJSON *object = mr_emitter_object(emitter, fields, count);
    int err = object ? mr_hooks_emit(emitter->hooks, event, object) : MR_ENOMEM;
    if (err != MR_OK)
        mr_log_write(emitter->log, MR_LOG_ERROR, "the event %s is lost: %s", mr_event_name(event),
                     mr_error_text(err));
}
