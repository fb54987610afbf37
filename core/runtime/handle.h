/* What the files of this folder share: the loop's inside, and handles that close themselves.
 *
 * libuv frees nothing and calls back after a close. Every object here that holds a libuv handle
 * begins with a struct mr_handle, is heap memory of its own, and dies by mr_handle_close() alone:
 * at once for its owner, one turn later for libuv. Handles that nobody closed are closed by
 * mr_loop_free().
 */
#ifndef MR_RUNTIME_HANDLE_H
#define MR_RUNTIME_HANDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "core/runtime/loop.h"

enum { MR_READ_BYTES = 65536 };

struct mr_handle {
    struct mr_handle *prev, *next; /* the loop's list */
    struct mr_loop *loop;
    uv_handle_t *uv;                    /* the handle inside the same object */
    void (*orphan)(struct mr_handle *); /* may be NULL: mr_loop_free() found it still open */
};

struct mr_deferred {
    struct mr_deferred *next;
    mr_loop_fn *fn;
    void *ctx;
};

struct mr_loop {
    uv_loop_t uv;
    uv_idle_t idle;       /* runs while calls are deferred */
    uv_check_t check;     /* looks at the clock behind every wait */
    uv_timer_t heartbeat; /* bounds a wait, so that a gap can be told from a quiet time */
    uint64_t last_ms;
    unsigned gaps;
    struct mr_deferred *first, **last;
    struct mr_handle handles; /* head of the list */
    bool is_virtual;          /* time passes by mr_loop_advance() alone */
    uint64_t virtual_ms;
    int64_t virtual_epoch;        /* seconds since 1970 at virtual_ms 0; may be negative */
    struct mr_timer *virtual_due; /* by the time at which they fire, then by their begin */
    bool virtual_running;         /* those that are due fire in the next turn */
    char read_bytes[MR_READ_BYTES];
};

/* Notes a handle whose libuv part was initialised. */
void mr_handle_adopt(struct mr_loop *loop, struct mr_handle *handle, void *uv);
/* Closes; the object is freed when libuv lets go of it. */
void mr_handle_close(struct mr_handle *handle);
/* Forgets the timers of a virtual clock that nobody stopped. */
void mr_timers_free(struct mr_loop *loop);
/* The error of ours for one of libuv's. */
int mr_uv_error(int status);

#endif
