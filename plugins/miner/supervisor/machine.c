#include "plugins/miner/supervisor/machine.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq and steal. */
enum { FIELDS = 8, IDLE = 3, IOWAIT = 4, STEAL = 7 };

static bool read_times(double *busy, double *total)
{
    char line[512];
    FILE *file = fopen("/proc/stat", "re");
    bool good = file && fgets(line, sizeof line, file) && strncmp(line, "cpu ", 4) == 0;
    char *at = line + 4;
    double ticks = (double)sysconf(_SC_CLK_TCK);
    *busy = *total = 0;
    for (int i = 0; good && i < FIELDS; i++) {
        double seconds = (double)strtoull(at, &at, 10) / ticks;
        *total += seconds;
        /* What the host of a virtual machine takes is nobody's here. */
        *busy += i == IDLE || i == IOWAIT || i == STEAL ? 0 : seconds;
    }
    if (file)
        fclose(file);
    return good;
}

void mr_machine_look(struct mr_machine *machine, double own_seconds)
{
    double busy, total;
    if (!read_times(&busy, &total))
        return;
    double all = total - machine->total, own = own_seconds - machine->own;
    if (machine->total > 0 && all > 0) {
        double others = (busy - machine->busy - (own > 0 ? own : 0)) / all;
        machine->others = others < 0 ? 0 : others > 1 ? 1 : others;
    }
    machine->busy = busy;
    machine->total = total;
    machine->own = own_seconds;
}

/* A supply of the type Mains that is not online, and none that is. */
bool mr_machine_on_battery(void)
{
    glob_t found;
    bool mains = false, online = false;
    if (glob("/sys/class/power_supply/*/online", 0, NULL, &found) != 0)
        return false;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        FILE *file = fopen(found.gl_pathv[i], "re");
        int c = file ? fgetc(file) : EOF;
        mains = mains || c == '0' || c == '1';
        online = online || c == '1';
        if (file)
            fclose(file);
    }
    globfree(&found);
    return mains && !online;
}
