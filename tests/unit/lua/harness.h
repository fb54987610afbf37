/* A core of a few lines for tests of moonroom-lua: the real program, driven over its link.
 *
 * The calls that a script makes are kept as text, one a line: `chat.say {"text":"pong"}`. They are
 * answered at once: by what the test gave for the method, else with a number for what registers
 * something and with true for everything else.
 */
#ifndef MR_TESTS_LUA_HARNESS_H
#define MR_TESTS_LUA_HARNESS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/job_page.h"

enum { HARNESS_ANSWERS = 8, HARNESS_WAIT_MS = 60000 };

struct harness_answer {
    const char *method;
    const char *json; /* the result, or NULL: an error */
    const char *code;
    const char *message;
    bool never; /* not answered */
};

struct harness {
    pid_t pid;
    int fd;
    int log_fd;
    int64_t last_id;
    int64_t registered;
    struct mr_buf in;
    struct mr_buf calls;  /* what the script called */
    struct mr_buf errors; /* what its handlers raised */
    cJSON *waiting;       /* the last call that was not answered */
    struct harness_answer answers[HARNESS_ANSWERS];
    struct mr_job_page *job;
};

void harness_start(struct harness *h);
/* The same with a job page. */
void harness_start_strategy(struct harness *h);
/* Kills it if it runs. */
void harness_stop(struct harness *h);

/* How a method is answered from now on. Strings are borrowed. */
void harness_answer(struct harness *h, const char *method, const char *json);
void harness_refuse(struct harness *h, const char *method, const char *code, const char *message);
void harness_keep(struct harness *h, const char *method);
/* Answers the call that was kept. */
void harness_release(struct harness *h, const char *json);

/* Sends a request and serves the script until it is answered. The result or error as text; NULL at
 * the end of the link. The string lives until the next call. */
const char *harness_request(struct harness *h, const char *method, const char *params);
/* Loads a script called "t" from t.lua: "{}" or an error object. */
const char *harness_load(struct harness *h, const char *kind, const char *source);
/* Serves the script until it has made a call whose line contains `text`; false at the end. */
bool harness_until(struct harness *h, const char *text);
/* The calls so far, which are then forgotten; lives until the next call of the script. */
const char *harness_calls(struct harness *h);
const char *harness_errors(struct harness *h);

/* Waits for the end: the exit code, or minus the signal. */
int harness_wait(struct harness *h);
/* Everything on the log pipe, after the end. */
const char *harness_log(struct harness *h, char *out, size_t size);

#endif
