#include "core/lua/wall.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/base/job_page.h"
#include "core/base/limits.h"
#include "core/lua/memory.h"

/* The system calls of a script host. mmap is let through besides, unless it asks for executable
 * memory. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit_group),
#ifdef MR_TEST_WALL
    /* What the sanitizers' runtimes need, to report and to look for leaks; open and openat for
     * reading besides. Still no program can be started and no socket made. */
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(stat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(lseek),
    SCMP_SYS(pread64),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getdents),
    SCMP_SYS(getdents64),
    SCMP_SYS(ioctl),
    SCMP_SYS(mprotect),
    SCMP_SYS(madvise),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(futex),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(gettid),
    SCMP_SYS(tgkill),
    SCMP_SYS(kill),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(prctl),
    SCMP_SYS(ptrace),
    SCMP_SYS(clone),
    SCMP_SYS(wait4),
    SCMP_SYS(getrlimit),
    SCMP_SYS(prlimit64),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(exit),
    SCMP_SYS(uname),
#endif
};

/* Niceness counts within a session only, where sessions are grouped: so a session of our own, the
 * whole of it put last, and ourselves last in it. Each step may be missing in a kernel. */
static void go_last(int nice)
{
    char text[16];
    (void)setsid();
    if (nice == 0) {
        return;
    }
    int len = snprintf(text, sizeof text, "%d", nice);
    int fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t ignored = write(fd, text, (size_t)len);
        (void)ignored;
        close(fd);
    }
    (void)setpriority(PRIO_PROCESS, 0, nice);
}

/* Behind the filter the time zone's file can no longer be read: it is read now, and TZ is set
 * because the C library looks for a change of /etc/localtime where TZ is not. */
static void read_time_zone(void)
{
    if (!getenv("TZ")) {
        setenv("TZ", ":/etc/localtime", 1);
    }
    tzset();
    time_t now = time(NULL);
    struct tm local;
    (void)localtime_r(&now, &local);
}

static void limit(int resource, rlim_t value)
{
    struct rlimit both = {value, value};
    if (setrlimit((__rlimit_resource_t)resource, &both) != 0) {
        mr_memory_die(MR_LUA_EXIT_WALL, "a resource limit could not be set");
    }
}

static void set_limits(void)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_MEMLOCK, 0);
    limit(RLIMIT_MSGQUEUE, 0);
#ifndef MR_TEST_WALL
    limit(RLIMIT_NOFILE, 4);
    limit(RLIMIT_NPROC, 0);
    limit(RLIMIT_AS, MR_LIMIT_SCRIPT_MEMORY);
#endif
}

static const struct mr_job_page *map_job(int fd)
{
    const struct mr_job_page *page =
        mmap(NULL, sizeof(struct mr_job_page), PROT_READ, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED || !mr_job_page_valid(page)) {
        mr_memory_die(MR_LUA_EXIT_WALL, "the job page cannot be mapped");
    }
    close(fd);
    return page;
}

void mr_wall_prepare(pid_t parent, int job_fd, int nice, const struct mr_job_page **job)
{
    /* A parent that died before the prctl sends no signal: then we were given to another one. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || (parent != 0 && getppid() != parent)) {
        _exit(MR_LUA_EXIT_WALL);
    }
    go_last(nice);
    read_time_zone();
    *job = job_fd >= 0 ? map_job(job_fd) : NULL;
    /* Nothing may be inherited besides the link, even by mistake. */
    (void)close_range(4, ~0U, 0);
    int flags = fcntl(3, F_GETFL);
    if (flags < 0) {
        mr_memory_die(MR_LUA_EXIT_USAGE,
                      "descriptor 3 is not open: this program is started by moonroom");
    }
    (void)fcntl(3, F_SETFL, flags & ~O_NONBLOCK);
    set_limits();
}

static int add_rules(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        int err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
        /* -EDOM: this machine has no such call, so there is nothing to allow. */
        if (err != 0 && err != -EDOM) {
            return err;
        }
    }
#ifdef MR_TEST_WALL
    int err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDONLY));
    if (err == 0) {
        err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
                               SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDONLY));
    }
    if (err != 0 && err != -EDOM) {
        return err;
    }
#endif
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

/* libseccomp can make nothing for a kernel that cannot do this, so the kernel is asked first. */
static bool has_seccomp(void)
{
    uint32_t action = SECCOMP_RET_KILL_PROCESS;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static bool load_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter || add_rules(filter) != 0) {
        mr_memory_die(MR_LUA_EXIT_WALL, "the system call filter cannot be made");
    }
    int err = seccomp_load(filter);
    seccomp_release(filter);
    return err == 0;
}

bool mr_wall_close(void)
{
    static const char text[] =
        "moonroom-lua: this system has no seccomp; the rest of the wall stands\n";
    if (has_seccomp() && load_filter()) {
        return true;
    }
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    return false;
}
