/* What passes between the core and scripts, written down: moonroom --trace-scripts FILE.
 *
 * A line is a JSON object: {"time": seconds since 1970 (to the microsecond), "script": name,
 * "direction": "to" or "from" the script, "message": the JSON-RPC message}. Secrets are never in
 * it: neither what a method takes as one, nor the tokens that stand for them. The file is the
 * user's alone (0600), is appended to, and grows for as long as moonroom runs.
 */
#ifndef MR_SCRIPT_TRACE_H
#define MR_SCRIPT_TRACE_H

#include <stdbool.h>
#include <stddef.h>

struct mr_trace;

/* MR_EIO with a sentence in why: no regular file, or not to be written. */
int mr_trace_open(const char *path, struct mr_trace **out, char *why, size_t why_size);
void mr_trace_close(struct mr_trace *trace);

/* line: a message as it was sent, with or without its LF. What is no JSON is not shown.
 * An error in writing ends the trace; nothing else depends on it. */
void mr_trace_write(struct mr_trace *trace, const char *script, bool to_script, const char *line,
                    size_t len);

#endif
