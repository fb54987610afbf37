/* What else the machine does: for strategies that want to be polite. */
#ifndef MR_MINER_MACHINE_H
#define MR_MINER_MACHINE_H

#include <stdbool.h>

struct mr_machine {
    double busy, total, own; /* seconds of all processors, when last looked at */
    double others;           /* 0 to 1: how much of the machine others used since then */
};

/* Looks, once a second or so. own_seconds: the processor time that our engine has used up to now.
 * The load average would count the engine's own threads; this does not. */
void mr_machine_look(struct mr_machine *machine, double own_seconds);

/* Whether it runs on battery; false where there is none. */
bool mr_machine_on_battery(void);

#endif
