#include "tests/unit/lua/harness.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { BUFFER = 4 * 1024 * 1024, FD_LINK = 3, FD_JOB = 4 };

static void become_host(pid_t parent, int link, int log, int job)
{
    char id[24];
    char job_fd[8];
    snprintf(id, sizeof id, "%d", (int)parent);
    snprintf(job_fd, sizeof job_fd, "%d", FD_JOB);
    char *argv[] = {"moonroom-lua", "--parent", id, job >= 0 ? "--job" : NULL, job_fd, NULL};
    /* High numbers first, so that no descriptor is overwritten before it is copied. */
    int high = fcntl(link, F_DUPFD, 20);
    int high_log = fcntl(log, F_DUPFD, 20);
    int high_job = job >= 0 ? fcntl(job, F_DUPFD, 20) : -1;
    dup2(high_log, STDERR_FILENO);
    dup2(high, FD_LINK);
    if (job >= 0) {
        dup2(high_job, FD_JOB);
    }
    execv(MR_LUA_HOST, argv);
    _exit(127);
}

static void start(struct harness *h, int job)
{
    int link[2];
    int log[2];
    pid_t parent = getpid();
    h->registered = 0;
    mr_buf_init(&h->in, BUFFER);
    mr_buf_init(&h->calls, BUFFER);
    mr_buf_init(&h->errors, BUFFER);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link), 0);
    assert_int_equal(pipe2(log, O_CLOEXEC), 0);
    h->pid = fork();
    if (h->pid == 0) {
        become_host(parent, link[1], log[1], job);
    }
    assert_true(h->pid > 0);
    close(link[1]);
    close(log[1]);
    h->fd = link[0];
    h->log_fd = log[0];
}

void harness_start(struct harness *h)
{
    memset(h, 0, sizeof *h);
    start(h, -1);
}

void harness_start_strategy(struct harness *h)
{
    memset(h, 0, sizeof *h);
    int fd = memfd_create("job", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, sizeof *h->job), 0);
    h->job = mmap(NULL, sizeof *h->job, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(h->job != MAP_FAILED);
    mr_job_page_init(h->job);
    start(h, fd);
    close(fd);
}

void harness_stop(struct harness *h)
{
    if (h->pid > 0) {
        kill(h->pid, SIGKILL);
        waitpid(h->pid, NULL, 0);
    }
    close(h->fd);
    close(h->log_fd);
    if (h->job) {
        munmap(h->job, sizeof *h->job);
    }
    cJSON_Delete(h->waiting);
    mr_buf_free(&h->in);
    mr_buf_free(&h->calls);
    mr_buf_free(&h->errors);
}

static struct harness_answer *answer_place(struct harness *h, const char *method)
{
    for (int i = 0; i < HARNESS_ANSWERS; i++) {
        struct harness_answer *answer = &h->answers[i];
        if (!answer->method || strcmp(answer->method, method) == 0) {
            *answer = (struct harness_answer){.method = method};
            return answer;
        }
    }
    fail_msg("too many answers");
    return NULL;
}

void harness_answer(struct harness *h, const char *method, const char *json)
{
    answer_place(h, method)->json = json;
}

void harness_refuse(struct harness *h, const char *method, const char *code, const char *message)
{
    struct harness_answer *answer = answer_place(h, method);
    answer->code = code;
    answer->message = message;
}

void harness_keep(struct harness *h, const char *method)
{
    answer_place(h, method)->never = true;
}

static void send_json(struct harness *h, cJSON *message)
{
    char *text = cJSON_PrintUnformatted(message);
    size_t len = strlen(text);
    text[len] = '\n';
    assert_int_equal(send(h->fd, text, len + 1, MSG_NOSIGNAL), (int)len + 1);
    cJSON_free(text);
    cJSON_Delete(message);
}

static void send_answer(struct harness *h, const cJSON *id, const char *json)
{
    cJSON *message = cJSON_CreateObject();
    cJSON_AddItemToObject(message, "id", cJSON_Duplicate(id, true));
    cJSON_AddItemToObject(message, "result", cJSON_Parse(json));
    send_json(h, message);
}

void harness_release(struct harness *h, const char *json)
{
    assert_non_null(h->waiting);
    send_answer(h, h->waiting, json);
    cJSON_Delete(h->waiting);
    h->waiting = NULL;
}

static void refuse(struct harness *h, const cJSON *id, const struct harness_answer *answer)
{
    cJSON *message = cJSON_CreateObject();
    cJSON_AddItemToObject(message, "id", cJSON_Duplicate(id, true));
    cJSON *error = cJSON_AddObjectToObject(message, "error");
    cJSON_AddStringToObject(error, "message", answer->message);
    cJSON_AddStringToObject(cJSON_AddObjectToObject(error, "data"), "code", answer->code);
    send_json(h, message);
}

