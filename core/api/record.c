#include "core/api/record.h"

#include <errno.h>
#include <fcntl.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/api/methods.h"
#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "core/runtime/json.h"
#include "core/wire/line.h"

enum { NAME_MAX_LEN = 64, VERSION = 1 };

struct mr_recorder {
    struct mr_core *core;
    FILE *file; /* NULL: nothing is recorded */
    char *path;
    uint64_t began_ms;
    size_t bytes;
    int64_t lines;
};

static void stop(struct mr_recorder *recorder)
{
    mr_session_watch(recorder->core->session, NULL, NULL);
    if (recorder->file) {
        fclose(recorder->file);
        recorder->file = NULL;
    }
    free(recorder->path);
    recorder->path = NULL;
}

/* It ended by itself: the user is told why. */
static void give_up(struct mr_recorder *recorder, const char *why)
{
    char text[512];
    cJSON *params = cJSON_CreateObject();
    snprintf(text, sizeof text, "The recording ends here: %s", why);
    if (params && mr_json_set_string(params, "text", text) == MR_OK &&
        mr_json_set_string(params, "style", "error") == MR_OK) {
        mr_api_call(recorder->core->api, recorder->core->user, "ui.print", params, NULL, NULL);
    }
    cJSON_Delete(params);
    stop(recorder);
}

static void write_line(struct mr_recorder *recorder, cJSON *entry)
{
    char *line = entry ? mr_json_print(entry) : NULL;
    size_t len = line ? strlen(line) : 0;
    cJSON_Delete(entry);
    if (!line) {
        give_up(recorder, mr_error_text(MR_ENOMEM));
    } else if (recorder->bytes + len + 1 > MR_LIMIT_RECORDING) {
        give_up(recorder, "it is as long as it may be.");
    } else if (fputs(line, recorder->file) < 0 || fputc('\n', recorder->file) < 0 ||
               fflush(recorder->file) != 0) {
        give_up(recorder, strerror(errno));
    } else {
        recorder->bytes += len + 1;
        recorder->lines++;
    }
    cJSON_free(line);
}

/* value is taken. */
static void note(struct mr_recorder *recorder, const char *what, cJSON *value)
{
    uint64_t ms = mr_loop_now_ms(recorder->core->loop) - recorder->began_ms;
    cJSON *entry = cJSON_CreateObject();
    if (!entry || !cJSON_AddNumberToObject(entry, "t", (double)ms / 1000) ||
        mr_json_set(entry, what, value) < 0) {
        cJSON_Delete(entry);
        give_up(recorder, mr_error_text(MR_ENOMEM));
        return;
    }
    write_line(recorder, entry);
}

static void note_text(struct mr_recorder *recorder, const char *what, const char *text, size_t len)
{
    char *copy = strndup(text, len);
    note(recorder, what, copy ? cJSON_CreateString(copy) : NULL);
    free(copy);
}

static void on_text(void *ctx, bool sent, const char *text, size_t len)
{
    struct mr_recorder *recorder = ctx;
    if (!sent) {
        note_text(recorder, "recv", text, len);
        return;
    }
    while (len > 0 && recorder->file) {
        const char *end = memchr(text, '\n', len);
        struct mr_span line = {text, end ? (size_t)(end - text) : len};
        const char *kept = mr_line_without_secret(line);
        note_text(recorder, "sent", kept ? kept : line.at, kept ? strlen(kept) : line.len);
        text += line.len + (end != NULL);
        len -= line.len + (end != NULL);
    }
}

void mr_recorder_typed(struct mr_recorder *recorder, const char *line)
{
    /* The command that ends it is no part of it. */
    if (recorder && recorder->file && strcmp(line, "/record stop") != 0) {
        note_text(recorder, "typed", line, strlen(line));
    }
}

void mr_recorder_secret(struct mr_recorder *recorder)
{
    if (recorder && recorder->file) {
        note(recorder, "secret", cJSON_CreateTrue());
    }
}

/* The methods -------------------------------------------------------------------------------- */

static bool is_name(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= NAME_MAX_LEN &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == len;
}

