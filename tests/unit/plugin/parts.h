/* The parts of a core that plugins use, for the tests. */
#ifndef TESTS_UNIT_PLUGIN_PARTS_H
#define TESTS_UNIT_PLUGIN_PARTS_H

#include "core/api/core.h"

struct parts {
    char home[64];
    char log[16384]; /* "level: text" lines */
    struct mr_log sink;
    struct mr_paths paths;
    struct mr_core core;
};

/* Everything fresh, with a home of its own. */
void parts_start(struct parts *parts);
void parts_end(struct parts *parts);
/* Runs the loop until what `done` asks for; fails the test after 20 s. */
void parts_run(struct parts *parts, bool (*done)(void *ctx), void *ctx);

#endif
