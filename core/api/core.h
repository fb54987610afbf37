/* The parts of a running client that floor 5 works with, handed down by the app.
 *
 * The app creates them in this order and destroys them in the reverse one. Nothing here is owned by
 * who gets it.
 */
#ifndef MR_API_CORE_H
#define MR_API_CORE_H

#include "core/api/api.h"
#include "core/api/command.h"
#include "core/base/log.h"
#include "core/runtime/filter.h"
#include "core/runtime/hook.h"
#include "core/runtime/loop.h"
#include "core/runtime/paths.h"
#include "core/runtime/settings.h"
#include "core/session/session.h"

struct mr_trace;

struct mr_recorder;

struct mr_core {
    struct mr_log *log;
    struct mr_paths *paths;
    struct mr_loop *loop;
    struct mr_hooks *hooks;
    struct mr_filters *filters;
    struct mr_settings *settings;
    struct mr_session *session;
    struct mr_api *api;
    struct mr_commands *commands;
    struct mr_recorder *recorder; /* record.h */
    struct mr_caller *user;       /* on behalf of the person at the prompt */
    struct mr_trace *trace; /* of what passes between us and scripts (core/script); NULL: none */
    /* Ends the program with an exit code, from the next turn of the loop on. */
    void (*quit)(void *ctx, int exit_code);
    void *quit_ctx;
};

#endif
