/*
 * `moonroom mine --rpc`: the engine as a child that is driven over standard input and output, with
 * JSON-RPC 2.0, one object a line, as docs/mining.md describes it. It ends with its input.
 */
#ifndef MR_MINER_SERVE_H
#define MR_MINER_SERVE_H

/* Returns the exit code. */
int mr_serve_run(void);

#endif
