/*
 * The script's end of its link to the core: JSON-RPC 2.0, one object a line, on one descriptor.
 *
 * Everything here blocks: the process has nothing else to wait for. Where the link is at its end,
 * or the core breaks the protocol, the process ends; no function reports that to its caller.
 */
#ifndef MR_LUA_LINK_H
#define MR_LUA_LINK_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

struct mr_link_message;

struct mr_link {
    int fd;
    struct mr_buf in;
    struct mr_buf out;             /* the line that is being made */
    struct mr_buf later;           /* lines that may be sent together */
    uint64_t later_us;             /* since when they wait */
    uint64_t last_id;              /* of our requests */
    size_t scanned;                /* bytes of `in` known to hold no LF */
    struct mr_link_message *first; /* messages that came while one answer was waited for */
    struct mr_link_message *last;
};

void mr_link_init(struct mr_link *link, int fd);
void mr_link_free(struct mr_link *link);

/* The next message, in the order in which they came; the caller deletes it. NULL when there is none
 * and `wait` is false. */
cJSON *mr_link_next(struct mr_link *link, bool wait);

/* The answer to our request `id`, whatever else comes first (that is kept for mr_link_next). */
cJSON *mr_link_answer(struct mr_link *link, uint64_t id);

/* Waits until something may be read or milliseconds have passed. */
void mr_link_pause(struct mr_link *link, int milliseconds);

/* A line is begun, its members are added to link->out by the caller, and it is sent. A line that
 * would be too long fails with MR_ELIMIT in mr_link_send() and is dropped. */
int mr_link_begin_request(struct mr_link *link, const char *method,
                          uint64_t *id);                                  /* ..."params": */
int mr_link_begin_notification(struct mr_link *link, const char *method); /* ..."params": */
int mr_link_begin_answer(struct mr_link *link, int64_t id);               /* ..."result": */
int mr_link_send(struct mr_link *link);
/* As mr_link_send(), but the line may wait until this process has nothing else to do, or for a
 * moment: answers to many questions are written together. */
int mr_link_send_later(struct mr_link *link);
void mr_link_flush(struct mr_link *link);
int mr_link_send_error(struct mr_link *link, int64_t id, int err, const char *text);

#endif
