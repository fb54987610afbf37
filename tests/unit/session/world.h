/* A session in a world of its own for tests: a loop, hooks whose events are kept, and a v5 room on
 * a loopback port that runs in the same loop. The room is made from the wire floor's other end;
 * each test says what it does wrong. */
#ifndef MR_TEST_SESSION_WORLD_H
#define MR_TEST_SESSION_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <moonroom/errors.h>

#include "core/base/buf.h"
#include "core/runtime/json.h"
#include "core/runtime/stream.h"
#include "core/session/session.h"
#include "core/wire/login.h"

/* What the room does with who comes in. */
enum manners {
    POLITE,
    REFUSES,    /* world->refusal */
    SILENT,     /* takes the connection and says nothing */
    SAYS_RAW,   /* world->raw in place of the key line */
    BAD_INFO,   /* world->raw as the text of the info frame */
    DIES_EARLY, /* closes once world->life bytes were sent */
    DRIBBLES    /* one byte at a time */
};

struct kept_event {
    struct kept_event *next;
    char *name;
    cJSON *data;
};

struct answer {
    int calls;
    int err;
    char text[512];
    cJSON *value;
};

struct world {
    struct mr_loop *loop;
    struct mr_hooks *hooks;
    struct mr_filters *filters;
    struct mr_settings *settings;
    struct mr_log log;
    struct mr_session *session;
    struct mr_timer *tick;
    char folder[64];
    char *logins_path;
    struct mr_address address;
    char where[300]; /* the address as it is written */
    char why[512];
    uint64_t handshake_ms;
    struct kept_event *events, **last_event;

    /* the room */
    enum manners manners;
    const char *refusal;
    const char *raw;
    size_t raw_len;
    long life;
    bool answers;  /* pings, talk and the goodbye */
    bool generous; /* and everything else */
    struct mr_login_info info;
    int listener;
    struct mr_watch *watch;
    struct mr_stream *peer;
    struct mr_rsa_key *key;
    struct mr_login_room *login;
    struct mr_timer *quiet;
    struct mr_sealer *sealer;
    struct mr_frame_reader *reader;
    size_t sent, frames;
    int connections, ends;
    char credentials[1024]; /* as they came */
    char name[64], hash[160];
    bool registering;
    char *received; /* lines, each with LF behind */
};

int world_set_up(void **state);
int world_set_up_hasty(void **state); /* 600 ms for a handshake */
int world_tear_down(void **state);

/* Runs the loop until the condition holds; fails after ten seconds. */
#define WORLD_UNTIL(world, condition)                                                              \
    do {                                                                                           \
        uint64_t begin_ = mr_loop_now_ms((world)->loop);                                           \
        while (!(condition)) {                                                                     \
            if (mr_loop_now_ms((world)->loop) - begin_ > 10000)                                    \
                fail_msg("never came true: %s", #condition);                                       \
            mr_loop_run((world)->loop);                                                            \
        }                                                                                          \
    } while (0)

/* Runs the loop for some time. */
void world_run(struct world *world, uint64_t ms);

/* Logs in and waits until we are in. */
void world_enter(struct world *world);
int world_login(struct world *world, const char *name, const char *password, bool registering);

/* The room's side */
void world_send(struct world *world, const char *text); /* one frame */
void world_send_bytes(struct world *world, const void *bytes, size_t len);
void world_hang_up(struct world *world);
void world_reset_peer(struct world *world);
bool world_received(const struct world *world, const char *line);
size_t world_count_received(const struct world *world, const char *line);

/* Events */
void world_forget(struct world *world);
size_t world_count(const struct world *world, const char *name);
/* The newest of that name, NULL if there is none. */
const cJSON *world_last(const struct world *world, const char *name);
const char *world_text(const struct world *world, const char *name, const char *field);
/* All names, each with a blank behind. */
const char *world_names(struct world *world);

/* Takes the answer of a request. */
void world_answer(void *ctx, int err, const char *text, const cJSON *value);
void world_answer_clear(struct answer *answer);

#endif
