/* A whole core without a room and without a terminal, for tests of the script manager.
 *
 * Everything is real except the user: what scripts print is collected, and questions are answered
 * as the test says. Scripts are written into a home of the test's own.
 */
#ifndef MR_TESTS_SCRIPT_HARNESS_H
#define MR_TESTS_SCRIPT_HARNESS_H

#include "core/api/core.h"
#include "core/api/methods.h"
#include "core/base/buf.h"
#include "core/script/grants.h"
#include "core/script/script.h"

enum { HARNESS_WAIT_MS = 100000 };

enum harness_reply { HARNESS_NOBODY, HARNESS_YES, HARNESS_NO };

struct harness {
    char home[64];
    struct mr_paths paths;
    struct mr_log log;
    struct mr_core core;
    struct mr_methods *methods;
    struct mr_scripts *scripts;
    struct mr_buf printed; /* "greeter| text" lines */
    struct mr_buf logged;
    struct mr_buf events; /* "script_loaded greeter", "script_ended greeter timeout text" */
    enum harness_reply reply;
    int questions;
    char question[1024];
};

/* The core; scripts are not started. */
void harness_start(struct harness *h);
/* The manager ends first, as in the program. */
void harness_stop(struct harness *h);

/* Writes HOME/config/scripts/NAME. */
void harness_script(struct harness *h, const char *name, const char *text);
void harness_load(struct harness *h, const char *name);
/* Runs the loop until `text` has been printed, logged or told as an event; fails the test when it
 * does not come. Returns how many milliseconds that took. */
uint64_t harness_until(struct harness *h, const char *text);
/* Runs the loop until no script is starting any more. */
void harness_until_ready(struct harness *h);
/* Runs the loop for so long. */
void harness_run(struct harness *h, uint64_t ms);
bool harness_has(const struct harness *h, const char *text);
void harness_forget(struct harness *h);

/* Calls a method as the user and waits for the answer: JSON, or "!code text". Lives until the next.
 */
const char *harness_call(struct harness *h, const char *method, const char *params);
/* Types a command. */
void harness_type(struct harness *h, const char *line);
void harness_emit(struct harness *h, const char *name, const char *json);

#endif