static void serve(struct harness *h, const cJSON *id, const char *method)
{
    for (int i = 0; i < HARNESS_ANSWERS && h->answers[i].method; i++) {
        const struct harness_answer *answer = &h->answers[i];
        if (strcmp(answer->method, method) != 0) {
            continue;
        }
        if (answer->never) {
            cJSON_Delete(h->waiting);
            h->waiting = cJSON_Duplicate(id, true);
        } else if (answer->json) {
            send_answer(h, id, answer->json);
        } else {
            refuse(h, id, answer);
        }
        return;
    }
    static const char *const numbered[] = {"event.subscribe", "command.register", "timer.start"};
    for (size_t i = 0; i < sizeof numbered / sizeof numbered[0]; i++) {
        if (strcmp(method, numbered[i]) == 0) {
            char number[24];
            snprintf(number, sizeof number, "%lld", (long long)++h->registered);
            send_answer(h, id, number);
            return;
        }
    }
    send_answer(h, id, "true");
}

static void note(struct mr_buf *out, const char *method, const cJSON *params)
{
    char *text = cJSON_PrintUnformatted(params);
    assert_int_equal(mr_buf_printf(out, "%s %s\n", method, text ? text : ""), 0);
    cJSON_free(text);
}

/* Reads one message; NULL at the end of the link. */
static cJSON *read_message(struct harness *h)
{
    for (;;) {
        const char *data = mr_buf_str(&h->in);
        const char *end = memchr(data, '\n', mr_buf_len(&h->in));
        if (end) {
            cJSON *message = cJSON_ParseWithLength(data, (size_t)(end - data));
            mr_buf_consume(&h->in, (size_t)(end - data) + 1);
            assert_non_null(message);
            return message;
        }
        struct pollfd wait = {.fd = h->fd, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, HARNESS_WAIT_MS), 1);
        char bytes[65536];
        ssize_t got = read(h->fd, bytes, sizeof bytes);
        if (got <= 0) {
            return NULL;
        }
        assert_int_equal(mr_buf_append(&h->in, bytes, (size_t)got), 0);
    }
}

/* Handles a call of the script; an answer is returned for the caller. */
static cJSON *step(struct harness *h, bool *ended)
{
    cJSON *message = read_message(h);
    *ended = message == NULL;
    if (!message) {
        return NULL;
    }
    const char *method = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(message, "method"));
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(message, "id");
    const cJSON *params = cJSON_GetObjectItemCaseSensitive(message, "params");
    if (!method) {
        return message;
    }
    if (strcmp(method, "script.error") == 0) {
        note(&h->errors, cJSON_GetStringValue(cJSON_GetObjectItem(params, "what")),
             cJSON_GetObjectItem(params, "text"));
    } else {
        note(&h->calls, method, params);
    }
    if (id) {
        serve(h, id, method);
    }
    cJSON_Delete(message);
    return NULL;
}

const char *harness_request(struct harness *h, const char *method, const char *params)
{
    static char text[65536];
    cJSON *message = cJSON_CreateObject();
    int64_t id = ++h->last_id;
    cJSON_AddNumberToObject(message, "id", (double)id);
    cJSON_AddStringToObject(message, "method", method);
    cJSON_AddItemToObject(message, "params", cJSON_Parse(params));
    send_json(h, message);
    for (;;) {
        bool ended = false;
        cJSON *answer = step(h, &ended);
        if (ended) {
            return NULL;
        }
        const cJSON *number = cJSON_GetObjectItemCaseSensitive(answer, "id");
        if (answer && (int64_t)cJSON_GetNumberValue(number) == id) {
            const cJSON *error = cJSON_GetObjectItemCaseSensitive(answer, "error");
            const cJSON *shown = error ? error : cJSON_GetObjectItemCaseSensitive(answer, "result");
            assert_true(cJSON_PrintPreallocated((cJSON *)shown, text, sizeof text, false));
            cJSON_Delete(answer);
            return text;
        }
        cJSON_Delete(answer);
    }
}

const char *harness_load(struct harness *h, const char *kind, const char *source)
{
    cJSON *params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "kind", kind);
    cJSON_AddStringToObject(params, "name", "t");
    cJSON_AddStringToObject(params, "path", "t.lua");
    cJSON_AddStringToObject(params, "source", source);
    char *text = cJSON_PrintUnformatted(params);
    const char *answer = harness_request(h, "load", text);
    cJSON_free(text);
    cJSON_Delete(params);
    return answer;
}

bool harness_until(struct harness *h, const char *text)
{
    while (!strstr(mr_buf_str(&h->calls), text)) {
        bool ended = false;
        cJSON_Delete(step(h, &ended));
        if (ended) {
            return false;
        }
    }
    return true;
}

static const char *take(struct mr_buf *buf)
{
    static char text[65536];
    snprintf(text, sizeof text, "%s", mr_buf_str(buf));
    mr_buf_clear(buf);
    return text;
}

const char *harness_calls(struct harness *h)
{
    return take(&h->calls);
}

const char *harness_errors(struct harness *h)
{
    return take(&h->errors);
}

int harness_wait(struct harness *h)
{
    int status = 0;
    assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
    h->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

const char *harness_log(struct harness *h, char *out, size_t size)
{
    size_t len = 0;
    ssize_t got;
    while (len + 1 < size && (got = read(h->log_fd, out + len, size - 1 - len)) > 0) {
        len += (size_t)got;
    }
    out[len] = '\0';
    return out;
}
