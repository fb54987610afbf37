/*
 * The engine in the client: methods with which scripts search, and a look at how it goes.
 *
 * The engine is a child process (`moonroom mine --rpc`), started with the first search and ended
 * with the client. One search runs at a time; it follows the room's blocks until a solution is
 * found, whoever asked has gone, or another search takes its place.
 */
#ifndef MR_MINER_SUPERVISOR_H
#define MR_MINER_SUPERVISOR_H

#include <moonroom/plugin.h>

struct mr_supervisor;

/* Registers the methods and settings; in init() only. Errors as of the host's functions. */
int mr_supervisor_new(const struct mr_host *host, struct mr_supervisor **out);

/* In stop() only, or when init() fails. NULL is allowed. */
void mr_supervisor_free(struct mr_supervisor **supervisor);

#endif
