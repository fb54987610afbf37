#include "core/script/trace.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <moonroom/errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/runtime/json.h"

struct mr_trace {
    FILE *file; /* NULL: it could not be written to */
};

/* The methods that take secrets, and their parameters. */
static const struct {
    const char *name;
    const char *parameters;
} methods[] = {
#define MR_METHOD(name, permission, parameters, returns, help) {name, parameters},
#include <moonroom/methods.def>
#undef MR_METHOD
};

static const char token[] = "secret:";
static const char hidden[] = "(secret)";

int mr_trace_open(const char *path, struct mr_trace **out, char *why, size_t why_size)
{
    struct stat status;
    struct mr_trace *trace = calloc(1, sizeof *trace);
    int fd = trace ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                          0600)
                   : -1;
    *out = NULL;
    errno = trace ? errno : ENOMEM;
    if (fd >= 0 && (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))) {
        errno = EINVAL;
    } else if (fd >= 0 && fchmod(fd, 0600) == 0) {
        trace->file = fdopen(fd, "a");
    }
    if (trace && trace->file) {
        setvbuf(trace->file, NULL, _IOLBF, MR_LIMIT_RPC_LINE);
        *out = trace;
        return MR_OK;
    }
    snprintf(why, why_size, "The trace cannot be written to %s: %s.", path,
             errno == EINVAL ? "it is no regular file" : strerror(errno));
    if (fd >= 0) {
        close(fd);
    }
    free(trace);
    return MR_EIO;
}

void mr_trace_close(struct mr_trace *trace)
{
    if (trace && trace->file) {
        fclose(trace->file);
    }
    free(trace);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The text with every token in it made unusable; NULL when there is none, or no memory. */
static char *without_tokens(const char *text)
{
    struct mr_buf out;
    const char *at = text;
    int err = MR_OK;
    mr_buf_init(&out, (size_t)MR_LIMIT_RPC_LINE * 2);
    for (const char *found; err == MR_OK && (found = strstr(at, token));) {
        const char *end = found + strlen(token);
        while (is_hex(*end)) {
            end++;
        }
        err = mr_buf_append(&out, at, (size_t)(found - at));
        err = err == MR_OK ? mr_buf_append_str(&out, hidden) : err;
        at = end;
    }
    err = err == MR_OK && at != text ? mr_buf_append_str(&out, at) : MR_EINVAL;
    char *result = err == MR_OK ? mr_buf_take(&out) : NULL;
    mr_buf_free(&out);
    return result;
}

static void hide(cJSON *value)
{
    if (cJSON_IsString(value)) {
        cJSON_SetValuestring(value, hidden);
    }
}

static void hide_tokens(cJSON *value)
{
    if (cJSON_IsString(value) && strstr(value->valuestring, token)) {
        char *text = without_tokens(value->valuestring);
        cJSON_SetValuestring(value, text ? text : "");
        free(text);
    }
    for (cJSON *item = value->child; item; item = item->next) {
        hide_tokens(item);
    }
}

/* Whether a row's parameters have `name` as a secret. */
static bool takes_secret(const char *parameters, const char *name)
{
    const char *at = parameters;
    size_t len = strlen(name);
    while (len > 0 && (at = strstr(at, name))) {
        const char *kind = at + len + (at[len] == '?');
        bool begins = at == parameters || at[-1] == ' ';
        if (begins && strncmp(kind, ":secret", strlen(":secret")) == 0) {
            return true;
        }
        at += len;
    }
    return false;
}

static void hide_parameters(const cJSON *message)
{
    const char *method = mr_json_string(message, "method");
    const cJSON *params = cJSON_GetObjectItemCaseSensitive(message, "params");
    for (size_t i = 0; method && params && i < sizeof methods / sizeof methods[0]; i++) {
        if (strcmp(methods[i].name, method) != 0 || !strstr(methods[i].parameters, ":secret")) {
            continue;
        }
        for (cJSON *item = params->child; item; item = item->next) {
            /* In an array all that could be one goes. */
            if (!item->string || takes_secret(methods[i].parameters, item->string)) {
                hide(item);
            }
        }
    }
}

static cJSON *readable(const char *line, size_t len)
{
    const char *why;
    len -= len > 0 && line[len - 1] == '\n';
    cJSON *message = mr_json_parse(line, len, &why);
    if (!message) {
        return cJSON_CreateString("(no JSON)");
    }
    hide_parameters(message);
    hide_tokens(message);
    return message;
}

void mr_trace_write(struct mr_trace *trace, const char *script, bool to_script, const char *line,
                    size_t len)
{
    struct timespec now;
    if (!trace || !trace->file) {
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    cJSON *message = readable(line, len);
    cJSON *name = cJSON_CreateString(script);
    char *text = message ? mr_json_print(message) : NULL;
    char *name_text = name ? mr_json_print(name) : NULL;
    if (text && name_text &&
        fprintf(trace->file,
                "{\"time\":%lld.%06ld,\"script\":%s,\"direction\":\"%s\",\"message\":%s}\n",
                (long long)now.tv_sec, now.tv_nsec / 1000, name_text, to_script ? "to" : "from",
                text) < 0) {
        fclose(trace->file);
        trace->file = NULL;
    }
    cJSON_free(text);
    cJSON_free(name_text);
    cJSON_Delete(message);
    cJSON_Delete(name);
}
