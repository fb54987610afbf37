/* The client of one test: the real parts, on a virtual clock, before a room in this process, with a
 * user who is not there and a home of its own that is removed at the end. */
#ifndef MR_APP_TEST_WORLD_H
#define MR_APP_TEST_WORLD_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "core/api/methods.h"
#include "core/app/test_room.h"
#include "core/plugin/plugin.h"
#include "core/script/script.h"
#include "core/ui/ui.h"

struct mr_test_place;

struct mr_test_world {
    struct mr_core core;
    struct mr_log log;
    struct mr_paths paths;
    char home[128];
    int keys[2]; /* what the user presses is written to the second */
    struct mr_test_room *room;
    struct mr_methods *methods;
    struct mr_ui *ui;
    struct mr_plugins *plugins; /* the shipped ones */
    struct mr_scripts *scripts;
    const struct mr_test_place *place;
    cJSON *shown, *errors;
    unsigned bells;
    uint64_t news; /* grows with all that is shown */
    bool quits;    /* somebody has ended the client */

    /* What the test file has asked for and waits for (test_methods.c). */
    struct mr_call *call;
    void (*finish)(struct mr_test_world *world, struct mr_call *call);
    uint64_t until_ms;       /* of test.advance */
    struct mr_timer *pause;  /* of test.pause */
    mr_loop_fn *on_answered; /* told when the test goes on */
    void *on_answered_ctx;

    /* Waiting until nothing moves any more. */
    struct mr_timer *again;
    uint64_t seen; /* what had happened when it was last looked */
    unsigned calm; /* turns in which nothing did */
    bool waiting, freeing;
    mr_loop_fn *fn;
    void *ctx;
};

struct mr_test_options {
    struct mr_rsa_key *key; /* the room's */
    uint64_t seed;
    bool verbose;
};

/* place says where the test file is (test.h); it must live as long. */
int mr_test_world_open(struct mr_test_world *world, const struct mr_test_options *options,
                       const struct mr_test_place *place);
/* Also what was opened in part. */
void mr_test_world_close(struct mr_test_world *world);

/* Calls fn once neither the core nor a script has anything to do before time passes. One at a time.
 */
void mr_test_world_settle(struct mr_test_world *world, mr_loop_fn *fn, void *ctx);

#endif
