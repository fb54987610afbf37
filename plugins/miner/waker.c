#include "plugins/miner/waker.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int mr_waker_open(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void mr_waker_wake(void *ctx)
{
    uint64_t one = 1;
    ssize_t ignored = write(*(const int *)ctx, &one, sizeof one);
    (void)ignored;
}

void mr_waker_clear(int fd)
{
    uint64_t count;
    ssize_t ignored = read(fd, &count, sizeof count);
    (void)ignored;
}
