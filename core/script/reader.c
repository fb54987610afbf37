#include "core/script/reader.h"

#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/limits.h"
#include "core/base/str.h"
#include "core/runtime/json.h"
#include "core/script/process.h"

enum { WHY = 4096 };

struct mr_reader {
    struct mr_process *process;
    mr_reader_fn *fn;
    void *ctx;
    struct mr_reader **place;
    char name[MR_MANIFEST_NAME + 1];
    struct mr_manifest manifest;
    struct mr_timer *over; /* it answered: the rest comes from the loop */
    bool read;
    int err;
    char why[WHY];
};

static void keep_reason(struct mr_reader *reader, int err, const char *text)
{
    size_t len = mr_utf8_cut(text, strlen(text), sizeof reader->why - 1);
    reader->err = err;
    memcpy(reader->why, text, len);
    reader->why[len] = '\0';
}

/* The process need not have died for this: at the lowest priority that can take a while. */
static void finish(void *ctx)
{
    struct mr_reader reader = *(struct mr_reader *)ctx;
    ((struct mr_reader *)ctx)->manifest = (struct mr_manifest){.given = false}; /* ours now */
    mr_reader_free(reader.place);
    reader.fn(reader.ctx, reader.err, reader.why, reader.err == MR_OK ? &reader.manifest : NULL);
    mr_manifest_free(&reader.manifest);
}

static void on_manifest(void *ctx, int err, const char *text, const cJSON *result)
{
    struct mr_reader *reader = ctx;
    if (err == MR_ECLOSED) {
        return; /* on_end tells why */
    }
    if (err < 0) {
        keep_reason(reader, err, text);
    } else {
        reader->err =
            mr_manifest_read(cJSON_GetObjectItemCaseSensitive(result, "manifest"), reader->name,
                             &reader->manifest, reader->why, sizeof reader->why);
    }
    reader->read = true;
    if (mr_timer_start_real(mr_process_core(reader->process)->loop, 0, 0, finish, reader,
                            &reader->over) < 0) {
        mr_process_kill(reader->process, "", "");
    }
}

static void on_request(void *ctx, const cJSON *id, const char *method, const cJSON *params)
{
    (void)ctx;
    (void)id;
    (void)method;
    (void)params; /* a manifest is data: nothing is answered */
}

static void on_overrun(void *ctx, const char *what, bool often)
{
    struct mr_reader *reader = ctx;
    (void)what;
    (void)often;
    mr_process_kill(reader->process, "timeout", "its manifest takes too long to read");
}

static void on_end(void *ctx, const char *code, const char *text)
{
    struct mr_reader *reader = ctx;
    if (!reader->read) {
        keep_reason(reader, *code ? mr_error_by_name(code) : MR_ECLOSED, text);
    }
    finish(reader);
}

static int ask(struct mr_reader *reader, const char *shown, const char *source)
{
    cJSON *params = cJSON_CreateObject();
    int err = params ? mr_json_set_string(params, "kind", "manifest") : MR_ENOMEM;
    if (err == MR_OK) {
        err = mr_json_set_string(params, "name", reader->name);
    }
    if (err == MR_OK) {
        err = mr_json_set_string(params, "path", shown);
    }
    if (err == MR_OK) {
        err = mr_json_set_string(params, "source", source);
    }
    if (err == MR_OK) {
        err = mr_process_ask(reader->process, "load", params, "its manifest",
                             MR_LIMIT_MANIFEST_TIME, on_manifest, reader);
    }
    cJSON_Delete(params);
    return err;
}

int mr_reader_start(struct mr_core *core, const char *name, const char *shown, const char *source,
                    mr_reader_fn *fn, void *ctx, struct mr_reader **out)
{
    static const struct mr_process_callbacks callbacks = {on_request, on_overrun, NULL, on_end};
    const struct mr_process_options options = {.name = name, .job_fd = -1};
    struct mr_reader *reader = calloc(1, sizeof *reader);
    *out = reader;
    if (!reader) {
        return MR_ENOMEM;
    }
    reader->fn = fn;
    reader->ctx = ctx;
    reader->place = out;
    if (strlen(name) <= MR_MANIFEST_NAME) {
        snprintf(reader->name, sizeof reader->name, "%s", name);
    }
    int err = mr_process_start(core, &options, &callbacks, reader, &reader->process);
    if (err == MR_OK) {
        err = ask(reader, shown, source);
    }
    if (err < 0) {
        mr_reader_free(out);
    }
    return err;
}

void mr_reader_free(struct mr_reader **reader_at)
{
    struct mr_reader *reader = *reader_at;
    if (reader) {
        *reader_at = NULL;
        mr_timer_stop(&reader->over);
        mr_process_free(&reader->process);
        mr_manifest_free(&reader->manifest);
        free(reader);
    }
}
