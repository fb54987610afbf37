#include "plugins/miner/apart.h"

#include "plugins/miner/engine/priority.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void choose_signals(sigset_t *set)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGCHLD};
    sigemptyset(set);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaddset(set, numbers[i]);
}

static bool has_ended(pid_t child, int *code)
{
    int status = 0;
    if (waitpid(child, &status, WNOHANG) != child)
        return false;
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

static int watch(pid_t child, const sigset_t *set)
{
    int code = 0;
    while (!has_ended(child, &code)) {
        int number = sigwaitinfo(set, NULL);
        if (number == SIGTSTP) {
            kill(child, SIGSTOP);
            raise(SIGSTOP);
            kill(child, SIGCONT);
        } else if (number > 0 && number != SIGCHLD) {
            kill(child, number);
        }
    }
    return code;
}

int mr_apart_run(int (*fn)(void *ctx), void *ctx)
{
    sigset_t set, before;
    choose_signals(&set);
    sigprocmask(SIG_BLOCK, &set, &before);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        if (mr_priority_follow(parent) != 0)
            _exit(1);
        mr_priority_last();
        int code = fn(ctx);
        fflush(NULL);
        _exit(code);
    }
    int code = child < 0 ? -1 : watch(child, &set);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}
