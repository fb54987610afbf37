#include "plugins/miner/engine/priority.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

void mr_priority_last(void)
{
    (void)setsid();
    /* The session may be another's if we lead a process group: then its group is left alone. */
    if (getsid(0) == getpid()) {
        int fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
        if (fd >= 0) {
            ssize_t ignored = write(fd, "19", 2);
            (void)ignored;
            close(fd);
        }
    }
    (void)setpriority(PRIO_PROCESS, 0, 19);
}

int mr_priority_follow(pid_t parent)
{
    pid_t now = getppid();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != (parent ? parent : now))
        return -1;
    return 0;
}