/* NAME and NAME.jsonl are the same. A file that is there already is left alone. */
static int open_file(struct mr_recorder *recorder, const char *name)
{
    char *folder = mr_paths_join(recorder->core->paths->state, "recordings");
    char file[NAME_MAX_LEN + 8];
    snprintf(file, sizeof file, "%s.jsonl", name);
    recorder->path = folder ? mr_paths_join(folder, file) : NULL;
    int err = recorder->path ? mr_file_make_folder(folder) : MR_ENOMEM;
    free(folder);
    if (err < 0) {
        return err;
    }
    int fd = open(recorder->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno == EEXIST ? MR_EEXISTS : MR_EIO;
    }
    recorder->file = fdopen(fd, "w");
    if (!recorder->file) {
        close(fd);
        return MR_ENOMEM;
    }
    return MR_OK;
}

static void write_head(struct mr_recorder *recorder)
{
    struct mr_room_facts facts;
    struct mr_job job;
    cJSON *head = cJSON_CreateObject();
    mr_session_facts(recorder->core->session, &facts);
    int err = head ? mr_json_set_int(head, "recording", VERSION) : MR_ENOMEM;
    if (err == MR_OK) {
        err = mr_json_set_int(head, "time", mr_loop_time(recorder->core->loop));
    }
    if (err == MR_OK && facts.name[0]) {
        err = mr_json_set_string(head, "me", facts.name);
    }
    if (err == MR_OK) {
        err = mr_json_set_int(head, "coins", facts.balance);
    }
    if (err == MR_OK) {
        err = mr_json_set_int(head, "cookies", facts.cookies);
    }
    if (err == MR_OK && mr_session_job(recorder->core->session, &job)) {
        err = mr_json_set_int(head, "zeros", job.zeros);
        err = err == MR_OK ? mr_json_set_string(head, "prev_hash", job.prev_hash) : err;
    }
    if (err < 0) {
        cJSON_Delete(head);
        head = NULL;
    }
    write_line(recorder, head);
}

static void record_start(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_recorder *recorder = ctx;
    const char *name = mr_json_string(params, "name");
    if (recorder->file) {
        mr_call_fail(call, MR_ESTATE, "A recording is under way. /record stop ends it.");
        return;
    }
    if (!is_name(name)) {
        mr_call_fail(call, MR_EINVAL, "A recording has a name of 1 to %d letters, digits, - and _.",
                     NAME_MAX_LEN);
        return;
    }
    int err = open_file(recorder, name);
    if (err < 0) {
        mr_call_fail(call, err,
                     err == MR_EEXISTS ? "There is a recording %s already: %s"
                                       : "The recording %s cannot be written: %s",
                     name, recorder->path ? recorder->path : "");
        stop(recorder);
        return;
    }
    recorder->began_ms = mr_loop_now_ms(recorder->core->loop);
    recorder->bytes = 0;
    recorder->lines = 0;
    mr_session_watch(recorder->core->session, on_text, recorder);
    write_head(recorder);
    if (!recorder->file) {
        mr_call_fail(call, MR_EIO, "The recording %s cannot be written.", name);
        return;
    }
    mr_call_return(call, cJSON_CreateString(recorder->path));
}

static void record_stop(void *ctx, struct mr_call *call, const cJSON *params)
{
    struct mr_recorder *recorder = ctx;
    (void)params;
    if (!recorder->file) {
        mr_call_fail(call, MR_ESTATE, "Nothing is being recorded. /record start NAME begins.");
        return;
    }
    cJSON *result = cJSON_CreateObject();
    int err = result ? mr_json_set_string(result, "path", recorder->path) : MR_ENOMEM;
    if (err == MR_OK) {
        (void)mr_json_set_int(result, "lines", recorder->lines - 1); /* without the head */
    }
    stop(recorder);
    mr_call_return(call, result);
}

int mr_recorder_new(struct mr_core *core, struct mr_recorder **out)
{
    static const struct mr_binding rows[] = {
        {"record.start", record_start}, {"record.stop", record_stop}, {NULL, NULL}};
    struct mr_recorder *recorder = calloc(1, sizeof *recorder);
    *out = recorder;
    if (!recorder) {
        return MR_ENOMEM;
    }
    recorder->core = core;
    core->recorder = recorder;
    return mr_api_bind_all(core->api, rows, recorder);
}

void mr_recorder_free(struct mr_recorder **recorder)
{
    if (*recorder) {
        stop(*recorder);
        (*recorder)->core->recorder = NULL;
        free(*recorder);
        *recorder = NULL;
    }
}
