/* process.run: programs that run on behalf of a script that has none of its own. */
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/bytes.h"
#include "core/api/errand.h"
#include "core/api/methods.h"
#include "core/base/limits.h"
#include "core/runtime/json.h"
#include "core/runtime/program.h"

struct run {
    struct mr_errand errand; /* first: one is the other */
    struct mr_program *program;
    uint64_t timeout_ms;
};

static void run_free(struct run *run)
{
    mr_program_free(&run->program);
    free(run);
}

static void stop(struct mr_errand *errand)
{
    run_free((struct run *)errand);
}

static const struct mr_errand_kind kind = {"process.run", MR_LIMIT_PROCESSES, stop};

static cJSON *describe(const struct mr_program_result *result)
{
    cJSON *out = cJSON_CreateObject();
    int err = out ? MR_OK : MR_ENOMEM;
    if (err == MR_OK) {
        err = result->signum ? mr_json_set_int(out, "signal", result->signum)
                             : mr_json_set_int(out, "code", result->status);
    }
    if (err == MR_OK) {
        err = mr_bytes_set(out, "out", mr_buf_data(result->out), mr_buf_len(result->out));
    }
    if (err == MR_OK) {
        err = mr_bytes_set(out, "err", mr_buf_data(result->err), mr_buf_len(result->err));
    }
    if (err == MR_OK) {
        err = mr_json_set_bool(out, "truncated", result->truncated);
    }
    if (err < 0) {
        cJSON_Delete(out);
        return NULL;
    }
    return out;
}

static void on_end(void *ctx, int err, const struct mr_program_result *result)
{
    struct run *run = ctx;
    struct mr_call *call = mr_errand_end(&run->errand);
    cJSON *value = err == MR_OK ? describe(result) : NULL;
    uint64_t ms = run->timeout_ms;
    run_free(run);
    if (err == MR_ETIMEOUT) {
        mr_call_fail(call, err, "it was ended, as it took longer than %g s", (double)ms / 1000);
    } else if (!value) {
        mr_call_fail(call, MR_ENOMEM, "%s", mr_error_text(MR_ENOMEM));
    } else {
        mr_call_return(call, value);
    }
}

/* argv's texts stay the params'. */
static int read_argv(const cJSON *list, const char *out[MR_LIMIT_PROCESS_ARGS + 1])
{
    size_t count = 0;
    for (const cJSON *item = list->child; item; item = item->next) {
        if (!cJSON_IsString(item) || count == MR_LIMIT_PROCESS_ARGS) {
            return MR_EINVAL;
        }
        out[count++] = item->valuestring;
    }
    out[count] = NULL;
    return count > 0 ? MR_OK : MR_EINVAL;
}

static int start(struct mr_core *core, struct run *run, const char *const *argv, char *why,
                 size_t why_size)
{
    char *file = NULL;
    char *folder = NULL;
    const struct mr_caller *caller = mr_call_caller(run->errand.call);
    snprintf(why, why_size, "there is no program %.200s", argv[0]);
    int err = mr_program_find(argv[0], &file);
    if (err == MR_OK) {
        snprintf(why, why_size, "%.200s could not be started", argv[0]);
        /* What a script keeps is where its programs look for it. */
        bool has_folder =
            mr_caller_may(caller, "fs:data") && mr_files_folder(core, caller, &folder) == MR_OK;
        const struct mr_program_options options = {.file = file,
                                                   .argv = argv,
                                                   .folder = has_folder ? folder : NULL,
                                                   .timeout_ms = run->timeout_ms,
                                                   .out_max = MR_LIMIT_PROCESS_OUTPUT,
                                                   .err_max = MR_LIMIT_PROCESS_ERRORS};
        err = mr_program_start(core->loop, &options, on_end, run, &run->program);
    }
    free(file);
    free(folder);
    return err;
}

static void process_run(void *ctx, struct mr_call *call, const cJSON *params)
{
    const char *argv[MR_LIMIT_PROCESS_ARGS + 1];
    char permission[MR_PERMISSION_MAX];
    char why[300];
    if (read_argv(cJSON_GetObjectItemCaseSensitive(params, "argv"), argv) < 0) {
        mr_call_fail(call, MR_EINVAL,
                     "argv is a list of 1 to %d texts: the program and its arguments",
                     MR_LIMIT_PROCESS_ARGS);
        return;
    }
    snprintf(permission, sizeof permission, "process:%.240s", argv[0]);
    if (mr_permission_check(permission, why, sizeof why) < 0) {
        mr_call_fail(call, MR_EINVAL, "'%.100s' is no name of a program, nor its absolute path",
                     argv[0]);
        return;
    }
    uint64_t ms;
    if (!mr_call_needs(call, "process.run", permission) ||
        !mr_errand_timeout(call, params, MR_LIMIT_PROCESS_TIME, MR_LIMIT_PROCESS_TIME_MAX, &ms)) {
        return;
    }
    /* A test is somebody else's text too, and comes out the same everywhere. */
    if (mr_loop_is_virtual(((struct mr_core *)ctx)->loop)) {
        mr_call_fail(call, MR_EUNSUPPORTED, "a test runs no programs");
        return;
    }
    struct run *run = calloc(1, sizeof *run);
    if (!run) {
        mr_call_fail(call, MR_ENOMEM, "%s", mr_error_text(MR_ENOMEM));
        return;
    }
    run->timeout_ms = ms;
    if (!mr_errand_begin(&kind, &run->errand, call, permission)) {
        free(run);
        return;
    }
    int err = start(ctx, run, argv, why, sizeof why);
    if (err < 0) {
        mr_errand_end(&run->errand);
        run_free(run);
        mr_call_fail(call, err, "%s", why);
    }
}

int mr_methods_bind_process(struct mr_core *core)
{
    return mr_api_bind(core->api, "process.run", process_run, core);
}
