/* The handlers that the core itself binds: everything of moonroom/methods.def but the rows of
 * floor 5.
 *
 * One file a group of rows; each has a bind function. All take the parts they need from struct
 * mr_core.
 */
#ifndef MR_API_METHODS_H
#define MR_API_METHODS_H

#include "core/api/core.h"

struct mr_methods;

/* Binds them all. Frees nothing of the core; free it before the core's parts. */
int mr_methods_new(struct mr_core *core, struct mr_methods **out);
void mr_methods_free(struct mr_methods **methods);

/* The groups. */
int mr_methods_bind_chat(struct mr_core *core);
int mr_methods_bind_hooks(struct mr_core *core);
int mr_methods_bind_timers(struct mr_core *core);
int mr_methods_bind_settings(struct mr_core *core);
int mr_methods_bind_coins(struct mr_core *core);
int mr_methods_bind_mine(struct mr_core *core);
int mr_methods_bind_process(struct mr_core *core);
int mr_methods_bind_fs(struct mr_core *core);
/* The folder of a script's own files, made if it is missing; the caller frees it. MR_EUNSUPPORTED
 * for callers that are no scripts. */
int mr_files_folder(const struct mr_core *core, const struct mr_caller *caller, char **out);

/* Logging in has an outcome that comes later; this is where it is awaited. */
struct mr_client_methods;

int mr_client_methods_new(struct mr_core *core, struct mr_client_methods **out);
void mr_client_methods_free(struct mr_client_methods **methods);

/* Who offers words for Tab, and who was asked for them. */
struct mr_complete_methods;

int mr_complete_methods_new(struct mr_core *core, struct mr_complete_methods **out);
void mr_complete_methods_free(struct mr_complete_methods **methods);

/* Who fetches what over the network. */
struct mr_http_methods;

int mr_http_methods_new(struct mr_core *core, struct mr_http_methods **out);
void mr_http_methods_free(struct mr_http_methods **methods);

/* An answer of the session to one call: fails the call, or returns `true`. */
void mr_methods_answer(struct mr_call *call, int err, const char *why);
/* The same as a mr_request_fn whose ctx is the call: returns the room's value. */
void mr_methods_answered(void *ctx, int err, const char *text, const cJSON *value);

#endif
